//! The view that stands for a table under another name: the same columns in the same order, the same owner, the same
//! privileges to the last grant, and row level security as of whoever asks.
//!
//! `CREATE VIEW old AS SELECT * FROM new` has none of that: it runs with its owner's rights, past every policy, and
//! default privileges give it to everybody (PostgreSQL 13 to 18).

use std::collections::BTreeMap;

use pgmason_model::catalog::{Attribute, Comment, Default, Grant, View};
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind, QualifiedName, quote_literal};

use super::context::PlanContext;
use super::invoker_functions::InvokerFunctions;
use super::make::make;
use super::refusal::OperationRefusal;

/// The schema of pgmason's own tables.
pub const OWN_SCHEMA: &str = "pgmason";

/// What makes a view, and what takes it away.
pub struct ViewStatements {
    pub create: Vec<String>,
    pub drop: Vec<String>,
}

/// First PostgreSQL whose views can run with the rights of whoever asks.
const INVOKER_SINCE: u32 = 15;

/// `view` over `shown`: the table by the name that it has when the view is made. `table` is its id in the catalog.
pub fn compatibility_view(
    context: &PlanContext<'_>,
    table: &ObjectId,
    view: &QualifiedName,
    shown: &QualifiedName,
) -> Result<ViewStatements, OperationRefusal> {
    let catalog = context.catalog;
    let Some(Object::Table(found)) = catalog.get(table) else {
        return Err(OperationRefusal::NoSuchTable { name: table.to_string(), similar: Vec::new() });
    };
    let invoker = runs_as_invoker(context, table);
    let marker = marker(view);
    let columns = columns(catalog, table);
    let list: Vec<String> = columns.iter().map(|(name, _)| format!("shown.{name}")).collect();
    let functions =
        if needs_functions(context, table) { InvokerFunctions::new(catalog, table, view, shown) } else { None };
    let from = functions.as_ref().map_or_else(|| shown.to_string(), |functions| format!("{}()", functions.rows));
    let definition =
        format!("SELECT {}\nFROM {from} AS shown\nWHERE NOT EXISTS (SELECT FROM {marker})", list.join(", "));
    let id = ObjectId::in_schema(ObjectKind::View, view.schema.clone(), view.name.clone());
    let mut objects = vec![(
        id.clone(),
        Object::View(View {
            owner: found.owner.clone(),
            definition,
            columns: columns.iter().map(|(_, attribute)| attribute.clone()).collect(),
            security_invoker: invoker,
            security_barrier: false,
            // An INSERT looks at no WHERE of its view but for this one's sake: with it, the marker is looked into (PostgreSQL
            // 13 to 18). No row fails it. A view with INSTEAD OF triggers may not have it.
            check_option: functions.is_none().then(|| "local".to_owned()),
        }),
    )];
    let mut commented = false;
    for (part, object) in parts(catalog, table, view, shown) {
        commented |= part.kind == ObjectKind::Comment && part.of.as_deref() == Some(&id);
        objects.push((part, object));
    }
    if !commented {
        let text = format!("pgmason: stands for {shown} until its restructuring is completed");
        objects.push((ObjectId::comment(id), Object::Comment(Comment { text })));
    }
    let mut create = marker_statements(&marker, view);
    create.extend(functions.iter().flat_map(InvokerFunctions::before).cloned());
    create.extend(make(catalog, objects, context.creator)?);
    create.extend(functions.iter().flat_map(InvokerFunctions::after).cloned());
    if functions.is_some() {
        create.extend(count_inserts(&marker, view));
    }
    let name = quote_literal(&view.to_string());
    create.push(format!("SELECT pgmason.guard({name})"));
    let mut drop =
        vec![format!("SELECT pgmason.unguard({name})"), format!("DROP VIEW {view}"), format!("DROP TABLE {marker}")];
    drop.extend(functions.iter().flat_map(InvokerFunctions::drop));
    if functions.is_some() {
        drop.push(format!("DROP FUNCTION {}()", insert_counter(view)));
    }
    Ok(ViewStatements { create, drop })
}

/// Policies have to hold for whoever asks, and the server's views know only their owner's rights.
pub fn needs_functions(context: &PlanContext<'_>, table: &ObjectId) -> bool {
    let has_policies = matches!(context.catalog.get(table), Some(Object::Table(found)) if found.row_security);
    has_policies && context.major() < INVOKER_SINCE
}

/// The view runs with the rights of whoever asks.
pub fn runs_as_invoker(context: &PlanContext<'_>, table: &ObjectId) -> bool {
    context.major() >= INVOKER_SINCE && !has_column_grants(context.catalog, table)
}

/// Somebody may use some columns and not others. Through a view with the asker's rights every column of the view is
/// checked, whatever is selected.
pub fn has_column_grants(catalog: &Catalog, table: &ObjectId) -> bool {
    catalog.of_kind(ObjectKind::Grant).any(|(id, _)| {
        id.of
            .as_deref()
            .is_some_and(|of| of.kind == ObjectKind::Column && of.schema == table.schema && of.name == table.name)
    })
}

