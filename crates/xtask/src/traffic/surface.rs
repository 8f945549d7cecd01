//! What code calls a table and its columns: before a restructuring, and after each of its stages.
//!
//! Renames and moves make a name that was not there before; it may be used as soon as it resolves. Where rows or values
//! have to be copied first (a merge, a column that takes over from another), it may be used once the command is done.

use std::collections::BTreeMap;

use pgmason_core::restructure::file::RestructureFile;
use pgmason_core::restructure::name::{or_public, parts};
use pgmason_core::restructure::operations::Operation;
use pgmason_model::{Identifier, QualifiedName};

use super::tables::Table;

#[derive(Clone, Debug)]
pub(super) struct Surface {
    /// The stage that makes it.
    pub(super) stage: Option<String>,
    /// None: nobody asks for the table any more.
    pub(super) relation: Option<QualifiedName>,
    /// Columns that are called otherwise than at the beginning.
    pub(super) renamed: BTreeMap<Identifier, Identifier>,
    /// Columns that are used no more.
    pub(super) gone: Vec<Identifier>,
    /// What a new row says beside its own values, and what tells the table's rows from others.
    pub(super) constants: Vec<(Identifier, String)>,
    /// Its name resolves only when it may be used.
    pub(super) is_new_name: bool,
}

impl Surface {
    pub(super) fn beginning(name: &QualifiedName) -> Self {
        Self {
            stage: None,
            relation: Some(name.clone()),
            renamed: BTreeMap::new(),
            gone: Vec::new(),
            constants: Vec::new(),
            is_new_name: false,
        }
    }

    /// What a column of the beginning is called here; None: it is used no more.
    pub(super) fn column<'a>(&'a self, name: &'a Identifier) -> Option<&'a Identifier> {
        if self.gone.contains(name) {
            return None;
        }
        Some(self.renamed.get(name).unwrap_or(name))
    }
}

/// Adds what each stage of the file makes of the tables.
pub(super) fn add_stages(tables: &mut [Table], file: &RestructureFile) {
    for stage in &file.stages {
        for operation in &stage.operations {
            apply(tables, &stage.name, operation);
        }
    }
}

/// Adds `old=new`, without a stage.
pub(super) fn add_name(tables: &mut [Table], text: &str) -> Result<(), String> {
    let (old, new) = text.split_once('=').ok_or_else(|| format!("--name {text}: write OLD=NEW"))?;
    let (old, new) = (or_public(old), or_public(new));
    change(tables, &old, "", |surface| {
        surface.relation = Some(new.clone());
        surface.is_new_name = true;
    });
    match tables.iter().any(|table| table.name == old) {
        true => Ok(()),
        false => Err(format!("--name {text}: there is no table {old} with a primary key")),
    }
}

fn apply(tables: &mut [Table], stage: &str, operation: &Operation) {
    let bare = |written: &str| parts(written).pop().unwrap_or_default();
    match operation {
        Operation::RenameTable(rename) => {
            let old = or_public(&rename.table);
            let new = QualifiedName { schema: old.schema.clone(), name: bare(&rename.to) };
            change(tables, &old, stage, |surface| {
                surface.relation = Some(new.clone());
                surface.is_new_name = true;
            });
        }
        Operation::MoveTable(moved) => {
            let old = or_public(&moved.table);
            let new = QualifiedName { schema: bare(&moved.schema), name: old.name.clone() };
            change(tables, &old, stage, |surface| {
                surface.relation = Some(new.clone());
                surface.is_new_name = true;
            });
        }
        Operation::RenameColumn(rename) => {
            change(tables, &or_public(&rename.table), stage, |surface| {
                rename_column(surface, &bare(&rename.column), bare(&rename.to));
            });
        }
        Operation::DropColumn(drop) => {
            let relation = or_public(&drop.table);
            let (column, instead) = (bare(&drop.column), drop.instead.as_deref().map(bare));
            if let Some(instead) = &instead {
                // One value under two names: the requests know it by the one that goes.
                for table in tables.iter_mut().filter(|table| table.name == relation) {
                    for found in table.columns.iter_mut().filter(|found| found.name == *instead) {
                        found.hide();
                    }
                }
            }
            change(tables, &relation, stage, |surface| match &instead {
                Some(instead) => rename_column(surface, &column, instead.clone()),
                None => surface.gone.push(column.clone()),
            });
        }
        Operation::MergeTables(merge) => {
            let into = or_public(&merge.into);
            let merged = or_public(&merge.table);
            for table in tables.iter_mut().filter(|table| table.name == merged) {
                // What is left out has the default of the other table from then on.
                table.columns.iter_mut().for_each(|column| column.default_changes = true);
            }
            change(tables, &or_public(&merge.table), stage, |surface| {
                surface.relation = Some(into.clone());
                surface.is_new_name = false;
                for (to, from) in &merge.columns {
                    // An expression cannot be sent as a value.
                    if from.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') && from != to {
                        rename_column(surface, &bare(from), bare(to));
                    }
                }
                surface.gone.extend(merge.without.iter().map(|column| bare(column)));
                let discriminator = merge.discriminator.iter();
                surface.constants.extend(discriminator.map(|found| (bare(&found.column), found.value.clone())));
            });
        }
        Operation::DropTable(drop) => {
            change(tables, &or_public(&drop.table), stage, |surface| surface.relation = None);
        }
        Operation::SetDefault(set) => {
            let (relation, column) = (or_public(&set.table), bare(&set.column));
            for table in tables.iter_mut().filter(|table| table.name == relation) {
                for found in table.columns.iter_mut().filter(|found| found.name == column) {
                    found.default_changes = true;
                }
            }
        }
        // Other names are not made by these.
        _ => {}
    }
}

