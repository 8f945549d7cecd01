//! `migration rollback`: by the stored undo, the last first, and never past what has none.

use super::Site;

const THREE: &[(&str, &str)] = &[
    ("migrations/001_a.sql", "CREATE TABLE a (id int);"),
    ("migrations/rollback/001_a.sql", "DROP TABLE a;"),
    ("migrations/002_b.sql", "CREATE TABLE b (id int);\nCREATE INDEX CONCURRENTLY b_id ON b (id);"),
    ("migrations/rollback/002_b.sql", "DROP INDEX CONCURRENTLY b_id;\nDROP TABLE b;"),
    ("migrations/003_c.sql", "CREATE TABLE c (id int);"),
];

fn tables(site: &Site) -> Vec<String> {
    site.list("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
}

#[test]
fn the_last_comes_first() {
    let site = Site::new(THREE);
    site.run(&["apply", "--to", "002"]).assert_code(0);
    site.run(&["rollback", "--last", "1"]).assert_refused().assert_says("--yes");
    let dry = site.run(&["rollback", "--to", "0", "--dry-run"]);
    dry.assert_code(0).assert_says("DROP TABLE b").assert_says("2 files would run");
    site.run(&["rollback", "--last", "1", "--yes"]).assert_code(0).assert_says("1 file taken back");
    assert_eq!(tables(&site), ["a"]);
    site.run(&["status"]).assert_code(0).assert_says("1 applied, 2 pending");
    site.run(&["apply", "--to", "002"]).assert_code(0);
    site.run(&["rollback", "--to", "0", "--yes"]).assert_code(0).assert_says("2 files taken back");
    assert_eq!(tables(&site), Vec::<String>::new());
}

#[test]
fn a_file_without_a_way_back_stops_it_before_anything_runs() {
    let site = Site::new(THREE);
    site.run(&["apply"]).assert_code(0);
    let outcome = site.run(&["rollback", "--to", "001", "--yes"]);
    outcome.assert_code(1).assert_says("003_c.sql has no way back").assert_says("--write-undo");
    assert_eq!(tables(&site), ["a", "b", "c"]);
}

#[test]
fn what_would_be_lost_is_said_and_has_to_be_allowed() {
    let site = Site::new(THREE);
    site.run(&["apply", "--to", "002"]).assert_code(0);
    site.sql("INSERT INTO b SELECT generate_series(1, 12)");
    let outcome = site.run(&["rollback", "--last", "1", "--yes"]);
    outcome.assert_code(1).assert_says("12 rows").assert_says("--allow drop-table:public.b");
    assert_eq!(tables(&site), ["a", "b"]);
    site.run(&["rollback", "--last", "1", "--yes", "--allow", "drop-table:public.b"]).assert_code(0);
}

#[test]
fn the_stored_undo_is_that_of_what_was_applied() {
    let site = Site::new(THREE);
    site.run(&["apply", "--to", "001"]).assert_code(0);
    site.folder.write("migrations/rollback/001_a.sql", "DROP TABLE something_else;");
    let outcome = site.run(&["rollback", "--last", "1", "--yes"]);
    outcome.assert_code(0).assert_says("the stored undo is used");
    assert_eq!(tables(&site), Vec::<String>::new());
}

#[test]
fn a_rollback_that_fails_half_way_goes_on() {
    let site = Site::new(THREE);
    site.run(&["apply", "--to", "002"]).assert_code(0);
    site.sql("CREATE VIEW v AS SELECT * FROM b");
    let outcome = site.run(&["rollback", "--last", "1", "--yes"]);
    outcome.assert_code(1).assert_says("2BP01").assert_says("1 of 2 statements are done");
    site.run(&["status"]).assert_code(1).assert_says("the rollback of 002 stopped after 1");
    site.sql("DROP VIEW v");
    site.run(&["rollback", "--last", "1", "--yes"]).assert_code(0).assert_says("went on at statement 2");
    assert_eq!(tables(&site), ["a"]);
}

#[test]
fn a_failed_rollback_does_not_forget_its_undo() {
    let site = Site::new(THREE);
    site.run(&["apply", "--to", "001"]).assert_code(0);
    std::fs::remove_dir_all(site.folder.join("migrations/rollback")).unwrap();
    site.sql("CREATE VIEW v AS SELECT * FROM a");
    site.run(&["rollback", "--last", "1", "--yes"]).assert_code(1).assert_says("2BP01").assert_says("rollback --to 0");
    site.sql("DROP VIEW v");
    site.run(&["rollback", "--last", "1", "--yes"]).assert_code(0).assert_says("1 file taken back");
}

#[test]
fn a_version_of_noughts_is_a_version() {
    let site = Site::new(&[
        ("migrations/0000_a.sql", "CREATE TABLE a (id int);"),
        ("migrations/rollback/0000_a.sql", "DROP TABLE a;"),
        ("migrations/0001_b.sql", "CREATE TABLE b (id int);"),
        ("migrations/rollback/0001_b.sql", "DROP TABLE b;"),
    ]);
    site.run(&["apply"]).assert_code(0);
    site.run(&["rollback", "--to", "0000", "--yes"]).assert_code(0);
    assert_eq!(tables(&site), ["a"]);
}

#[test]
fn a_file_that_changes_nothing_is_taken_back_by_its_entry() {
    let site = Site::new(&[("migrations/001_a.sql", "-- to be written\n")]);
    site.run(&["apply"]).assert_code(0);
    site.run(&["rollback", "--last", "1", "--yes"]).assert_code(0);
    site.run(&["status"]).assert_code(0).assert_says("0 applied, 1 pending");
    site.run(&["rollback", "--last", "1", "--yes"]).assert_code(0).assert_says("nothing that was applied");
    site.run(&["rollback", "--last", "0", "--yes"]).assert_code(2);
}

#[test]
fn dbmate_keeps_both_ways_in_one_file() {
    let site = Site::new(&[(
        "db/migrations/20240101000000_a.sql",
        "-- migrate:up\nCREATE TABLE a (id int);\n\n-- migrate:down\nDROP TABLE a;\n",
    )]);
    site.run(&["apply"]).assert_code(0);
    assert_eq!(tables(&site), ["a"]);
    site.run(&["rollback", "--last", "1", "--yes"]).assert_code(0);
    assert_eq!(tables(&site), Vec::<String>::new());
}
