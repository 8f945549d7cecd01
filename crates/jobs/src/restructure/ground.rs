//! A scratch database with the schema of the live one, on which stages are tried.
//!
//! - Steps run there by the same code and through the same tables as on the live database.
//! - They run as a role of the live one's name, which is no superuser here whatever it is there: what triggers and
//!   functions of the live schema do must not get out of the scratch. It is a member of every owner instead.

use std::collections::BTreeSet;

use pgmason_core::restructure::context::UsedStatement;
use pgmason_model::restructure::PlannedStage;
use pgmason_model::{Catalog, Identifier, ObjectId};
use pgmason_pg::execute::{Executor, Settings as ExecuteSettings};
use pgmason_pg::restructure::{NewStage, NewStep, Phase, Runner, Settings, Way, create};
use pgmason_pg::{ConnectionString, Pipeline};
use pgmason_scratch::{MIGRATION_ROLE, Scratch, ScratchDatabase, ScratchOptions};

use super::live::{Live, connect_options};
use super::roles;
use crate::JobError;
use crate::diff::materialise;
use crate::open::{self, OpenOptions};
use crate::progress::{Reporter, scratch_event};
use crate::project::Project;
use crate::source::Source;

pub(super) struct Ground {
    // Dropped in this order: the databases are the server's.
    pub(super) database: ScratchDatabase,
    pub(super) server: Scratch,
    /// As the scratch server writes it.
    pub(super) catalog: Catalog,
    /// The role that runs steps there.
    pub(super) creator: Identifier,
    /// Grants that the live database has not.
    only_here: BTreeSet<ObjectId>,
    pub(super) in_use: Vec<UsedStatement>,
    pub(super) notes: Vec<String>,
}

impl Ground {
    pub(super) fn of_live(
        project: &Project,
        live: &Live,
        options: &OpenOptions,
        reporter: Reporter<'_>,
    ) -> Result<Self, JobError> {
        let scratch_options = ScratchOptions {
            engine: open::engine(project, options)?,
            baseline: open::baseline_of(&live.catalog),
            major: Some(live.catalog.server.major()),
            project: Some(project.folder.clone()),
        };
        let mut server = Scratch::open(&scratch_options, &|progress| reporter(scratch_event(progress)))?;
        let mut notes = Vec::new();
        if server.version().major() != live.catalog.server.major() {
            notes.push(format!(
                "the scratch is {}, the database PostgreSQL {}",
                server.describe(),
                live.catalog.server
            ));
        }
        let limit = options.replay.statement_timeout;
        let mut bare = live.catalog.clone();
        bare.statistics = None;
        let made = materialise(project, &mut server, &bare, "--db", limit, &mut notes)?;
        let mut only_here = BTreeSet::new();
        let creator = match made.database.secret() {
            Some(secret) => {
                only_here = roles::make_alike(&made.database, secret, live)?;
                roles::let_in(&made.database, &live.role)?;
                live.role.clone()
            }
            None => Identifier::from(made.database.connection_string("")?.user()),
        };
        // That the scratch's role had to be helped with owners and grants says nothing about the plan.
        notes.retain(|note| !note.contains("needs more rights than the scratch's role has"));
        let mut catalog = made.catalog;
        catalog.statistics.clone_from(&live.catalog.statistics);
        Ok(Self { database: made.database, server, catalog, creator, only_here, in_use: live.in_use.clone(), notes })
    }

    pub(super) fn of_source(
        project: &Project,
        source: &Source,
        options: &OpenOptions,
        reporter: Reporter<'_>,
    ) -> Result<Self, JobError> {
        let opened = open::open(project, source, options, reporter)?;
        if let Some(failure) = opened.replay.iter().flat_map(|replay| &replay.failures).next() {
            return Err(JobError::SideNotReplayed {
                argument: "--source",
                source_name: source.to_string(),
                failure: Box::new(failure.clone()),
            });
        }
        let Some(scratch) = opened.scratch else { return Err(JobError::NeedsDatabase) };
        Ok(Self {
            database: scratch.database,
            server: scratch.server,
            catalog: opened.catalog,
            creator: Identifier::from(MIGRATION_ROLE),
            only_here: BTreeSet::new(),
            in_use: Vec::new(),
            notes: Vec::new(),
        })
    }

