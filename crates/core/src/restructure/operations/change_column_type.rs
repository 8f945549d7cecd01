//! `change_column_type`: a column gets another type.

use serde::{Deserialize, Serialize};

use pgmason_model::catalog::{Column, ConstraintKind};
use pgmason_model::restructure::{NameChange, NameKind, NamePath, PlannedOperation};
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind, QualifiedName};
use pgmason_sql::types::{Rewrite, data_type, type_change};

use crate::diff::{self, DiffOptions};
use crate::restructure::column_notes::{functions_that_name, prepared_readers, shape_changes, triggers};
use crate::restructure::column_parts::{inbound, parts_of, readers};
use crate::restructure::column_reach::reach;
use crate::restructure::context::PlanContext;
use crate::restructure::refusal::OperationRefusal;
use crate::restructure::retyped_column::{self, Retyped};
use crate::restructure::retyped_values::{Conversion, base, is_whole, type_named};
use crate::restructure::step::{both_ways, exclusive};
use crate::restructure::table_facts::{
    column_of, default_of, every_row_is_seen, key_of, one_expression, refused, stands_alone,
};
use crate::restructure::tracking::tell_postgrest;

/// See the file's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeColumnType {
    pub table: String,
    pub column: String,
    #[serde(rename = "type")]
    pub type_name: String,
    /// The new value, from the old column; a cast when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub using: Option<String>,
    /// The old value, from the new one, for code that writes the new shape; a cast when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back: Option<String>,
}

pub fn plan(asked: &ChangeColumnType, context: &mut PlanContext<'_>) -> Result<PlannedOperation, OperationRefusal> {
    let context = &*context;
    let (table, name) = context.table(&asked.table)?;
    let (column, found) = column_of(context, &table, &asked.column)?;
    one_expression("`type`", &asked.type_name)?;
    stands_alone(context, &table, "a column changes its type")?;
    if found.generated.is_some() {
        return Err(refused(format!("{name}.{column} is generated"), "drop it and add it with a migration"));
    }
    if found.type_name == asked.type_name {
        return Err(refused(format!("{name}.{column} is {} already", found.type_name), "take the operation out"));
    }
    if data_type(&asked.type_name).is_none() {
        return Err(refused(format!("`{}` is no type", asked.type_name), "write it as in CREATE TABLE"));
    }
    let (new_type, new_user_type) = type_named(context.catalog, &asked.type_name)?;
    let shape = Column { type_name: new_type.clone(), user_type: new_user_type.clone(), ..found.clone() };
    let mut operation = PlannedOperation {
        title: format!("{name}.{column} becomes {new_type}"),
        relations: vec![name.clone()],
        reach: reach(context, &table, &column, &[asked.using.as_deref(), asked.back.as_deref()]),
        names: vec![NameChange {
            kind: NameKind::Column,
            old: NamePath::member(name.clone(), column.clone()),
            new: Some(NamePath::member(name.clone(), column.clone())),
            note: Some(format!("its type is {new_type}")),
        }],
        notes: functions_that_name(context, &table, &name, &column)
            .into_iter()
            .chain(triggers(context, &table, None))
            .collect(),
        ..PlannedOperation::default()
    };
    operation.notes.push(prepared_readers(&name, &column));
    if asked.using.is_none() && asked.back.is_none() && keeps_bytes(context, &table, &column, found, &new_type) {
        // What reads the column is taken down and made again in the same transaction: the catalog only.
        let changed = with_shape(context.catalog, &table, &column, shape.clone());
        let forth = between(context, context.catalog, &changed)?;
        if !forth.iter().any(|statement| reads_rows(statement)) {
            at_once(context, &name, &column, found, forth, &changed, &mut operation)?;
            return Ok(operation);
        }
    }
    may_be_rewritten(context, &table, &name, &column, found, &new_type)?;
    let written = (asked.using.as_deref(), asked.back.as_deref());
    let retyped = Retyped {
        context,
        key: key_of(context, &table)?,
        conversion: Conversion::new(context.catalog, &table, &column, found, &new_type, written)?,
        table: table.clone(),
        name: name.clone(),
        column: column.clone(),
        found,
        new_user_type,
    };
    let shape = Column { collation: None, storage: None, compression: None, ..shape };
    let changed = with_shape(context.catalog, &table, &column, shape);
    operation.direct = retyped_column::direct(&retyped, between(context, context.catalog, &changed)?);
    operation.notes.extend(notes(&retyped));
    retyped_column::steps(&retyped, &mut operation)?;
    Ok(operation)
}

