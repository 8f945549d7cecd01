//! What operations ask of a table: its key, its heirs, whether every row is seen.

use pgmason_model::catalog::{Column, Constraint, ConstraintKind, Index, Table, TableKind};
use pgmason_model::restructure::KeyColumn;
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind};

use super::context::PlanContext;
use super::refusal::OperationRefusal;

pub(super) fn refused(message: impl Into<String>, hint: impl Into<String>) -> OperationRefusal {
    OperationRefusal::Refused { message: message.into(), hint: hint.into() }
}

pub(super) fn table_of<'a>(context: &PlanContext<'a>, table: &ObjectId) -> Result<&'a Table, OperationRefusal> {
    match context.catalog.get(table) {
        Some(Object::Table(found)) => Ok(found),
        _ => Err(OperationRefusal::NoSuchTable { name: table.to_string(), similar: Vec::new() }),
    }
}

pub(super) fn column_of<'a>(
    context: &PlanContext<'a>,
    table: &ObjectId,
    written: &str,
) -> Result<(Identifier, &'a Column), OperationRefusal> {
    let id = context.column(table, written)?;
    match (context.catalog.get(&id), id.sub) {
        (Some(Object::Column(column)), Some(name)) => Ok((name, column)),
        _ => Err(OperationRefusal::NoSuchColumn { table: table.to_string(), column: written.to_owned() }),
    }
}

/// The column's default, as SQL.
pub(super) fn default_of(catalog: &Catalog, table: &ObjectId, column: &Identifier) -> Option<String> {
    let id = ObjectId { kind: ObjectKind::Default, sub: Some(column.clone()), ..table.clone() };
    match catalog.get(&id) {
        Some(Object::Default(default)) => Some(default.expression.clone()),
        _ => None,
    }
}

/// The columns of the primary key, in its order.
pub(super) fn primary_key<'c>(catalog: &'c Catalog, table: &ObjectId) -> Option<&'c [Identifier]> {
    key_constraint(catalog, table).map(|constraint| constraint.columns.as_slice())
}

/// The primary key as a constraint.
pub(super) fn key_constraint<'c>(catalog: &'c Catalog, table: &ObjectId) -> Option<&'c Constraint> {
    catalog.of_relation(ObjectKind::Constraint, table).find_map(|(_, object)| match object {
        Object::Constraint(constraint) if constraint.kind == ConstraintKind::PrimaryKey => Some(constraint),
        _ => None,
    })
}

/// Rows are written and read a batch at a time along this: the primary key, else a unique index over columns that are not
/// null, with nothing left out and the order of the types.
pub(super) fn key_of(context: &PlanContext<'_>, table: &ObjectId) -> Result<Vec<KeyColumn>, OperationRefusal> {
    let name = table.qualified_name();
    let mut found: Vec<(&ObjectId, &Index)> = context
        .catalog
        .of_kind(ObjectKind::Index)
        .filter_map(|(id, object)| match object {
            Object::Index(index) if Some(&index.table) == name.as_ref() => Some((id, index)),
            _ => None,
        })
        .collect();
    found.sort_by_key(|(id, index)| (!index.primary, index.keys.len(), *id));
    found.iter().find_map(|(_, index)| key_columns(context, table, index)).ok_or_else(|| {
        refused(
            format!("{table} has no key along which its rows can be visited"),
            "give it a primary key first, or a unique index over columns that are NOT NULL",
        )
    })
}

fn key_columns(context: &PlanContext<'_>, table: &ObjectId, index: &Index) -> Option<Vec<KeyColumn>> {
    if !index.unique || !index.valid || index.predicate.is_some() {
        return None;
    }
    let columns = index.keys.iter().map(|key| {
        let name =
            key.column.as_ref().filter(|_| key.opclass_is_default && !key.descending && key.collation.is_none())?;
        let (name, column) = column_of(context, table, &name.to_string()).ok()?;
        column.not_null.then(|| KeyColumn { name, type_name: column.type_name.clone() })
    });
    columns.collect()
}

/// `source.id = batch.id AND …` for two aliases.
pub(super) fn same_key(key: &[KeyColumn], one: &str, other: &str) -> String {
    let parts: Vec<String> = key.iter().map(|column| format!("{one}.{0} = {other}.{0}", column.name)).collect();
    parts.join(" AND ")
}

