//! Finds calls in policies that PostgreSQL makes once for every row, although their result is the same for all.

use pgmason_model::catalog::Policy;
use pgmason_model::{Fix, ObjectId, ObjectKind};

use super::caller_check::is_identity;
use super::policies::{own_policies, tables_with_policies};
use super::wording::{listed, policy_name, policy_on_table};
use crate::expression::{Call, calls, column_references};
use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};
use crate::schema::SchemaContext;

pub(super) static RULE: Rule = Rule {
    name: "policy-evaluated-per-row",
    section: Section::Access,
    default_level: RuleLevel::Warning,
    summary: "a policy asks who the caller is for every row again",
    page: include_str!("policy_evaluated_per_row.md"),
    options: &[],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    for table in tables_with_policies(ctx) {
        for (id, policy) in own_policies(ctx, table) {
            let mut names: Vec<String> = Vec::new();
            for text in [&policy.using, &policy.with_check].into_iter().flatten() {
                for call in calls_per_row(ctx, text) {
                    let name = format!("{}()", call.qualified_name());
                    if !names.contains(&name) {
                        names.push(name);
                    }
                }
            }
            if names.is_empty() {
                continue;
            }
            let wrapped: Vec<String> = names.iter().map(|name| format!("`(SELECT {name})`")).collect();
            findings
                .on(
                    id,
                    format!("{} calls {} for every row", policy_on_table(id), listed(&names)),
                    format!("wrap each call, {}, so that it is made once for the statement", listed(&wrapped)),
                )
                .fix = Some(Fix {
                description: "wrap the calls in scalar subselects".to_owned(),
                sql: alter_policy(ctx, id, policy),
            });
        }
    }
}

/// Calls that tell the caller's identity and that no subselect makes only once. A call whose arguments depend on the
/// row has to be made for each.
fn calls_per_row(ctx: &SchemaContext<'_>, text: &str) -> Vec<Call> {
    calls(text)
        .into_iter()
        .filter(|call| is_identity(ctx, call) && !call.evaluated_once && !call.in_from_clause)
        .filter(|call| call.arguments.iter().all(|argument| column_references(argument).is_empty()))
        .collect()
}

fn alter_policy(ctx: &SchemaContext<'_>, id: &ObjectId, policy: &Policy) -> String {
    let mut sql = format!("ALTER POLICY {} ON {}", policy_name(id), id.relation(ObjectKind::Table));
    for (clause, text) in [("USING", &policy.using), ("WITH CHECK", &policy.with_check)] {
        if let Some(text) = text {
            sql.push_str(&format!("\n    {clause} ({})", wrap(text, &calls_per_row(ctx, text))));
        }
    }
    sql + ";"
}

fn wrap(text: &str, calls: &[Call]) -> String {
    let mut result = String::new();
    let mut kept = 0;
    for call in calls {
        // A call inside another's arguments went with it.
        if call.span.start < kept {
            continue;
        }
        result.push_str(text.get(kept..call.span.start).unwrap_or(""));
        result.push_str(&format!("(SELECT {})", text.get(call.span.clone()).unwrap_or("")));
        kept = call.span.end;
    }
    result.push_str(text.get(kept..).unwrap_or(""));
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wraps_each_call_where_it_stands() {
        let text = "((a = auth.uid()) OR (b = (auth.uid())::text))";
        assert_eq!(wrap(text, &calls(text)), "((a = (SELECT auth.uid())) OR (b = ((SELECT auth.uid()))::text))");
    }
}