    /// Runs the stage to its end on the ground itself: the next one is planned against what it leads to.
    pub(super) fn pass(&mut self, planned: &PlannedStage) -> Result<(), JobError> {
        let connection = self.connection(&self.database)?;
        run_forth(&connection, planned)?;
        let statistics = self.catalog.statistics.take();
        self.catalog = self.read(&self.database)?;
        self.catalog.statistics = statistics;
        Ok(())
    }

    /// A database like it as it stands, rows and all.
    pub(super) fn copy(&mut self) -> Result<ScratchDatabase, JobError> {
        let copy = self.server.copy_database(&self.database)?;
        roles::let_in(&copy, &self.creator)?;
        Ok(copy)
    }

    pub(super) fn drop(&mut self, database: ScratchDatabase) -> Result<(), JobError> {
        Ok(self.server.drop_database(database)?)
    }

    /// The catalog of one of its databases.
    pub(super) fn read(&self, database: &ScratchDatabase) -> Result<Catalog, JobError> {
        let mut catalog = open::read_catalog(&self.server, database)?;
        catalog.objects.retain(|id, _| !self.only_here.contains(id));
        Ok(catalog)
    }

    pub(super) fn connection(&self, database: &ScratchDatabase) -> Result<ConnectionString, JobError> {
        Ok(database.connection_string(self.creator.as_str())?)
    }
}

/// A session with the migration lock, for a scratch database.
pub(super) fn runner(connection: &ConnectionString) -> Result<Runner, JobError> {
    let mut executor = Executor::open(connection, &connect_options(), ExecuteSettings::default())?;
    executor.lock(std::time::Duration::ZERO, &mut |_| {})?;
    create(executor.pipeline())?;
    Ok(Runner::new(executor, Settings::default()))
}

/// Starts and completes a stage on a scratch database.
pub(super) fn run_forth(connection: &ConnectionString, planned: &PlannedStage) -> Result<(), JobError> {
    let mut runner = runner(connection)?;
    let stage = runner.begin(&new_stage("plan", planned, "")?)?;
    for phase in [Phase::Start, Phase::Complete] {
        runner.run(stage, Way::Forth(phase), &mut |_| {})?;
    }
    runner.enter(stage, "rolled back", None)?;
    Ok(())
}

pub(super) fn new_stage(restructure: &str, planned: &PlannedStage, fingerprint: &str) -> Result<NewStage, JobError> {
    let plan = serde_json::to_string(planned).map_err(|error| JobError::Database(error.to_string()))?;
    let mut steps = Vec::new();
    for phase in [Phase::Start, Phase::Complete] {
        let mut number = 0;
        for (place, operation) in planned.operations.iter().enumerate() {
            let of_phase = match phase {
                Phase::Start => &operation.start,
                Phase::Complete => &operation.complete,
            };
            for step in of_phase {
                number += 1;
                steps.push(NewStep {
                    phase: phase.name(),
                    number,
                    operation: i32::try_from(place).unwrap_or(i32::MAX),
                    title: step.title.clone(),
                    action: step.action.clone(),
                    undo: step.undo.clone(),
                });
            }
        }
    }
    Ok(NewStage {
        restructure: restructure.to_owned(),
        stage: planned.name.clone(),
        title: planned.title.clone(),
        fingerprint: fingerprint.to_owned(),
        plan,
        steps,
        ..NewStage::default()
    })
}

/// Runs plain statements, in one transaction.
pub(super) fn run_statements(connection: &ConnectionString, statements: &[String]) -> Result<(), JobError> {
    let mut pipeline = Pipeline::connect(connection, &connect_options())?;
    let mut all = vec!["BEGIN".to_owned()];
    all.extend_from_slice(statements);
    all.push("COMMIT".to_owned());
    for statement in &all {
        pipeline
            .run(pgmason_pg::pipeline::Message::Simple(statement))
            .map_err(|error| JobError::Database(format!("{}, in `{statement}`", error.message)))?;
    }
    Ok(())
}
