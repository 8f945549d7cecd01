//! Every layout's files run in its tool's order, and no down file runs.

use pgmason_testkit::Folder;

use crate::support::{Replay, Replayed, migrations};

/// Appends to a list, so that the list tells the order.
fn step(name: &str) -> String {
    format!("CREATE TABLE IF NOT EXISTS steps (place serial, name text); INSERT INTO steps (name) VALUES ('{name}');\n")
}

const DOWN: &str = "DROP TABLE IF EXISTS steps; CREATE TABLE a_down_file_ran (id int);\n";

fn order(replayed: &Replayed) -> String {
    replayed.assert_all_applied();
    assert_eq!(replayed.tables(), "steps");
    replayed.value("SELECT string_agg(name, ' ' ORDER BY place) FROM steps")
}

fn run(files: &[(&str, String)]) -> Replayed {
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    migrations(&files)
}

#[test]
fn supabase_files_run_in_the_order_of_their_names() {
    let replayed = run(&[
        ("20240102000000_b.sql", step("b")),
        ("20240101000000_a.sql", step("a")),
        ("20240103000000_c_down.sql", DOWN.to_owned()),
        ("20240103000000_c.sql", step("c")),
        ("20240104000000_d.down.sql", DOWN.to_owned()),
        ("20240105000000_e_rollback.sql", DOWN.to_owned()),
        ("[timestamp]_template.sql", DOWN.to_owned()),
        ("readme.sql", DOWN.to_owned()),
        ("notes.md", "no SQL".to_owned()),
    ]);
    assert_eq!(order(&replayed), "a b c");
    assert_eq!(replayed.report.files, 3);
}

#[test]
fn numbered_files_run_byte_by_byte() {
    let replayed = run(&[("010_c.sql", step("c")), ("002_b.sql", step("b")), ("001_a.sql", step("a"))]);
    assert_eq!(order(&replayed), "a b c");
}

#[test]
fn prisma_folders() {
    let replayed = run(&[
        ("20240102000000_b/migration.sql", step("b")),
        ("20240101000000_a/migration.sql", step("a")),
        ("20240101000000_a/extra.sql", DOWN.to_owned()),
        ("migration_lock.toml", "provider = \"postgresql\"".to_owned()),
    ]);
    assert_eq!(order(&replayed), "a b");
}

#[test]
fn sqlx_runs_up_files_by_number() {
    let replayed = run(&[
        ("10_c.up.sql", step("c")),
        ("10_c.down.sql", DOWN.to_owned()),
        ("9_b.up.sql", step("b")),
        ("9_b.down.sql", DOWN.to_owned()),
        ("1_a.up.sql", step("a")),
        ("1_a.down.sql", DOWN.to_owned()),
    ]);
    assert_eq!(order(&replayed), "a b c");
}

#[test]
fn diesel_folders() {
    let replayed = run(&[
        ("00000000000000_setup/up.sql", step("setup")),
        ("00000000000000_setup/down.sql", DOWN.to_owned()),
        ("2024-01-02-120000_b/up.sql", step("b")),
        ("2024-01-02-120000_b/down.sql", DOWN.to_owned()),
    ]);
    assert_eq!(order(&replayed), "setup b");
}

#[test]
fn dbmate_runs_only_the_up_section() {
    let both = |name: &str| format!("-- migrate:up\n{}\n-- migrate:down\n{DOWN}", step(name));
    let replayed = run(&[("20240101000000_a.sql", both("a")), ("20240102000000_b.sql", both("b"))]);
    assert_eq!(order(&replayed), "a b");
}

#[test]
fn dbmate_without_a_transaction() {
    let apart = "-- migrate:up transaction:false\nCREATE INDEX CONCURRENTLY steps_name ON steps (name);\n\
                 INSERT INTO steps (name) VALUES ('b');\nSELECT 1 / 0;\n-- migrate:down\nDROP INDEX steps_name;\n";
    let replayed =
        run(&[("1_a.sql", format!("-- migrate:up\n{}-- migrate:down\n", step("a"))), ("2_b.sql", apart.to_owned())]);
    assert_eq!(replayed.failure().sqlstate.as_deref(), Some("22012"));
    assert_eq!(replayed.failure().line, 4);
    // Each statement stood for itself.
    assert_eq!(replayed.value("SELECT string_agg(name, ' ' ORDER BY place) FROM steps"), "a b");
}

#[test]
fn refinery_runs_by_number_not_by_name() {
    let replayed = run(&[
        ("V10__c.sql", step("c")),
        ("V2__b.sql", step("b")),
        ("V1__a.sql", step("a")),
        ("U1__a.sql", DOWN.to_owned()),
    ]);
    assert_eq!(order(&replayed), "a b c");
}

#[test]
fn schema_files_and_folders() {
    let files = [("schema/02_b.sql", step("b")), ("schema/01_a.sql", step("a")), ("schema/later/03_c.sql", step("c"))];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let folder = Replay { source: "schema:schema", ..Replay::default() }.run(Folder::with(&files));
    assert_eq!(order(&folder), "a b c");
    drop(folder);
    let file = Replay { source: "schema:schema/01_a.sql", ..Replay::default() }.run(Folder::with(&files));
    assert_eq!(order(&file), "a");
}
