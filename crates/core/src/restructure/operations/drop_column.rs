//! `drop_column`: a column goes; its values stay in an archive.

use serde::{Deserialize, Serialize};

use pgmason_model::catalog::{Column, ConstraintKind};
use pgmason_model::restructure::{
    LockMode, NameChange, NameKind, NamePath, PlannedOperation, RestructureStep, StepUndo,
};
use pgmason_model::{Identifier, Object, ObjectId, ObjectKind, QualifiedName};

use crate::restructure::column_notes::{functions_that_name, in_use, shape_changes, triggers};
use crate::restructure::column_parts::{
    ColumnParts, goes_along, inbound, locks_of_parts, not_null_check, not_null_name, parts_of, readers,
    rebuilt_on_the_way_back, set_not_null,
};
use crate::restructure::column_reach::reach;
use crate::restructure::context::PlanContext;
use crate::restructure::equal_columns::EqualColumns;
use crate::restructure::refusal::OperationRefusal;
use crate::restructure::shadow_column::{self, is_steady, without_domain};
use crate::restructure::step::{both_ways, check_with_undo, exclusive, locks, transaction, validate};
use crate::restructure::sync_trigger::{differs, quiet};
use crate::restructure::table_facts::{
    column_of, constraint_is_free, default_of, every_row_is_seen, is_of_key, key_of, refused, stands_alone,
};
use crate::restructure::tracking::tell_postgrest;
use crate::restructure::value_archive::Archive;

/// See the file's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DropColumn {
    pub table: String,
    pub column: String,
    /// The column that code is to use instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead: Option<String>,
}

pub fn plan(asked: &DropColumn, context: &mut PlanContext<'_>) -> Result<PlannedOperation, OperationRefusal> {
    let (table, name) = context.table(&asked.table)?;
    let context = &*context;
    let (column, found) = column_of(context, &table, &asked.column)?;
    let instead = asked.instead.as_deref().map(|instead| column_of(context, &table, instead)).transpose()?;
    let parts = parts_of(context.catalog, &table, &column);
    may_go(context, &table, &name, &column, found, &parts)?;
    if instead.as_ref().is_some_and(|(instead, _)| *instead == column) {
        return Err(refused(format!("{name}.{column} is to be used instead of itself"), "name another column"));
    }
    let key = key_of(context, &table)?;
    if key.iter().any(|part| part.name == column) {
        return Err(refused(
            format!("{name} has no other key than one with {column}, by which its values could be kept"),
            "give it a primary key first",
        ));
    }
    let collation = found.collation.as_ref().map(|collation| format!(" COLLATE {collation}")).unwrap_or_default();
    let plain = without_domain(context.catalog, found);
    let archive = Archive::new("dropped", &name, key.clone(), &column, format!("{}{collation}", plain.type_name));

    let mut operation = PlannedOperation {
        title: format!("drop {name}.{column}"),
        relations: vec![name.clone()],
        reach: reach(context, &table, &column, &[asked.instead.as_deref()]),
        names: vec![NameChange {
            kind: NameKind::Column,
            old: NamePath::member(name.clone(), column.clone()),
            new: instead.clone().map(|(instead, _)| NamePath::member(name.clone(), instead)),
            note: None,
        }],
        direct: vec![format!("ALTER TABLE {name} DROP COLUMN {column}")],
        ..PlannedOperation::default()
    };
    operation.notes = goes_along(&parts);
    operation.notes.extend(functions_that_name(context, &table, &name, &column));
    operation.notes.extend(in_use(context, &name, &column));
    operation.notes.extend(shape_changes(context, &name, None));
    operation
        .notes
        .push(format!("{} keeps its values; after a way back the column is the last one of its table", archive.name));
    operation.notes.push(format!(
        "after the stage is completed the values are found again by the key of their row: a row that is deleted and comes \
         again with the same key would get the {column} of the first one, and one whose key changes none"
    ));
    operation.notes.extend(triggers(context, &table, Some(&column)));
    let equal = match &instead {
        Some((instead, other)) => {
            match EqualColumns::new(context, &table, &name, &key, (&column, found), (instead, other)) {
                Ok(equal) => Some(equal),
                Err(why) => {
                    operation.notes.push(format!(
                        "code of before and code of after do not see each other's values, {column} and {instead} are not kept \
                         equal: {why}"
                    ));
                    None
                }
            }
        }
        None => None,
    };
    if let Some(equal) = &equal {
        operation.rows_fulfil.push(equal.rows_fulfil());
        operation.notes.extend(equal.notes());
        operation.start = equal.start();
        operation.direct.splice(0..0, equal.direct());
        operation.complete.push(equal.are_equal());
    }
    if found.not_null {
        // On the way back the trigger is still there by then.
        operation.start.extend(may_be_left_out(context, &table, &name, &column)?);
        if equal.is_none() && default_of(context.catalog, &table, &column).is_none() {
            operation.notes.push(format!(
                "the way back needs a value in {column} for rows that were written without one: it is NOT NULL"
            ));
        }
    }
    operation.complete.extend(contract(context, &table, &name, (&column, found), &parts, &archive, equal.as_ref())?);
    Ok(operation)
}

