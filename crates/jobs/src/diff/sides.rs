//! Opens two sources on one scratch server, each as a database of its own.

use std::collections::BTreeSet;

use pgmason_core::diff::renames::Rename;
use pgmason_core::diff::{self, DiffOptions};
use pgmason_core::migrations::MigrationFile;
use pgmason_model::difference::DifferencePlan;
use pgmason_model::{Catalog, ObjectId};
use pgmason_pg::{ConnectOptions, IntrospectOptions, Platform};
use pgmason_scratch::{Baseline, Engine, MIGRATION_ROLE, Scratch, ScratchDatabase, ScratchOptions};

use super::between::between;
use super::materialise::{materialise, materialise_target};
use super::prove::{self, Bench, Ground};
use super::report::Proof;
use crate::JobError;
use crate::folder::{self, SqlFiles};
use crate::open::{self, OpenOptions, remove_own_schema};
use crate::other_words::with_words_of;
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
    /// The target is made in a database, not only what the plan can reach of it.
    is_whole: bool,
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
        let same_major = self.from.catalog.server.major() == self.to.catalog.server.major();
        let both_made = self.from.database.is_some() && self.to.database.is_some();
        if both_made || self.is_whole || !same_major || !renames.is_empty() {
            self.make_whole(project, options)?;
            return self.between_databases(project, options, diff_options, renames);
        }
        let mut plan = diff::plan(&self.from.catalog, &self.to.catalog, diff_options);
        if !plan.refusals.is_empty() || plan.statements.is_empty() {
            return Ok((plan, Proof::default()));
        }
        // Only what the plan can reach: a large schema would take long to make.
        match self.prove_reached(project, options, diff_options, &mut plan) {
            Ok(proof) if proof.failure().is_none() => return Ok((plan, proof)),
            Ok(_) | Err(JobError::NotMaterialised { .. }) => {}
            Err(error) => return Err(error),
        }
        self.make_whole(project, options)?;
        self.between_databases(project, options, diff_options, renames)
    }

    /// What to arrive at, where that is not the second source as it stands.
    pub(super) fn aim_at(&mut self, target: Catalog) {
        if target != self.to.catalog {
            self.to.catalog = target;
            // What the scratch made it can make otherwise too; the server then says how all of it reads.
            self.is_whole = self.to.database.take().is_some();
        }
    }

    /// Runs files in one more database of the same server.
    pub(super) fn build(
        &mut self,
        project: &Project,
        source: &Source,
        files: SqlFiles,
        options: &OpenOptions,
        reporter: Reporter<'_>,
    ) -> Result<Side, JobError> {
        let roles = self.from.made_roles.union(&self.to.made_roles).cloned().collect();
        let mut context = Opening { project, server: &mut self.server, options, reporter, notes: &mut self.notes };
        context.side("--from", source, Material::Files(Some(files)), &roles)
    }

    fn between_databases(
        &mut self,
        project: &Project,
        options: &OpenOptions,
        diff_options: &DiffOptions,
        renames: &[Rename],
    ) -> Result<(DifferencePlan, Proof), JobError> {
        let (Some(from), Some(to)) = (&self.from.database, &self.to.database) else {
            return Err(JobError::NeedsDatabase);
        };
        let mut bench = Bench { project, server: &mut self.server, limit: options.replay.statement_timeout };
        let from = Ground { database: from, catalog: &self.from.catalog };
        let to = Ground { database: to, catalog: &self.to.catalog };
        between(&mut bench, &from, &to, diff_options, renames, &mut self.notes)
    }

    fn prove_reached(
        &mut self,
        project: &Project,
        options: &OpenOptions,
        diff_options: &DiffOptions,
        plan: &mut DifferencePlan,
    ) -> Result<Proof, JobError> {
        let limit = options.replay.statement_timeout;
        let (from, to) = diff::reached(plan, &self.from.catalog, &self.to.catalog);
        let mut notes = Vec::new();
        let from = materialise(project, &mut self.server, &from, "--from", limit, &mut notes)?;
        let to = materialise(project, &mut self.server, &to, "--to", limit, &mut notes)?;
        // Made from their own texts, both are written alike where they mean the same.
        let raw = |id: &ObjectId| self.from.catalog.get(id) != self.to.catalog.get(id);
        let same: BTreeSet<ObjectId> = from
            .catalog
            .objects
            .iter()
            .filter(|(id, object)| to.catalog.get(id) == Some(*object) && self.to.catalog.get(id).is_some() && raw(id))
            .map(|(id, _)| id.clone())
            .collect();
        if !same.is_empty() {
            let to = with_words_of(&self.from.catalog, &self.to.catalog, &same);
            *plan = diff::plan(&self.from.catalog, &to, diff_options);
            if plan.statements.is_empty() {
                return Ok(Proof::default());
            }
        }
        let mut bench = Bench { project, server: &mut self.server, limit };
        let from = Ground { database: &from.database, catalog: &from.catalog };
        let to = Ground { database: &to.database, catalog: &to.catalog };
        let proof = prove::prove(&mut bench, &from, &to, None, diff_options, plan, &mut notes)?;
        self.notes.extend(notes);
        Ok(proof)
    }

    /// Both become databases, and their catalogs what the scratch server says of them.
    fn make_whole(&mut self, project: &Project, options: &OpenOptions) -> Result<(), JobError> {
        let limit = options.replay.statement_timeout;
        for (side, argument) in [(&mut self.from, "--from"), (&mut self.to, "--to")] {
            if side.database.is_none() {
                let make = if self.is_whole { materialise_target } else { materialise };
                let made = make(project, &mut self.server, &side.catalog, argument, limit, &mut self.notes)?;
                // Roles are the source's own: that the scratch has more says nothing.
                let roles = std::mem::take(&mut side.catalog.roles);
                side.catalog = Catalog { roles, ..made.catalog };
                side.database = Some(made.database);
            }
        }
        Ok(())
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
        Material::Catalog(catalog) => open::baseline_of(catalog),
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
    let creator = creator(project, options)?;
    Ok(Sides { from, to, server, creator, notes, is_whole: false })
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
fn creator(project: &Project, options: &OpenOptions) -> Result<String, JobError> {
    Ok(match open::engine(project, options)? {
        Engine::Url(connection) => connection.user(),
        _ => MIGRATION_ROLE.to_owned(),
    })
}
