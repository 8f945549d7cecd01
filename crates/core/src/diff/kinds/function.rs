//! Functions, procedures and aggregates.

use pgmason_model::ObjectId;
use pgmason_model::catalog::{Function, FunctionKind};

use super::Verdict;
use crate::diff::action::{Action, Rank};
use crate::diff::body_references::mentioned;
use crate::diff::builder::Builder;

/// CREATE OR REPLACE keeps the result's type, the names of arguments and the defaults that are there.
pub(super) fn verdict(old: &Function, new: &Function) -> Verdict {
    let same_shape = old.kind == new.kind && old.returns == new.returns && old.kind != FunctionKind::Aggregate;
    if same_shape && keeps_defaults(&old.arguments, &new.arguments) { Verdict::Alter } else { Verdict::Replace }
}

/// Identity arguments are the same; only defaults can differ, and there may be more of them, not fewer.
fn keeps_defaults(old: &str, new: &str) -> bool {
    let count = |text: &str| text.matches(" DEFAULT ").count();
    old == new || count(new) >= count(old)
}

pub(super) fn create(builder: &mut Builder<'_>, id: &ObjectId, new: &Function) {
    let sql = match (new.kind, id.qualified_name()) {
        (FunctionKind::Aggregate, Some(name)) => {
            let arguments = if new.arguments.is_empty() { "*" } else { &new.arguments };
            let lines: Vec<String> = new.definition.lines().map(|line| format!("    {line}")).collect();
            format!("CREATE AGGREGATE {name}({arguments}) (\n{}\n)", lines.join("\n"))
        }
        // PostgreSQL writes CREATE OR REPLACE; what is new has nothing to replace.
        _ => text(new).replacen("CREATE OR REPLACE ", "CREATE ", 1),
    };
    let mut action = Action::create(Rank::Function, id, sql);
    action.wishes.extend(mentioned(builder.context.to, &new.body));
    builder.push(action);
}

pub(super) fn alter(builder: &mut Builder<'_>, id: &ObjectId, old: &Function, new: &Function) {
    if (Function { owner: new.owner.clone(), ..old.clone() }) == *new {
        return;
    }
    let mut action = Action::alter(Rank::Function, id, text(new));
    action.wishes.extend(mentioned(builder.context.to, &new.body));
    builder.push(action);
}

fn text(function: &Function) -> String {
    function.definition.trim_end().trim_end_matches(';').to_owned()
}
