//! The sources of a project, and their catalogs: all that needs a scratch server from one and the same.

use std::collections::BTreeSet;

use pgmason_core::locations::Locations;
use pgmason_core::migrations::locate;
use pgmason_model::catalog::{ServerVersion, TableKind};
use pgmason_model::{Catalog, Object, ObjectKind};
use pgmason_scratch::{Baseline, Scratch, ScratchDatabase, ScratchOptions};

use super::DriftOptions;
use super::report::{DriftSource, SourceKind};
use crate::configuration::{FILE_NAME, expand};
use crate::diff::materialise;
use crate::folder::{self, SqlFiles};
use crate::open::{self, OpenOptions};
use crate::other_words::{in_other_words, with_words_of};
use crate::prisma::{self, PrismaSource};
use crate::progress::{Reporter, scratch_event};
use crate::project::Project;
use crate::replay::{ReplayReport, lenient};
use crate::source::Source;
use crate::{JobError, configuration};

/// A source that the project has, or what the configuration says of one and nobody can make sense of.
pub(crate) enum Found {
    Source(Source),
    Unclear { kind: SourceKind, shown: String, error: JobError },
}

impl Found {
    pub(crate) fn kind(&self) -> SourceKind {
        match self {
            Self::Source(source) => SourceKind::of(source),
            Self::Unclear { kind, .. } => *kind,
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Source(source) => source.to_string(),
            Self::Unclear { shown, .. } => shown.clone(),
        }
    }
}

/// One source, read or not.
pub(super) struct Side {
    pub(super) kind: SourceKind,
    /// None: nobody knows what it is.
    source: Option<Source>,
    shown: String,
    /// The server that it was read from, where that was not the scratch.
    server: Option<ServerVersion>,
    pub(super) catalog: Option<Catalog>,
    pub(super) prisma: Option<PrismaSource>,
    pub(super) files: Option<SqlFiles>,
    problem: Option<(String, Option<String>)>,
    notes: Vec<String>,
    /// What its files were run in, as long as the server is there.
    database: Option<ScratchDatabase>,
    /// A statement failed.
    failed: bool,
}

/// Failures that are told one by one.
const FAILURES_SHOWN: usize = 20;

pub(super) struct OpenedSides {
    pub(super) sides: Vec<Side>,
    pub(super) scratch: Option<String>,
    pub(super) notes: Vec<String>,
}

/// What there is to compare. Two at least.
pub(super) fn list(project: &Project, options: &DriftOptions) -> Result<Vec<Found>, JobError> {
    let found = found(project, options)?;
    if found.len() < 2 {
        return Err(JobError::NothingToCompare { only: found.first().map(Found::shown) });
    }
    Ok(found)
}

