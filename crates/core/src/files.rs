//! What a rule over migration files may look at.

use crate::findings::StatementPlace;
use crate::migrations::history::Moment;
use crate::migrations::{Direction, FileStatement, History, Layout, MigrationFile};
use crate::rulebook::{OptionValue, Rulebook};
use crate::rules::Rule;

/// All files of a migrations folder, in the order in which they run; down files and files that the tool would pass
/// over stand in the same list. Read once, for all rules.
pub struct MigrationFolder<'a> {
    pub layout: Layout,
    pub files: &'a [MigrationFile],
    /// Seconds since 1970, UTC; None where nobody looked at the clock, and no file is then in the future.
    pub now: Option<i64>,
    pub history: History<'a>,
}

impl<'a> MigrationFolder<'a> {
    pub fn new(layout: Layout, files: &'a [MigrationFile], now: Option<i64>) -> Self {
        Self { layout, files, now, history: History::read(layout, files) }
    }
}

/// One rule's view of the folder.
pub struct FilesContext<'a> {
    pub rule: &'static Rule,
    pub folder: &'a MigrationFolder<'a>,
    pub rulebook: &'a Rulebook,
}

impl<'a> FilesContext<'a> {
    /// The files that run, in order.
    pub fn up_files(&self) -> impl Iterator<Item = &'a MigrationFile> + use<'a> {
        self.folder.files.iter().filter(|file| file.direction == Direction::Up)
    }

    /// Every statement that runs, in order.
    pub fn moments(&self) -> impl Iterator<Item = &'a Moment<'a>> + use<'a> {
        self.folder.history.moments.iter()
    }

    /// Those of files that have not run yet: what a file that has run once locked is past mending.
    pub fn pending_moments(&self) -> impl Iterator<Item = &'a Moment<'a>> + use<'a> {
        let files = self.folder.files;
        self.moments().filter(move |moment| files.get(moment.step.file).is_some_and(|file| file.pending))
    }

    pub fn file_of(&self, moment: &Moment<'_>) -> &'a MigrationFile {
        &self.folder.files[moment.step.file]
    }

    /// The place of a byte offset in the statement.
    pub fn place(&self, moment: &Moment<'_>, in_statement: usize) -> StatementPlace<'a> {
        let file = self.file_of(moment);
        let (line, column) = file.line_and_column(moment.step.offset(in_statement));
        StatementPlace { file: &file.path, line, column, statement: moment.step.text(file) }
    }

    /// The place of a statement of a file.
    pub fn statement_place(&self, file: &'a MigrationFile, statement: &FileStatement) -> StatementPlace<'a> {
        let (line, column) = file.line_and_column(statement.span.start);
        let text = file.text.get(statement.span.clone()).unwrap_or_default();
        StatementPlace { file: &file.path, line, column, statement: text }
    }

    pub fn option(&self, name: &str) -> Option<OptionValue> {
        self.rulebook.option(self.rule, name)
    }

    pub fn boolean_option(&self, name: &str) -> bool {
        matches!(self.option(name), Some(OptionValue::Boolean(true)))
    }

    pub fn list_option(&self, name: &str) -> Vec<String> {
        match self.option(name) {
            Some(OptionValue::List(values)) => values,
            Some(OptionValue::Text(value)) => vec![value],
            _ => Vec::new(),
        }
    }
}
