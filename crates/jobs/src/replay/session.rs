//! One connection that runs file after file, each from a clean state.

use std::path::{Path, PathBuf};
use std::time::Duration;

use pgmason_core::migrations::{FileStatement, MigrationFile};
use pgmason_pg::run::{Session, StatementError};
use pgmason_scratch::ScratchDatabase;
use pgmason_sql::facts::{LeavesServer, SuperuserNeed, cannot_run_in_transaction, leaves_server, superuser_needs};
use pgmason_sql::split::{Piece, PieceKind};
use pgmason_sql::{DropObjects, ObjectKind, StatementKind};

use super::meta::{self, MetaEffect};
use super::report::{FurtherFailure, ReplayFailure};
use crate::JobError;
use crate::folder;
use crate::project::Project;

pub(super) struct ReplaySession<'a> {
    project: &'a Project,
    database: &'a ScratchDatabase,
    session: Session,
    limit: Duration,
}

pub(super) enum FileOutcome {
    Applied,
    Failed(Box<ReplayFailure>),
}

/// How deep `\i` may nest.
const INCLUDE_DEPTH: usize = 16;

/// Brings a session back to how it began, whatever the last file set.
const CLEAN: &str = "RESET SESSION AUTHORIZATION; RESET ALL; CLOSE ALL; UNLISTEN *; DISCARD SEQUENCES; DISCARD TEMP; \
                     SELECT pg_catalog.pg_advisory_unlock_all()";

/// What runs next in a file.
enum Item<'f> {
    Statement(&'f FileStatement),
    Other(&'f Piece),
}

impl Item<'_> {
    fn start(&self) -> usize {
        match self {
            Self::Statement(statement) => statement.span.start,
            Self::Other(piece) => piece.span.start,
        }
    }
}

impl<'a> ReplaySession<'a> {
    pub(super) fn open(project: &'a Project, database: &'a ScratchDatabase, limit: Duration) -> Result<Self, JobError> {
        let session = connect(database, limit)?;
        Ok(Self { project, database, session, limit })
    }

    /// Runs a file as a whole; when it fails, what it did is undone as far as it had not committed it itself.
    /// `diagnose`: when it fails, look for further statements of it that fail.
    pub(super) fn run_file(
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
        let own_transactions =
            file.statements.iter().any(|statement| matches!(statement.statement.kind, StatementKind::Transaction(_)));
        let wrap = file.in_transaction && !own_transactions;
        let outcome = self.run_wrapped(file, wrap, notes);
        match outcome {
            Ok(()) => Ok(FileOutcome::Applied),
            Err(mut failure) => {
                if failure.lost {
                    self.session = connect(self.database, self.limit)?;
                    drop(self.elevate("off", "on"));
                } else {
                    drop(self.session.run("ROLLBACK"));
                    drop(self.session.run(CLEAN));
                    if diagnose && wrap {
                        failure.report.further = self.further_failures(file, failure.report.line);
                    }
                }
                Ok(FileOutcome::Failed(Box::new(failure.report)))
            }
        }
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
        let mut items: Vec<Item<'_>> = file.statements.iter().map(Item::Statement).collect();
        if !file.other_pieces.is_empty() {
            items.extend(file.other_pieces.iter().map(Item::Other));
            items.sort_by_key(Item::start);
        }
        let mut items = items.into_iter().peekable();
        while let Some(item) = items.next() {
            match item {
                Item::Statement(statement) => {
                    let data = match items.peek() {
                        Some(Item::Other(piece)) if piece.kind == PieceKind::CopyData => {
                            Some(file.text.get(piece.span.clone()).unwrap_or_default())
                        }
                        _ => None,
                    };
                    self.run_statement(file, statement, data, wrap, notes)?;
                }
                Item::Other(piece) => self.run_piece(file, piece, wrap, depth, notes)?,
            }
        }
        Ok(())
    }

