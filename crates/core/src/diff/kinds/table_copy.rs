//! A table that takes the place of one of the same name: the old one steps aside, its rows are copied, then it goes.

use pgmason_model::catalog::{Table, TableKind};
use pgmason_model::difference::{ActionKind, HazardKind};
use pgmason_model::{Object, ObjectId, ObjectKind};

use super::{sequence, table, type_swap};
use crate::diff::action::{Action, Rank};
use crate::diff::builder::{Builder, hazard};
use crate::diff::retype;

/// The old table under another name, and the place of the statement that renamed it.
pub(super) struct Aside {
    id: ObjectId,
    place: usize,
    /// Places of statements that give its identity sequences other names: the new one's take theirs.
    sequences: Vec<usize>,
    /// A partition whose parent is written anew as well: its rows are copied with the parent's.
    with_parent: bool,
}

/// None: it held no rows of its own, and is simply dropped.
pub(super) fn set_aside(builder: &mut Builder<'_>, id: &ObjectId) -> Option<Aside> {
    let Some(Object::Table(old)) = builder.old(id) else { return None };
    let columns: Vec<ObjectId> =
        table::columns(builder.context.from, id).into_iter().map(|(column, _)| column.clone()).collect();
    if old.kind == TableKind::Foreign {
        let mut drop = Action::drop(Rank::DropPart, id, format!("DROP FOREIGN TABLE {id}"));
        drop.removes.extend(columns);
        builder.push(drop);
        return None;
    }
    let aside = type_swap::aside(builder, id);
    let with_parent = table::goes_with_its_parent(builder, old);
    let mut detached = None;
    if let Some(part) = old.partition_of.as_ref().filter(|_| !with_parent) {
        // The new one takes its place, and its bounds.
        let sql = format!("ALTER TABLE {} DETACH PARTITION {id}", part.parent);
        builder.actions.push(Action::new(ActionKind::Alter, Rank::Table, id, sql));
        detached = Some(builder.actions.len() - 1);
    }
    let mut rename =
        Action::new(ActionKind::Alter, Rank::Table, id, format!("ALTER TABLE {id} RENAME TO {}", aside.name));
    rename.why = Some("the table is written anew; its rows are copied".to_owned());
    rename.after.extend(detached);
    rename.removes.push(id.clone());
    rename.removes.extend(columns.iter().cloned());
    builder.actions.push(rename);
    let place = builder.actions.len() - 1;
    let mut sequences = Vec::new();
    for column in &columns {
        for sequence_id in builder.context.old.sequences_of(column).to_vec() {
            let Some(Object::Sequence(sequence)) = builder.old(sequence_id) else { continue };
            if sequence.identity {
                let name = type_swap::aside(builder, sequence_id);
                let sql = format!("ALTER SEQUENCE {sequence_id} RENAME TO {}", name.name);
                let mut action = Action::new(ActionKind::Alter, Rank::Table, id, sql);
                action.after.push(place);
                action.removes.push(sequence_id.clone());
                builder.actions.push(action);
                sequences.push(builder.actions.len() - 1);
            } else if builder.new_object(sequence_id).is_some() {
                // It would go with the old table.
                let sql = format!("ALTER SEQUENCE {sequence_id} OWNED BY NONE");
                let mut action = Action::new(ActionKind::Alter, Rank::Table, sequence_id, sql);
                action.releases.insert(column.clone());
                builder.actions.push(action);
            }
        }
    }
    Some(Aside { id: aside, place, sequences, with_parent })
}

