//! What a person says was renamed: directives in the files of the second source, and words of the command line.

use pgmason_core::diff::renames::{Rename, of_directives, of_words};
use pgmason_core::migrations::MigrationFile;
use pgmason_model::Catalog;
use pgmason_sql::rename_directive::{Placed, RenameDirective, rename_directives};

use crate::JobError;

/// Every rename that is asked for and still to be done.
pub fn asked(
    from: &Catalog,
    to: &Catalog,
    files: &[MigrationFile],
    said: &[(String, String)],
) -> Result<Vec<Rename>, JobError> {
    let directives: Vec<RenameDirective> = files.iter().flat_map(of_file).collect();
    let mut renames = of_directives(from, to, &directives);
    for (old, new) in said {
        let rename = of_words(from, to, old, new)
            .map_err(|problem| JobError::CannotRename { words: format!("{old}={new}"), problem })?;
        if !renames.contains(&rename) {
            renames.push(rename);
        }
    }
    Ok(renames)
}

fn of_file(file: &MigrationFile) -> Vec<RenameDirective> {
    let placed: Vec<Placed<'_>> = file
        .statements
        .iter()
        .map(|statement| Placed { statement: &statement.statement, span: statement.span.clone() })
        .collect();
    rename_directives(&file.text, &placed)
}
