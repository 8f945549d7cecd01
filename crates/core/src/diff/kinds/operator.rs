//! Operators.

use pgmason_model::ObjectId;
use pgmason_model::catalog::Operator;

use crate::diff::action::{Action, Rank};
use crate::diff::builder::Builder;

pub(super) fn create(builder: &mut Builder<'_>, id: &ObjectId, new: &Operator) {
    let (Some(schema), Some(sides)) = (&id.schema, &id.sub) else { return };
    let Some((left, right)) =
        sides.as_str().trim_start_matches('(').trim_end_matches(')').split_once(',').map(|(l, r)| (l.trim(), r.trim()))
    else {
        builder.not_modelled(id, "what it takes cannot be read");
        return;
    };
    let mut options = vec![format!("FUNCTION = {}", without_arguments(&new.function))];
    if !matches!(left, "NONE" | "") {
        options.push(format!("LEFTARG = {left}"));
    }
    if !matches!(right, "NONE" | "") {
        options.push(format!("RIGHTARG = {right}"));
    }
    for (word, value) in [("COMMUTATOR", &new.commutator), ("NEGATOR", &new.negator)] {
        if let Some(value) = value {
            options.push(format!("{word} = {}", operator_name(value)));
        }
    }
    for (word, value) in [("RESTRICT", &new.restrict), ("JOIN", &new.join)] {
        if let Some(value) = value {
            options.push(format!("{word} = {}", without_arguments(value)));
        }
    }
    if new.hashes {
        options.push("HASHES".to_owned());
    }
    if new.merges {
        options.push("MERGES".to_owned());
    }
    let sql = format!("CREATE OPERATOR {schema}.{} (\n    {}\n)", id.name.as_str(), options.join(",\n    "));
    builder.push(Action::create(Rank::Function, id, sql));
}

fn without_arguments(function: &str) -> &str {
    function.split_once('(').map_or(function, |(name, _)| name)
}

/// `public.===(integer,integer)` as CREATE OPERATOR wants to read it.
fn operator_name(text: &str) -> String {
    format!("OPERATOR({})", without_arguments(text))
}