pub(super) fn copy(builder: &mut Builder<'_>, id: &ObjectId, new: &Table, aside: &Aside, create: usize) {
    let old_columns = table::columns(builder.context.from, id);
    let new_columns = table::columns(builder.context.to, id);
    if let Some(action) = builder.actions.get_mut(create) {
        action.after.push(aside.place);
        action.after.extend(&aside.sequences);
    }
    if aside.with_parent {
        return;
    }
    let mut names = Vec::new();
    let mut values = Vec::new();
    let mut hazards = vec![hazard(HazardKind::Rewrite, format!("{id} is written anew while others wait"))];
    for (column_id, column) in &new_columns {
        let Some(name) = column_id.sub.as_ref().filter(|_| column.generated.is_none()) else { continue };
        let Some((_, before)) = old_columns.iter().find(|(old, _)| old.sub.as_ref() == Some(name)) else {
            let default = ObjectId { kind: ObjectKind::Default, ..(*column_id).clone() };
            if column.not_null && column.identity.is_none() && builder.new_object(&default).is_none() {
                hazards.push(hazard(
                    HazardKind::MayFail,
                    format!("{column_id} may not be null, and no row has a value for it"),
                ));
            }
            continue;
        };
        let swapped = column.user_type.as_ref().is_some_and(|used| builder.states.goes(used));
        let value = if before.type_name == column.type_name && !swapped {
            name.to_string()
        } else {
            hazards.push(hazard(
                HazardKind::MayFail,
                format!("fails where a value of {column_id} is no {}", column.type_name),
            ));
            retype::using(&name.to_string(), &before.type_name, &column.type_name, swapped)
                .unwrap_or_else(|| name.to_string())
        };
        if column.not_null && !before.not_null {
            hazards.push(hazard(HazardKind::MayFail, format!("fails where {column_id} is null")));
        }
        names.push(name.to_string());
        values.push(value);
    }
    for (column_id, _) in &old_columns {
        if builder.new_object(column_id).is_none() && column_id.sub.is_some() {
            hazards.push(builder.loses("drop-column", column_id, format!("the values of {column_id} are lost")));
        }
    }
    let mut last = aside.place;
    if !names.is_empty() {
        let identity = new_columns.iter().any(|(_, column)| column.identity.is_some());
        let overriding = if identity { "\nOVERRIDING SYSTEM VALUE" } else { "" };
        let sql = format!(
            "INSERT INTO {id} ({}){overriding}\nSELECT {}\nFROM {}",
            names.join(", "),
            values.join(", "),
            aside.id
        );
        let mut action = Action::new(ActionKind::Data, Rank::Copy, id, sql);
        action.needs.insert(id.clone());
        action.needs.extend(new_columns.iter().map(|(column, _)| (*column).clone()));
        action
            .needs
            .extend(new_columns.iter().map(|(column, _)| ObjectId { kind: ObjectKind::Default, ..(*column).clone() }));
        // Rows need a partition to go to.
        let partitions = partitions(builder, id);
        action.needs.extend(partitions.iter().map(table::attached));
        action.needs.extend(partitions);
        action.hazards = hazards;
        if matches!(builder.new_object(id), Some(Object::Table(new)) if new.partition_key.is_some()) {
            action.hazards.push(hazard(HazardKind::MayFail, format!("fails where no partition of {id} takes a row")));
        }
        action.rewrites.push(id.clone());
        builder.actions.push(action);
        last = builder.actions.len() - 1;
    }
    let mut drop = Action::new(ActionKind::Drop, Rank::DropTable, id, format!("DROP TABLE {}", aside.id));
    drop.after.push(last);
    // The partitions that go with it.
    let partitions_that_go: Vec<ObjectId> = builder
        .context
        .from
        .of_kind(ObjectKind::Table)
        .filter(|(_, object)| matches!(object, Object::Table(part) if part.partition_of.as_ref().is_some_and(|of| table::table_id(&of.parent) == *id)))
        .filter(|(part, _)| builder.context.to.get(part).is_none())
        .map(|(part, _)| part.clone())
        .collect();
    drop.removes.extend(partitions_that_go);
    for (column, _) in &new_columns {
        let old_identity = builder.context.old.identity_sequence(column).map(|(old, _)| old.clone());
        let new_identity = builder.context.new.identity_sequence(column).map(|(new, _)| new.clone());
        if let (Some(old), Some(new)) = (old_identity, new_identity) {
            let name = type_swap::aside(builder, &old);
            let text = pgmason_model::identifier::quote_literal(&new.to_string());
            let sql = format!("SELECT setval({text}, last_value, is_called) FROM {name}");
            let mut action = Action::new(ActionKind::Data, Rank::Copy, id, sql);
            action.needs.insert(id.clone());
            action.after.push(last);
            builder.actions.push(action);
            drop.after.push(builder.actions.len() - 1);
        }
        for sequence_id in builder.context.new.sequences_of(column).to_vec() {
            let kept = matches!(builder.new_object(sequence_id), Some(Object::Sequence(found)) if !found.identity)
                && builder.old(sequence_id).is_some()
                && !builder.states.goes(sequence_id);
            if kept {
                sequence::own(builder, sequence_id, Some(column));
                if let Some(action) = builder.actions.last_mut() {
                    action.releases.clear();
                    action.needs.extend([id.clone(), (*column).clone()]);
                }
            }
        }
    }
    builder.actions.push(drop);
    if new.kind == TableKind::Foreign {
        builder.refuse(id, "a table of this database cannot become a foreign table with its rows");
    }
}

fn partitions(builder: &Builder<'_>, id: &ObjectId) -> Vec<ObjectId> {
    let of = |table: &Table| table.partition_of.as_ref().is_some_and(|part| table::table_id(&part.parent) == *id);
    builder
        .context
        .to
        .of_kind(ObjectKind::Table)
        .filter(|(_, object)| matches!(object, Object::Table(table) if of(table)))
        .map(|(part, _)| part.clone())
        .collect()
}
