//! One pair on one server: loaded, planned and proven in each direction, and everything removed.

use std::time::{Duration, Instant};

use pgmason_core::diff::DiffOptions;
use pgmason_core::migrations::MigrationFile;
use pgmason_jobs::JobError;
use pgmason_jobs::diff::{Bench, Ground, Proof, between, prove, release, renames_asked};
use pgmason_jobs::project::Project;
use pgmason_model::{Catalog, Identifier};
use pgmason_pg::{ConnectOptions, ConnectionString, IntrospectOptions};
use pgmason_scratch::{Engine, Scratch, ScratchDatabase, ScratchOptions};

use super::pair::Pair;
use super::tally::{Scored, Verdict};

pub(super) struct Worker {
    project: Project,
    server: Scratch,
    connection: ConnectionString,
    /// What every database begins as.
    template: ScratchDatabase,
    online: bool,
}

/// A schema of a pair, loaded.
struct Side {
    database: ScratchDatabase,
    catalog: Catalog,
}

impl Worker {
    pub(super) fn open(connection: &ConnectionString, online: bool) -> Result<Self, String> {
        let words = |error: &dyn std::fmt::Display| error.to_string();
        let options = ScratchOptions { engine: Engine::Url(connection.clone()), ..ScratchOptions::default() };
        let mut server = Scratch::open(&options, &|_| {}).map_err(|error| words(&error))?;
        let template = server.create_database().map_err(|error| words(&error))?;
        // Nothing of it is read but its folder, and there is none for pairs.
        let project = Project::open(&std::env::temp_dir()).or_else(|_| Project::open(std::path::Path::new(".")));
        let project = project.map_err(|error| words(&error))?;
        Ok(Self { project, server, connection: connection.clone(), template, online })
    }

    pub(super) fn score(&mut self, pair: &Pair) -> Result<Vec<Scored>, JobError> {
        let started = Instant::now();
        let setup = pair.setup.as_deref().unwrap_or_default();
        let a = self.load(setup, &pair.a, pair.seed_a.as_deref().unwrap_or_default())?;
        let b = self.load(setup, &pair.b, pair.seed_b.as_deref().unwrap_or_default())?;
        let directions: &[bool] = if pair.both_dirs.unwrap_or(false) { &[false, true] } else { &[false] };
        let mut scored = Vec::new();
        let (mut a, mut b) = (a, b);
        if let (Loaded::Side(a), Loaded::Side(b)) = (&mut a, &mut b) {
            // Read once all roles of the pair are there.
            for side in [a, b] {
                side.catalog = pgmason_pg::introspect(&mut side.database.connect()?, &IntrospectOptions::default())?;
            }
        }
        for reverse in directions {
            let mut result = Scored {
                suite: pair.suite.clone(),
                id: pair.id.clone(),
                reverse: *reverse,
                verdict: Verdict::DoesNotLoad,
                reason: String::new(),
                proof: Proof::default(),
                a: if *reverse { pair.b.clone() } else { pair.a.clone() },
                b: if *reverse { pair.a.clone() } else { pair.b.clone() },
                sql: Vec::new(),
                notes: Vec::new(),
                seconds: 0.0,
            };
            match (&a, &b) {
                (Loaded::Side(a), Loaded::Side(b)) => {
                    let (from, to) = if *reverse { (b, a) } else { (a, b) };
                    self.direction(from, to, &mut result)?;
                }
                (Loaded::Not(reason), _) | (_, Loaded::Not(reason)) => result.reason.clone_from(reason),
            }
            result.seconds = started.elapsed().as_secs_f64();
            scored.push(result);
        }
        for side in [a, b] {
            if let Loaded::Side(side) = side {
                self.discard(side.database)?;
            }
        }
        self.drop_roles()?;
        Ok(scored)
    }

    fn direction(&mut self, from: &Side, to: &Side, result: &mut Scored) -> Result<(), JobError> {
        let options = DiffOptions {
            owners: true,
            creator: Identifier::from(self.connection.user().as_str()),
            online: self.online,
            reorder_columns: true,
            allow: ["*".to_owned()].into(),
        };
        let said = MigrationFile::read_plain("pair".to_owned(), result.b.clone());
        let renames = renames_asked(&from.catalog, &to.catalog, &[said], &[])?;
        let mut bench = Bench { project: &self.project, server: &mut self.server, limit: Duration::from_secs(60) };
        let from = Ground { database: &from.database, catalog: &from.catalog };
        let to = Ground { database: &to.database, catalog: &to.catalog };
        let (mut plan, mut proof) = between(&mut bench, &from, &to, &options, &renames, &mut result.notes)?;
        if !plan.refusals.is_empty() {
            result.verdict = Verdict::Refused;
            result.reason = plan.refusals.iter().map(|refusal| format!("{refusal:?}")).collect::<Vec<_>>().join("\n");
            return Ok(());
        }
        if proof.stages.is_empty() {
            // Nothing to do, says the engine; the dump may say otherwise.
            proof = prove(&mut bench, &from, &to, None, &options, &mut plan, &mut result.notes)?;
        }
        result.sql = plan.statements.iter().map(|statement| statement.sql.clone()).collect();
        result.verdict = if proof.failure().is_some() { Verdict::Wrong } else { Verdict::Right };
        result.reason = proof.failure().map(|failed| failed.stage.title().to_owned()).unwrap_or_default();
        result.proof = proof;
        Ok(())
    }

    fn load(&mut self, setup: &str, sql: &str, seed: &str) -> Result<Loaded, JobError> {
        let database = self.server.copy_database(&self.template)?;
        let mut client = database.connect()?;
        let run = |client: &mut postgres::Client, text: &str| {
            client.simple_query(text).map(drop).map_err(|error| match error.as_db_error() {
                Some(error) => format!("{}: {}", error.code().code(), error.message()),
                None => error.to_string(),
            })
        };
        let loaded = run(&mut client, "SET check_function_bodies = off")
            .and_then(|()| run(&mut client, setup))
            .and_then(|()| run(&mut client, sql))
            .and_then(|()| run(&mut client, seed).map_err(|error| format!("its rows: {error}")));
        drop(client);
        match loaded {
            Ok(()) => Ok(Loaded::Side(Box::new(Side { database, catalog: Catalog::default() }))),
            Err(reason) => {
                self.discard(database)?;
                Ok(Loaded::Not(reason))
            }
        }
    }

    fn discard(&mut self, database: ScratchDatabase) -> Result<(), JobError> {
        release(&database)?;
        Ok(self.server.drop_database(database)?)
    }

    /// Roles of one pair would be there for the next.
    fn drop_roles(&mut self) -> Result<(), JobError> {
        let refused = |error: postgres::Error| JobError::from_server(&error);
        let mut client = pgmason_pg::connect(&self.connection, &ConnectOptions::default())?;
        let rows = client
            .query(
                "SELECT rolname::text FROM pg_catalog.pg_roles WHERE rolname !~ '^pg_' AND rolname <> current_user",
                &[],
            )
            .map_err(refused)?;
        for row in rows {
            let name = Identifier::from(row.get::<_, &str>(0));
            client.batch_execute(&format!("DROP OWNED BY {name}; DROP ROLE {name}")).map_err(refused)?;
        }
        Ok(())
    }
}

enum Loaded {
    Side(Box<Side>),
    Not(String),
}
