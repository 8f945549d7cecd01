//! Writes a proven undo where the folder's convention has it. What somebody wrote is never overwritten.

use std::fs;

use pgmason_core::migrations::MigrationFile;
use pgmason_core::migrations::layout::{Direction, FileName};
use pgmason_core::migrations::rollback_place::{RollbackPlace, rollback_place};

use crate::JobError;
use crate::migration::folder::Folder;

/// What became of an undo.
pub(super) enum Written {
    /// The path as the user would name it.
    To(String),
    Refused(String),
}

pub(super) fn write_undo(
    folder: &Folder,
    is_supabase: bool,
    file: &MigrationFile,
    undo: &str,
    display: impl Fn(&std::path::Path) -> String,
) -> Result<Written, JobError> {
    let existing = folder.files.files.iter().map(|file| file.name_in_folder.as_str());
    let name =
        FileName { version: file.version.clone(), description: file.description.clone(), direction: Direction::Up };
    let header = format!(
        "-- Takes back {}. Derived from what it changes, and proven by `pgmason migration test`.\n",
        file.name_in_folder
    );
    let (path, text) = match rollback_place(folder.files.layout, existing, is_supabase, &file.name_in_folder, &name) {
        RollbackPlace::Nowhere(reason) => return Ok(Written::Refused(format!("{}: {reason}", file.path))),
        RollbackPlace::Section(marker) => {
            let path = folder.path_of(&file.name_in_folder);
            let has_marker = file.text.lines().any(|line| line.trim_start().starts_with(marker));
            let start = if has_marker { String::new() } else { format!("\n{marker}\n") };
            let text = format!("{}{start}{header}{undo}", with_line_end(&file.text));
            (path, text)
        }
        RollbackPlace::File(inside, _) => {
            let path = folder.path_of(&inside);
            let there = match fs::read_to_string(&path) {
                Ok(text) => text,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
                Err(source) => return Err(JobError::File { action: "read", path, source }),
            };
            // `create` leaves one with only comments in it.
            if !MigrationFile::read_plain(inside, there.clone()).statements.is_empty() {
                return Ok(Written::Refused(format!("`{}` is there already, and stays as it is", display(&path))));
            }
            (path, format!("{}{header}{undo}", with_line_end(&there)))
        }
    };
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(JobError::file("create", parent))?;
    }
    fs::write(&path, text).map_err(JobError::file("write", &path))?;
    Ok(Written::To(display(&path)))
}

fn with_line_end(text: &str) -> String {
    if text.is_empty() || text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") }
}