/// The name that the column has by now gets another one.
fn rename_column(surface: &mut Surface, from: &Identifier, to: Identifier) {
    let original = surface.renamed.iter().find(|(_, now)| *now == from).map(|(original, _)| original.clone());
    surface.renamed.insert(original.unwrap_or_else(|| from.clone()), to);
}

/// To the tables that are called so by now. Changes of one stage go into one surface.
fn change(tables: &mut [Table], relation: &QualifiedName, stage: &str, change: impl Fn(&mut Surface)) {
    for table in tables {
        let Some(last) = table.surfaces.last() else { continue };
        // A table that was merged into another one keeps its own way there.
        if last.relation.as_ref() != Some(relation) || !last.constants.is_empty() {
            continue;
        }
        if last.stage.as_deref() == Some(stage) {
            if let Some(last) = table.surfaces.last_mut() {
                change(last);
            }
            continue;
        }
        let mut next = Surface { stage: Some(stage.to_owned()), is_new_name: false, ..last.clone() };
        change(&mut next);
        table.surfaces.push(next);
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn table(name: &str) -> Table {
        let name = or_public(name);
        let surfaces = vec![Surface::beginning(&name)];
        Table { name, columns: Vec::new(), key: Vec::new(), narrow: Vec::new(), surfaces, read_only: None }
    }

    #[test]
    fn each_stage_of_the_library_has_its_names() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/library/restructure/library.toml");
        let file: RestructureFile = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let mut tables = ["documents", "user_books", "highlights", "messages", "message_source", "notes"].map(table);
        add_stages(&mut tables, &file);
        let shown = |table: &Table| -> Vec<String> {
            let name = |surface: &Surface| surface.relation.as_ref().map_or("gone".to_owned(), ToString::to_string);
            table.surfaces.iter().skip(1).map(|s| format!("{} {}", s.stage.clone().unwrap(), name(s))).collect()
        };
        assert_eq!(shown(&tables[0]), ["books public.user_books"]);
        let merged = &tables[0].surfaces[1];
        assert_eq!(merged.column(&"status".into()), Some(&"processing_status".into()));
        assert_eq!(merged.constants, [("kind".into(), "document".to_owned())]);
        assert!(!merged.is_new_name);
        assert_eq!(shown(&tables[1]), ["fields public.user_books"]);
        assert_eq!(tables[1].surfaces[1].column(&"file_size".into()), Some(&"file_size_bytes".into()));
        assert_eq!(tables[2].surfaces[1].column(&"createdAt".into()), Some(&"created_at".into()));
        assert_eq!(shown(&tables[3]), ["chat chat.messages"]);
        assert!(tables[3].surfaces[1].is_new_name);
        assert_eq!(shown(&tables[4]), ["chat gone"]);
        assert_eq!(shown(&tables[5]), Vec::<String>::new());
    }
}
