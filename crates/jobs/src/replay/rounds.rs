//! Runs statements in the order in which they can run: what fails because something is missing is tried again as soon
//! as another statement went through.
//!
//! - Each statement is a transaction of its own; BEGIN and COMMIT of the files are left out.
//! - The settings that hold for a statement in its file hold for it wherever it runs.
//! - Only what is missing makes a statement wait. Any other failure is one at once.
//! - Where it is asked for, a statement is changed in the few ways that leave no doubt what was meant.

use pgmason_core::expression::{conjuncts, tokens};
use pgmason_core::migrations::{FileStatement, MigrationFile};
use pgmason_sql::{Statement, StatementKind, TransactionControl};

use super::groups::copy_data;
use super::report::ReplayFailure;
use super::session::{CLEAN, ReplaySession};
use crate::JobError;
use crate::progress::{Event, Reporter};

/// A statement by the places of its file and of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) file: usize,
    pub(crate) statement: usize,
}

/// What became of the statements.
#[derive(Debug, Default)]
pub(crate) struct Rounds {
    /// Those that ran, in the order in which they did.
    pub(crate) order: Vec<Ran>,
    /// Those that never could.
    pub(crate) failures: Vec<ReplayFailure>,
}

/// A statement that ran.
#[derive(Clone, Debug)]
pub(crate) struct Ran {
    pub(crate) place: Place,
    /// Settings of its file that hold for it.
    pub(crate) settings: Vec<Place>,
    /// Why it had to wait, in the server's words: it ran later than it stands.
    pub(crate) waited_for: Option<String>,
    /// Its text, where it is not the file's, and what was done to it.
    pub(crate) adjusted: Option<Adjusted>,
}

/// A statement that PostgreSQL refuses as it is written, and that was changed so that it takes it.
#[derive(Clone, Debug)]
pub(crate) struct Adjusted {
    pub(crate) sql: String,
    /// What was taken out.
    pub(crate) removed: Vec<String>,
    /// What that means.
    pub(crate) meaning: &'static str,
}

/// What to run, and what may be done about failures.
pub(crate) struct RoundsOptions<'o> {
    /// Statements to leave out.
    pub(crate) skip: &'o dyn Fn(Place) -> bool,
    /// Take out parts of index predicates that are not immutable, and IF NOT EXISTS where PostgreSQL does not know it.
    pub(crate) adjust: bool,
}

/// Temporary tables of the file stay.
const UNSET: &str = "RESET SESSION AUTHORIZATION; RESET ALL";

struct Waiting {
    place: Place,
    settings: Vec<Place>,
    failure: ReplayFailure,
}

/// `object_not_in_prerequisite_state` and the like are failures; these say that something is not there yet.
fn is_missing(sqlstate: Option<&str>) -> bool {
    const MISSING: &[&str] = &[
        "42P01", // undefined_table
        "42703", // undefined_column
        "42883", // undefined_function
        "42704", // undefined_object
        "3F000", // invalid_schema_name
        "42830", // invalid_foreign_key: no unique constraint yet
        "42P10", // invalid_column_reference: ON CONFLICT without its unique index yet
        "23503", // foreign_key_violation: the row that it refers to comes later
        "23502", // not_null_violation: a default comes later
    ];
    sqlstate.is_some_and(|code| MISSING.contains(&code))
}

