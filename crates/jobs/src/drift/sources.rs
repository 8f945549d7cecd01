//! The sources of a project, and their catalogs: all that needs a scratch server from one and the same.

use pgmason_model::catalog::TableKind;
use pgmason_model::{Catalog, Object, ObjectKind};
use pgmason_scratch::{Baseline, Scratch, ScratchOptions};

use super::DriftOptions;
use super::report::{DriftSource, SourceKind};
use crate::configuration::{FILE_NAME, expand};
use crate::folder::{self, SqlFiles};
use crate::open::{self, OpenOptions};
use crate::prisma::{self, PrismaSource};
use crate::progress::{Reporter, scratch_event};
use crate::project::Project;
use crate::replay::{ReplayReport, lenient};
use crate::source::Source;
use crate::{JobError, configuration};

/// One source, read or not.
pub(super) struct Side {
    pub(super) kind: SourceKind,
    source: Source,
    pub(super) catalog: Option<Catalog>,
    pub(super) prisma: Option<PrismaSource>,
    files: Option<SqlFiles>,
    problem: Option<(String, Option<String>)>,
    notes: Vec<String>,
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
pub(super) fn list(project: &Project, options: &DriftOptions) -> Result<Vec<Source>, JobError> {
    let found = found(project, options)?;
    if found.len() < 2 {
        return Err(JobError::NothingToCompare { only: found.first().map(ToString::to_string) });
    }
    Ok(found)
}

/// What there is.
pub(super) fn found(project: &Project, options: &DriftOptions) -> Result<Vec<Source>, JobError> {
    let stated = &project.configuration.sources;
    let mut found = Vec::new();
    if let Some(files) = &options.files {
        found.push(files.clone());
    } else if stated.migrations.is_some() || stated.schema.is_some() {
        found.extend(stated.migrations.as_ref().map(|path| Source::Migrations(project.folder.join(path))));
        found.extend(stated.schema.as_ref().map(|path| Source::Schema(project.folder.join(path))));
    } else {
        match project.source() {
            Ok(source) => found.push(source),
            // There may be a database and a Prisma schema, and no files.
            Err(JobError::NothingToRead { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    let files = found.first().cloned();
    match (&options.database, &stated.database) {
        (Some(connection), _) => found.push(Source::Database(connection.clone())),
        (None, Some(text)) => found.push(Source::Database(configured_database(project, text)?)),
        (None, None) => {}
    }
    let prisma = options.prisma.clone().or_else(|| prisma::find(project, files.as_ref()));
    found.extend(prisma.map(Source::Prisma));
    let snapshot = options.snapshot.clone().or_else(|| stated.snapshot.as_ref().map(|path| project.folder.join(path)));
    found.extend(snapshot.map(Source::Snapshot));
    if let Some(only) = &options.only {
        found.retain(|source| only.contains(&SourceKind::of(source)));
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
    wanted: Vec<Source>,
    options: &DriftOptions,
    reporter: Reporter<'_>,
) -> Result<OpenedSides, JobError> {
    let mut sides: Vec<Side> = wanted.into_iter().map(Side::new).collect();
    // A live server says which version the scratch should have.
    for side in &mut sides {
        side.read(project, &options.open, reporter)?;
    }
    let mut opened = OpenedSides { sides, scratch: None, notes: Vec::new() };
    if opened.sides.iter().any(Side::needs_scratch) {
        let mut server = scratch(project, &opened.sides, &options.open, reporter)?;
        opened.scratch = Some(server.describe());
        for side in opened.sides.iter_mut().filter(|side| side.needs_scratch()) {
            side.execute(project, &mut server, &options.open, reporter)?;
        }
    }
    Ok(opened)
}

fn scratch(
    project: &Project,
    sides: &[Side],
    options: &OpenOptions,
    reporter: Reporter<'_>,
) -> Result<Scratch, JobError> {
    let supabase = sides.iter().any(|side| match &side.catalog {
        Some(catalog) => !catalog.platform.is_empty(),
        None => project.baseline(&side.source, side.files.as_ref()) == Baseline::Supabase,
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
    fn new(source: Source) -> Self {
        let kind = SourceKind::of(&source);
        Self { kind, source, catalog: None, prisma: None, files: None, problem: None, notes: Vec::new(), failed: false }
    }

    fn needs_scratch(&self) -> bool {
        self.catalog.is_none() && self.problem.is_none()
    }

    /// What needs no scratch server: a database, a snapshot, the texts of files.
    fn read(&mut self, project: &Project, options: &OpenOptions, reporter: Reporter<'_>) -> Result<(), JobError> {
        let outcome = match &self.source {
            Source::Database(_) | Source::Snapshot(_) => {
                open::open(project, &self.source, options, reporter).map(|opened| self.catalog = Some(opened.catalog))
            }
            Source::Prisma(path) => prisma::read(project, path).map(|read| {
                self.files = Some(read.sql_files());
                self.prisma = Some(read);
            }),
            Source::Migrations(_) | Source::Schema(_) | Source::Empty => {
                folder::read(project, &self.source).map(|files| self.files = files)
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
        Ok(())
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

    pub(super) fn report(&self, project: &Project) -> DriftSource {
        let (problem, hint) = self.problem.clone().unzip();
        DriftSource {
            kind: self.kind,
            source: match self.source.path() {
                Some(path) => format!("{}:{}", self.kind.name(), project.display_path(path)),
                None => self.source.to_string(),
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
            (None, None) => text.push_str(&format!(", PostgreSQL {}", catalog.server)),
        }
        text
    }
}