/// Policies would hide rows from a backfill, without a word: from whoever is not the owner, and where it is forced from
/// the owner too.
pub(super) fn every_row_is_seen(context: &PlanContext<'_>, table: &ObjectId) -> Result<(), OperationRefusal> {
    let found = table_of(context, table)?;
    let role = context.catalog.roles.get(context.creator);
    let passes = role.is_some_and(|role| role.superuser || role.bypass_rls);
    let is_owner = found.owner == *context.creator || is_member(context, context.creator, &found.owner);
    if found.row_security && !passes && (found.force_row_security || !is_owner) {
        return Err(refused(
            format!("policies of {table} may hide rows from {}, which would be left behind", context.creator),
            "run it as a role with BYPASSRLS, or take FORCE ROW LEVEL SECURITY off",
        ));
    }
    Ok(())
}

fn is_member(context: &PlanContext<'_>, role: &Identifier, of: &Identifier) -> bool {
    let mut seen = vec![role];
    let mut place = 0;
    while let Some(current) = seen.get(place) {
        place += 1;
        let Some(found) = context.catalog.roles.get(*current) else { continue };
        for group in &found.member_of {
            if group == of {
                return true;
            }
            if !seen.contains(&group) {
                seen.push(group);
            }
        }
    }
    false
}

/// An ordinary table that has no heirs and is none: what is said of it is said of all of its rows.
pub(super) fn stands_alone(context: &PlanContext<'_>, table: &ObjectId, what: &str) -> Result<(), OperationRefusal> {
    let found = table_of(context, table)?;
    let refuse = |reason: &str| Err(refused(format!("{what}: {table} {reason}"), "do it with a migration"));
    match found.kind {
        TableKind::Partitioned => return refuse("is partitioned"),
        TableKind::Foreign => return refuse("is a foreign table"),
        TableKind::Ordinary => {}
    }
    if found.partition_of.is_some() {
        return refuse("is a partition");
    }
    if !found.inherits.is_empty() || !heirs(context.catalog, table).is_empty() {
        return refuse("shares columns with others by inheritance");
    }
    if found.of_type.is_some() {
        return refuse("is a table of a type");
    }
    Ok(())
}

/// Partitions and tables that inherit, of all levels.
pub(super) fn heirs(catalog: &Catalog, table: &ObjectId) -> Vec<ObjectId> {
    let mut found: Vec<ObjectId> = Vec::new();
    let mut parents: Vec<ObjectId> = vec![table.clone()];
    while let Some(parent) = parents.pop() {
        let Some(name) = parent.qualified_name() else { continue };
        for (id, object) in catalog.of_kind(ObjectKind::Table) {
            if let Object::Table(heir) = object
                && heir.parents().any(|parent| *parent == name)
                && !found.contains(id)
            {
                found.push(id.clone());
                parents.push(id.clone());
            }
        }
    }
    found
}

/// A constraint of the table of that name is in the way.
pub(super) fn constraint_is_free(
    context: &PlanContext<'_>,
    table: &ObjectId,
    name: &Identifier,
) -> Result<(), OperationRefusal> {
    super::context::short_enough(name)?;
    let all = std::iter::once(table.clone()).chain(heirs(context.catalog, table));
    for of in all {
        let id = ObjectId { kind: ObjectKind::Constraint, sub: Some(name.clone()), ..of.clone() };
        if context.catalog.get(&id).is_some() {
            return Err(OperationRefusal::NameTaken { name: name.to_string(), by: format!("constraint of {of}") });
        }
    }
    Ok(())
}

/// Text from the file that is to stand inside of a statement: one expression, that closes whatever it opens.
pub(super) fn one_expression(what: &str, text: &str) -> Result<(), OperationRefusal> {
    let split = pgmason_sql::split::split(text);
    let mut depth = 0i32;
    let mut closes_too_much = false;
    for token in crate::expression::tokens(text) {
        match token.kind {
            crate::expression::TokenKind::Open => depth += 1,
            crate::expression::TokenKind::Close => depth -= 1,
            crate::expression::TokenKind::Semicolon => closes_too_much = true,
            _ => {}
        }
        closes_too_much |= depth < 0;
    }
    if split.pieces.len() != 1 || !split.problems.is_empty() || closes_too_much || depth != 0 || text.contains("--") {
        return Err(refused(format!("{what} is not one expression: `{text}`"), "write an expression, without `;`"));
    }
    Ok(())
}

pub(super) fn is_of_key(catalog: &Catalog, table: &ObjectId, column: &Identifier) -> bool {
    primary_key(catalog, table).is_some_and(|key| key.contains(column))
}
