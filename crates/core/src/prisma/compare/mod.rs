//! A Prisma schema against a database, as Prisma's own differ would hold one against the other.
//!
//! - Both sides are catalogs: the schema's was made by running its DDL. Their servers should be of the same major version.
//! - What Prisma cannot see is no difference. It is counted, so that nobody takes it for looked at.

pub(super) mod defaults;
mod edit;
pub(super) mod indexes;
mod keys;
mod not_expressible;
mod tables;
mod target;

use std::collections::BTreeMap;

use pgmason_model::catalog::TableKind;
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind};
use serde::Serialize;

pub use target::{Aligned, LeftDifference, align};

use super::place::Place;
use super::schema::PrismaSchema;

/// What differs.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PrismaComparison {
    /// In the order of their objects.
    pub differences: Vec<PrismaDifference>,
    /// What the database has and Prisma cannot see: kind → objects.
    pub not_expressible: BTreeMap<&'static str, Vec<String>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DifferenceClass {
    Drift,
    /// A RENAME would close it.
    NameOnly,
}

/// One object that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PrismaDifference {
    pub class: DifferenceClass,
    pub object: ObjectId,
    /// The table or type that it belongs to.
    pub of: ObjectId,
    /// The object by its names on the two sides: those of indexes and keys can differ.
    #[serde(skip)]
    pub expected_id: Option<ObjectId>,
    #[serde(skip)]
    pub found_id: Option<ObjectId>,
    /// What the Prisma schema asks for; none where it knows nothing of the object.
    pub expected: Option<String>,
    /// What the database has; none where the object is not there.
    pub found: Option<String>,
    /// What to write into the Prisma schema, so that it says what the database has.
    pub edit: SchemaEdit,
}

/// A change of the Prisma schema.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SchemaEdit {
    /// The line that changes; for something new, that of the model that gets it.
    pub place: Option<Place>,
    pub model: Option<String>,
    pub field: Option<String>,
    /// What to do, with the text to write.
    pub change: String,
}

/// `expected`: the catalog that the schema's DDL made.
pub fn compare(schema: &PrismaSchema, expected: &Catalog, found: &Catalog) -> PrismaComparison {
    let mut work = Work { schema, expected, found, differences: Vec::new() };
    work.extensions();
    work.enums();
    work.tables();
    let mut differences = work.differences;
    differences.sort_by(|a, b| (&a.of, &a.object).cmp(&(&b.of, &b.object)));
    PrismaComparison { differences, not_expressible: not_expressible::of(schema, expected, found) }
}

struct Work<'a> {
    schema: &'a PrismaSchema,
    expected: &'a Catalog,
    found: &'a Catalog,
    differences: Vec<PrismaDifference>,
}

/// Prisma's own table of migrations.
const HISTORY: &str = "_prisma_migrations";

/// The tables and enums that Prisma looks at.
fn is_seen(schema: &PrismaSchema, catalog: &Catalog, id: &ObjectId, object: &Object) -> bool {
    let inside = id.schema.as_ref().is_some_and(|name| schema.schemas.contains(name));
    inside
        && !catalog.is_platform(id)
        && match object {
            // Partitions are seen through their parent, foreign tables not at all.
            Object::Table(table) => {
                table.kind != TableKind::Foreign && table.partition_of.is_none() && id.name != *HISTORY
            }
            Object::EnumType(_) => true,
            _ => false,
        }
}

fn seen<'a>(
    schema: &'a PrismaSchema,
    catalog: &'a Catalog,
    kind: ObjectKind,
) -> impl Iterator<Item = &'a ObjectId> + use<'a> {
    catalog.of_kind(kind).filter(move |(id, object)| is_seen(schema, catalog, id, object)).map(|(id, _)| id)
}

impl<'a> Work<'a> {
    fn add(
        &mut self,
        class: DifferenceClass,
        (object, of): (&ObjectId, &ObjectId),
        expected: Option<String>,
        found: Option<String>,
        edit: SchemaEdit,
    ) {
        let names = (expected.as_ref().map(|_| object), found.as_ref().map(|_| object));
        self.add_named(class, (object, of), names, (expected, found), edit);
    }

    /// The same where the two sides may call the object otherwise.
    fn add_named(
        &mut self,
        class: DifferenceClass,
        (object, of): (&ObjectId, &ObjectId),
        (expected_id, found_id): (Option<&ObjectId>, Option<&ObjectId>),
        (expected, found): (Option<String>, Option<String>),
        edit: SchemaEdit,
    ) {
        self.differences.push(PrismaDifference {
            class,
            object: object.clone(),
            of: of.clone(),
            expected_id: expected_id.cloned(),
            found_id: found_id.cloned(),
            expected,
            found,
            edit,
        });
    }

    /// Only those that are missing: what else is installed is no business of Prisma's.
    fn extensions(&mut self) {
        let schema = self.schema;
        for extension in &schema.extensions {
            let id = ObjectId::global(ObjectKind::Extension, extension.name.clone());
            if self.found.get(&id).is_none() {
                let edit = SchemaEdit {
                    place: Some(extension.place.clone()),
                    model: None,
                    field: None,
                    change: format!("take `{}` out of `extensions`", extension.name),
                };
                self.add(DifferenceClass::Drift, (&id, &id), Some("extension".to_owned()), None, edit);
            }
        }
    }

    fn enums(&mut self) {
        let (schema, expected, found) = (self.schema, self.expected, self.found);
        let labels = |catalog: &'a Catalog, id: &ObjectId| match catalog.get(id) {
            Some(Object::EnumType(known)) => Some(&known.labels),
            _ => None,
        };
        let mut ids: Vec<&ObjectId> =
            seen(schema, expected, ObjectKind::EnumType).chain(seen(schema, found, ObjectKind::EnumType)).collect();
        ids.sort();
        ids.dedup();
        for id in ids {
            let (wanted, has) = (labels(expected, id), labels(found, id));
            let same = match (wanted, has) {
                // The order of labels is not compared.
                (Some(wanted), Some(has)) => sorted(wanted) == sorted(has),
                _ => false,
            };
            if !same {
                let list = |labels: &Vec<String>| format!("enum ({})", labels.join(", "));
                let edit = edit::enumeration(schema, id, wanted, has);
                self.add(DifferenceClass::Drift, (id, id), wanted.map(list), has.map(list), edit);
            }
        }
    }
}

fn sorted(labels: &[String]) -> Vec<&String> {
    let mut labels: Vec<&String> = labels.iter().collect();
    labels.sort();
    labels
}

/// `(a, b)`.
fn column_list(columns: &[Identifier]) -> String {
    let names: Vec<String> = columns.iter().map(ToString::to_string).collect();
    format!("({})", names.join(", "))
}
