//! A restructuring made of what the rulebook says about names: which table is to be called what, stage by stage, those
//! that the least hangs on first.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToSnakeCase;
use pgmason_model::{Catalog, Object, ObjectId, ObjectKind, QualifiedName};

use super::file::{RestructureFile, Stage};
use super::limits::functions_that_name;
use super::name::resolve;
use super::operations::{Compatibility, Operation, RenameTable};
use crate::rulebook::Rulebook;

/// A table that is to be called otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedName {
    pub table: QualifiedName,
    pub name: String,
    /// The domain that it is of; empty for none.
    pub domain: String,
    /// Foreign keys, views and functions that hang on it.
    pub dependants: usize,
    /// Places in code that name it.
    pub references: usize,
}

/// How long each stage is watched, where nobody says otherwise.
const SOAK: &str = "3d";

/// The tables that `[domains]` has another name for, and those whose names need quoting.
pub fn wanted_names(catalog: &Catalog, rulebook: &Rulebook) -> Vec<WantedName> {
    let mut wanted: BTreeMap<QualifiedName, (String, String)> = BTreeMap::new();
    for (domain, settings) in &rulebook.domains {
        for (old, new) in &settings.old_names {
            let found = resolve(catalog, &[ObjectKind::Table], old);
            if let Some(table) = found.as_ref().and_then(ObjectId::qualified_name) {
                wanted.insert(table, (new.clone(), domain.clone()));
            }
        }
    }
    for (id, _) in catalog.of_kind(ObjectKind::Table) {
        let Some(table) = id.qualified_name().filter(|table| !wanted.contains_key(table)) else { continue };
        let snake = table.name.as_str().to_snake_case();
        if !catalog.is_platform(id)
            && snake != table.name.as_str()
            && table.name.as_str().chars().any(char::is_uppercase)
        {
            wanted.insert(table, (snake, String::new()));
        }
    }
    wanted
        .into_iter()
        .filter(|(table, (name, _))| table.name.as_str() != name)
        .map(|(table, (name, domain))| {
            let dependants = dependants(catalog, &table);
            WantedName { table, name, domain, dependants, references: 0 }
        })
        .collect()
}

/// What has to be looked at when the table's name changes.
fn dependants(catalog: &Catalog, table: &QualifiedName) -> usize {
    let keys = catalog.of_kind(ObjectKind::Constraint).filter(|(_, object)| {
        matches!(object, Object::Constraint(constraint)
            if constraint.references.as_ref().is_some_and(|references| references.table == *table))
    });
    let id = ObjectId::in_schema(ObjectKind::Table, table.schema.clone(), table.name.clone());
    let views: BTreeSet<&ObjectId> = catalog
        .dependencies
        .iter()
        .filter(|(dependent, needed)| {
            matches!(dependent.kind, ObjectKind::View | ObjectKind::MaterializedView)
                && (*needed == id
                    || needed.schema == id.schema && needed.name == id.name && needed.kind == ObjectKind::Column)
        })
        .map(|(dependent, _)| dependent)
        .collect();
    keys.count() + views.len() + functions_that_name(catalog, table).len()
}

/// One stage for each domain, the least impact first; within a stage likewise.
pub fn restructure_file(title: &str, mut wanted: Vec<WantedName>) -> RestructureFile {
    let impact = |wanted: &WantedName| wanted.dependants + wanted.references;
    wanted.sort_by(|a, b| impact(a).cmp(&impact(b)).then_with(|| a.table.cmp(&b.table)));
    let mut stages: BTreeMap<String, Vec<WantedName>> = BTreeMap::new();
    for one in wanted {
        stages.entry(one.domain.clone()).or_default().push(one);
    }
    let mut ordered: Vec<(String, Vec<WantedName>)> = stages.into_iter().collect();
    ordered.sort_by_key(|(domain, tables)| (tables.iter().map(impact).sum::<usize>(), domain.clone()));
    RestructureFile {
        title: title.to_owned(),
        description: None,
        stages: ordered
            .into_iter()
            .map(|(domain, tables)| Stage {
                name: if domain.is_empty() { "names".to_owned() } else { domain },
                title: Some(impact_in_words(&tables)),
                soak: Some(SOAK.to_owned()),
                gates: Vec::new(),
                operations: tables
                    .into_iter()
                    .map(|one| {
                        Operation::RenameTable(RenameTable {
                            table: one.table.to_string(),
                            to: one.name,
                            compatibility: Compatibility::Auto,
                        })
                    })
                    .collect(),
            })
            .collect(),
    }
}

fn impact_in_words(tables: &[WantedName]) -> String {
    let dependants: usize = tables.iter().map(|table| table.dependants).sum();
    let references: usize = tables.iter().map(|table| table.references).sum();
    let what = if tables.len() == 1 { "table" } else { "tables" };
    format!("{} {what}, {dependants} foreign keys, views and functions, {references} places in code", tables.len())
}
