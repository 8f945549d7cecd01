//! Indexes. A unique constraint counts as its index.

use pgmason_model::catalog::{Index, IndexKey};
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind, QualifiedName};

use super::{DifferenceClass, Work, edit};
use crate::prisma::schema::{PrismaModel, PrismaSchema};

type Named<'a> = (&'a ObjectId, &'a Index);

/// Why Prisma does not see an index.
pub(in crate::prisma) fn invisible(schema: &PrismaSchema, index: &Index) -> Option<&'static str> {
    if index.exclusion {
        return Some("exclusion constraint");
    }
    if index.keys.iter().any(|key| key.column.is_none()) {
        return Some("expression index");
    }
    (index.predicate.is_some() && !schema.partial_indexes()).then_some("partial index")
}

impl Work<'_> {
    pub(super) fn indexes(&mut self, table: &ObjectId, model: Option<&PrismaModel>) {
        let (schema, expected, found) = (self.schema, self.expected, self.found);
        let mut wanted = indexes(schema, expected, table);
        let mut has = indexes(schema, found, table);
        let several = |list: &[Named<'_>], index: &Index| {
            list.iter().filter(|(_, other)| Shape::of(other) == Shape::of(index)).count() > 1
        };
        let repeated: Vec<bool> =
            wanted.iter().map(|(_, index)| several(&wanted, index) || several(&has, index)).collect();
        let mut repeated = repeated.into_iter();
        let mut pairs = Vec::new();
        let mut left = Vec::new();
        let by_shape = |has: &[Named<'_>], index: &Index, name: Option<&ObjectId>| {
            has.iter()
                .position(|(id, other)| Shape::of(other) == Shape::of(index) && name.is_none_or(|name| name == *id))
        };
        // The same name first, so that of several alike each finds its own.
        for (id, index) in wanted.drain(..) {
            let repeated = repeated.next().unwrap_or(false);
            match by_shape(&has, index, Some(id)) {
                Some(place) => drop(has.remove(place)),
                None => left.push((id, index, repeated)),
            }
        }
        let mut missing = Vec::new();
        for (id, index, repeated) in left {
            match by_shape(&has, index, None) {
                Some(place) => pairs.push((id, has.remove(place).0, repeated)),
                None => missing.push((id, index)),
            }
        }
        // Of several alike nobody can say which one was to be called what.
        for (wanted, has, _) in pairs.into_iter().filter(|(.., repeated)| !repeated) {
            let edit = edit::index(schema, found, model, (wanted, table), None, Some(&has.name));
            let names = (wanted.name.to_string(), has.name.to_string());
            let ids = (Some(wanted), Some(has));
            self.add_named(DifferenceClass::NameOnly, (has, table), ids, (Some(names.0), Some(names.1)), edit);
        }
        for (id, index) in missing {
            let other = has.iter().position(|(other, _)| *other == id).map(|place| has.remove(place).1);
            let edit = edit::index(schema, found, model, (id, table), other, None);
            self.add(DifferenceClass::Drift, (id, table), Some(words(index)), other.map(words), edit);
        }
        for (id, index) in has {
            let edit = edit::index(schema, found, model, (id, table), Some(index), None);
            self.add(DifferenceClass::Drift, (id, table), None, Some(words(index)), edit);
        }
    }
}

fn indexes<'a>(schema: &PrismaSchema, catalog: &'a Catalog, table: &ObjectId) -> Vec<Named<'a>> {
    let name = table.qualified_name();
    let of_table = catalog.of_kind(ObjectKind::Index).filter_map(|(id, object)| match object {
        Object::Index(index) if Some(&index.table) == name.as_ref() => Some((id, index)),
        _ => None,
    });
    of_table.filter(|(_, index)| !index.primary && invisible(schema, index).is_none()).collect()
}

/// What Prisma compares. NULLS FIRST, NULLS NOT DISTINCT and DEFERRABLE are not among it.
#[derive(PartialEq)]
struct Shape<'a> {
    unique: bool,
    method: &'a Identifier,
    /// With included columns: Prisma takes them for keys.
    columns: Vec<(Option<&'a Identifier>, bool, Option<&'a QualifiedName>)>,
    predicate: Option<&'a str>,
}

impl<'a> Shape<'a> {
    fn of(index: &'a Index) -> Self {
        let key = |key: &'a IndexKey| {
            (key.column.as_ref(), key.descending, Some(&key.opclass).filter(|_| !key.opclass_is_default))
        };
        let mut columns: Vec<_> = index.keys.iter().map(key).collect();
        columns.extend(index.include.iter().map(|column| (Some(column), false, None)));
        Self { unique: index.unique, method: &index.method, columns, predicate: index.predicate.as_deref() }
    }
}

fn words(index: &Index) -> String {
    let columns: Vec<String> = index
        .keys
        .iter()
        .map(|key| {
            let mut text = key.column.as_ref().map(Identifier::to_string).unwrap_or_default();
            if !key.opclass_is_default {
                text.push_str(&format!(" {}", key.opclass.name));
            }
            if key.descending {
                text.push_str(" DESC");
            }
            text
        })
        .collect();
    let unique = if index.unique { "unique " } else { "" };
    let include: Vec<String> = index.include.iter().map(Identifier::to_string).collect();
    let include = if include.is_empty() { String::new() } else { format!(" INCLUDE ({})", include.join(", ")) };
    let predicate = index.predicate.as_ref().map(|sql| format!(" WHERE {sql}")).unwrap_or_default();
    format!("{unique}index {} ({}){include}{predicate}", index.method, columns.join(", "))
}
