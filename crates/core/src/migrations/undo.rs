//! Finds the part of a project that takes a migration back: a down file, or a down section of the same file.

use std::borrow::Cow;

use super::{Direction, Layout, MigrationFile};

/// The down part of an up file. None where there is none, or nothing but comments.
pub fn down_part<'a>(layout: Layout, files: &'a [MigrationFile], up: &MigrationFile) -> Option<Cow<'a, MigrationFile>> {
    let found = match up.down_section(layout) {
        Some(section) => Cow::Owned(section),
        None => Cow::Borrowed(down_file(files, up)?),
    };
    (!found.statements.is_empty()).then_some(found)
}

/// The down file of the same version; of several, the one of the same name.
fn down_file<'a>(files: &'a [MigrationFile], up: &MigrationFile) -> Option<&'a MigrationFile> {
    let mut same_version =
        files.iter().filter(|file| file.direction == Direction::Down && file.version == up.version).peekable();
    up.version.as_ref()?;
    let first = *same_version.peek()?;
    let mut all = same_version;
    let exact = all.find(|file| file.description == up.description);
    // A version that two up files share says nothing about which of them the down file is for.
    let shared =
        files.iter().filter(|file| file.direction == Direction::Up && file.version == up.version).nth(1).is_some();
    exact.or((!shared).then_some(first))
}

/// What the down part runs, as one text.
pub fn undo_text(layout: Layout, files: &[MigrationFile], up: &MigrationFile) -> Option<String> {
    let down = down_part(layout, files, up)?;
    let text = down.text.get(down.runs.clone())?.trim();
    Some(text.to_owned())
}
