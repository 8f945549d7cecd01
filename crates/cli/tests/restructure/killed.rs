//! A stage killed at every statement that it sends, by SIGKILL: the next run goes on from there, or takes it back, and
//! both end as if nothing had happened.

use pgmason_testkit::{PATIENCE, Signal, StoppingProxy, kill, until};

use super::{Site, cluster, difference};

/// With what counting begins: the stage goes on record, or into its next phase.
const START: &str = "INSERT INTO pgmason.restructure_stages";
const MOVES_ON: &str = "UPDATE pgmason.restructure_stages";

/// Runs the command until its `at`-th statement is held back, and kills it there. False: it ended before.
fn kill_at(site: &Site, arguments: &[&str], mark: &'static str, at: usize) -> bool {
    let proxy = StoppingProxy::start(cluster().address(), mark, at);
    let mut runner = site.command(arguments, &proxy.url(cluster().superuser(), &site.database)).spawn();
    let mut ended = false;
    let reached = until(PATIENCE, || {
        ended = runner.try_wait().unwrap().is_some();
        proxy.has_stopped() || ended
    });
    assert!(reached, "statement {at}: neither held back nor ended");
    if !proxy.has_stopped() {
        return false;
    }
    kill(i32::try_from(runner.id()).unwrap(), Signal::KILL);
    drop(runner.wait());
    // The server notices that its client is gone.
    assert!(until(PATIENCE, || {
        site.one(
        "SELECT count(*)::text FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'pgmason restructure'"
    ) == "0"
    }));
    true
}

fn same(site: &Site, wanted: &str, when: &str) {
    let found = site.dump();
    assert!(found == wanted, "{when}: another database\n{}", difference(wanted, &found));
}

/// `step`: every how many statements it is killed.
fn survives(schema: &str, operations: &str, step: usize) {
    let template = Site::new(schema, operations);
    let before = template.dump();
    template.run(&["rehearse"]).assert_code(0);
    let reference = template.copy();
    reference.run(&["start", "--yes"]).assert_code(0);
    let started = reference.dump();
    let on_the_way = reference.copy();
    reference.run(&["complete", "--yes", "--accept-use", "*", "--no-code"]).assert_code(0);
    let completed = reference.dump();

    let mut kills = 0;
    for at in (1..).step_by(step) {
        let site = template.copy();
        if !kill_at(&site, &["start", "--yes"], START, at) {
            break;
        }
        kills += 1;
        let back = site.copy();
        let resumed = site.run(&["start", "--yes"]);
        resumed.assert_code(0);
        same(&site, &started, &format!("killed at statement {at} of start, resumed"));
        let gone = back.run(&["rollback", "--yes"]);
        // Killed before it was on record: there is nothing to take back.
        if !gone.stdout.contains("no stage is there") {
            gone.assert_code(0);
        }
        same(&back, &before, &format!("killed at statement {at} of start, taken back"));
    }
    for at in (1..).step_by(step) {
        let site = on_the_way.copy();
        if !kill_at(&site, &["complete", "--yes", "--accept-use", "*", "--no-code"], MOVES_ON, at) {
            break;
        }
        kills += 1;
        let back = site.copy();
        let resumed = site.run(&["complete", "--yes", "--accept-use", "*", "--no-code"]);
        // Killed behind its last statement, there is nothing to resume.
        if !resumed.stdout.contains("no stage is started") {
            resumed.assert_code(0);
        }
        same(&site, &completed, &format!("killed at statement {at} of complete, resumed"));
        back.run(&["rollback", "--yes"]).assert_code(0);
        same(&back, &before, &format!("killed at statement {at} of complete, taken back"));
    }
    assert!(kills > 4, "only {kills} kills");
}

#[test]
fn a_rename_survives_a_kill_anywhere() {
    survives(
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO anon;
         CREATE TABLE emails (id bigint PRIMARY KEY, subject text DEFAULT 'x');
         REVOKE ALL ON emails FROM anon; GRANT SELECT ON emails TO authenticated;
         ALTER TABLE emails ENABLE ROW LEVEL SECURITY;
         CREATE POLICY few ON emails TO authenticated USING (id > 1);
         INSERT INTO emails SELECT n FROM generate_series(1, 3) AS n",
        "{ kind = \"rename_table\", table = \"emails\", to = \"email_messages\" }",
        stride(6),
    );
}

/// Every how many statements: each run takes a second. `KILL_EVERY=1` leaves none out.
fn stride(usual: usize) -> usize {
    std::env::var("KILL_EVERY").ok().and_then(|every| every.parse().ok()).unwrap_or(usual)
}

#[test]
fn a_merge_survives_a_kill_anywhere() {
    survives(
        "CREATE TABLE books (id bigint PRIMARY KEY, title text NOT NULL, pages integer);
         CREATE TABLE documents (id bigint PRIMARY KEY, title text NOT NULL, pages integer);
         CREATE TABLE notes (id bigint PRIMARY KEY, document bigint REFERENCES documents ON DELETE CASCADE);
         GRANT SELECT, INSERT, UPDATE, DELETE ON books, documents TO authenticated;
         INSERT INTO books SELECT n, 'b' || n, n FROM generate_series(1, 50) AS n;
         INSERT INTO documents SELECT n, 'd' || n, n FROM generate_series(101, 150) AS n;
         INSERT INTO notes SELECT n, n FROM generate_series(101, 120) AS n",
        "{ kind = \"merge_tables\", table = \"documents\", into = \"books\", \
         discriminator = { column = \"kind\", value = \"document\", existing = \"book\" } }",
        stride(25),
    );
}

#[test]
fn a_partition_survives_a_kill_anywhere() {
    survives(
        "CREATE TABLE events (id bigint GENERATED BY DEFAULT AS IDENTITY, user_id bigint NOT NULL, body text, PRIMARY KEY (id, user_id));
         CREATE INDEX events_body_idx ON events (body);
         ALTER TABLE events ENABLE ROW LEVEL SECURITY;
         CREATE POLICY own ON events TO authenticated USING (user_id = 1);
         GRANT SELECT ON events TO authenticated;
         CREATE VIEW bodies AS SELECT body FROM events;
         INSERT INTO events (user_id, body) SELECT n % 7, 'e' || n FROM generate_series(1, 60) AS n",
        "{ kind = \"partition_table\", table = \"events\", by = \"hash\", column = \"user_id\", partitions = 3 }",
        stride(25),
    );
}
