//! One connection that runs file after file, each from a clean state.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use pgmason_core::migrations::psql::{self, MetaEffect};
use pgmason_core::migrations::{FileStatement, MigrationFile};
use pgmason_pg::run::{Session, StatementError};
use pgmason_scratch::ScratchDatabase;
use pgmason_sql::facts::{cannot_run_in_transaction, leaves_server};
use pgmason_sql::split::{Piece, PieceKind};
use pgmason_sql::{ObjectKind, StatementKind, TransactionControl};
use postgres::Client;

use super::failed::Failed;
use super::fence::{needs_elevation, way_out};
use super::report::{FurtherFailure, ReplayFailure};
use crate::JobError;
use crate::folder;
use crate::project::Project;

/// Looks at the session around each statement of a file.
pub trait Observer {
    /// `fresh`: a transaction may have begun since the statement before.
    fn before(&mut self, client: &mut Client, file: &MigrationFile, statement: usize, fresh: bool);
    /// Not called after a statement that failed.
    fn after(&mut self, client: &mut Client, file: &MigrationFile, statement: usize);
}

pub(crate) struct ReplaySession<'a> {
    project: &'a Project,
    pub(super) database: &'a ScratchDatabase,
    pub(crate) session: Session,
    limit: Duration,
    observer: Option<&'a mut dyn Observer>,
    /// Roles that files of another database of the server made.
    pub(super) roles_of_others: BTreeSet<String>,
}

/// What became of a file.
pub(crate) enum FileOutcome {
    Applied,
    Failed(Box<ReplayFailure>),
}

/// How deep `\i` may nest.
const INCLUDE_DEPTH: usize = 16;

/// Brings a session back to how it began, whatever the last file set.
pub(super) const CLEAN: &str = "RESET SESSION AUTHORIZATION; RESET ALL; CLOSE ALL; UNLISTEN *; DISCARD SEQUENCES; DISCARD TEMP; \
                     SELECT pg_catalog.pg_advisory_unlock_all()";

/// What runs next in a file.
enum Item<'f> {
    Statement(usize, &'f FileStatement),
    Other(&'f Piece),
}

impl Item<'_> {
    fn start(&self) -> usize {
        match self {
            Self::Statement(_, statement) => statement.span.start,
            Self::Other(piece) => piece.span.start,
        }
    }
}

impl<'a> ReplaySession<'a> {
    pub(crate) fn open(project: &'a Project, database: &'a ScratchDatabase, limit: Duration) -> Result<Self, JobError> {
        let session = connect(database, limit)?;
        Ok(Self { project, database, session, limit, observer: None, roles_of_others: BTreeSet::new() })
    }

    pub(super) fn observed_by(&mut self, observer: Option<&'a mut dyn Observer>) {
        self.observer = observer;
    }

    /// Runs a file as a whole; when it fails, what it did is undone as far as it had not committed it itself.
    /// `diagnose`: when it fails, look for further statements of it that fail.
    pub(crate) fn run_file(
        &mut self,
        file: &MigrationFile,
        diagnose: bool,
        notes: &mut Vec<String>,
    ) -> Result<FileOutcome, JobError> {
        if let Some(problem) = file.problems.first() {
            return Ok(FileOutcome::Failed(Box::new(ReplayFailure {
                file: file.path.clone(),
                line: problem.line,
                message: problem.to_string(),
                hint: Some("close it; everything after it was taken into it".to_owned()),
                ..ReplayFailure::default()
            })));
        }
        // A file that controls its transactions itself is left alone.
        let own_transactions = file.statements.iter().any(|statement| {
            use TransactionControl::{Begin, Commit, Prepared, Rollback};
            matches!(statement.statement.kind, StatementKind::Transaction(Begin | Commit | Rollback | Prepared))
        });
        let wrap = file.in_transaction && !own_transactions;
        let outcome = self.run_wrapped(file, wrap, notes);
        match outcome {
            Ok(()) => Ok(FileOutcome::Applied),
            Err(mut failure) => {
                self.recover(failure.lost)?;
                if diagnose && wrap && !failure.lost {
                    failure.report.further = self.further_failures(file, failure.report.line);
                }
                Ok(FileOutcome::Failed(Box::new(failure.report)))
            }
        }
    }

