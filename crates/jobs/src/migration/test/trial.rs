//! A copy of the database as it stands before a file, to try things on; thrown away afterwards.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::{Duration, Instant};

use pgmason_core::migrations::MigrationFile;
use pgmason_model::{Catalog, ObjectId, QualifiedName};
use pgmason_pg::IntrospectOptions;
use pgmason_scratch::{Scratch, ScratchDatabase};

use super::rows::{self, TableRows};
use super::seed::{self, Seeded, Style};
use crate::JobError;
use crate::open::remove_own_schema;
use crate::project::Project;
use crate::replay::{FileOutcome, ReplayFailure, ReplaySession};

/// Where files are tried, and where they are applied for good.
pub(super) struct Bench<'a> {
    pub(super) project: &'a Project,
    pub(super) server: &'a mut Scratch,
    /// Every file up to the one at hand is applied here, and no rows but the files' own are in it.
    pub(super) base: ScratchDatabase,
    pub(super) limit: Duration,
    pub(super) notes: BTreeSet<String>,
    /// The base's catalog, where it is known without reading it.
    pub(super) carried: Option<Rc<Catalog>>,
}

impl Bench<'_> {
    pub(super) fn copy(&mut self) -> Result<ScratchDatabase, JobError> {
        Ok(self.server.copy_database(&self.base)?)
    }

    /// Throws a copy away, and the roles that were made in it: those belong to the server, not to the database.
    pub(super) fn discard(&mut self, copy: ScratchDatabase, roles: &BTreeSet<String>) -> Result<(), JobError> {
        self.server.drop_database(copy)?;
        let mut client = self.base.connect()?;
        for role in roles_of(&mut client)?.difference(roles) {
            // Where something else holds it, CREATE ROLE will say so.
            drop(client.batch_execute(&format!("DROP ROLE {}", pgmason_model::Identifier::from(role.as_str()))));
        }
        Ok(())
    }

    pub(super) fn roles(&self) -> Result<BTreeSet<String>, JobError> {
        roles_of(&mut self.base.connect()?)
    }
}

fn roles_of(client: &mut postgres::Client) -> Result<BTreeSet<String>, JobError> {
    let rows = client
        .query("SELECT rolname::text FROM pg_catalog.pg_roles", &[])
        .map_err(|error| JobError::from_server(&error))?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// A session in a copy.
pub(super) struct Trial<'a> {
    session: ReplaySession<'a>,
    database: &'a ScratchDatabase,
    platform: &'a BTreeSet<ObjectId>,
    /// Tables whose rows the role may not read.
    unreadable: BTreeSet<QualifiedName>,
}

impl<'a> Trial<'a> {
    pub(super) fn open(
        project: &'a Project,
        database: &'a ScratchDatabase,
        platform: &'a BTreeSet<ObjectId>,
        limit: Duration,
    ) -> Result<Self, JobError> {
        Ok(Self {
            session: ReplaySession::open(project, database, limit)?,
            database,
            platform,
            unreadable: BTreeSet::new(),
        })
    }

    pub(super) fn catalog(&mut self) -> Result<Catalog, JobError> {
        let mut catalog = pgmason_pg::introspect(self.session.session.client(), &IntrospectOptions::default())?;
        remove_own_schema(&mut catalog);
        catalog.platform = self.platform.iter().filter(|id| catalog.objects.contains_key(id)).cloned().collect();
        Ok(catalog)
    }

    /// None: it applied, in so many seconds.
    pub(super) fn apply(
        &mut self,
        file: &MigrationFile,
        notes: &mut BTreeSet<String>,
    ) -> Result<(Option<ReplayFailure>, f64), JobError> {
        let started = Instant::now();
        let mut said = Vec::new();
        let outcome = self.session.run_groups(file, &mut said)?;
        notes.extend(said);
        let seconds = started.elapsed().as_secs_f64();
        Ok(match outcome {
            FileOutcome::Applied => (None, seconds),
            FileOutcome::Failed(failure) => (Some(*failure), seconds),
        })
    }

    /// As a replay does, which forgives what the executor refuses. None: it applied.
    pub(super) fn replay(
        &mut self,
        file: &MigrationFile,
        notes: &mut BTreeSet<String>,
    ) -> Result<Option<ReplayFailure>, JobError> {
        let mut said = Vec::new();
        let outcome = self.session.run_file(file, false, &mut said)?;
        notes.extend(said);
        Ok(match outcome {
            FileOutcome::Applied => None,
            FileOutcome::Failed(failure) => Some(*failure),
        })
    }

    pub(super) fn seed(
        &mut self,
        catalog: &Catalog,
        tables: &BTreeSet<ObjectId>,
        style: &Style,
    ) -> Result<Seeded, JobError> {
        if tables.is_empty() {
            return Ok(Seeded::default());
        }
        seed::seed(catalog, &mut self.session.session, self.database.secret(), tables, style)
            .map_err(|error| JobError::Database(error.message))
    }

    pub(super) fn rows_of(&mut self, tables: &[QualifiedName]) -> Result<Vec<TableRows>, JobError> {
        let client = self.session.session.client();
        let oids = rows::oids(client, tables)?;
        rows::read(client, &oids, &mut self.unreadable)
    }

    pub(super) fn unreadable(&self) -> impl Iterator<Item = &QualifiedName> {
        self.unreadable.iter()
    }

    /// The rows of the same tables, whatever they are called now, and of what bears their names.
    pub(super) fn rows_again(&mut self, earlier: &[TableRows]) -> Result<Vec<TableRows>, JobError> {
        let client = self.session.session.client();
        let names: Vec<QualifiedName> = earlier.iter().map(|table| table.name.clone()).collect();
        let mut oids = rows::oids(client, &names)?;
        oids.extend(earlier.iter().map(|table| table.oid));
        rows::read(client, &oids, &mut self.unreadable)
    }
}
