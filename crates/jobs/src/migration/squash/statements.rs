//! What statements of the chain do beside the schema: rows, roles, settings. What of it the file carries, and what not.

use std::collections::BTreeSet;

use pgmason_core::migrations::steps::steps;
use pgmason_core::squash::dollar_quoted;
use pgmason_model::plan::beginning;
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind, QualifiedName, quote_literal};
use pgmason_sql::{Name, StatementKind};

use super::report::NotCarried;
use crate::folder::SqlFiles;

/// Characters of a statement that is named.
const SHOWN: usize = 100;

/// Roles that the chain makes, as statements that make them where they are missing, and those that the file cannot make.
pub(super) fn roles(files: &SqlFiles, lost: &mut Vec<NotCarried>) -> (Vec<String>, BTreeSet<Identifier>) {
    let (mut made, mut left): (Vec<String>, BTreeSet<Identifier>) = (Vec::new(), BTreeSet::new());
    for step in steps(files.layout, &files.files) {
        let Some(file) = files.files.get(step.file) else { continue };
        let mut tell = |reason: &str| {
            lost.push(NotCarried {
                file: Some(file.path.clone()),
                line: Some(file.line_and_column(step.span.start).0),
                what: beginning(step.text(file), SHOWN),
                reason: reason.to_owned(),
            });
        };
        match &step.statement.kind {
            // Its text holds it: not even its beginning is shown.
            StatementKind::CreateRole { name, has_password: true, .. } => {
                left.insert(Identifier::from(name.as_str()));
                lost.push(NotCarried {
                    file: Some(file.path.clone()),
                    line: Some(file.line_and_column(step.span.start).0),
                    what: format!("CREATE ROLE {}", Identifier::from(name.as_str())),
                    reason: "a password stands in it".to_owned(),
                });
            }
            StatementKind::CreateRole { name, .. } => {
                let condition = format!("SELECT FROM pg_catalog.pg_roles WHERE rolname = {}", quote_literal(name));
                let text = step.text(file).trim_end();
                let body =
                    format!("\nBEGIN\n    IF NOT EXISTS ({condition}) THEN\n        {text};\n    END IF;\nEND\n");
                let made_again = format!("DO {}", dollar_quoted(&body));
                if !made.contains(&made_again) {
                    made.push(made_again);
                }
            }
            StatementKind::AlterRole { name, has_password: true, .. } => lost.push(NotCarried {
                file: Some(file.path.clone()),
                line: Some(file.line_and_column(step.span.start).0),
                what: format!("ALTER ROLE {}", name.as_deref().map(Identifier::from).unwrap_or_default()),
                reason: "a password stands in it".to_owned(),
            }),
            StatementKind::AlterRole { .. } => tell("attributes and settings of roles belong to the whole server"),
            StatementKind::AlterDatabase { .. } => tell("settings of a database are no part of its schema"),
            StatementKind::CreateDatabase { .. }
            | StatementKind::CreateTablespace { .. }
            | StatementKind::AlterSystem => {
                tell("it belongs to the whole server");
            }
            _ => {}
        }
    }
    (made, left)
}

/// Statements about rows whose effect is in no table that is carried.
pub(super) fn rows_not_carried(
    files: &SqlFiles,
    catalog: &Catalog,
    carried: &BTreeSet<QualifiedName>,
    told: &BTreeSet<QualifiedName>,
) -> Vec<NotCarried> {
    let mut list = Vec::new();
    for step in steps(files.layout, &files.files) {
        let Some(file) = files.files.get(step.file) else { continue };
        let table = match &step.statement.kind {
            StatementKind::Change(change) => &change.table,
            StatementKind::Copy(copy) if copy.from => match &copy.table {
                Some(table) => &table.name,
                None => continue,
            },
            _ => continue,
        };
        let found = find(catalog, table, &step.search_path);
        let reason = match &found {
            Some(found) if carried.iter().any(|table| table == found || is_part_of(catalog, table, found)) => continue,
            // Said of the table as a whole.
            Some(found) if told.contains(found) => continue,
            Some(found) => format!(
                "{found} is empty once all files ran: what the statement does depends on rows that a database has by then"
            ),
            None => format!("{} is not there once all files ran", shown(table)),
        };
        list.push(NotCarried {
            file: Some(file.path.clone()),
            line: Some(file.line_and_column(step.span.start).0),
            what: beginning(step.text(file), SHOWN),
            reason,
        });
    }
    list.dedup();
    list
}

/// A partition of the table, or an heir.
fn is_part_of(catalog: &Catalog, table: &QualifiedName, whole: &QualifiedName) -> bool {
    let id = ObjectId::in_schema(ObjectKind::Table, table.schema.clone(), table.name.clone());
    let Some(Object::Table(found)) = catalog.get(&id) else { return false };
    let mut parents = found.parents();
    parents.any(|parent| parent == whole || is_part_of(catalog, parent, whole))
}

fn find(catalog: &Catalog, name: &Name, path: &[String]) -> Option<QualifiedName> {
    let there = |schema: &str| {
        let id = |kind| ObjectId::in_schema(kind, schema, name.name.as_str());
        let known = [ObjectKind::Table, ObjectKind::View].into_iter().any(|kind| catalog.get(&id(kind)).is_some());
        known.then(|| QualifiedName::new(schema, name.name.as_str()))
    };
    match &name.schema {
        Some(schema) => there(schema),
        None => path.iter().find_map(|schema| there(schema)),
    }
}

fn shown(name: &Name) -> String {
    match &name.schema {
        Some(schema) => format!("{schema}.{}", name.name),
        None => name.name.clone(),
    }
}
