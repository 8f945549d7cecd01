//! A stage killed at every statement that it sends, by SIGKILL: the next run goes on from there, or takes it back, and
//! both end as if nothing had happened.

use pgmason_testkit::{PATIENCE, Signal, StoppingProxy, kill, until};

use super::{Site, cluster};

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
        assert!(site.dump() == started, "killed at statement {at} of start, resumed: another database\n{resumed}");
        let gone = back.run(&["rollback", "--yes"]);
        // Killed before it was on record: there is nothing to take back.
        if !gone.stdout.contains("no stage is there") {
            gone.assert_code(0);
        }
        assert!(back.dump() == before, "killed at statement {at} of start, taken back: another database\n{gone}");
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
        assert!(site.dump() == completed, "killed at statement {at} of complete, resumed: another database\n{resumed}");
        back.run(&["rollback", "--yes"]).assert_code(0);
        assert!(back.dump() == before, "killed at statement {at} of complete, taken back: another database");
    }
    assert!(kills > 8, "only {kills} kills");
}

#[test]
fn a_rename_survives_a_kill_at_every_statement() {
    survives(
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO anon;
         CREATE TABLE emails (id bigint PRIMARY KEY, subject text DEFAULT 'x');
         REVOKE ALL ON emails FROM anon; GRANT SELECT ON emails TO authenticated;
         ALTER TABLE emails ENABLE ROW LEVEL SECURITY;
         CREATE POLICY some ON emails TO authenticated USING (id > 1);
         INSERT INTO emails SELECT n FROM generate_series(1, 3) AS n",
        "{ kind = \"rename_table\", table = \"emails\", to = \"email_messages\" }",
        1,
    );
}