/// One short transaction, of the catalog alone.
fn at_once(
    context: &PlanContext<'_>,
    name: &QualifiedName,
    column: &Identifier,
    found: &Column,
    forth: Vec<String>,
    changed: &Catalog,
    operation: &mut PlannedOperation,
) -> Result<(), OperationRefusal> {
    let back = between(context, changed, context.catalog)?;
    let told = tell_postgrest(context.catalog);
    operation.notes.extend(shape_changes(context, name, None));
    operation.notes.push(format!(
        "the way back makes {name}.{column} {} again, which writes the whole table anew while others wait, and fails where a value does \
         not fit any more",
        found.type_name
    ));
    let with = |statements: &[String]| statements.iter().chain(&told).cloned().collect::<Vec<_>>();
    operation.start = vec![both_ways(operation.title.clone(), &exclusive(name), with(&forth), with(&back))];
    operation.direct = forth;
    Ok(())
}

/// The new type reads the same bytes, and neither an index nor a CHECK has to be made anew for it.
fn keeps_bytes(
    context: &PlanContext<'_>,
    table: &ObjectId,
    column: &Identifier,
    found: &Column,
    new_type: &str,
) -> bool {
    let (Some(from), Some(to)) = (data_type(&found.type_name), data_type(new_type)) else { return false };
    if type_change(&from, &to) != Rewrite::No {
        return false;
    }
    let in_words = |base: &str| matches!(base, "text" | "varchar");
    let same_classes = from.base.name == to.base.name || in_words(&from.base.name) && in_words(&to.base.name);
    let parts = parts_of(context.catalog, table, column);
    // An index over an expression, or with a predicate, is always built again (CheckIndexCompatible, PostgreSQL 13 to 18).
    let rebuilt = parts.indexes.iter().any(|(_, index)| {
        !same_classes || index.predicate.is_some() || index.keys.iter().any(|key| key.column.is_none())
    });
    // A CHECK is made again, and every row looked at.
    !rebuilt && !parts.constraints.iter().any(|(.., held)| held.kind == ConstraintKind::Check)
}

/// What cannot go over to a second column.
fn may_be_rewritten(
    context: &PlanContext<'_>,
    table: &ObjectId,
    name: &QualifiedName,
    column: &Identifier,
    found: &Column,
    new_type: &str,
) -> Result<(), OperationRefusal> {
    let catalog = context.catalog;
    every_row_is_seen(context, table)?;
    if let Some(Object::DomainType(_)) = found.user_type.as_ref().and_then(|id| catalog.get(id)) {
        return Err(refused(
            format!("{name}.{column} is of a domain, {}", found.type_name),
            "use a migration: the way back would read the whole table while others wait",
        ));
    }
    let (shadow, old) = retyped_column::names_of(column);
    for own in [shadow, old] {
        let id = ObjectId { kind: ObjectKind::Column, sub: Some(own.clone()), ..table.clone() };
        if catalog.get(&id).is_some() {
            return Err(OperationRefusal::NameTaken { name: own.to_string(), by: format!("column of {table}") });
        }
    }
    for dependent in needing(catalog, table, column) {
        let why = match dependent.kind {
            ObjectKind::MaterializedView => "its rows would be computed again while others wait",
            ObjectKind::Column => "it is computed from the column",
            ObjectKind::Rule => "it is a rule",
            _ => continue,
        };
        return Err(refused(
            format!("{} {dependent} reads {name}.{column}: {why}", dependent.kind.label()),
            "drop it in a stage before, and add it in one after",
        ));
    }
    if let Some(publication) = readers(catalog, table, column).into_iter().find(|held| held.starts_with("publication"))
    {
        return Err(refused(
            format!("{publication} lists {name}.{column}, or filters by it"),
            "take the list away first, with ALTER PUBLICATION",
        ));
    }
    if found.identity.is_some() && !is_whole(new_type) {
        return Err(refused(
            format!("{name}.{column} is an identity column, and {new_type} is no whole number"),
            "drop the identity with a migration first",
        ));
    }
    for (_, held, constraint) in parts_of(catalog, table, column).constraints {
        let is_key = retyped_column::is_key(constraint);
        let id = ObjectId { kind: ObjectKind::Constraint, sub: Some(held.clone()), ..table.clone() };
        // GROUP BY the primary key.
        let view = catalog.dependencies.iter().find(|(dependent, needed)| {
            is_key && *needed == id && matches!(dependent.kind, ObjectKind::View | ObjectKind::Function)
        });
        if let Some((view, _)) = view {
            return Err(refused(
                format!("{} {view} groups by the constraint {held}, which is made anew", view.kind.label()),
                "name all columns in its GROUP BY first",
            ));
        }
        if let Some(references) =
            constraint.references.as_ref().filter(|_| constraint.kind == ConstraintKind::ForeignKey)
        {
            let other =
                ObjectId::in_schema(ObjectKind::Table, references.table.schema.clone(), references.table.name.clone());
            let place = constraint.columns.iter().position(|own| own == column);
            let theirs = place.and_then(|place| references.columns.get(place));
            compares(catalog, &id, &other, theirs, new_type)?;
        }
    }
    for (id, constraint) in inbound(catalog, name, column) {
        let place = constraint.references.as_ref().and_then(|found| found.columns.iter().position(|own| own == column));
        let theirs = place.and_then(|place| constraint.columns.get(place));
        compares(catalog, id, &id.relation(ObjectKind::Table), theirs, new_type)?;
    }
    Ok(())
}

