//! Row level security policies.

use std::collections::BTreeSet;

use pgmason_model::catalog::Policy;
use pgmason_model::difference::HazardKind;
use pgmason_model::{Identifier, ObjectId};

use super::Verdict;
use crate::diff::action::{Action, Rank};
use crate::diff::builder::{Builder, hazard};
use crate::diff::context::relation;

/// ALTER POLICY can neither change the command nor take an expression away.
pub(super) fn verdict(old: &Policy, new: &Policy) -> Verdict {
    let taken = old.using.is_some() && new.using.is_none() || old.with_check.is_some() && new.with_check.is_none();
    if old.command == new.command && old.permissive == new.permissive && !taken {
        Verdict::Alter
    } else {
        Verdict::Replace
    }
}

pub(super) fn create(builder: &mut Builder<'_>, id: &ObjectId, new: &Policy) {
    let (Some(table), Some(name)) = (id.qualified_name(), &id.sub) else { return };
    let kind = if new.permissive { "" } else { " AS RESTRICTIVE" };
    let mut sql =
        format!("CREATE POLICY {name} ON {table}{kind}\n    FOR {} TO {}", new.command.keyword(), roles(&new.roles));
    if let Some(using) = &new.using {
        sql.push_str(&format!("\n    USING ({using})"));
    }
    if let Some(check) = &new.with_check {
        sql.push_str(&format!("\n    WITH CHECK ({check})"));
    }
    let mut action = Action::create(Rank::Policy, id, sql);
    if let Some(table) = relation(builder.context.to, id)
        && !builder.states.comes(&table)
    {
        action = action.hazard(changes_access(&table));
    }
    builder.push(action);
}

pub(super) fn alter(builder: &mut Builder<'_>, id: &ObjectId, old: &Policy, new: &Policy) {
    let (Some(table), Some(name)) = (id.qualified_name(), &id.sub) else { return };
    let mut sql = format!("ALTER POLICY {name} ON {table}");
    if old.roles != new.roles {
        sql.push_str(&format!(" TO {}", roles(&new.roles)));
    }
    if let Some(using) = new.using.as_ref().filter(|_| old.using != new.using) {
        sql.push_str(&format!("\n    USING ({using})"));
    }
    if let Some(check) = new.with_check.as_ref().filter(|_| old.with_check != new.with_check) {
        sql.push_str(&format!("\n    WITH CHECK ({check})"));
    }
    let mut action = Action::alter(Rank::Policy, id, sql);
    if let Some(table) = relation(builder.context.to, id) {
        action = action.hazard(changes_access(&table));
    }
    builder.push(action);
}

fn changes_access(table: &ObjectId) -> pgmason_model::difference::ChangeHazard {
    hazard(HazardKind::Access, format!("who sees or changes which rows of {table} changes"))
}

fn roles(roles: &BTreeSet<Identifier>) -> String {
    let list: Vec<String> =
        roles.iter().map(|role| if *role == "public" { "PUBLIC".to_owned() } else { role.to_string() }).collect();
    list.join(", ")
}
