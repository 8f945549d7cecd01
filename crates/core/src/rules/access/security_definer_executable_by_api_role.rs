//! Finds functions that run with their owner's rights for whoever sends a request.

use pgmason_model::ObjectId;
use pgmason_model::catalog::{Function, FunctionKind};

use super::caller_check::is_identity;
use super::reach::{grantees, roles_that_call};
use super::wording::listed;
use crate::expression::calls;
use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};
use crate::schema::SchemaContext;

pub(super) static RULE: Rule = Rule {
    name: "security-definer-executable-by-api-role",
    section: Section::Access,
    default_level: RuleLevel::Warning,
    summary: "an API role may call a function that runs with its owner's rights",
    page: include_str!("security_definer_executable_by_api_role.md"),
    options: &[],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    for (id, function) in &ctx.schema.functions {
        // Nobody can call a trigger function; aggregates and window functions have no SECURITY DEFINER.
        let callable =
            matches!(function.kind, FunctionKind::Function | FunctionKind::Procedure) && !function.is_trigger;
        if !callable || !function.security_definer {
            continue;
        }
        let roles = roles_that_call(ctx, id);
        if roles.is_empty() {
            continue;
        }
        let asks = calls(&function.body).iter().any(|call| is_identity(ctx, call));
        let unasked = if asks { "" } else { " and does not ask who calls" };
        let revoke = revoke(ctx, id, function, &roles);
        // No fix: a policy that calls the function needs its callers to have EXECUTE.
        findings.on(
            id,
            format!("{} may call {id}, which runs with the rights of {}{unasked}", listed(&roles), function.owner),
            format!(
                "take the right away from those who need not call it (`{revoke}`), make it SECURITY INVOKER, or \
                 move it to a schema that the API does not serve"
            ),
        );
    }
}

fn revoke(ctx: &SchemaContext<'_>, id: &ObjectId, function: &Function, roles: &[&str]) -> String {
    let kind = if function.kind == FunctionKind::Procedure { "PROCEDURE" } else { "FUNCTION" };
    format!("REVOKE EXECUTE ON {kind} {id} FROM {}", grantees(ctx, "EXECUTE", id, roles).join(", "))
}
