//! Replays a folder that a test writes, on a shared scratch server.

use std::time::Duration;

use pgmason_jobs::folder;
use pgmason_jobs::progress::silent;
use pgmason_jobs::project::Project;
use pgmason_jobs::replay::{ReplayFailure, ReplayOptions, ReplayReport, replay};
use pgmason_jobs::source::Source;
use pgmason_scratch::{Baseline, ScratchDatabase};
use pgmason_testkit::{Folder, LentScratch, embedded_server};
use postgres::Client;

/// What became of a folder.
pub(crate) struct Replayed {
    pub(crate) report: ReplayReport,
    pub(crate) database: ScratchDatabase,
    pub(crate) folder: Folder,
    // Given back last.
    pub(crate) server: LentScratch,
}

/// Replays `migrations/` of the files given.
pub(crate) fn migrations(files: &[(&str, &str)]) -> Replayed {
    let placed: Vec<(String, &str)> = files.iter().map(|(path, text)| (format!("migrations/{path}"), *text)).collect();
    let placed: Vec<(&str, &str)> = placed.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    Replay::default().run(Folder::with(&placed))
}

/// One file whose text is the SQL.
pub(crate) fn one(sql: &str) -> Replayed {
    migrations(&[("001_it.sql", sql)])
}

/// How to replay, where a test wants it otherwise.
pub(crate) struct Replay {
    pub(crate) baseline: Baseline,
    pub(crate) server: Option<LentScratch>,
    /// Inside the folder: `migrations:migrations`, `schema:schema`.
    pub(crate) source: &'static str,
    pub(crate) options: ReplayOptions,
}

impl Default for Replay {
    fn default() -> Self {
        let options = ReplayOptions { keep_going: false, statement_timeout: Duration::from_secs(60) };
        Self { baseline: Baseline::Plain, server: None, source: "migrations:migrations", options }
    }
}

impl Replay {
    pub(crate) fn run(self, folder: Folder) -> Replayed {
        let project = Project::open(folder.path()).unwrap();
        let source = match self.source.split_once(':').unwrap() {
            ("migrations", path) => Source::Migrations(folder.join(path)),
            (_, path) => Source::Schema(folder.join(path)),
        };
        let files = folder::read(&project, &source).unwrap().unwrap();
        let mut server = self.server.unwrap_or_else(|| embedded_server(self.baseline));
        let database = server.create_database().unwrap();
        let report = replay(&project, &files, &database, &self.options, &silent).unwrap();
        Replayed { report, database, folder, server }
    }

    /// Replays one file.
    pub(crate) fn one(self, sql: &str) -> Replayed {
        self.run(Folder::with(&[("migrations/001_it.sql", sql)]))
    }
}

impl Replayed {
    pub(crate) fn client(&self) -> Client {
        self.database.connect().unwrap()
    }

    /// The answer to `SELECT` of one value, as text.
    pub(crate) fn value(&self, expression: &str) -> String {
        let row = self.client().query_one(&format!("SELECT ({expression})::text"), &[]);
        let row = row.unwrap_or_else(|error| panic!("{expression}: {error:?}"));
        row.get::<_, Option<String>>(0).unwrap_or_else(|| "NULL".to_owned())
    }

    /// Names of the tables in public.
    pub(crate) fn tables(&self) -> String {
        self.value(
            "SELECT coalesce(string_agg(relname, ' ' ORDER BY relname), '') FROM pg_class \
             WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')",
        )
    }

    #[track_caller]
    pub(crate) fn assert_all_applied(&self) -> &Self {
        assert!(self.report.failures.is_empty(), "{:#?}", self.report.failures);
        assert_eq!(self.report.applied, self.report.files);
        assert!(self.report.stopped_after.is_none());
        self
    }

    /// The only failure.
    #[track_caller]
    pub(crate) fn failure(&self) -> &ReplayFailure {
        assert_eq!(self.report.failures.len(), 1, "{:#?}", self.report);
        &self.report.failures[0]
    }

    /// The role of migrations has no more rights than before.
    #[track_caller]
    pub(crate) fn assert_lowered(&self) -> &Self {
        assert_eq!(self.value("SELECT rolsuper FROM pg_roles WHERE rolname = 'postgres'"), "false");
        self
    }
}