/// What there is.
pub(super) fn found(project: &Project, options: &DriftOptions) -> Result<Vec<Found>, JobError> {
    let stated = &project.configuration.sources;
    let mut sources = Vec::new();
    if let Some(files) = &options.files {
        sources.push(files.clone());
    } else if stated.migrations.is_some() || stated.schema.is_some() {
        sources.extend(stated.migrations.as_ref().map(|path| Source::Migrations(project.folder.join(path))));
        sources.extend(stated.schema.as_ref().map(|path| Source::Schema(project.folder.join(path))));
    } else {
        match project.source() {
            Ok(source) => sources.push(source),
            // There may be a database and a Prisma schema, and no files.
            Err(JobError::NothingToRead { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    let files = sources.first().cloned();
    let mut found: Vec<Found> = sources.into_iter().map(Found::Source).collect();
    match (&options.database, &stated.database) {
        (Some(connection), _) => found.push(Found::Source(Source::Database(connection.clone()))),
        (None, Some(text)) => found.push(match configured_database(project, text) {
            Ok(connection) => Found::Source(Source::Database(connection)),
            // The others can be compared all the same.
            Err(error) => Found::Unclear { kind: SourceKind::Database, shown: "[sources] database".to_owned(), error },
        }),
        (None, None) => {}
    }
    let prisma = options.prisma.clone().or_else(|| prisma::find(project, files.as_ref()));
    found.extend(prisma.map(Source::Prisma).map(Found::Source));
    let snapshot = options.snapshot.clone().or_else(|| stated.snapshot.as_ref().map(|path| project.folder.join(path)));
    found.extend(snapshot.map(Source::Snapshot).map(Found::Source));
    if let Some(only) = &options.only {
        found.retain(|source| only.contains(&source.kind()));
    }
    Ok(found)
}

/// The database that the project's configuration names.
pub fn database_of(project: &Project) -> Result<Option<Source>, JobError> {
    let stated = project.configuration.sources.database.as_deref();
    stated.map(|text| Ok(Source::Database(configured_database(project, text)?))).transpose()
}

fn configured_database(project: &Project, text: &str) -> Result<pgmason_pg::ConnectionString, JobError> {
    let expanded = expand(text, |name| std::env::var(name).ok()).map_err(|message| JobError::Configuration {
        path: project.folder.join(FILE_NAME),
        message: format!("[sources] database: {message}"),
    })?;
    expanded.parse().map_err(|error: pgmason_pg::connection_string::ConnectionStringError| {
        JobError::Connect(pgmason_pg::connect::ConnectError::from(error))
    })
}

pub(super) fn open(
    project: &Project,
    wanted: Vec<Found>,
    options: &DriftOptions,
    reporter: Reporter<'_>,
) -> Result<OpenedSides, JobError> {
    let mut sides: Vec<Side> = wanted.into_iter().map(Side::new).collect();
    // A live server says which version the scratch should have.
    for side in &mut sides {
        side.read(project, &options.open, reporter)?;
    }
    let mut opened = OpenedSides { sides, scratch: None, notes: Vec::new() };
    let majors: BTreeSet<u32> = opened.sides.iter().filter_map(|side| Some(side.server?.major())).collect();
    if opened.sides.iter().any(Side::needs_scratch) || majors.len() > 1 {
        let mut server = scratch(project, &opened.sides, &options.open, reporter)?;
        opened.scratch = Some(server.describe());
        for side in opened.sides.iter_mut().filter(|side| side.needs_scratch()) {
            side.execute(project, &mut server, &options.open, reporter)?;
        }
        for side in &mut opened.sides {
            side.make_anew(project, &mut server, &options.open)?;
        }
        in_the_words_of_the_first(project, &mut server, &mut opened.sides)?;
        // They go with their server.
        opened.sides.iter_mut().for_each(|side| side.database = None);
    }
    Ok(opened)
}

/// What is only written in other words is no drift: each source's objects are written as the first one has them, where
/// they mean the same. Prisma has its own comparison.
fn in_the_words_of_the_first(project: &Project, server: &mut Scratch, sides: &mut [Side]) -> Result<(), JobError> {
    let mut sides = sides.iter_mut().filter(|side| side.prisma.is_none() && side.catalog.is_some());
    let Some(first) = sides.next() else { return Ok(()) };
    for side in sides {
        let (Some(words), Some(catalog)) = (&first.catalog, &side.catalog) else { continue };
        if words.server.major() != catalog.server.major() {
            continue;
        }
        let same = match (&side.database, &first.database) {
            (Some(database), _) => in_other_words(project, server, database, words, catalog)?,
            (None, Some(database)) => in_other_words(project, server, database, catalog, words)?,
            (None, None) => continue,
        };
        side.catalog = Some(with_words_of(words, catalog, &same));
    }
    Ok(())
}

fn scratch(
    project: &Project,
    sides: &[Side],
    options: &OpenOptions,
    reporter: Reporter<'_>,
) -> Result<Scratch, JobError> {
    let supabase = sides.iter().any(|side| match &side.catalog {
        Some(catalog) => open::baseline_of(catalog) == Baseline::Supabase,
        None => side
            .source
            .as_ref()
            .is_some_and(|source| project.baseline(source, side.files.as_ref()) == Baseline::Supabase),
    });
    let stated = project.configuration.project.baseline;
    let baseline = match stated {
        Some(configuration::BaselineName::Plain) => Baseline::Plain,
        Some(configuration::BaselineName::Supabase) => Baseline::Supabase,
        None if supabase => Baseline::Supabase,
        None => Baseline::Plain,
    };
    let live = sides.iter().find_map(|side| side.catalog.as_ref()).map(|catalog| catalog.server.major());
    let scratch_options = ScratchOptions {
        engine: open::engine(project, options)?,
        baseline,
        major: live.or(project.major_version()),
        project: Some(project.folder.clone()),
    };
    Ok(Scratch::open(&scratch_options, &|progress| reporter(scratch_event(progress)))?)
}

impl Side {
    fn new(found: Found) -> Self {
        let (kind, shown) = (found.kind(), found.shown());
        let (source, problem) = match found {
            Found::Source(source) => (Some(source), None),
            Found::Unclear { error, .. } => (None, Some((error.to_string(), error.hint()))),
        };
        Self {
            kind,
            source,
            shown,
            server: None,
            catalog: None,
            prisma: None,
            files: None,
            problem,
            notes: Vec::new(),
            database: None,
            failed: false,
        }
    }

    fn needs_scratch(&self) -> bool {
        self.catalog.is_none() && self.problem.is_none()
    }

    /// What needs no scratch server: a database, a snapshot, the texts of files.
    fn read(&mut self, project: &Project, options: &OpenOptions, reporter: Reporter<'_>) -> Result<(), JobError> {
        let Some(source) = &self.source else { return Ok(()) };
        let outcome = match source {
            Source::Database(_) | Source::Snapshot(_) => open::open(project, source, options, reporter).map(|opened| {
                self.server = Some(opened.catalog.server);
                self.catalog = Some(opened.catalog);
            }),
            Source::Prisma(path) => prisma::read(project, path).map(|read| {
                self.files = Some(read.sql_files());
                self.prisma = Some(read);
            }),
            Source::Migrations(_) | Source::Schema(_) | Source::Empty => {
                folder::read(project, source).map(|files| self.files = files)
            }
        };
        self.note_problem(outcome)
    }

    /// Runs it in a database of its own.
    fn execute(
        &mut self,
        project: &Project,
        server: &mut Scratch,
        options: &OpenOptions,
        reporter: Reporter<'_>,
    ) -> Result<(), JobError> {
        let database = server.create_database()?;
        let outcome = match &self.prisma {
            Some(read) => prisma::execute_in(project, read, server, &database, options, reporter)
                .map(|(catalog, replay)| (catalog, Some(replay))),
            None => open::execute_in(project, self.files.as_ref(), server, &database, options, reporter),
        };
        let outcome = outcome.map(|(catalog, replay)| self.take(catalog, replay));
        self.note_problem(outcome)?;
        self.database = Some(database);
        if self.failed && self.prisma.is_none() && options.replay.keep_going {
            return self.execute_leniently(project, server, options, reporter);
        }
        Ok(())
    }

    /// What can be built of files that do not replay.
    fn execute_leniently(
        &mut self,
        project: &Project,
        server: &mut Scratch,
        options: &OpenOptions,
        reporter: Reporter<'_>,
    ) -> Result<(), JobError> {
        let Some(files) = &self.files else { return Ok(()) };
        let database = server.create_database()?;
        let limit = options.replay.statement_timeout;
        let report = lenient::replay_statements(project, files, &database, limit, reporter)?;
        let (catalog, _) = open::execute_in(project, None, server, &database, options, reporter)?;
        let failed = report.failures.len();
        self.notes.push(format!(
            "{} of {} statements applied, each on its own; what the others would make counts as missing",
            report.statements - failed,
            report.statements
        ));
        self.notes.extend(report.failures.iter().take(FAILURES_SHOWN).cloned());
        if failed > FAILURES_SHOWN {
            self.notes.push(format!("and {} more that failed", failed - FAILURES_SHOWN));
        }
        (self.problem, self.catalog) = (None, Some(catalog));
        self.database = Some(database);
        Ok(())
    }

    /// Servers of other major versions word expressions otherwise: what was read from one is made on the scratch.
    fn make_anew(&mut self, project: &Project, server: &mut Scratch, options: &OpenOptions) -> Result<(), JobError> {
        let major = server.version().major();
        let (Some(read_from), Some(catalog)) = (self.server, &self.catalog) else { return Ok(()) };
        if read_from.major() == major {
            return Ok(());
        }
        let argument = self.kind.name();
        let mut said = Vec::new();
        let limit = options.replay.statement_timeout;
        match materialise(project, server, catalog, argument, limit, &mut said) {
            Ok(made) => {
                self.notes.push(format!("made anew on PostgreSQL {major}, so that both sides are one server's words"));
                let roles = catalog.roles.clone();
                self.catalog = Some(Catalog { roles, ..made.catalog });
                Ok(())
            }
            // It is compared as it was read, and the pair says so.
            Err(error @ JobError::NotMaterialised { .. }) => {
                self.notes.push(error.to_string());
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    fn take(&mut self, catalog: Catalog, replay: Option<ReplayReport>) {
        if let Some(replay) = replay {
            if !replay.stand_ins.is_empty() {
                self.notes.push(format!("stand-ins answered for {}", replay.stand_ins.join(", ")));
            }
            self.notes.extend(replay.notes.iter().cloned());
            if let Some(failure) = replay.failures.first() {
                let applied = format!("{} of {} files applied", replay.applied, replay.files);
                let text = format!("{}:{}: {}", failure.file, failure.line, failure.message);
                let (text, hint) = if self.prisma.is_some() {
                    (text, failure.hint.clone())
                } else {
                    let hint = "mend the file, or compare what its statements make: `pgmason drift --keep-going`";
                    let why = failure.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
                    (format!("{text}{why} ({applied})"), Some(hint.to_owned()))
                };
                self.problem = Some((text, hint));
                self.failed = true;
                return;
            }
        }
        self.catalog = Some(catalog);
    }

    /// One source that cannot be read leaves the others to be compared.
    fn note_problem(&mut self, outcome: Result<(), JobError>) -> Result<(), JobError> {
        match outcome {
            Err(error @ (JobError::Interrupted | JobError::Scratch(_))) => Err(error),
            Err(error) => {
                let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
                self.problem = Some((format!("{error}{cause}"), error.hint()));
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    /// Where its SQL last defined each object. None: it has no SQL that anybody wrote.
    pub(super) fn locations(&self) -> Option<Locations> {
        match (&self.prisma, &self.files) {
            (None, Some(files)) => Some(locate(&files.files)),
            _ => None,
        }
    }

    pub(super) fn report(&self, project: &Project) -> DriftSource {
        let (problem, hint) = self.problem.clone().unzip();
        DriftSource {
            kind: self.kind,
            source: match self.source.as_ref().and_then(Source::path) {
                Some(path) => format!("{}:{}", self.kind.name(), project.display_path(path)),
                None => self.shown.clone(),
            },
            summary: self.catalog.as_ref().map(|catalog| self.summary(catalog)),
            problem,
            hint: hint.flatten(),
            notes: self.notes.clone(),
        }
    }

    fn summary(&self, catalog: &Catalog) -> String {
        let tables = catalog.of_kind(ObjectKind::Table).filter(|(id, object)| {
            !catalog.is_platform(id) && matches!(object, Object::Table(table) if table.kind != TableKind::Foreign)
        });
        let mut text = format!("{} tables", tables.count());
        match (&self.prisma, &self.files) {
            (Some(prisma), _) => text.push_str(&format!(" from {} models", prisma.schema.models.len())),
            (None, Some(files)) => text.push_str(&format!(" from {} files", files.files.len())),
            (None, None) => {
                text.push_str(&format!(", PostgreSQL {}", self.server.unwrap_or(catalog.server)));
            }
        }
        text
    }
}