/// Runs all statements of the files.
pub(crate) fn run(
    session: &mut ReplaySession<'_>,
    files: &[MigrationFile],
    options: &RoundsOptions<'_>,
    notes: &mut Vec<String>,
    reporter: Reporter<'_>,
) -> Result<Rounds, JobError> {
    let mut work = Work { session, files, adjust: options.adjust, current: Vec::new(), found: Rounds::default() };
    let mut waiting: Vec<Waiting> = Vec::new();
    for (file, read) in files.iter().enumerate() {
        reporter(Event::Replaying { done: file, total: files.len(), file: read.path.clone() });
        if let Some(problem) = read.problems.first() {
            work.found.failures.push(ReplayFailure {
                file: read.path.clone(),
                line: problem.line,
                message: problem.to_string(),
                hint: Some("close it; everything after it was taken into it".to_owned()),
                ..ReplayFailure::default()
            });
            continue;
        }
        work.clean()?;
        let mut settings = Vec::new();
        for (statement, read_statement) in read.statements.iter().enumerate() {
            let place = Place { file, statement };
            if is_transaction_control(&read_statement.statement.kind) || (options.skip)(place) {
                continue;
            }
            if is_setting(&read_statement.statement) {
                settings.push(place);
            }
            match work.run(place, &settings, None, notes)? {
                None => work.retry(&mut waiting, notes)?,
                Some(failure) => waiting.extend(work.keep(place, &settings, failure)),
            }
        }
    }
    work.found.failures.extend(waiting.into_iter().map(|waiting| waiting.failure));
    work.clean()?;
    Ok(work.found)
}

struct Work<'w, 's> {
    session: &'w mut ReplaySession<'s>,
    files: &'w [MigrationFile],
    adjust: bool,
    /// Settings that the session has now.
    current: Vec<Place>,
    found: Rounds,
}