    /// A clean session after a failure.
    pub(super) fn recover(&mut self, lost: bool) -> Result<(), JobError> {
        if lost {
            self.session = connect(self.database, self.limit)?;
            drop(self.elevate("off", "on"));
        } else {
            drop(self.session.run("ROLLBACK"));
            drop(self.session.run(CLEAN));
        }
        Ok(())
    }

    /// Runs the file once more, past each failure, and undoes all of it.
    fn further_failures(&mut self, file: &MigrationFile, first_line: u32) -> Vec<FurtherFailure> {
        let mut found = Vec::new();
        drop(self.session.run("BEGIN"));
        for statement in &file.statements {
            if cannot_run_in_transaction(&statement.statement).is_some() {
                continue;
            }
            drop(self.session.run("SAVEPOINT pgmason_further"));
            match self.run_statement(file, statement, None, false, &mut Vec::new()) {
                Ok(()) => drop(self.session.run("RELEASE SAVEPOINT pgmason_further")),
                Err(failure) if failure.lost => break,
                Err(failure) => {
                    drop(self.session.run("ROLLBACK TO SAVEPOINT pgmason_further"));
                    let ReplayFailure { line, sqlstate, message, .. } = failure.report;
                    if line > first_line {
                        found.push(FurtherFailure { line, sqlstate, message });
                    }
                }
            }
        }
        drop(self.session.run("ROLLBACK"));
        drop(self.session.run(CLEAN));
        found
    }

    fn run_wrapped(&mut self, file: &MigrationFile, wrap: bool, notes: &mut Vec<String>) -> Result<(), Box<Failed>> {
        let whole = |error: Box<StatementError>| Failed::whole(file, *error);
        if wrap {
            self.session.run("BEGIN").map_err(whole)?;
        }
        self.run_items(file, wrap, 0, notes)?;
        if wrap {
            self.session.run("COMMIT").map_err(whole)?;
        }
        self.session.run(CLEAN).map_err(whole)
    }

    fn run_items(
        &mut self,
        file: &MigrationFile,
        wrap: bool,
        depth: usize,
        notes: &mut Vec<String>,
    ) -> Result<(), Box<Failed>> {
        let mut items: Vec<Item<'_>> =
            file.statements.iter().enumerate().map(|(place, statement)| Item::Statement(place, statement)).collect();
        if !file.other_pieces.is_empty() {
            items.extend(file.other_pieces.iter().map(Item::Other));
            items.sort_by_key(Item::start);
        }
        let mut items = items.into_iter().peekable();
        let mut fresh = true;
        while let Some(item) = items.next() {
            match item {
                Item::Statement(place, statement) => {
                    let data = match items.peek() {
                        Some(Item::Other(piece)) if piece.kind == PieceKind::CopyData => {
                            Some(file.text.get(piece.span.clone()).unwrap_or_default())
                        }
                        _ => None,
                    };
                    if let Some(observer) = self.observer.as_deref_mut().filter(|_| depth == 0) {
                        observer.before(self.session.client(), file, place, fresh);
                    }
                    self.run_statement(file, statement, data, wrap, notes)?;
                    fresh = !wrap || cannot_run_in_transaction(&statement.statement).is_some();
                    if let Some(observer) = self.observer.as_deref_mut().filter(|_| depth == 0) {
                        observer.after(self.session.client(), file, place);
                    }
                }
                Item::Other(piece) => self.run_piece(file, piece, wrap, depth, notes)?,
            }
        }
        Ok(())
    }