/// Both sides of a foreign key compare with each other by an index: smallint, integer and bigint do, text and varchar too.
fn compares(
    catalog: &Catalog,
    key: &ObjectId,
    table: &ObjectId,
    column: Option<&Identifier>,
    new_type: &str,
) -> Result<(), OperationRefusal> {
    let Some(column) = column else { return Ok(()) };
    let id = ObjectId { kind: ObjectKind::Column, sub: Some(column.clone()), ..table.clone() };
    let Some(Object::Column(found)) = catalog.get(&id) else { return Ok(()) };
    let words = |name: &str| matches!(base(name).as_str(), "text" | "varchar");
    let (one, other) = (found.type_name.as_str(), new_type);
    if is_whole(one) && is_whole(other) || words(one) && words(other) || base(one) == base(other) {
        return Ok(());
    }
    Err(refused(
        format!("the foreign key {key} would compare {new_type} with {id}, which is {one}"),
        "drop the foreign key in a stage before, change both columns, and add it in one after",
    ))
}

/// What needs the column, and what needs that.
fn needing(catalog: &Catalog, table: &ObjectId, column: &Identifier) -> Vec<ObjectId> {
    let first = ObjectId { kind: ObjectKind::Column, sub: Some(column.clone()), ..table.clone() };
    let mut found: Vec<ObjectId> = Vec::new();
    let mut next = vec![first.clone()];
    while let Some(needed) = next.pop() {
        for (dependent, of) in &catalog.dependencies {
            let is_reader = matches!(
                dependent.kind,
                ObjectKind::View | ObjectKind::MaterializedView | ObjectKind::Column | ObjectKind::Rule
            );
            let of_view = |id: &ObjectId| id.schema == needed.schema && id.name == needed.name;
            let is_it = *of == needed || needed.kind != ObjectKind::Column && of_view(of);
            if is_it && is_reader && *dependent != first && !found.contains(dependent) {
                found.push(dependent.clone());
                next.push(dependent.clone());
            }
        }
    }
    found
}

fn notes(retyped: &Retyped<'_>) -> Vec<String> {
    let Retyped { context, name, column, conversion, .. } = retyped;
    let (_, old) = retyped_column::names_of(column);
    let mut notes = shape_changes(context, name, Some(&retyped_column::names_of(column).0));
    notes.push(format!(
        "{column} is the last column of {name} afterwards: an INSERT without a list of columns, and code that takes columns by their \
         place, has to name them first"
    ));
    notes.push(format!(
        "until the stage is completed a value that does not become {} again is refused: {name}.{old} is kept for the way back",
        conversion.old_type
    ));
    if base(&conversion.new_type) == "bigint" || base(&conversion.new_type) == "numeric" {
        notes.push(format!(
            "some drivers give {} as a string (node-postgres does): see that code takes it",
            conversion.new_type
        ));
    }
    if let Some(default) = default_of(context.catalog, &retyped.table, column) {
        let new = conversion.default(&default);
        if new != default {
            notes.push(format!("the default {default} becomes {new}"));
        }
    }
    notes
}

/// A statement for which PostgreSQL reads a whole table.
fn reads_rows(statement: &str) -> bool {
    ["CREATE INDEX", "CREATE UNIQUE INDEX", "CREATE MATERIALIZED VIEW"].iter().any(|head| statement.starts_with(head))
        || statement.contains(" ADD CONSTRAINT ")
}

fn with_shape(catalog: &Catalog, table: &ObjectId, column: &Identifier, shape: Column) -> Catalog {
    let id = ObjectId { kind: ObjectKind::Column, sub: Some(column.clone()), ..table.clone() };
    let mut changed = catalog.clone();
    changed.objects.insert(id, Object::Column(shape));
    changed
}

fn between(context: &PlanContext<'_>, from: &Catalog, to: &Catalog) -> Result<Vec<String>, OperationRefusal> {
    let options = DiffOptions {
        owners: true,
        creator: context.creator.clone(),
        allow: ["*".to_owned()].into(),
        ..DiffOptions::default()
    };
    let plan = diff::plan(from, to, &options);
    match plan.refusals.first() {
        Some(refusal) => Err(refused(
            format!("what reads the column cannot be made again: {refusal:?}"),
            "drop it first, with a migration",
        )),
        None => Ok(plan.statements.into_iter().map(|statement| statement.sql).collect()),
    }
}
