//! Opens two sources on one scratch server, each as a database of its own.

use std::collections::BTreeSet;

use pgmason_core::diff::DiffOptions;
use pgmason_core::diff::renames::Rename;
use pgmason_core::migrations::MigrationFile;
use pgmason_model::Catalog;
use pgmason_model::difference::DifferencePlan;
use pgmason_pg::{ConnectOptions, IntrospectOptions, Platform};
use pgmason_scratch::{Baseline, Scratch, ScratchDatabase, ScratchOptions};

use super::between::between;
use super::prove::{Bench, Ground};
use super::report::Proof;
use crate::JobError;
use crate::folder::{self, SqlFiles};
use crate::open::{self, OpenOptions, remove_own_schema};
use crate::prisma::{self, PrismaSource};
use crate::progress::{Event, Reporter, scratch_event};
use crate::project::Project;
use crate::replay;
use crate::source::Source;

pub(super) struct Sides {
    pub(super) from: Side,
    pub(super) to: Side,
    pub(super) server: Scratch,
    /// The role that makes what is new.
    pub(super) creator: String,
    pub(super) notes: Vec<String>,
}

pub(super) struct Side {
    pub(super) catalog: Catalog,
    /// None: it was only read.
    pub(super) database: Option<ScratchDatabase>,
    /// Roles that its files made.
    made_roles: BTreeSet<String>,
    /// What it was made of.
    pub(super) files: Vec<MigrationFile>,
}

impl Sides {
    /// The way from the first to the second, proven.
    pub(super) fn between(
        &mut self,
        project: &Project,
        options: &OpenOptions,
        diff_options: &DiffOptions,
        renames: &[Rename],
    ) -> Result<(DifferencePlan, Proof), JobError> {
        let (Some(from), Some(to)) = (&self.from.database, &self.to.database) else {
            return Ok(Default::default());
        };
        let mut bench = Bench { project, server: &mut self.server, limit: options.replay.statement_timeout };
        let from = Ground { database: from, catalog: &self.from.catalog };
        let to = Ground { database: to, catalog: &self.to.catalog };
        between(&mut bench, &from, &to, diff_options, renames, &mut self.notes)
    }
}

/// A source before a server is there: its files, or its catalog.
enum Material {
    Files(Option<SqlFiles>),
    Prisma(Box<PrismaSource>, SqlFiles),
    Catalog(Box<Catalog>),
}

pub(super) fn open(
    project: &Project,
    from: &Source,
    to: &Source,
    options: &OpenOptions,
    reporter: Reporter<'_>,
) -> Result<Sides, JobError> {
    let material = [read(project, from, reporter)?, read(project, to, reporter)?];
    let baselines = [(from, &material[0]), (to, &material[1])].map(|(source, material)| match material {
        Material::Files(files) => project.baseline(source, files.as_ref()),
        Material::Prisma(_, files) => project.baseline(source, Some(files)),
        Material::Catalog(catalog) if catalog.platform.is_empty() => Baseline::Plain,
        Material::Catalog(_) => Baseline::Supabase,
    });
    let baseline = if baselines.contains(&Baseline::Supabase) { Baseline::Supabase } else { Baseline::Plain };
    let live = material.iter().find_map(|material| match material {
        Material::Catalog(catalog) => Some(catalog.server.major()),
        Material::Files(_) | Material::Prisma(..) => None,
    });
    let scratch_options = ScratchOptions {
        engine: open::engine(project, options)?,
        baseline,
        major: live.or_else(|| project.major_version()),
        project: Some(project.folder.clone()),
    };
    let mut server = Scratch::open(&scratch_options, &|progress| reporter(scratch_event(progress)))?;
    let mut notes = Vec::new();
    let [first, second] = material;
    let mut context = Opening { project, server: &mut server, options, reporter, notes: &mut notes };
    let from = context.side("--from", from, first, &BTreeSet::new())?;
    // Roles belong to the server: those of the first side are there already when the second one makes them.
    let roles = from.made_roles.clone();
    let to = context.side("--to", to, second, &roles)?;
    let creator = creator(&from, &to)?;
    Ok(Sides { from, to, server, creator, notes })
}

