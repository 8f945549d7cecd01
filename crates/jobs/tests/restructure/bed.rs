//! A database of one stage, in the words that tests of operations need. They ask for no rehearsal and accept every use.

use pgmason_jobs::open::OpenOptions;
use pgmason_jobs::progress::silent;
use pgmason_jobs::restructure::planning;
use pgmason_jobs::restructure::report::{PlanReport, RunReport};
use pgmason_jobs::restructure::running::{RunOptions, complete, rollback, start};
use pgmason_model::{Catalog, Object, ObjectId};
use pgmason_pg::{IntrospectOptions, Platform};
use postgres::Client;

use super::ground::{Live, one_stage};

/// Default privileges as a platform has them, that give every new table away.
pub(super) const DEFAULT_PRIVILEGES: &str = "
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO anon, authenticated, service_role;
    GRANT USAGE ON SCHEMA public TO anon, authenticated, service_role;";

pub(super) struct Bed {
    pub(super) live: Live,
}

impl Bed {
    /// A database that `before` made, and a restructuring of one stage with these operations.
    pub(super) fn new(before: &str, operations: &str) -> Self {
        Self { live: Live::new(before, &one_stage(operations)) }
    }

    pub(super) fn client(&self) -> Client {
        self.live.client()
    }

    #[track_caller]
    pub(super) fn sql(&self, sql: &str) {
        Live::cluster().sql(&self.live.name, sql);
    }

    /// One value as text.
    #[track_caller]
    pub(super) fn value(&self, query: &str) -> String {
        let row = self.client().query_one(&format!("SELECT ({query})::text"), &[]);
        let row = row.unwrap_or_else(|error| panic!("{query}: {error:?}"));
        row.get::<_, Option<String>>(0).unwrap_or_else(|| "NULL".to_owned())
    }

    /// The last value that a script of statements gives.
    #[track_caller]
    pub(super) fn messages(&self, sql: &str) -> String {
        let messages = self.client().simple_query(sql).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        let rows = messages.iter().filter_map(|message| match message {
            postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        });
        rows.last().unwrap_or_default()
    }

    /// The SQLSTATE that a statement of a role ends with; `00000` where it works.
    pub(super) fn state_as(&self, role: &str, sql: &str) -> String {
        let mut client = self.client();
        client.batch_execute(&format!("SET ROLE {role}")).unwrap();
        match client.batch_execute(sql) {
            Ok(()) => "00000".to_owned(),
            Err(error) => error.code().map_or_else(String::new, |code| code.code().to_owned()),
        }
    }

    pub(super) fn options() -> RunOptions {
        RunOptions { unrehearsed: true, accept_use: vec!["*".to_owned()], ..RunOptions::default() }
    }

    pub(super) fn plan(&self) -> PlanReport {
        let Live { connection, .. } = &self.live;
        let options = OpenOptions::default();
        planning::plan(&self.live.project(), &self.live.file(), Some(connection), None, &options, &silent).unwrap()
    }

    /// The words of the refusal.
    #[track_caller]
    pub(super) fn refusal(&self) -> String {
        let report = self.plan();
        report.refusals.first().map(|refusal| refusal.message.clone()).expect("a refusal")
    }

    #[track_caller]
    pub(super) fn start(&self) {
        done(self.try_start());
    }

    pub(super) fn try_start(&self) -> Result<RunReport, String> {
        self.try_start_with(&Self::options())
    }

    pub(super) fn try_start_with(&self, options: &RunOptions) -> Result<RunReport, String> {
        let Live { connection, .. } = &self.live;
        let report = start(&self.live.project(), &self.live.file(), connection, options, &silent);
        report.map_err(|error| error.to_string())
    }

    #[track_caller]
    pub(super) fn complete(&self) {
        let report = complete(&self.live.file(), &self.live.connection, &Default::default(), &Self::options(), &silent);
        done(report.map_err(|error| error.to_string()));
    }

    /// What `complete` says.
    pub(super) fn try_complete(&self) -> String {
        let report = complete(&self.live.file(), &self.live.connection, &Default::default(), &Self::options(), &silent);
        format!("{report:?}")
    }

    #[track_caller]
    pub(super) fn rollback(&self) {
        let report = rollback(&self.live.file(), &self.live.connection, &Self::options(), &silent).unwrap();
        // A step that failed on the way forth still says so.
        assert!(report.stages.iter().all(|stage| stage.phase == "rolled back"), "{report:#?}");
        assert!(report.refusals.is_empty(), "{report:#?}");
    }

    /// What pgmason itself finds when it tries the stage on copies.
    #[track_caller]
    pub(super) fn rehearse(&self) {
        let report = self.live.rehearse();
        assert!(report.is_clean(), "{report:#?}");
    }

    /// The schema, without pgmason's own.
    pub(super) fn catalog(&self) -> Catalog {
        let options = IntrospectOptions { platform: Platform::None, ..IntrospectOptions::default() };
        let mut catalog = pgmason_pg::introspect(&mut self.client(), &options).unwrap();
        let is_own = |id: &ObjectId| {
            let of = id.of.as_deref().unwrap_or(id);
            of.schema.as_ref().unwrap_or(&of.name).as_str() == "pgmason" || of.name.as_str() == "pgmason_guard"
        };
        catalog.objects.retain(|id, _| !is_own(id));
        catalog.dependencies.retain(|(dependent, needed)| !is_own(dependent) && !is_own(needed));
        catalog
    }
}

#[track_caller]
fn done(outcome: Result<RunReport, String>) {
    match outcome {
        Ok(report) => {
            let failed = report.stages.iter().flat_map(|stage| &stage.steps).filter(|step| step.error.is_some());
            let failed: Vec<_> = failed.map(|step| (&step.title, &step.error)).collect();
            assert!(report.is_clean(), "{:#?} {failed:#?}", report.refusals);
        }
        Err(error) => panic!("{error}"),
    }
}

/// Objects that are not the same in both.
pub(super) fn differences(before: &Catalog, after: &Catalog) -> Vec<(ObjectId, Option<Object>, Option<Object>)> {
    let ids: std::collections::BTreeSet<&ObjectId> = before.objects.keys().chain(after.objects.keys()).collect();
    ids.into_iter()
        .filter(|id| before.get(id) != after.get(id))
        .map(|id| (id.clone(), before.get(id).cloned(), after.get(id).cloned()))
        .collect()
}
