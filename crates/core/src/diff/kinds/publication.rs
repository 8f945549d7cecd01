//! Publications and their tables.

use pgmason_model::catalog::{Publication, PublicationTable};
use pgmason_model::difference::ActionKind;
use pgmason_model::identifier::quote_literal;
use pgmason_model::{ObjectId, ObjectKind};

use super::Verdict;
use super::table::table_id;
use crate::diff::action::{Action, Rank};
use crate::diff::builder::Builder;
use crate::diff::states::State;

pub(super) fn verdict(old: &Publication, new: &Publication) -> Verdict {
    if old.all_tables == new.all_tables { Verdict::Alter } else { Verdict::Replace }
}

pub(super) fn create(builder: &mut Builder<'_>, id: &ObjectId, new: &Publication) {
    let mut what: Vec<String> = Vec::new();
    if new.all_tables {
        what.push("ALL TABLES".to_owned());
    }
    what.extend(new.tables.iter().map(|one| format!("TABLE {}", table(one))));
    what.extend(new.schemas.iter().map(|schema| format!("TABLES IN SCHEMA {schema}")));
    let what = if what.is_empty() { String::new() } else { format!(" FOR {}", what.join(", ")) };
    let sql = format!("CREATE PUBLICATION {id}{what} WITH ({})", options(new));
    let mut action = Action::create(Rank::Publication, id, sql);
    action.needs.extend(needs(new));
    builder.push(action);
}

pub(super) fn alter(builder: &mut Builder<'_>, id: &ObjectId, old: &Publication, new: &Publication) {
    if options(old) != options(new) {
        builder.push(Action::alter(Rank::Publication, id, format!("ALTER PUBLICATION {id} SET ({})", options(new))));
    }
    let leaves = |builder: &Builder<'_>, one: &PublicationTable| {
        builder.states.rejoin.contains(&(id.clone(), table_id(&one.table)))
    };
    for one in &old.tables {
        let of = table_id(&one.table);
        // A table that goes leaves by itself.
        let goes = builder.states.is(&of, State::Drop);
        if !goes && (!new.tables.contains(one) || leaves(builder, one)) {
            let sql = format!("ALTER PUBLICATION {id} DROP TABLE {}", one.table);
            let mut action = Action::new(ActionKind::Alter, Rank::DropPart, id, sql);
            action.releases.insert(of.clone());
            action.releases.extend(columns(one));
            builder.actions.push(action);
        }
    }
    for schema in old.schemas.iter().filter(|schema| !new.schemas.contains(schema)) {
        let mut action = Action::new(
            ActionKind::Alter,
            Rank::DropPart,
            id,
            format!("ALTER PUBLICATION {id} DROP TABLES IN SCHEMA {schema}"),
        );
        action.releases.insert(ObjectId::global(ObjectKind::Schema, schema.clone()));
        builder.actions.push(action);
    }
    for one in &new.tables {
        if !old.tables.contains(one) || leaves(builder, one) {
            let mut action =
                Action::alter(Rank::Publication, id, format!("ALTER PUBLICATION {id} ADD TABLE {}", table(one)));
            action.makes.clear();
            action.needs.insert(table_id(&one.table));
            action.needs.extend(columns(one));
            let left: Vec<usize> = positions(builder, id, &format!("DROP TABLE {}", one.table));
            action.after.extend(left);
            // Pushed as it is: what the publication let go of is not held until here.
            builder.actions.push(action);
        }
    }
    for schema in new.schemas.iter().filter(|schema| !old.schemas.contains(schema)) {
        let sql = format!("ALTER PUBLICATION {id} ADD TABLES IN SCHEMA {schema}");
        let action = Action::alter(Rank::Publication, id, sql);
        builder.push(action.needing([ObjectId::global(ObjectKind::Schema, schema.clone())]));
    }
}

fn positions(builder: &Builder<'_>, id: &ObjectId, ending: &str) -> Vec<usize> {
    builder
        .actions
        .iter()
        .enumerate()
        .filter(|(_, action)| action.object == *id && action.sql().ends_with(ending))
        .map(|(place, _)| place)
        .collect()
}

fn needs(publication: &Publication) -> Vec<ObjectId> {
    let tables = publication.tables.iter().flat_map(|one| columns(one).into_iter().chain([table_id(&one.table)]));
    let schemas = publication.schemas.iter().map(|schema| ObjectId::global(ObjectKind::Schema, schema.clone()));
    tables.chain(schemas).collect()
}

fn columns(one: &PublicationTable) -> Vec<ObjectId> {
    let of = |column: &pgmason_model::Identifier| {
        ObjectId::sub_object(ObjectKind::Column, one.table.schema.clone(), one.table.name.clone(), column.clone())
    };
    one.columns.iter().flatten().map(of).collect()
}

fn table(one: &PublicationTable) -> String {
    let list = |columns: &Vec<pgmason_model::Identifier>| {
        let names: Vec<String> = columns.iter().map(ToString::to_string).collect();
        format!(" ({})", names.join(", "))
    };
    let columns = one.columns.as_ref().map(list).unwrap_or_default();
    let filter = one.filter.as_ref().map(|filter| format!(" WHERE ({filter})")).unwrap_or_default();
    format!("{}{columns}{filter}", one.table)
}

fn options(publication: &Publication) -> String {
    let operations: Vec<&str> = ["insert", "update", "delete", "truncate"]
        .into_iter()
        .filter(|operation| publication.operations.contains(*operation))
        .collect();
    let mut text = format!("publish = {}", quote_literal(&operations.join(", ")));
    text.push_str(&format!(", publish_via_partition_root = {}", publication.via_partition_root));
    if let Some(generated) = &publication.generated_columns {
        text.push_str(&format!(", publish_generated_columns = {generated}"));
    }
    text
}