/// NOT NULL goes at the start, so that new code can leave the column out. The way back reads this from below.
fn may_be_left_out(
    context: &PlanContext<'_>,
    table: &ObjectId,
    name: &QualifiedName,
    column: &Identifier,
) -> Result<Vec<RestructureStep>, OperationRefusal> {
    let (stand_in, add) = not_null_check(name, column);
    constraint_is_free(context, table, &stand_in)?;
    let drop_stand_in = format!("ALTER TABLE {name} DROP CONSTRAINT {stand_in}");
    let is_true = |title: &str, undo| check_with_undo(title, "SELECT true", "", undo);
    Ok(vec![
        both_ways(
            format!("{name}.{column} may be left out"),
            &exclusive(name),
            vec![format!("ALTER TABLE {name} ALTER COLUMN {column} DROP NOT NULL")],
            vec![set_not_null(name, column, not_null_name(context.catalog, table, column).as_ref()), drop_stand_in],
        ),
        is_true("on the way back every row is looked at", StepUndo::Action(validate(name, &stand_in).action)),
        is_true("on the way back nulls are refused", StepUndo::Action(transaction(exclusive(name), vec![add]))),
    ])
}

fn contract(
    context: &PlanContext<'_>,
    table: &ObjectId,
    name: &QualifiedName,
    (column, found): (&Identifier, &Column),
    parts: &ColumnParts<'_>,
    archive: &Archive,
    equal: Option<&EqualColumns<'_>>,
) -> Result<Vec<RestructureStep>, OperationRefusal> {
    let told = tell_postgrest(context.catalog);
    let trigger = archive.keep_current(column);
    let kept = |of: &str| format!("CAST({of}.{column} AS {})", without_domain(context.catalog, found).type_name);
    let mut steps = archive.make(&format!("values of the column {column}"));
    steps.push(both_ways(
        format!("keep {} current", archive.name),
        &locks(name, LockMode::ShareRowExclusive),
        trigger.create.clone(),
        trigger.drop.clone(),
    ));
    steps.push(RestructureStep {
        title: format!("keep the values of {name}.{column}"),
        action: archive.take(&format!("batch.{column}"), None),
        undo: StepUndo::Nothing,
    });
    steps.extend(rebuilt_on_the_way_back(context.catalog, name, parts));
    steps.push(check_with_undo(
        format!("see that {} has every value", archive.name),
        archive.is_whole(&kept("source")),
        format!("values of {name}.{column} are not in {}", archive.name),
        StepUndo::Action(match equal {
            // What code of after has written since counts.
            Some(equal) => equal.give_again(),
            None => archive.give(
                &format!("{column} = pgmason_batch.{}", archive.value),
                &differs(&kept(&name.to_string()), &format!("pgmason_batch.{}", archive.value)),
                quiet(name, column),
            ),
        }),
    ));
    let mut forth = trigger.drop;
    forth.extend(equal.iter().flat_map(|equal| equal.sync.drop.clone()));
    forth.push(format!("ALTER TABLE {name} DROP COLUMN {column}"));
    forth.extend(told.clone());
    let mut back = back_again(context, table, name, (column, found), equal.is_none())?;
    back.extend(equal.iter().flat_map(|equal| equal.sync.create.clone()));
    back.extend(trigger.create);
    back.extend(told);
    steps.push(both_ways(format!("drop {name}.{column}"), &locks_of_parts(name, parts), forth, back));
    Ok(steps)
}

