//! What breaks when a table is renamed behind a view made by hand, shown on the server; and that the stage does not.
//!
//! The numbers are those of the list of traps: R1 to R27. Those of columns, merges and partitions are with their operations.

use std::time::{Duration, Instant};

use pgmason_core::restructure::context::UsedStatement;
use pgmason_jobs::progress::silent;
use pgmason_jobs::restructure::rehearse::{RehearseOptions, rehearse};

use super::ground::{Live, clean, passed};

const RENAME: &str = "{ kind = \"rename_table\", table = \"t\", to = \"app_t\" }";

/// As people do it by hand.
const BY_HAND: &str = "BEGIN; ALTER TABLE t RENAME TO app_t; CREATE VIEW t AS SELECT * FROM app_t; COMMIT";

const SECRETS: &str = "CREATE TABLE t (id bigint PRIMARY KEY, name text);
    INSERT INTO t VALUES (1, 'one'), (2, 'two');
    ALTER TABLE t ENABLE ROW LEVEL SECURITY;
    CREATE POLICY signed_in ON t TO authenticated USING (id = 1);
    GRANT SELECT ON t TO anon, authenticated;";

fn as_role(live: &Live, role: &str, query: &str) -> Result<i64, String> {
    let mut client = live.client();
    client.batch_execute(&format!("SET ROLE {role}")).unwrap();
    let outcome = client.query_one(query, &[]);
    outcome.map(|row| row.get(0)).map_err(|error| error.code().map_or("", |code| code.code()).to_owned())
}

fn by_hand(schema: &str) -> Live {
    let live = Live::of_operations(schema, RENAME);
    live.client().batch_execute(BY_HAND).unwrap();
    live
}

fn started(schema: &str) -> Live {
    let live = Live::of_operations(schema, RENAME);
    clean(&live.start_unrehearsed());
    live
}

/// What stands under the old name: `v` for a view, `r` for the table itself.
fn kind_of(live: &Live, name: &str) -> String {
    let query = "SELECT relkind::text FROM pg_class WHERE oid = to_regclass($1)";
    live.client().query_one(query, &[&name]).unwrap().get(0)
}

#[test]
fn r1_policies_hold_through_the_view() {
    let count = "SELECT count(*) FROM t";
    if pgmason_testkit::local_major() < 15 {
        // R2: the same, where views cannot run as whoever asks.
        assert_eq!(
            as_role(&by_hand(&format!("{SECRETS} GRANT SELECT ON t TO anon")), "anon", count),
            Err("42501".into())
        );
    }
    let leak = by_hand(SECRETS);
    leak.client().batch_execute("GRANT SELECT ON t TO anon").unwrap();
    assert_eq!(as_role(&leak, "anon", count), Ok(2), "the trap is not there any more");
    let live = started(SECRETS);
    assert_eq!(as_role(&live, "anon", count), Ok(0));
    assert_eq!(as_role(&live, "authenticated", count), Ok(1));
    assert_eq!(as_role(&live, "authenticated", "SELECT count(*) FROM app_t"), Ok(1));
}

#[test]
fn r3_default_privileges_give_nothing_away() {
    let schema = "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO anon;
        CREATE TABLE t (id bigint PRIMARY KEY); REVOKE ALL ON t FROM anon";
    assert_eq!(as_role(&by_hand(schema), "anon", "SELECT count(*) FROM t"), Ok(0), "the trap is not there any more");
    assert_eq!(as_role(&started(schema), "anon", "SELECT count(*) FROM t"), Err("42501".into()));
}

#[test]
fn r4_the_owner_stays_the_owner() {
    let schema = "CREATE TABLE t (id bigint PRIMARY KEY); ALTER TABLE t OWNER TO app_owner";
    assert_eq!(as_role(&by_hand(schema), "app_owner", "SELECT count(*) FROM t"), Err("42501".into()));
    let live = started(schema);
    assert_eq!(as_role(&live, "app_owner", "SELECT count(*) FROM t"), Ok(0));
    let owner = "SELECT count(*) FROM pg_class WHERE oid = 't'::regclass AND relowner = 'app_owner'::regrole";
    assert_eq!(as_role(&live, "app_owner", owner), Ok(1));
}

#[test]
fn r5_privileges_on_columns_hold() {
    let schema = "CREATE TABLE t (id bigint PRIMARY KEY, secret text); GRANT SELECT (id) ON t TO anon";
    let live = started(schema);
    assert_eq!(as_role(&live, "anon", "SELECT count(id) FROM t"), Ok(0));
    assert_eq!(as_role(&live, "anon", "SELECT count(secret) FROM t"), Err("42501".into()));
    // With policies as well no view is right.
    let both = Live::of_operations(&format!("{schema}; ALTER TABLE t ENABLE ROW LEVEL SECURITY"), RENAME);
    let refused = both.start_unrehearsed();
    assert!(refused.refusals[0].message.contains("no view can stand for public.t"), "{refused:?}");
    assert!(refused.refusals[0].hint.contains("compatibility = \"none\""));
}

