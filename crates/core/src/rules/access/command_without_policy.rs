//! Finds commands that a role is granted and that no policy ever lets it carry out.

use std::collections::BTreeMap;

use super::policies::{admits_rows, applies_to, bypasses};
use super::reach::{COMMANDS, roles_that_reach};
use super::wording::listed;
use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, DefaultOption, Rule, RuleOption, Section};
use crate::schema::SchemaContext;

pub(super) static RULE: Rule = Rule {
    name: "command-without-policy",
    section: Section::Access,
    default_level: RuleLevel::Warning,
    summary: "a role holds a privilege on a table with policies, and none of them covers the command",
    page: include_str!("command_without_policy.md"),
    options: &[RuleOption {
        name: "anonymous",
        default: DefaultOption::Boolean(false),
        summary: "ask it of the roles without identity (`anon`) too",
    }],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    let settings = &ctx.rulebook.access;
    // Where every role is anonymous, they are all that there is to ask about.
    let skip_anonymous =
        !ctx.option_boolean("anonymous") && !settings.api_roles.iter().all(|r| settings.anonymous_roles.contains(r));
    for table in ctx.root_tables().filter(|table| table.table.row_security && !table.policies.is_empty()) {
        let mut commands_of: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for command in COMMANDS {
            for role in roles_that_reach(ctx, table.id, &[command.keyword()]) {
                let covered = table
                    .policies
                    .iter()
                    .any(|(_, policy)| admits_rows(policy, command) && applies_to(ctx, policy, role));
                let skipped = skip_anonymous && settings.anonymous_roles.contains(role);
                if !covered && !skipped && !bypasses(ctx, role) {
                    commands_of.entry(role).or_default().push(command.keyword());
                }
            }
        }
        let mut roles_of: BTreeMap<Vec<&str>, Vec<&str>> = BTreeMap::new();
        for (role, commands) in commands_of {
            roles_of.entry(commands).or_default().push(role);
        }
        if roles_of.is_empty() {
            continue;
        }
        let gaps: Vec<String> =
            roles_of.iter().map(|(commands, roles)| format!("{} by {}", listed(commands), listed(roles))).collect();
        findings.on(
            table.id,
            format!("table {} grants commands that no policy covers: {}", table.id, gaps.join("; ")),
            "write a policy for each command that is meant, and revoke the privilege for each that is not",
        );
    }
}