fn read(project: &Project, source: &Source, reporter: Reporter<'_>) -> Result<Material, JobError> {
    match source {
        Source::Database(connection) => {
            let mut client = pgmason_pg::connect(connection, &ConnectOptions::default())?;
            reporter(Event::ReadingCatalog);
            let introspect = IntrospectOptions {
                statistics: false,
                platform: Platform::Detect,
                second_connection: Some(connection.clone()),
            };
            let mut catalog = pgmason_pg::introspect(&mut client, &introspect)?;
            remove_own_schema(&mut catalog);
            Ok(Material::Catalog(Box::new(catalog)))
        }
        Source::Snapshot(_) => {
            let opened = open::open(project, source, &OpenOptions::default(), reporter)?;
            Ok(Material::Catalog(Box::new(opened.catalog)))
        }
        Source::Prisma(path) => {
            let source = prisma::read(project, path)?;
            let files = source.sql_files();
            Ok(Material::Prisma(Box::new(source), files))
        }
        Source::Migrations(_) | Source::Schema(_) | Source::Empty => {
            let files = folder::read(project, source)?;
            if let Some(files) = &files {
                reporter(Event::Reading { files: files.files.len() });
            }
            Ok(Material::Files(files))
        }
    }
}

struct Opening<'a> {
    project: &'a Project,
    server: &'a mut Scratch,
    options: &'a OpenOptions,
    reporter: Reporter<'a>,
    notes: &'a mut Vec<String>,
}

impl Opening<'_> {
    fn side(
        &mut self,
        argument: &'static str,
        source: &Source,
        material: Material,
        roles: &BTreeSet<String>,
    ) -> Result<Side, JobError> {
        let mut prisma = None;
        let files = match material {
            Material::Prisma(source, files) => {
                prisma = Some(source);
                Some(files)
            }
            Material::Catalog(catalog) => {
                return Ok(Side { catalog: *catalog, database: None, made_roles: BTreeSet::new(), files: Vec::new() });
            }
            Material::Files(files) => files,
        };
        let database = self.server.create_database()?;
        let before = role_names(&database)?;
        if let Some(files) = &files {
            let mut report =
                replay::replay_beside(self.project, files, &database, &self.options.replay, roles, self.reporter)?;
            if let Some(prisma) = &prisma {
                prisma.translate(&mut report);
            }
            if let Some(failure) = report.failures.into_iter().next() {
                return Err(JobError::SideNotReplayed {
                    argument,
                    source_name: source.to_string(),
                    failure: Box::new(failure),
                });
            }
            for note in report.notes {
                if !self.notes.contains(&note) {
                    self.notes.push(note);
                }
            }
        }
        (self.reporter)(Event::ReadingCatalog);
        let catalog = open::read_catalog(self.server, &database)?;
        let made_roles = role_names(&database)?.difference(&before).cloned().collect();
        let files = files.map(|files| files.files).unwrap_or_default();
        Ok(Side { catalog, database: Some(database), made_roles, files })
    }
}

fn role_names(database: &ScratchDatabase) -> Result<BTreeSet<String>, JobError> {
    let rows = database
        .connect()?
        .query("SELECT rolname::text FROM pg_catalog.pg_roles", &[])
        .map_err(|error| JobError::from_server(&error))?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// The role of the scratch's sessions.
fn creator(from: &Side, to: &Side) -> Result<String, JobError> {
    let Some(database) = from.database.as_ref().or(to.database.as_ref()) else { return Ok("postgres".to_owned()) };
    let row = database
        .connect()?
        .query_one("SELECT current_user::text", &[])
        .map_err(|error| JobError::from_server(&error))?;
    Ok(row.get(0))
}