    fn run_statement(
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
        if let StatementKind::CreateExtension { name, .. } = &statement.statement.kind {
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
    fn as_superuser(&mut self, sql: &str, with_event_triggers: bool) -> Result<(), Box<StatementError>> {
        if self.database.secret().is_none() {
            return self.session.run(sql);
        }
        let event_triggers = if with_event_triggers { "on" } else { "off" };
        self.elevate("on", event_triggers)?;
        let outcome = self.session.run(sql);
        let lowered = self.elevate("off", event_triggers);
        outcome.and(lowered)
    }

    fn elevate(&mut self, elevated: &str, event_triggers: &str) -> Result<(), Box<StatementError>> {
        match self.database.secret() {
            Some(secret) => {
                self.session.run_with("SELECT pgmason_scratch.elevate($1, $2, $3)", &[secret, elevated, event_triggers])
            }
            None => Ok(()),
        }
    }

    /// An index of pgvector's methods without its WITH clause, where a stand-in answers for them: it borrows a built-in
    /// method, which knows no `lists` and no `ef_construction`.
    fn without_vector_parameters(
        &mut self,
        statement: &FileStatement,
        sql: &str,
    ) -> Result<Option<String>, Box<StatementError>> {
        let StatementKind::CreateIndex(index) = &statement.statement.kind else { return Ok(None) };
        let Some(parameters) = &index.storage_parameters else { return Ok(None) };
        if !matches!(index.method.as_str(), "hnsw" | "ivfflat") || !self.vector_is_a_stand_in()? {
            return Ok(None);
        }
        let (before, after) = (sql.get(..parameters.span.start), sql.get(parameters.span.end..));
        Ok(before.zip(after).map(|(before, after)| format!("{before}{after}")))
    }

    fn vector_is_a_stand_in(&mut self) -> Result<bool, Box<StatementError>> {
        if self.database.stand_in_script("vector").is_some() {
            return Ok(true);
        }
        let rows = self
            .session
            .client()
            .query(include_str!("stand_ins.sql"), &[])
            .map_err(|error| Box::new(pgmason_pg::run::statement_error(&error, false)))?;
        Ok(rows.iter().any(|row| row.get::<_, &str>(0) == "vector"))
    }

    /// Creates the extension or its stand-in; one that nobody foresaw becomes an empty one, and a note.
    fn create_extension(
        &mut self,
        name: &str,
        statement: &FileStatement,
        notes: &mut Vec<String>,
    ) -> Result<(), Box<StatementError>> {
        let StatementKind::CreateExtension { if_not_exists, schema, cascade, .. } = &statement.statement.kind else {
            return Ok(());
        };
        let mut available = self.extension(name)?;
        if available.is_none() && self.database.allow_extension(name).unwrap_or(false) {
            available = self.extension(name)?;
        }
        // An earlier run may have made it.
        if available.as_ref().is_some_and(|extension| extension.is_empty) {
            notes.push(format!(
                "extension {name} is not installed and nothing is known about it: what needs its objects will fail"
            ));
        }
        if available.is_none()
            && let Some((script, fixed)) = self.database.stand_in_script(name)
        {
            notes.push(format!(
                "extension {name} is not installed; a stand-in answers, its objects look like the project's"
            ));
            let schema = pgmason_model::Identifier::from(fixed.as_deref().or(schema.as_deref()).unwrap_or("public"));
            return self.session.run(&format!(
                "CREATE SCHEMA IF NOT EXISTS {schema}; SET LOCAL search_path = {schema}; {script}; RESET search_path"
            ));
        }
        // Any version will do: the scratch has one of each. A fixed schema of the control file wins over the statement's.
        let schema = match available {
            Some(Extension { fixed_schema: Some(_), .. }) => None,
            _ => schema.as_ref(),
        };
        let sql = format!(
            "CREATE EXTENSION {}{}{}{}",
            if *if_not_exists { "IF NOT EXISTS " } else { "" },
            pgmason_model::Identifier::from(name),
            schema
                .map(|schema| format!(" SCHEMA {}", pgmason_model::Identifier::from(schema.as_str())))
                .unwrap_or_default(),
            if *cascade { " CASCADE" } else { "" },
        );
        self.as_superuser(&sql, false)
    }

    fn extension(&mut self, name: &str) -> Result<Option<Extension>, Box<StatementError>> {
        let row = self
            .session
            .client()
            .query_opt(include_str!("available_extension.sql"), &[&name])
            .map_err(|error| Box::new(pgmason_pg::run::statement_error(&error, false)))?;
        Ok(row.map(|row| Extension { fixed_schema: row.get(0), is_empty: row.get(1) }))
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
        match meta::effect(name, arguments) {
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

    /// Extensions of the database that a stand-in answers for, those of `platform` left out.
    pub(super) fn stand_ins(&mut self, platform: &[String]) -> Result<Vec<String>, JobError> {
        let rows = self
            .session
            .client()
            .query(include_str!("stand_ins.sql"), &[])
            .map_err(|error| JobError::Database(error.to_string()))?;
        Ok(rows.iter().map(|row| row.get(0)).filter(|name| !platform.contains(name)).collect())
    }
}

struct Extension {
    fixed_schema: Option<String>,
    /// Nothing but a name.
    is_empty: bool,
}

fn connect(database: &ScratchDatabase, limit: Duration) -> Result<Session, JobError> {
    Ok(Session::new(database.connect()?, limit))
}

/// Hosted platforms let their users run these, although PostgreSQL asks for a superuser.
fn needs_elevation(statement: &FileStatement) -> bool {
    if let StatementKind::Drop(DropObjects { object: ObjectKind::Extension | ObjectKind::EventTrigger, .. }) =
        &statement.statement.kind
    {
        return true;
    }
    let needs = superuser_needs(&statement.statement);
    !needs.is_empty() && needs.iter().all(is_harmless)
}

/// What cannot run a program, read a file or load a library.
fn is_harmless(need: &SuperuserNeed) -> bool {
    const HARMLESS: &[&str] = &[
        "CREATE EVENT TRIGGER",
        "ALTER EVENT TRIGGER",
        "CREATE PUBLICATION … FOR ALL TABLES",
        "CREATE PUBLICATION … FOR TABLES IN SCHEMA",
        "ALTER PUBLICATION … TABLES IN SCHEMA",
        "CREATE TYPE (base type)",
        "CREATE OPERATOR CLASS",
        "CREATE OPERATOR FAMILY",
        "ALTER OPERATOR FAMILY",
        "CREATE FOREIGN DATA WRAPPER",
        "ALTER FOREIGN DATA WRAPPER",
        "CREATE TEXT SEARCH PARSER",
        "CREATE TEXT SEARCH TEMPLATE",
        "CREATE CAST",
        "CREATE ACCESS METHOD",
        "LEAKPROOF",
        "ALTER FUNCTION … LEAKPROOF or SUPPORT",
    ];
    match need {
        SuperuserNeed::Extension(_) => true,
        SuperuserNeed::Command(words) => HARMLESS.contains(words),
        // `dynamic_library_path` and `session_preload_libraries` would load code.
        SuperuserNeed::Setting(name) => !name.contains("librar"),
    }
}

/// How a statement would leave, in words.
fn way_out(leaves: &LeavesServer) -> Option<String> {
    Some(match leaves {
        LeavesServer::CopyFile(path) => format!("COPY with the server's file `{path}`"),
        LeavesServer::CopyProgram(_) => "COPY … PROGRAM".to_owned(),
        LeavesServer::Load => "LOAD".to_owned(),
        // In the scratch these are stand-ins that reach nothing.
        LeavesServer::Call(name) if name.contains("http") => return None,
        LeavesServer::Call(name) => format!("a call of {name}"),
    })
}

/// The text of an error with its cause.
fn describe(error: &JobError) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

/// A failure on its way out of a file.
struct Failed {
    report: ReplayFailure,
    /// The connection is gone.
    lost: bool,
}

impl Failed {
    fn statement(file: &MigrationFile, statement: &FileStatement, error: StatementError) -> Box<Self> {
        let sql = file.statement_text(statement);
        let line = match error.position {
            Some(position) => {
                let before = sql.chars().take(position).filter(|c| *c == '\n').count();
                statement.line + u32::try_from(before).unwrap_or(0)
            }
            None => statement.line,
        };
        let message = if error.timed_out {
            "the statement took longer than the replay timeout and was cancelled".to_owned()
        } else if error.connection_lost {
            format!("the scratch server ended the connection: {}", error.message)
        } else {
            error.message
        };
        let hint = if error.timed_out { Some("allow more: `--replay-timeout SECONDS`".to_owned()) } else { error.hint };
        Box::new(Self {
            lost: error.connection_lost,
            report: ReplayFailure {
                file: file.path.clone(),
                line,
                statement: beginning(sql),
                sqlstate: error.sqlstate,
                message,
                detail: error.detail.or(error.context),
                hint,
                further: Vec::new(),
            },
        })
    }

    fn refused(file: &MigrationFile, statement: &FileStatement, way_out: &str) -> Box<Self> {
        Box::new(Self {
            lost: false,
            report: ReplayFailure {
                file: file.path.clone(),
                line: statement.line,
                statement: beginning(file.statement_text(statement)),
                message: format!("refused: {way_out} would leave the scratch database"),
                hint: Some("a migration that reads files or starts programs cannot be replayed safely".to_owned()),
                ..ReplayFailure::default()
            },
        })
    }

    fn meta(file: &MigrationFile, piece: &Piece, name: &str, reason: &str) -> Box<Self> {
        Box::new(Self {
            lost: false,
            report: ReplayFailure {
                file: file.path.clone(),
                line: piece.line,
                statement: format!("\\{name}"),
                message: format!("psql command \\{name}: {reason}"),
                ..ReplayFailure::default()
            },
        })
    }

    /// At the end of the file: a deferred constraint, say.
    fn whole(file: &MigrationFile, error: StatementError) -> Box<Self> {
        let last = file.statements.last();
        Box::new(Self {
            lost: error.connection_lost,
            report: ReplayFailure {
                file: file.path.clone(),
                line: last.map_or(1, |statement| statement.line),
                statement: "COMMIT".to_owned(),
                sqlstate: error.sqlstate,
                message: error.message,
                detail: error.detail.or(error.context),
                hint: error.hint,
                further: Vec::new(),
            },
        })
    }
}

/// The first words of a statement, on one line.
fn beginning(sql: &str) -> String {
    const LENGTH: usize = 160;
    let mut text = String::new();
    for word in sql.split_whitespace() {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
        if text.len() > LENGTH {
            let end = (0..=LENGTH).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
            text.truncate(end);
            text.push('…');
            break;
        }
    }
    text
}
