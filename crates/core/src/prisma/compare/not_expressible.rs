//! What a database has and no Prisma schema can say.

use std::collections::BTreeMap;

use pgmason_model::catalog::ConstraintKind;
use pgmason_model::{Catalog, Object, ObjectId, ObjectKind};

use super::indexes::invisible;
use super::is_seen;
use super::keys::is_seen_foreign_key;
use crate::prisma::schema::PrismaSchema;

/// Kind → objects, those left out that the schema's own DDL makes as well.
pub(super) fn of(schema: &PrismaSchema, expected: &Catalog, found: &Catalog) -> BTreeMap<&'static str, Vec<String>> {
    let mut list: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    for (id, object) in &found.objects {
        if found.is_platform(id) || id.of.as_deref().is_some_and(|of| found.is_platform(of)) {
            continue;
        }
        if let Object::Table(table) = object
            && is_seen(schema, found, id, object)
            && table.row_security
        {
            list.entry("row level security").or_default().push(id.to_string());
        }
        if expected.get(id).is_some() {
            continue;
        }
        if let Some(kind) = kind(schema, found, id, object) {
            list.entry(kind).or_default().push(id.to_string());
        }
    }
    list
}

fn kind(schema: &PrismaSchema, found: &Catalog, id: &ObjectId, object: &Object) -> Option<&'static str> {
    Some(match object {
        Object::Table(_) => {
            let inside = id.schema.as_ref().is_some_and(|name| schema.schemas.contains(name));
            if is_seen(schema, found, id, object) {
                return None;
            }
            if inside { "table that Prisma passes over" } else { "table in another schema" }
        }
        // Told with their table.
        Object::Column(_) | Object::Default(_) => return None,
        Object::EnumType(_) if is_seen(schema, found, id, object) => return None,
        Object::Constraint(constraint) => match constraint.kind {
            ConstraintKind::Check => "check constraint",
            ConstraintKind::ForeignKey if !is_seen_foreign_key(schema, constraint) => "foreign key to another schema",
            // An exclusion constraint is told as its index.
            _ => return None,
        },
        Object::Index(index) => invisible(schema, index)?,
        // A serial's goes with its column.
        Object::Sequence(sequence) if sequence.owned_by.is_some() || sequence.identity => return None,
        // What an owner may do with what is his.
        Object::Grant(_) if id.of.as_deref().is_some_and(|of| owner_is(found, of, id)) => return None,
        _ => match id.kind {
            ObjectKind::Schema if schema.schemas.contains(&id.name) => return None,
            kind => kind.label(),
        },
    })
}

fn owner_is(catalog: &Catalog, object: &ObjectId, grant: &ObjectId) -> bool {
    let owner = match catalog.get(object) {
        Some(Object::Table(table)) => &table.owner,
        Some(Object::View(view)) => &view.owner,
        Some(Object::MaterializedView(view)) => &view.owner,
        Some(Object::Sequence(sequence)) => &sequence.owner,
        Some(Object::Function(function)) => &function.owner,
        Some(Object::EnumType(known)) => &known.owner,
        Some(Object::Schema(schema)) => &schema.owner,
        _ => return false,
    };
    *owner == grant.name
}
