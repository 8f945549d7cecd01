//! What tables, columns and enum values are called before all changes of a list, and after.

use std::collections::BTreeMap;

use pgmason_model::restructure::{NameChange, NameKind};
use pgmason_model::{Identifier, QualifiedName};

/// A table under its first and its last name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FinalTable {
    pub(super) old: QualifiedName,
    /// None: it goes.
    pub(super) new: Option<QualifiedName>,
    pub(super) notes: Vec<String>,
    /// Old to new.
    pub(super) columns: BTreeMap<Identifier, Identifier>,
    /// Columns that the new table does not have.
    pub(super) gone: Vec<Identifier>,
}

/// An enum type and its values, old to new.
pub(super) type FinalEnums = BTreeMap<QualifiedName, BTreeMap<Identifier, Identifier>>;

/// Tables in the order of their old names.
pub(super) fn final_names(changes: &[NameChange]) -> (Vec<FinalTable>, FinalEnums) {
    let mut tables: BTreeMap<QualifiedName, FinalTable> = BTreeMap::new();
    let mut enums = FinalEnums::new();
    for change in changes {
        match change.kind {
            NameKind::Table => {
                let table = known(&mut tables, &change.old.of);
                table.new = change.new.as_ref().map(|new| new.of.clone());
                table.notes.extend(change.note.clone());
            }
            NameKind::Column => column(&mut tables, change),
            NameKind::EnumValue => {
                let new = change.new.as_ref().and_then(|new| new.member.clone());
                if let (Some(old), Some(new)) = (change.old.member.clone(), new) {
                    enums.entry(change.old.of.clone()).or_default().insert(old, new);
                }
            }
        }
    }
    (tables.into_values().collect(), enums)
}

/// The table that is called so by now.
fn known<'t>(tables: &'t mut BTreeMap<QualifiedName, FinalTable>, name: &QualifiedName) -> &'t mut FinalTable {
    let earlier = tables.values().find(|table| table.new.as_ref() == Some(name)).map(|table| table.old.clone());
    let old = earlier.unwrap_or_else(|| name.clone());
    tables.entry(old.clone()).or_insert_with(|| FinalTable {
        new: Some(old.clone()),
        old,
        notes: Vec::new(),
        columns: BTreeMap::new(),
        gone: Vec::new(),
    })
}

fn column(tables: &mut BTreeMap<QualifiedName, FinalTable>, change: &NameChange) {
    let Some(old) = change.old.member.clone() else { return };
    // A merge names its columns by the table that goes; a later rename by the one that stays.
    let table = match tables.contains_key(&change.old.of) {
        true => change.old.of.clone(),
        false => known(tables, &change.old.of).old.clone(),
    };
    let Some(table) = tables.get_mut(&table) else { return };
    let first = table.columns.iter().find(|(_, new)| **new == old).map_or(&old, |(first, _)| first).clone();
    match change.new.as_ref().and_then(|new| Some((&new.of, new.member.clone()?))) {
        Some((of, new)) if Some(of) == table.new.as_ref() || *of == change.old.of => {
            if new != first {
                table.columns.insert(first, new);
            }
        }
        _ => {
            table.columns.remove(&first);
            table.gone.push(first);
        }
    }
}