impl<'w> Work<'w, '_> {
    /// None: it ran, or is a failure for good. Else it may run later.
    fn run(
        &mut self,
        place: Place,
        settings: &[Place],
        waited_for: Option<&str>,
        notes: &mut Vec<String>,
    ) -> Result<Option<ReplayFailure>, JobError> {
        let Some((file, statement)) = self.at(place) else { return Ok(None) };
        self.set(settings, place)?;
        let mut adjusted = None;
        let mut outcome = self.session.run_statement(file, statement, copy_data(file, place.statement), false, notes);
        if let Err(failure) = &outcome
            && self.adjust
            && let Some(other) = match failure.report.sqlstate.as_deref() {
                Some("42P17") => self.without_mutable_parts(file, statement),
                Some("42601") => self.without_if_not_exists(file, statement),
                _ => None,
            }
        {
            outcome = Ok(());
            adjusted = Some(other);
        }
        match outcome {
            Ok(()) => {
                if settings.last() == Some(&place) {
                    self.current.push(place);
                }
                let waited_for = waited_for.map(str::to_owned);
                self.found.order.push(Ran { place, settings: settings.to_vec(), waited_for, adjusted });
                Ok(None)
            }
            Err(failure) => {
                if failure.lost {
                    self.session.recover(true)?;
                    self.current.clear();
                }
                Ok(Some(failure.report))
            }
        }
    }

    /// Tries what waits, in its order, until nothing more goes through.
    fn retry(&mut self, waiting: &mut Vec<Waiting>, notes: &mut Vec<String>) -> Result<(), JobError> {
        let mut progress = true;
        while progress {
            progress = false;
            for tried in std::mem::take(waiting) {
                let reason = tried.failure.message.clone();
                match self.run(tried.place, &tried.settings, Some(&reason), notes)? {
                    None => progress = true,
                    Some(failure) => waiting.extend(self.keep(tried.place, &tried.settings, failure)),
                }
            }
        }
        Ok(())
    }

    /// None: it is a failure for good.
    fn keep(&mut self, place: Place, settings: &[Place], failure: ReplayFailure) -> Option<Waiting> {
        if is_missing(failure.sqlstate.as_deref()) {
            return Some(Waiting { place, settings: settings.to_vec(), failure });
        }
        self.found.failures.push(failure);
        None
    }

    /// Brings the session's settings to those of a statement, itself left out where it is one.
    fn set(&mut self, settings: &[Place], own: Place) -> Result<(), JobError> {
        let wanted: Vec<Place> = settings.iter().copied().filter(|place| *place != own).collect();
        if self.current == wanted {
            return Ok(());
        }
        self.session.session.run(UNSET).map_err(|error| JobError::Database(error.message))?;
        self.current.clear();
        for place in wanted {
            if let Some((file, statement)) = self.at(place)
                && self.session.run_statement(file, statement, None, false, &mut Vec::new()).is_ok()
            {
                self.current.push(place);
            }
        }
        Ok(())
    }

    fn clean(&mut self) -> Result<(), JobError> {
        self.current.clear();
        self.session.session.run(CLEAN).map_err(|error| JobError::Database(error.message))
    }

    fn at(&self, place: Place) -> Option<(&'w MigrationFile, &'w FileStatement)> {
        let file = self.files.get(place.file)?;
        Some((file, file.statements.get(place.statement)?))
    }

    /// The index with those parts of its condition that PostgreSQL takes, made; none where that does not help. A unique
    /// index stays as it is: without a part of its condition it forbids rows that were allowed.
    fn without_mutable_parts(&mut self, file: &MigrationFile, statement: &FileStatement) -> Option<Adjusted> {
        let StatementKind::CreateIndex(index) = &statement.statement.kind else { return None };
        let predicate = index.predicate.as_ref().filter(|_| !index.unique)?;
        let text = file.statement_text(statement);
        let (before, after) = (text.get(..predicate.span.start)?, text.get(predicate.span.end..)?);
        let (mut kept, mut removed) = (Vec::new(), Vec::new());
        for part in conjuncts(&predicate.text) {
            drop(self.session.session.run("BEGIN"));
            let taken = self.session.session.run(&format!("{before}{part}{after}")).is_ok();
            drop(self.session.session.run("ROLLBACK"));
            if taken { kept.push(part) } else { removed.push(part.to_owned()) }
        }
        let sql = if kept.is_empty() {
            let keyword = before.trim_end();
            let without = keyword.len().checked_sub("WHERE".len()).and_then(|end| keyword.get(..end))?;
            format!("{}{after}", without.trim_end())
        } else {
            format!("{before}{}{after}", kept.join(" AND "))
        };
        self.session.session.run(&sql).ok()?;
        let meaning = "the index holds more rows than was meant, and serves the same queries";
        Some(Adjusted { sql, removed, meaning })
    }

    /// `CREATE POLICY IF NOT EXISTS …`, which PostgreSQL does not know of policies, roles and others.
    fn without_if_not_exists(&mut self, file: &MigrationFile, statement: &FileStatement) -> Option<Adjusted> {
        let text = file.statement_text(statement);
        let found = tokens(text);
        let is = |place: usize, word: &str| found.get(place).is_some_and(|token| token.is_word(word));
        // CREATE, one or two words for the kind, then the three.
        let start = (2..=3).find(|place| is(*place, "if") && is(place + 1, "not") && is(place + 2, "exists"))?;
        if !is(0, "create") {
            return None;
        }
        let (from, to) = (found.get(start)?.span.start, found.get(start + 3)?.span.start);
        let sql = format!("{}{}", text.get(..from)?, text.get(to..)?);
        match self.session.session.run(&sql) {
            // duplicate_object, duplicate_table, duplicate_function: it is there, and stays.
            Err(error) if !matches!(error.sqlstate.as_deref(), Some("42710" | "42P07" | "42723")) => return None,
            _ => {}
        }
        let meaning = "PostgreSQL does not know these words here; the object was made where it was not there";
        Some(Adjusted { sql, removed: vec!["IF NOT EXISTS".to_owned()], meaning })
    }
}

/// The rows that follow `COPY … FROM STDIN`.
pub(crate) fn rows_of_copy(file: &MigrationFile, statement: usize) -> Option<&str> {
    copy_data(file, statement)
}

fn is_transaction_control(kind: &StatementKind) -> bool {
    matches!(kind, StatementKind::Transaction(control) if *control != TransactionControl::Characteristics)
}

/// SET and RESET, and `SELECT set_config('search_path', …)` as pg_dump writes it.
pub(crate) fn is_setting(statement: &Statement) -> bool {
    match &statement.kind {
        StatementKind::Set(_) | StatementKind::Reset { .. } => true,
        StatementKind::Select(_) => statement.calls.iter().any(|call| call.name.name == "set_config"),
        _ => false,
    }
}