    pub(super) fn run_statement(
        &mut self,
        file: &MigrationFile,
        statement: &FileStatement,
        data: Option<&str>,
        wrap: bool,
        notes: &mut Vec<String>,
    ) -> Result<(), Box<Failed>> {
        let sql = file.statement_text(statement);
        let failed = |error: Box<StatementError>| Failed::statement(file, statement, *error);
        if let Some(way_out) = leaves_server(&statement.statement).iter().find_map(way_out) {
            return Err(Failed::refused(file, statement, &way_out));
        }
        if let Some(data) = data {
            return self.session.copy_in(sql, data.as_bytes()).map_err(failed);
        }
        let apart = wrap && cannot_run_in_transaction(&statement.statement).is_some();
        if apart {
            self.session.run("COMMIT").map_err(failed)?;
        }
        if let StatementKind::CreateRole { name, .. } = &statement.statement.kind
            && self.roles_of_others.remove(name)
        {
            notes.push(format!("{}:{}: the role {name} is there from the other source", file.path, statement.line));
        } else if let StatementKind::CreateExtension { name, .. } = &statement.statement.kind {
            self.create_extension(name, statement, notes).map_err(failed)?;
        } else if needs_elevation(statement) {
            // PostgreSQL fires no event trigger for statements about event triggers.
            let about_event_triggers = matches!(
                statement.statement.kind,
                StatementKind::CreateEventTrigger { .. }
                    | StatementKind::AlterOther { object: ObjectKind::EventTrigger, .. }
            );
            self.as_superuser(sql, about_event_triggers).map_err(failed)?;
        } else if let Some(bare) = self.without_vector_parameters(statement, sql).map_err(failed)? {
            self.session.run(&bare).map_err(failed)?;
        } else {
            self.session.run(sql).map_err(failed)?;
        }
        if apart {
            self.session.run("BEGIN").map_err(failed)?;
        }
        Ok(())
    }

    /// Runs a statement with the migration role elevated. Inside a transaction a failure takes the elevation with it.
    pub(super) fn as_superuser(&mut self, sql: &str, with_event_triggers: bool) -> Result<(), Box<StatementError>> {
        if self.database.secret().is_none() {
            return self.session.run(sql);
        }
        let event_triggers = if with_event_triggers { "on" } else { "off" };
        self.elevate("on", event_triggers)?;
        let outcome = self.session.run(sql);
        let lowered = self.elevate("off", event_triggers);
        outcome.and(lowered)
    }

    pub(super) fn elevate(&mut self, elevated: &str, event_triggers: &str) -> Result<(), Box<StatementError>> {
        match self.database.secret() {
            Some(secret) => {
                self.session.run_with("SELECT pgmason_scratch.elevate($1, $2, $3)", &[secret, elevated, event_triggers])
            }
            None => Ok(()),
        }
    }

    fn run_piece(
        &mut self,
        file: &MigrationFile,
        piece: &Piece,
        wrap: bool,
        depth: usize,
        notes: &mut Vec<String>,
    ) -> Result<(), Box<Failed>> {
        let PieceKind::MetaCommand { name, arguments } = &piece.kind else { return Ok(()) };
        match psql::effect(name, arguments) {
            MetaEffect::Nothing => {
                notes.push(format!("{}:{}: \\{name} passed over", file.path, piece.line));
                Ok(())
            }
            MetaEffect::Refused(reason) => Err(Failed::meta(file, piece, name, &reason)),
            MetaEffect::Include { path, relative } if depth < INCLUDE_DEPTH => {
                let from = if relative { self.folder_of(file) } else { self.project.folder.clone() };
                // psql takes a path from where it was started; people start it beside the file, too.
                let from = if from.join(&path).exists() { from } else { self.folder_of(file) };
                let included = folder::read_included(self.project, &from, &path)
                    .map_err(|error| Failed::meta(file, piece, name, &describe(&error)))?;
                self.run_items(&included, wrap, depth + 1, notes)
            }
            MetaEffect::Include { .. } => Err(Failed::meta(file, piece, name, "files include each other without end")),
        }
    }

    fn folder_of(&self, file: &MigrationFile) -> PathBuf {
        let path = self.project.folder.join(&file.path);
        path.parent().map(Path::to_owned).unwrap_or_default()
    }
}

fn connect(database: &ScratchDatabase, limit: Duration) -> Result<Session, JobError> {
    Ok(Session::new(database.connect()?, limit))
}

/// The text of an error with its cause.
fn describe(error: &JobError) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