#[test]
fn r6_an_option_that_is_lost_is_seen() {
    let live = started(SECRETS);
    // As somebody does whom no event trigger keeps from it.
    live.client()
        .batch_execute(
            "ALTER EVENT TRIGGER pgmason_guard DISABLE; CREATE OR REPLACE VIEW t AS SELECT shown.id, shown.name FROM app_t AS shown",
        )
        .unwrap();
    let status = live.status();
    let problems = &status.stages[0].problems;
    assert!(problems.iter().any(|problem| problem.contains("public.t")), "{problems:?}");
}

/// R7 to R10, R12, R13: statements in use that a view does not take. Each makes the view stand under the new name.
#[test]
fn r7_to_r13_statements_in_use_decide_which_name_is_the_view() {
    let schema = "CREATE TABLE t (id bigint PRIMARY KEY, name text CONSTRAINT t_name_key UNIQUE); INSERT INTO t VALUES (1, 'one')";
    let view = by_hand(schema);
    let mut client = view.client();
    for (statement, code) in [
        ("INSERT INTO t VALUES (2, 'two') ON CONFLICT ON CONSTRAINT t_name_key DO NOTHING", "42704"),
        ("COPY t TO STDOUT", "42809"),
        ("TRUNCATE t", "42809"),
        ("SELECT ctid FROM t", "42703"),
        ("SELECT id, name, count(*) FROM t GROUP BY id", "42803"),
        ("SELECT * FROM t TABLESAMPLE SYSTEM (10)", "0A000"),
        ("LOCK TABLE t IN SHARE MODE", ""),
    ] {
        if !code.is_empty() {
            let error = client.batch_execute(statement).expect_err(statement);
            assert_eq!(error.code().map(|found| found.code()), Some(code), "{statement}");
        }
        let live = Live::of_operations(schema, RENAME);
        let options = RehearseOptions {
            statements: vec![UsedStatement { text: statement.to_owned(), from: "in use".to_owned() }],
            ..RehearseOptions::default()
        };
        passed(&rehearse(&live.project(), &live.file(), Some(&live.connection), &options, &silent).unwrap());
        clean(&live.start());
        assert_eq!(kind_of(&live, "t"), "r", "{statement}: the old name became a view");
        assert_eq!(kind_of(&live, "app_t"), "v");
        clean(&live.complete());
        assert_eq!(kind_of(&live, "app_t"), "r");
    }
}

#[test]
fn r14_functions_of_the_row_type_are_named() {
    let live = started(
        "CREATE TABLE t (id bigint PRIMARY KEY);
         CREATE FUNCTION label(t) RETURNS text LANGUAGE sql AS $$ SELECT $1.id::text $$",
    );
    let notes = live.planned_notes();
    assert!(notes.iter().any(|note| note.contains("public.label(") && note.contains("row type")), "{notes:?}");
}

#[test]
fn r15_and_r17_bodies_that_are_text_are_named() {
    let live = started(
        "CREATE TABLE t (id bigint PRIMARY KEY);
         CREATE FUNCTION as_text() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM t';
         CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '%', TG_TABLE_NAME; RETURN NEW; END $$;
         CREATE TRIGGER audit AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION audit()",
    );
    let notes = live.planned_notes();
    assert!(
        notes.iter().any(|note| note.contains("function public.as_text() names public.t in its text")),
        "{notes:?}"
    );
    assert!(notes.iter().any(|note| note.contains("public.audit() reads TG_TABLE_NAME")), "{notes:?}");
}

#[test]
fn r16_defaults_and_comments_are_the_view_s_too() {
    let live = started("CREATE TABLE t (id bigint PRIMARY KEY, name text DEFAULT 'x'); COMMENT ON TABLE t IS 'rows'");
    let query = "SELECT column_default FROM information_schema.columns WHERE table_name = 't' AND column_name = 'name'";
    assert_eq!(live.client().query_one(query, &[]).unwrap().get::<_, String>(0), "'x'::text");
    let comment = live.client().query_one("SELECT obj_description('t'::regclass)", &[]).unwrap();
    assert_eq!(comment.get::<_, String>(0), "rows");
}

#[test]
fn r18_a_prepared_select_star_goes_on() {
    let live = Live::of_operations(
        "CREATE TABLE t (id bigint PRIMARY KEY, name text); INSERT INTO t VALUES (1, 'one')",
        RENAME,
    );
    let mut client = live.client();
    let statement = client.prepare("SELECT * FROM t").unwrap();
    assert_eq!(client.query(&statement, &[]).unwrap().len(), 1);
    clean(&live.start_unrehearsed());
    assert_eq!(client.query(&statement, &[]).unwrap().len(), 1);
    clean(&live.rollback());
    assert_eq!(client.query(&statement, &[]).unwrap().len(), 1);
}

