//! `migration run-staged`: it stops between stages, goes on when told, and only while the checks hold.

use super::Site;

const FILES: &[(&str, &str)] = &[
    ("migrations/001_a.sql", "CREATE TABLE a (id int);\nCREATE TABLE errors (at timestamptz);"),
    ("migrations/002_b.sql", "CREATE INDEX CONCURRENTLY a_id ON a (id);"),
    ("migrations/003_c.sql", "ALTER TABLE a ADD COLUMN note text;"),
    ("migrations/004_d.sql", "CREATE INDEX CONCURRENTLY a_note ON a (note);"),
];

fn versions(site: &Site) -> Vec<String> {
    site.list("SELECT version || ' ' || stage FROM pgmason.migration_runs ORDER BY id")
}

#[test]
fn stages_are_cut_by_risk_and_run_one_by_one() {
    let site = Site::new(FILES);
    let dry = site.run(&["run-staged", "--dry-run"]);
    dry.assert_code(0).assert_says("metadata 2").assert_says("concurrent 2").assert_says("health, replication-lag");
    assert_eq!(site.one("SELECT to_regnamespace('pgmason')::text"), "");

    let first = site.run(&["run-staged"]);
    first.assert_code(0).assert_says("001_a.sql").assert_says("run-staged --continue").assert_says("holds");
    assert_eq!(versions(&site), ["001 metadata"]);
    site.run(&["run-staged"]).assert_code(1).assert_says("stands behind the stage `metadata`");
    site.run(&["run-staged", "--continue"]).assert_code(0);
    assert_eq!(versions(&site), ["001 metadata", "002 concurrent"]);
    site.run(&["run-staged", "--continue", "--all"]).assert_code(0);
    assert_eq!(versions(&site).len(), 4);
    site.run(&["run-staged", "--continue"]).assert_code(0).assert_says("nothing to do");
    site.run(&["status"]).assert_code(0).assert_says("4 applied");
}

#[test]
fn a_check_that_fails_stops_the_run_until_it_holds() {
    let site = Site::new(FILES);
    site.folder.write(
        "pgmason.toml",
        "[phases.expand]\nfiles = [\"001*\", \"002*\"]\nchecks = [\"health\", \"errors\"]\n\
         [phases.rest]\nchecks = []\nstatement_timeout = \"30s\"\n\
         [checks.errors]\nquery = \"SELECT count(*) FROM errors\"\nmax = 0\n",
    );
    site.run(&["run-staged"]).assert_code(0).assert_says("expand");
    assert_eq!(versions(&site), ["001 expand", "002 expand"]);
    site.sql("INSERT INTO errors VALUES (now())");
    let stopped = site.run(&["run-staged", "--continue"]);
    stopped
        .assert_code(1)
        .assert_says("errors")
        .assert_says("1, more than 0")
        .assert_says("the run does not go on: 1 check failed");
    assert_eq!(versions(&site).len(), 2);
    site.sql("DELETE FROM errors");
    site.run(&["run-staged", "--continue"]).assert_code(0);
    assert_eq!(versions(&site).len(), 4);
}

#[test]
fn a_stage_that_fails_goes_on_where_it_stopped() {
    let site = Site::new(FILES);
    site.run(&["run-staged"]).assert_code(0);
    site.sql("ALTER TABLE a RENAME TO away");
    let failed = site.run(&["run-staged", "--continue"]);
    failed.assert_code(1).assert_says("42P01").assert_says("002_b.sql:1");
    site.sql("ALTER TABLE away RENAME TO a");
    site.run(&["run-staged", "--continue", "--all"]).assert_code(0);
    site.run(&["status"]).assert_code(0).assert_says("4 applied");
}

#[test]
fn renumbered_files_are_followed_in_the_history() {
    let site = Site::new(&[
        ("migrations/001_a.sql", "CREATE TABLE a (id int);"),
        ("migrations/003_b.sql", "CREATE TABLE b (id int);"),
        ("migrations/004_c.sql", "CREATE TABLE c (id int);"),
    ]);
    site.run(&["apply"]).assert_code(0);
    site.run(&["renumber"]).assert_code(0);
    assert!(site.folder.join("migrations/003_b.sql").exists(), "a dry run by default");
    site.run(&["renumber", "--write"]).assert_code(0).assert_says("2 versions were followed");
    assert!(site.folder.join("migrations/002_b.sql").exists());
    assert_eq!(site.list("SELECT version FROM pgmason.migrations ORDER BY 1"), ["001", "002", "003"]);
    site.run(&["status"]).assert_code(0).assert_says("3 applied, 0 pending; clean");
}

#[test]
fn prisma_s_migrations_are_followed_by_their_folders() {
    let site = Site::new(&[
        ("prisma/migrations/20240101000000_a/migration.sql", "CREATE TABLE a (id int);"),
        ("prisma/migrations/20240102000000_b/migration.sql", "CREATE TABLE b (id int);"),
        ("prisma/migrations/20240103_c/migration.sql", "CREATE TABLE c (id int);"),
    ]);
    site.run(&["apply"]).assert_code(0);
    site.run(&["renumber", "--write"]).assert_code(0).assert_says("1 versions were followed");
    assert_eq!(
        site.list("SELECT version FROM pgmason.migrations ORDER BY 1"),
        ["20240101000000_a", "20240102000000_b", "20240103000000_c"]
    );
    site.run(&["status"]).assert_code(0).assert_says("3 applied, 0 pending; clean");
}

#[test]
fn a_fleet_can_stand_in_the_configuration() {
    let site = Site::new(&[("migrations/001_a.sql", "CREATE TABLE a (id int);")]);
    site.folder.write("pgmason.toml", "[fleet]\ntargets = [\"${SITE_URL}\"]\njobs = 2\n");
    let command = || crate::support::pgmason(site.folder.path()).args(["migration", "apply", "--json"]);
    command().run().assert_refused().assert_says("the variable SITE_URL is not set");
    let report = command().env("SITE_URL", &site.url).run().json();
    assert_eq!(report["databases"][0]["outcome"], "applied");
}
