//! Identity columns: how they are said, and how a column becomes one or ceases to be one.

use pgmason_model::catalog::{Identity, Sequence};
use pgmason_model::difference::ActionKind;
use pgmason_model::identifier::quote_literal;
use pgmason_model::{ObjectId, ObjectKind};

use super::sequence;
use crate::diff::action::{Action, Rank};
use crate::diff::builder::Builder;

/// `GENERATED ALWAYS AS IDENTITY (START WITH 10)`.
pub(super) fn text(builder: &Builder<'_>, id: &ObjectId, identity: Identity) -> String {
    let sequence = builder.context.new.identity_sequence(id);
    let options = sequence.map(|(sequence_id, sequence)| options(id, sequence_id, sequence)).unwrap_or_default();
    format!("GENERATED {} AS IDENTITY{options}", word(identity))
}

/// `sql` writes ALTER COLUMN with what follows.
pub(super) fn change(
    builder: &mut Builder<'_>,
    id: &ObjectId,
    identity: (Option<Identity>, Option<Identity>),
    sql: &dyn Fn(&str) -> String,
) {
    let table_id = id.relation(ObjectKind::Table);
    match identity {
        (Some(_), None) => {
            let mut action = Action::alter(Rank::DropPart, id, sql("DROP IDENTITY"));
            action.needs.clear();
            if let Some((sequence, _)) = builder.context.old.identity_sequence(id) {
                action.removes.push(sequence.clone());
            }
            builder.actions.push(action);
        }
        (None, Some(identity)) => {
            let change = format!("ADD {}", text(builder, id, identity));
            let mut action = Action::alter(Rank::Default, id, sql(&change));
            // It has to be NOT NULL, and without a default, by then.
            let default = ObjectId { kind: ObjectKind::Default, ..id.clone() };
            action.after_removal.insert(default);
            // The sequence of a serial column may have the very name.
            action.after_removal.extend(builder.context.old.sequences_of(id).iter().map(|id| (*id).clone()));
            action.makes.clear();
            action.needs.insert(id.clone());
            let place = builder.push(action);
            // The values that are there are not taken into account by the new sequence.
            if let Some((sequence_id, _)) = builder.context.new.identity_sequence(id)
                && let Some(column) = &id.sub
            {
                let sequence = quote_literal(&sequence_id.to_string());
                let sql = format!("SELECT setval({sequence}, max({column})) FROM {table_id} HAVING max({column}) > 0");
                let mut action = Action::new(ActionKind::Data, Rank::Default, id, sql);
                action.after.push(place);
                action.why = Some("the identity goes on after the values that are there".to_owned());
                builder.actions.push(action);
            }
        }
        (Some(before), Some(after)) => {
            if before != after {
                let change = format!("SET GENERATED {}", word(after));
                builder.push(Action::alter(Rank::Column, id, sql(&change)));
            }
        }
        (None, None) => {}
    }
}

fn word(identity: Identity) -> &'static str {
    match identity {
        Identity::Always => "ALWAYS",
        Identity::ByDefault => "BY DEFAULT",
    }
}

/// ` (SEQUENCE NAME … START WITH …)`, as far as it is not what PostgreSQL would choose.
fn options(column: &ObjectId, sequence_id: &ObjectId, sequence: &Sequence) -> String {
    let usual = format!("{}_{}_seq", column.name.as_str(), column.sub.as_ref().map_or("", |name| name.as_str()));
    let mut options = sequence::options(sequence);
    if sequence_id.name.as_str() != usual || sequence_id.schema != column.schema {
        options = format!(" SEQUENCE NAME {sequence_id}{options}");
    }
    if options.is_empty() { options } else { format!(" ({})", options.trim_start()) }
}
