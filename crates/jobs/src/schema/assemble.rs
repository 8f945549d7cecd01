//! `schema assemble`: modular schema files as one file for the schema and one for its first rows.
//!
//! The files run on a scratch database, what fails for something missing again later, until all of them ran. What comes
//! out is proven: on a second scratch database the two files build the same schema and the same number of rows.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use pgmason_core::assembly::{Part, is_about_rows, render};
use pgmason_core::migrations::{Direction, FileName, Layout, MigrationFile};
use pgmason_model::plan::beginning;
use serde::Serialize;

use super::proof::{Proof, catalog_differences};
use crate::JobError;
use crate::folder::{self, SqlFiles};
use crate::open::{OpenOptions, OpenScratch, open_scratch, read_catalog};
use crate::progress::{Event, Reporter};
use crate::project::Project;
use crate::replay::rounds::{self, Place, Ran, RoundsOptions, is_setting};
use crate::replay::{ReplayFailure, ReplaySession, explain, replay};
use crate::row_state;
use crate::snapshot::write;
use crate::source::Source;

/// The version of the JSON output.
pub const ASSEMBLE_SCHEMA_VERSION: u32 = 1;

/// The names of the two files.
pub const SCHEMA_FILE: &str = "000_initial_schema.sql";
pub const ROWS_FILE: &str = "001_seed_data.sql";

/// Characters of a statement that is named.
const SHOWN: usize = 100;

/// What to assemble into which folder.
#[derive(Clone, Debug, Default)]
pub struct AssembleOptions {
    pub folder: PathBuf,
    /// None: nothing is written.
    pub output: Option<PathBuf>,
    /// Write nothing; say whether what is there is what would be written.
    pub check: bool,
    pub open: OpenOptions,
}

