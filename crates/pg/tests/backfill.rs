//! Backfills: what they visit, and what holds them back.

use std::time::{Duration, Instant};

use pgmason_model::restructure::{Action, Backfill, KeyColumn, StepUndo};
use pgmason_model::{Identifier, QualifiedName};
use pgmason_pg::execute::{Executor, Settings as ExecuteSettings};
use pgmason_pg::restructure::{NewStage, NewStep, Phase, Progress, Runner, Settings, Way, create};
use pgmason_pg::{ConnectOptions, ConnectionString};

use pgmason_testkit::{Cluster, ClusterOptions};

use crate::support::Database;

/// Takes a second or more: the server counts dead rows with as much delay.
const SLOW: &str = "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql
        AS 'BEGIN IF NEW.id % 20 = 0 THEN PERFORM pg_sleep(0.02); END IF; RETURN NEW; END';
    CREATE TRIGGER slow BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION slow();";

fn table(rows: u32) -> String {
    format!(
        "CREATE TABLE t (id integer PRIMARY KEY, filled text, padding text DEFAULT repeat('x', 500))
            WITH (autovacuum_enabled = false);
        INSERT INTO t SELECT generate_series(1, {rows});"
    )
}

/// Looks often, and waits for nothing that the test does not say.
fn settings() -> Settings {
    Settings {
        look_every: Duration::from_millis(20),
        batch_time: Duration::from_millis(50),
        patience: Duration::from_secs(30),
        ..Settings::default()
    }
}

