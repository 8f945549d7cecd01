//! Keys of tables that are merged: made-up rows of both would have the same ones.

use std::collections::BTreeMap;

use pgmason_core::restructure::file::RestructureFile;
use pgmason_core::restructure::name::resolve;
use pgmason_core::restructure::operations::Operation;
use pgmason_model::catalog::ConstraintKind;
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind};

/// More than a table gets rows.
const ENOUGH: usize = 100;

/// Column of a table that goes → values that no other table gets.
pub(super) fn keys_apart(catalog: &Catalog, file: &RestructureFile) -> BTreeMap<(ObjectId, Identifier), Vec<String>> {
    let mut values = BTreeMap::new();
    for operation in file.stages.iter().flat_map(|stage| &stage.operations) {
        let Operation::MergeTables(merge) = operation else { continue };
        let Some(table) = resolve(catalog, &[ObjectKind::Table], &merge.table) else { continue };
        for (_, object) in catalog.of_relation(ObjectKind::Constraint, &table) {
            let Object::Constraint(constraint) = object else { continue };
            if !matches!(constraint.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique) {
                continue;
            }
            for name in &constraint.columns {
                let id = ObjectId { kind: ObjectKind::Column, sub: Some(name.clone()), ..table.clone() };
                if let Some(Object::Column(column)) = catalog.get(&id)
                    && let Some(made) = made_up(&column.type_name)
                {
                    values.insert((table.clone(), name.clone()), made);
                }
            }
        }
    }
    values
}

fn made_up(type_name: &str) -> Option<Vec<String>> {
    let one = |n: usize| {
        Some(match type_name {
            "uuid" => format!("10000000-0000-4000-8000-{n:012x}"),
            "smallint" => (20_000 + n).to_string(),
            "integer" | "bigint" => (500_000 + n).to_string(),
            "text" | "character varying" => format!("merged {n}"),
            _ => return None,
        })
    };
    (0..ENOUGH).map(one).collect()
}
