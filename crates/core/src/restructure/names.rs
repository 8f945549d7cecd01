//! What code has to call otherwise once a restructuring is done, read from its file alone.
//!
//! Names without a schema are taken for `public`: whoever has the catalog asks the planned operations instead.

use pgmason_model::QualifiedName;
use pgmason_model::restructure::{NameChange, NameKind, NamePath};

use super::file::RestructureFile;
use super::name::{or_public, parts};
use super::operations::Operation;

/// Every change of a name that the file asks for, in its order.
pub fn name_changes(file: &RestructureFile) -> Vec<NameChange> {
    file.stages.iter().flat_map(|stage| &stage.operations).flat_map(of_operation).collect()
}

fn of_operation(operation: &Operation) -> Vec<NameChange> {
    let bare = |written: &str| parts(written).pop().unwrap_or_default();
    let change = |kind, old, new, note| vec![NameChange { kind, old, new, note }];
    match operation {
        Operation::RenameTable(rename) => {
            let old = or_public(&rename.table);
            let new = QualifiedName { schema: old.schema.clone(), name: bare(&rename.to) };
            change(NameKind::Table, NamePath::relation(old), Some(NamePath::relation(new)), None)
        }
        Operation::MoveTable(moved) => {
            let old = or_public(&moved.table);
            let new = QualifiedName { schema: bare(&moved.schema), name: old.name.clone() };
            change(NameKind::Table, NamePath::relation(old), Some(NamePath::relation(new)), None)
        }
        Operation::RenameColumn(rename) => {
            let table = or_public(&rename.table);
            let new = NamePath::member(table.clone(), bare(&rename.to));
            change(NameKind::Column, NamePath::member(table, bare(&rename.column)), Some(new), None)
        }
        Operation::ChangeColumnType(change_type) => {
            let column = NamePath::member(or_public(&change_type.table), bare(&change_type.column));
            let note = format!("its type is {}", change_type.type_name);
            change(NameKind::Column, column.clone(), Some(column), Some(note))
        }
        Operation::DropColumn(drop) => {
            let table = or_public(&drop.table);
            let new = drop.instead.as_deref().map(|instead| NamePath::member(table.clone(), bare(instead)));
            change(NameKind::Column, NamePath::member(table, bare(&drop.column)), new, None)
        }
        Operation::MergeTables(merge) => {
            let new = NamePath::relation(or_public(&merge.into));
            let note = merge.discriminator.as_ref().map(|discriminator| {
                format!("its rows are those with {} = '{}'", discriminator.column, discriminator.value)
            });
            let old = or_public(&merge.table);
            let mut changes = change(NameKind::Table, NamePath::relation(old.clone()), Some(new.clone()), note);
            for (to, from) in &merge.columns {
                // An expression is no name.
                if !from.is_empty()
                    && from.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
                    && from != to
                {
                    changes.push(NameChange {
                        kind: NameKind::Column,
                        old: NamePath::member(old.clone(), bare(from)),
                        new: Some(NamePath::member(new.of.clone(), bare(to))),
                        note: None,
                    });
                }
            }
            for column in &merge.without {
                let old = NamePath::member(old.clone(), bare(column));
                changes.push(NameChange { kind: NameKind::Column, old, new: None, note: None });
            }
            changes
        }
        Operation::SplitTable(split) => {
            let (table, into) = (or_public(&split.table), or_public(&split.into));
            let moved = |column: &String| NameChange {
                kind: NameKind::Column,
                old: NamePath::member(table.clone(), bare(column)),
                new: Some(NamePath::member(into.clone(), bare(column))),
                note: None,
            };
            split.columns.iter().map(moved).collect()
        }
        Operation::DropTable(drop) => {
            let new = drop.instead.as_deref().map(|instead| NamePath::relation(or_public(instead)));
            change(NameKind::Table, NamePath::relation(or_public(&drop.table)), new, None)
        }
        Operation::RenameEnumValue(rename) => {
            let type_name = or_public(&rename.type_name);
            let new = NamePath::member(type_name.clone(), rename.to.as_str());
            change(NameKind::EnumValue, NamePath::member(type_name, rename.value.as_str()), Some(new), None)
        }
        Operation::SetNotNull(_)
        | Operation::SetDefault(_)
        | Operation::AddCheck(_)
        | Operation::AddIndex(_)
        | Operation::DropIndex(_)
        | Operation::RationaliseIndexes(_)
        | Operation::PartitionTable(_)
        | Operation::Sql(_) => Vec::new(),
    }
}