/// Fills `t.filled` of every row.
fn fill(connection: &ConnectionString, settings: Settings, report: &mut dyn FnMut(Progress<'_>)) {
    let name = QualifiedName::new("public", "t");
    let backfill = Backfill {
        relation: name,
        key: vec![KeyColumn { name: Identifier::from("id"), type_name: "integer".to_owned() }],
        filter: None,
        write: "UPDATE t AS target SET filled = 'backfill' FROM batch AS source WHERE target.id = source.id".to_owned(),
        lock_rows: false,
        settings: Vec::new(),
    };
    let step = NewStep {
        phase: Phase::Start.name(),
        number: 1,
        operation: 0,
        title: "fill".to_owned(),
        action: Action::Backfill(backfill),
        undo: StepUndo::Nothing,
    };
    let mut executor =
        Executor::open(connection, &ConnectOptions::default(), ExecuteSettings::default()).expect("a session");
    create(executor.pipeline()).expect("tables for the state");
    let mut runner = Runner::new(executor, settings);
    let stage = NewStage { stage: "it".to_owned(), plan: "{}".to_owned(), steps: vec![step], ..NewStage::default() };
    let stage = runner.begin(&stage).expect("a stage");
    runner.run(stage, Way::Forth(Phase::Start), report).expect("all rows");
    runner.enter(stage, "rolled back", None).expect("an end");
}

#[derive(Debug, PartialEq)]
enum Said {
    Throttled(String),
    Notice(String),
}

/// What it says beside how far it is.
fn said(progress: Progress<'_>) -> Option<Said> {
    match progress {
        Progress::Throttled { why } => Some(Said::Throttled(why)),
        Progress::Notice(text) => Some(Said::Notice(text)),
        _ => None,
    }
}

fn filled(database: &Database) -> i64 {
    let row = database.client().query_one("SELECT count(*) FROM t WHERE filled = 'backfill'", &[]);
    row.expect("a count").get(0)
}

#[test]
fn rows_that_come_meanwhile_are_a_triggers_work() {
    let database = Database::with(&format!(
        "{} CREATE FUNCTION own() RETURNS trigger LANGUAGE plpgsql
            AS 'BEGIN NEW.filled := ''trigger''; RETURN NEW; END';
        CREATE TRIGGER own BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION own();",
        table(3000)
    ));
    let mut other = database.client();
    let mut visited_last = 0;
    fill(&database.connection, settings(), &mut |progress| {
        if let Progress::Rows { visited, .. } = progress {
            // After the first batch, and before the last one.
            if visited_last == 0 {
                assert!(visited < 3000);
                other.batch_execute("INSERT INTO t SELECT generate_series(3001, 3100)").expect("more rows");
            }
            visited_last = visited;
        }
    });
    assert_eq!(visited_last, 3000);
    let rows = other.query("SELECT filled, max(id) FROM t GROUP BY 1 ORDER BY 1", &[]).expect("both");
    let rows: Vec<(String, i32)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    assert_eq!(rows, [("backfill".to_owned(), 3000), ("trigger".to_owned(), 3100)]);
}

#[test]
fn wal_that_a_slot_keeps_holds_it_back() {
    let database = Database::with(&table(6000));
    let mut other = database.client();
    // One for this test alone: slots belong to the server.
    other.batch_execute("SELECT pg_create_physical_replication_slot('pgmason_test_kept', true)").expect("a slot");
    let quick = Duration::from_millis(1);
    let limits =
        || Settings { most_kept_wal: 1 << 20, look_every: quick, batch_time: Duration::from_millis(5), ..settings() };
    let mut heard = Vec::new();
    fill(&database.connection, Settings { patience: 20 * quick, ..limits() }, &mut |progress| {
        heard.extend(said(progress));
    });
    let first: Vec<&Said> = heard.iter().take(2).collect();
    assert!(
        matches!(first[..], [Said::Throttled(why), Said::Notice(end)]
            if why.starts_with("nobody reads from replication slot pgmason_test_kept, which keeps ")
                && end.starts_with("went on after 0 s, although nobody reads")),
        "{heard:#?}"
    );
    // Some 7 MB were written: what was waited for in vain is no reason again, until as much has come on top.
    let megabytes = |text: &str| text.split(" MB").next().unwrap_or_default().parse::<f64>().expect("a number");
    let waits: Vec<(f64, f64)> = heard
        .iter()
        .filter_map(|said| match said {
            Said::Throttled(why) => why.rsplit_once(" keeps ")?.1.split_once(", "),
            Said::Notice(_) => None,
        })
        .map(|(kept, grown)| (megabytes(kept), megabytes(grown)))
        .collect();
    let [(first, _), later @ ..] = &waits[..] else { panic!("{heard:#?}") };
    let last = later.last().expect("more than one wait").0;
    // Counted from the end of the wait before: together no more than what came since the first. Two digits are shown.
    assert!(later.iter().map(|(_, grown)| grown).sum::<f64>() < last - first + 1.1, "{heard:#?}");
    assert_eq!(filled(&database), 6000);
    other.batch_execute("UPDATE t SET filled = NULL").expect("an update");
    let mut heard = Vec::new();
    fill(&database.connection, limits(), &mut |progress| {
        if let Some(Said::Throttled(why)) = said(progress) {
            heard.push(why);
            // What commits flushes what the backfill did not yet.
            other.batch_execute("SELECT pg_logical_emit_message(true, '', '')").expect("a commit");
            let advance = "SELECT pg_replication_slot_advance('pgmason_test_kept', pg_current_wal_flush_lsn())";
            other.batch_execute(advance).expect("the slot goes on");
        }
    });
    assert!(!heard.is_empty());
    assert_eq!(filled(&database), 6000);
    other.batch_execute("SELECT pg_drop_replication_slot('pgmason_test_kept')").expect("no slot");
}

#[test]
fn a_standby_that_is_behind_holds_it_back() {
    let cluster = Cluster::start(&ClusterOptions::default());
    let standby = cluster.follower();
    cluster.sql("postgres", &format!("{}{SLOW}", table(3000)));
    let mut other = standby.client("postgres");
    other.batch_execute("SELECT pg_wal_replay_pause()").expect("a pause");
    let limits = Settings { longest_lag: Duration::from_millis(300), ..settings() };
    let mut heard = Vec::new();
    let begun = Instant::now();
    fill(&cluster.connection("postgres"), limits, &mut |progress| {
        if let Some(said) = said(progress) {
            if heard.is_empty() {
                std::thread::sleep(Duration::from_millis(500));
                other.batch_execute("SELECT pg_wal_replay_resume()").expect("it goes on");
            }
            heard.push(said);
        }
    });
    assert!(
        matches!(&heard[..], [Said::Throttled(why), ..] if why.starts_with("a standby is ")),
        "{heard:#?} after {:?}",
        begun.elapsed()
    );
    let filled = cluster.client("postgres").query_one("SELECT count(*) FROM t WHERE filled = 'backfill'", &[]);
    assert_eq!(filled.expect("a count").get::<_, i64>(0), 3000);
}

/// Fills as `user` while the superuser holds a snapshot, until something is said of it. Gives the holder's pid.
fn fill_under_a_snapshot(database: &Database, user: &str, heard: &mut Vec<Said>) -> i32 {
    let holding = database.connection.with_parameter("application_name", "the holder");
    let mut holder = pgmason_pg::connect(&holding, &ConnectOptions::default()).expect("a connection");
    holder.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM t LIMIT 1").expect("a snapshot");
    let pid: i32 = holder.query_one("SELECT pg_backend_pid()", &[]).expect("a pid").get(0);
    let mut holder = Some(holder);
    let limits = Settings { fewest_dead_rows: 500, dead_rows_share: 0.1, old_snapshot: Duration::ZERO, ..settings() };
    fill(&database.connection.with_parameter("user", user), limits, &mut |progress| {
        if let Some(said) = said(progress) {
            if matches!(said, Said::Throttled(_)) {
                holder = None;
            }
            heard.push(said);
        }
    });
    pid
}

#[test]
fn dead_rows_that_a_transaction_keeps_hold_it_back() {
    let database = Database::with(&format!("{} {SLOW}", table(1500)));
    let mut heard = Vec::new();
    let pid = fill_under_a_snapshot(&database, "postgres", &mut heard);
    let [Said::Throttled(why)] = &heard[..] else { panic!("{heard:#?}") };
    assert!(why.starts_with(&format!("a transaction of pid {pid} (")), "{why}");
    assert!(why.contains(" s old keeps ") && why.ends_with(" dead rows of public.t from being cleaned"), "{why}");
    assert_eq!(filled(&database), 1500);
}

/// Autovacuum looks once a minute: to wait for it would cost more than it gives back.
#[test]
fn dead_rows_that_nobody_keeps_do_not_hold_it_back() {
    let database = Database::with(&format!("{} {SLOW}", table(1500)));
    let limits = Settings { fewest_dead_rows: 500, dead_rows_share: 0.1, ..settings() };
    let mut heard = Vec::new();
    fill(&database.connection, limits, &mut |progress| heard.extend(said(progress)));
    assert!(!heard.iter().any(|said| matches!(said, Said::Throttled(_))), "{heard:#?}");
    assert_eq!(filled(&database), 1500);
}

#[test]
fn what_the_role_may_not_see_is_told_and_not_waited_for() {
    let database = Database::with(&format!(
        "{} {SLOW} ALTER TABLE t OWNER TO pgmason_app; REVOKE EXECUTE ON FUNCTION pg_current_wal_lsn() FROM PUBLIC;
        DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO pgmason_app', current_database()); END $$",
        table(1500)
    ));
    let mut heard = Vec::new();
    let pid = fill_under_a_snapshot(&database, "pgmason_app", &mut heard);
    let [Said::Notice(checkpoints), Said::Notice(wal), Said::Throttled(why)] = &heard[..] else { panic!("{heard:#?}") };
    assert!(checkpoints.starts_with("how often checkpoints are asked for: not looked at"), "{checkpoints}");
    assert!(wal.starts_with("which WAL is kept: not looked at"), "{wal}");
    // Who sees how far back is everybody's to know (PostgreSQL 13 to 18), since when is not.
    assert!(why.starts_with(&format!("a transaction of pid {pid} (")) && why.contains(") keeps "), "{why}");
    assert_eq!(filled(&database), 1500);
}
