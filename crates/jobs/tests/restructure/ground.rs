//! A live database, a project beside it, and the commands.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use pgmason_jobs::progress::silent;
use pgmason_jobs::project::Project;
use pgmason_jobs::restructure::read::{ReadFile, read};
use pgmason_jobs::restructure::rehearse::{RehearsalReport, RehearseOptions, rehearse};
use pgmason_jobs::restructure::report::RunReport;
use pgmason_jobs::restructure::running::{RunOptions, complete, rollback, start};
use pgmason_jobs::restructure::status::{StatusReport, status};
use pgmason_model::restructure::PlannedStage;
use pgmason_pg::ConnectionString;
use pgmason_testkit::{Cluster, ClusterOptions, Folder, local_binaries};
use postgres::Client;

static CLUSTER: LazyLock<Cluster> = LazyLock::new(|| {
    let mut settings =
        "max_connections = 200\nmax_prepared_transactions = 5\nautovacuum_naptime = 1s\ntrack_counts = on".to_owned();
    if counts_statements() {
        settings.push_str("\nshared_preload_libraries = 'pg_stat_statements'");
    }
    let cluster = Cluster::start(&ClusterOptions { settings, ..Default::default() });
    cluster.sql(
        "postgres",
        "CREATE ROLE anon NOLOGIN; CREATE ROLE authenticated NOLOGIN; CREATE ROLE service_role NOLOGIN BYPASSRLS; \
         CREATE ROLE app_owner NOLOGIN",
    );
    cluster
});

/// Whether the server has pg_stat_statements. Those of the version matrix come without extensions.
pub(super) fn counts_statements() -> bool {
    let server = local_binaries(None).join("postgres");
    // A link to where it is installed.
    let server = server.canonicalize().unwrap_or(server);
    let beside = |folder: &str| server.parent().map(|programs| programs.join(folder));
    let libraries = ["../lib", "../lib/postgresql"].into_iter().filter_map(beside);
    libraries
        .flat_map(|folder| ["so", "dylib"].map(|end| folder.join(format!("pg_stat_statements.{end}"))))
        .any(|library| library.exists())
}

/// A database of its own and the folder of a project.
pub(super) struct Live {
    pub(super) connection: ConnectionString,
    pub(super) name: String,
    pub(super) folder: Folder,
}

impl Live {
    /// `schema` is run by the superuser. `restructure`: the file's text.
    pub(super) fn new(schema: &str, restructure: &str) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("live_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        CLUSTER.sql("postgres", &format!("CREATE DATABASE {name}"));
        CLUSTER.sql(&name, schema);
        let folder = Folder::with(&[("restructure/it.toml", restructure)]);
        Self { connection: CLUSTER.connection(&name), name, folder }
    }

    /// One stage of these operations, one inline table on each line.
    pub(super) fn of_operations(schema: &str, operations: &str) -> Self {
        let list: Vec<&str> = operations.lines().filter(|line| !line.trim().is_empty()).collect();
        Self::new(schema, &one_stage(&list.join(",\n")))
    }

    /// The server of all of them.
    pub(super) fn cluster() -> &'static Cluster {
        &CLUSTER
    }

    pub(super) fn client(&self) -> Client {
        CLUSTER.client(&self.name)
    }

    pub(super) fn project(&self) -> Project {
        Project::open(self.folder.path()).unwrap()
    }

    pub(super) fn file(&self) -> ReadFile {
        read(&self.project(), None).unwrap()
    }

    pub(super) fn rehearse(&self) -> RehearsalReport {
        let options = RehearseOptions::default();
        rehearse(&self.project(), &self.file(), Some(&self.connection), &options, &silent).unwrap()
    }

    pub(super) fn start(&self) -> RunReport {
        let options = RunOptions::default();
        start(&self.project(), &self.file(), &self.connection, &options, &silent).unwrap()
    }

    pub(super) fn start_unrehearsed(&self) -> RunReport {
        let options = RunOptions { unrehearsed: true, ..RunOptions::default() };
        start(&self.project(), &self.file(), &self.connection, &options, &silent).unwrap()
    }

    pub(super) fn status(&self) -> StatusReport {
        status(&self.file(), &self.connection, &Default::default(), &silent).unwrap()
    }

    /// What the operations of the first stage that stands have to say.
    pub(super) fn planned_notes(&self) -> Vec<String> {
        let plan: String =
            self.client().query_one("SELECT plan::text FROM pgmason.restructure_stages LIMIT 1", &[]).unwrap().get(0);
        let plan: PlannedStage = serde_json::from_str(&plan).unwrap();
        plan.operations.into_iter().flat_map(|operation| operation.notes).collect()
    }

    pub(super) fn complete(&self) -> RunReport {
        let options = RunOptions { accept_use: vec!["*".to_owned()], ..RunOptions::default() };
        complete(&self.file(), &self.connection, &Default::default(), &options, &silent).unwrap()
    }

    pub(super) fn rollback(&self) -> RunReport {
        rollback(&self.file(), &self.connection, &RunOptions::default(), &silent).unwrap()
    }
}

/// A file with one stage.
pub(super) fn one_stage(operations: &str) -> String {
    format!("title = \"it\"\n[[stages]]\nname = \"one\"\nsoak = \"0s\"\noperations = [\n{operations}\n]\n")
}

/// Panics with what the report says.
pub(super) fn clean(report: &RunReport) {
    assert!(report.is_clean(), "{}", serde_json::to_string_pretty(report).unwrap());
}

pub(super) fn passed(report: &RehearsalReport) {
    let failed: Vec<_> = report
        .stages
        .iter()
        .flat_map(|stage| &stage.checks)
        .filter(|check| !check.passed)
        .map(|check| format!("{}: {}", check.name, check.details.join("\n    ")))
        .collect();
    assert!(report.is_clean(), "{}\n{:?}", failed.join("\n"), report.refusals);
}