/// R20: a worker of autovacuum gives way only to somebody who waits longer than deadlock_timeout.
#[test]
fn r20_autovacuum_gives_way_and_nobody_waits_for_that() {
    let live = Live::of_operations(
        "CREATE TABLE t (id bigint PRIMARY KEY, name text) WITH (autovacuum_enabled = false);
         INSERT INTO t SELECT n, repeat('x', 500) FROM generate_series(1, 60000) AS n; DELETE FROM t WHERE id % 2 = 0",
        RENAME,
    );
    // As long as an autovacuum would, and as gently; that one starts when it likes. It holds the same lock.
    live.client()
        .batch_execute(
            "ALTER TABLE t SET (autovacuum_enabled = true, autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0, \
             autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 10)",
        )
        .unwrap();
    let is_vacuumed = || {
        let query = "SELECT EXISTS (SELECT FROM pg_stat_progress_vacuum WHERE relid = to_regclass('t'))";
        live.client().query_one(query, &[]).unwrap().get::<_, bool>(0)
    };
    assert!(pgmason_testkit::until(Duration::from_secs(90), is_vacuumed), "autovacuum did not come");
    let stop = std::sync::atomic::AtomicBool::new(false);
    let longest = std::thread::scope(|scope| {
        let reader = scope.spawn({
            let (live, stop) = (&live, &stop);
            move || {
                let mut client = live.client();
                let mut longest = Duration::ZERO;
                while !stop.load(std::sync::atomic::Ordering::SeqCst) {
                    let begun = Instant::now();
                    client.query("SELECT name FROM t WHERE id = 1", &[]).unwrap();
                    longest = longest.max(begun.elapsed());
                    std::thread::sleep(Duration::from_millis(5));
                }
                longest
            }
        });
        let report = live.start_unrehearsed();
        // Before anything may fail: the reader would go on for ever.
        stop.store(true, std::sync::atomic::Ordering::SeqCst);
        let longest = reader.join().unwrap();
        clean(&report);
        longest
    });
    assert!(longest < Duration::from_millis(900), "a reader waited {longest:?}");
}

#[test]
fn r22_constraints_that_are_checked_late_are_in_nobody_s_way() {
    let live = started(
        "CREATE TABLE parent (id bigint PRIMARY KEY);
         CREATE TABLE t (id bigint PRIMARY KEY, parent bigint REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
         INSERT INTO parent VALUES (1); INSERT INTO t VALUES (1, 1)",
    );
    let mut client = live.client();
    client.batch_execute("BEGIN; INSERT INTO t VALUES (2, 2); INSERT INTO parent VALUES (2); COMMIT").unwrap();
    assert!(client.batch_execute("INSERT INTO t VALUES (3, 3)").is_err());
}

#[test]
fn r23_publications_are_named() {
    let live = started("CREATE TABLE t (id bigint PRIMARY KEY); CREATE PUBLICATION changes FOR TABLE t");
    let notes = live.planned_notes();
    assert!(notes.iter().any(|note| note.contains("is published")), "{notes:?}");
}

#[test]
fn r24_pgmason_s_own_tables_can_be_published() {
    let live = started("CREATE TABLE t (id bigint PRIMARY KEY); CREATE PUBLICATION everything FOR ALL TABLES");
    clean(&live.complete());
    let unkeyed = "SELECT count(*) FROM pg_class WHERE relnamespace = 'pgmason'::regnamespace AND relkind = 'r' \
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = pg_class.oid AND contype = 'p')";
    assert_eq!(live.client().query_one(unkeyed, &[]).unwrap().get::<_, i64>(0), 0);
    let open = "SELECT count(*) FROM pg_class WHERE relnamespace = 'pgmason'::regnamespace AND relkind = 'r' \
        AND has_table_privilege('anon', oid, 'SELECT') AND left(relname, 4) <> 'use_'";
    assert_eq!(live.client().query_one(open, &[]).unwrap().get::<_, i64>(0), 0);
}

#[test]
fn r25_a_junction_table_is_named() {
    let live = started(
        "CREATE TABLE a (id bigint PRIMARY KEY); CREATE TABLE b (id bigint PRIMARY KEY);
         CREATE TABLE t (a bigint REFERENCES a, b bigint REFERENCES b, PRIMARY KEY (a, b))",
    );
    let notes = live.planned_notes();
    assert!(notes.iter().any(|note| note.contains("PostgREST")), "{notes:?}");
}

/// R26: a column of a table that a view stands for cannot be dropped. The stage has to be completed first.
#[test]
fn r26_a_stage_on_a_table_that_another_stage_has_begun_is_refused() {
    let live = Live::new(
        "CREATE TABLE t (id bigint PRIMARY KEY, name text)",
        "title = \"it\"\n[[stages]]\nname = \"one\"\noperations = [{ kind = \"rename_table\", table = \"t\", to = \"app_t\" }]\n\
         [[stages]]\nname = \"two\"\noperations = [{ kind = \"drop_column\", table = \"app_t\", column = \"name\" }]\n",
    );
    clean(&live.start_unrehearsed());
    let refused = live.start_unrehearsed();
    assert!(refused.refusals.iter().any(|refusal| refusal.message.contains("stage one")), "{refused:?}");
    clean(&live.complete());
    clean(&live.start_unrehearsed());
}
