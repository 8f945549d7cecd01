//! Tables and their columns.

use pgmason_model::catalog::Column;
use pgmason_model::{Catalog, Object, ObjectId, ObjectKind};

use super::defaults::{Filled, filled, same};
use super::{DifferenceClass, Work, edit, seen};
use crate::prisma::schema::{PrismaColumn, PrismaDefault, PrismaModel};

impl Work<'_> {
    pub(super) fn tables(&mut self) {
        let (schema, expected, found) = (self.schema, self.expected, self.found);
        let mut ids: Vec<&ObjectId> =
            seen(schema, expected, ObjectKind::Table).chain(seen(schema, found, ObjectKind::Table)).collect();
        ids.sort();
        ids.dedup();
        for id in ids {
            let model = id.qualified_name().and_then(|name| schema.model(&name));
            match (expected.get(id), found.get(id)) {
                (Some(_), Some(_)) => {
                    self.columns(id, model);
                    self.keys(id, model);
                    self.indexes(id, model);
                }
                (wanted, has) => {
                    let edit = edit::table(schema, found, id, model, wanted.is_some());
                    let words = |catalog: &Catalog| {
                        format!("table with {} columns", catalog.of_relation(ObjectKind::Column, id).count())
                    };
                    let (wanted, has) = (wanted.map(|_| words(expected)), has.map(|_| words(found)));
                    self.add(DifferenceClass::Drift, (id, id), wanted, has, edit);
                }
            }
        }
    }

    fn columns(&mut self, table: &ObjectId, model: Option<&PrismaModel>) {
        let (expected, found) = (self.expected, self.found);
        let mut ids: Vec<&ObjectId> = expected.of_relation(ObjectKind::Column, table).map(|(id, _)| id).collect();
        ids.extend(found.of_relation(ObjectKind::Column, table).map(|(id, _)| id));
        ids.sort();
        ids.dedup();
        for id in ids {
            let field =
                model.and_then(|model| model.columns.iter().find(|column| id.sub.as_ref() == Some(&column.name)));
            let wanted = column_of(expected, id);
            let has = column_of(found, id);
            if let (Some(wanted), Some(has)) = (wanted, has)
                && same_column(self, id, field, wanted, has)
            {
                continue;
            }
            let list = field.is_some_and(|field| field.list);
            let words = |catalog: &Catalog, column: Option<&Column>| Some(describe(catalog, id, column?, list));
            let edit = edit::column(self.schema, found, id, model, field, has);
            let (wanted, has) = (words(expected, wanted), words(found, has));
            self.add(DifferenceClass::Drift, (id, table), wanted, has, edit);
        }
    }
}

fn column_of<'a>(catalog: &'a Catalog, id: &ObjectId) -> Option<&'a Column> {
    match catalog.get(id) {
        Some(Object::Column(column)) => Some(column),
        _ => None,
    }
}

fn same_column(work: &Work<'_>, id: &ObjectId, field: Option<&PrismaColumn>, wanted: &Column, has: &Column) -> bool {
    let default = field.map_or(&PrismaDefault::None, |field| &field.default);
    let list = field.is_some_and(|field| field.list);
    let filled_alike = same(default, &filled(work.expected, id, wanted), &filled(work.found, id, has))
        || wanted.generated == has.generated && has.generated.is_some();
    // A list is empty rather than absent: Prisma has no NOT NULL for it, and does not look.
    same_type(&wanted.type_name, &has.type_name) && (list || wanted.not_null == has.not_null) && filled_alike
}

/// Six digits of a second are what a time has when nothing is said.
pub(super) fn same_type(a: &str, b: &str) -> bool {
    let bare = |name: &str| name.replace("timestamp(6)", "timestamp").replace("time(6)", "time");
    bare(a) == bare(b)
}

/// As one would write it in CREATE TABLE.
pub(super) fn describe(catalog: &Catalog, id: &ObjectId, column: &Column, list: bool) -> String {
    let mut text = column.type_name.clone();
    if column.not_null && !list {
        text.push_str(" NOT NULL");
    }
    match filled(catalog, id, column) {
        Filled::Nothing => {}
        Filled::AutoIncrement => text.push_str(" autoincrement"),
        Filled::Expression(sql) if column.generated.is_some() => {
            text.push_str(&format!(" GENERATED ALWAYS AS ({sql})"))
        }
        Filled::Expression(sql) => text.push_str(&format!(" DEFAULT {sql}")),
    }
    text
}