/// Of a table: an empty one that every query through the view looks into once. The server counts these scans, so that
/// who still uses the name can be told, on a read-only connection and without an extension.
pub fn marker(view: &QualifiedName) -> QualifiedName {
    let digest = crate::migrations::fingerprint::sha256(view.to_string());
    QualifiedName::new(OWN_SCHEMA, format!("use_{}", &digest[..16]))
}

/// Nobody may use the schema, so the table is reached through the view alone. It has no key: making the index would be
/// counted as a scan (PostgreSQL 13 to 18).
pub(super) fn marker_statements(marker: &QualifiedName, view: &QualifiedName) -> Vec<String> {
    vec![
        format!("CREATE TABLE {marker} (never integer CHECK (false))"),
        format!("REVOKE ALL ON {marker} FROM PUBLIC"),
        format!("GRANT SELECT ON {marker} TO PUBLIC"),
        format!("COMMENT ON TABLE {marker} IS {}", quote_literal(&format!("counts the use of {view}"))),
    ]
}

/// Where INSTEAD OF triggers write, an INSERT looks at nothing of its view: a trigger before the statement looks into the
/// marker, with the rights of pgmason's role, once for all of its rows (PostgreSQL 13 to 18).
pub(super) fn count_inserts(marker: &QualifiedName, view: &QualifiedName) -> Vec<String> {
    let function = insert_counter(view);
    vec![
        format!(
            "CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER \
             SET search_path = pg_catalog, pg_temp AS $pgmason$BEGIN PERFORM FROM {marker}; RETURN NULL; END$pgmason$"
        ),
        format!("REVOKE ALL ON FUNCTION {function}() FROM PUBLIC"),
        format!(
            "CREATE TRIGGER pgmason_count BEFORE INSERT ON {view} FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
        ),
    ]
}

pub(super) fn insert_counter(view: &QualifiedName) -> QualifiedName {
    let digest = crate::migrations::fingerprint::sha256(view.to_string());
    QualifiedName::new(OWN_SCHEMA, format!("count_{}", &digest[..16]))
}

/// The columns, in order.
pub fn columns(catalog: &Catalog, table: &ObjectId) -> Vec<(Identifier, Attribute)> {
    let mut found: Vec<(i32, Identifier, Attribute)> = catalog
        .of_relation(ObjectKind::Column, table)
        .filter_map(|(id, object)| {
            let (Object::Column(column), Some(name)) = (object, &id.sub) else { return None };
            let attribute = Attribute {
                name: name.clone(),
                type_name: column.type_name.clone(),
                collation: column.collation.clone(),
            };
            Some((column.position, name.clone(), attribute))
        })
        .collect();
    found.sort_by_key(|(position, ..)| *position);
    found.into_iter().map(|(_, name, attribute)| (name, attribute)).collect()
}

/// Defaults, privileges and comments of the table, as the view's.
pub(super) fn parts(
    catalog: &Catalog,
    table: &ObjectId,
    view: &QualifiedName,
    shown: &QualifiedName,
) -> Vec<(ObjectId, Object)> {
    let moved = |id: &ObjectId, kind: ObjectKind| ObjectId {
        kind,
        schema: Some(view.schema.clone()),
        name: view.name.clone(),
        ..id.clone()
    };
    let mut parts = Vec::new();
    for (id, object) in catalog.of_relation(ObjectKind::Default, table) {
        // A sequence that goes along to another schema is called otherwise by then. The table's own default holds where
        // the view has none.
        if let Object::Default(default) = object
            && (default.sequence.is_none()
                || shown.schema == view.schema
                || Some(shown) == table.qualified_name().as_ref())
        {
            let default = Default { expression: default.expression.clone(), sequence: default.sequence.clone() };
            parts.push((moved(id, ObjectKind::Default), Object::Default(default)));
        }
    }
    let mut grants: BTreeMap<ObjectId, Grant> = BTreeMap::new();
    for (id, object) in catalog.of_kind(ObjectKind::Grant) {
        let (Some(of), Object::Grant(grant)) = (id.of.as_deref(), object) else { continue };
        if of.schema != table.schema || of.name != table.name {
            continue;
        }
        let of = match of.kind {
            ObjectKind::Table => moved(of, ObjectKind::View),
            ObjectKind::Column => moved(of, ObjectKind::Column),
            _ => continue,
        };
        grants.insert(ObjectId::grant(of, id.name.clone()), grant.clone());
    }
    parts.extend(grants.into_iter().map(|(id, grant)| (id, Object::Grant(grant))));
    for (id, object) in catalog.of_kind(ObjectKind::Comment) {
        let (Some(of), Object::Comment(_)) = (id.of.as_deref(), object) else { continue };
        if of.schema != table.schema || of.name != table.name {
            continue;
        }
        let of = match of.kind {
            ObjectKind::Table => moved(of, ObjectKind::View),
            ObjectKind::Column => moved(of, ObjectKind::Column),
            _ => continue,
        };
        parts.push((ObjectId::comment(of), object.clone()));
    }
    parts
}
