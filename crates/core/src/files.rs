//! What a rule over migration files may look at.

use crate::migrations::{Direction, Layout, MigrationFile};
use crate::rulebook::{OptionValue, Rulebook};
use crate::rules::Rule;

/// All files of a migrations folder, in the order in which they run; down files and files that the tool would pass
/// over stand in the same list.
pub struct FilesContext<'a> {
    pub rule: &'static Rule,
    pub layout: Layout,
    pub files: &'a [MigrationFile],
    pub rulebook: &'a Rulebook,
}

impl<'a> FilesContext<'a> {
    /// The files that run, in order.
    pub fn up_files(&self) -> impl Iterator<Item = &'a MigrationFile> + use<'a> {
        self.files.iter().filter(|file| file.direction == Direction::Up)
    }

    pub fn option(&self, name: &str) -> Option<OptionValue> {
        self.rulebook.option(self.rule, name)
    }
}