#[derive(Clone, Debug, Serialize)]
pub struct AssembleReport {
    pub schema_version: u32,
    pub folder: String,
    /// Files read, in the order of their names.
    pub read: Vec<String>,
    pub files: Vec<AssembledFile>,
    /// Statements that run later than they stand.
    pub moved: Vec<MovedStatement>,
    /// Statements that ran nowhere. Nothing is written then.
    pub failures: Vec<ReplayFailure>,
    /// None where a statement failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
    pub scratch: String,
    pub written: bool,
    pub notes: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct AssembledFile {
    /// Where it is to be; its name alone where no folder was named.
    pub path: String,
    pub statements: usize,
    /// With `check`: the file that is there is another, or there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<&'static str>,
    #[serde(skip)]
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MovedStatement {
    pub file: String,
    pub line: u32,
    pub statement: String,
    /// The server's words when it was tried where it stands.
    pub waited_for: String,
    /// The statement that it stands behind now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

impl AssembleReport {
    /// Every statement ran, the proof holds, and nothing that is there differs.
    pub fn is_clean(&self) -> bool {
        self.failures.is_empty()
            && self.proof.as_ref().is_some_and(|proof| proof.holds)
            && self.files.iter().all(|file| matches!(file.state, None | Some("same")))
    }
}

pub fn assemble(
    project: &Project,
    options: &AssembleOptions,
    reporter: Reporter<'_>,
) -> Result<AssembleReport, JobError> {
    let source = Source::Schema(options.folder.clone());
    let files =
        folder::read(project, &source)?.ok_or_else(|| JobError::EmptyFolder { path: options.folder.clone() })?;
    reporter(Event::Reading { files: files.files.len() });
    let baseline = project.baseline(&source, Some(&files));
    let OpenScratch { database, mut server } = open_scratch(project, baseline, &options.open, reporter)?;
    let mut report = AssembleReport {
        schema_version: ASSEMBLE_SCHEMA_VERSION,
        folder: project.display_path(&options.folder),
        read: files.files.iter().map(|file| file.path.clone()).collect(),
        files: Vec::new(),
        moved: Vec::new(),
        failures: Vec::new(),
        proof: None,
        scratch: server.describe(),
        written: false,
        notes: Vec::new(),
    };
    let passed_over = files.files.iter().flat_map(|file| {
        let commands = file.other_pieces.iter().filter(|piece| piece.kind != pgmason_sql::split::PieceKind::CopyData);
        commands.map(move |piece| format!("{}:{}: psql commands are left out", file.path, piece.line))
    });
    report.notes.extend(passed_over);

    let mut session = ReplaySession::open(project, &database, options.open.replay.statement_timeout)?;
    let everything = RoundsOptions { skip: &|_| false, adjust: false };
    let found = rounds::run(&mut session, &files.files, &everything, &mut report.notes, reporter)?;
    drop(session);
    report.moved = moved(&files, &found.order);
    report.failures = found.failures.into_iter().map(|failure| explain::complete(failure, &files.files)).collect();
    if !report.failures.is_empty() {
        return Ok(report);
    }
    let (schema, rows) = texts(&files, &found.order, &report);
    let place = |name: &str| match &options.output {
        Some(folder) => project.display_path(&folder.join(name)),
        None => name.to_owned(),
    };
    for (name, (text, statements)) in [(SCHEMA_FILE, schema), (ROWS_FILE, rows)] {
        if statements > 0 || name == SCHEMA_FILE {
            report.files.push(AssembledFile { path: place(name), statements, state: None, text });
        }
    }

    // The same from the two files, on a database of its own.
    let wanted = (read_catalog(&server, &database)?, row_state::read(&database)?);
    let second = server.create_database()?;
    let assembled = SqlFiles {
        layout: Layout::Numbered,
        migrations: true,
        files: report.files.iter().map(|file| as_migration(&file.path, &file.text)).collect(),
        not_utf8: Vec::new(),
    };
    let replayed = replay(project, &assembled, &second, &options.open.replay, reporter)?;
    report.proof = Some(match replayed.failures.into_iter().next() {
        Some(failure) => Proof::failed(failure),
        None => {
            reporter(Event::ReadingCatalog);
            let mut differences = catalog_differences(&wanted.0, &read_catalog(&server, &second)?);
            differences.extend(counts_differ(&wanted.1, &row_state::read(&second)?));
            Proof::of(differences)
        }
    });
    if report.proof.as_ref().is_some_and(|proof| proof.holds) {
        finish(&mut report, options)?;
    }
    Ok(report)
}

/// Writes the files, or holds them against those that are there.
fn finish(report: &mut AssembleReport, options: &AssembleOptions) -> Result<(), JobError> {
    let Some(folder) = &options.output else { return Ok(()) };
    if !options.check {
        fs::create_dir_all(folder).map_err(JobError::file("make", folder))?;
    }
    for file in &mut report.files {
        let name = Path::new(&file.path).file_name().unwrap_or_default();
        let path = folder.join(name);
        if options.check {
            file.state = Some(match fs::read_to_string(&path) {
                Ok(there) if there == file.text => "same",
                Ok(_) => "differs",
                Err(_) => "missing",
            });
        } else {
            write(&path, file.text.as_bytes())?;
        }
    }
    report.written = !options.check;
    Ok(())
}

pub(crate) fn moved(files: &SqlFiles, order: &[Ran]) -> Vec<MovedStatement> {
    let named = |place: Place| {
        let file = files.files.get(place.file)?;
        Some((file, file.statements.get(place.statement)?))
    };
    let mut list = Vec::new();
    for (at, ran) in order.iter().enumerate() {
        let (Some(waited_for), Some((file, statement))) = (&ran.waited_for, named(ran.place)) else { continue };
        let before = at.checked_sub(1).and_then(|before| order.get(before)).and_then(|before| named(before.place));
        list.push(MovedStatement {
            file: file.path.clone(),
            line: statement.line,
            statement: beginning(file.statement_text(statement), SHOWN),
            waited_for: waited_for.clone(),
            after: before.map(|(file, statement)| format!("{}:{}", file.path, statement.line)),
        });
    }
    list
}

/// The schema's text and the rows' text, each with how many statements it has.
fn texts(files: &SqlFiles, order: &[Ran], report: &AssembleReport) -> ((String, usize), (String, usize)) {
    let title = |what: &str| {
        let again = format!("edit the files there and assemble again: `pgmason schema assemble {}`.", report.folder);
        vec![format!("{what} of {}, assembled by pgmason. Do not edit:", report.folder), again]
    };
    let about_rows = |ran: &Ran| {
        let file = files.files.get(ran.place.file);
        let statement = file.and_then(|file| file.statements.get(ran.place.statement));
        statement.is_some_and(|found| !is_setting(&found.statement) && is_about_rows(&found.statement))
    };
    let of = |wanted: bool| {
        let ran: Vec<&Ran> = order.iter().filter(|ran| about_rows(ran) == wanted).collect();
        let parts: Vec<Part<'_>> = ran.iter().filter_map(|ran| part(files, ran)).collect();
        (render(&title(if wanted { "The first rows" } else { "The schema" }), &parts), parts.len())
    };
    (of(false), of(true))
}

/// A statement as it goes into an assembled file.
pub(crate) fn part<'a>(files: &'a SqlFiles, ran: &'a Ran) -> Option<Part<'a>> {
    let file = files.files.get(ran.place.file)?;
    let statement = file.statements.get(ran.place.statement)?;
    let text_of = |place: &Place| {
        let file = files.files.get(place.file)?;
        Some(file.statement_text(file.statements.get(place.statement)?))
    };
    let adjusted = ran.adjusted.as_ref();
    Some(Part {
        file: Path::new(&file.path).file_name().and_then(|name| name.to_str()).unwrap_or(&file.path),
        line: statement.line,
        text: adjusted.map_or_else(|| file.statement_with_comments(statement), |adjusted| adjusted.sql.as_str()),
        copy_data: rounds::rows_of_copy(file, ran.place.statement),
        settings: ran.settings.iter().filter(|place| **place != ran.place).filter_map(text_of).collect(),
        is_setting: is_setting(&statement.statement),
        waited_for: ran.waited_for.as_deref(),
        removed: adjusted.map_or(&[], |adjusted| adjusted.removed.as_slice()),
    })
}

pub(crate) fn as_migration(path: &str, text: &str) -> MigrationFile {
    let name = Path::new(path).file_name().and_then(|name| name.to_str()).unwrap_or(path).to_owned();
    let version = name.split('_').next().map(str::to_owned);
    let described = FileName { version, description: name.clone(), direction: Direction::Up };
    MigrationFile::read(Layout::Numbered, path.to_owned(), name, described, text.to_owned())
}

/// Defaults such as `now()` give other values in each database: only how many rows there are is compared.
fn counts_differ(wanted: &row_state::RowState, found: &row_state::RowState) -> Vec<String> {
    let names: BTreeSet<_> = wanted.keys().chain(found.keys()).collect();
    let rows = |state: &row_state::RowState, name| state.get(name).map_or(0, |content| content.rows);
    names
        .into_iter()
        .filter(|name| rows(wanted, name) != rows(found, name))
        .map(|name| format!("{name}: {} rows, not {}", rows(found, name), rows(wanted, name)))
        .collect()
}
