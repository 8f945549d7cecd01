//! Stages of several files on one database: none begins, or goes back, on what another one needs as it is.

use pgmason_jobs::open::OpenOptions;
use pgmason_jobs::progress::silent;
use pgmason_jobs::restructure::planning::plan;
use pgmason_jobs::restructure::read::{ReadFile, read};
use pgmason_jobs::restructure::rehearse::{RehearseOptions, rehearse};
use pgmason_jobs::restructure::report::{Refusal, RunReport};
use pgmason_jobs::restructure::running::{RunOptions, complete, rollback, start};

use super::ground::{Live, clean};

struct Files {
    live: Live,
}

impl Files {
    /// `a`, `b` and `c`, each with one stage of its own name.
    fn new() -> Self {
        let live = Live::new(
            "CREATE TABLE t (id integer PRIMARY KEY, a integer); INSERT INTO t VALUES (1, 1)",
            "title = \"it\"",
        );
        for (name, operation) in [
            ("a", "kind = \"rename_table\", table = \"t\", to = \"app_t\""),
            ("b", "kind = \"partition_table\", table = \"app_t\", by = \"hash\", column = \"id\", partitions = 2"),
            ("c", "kind = \"rename_table\", table = \"app_t\", to = \"z\""),
        ] {
            let file = format!("title = \"it\"\n[[stages]]\nname = \"{name}\"\noperations = [{{ {operation} }}]\n");
            live.folder.write(&format!("restructure/{name}.toml"), &file);
        }
        Self { live }
    }

    fn file(&self, name: &str) -> ReadFile {
        read(&self.live.project(), Some(name)).unwrap()
    }

    fn start(&self, name: &str) -> RunReport {
        let options = RunOptions { unrehearsed: true, ..RunOptions::default() };
        start(&self.live.project(), &self.file(name), &self.live.connection, &options, &silent).unwrap()
    }

    fn complete(&self, name: &str) {
        let options = RunOptions { accept_use: vec!["*".to_owned()], ..RunOptions::default() };
        clean(&complete(&self.file(name), &self.live.connection, &Default::default(), &options, &silent).unwrap());
    }

    fn rollback(&self, name: &str) -> RunReport {
        rollback(&self.file(name), &self.live.connection, &RunOptions::default(), &silent).unwrap()
    }
}

#[track_caller]
fn refused(refusals: &[Refusal], words: &str, hint: &str) {
    let said = |refusal: &Refusal| refusal.message.contains(words) && refusal.hint.contains(hint);
    assert!(refusals.iter().any(said), "{refusals:#?}");
}

#[test]
fn a_table_belongs_to_the_stage_that_is_started_on_it() {
    let files = Files::new();
    clean(&files.start("a"));
    for name in ["b", "c"] {
        let report = files.start(name);
        refused(&report.refusals, "stage a of the restructuring a has begun on public.app_t", "complete a --stage a");
        assert!(report.stages.is_empty());
        let planned = plan(
            &files.live.project(),
            &files.file(name),
            Some(&files.live.connection),
            None,
            &OpenOptions::default(),
            &silent,
        )
        .unwrap();
        refused(&planned.refusals, "stage a of the restructuring a has begun on public.app_t", "complete a --stage a");
    }
    files.live.client().batch_execute("CREATE TEMP TABLE elsewhere (id bigint)").unwrap();
    clean(&files.rollback("a"));
}

#[test]
fn a_stage_goes_back_after_those_that_came_later() {
    let files = Files::new();
    clean(&files.start("a"));
    files.complete("a");
    clean(&files.start("c"));
    for phase in ["started", "completed"] {
        let report = files.rollback("a");
        refused(
            &report.refusals,
            "stage c of the restructuring c was begun after it, on public.app_t",
            "rollback c --stage c",
        );
        assert!(report.stages.is_empty(), "{phase}");
        if phase == "started" {
            files.complete("c");
        }
    }
    clean(&files.rollback("c"));
    clean(&files.rollback("a"));
    let mut client = files.live.client();
    assert_eq!(client.query_one("SELECT count(*) FROM t WHERE a = 1", &[]).unwrap().get::<_, i64>(0), 1);
}

/// Their triggers call functions that no copy of the schema has.
#[test]
fn a_stage_is_rehearsed_while_another_one_mirrors() {
    let live = Live::new(
        "CREATE TABLE t1 (id integer PRIMARY KEY, a integer); CREATE TABLE t2 (id integer PRIMARY KEY, b integer);
         CREATE TABLE t3 (id integer PRIMARY KEY); INSERT INTO t1 VALUES (1, 1); INSERT INTO t3 VALUES (1)",
        "title = \"it\"",
    );
    let file = |name: &str, operations: &str| {
        let file =
            format!("title = \"it\"\n[[stages]]\nname = \"{name}\"\nsoak = \"0s\"\noperations = [{operations}]\n");
        live.folder.write(&format!("restructure/{name}.toml"), &file);
        read(&live.project(), Some(name)).unwrap()
    };
    let mirrors = file(
        "mirrors",
        r#"{ kind = "rename_column", table = "t1", column = "a", to = "c" },
           { kind = "partition_table", table = "t3", by = "hash", column = "id", partitions = 2 }"#,
    );
    let other = file("other", r#"{ kind = "change_column_type", table = "t2", column = "b", type = "bigint" },"#);
    let unrehearsed = RunOptions { unrehearsed: true, ..RunOptions::default() };
    clean(&start(&live.project(), &mirrors, &live.connection, &unrehearsed, &silent).unwrap());
    let rehearsed =
        rehearse(&live.project(), &other, Some(&live.connection), &RehearseOptions::default(), &silent).unwrap();
    assert!(rehearsed.is_clean(), "{rehearsed:#?}");
    clean(&start(&live.project(), &other, &live.connection, &RunOptions::default(), &silent).unwrap());
    // A mirror that somebody takes away is still told of.
    live.client().batch_execute("DROP TRIGGER zzz_pgmason_mirror ON t3").unwrap();
    let refused = complete(&mirrors, &live.connection, &Default::default(), &RunOptions::default(), &silent).unwrap();
    assert!(format!("{refused:?}").contains("zzz_pgmason_mirror"), "{refused:#?}");
}