/// The column without its values. Rows that came meanwhile have its default, as they would have had: where another column has
/// no value for them.
fn back_again(
    context: &PlanContext<'_>,
    table: &ObjectId,
    name: &QualifiedName,
    (column, found): (&Identifier, &Column),
    have_default: bool,
) -> Result<Vec<String>, OperationRefusal> {
    let id = ObjectId { kind: ObjectKind::Default, sub: Some(column.clone()), ..table.clone() };
    let default = match context.catalog.get(&id) {
        Some(Object::Default(default)) => Some(default.clone()),
        _ => None,
    };
    // A constant is kept in the catalog for all rows (PostgreSQL 11 and newer), everything else would write them anew.
    let (at_once, later) = match default {
        Some(default) if have_default && is_steady(&default.expression) => (Some(default), None),
        other => (None, other),
    };
    let mut statements = shadow_column::add_again(context, table, column, found, at_once)?;
    statements.extend(
        later.map(|default| format!("ALTER TABLE {name} ALTER COLUMN {column} SET DEFAULT {}", default.expression)),
    );
    Ok(statements)
}

fn may_go(
    context: &PlanContext<'_>,
    table: &ObjectId,
    name: &QualifiedName,
    column: &Identifier,
    found: &Column,
    parts: &ColumnParts<'_>,
) -> Result<(), OperationRefusal> {
    stands_alone(context, table, "a column is dropped")?;
    every_row_is_seen(context, table)?;
    if is_of_key(context.catalog, table, column) {
        return Err(refused(format!("{name}.{column} is part of the primary key"), "give the table another key first"));
    }
    if found.generated.is_some() || found.identity.is_some() {
        return Err(refused(
            format!("{name}.{column} is generated, or an identity column: nothing of it needs to be kept"),
            "drop it with a migration",
        ));
    }
    let owned = context.catalog.of_kind(ObjectKind::Sequence).find(|(_, object)| {
        matches!(object, Object::Sequence(sequence) if sequence.owned_by.as_ref()
            .is_some_and(|of| of.qualified_name().as_ref() == Some(name) && of.sub.as_ref() == Some(column)))
    });
    if let Some((sequence, _)) = owned {
        return Err(refused(
            format!("the sequence {sequence} belongs to {name}.{column}, and would go with it"),
            format!("let it stand by itself first: ALTER SEQUENCE {sequence} OWNED BY NONE"),
        ));
    }
    let reads = readers(context.catalog, table, column);
    if !reads.is_empty() {
        return Err(refused(
            format!("{name}.{column} is in use by {}", reads.join(", ")),
            "change them first, so that they do without it: nothing is dropped by CASCADE",
        ));
    }
    let keys = inbound(context.catalog, name, column);
    if let Some((key, _)) = keys.first() {
        return Err(refused(format!("the foreign key {key} refers to {name}.{column}"), "drop it first"));
    }
    if let Some((_, constraint, _)) = parts.constraints.iter().find(|(.., held)| held.kind == ConstraintKind::Exclusion)
    {
        return Err(refused(
            format!(
                "the exclusion constraint {constraint} holds {column}, and could not be built again beside the traffic"
            ),
            "drop it with a migration first",
        ));
    }
    for (id, index) in &parts.indexes {
        if index.replica_identity || index.tablespace.is_some() {
            return Err(refused(
                format!("the index {id} holds {column}, and is the replica identity or in a tablespace of its own"),
                "use a migration",
            ));
        }
    }
    Ok(())
}
