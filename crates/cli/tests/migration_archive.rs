//! `pgmason migration archive`: what moves, what must not, and what remains.

use pgmason_testkit::{Folder, corpora};

use crate::support::{pgmason, run};

/// The second file needs the first, the third builds all of it anew.
fn squashed() -> Folder {
    Folder::with(&[
        ("migrations/001_a.sql", "CREATE TABLE a (id int PRIMARY KEY);"),
        ("migrations/002_b.sql", "ALTER TABLE a ADD COLUMN note text;"),
        ("migrations/002_b_down.sql", "ALTER TABLE a DROP COLUMN note;"),
        ("migrations/003_all.sql", "CREATE TABLE IF NOT EXISTS a (id int PRIMARY KEY, note text);"),
        ("docs/notes.md", "migrations/001_a.sql was the first, 002_b the second"),
    ])
}

#[test]
fn a_dry_run_changes_nothing() {
    let folder = squashed();
    let outcome = run(&folder, &["migration", "archive", "--to", "002"]);
    outcome.assert_code(0).assert_says("builds the same schema").assert_says("docs/notes.md:1").assert_says("--write");
    assert!(folder.join("migrations/001_a.sql").exists() && !folder.join("migrations_archive").exists());
}

#[test]
fn files_move_with_what_takes_them_back_and_what_names_them() {
    let folder = squashed();
    run(&folder, &["migration", "archive", "--to", "002", "--write"]).assert_code(0);
    for name in ["001_a.sql", "002_b.sql", "002_b_down.sql"] {
        assert!(folder.join("migrations_archive").join(name).exists(), "{name}");
        assert!(!folder.join("migrations").join(name).exists(), "{name}");
    }
    assert_eq!(folder.read("docs/notes.md"), "migrations_archive/001_a.sql was the first, 002_b the second");
    run(&folder, &["check", "--json"]).assert_never_says("001_a.sql");
}

#[test]
fn what_does_not_build_without_them_is_refused() {
    let folder = squashed();
    let outcome = run(&folder, &["migration", "archive", "--to", "001", "--write"]);
    outcome.assert_code(1).assert_says("refused").assert_says("002_b.sql:1");
    assert!(folder.join("migrations/001_a.sql").exists());
    run(&folder, &["migration", "archive", "--to", "001", "--write", "--allow-broken"]).assert_code(0);
    assert!(folder.join("migrations_archive/001_a.sql").exists());
}

#[test]
fn a_table_that_would_be_gone_is_named() {
    let folder = Folder::with(&[
        ("migrations/001_a.sql", "CREATE TABLE a (id int PRIMARY KEY);"),
        ("migrations/002_b.sql", "CREATE TABLE b (id int PRIMARY KEY);"),
    ]);
    let outcome = run(&folder, &["migration", "archive", "--to", "001", "--write", "--json"]);
    outcome.assert_code(1);
    let report = outcome.json();
    assert_eq!((&report["refused"], &report["written"]), (&true.into(), &false.into()));
    assert!(report["remaining"]["missing"].to_string().contains("public.a"), "{outcome}");
}

#[test]
fn an_archive_that_is_there_is_used() {
    let folder = squashed();
    folder.write("migrations/archive/000_old.sql", "SELECT 1;");
    run(&folder, &["migration", "archive", "--to", "002", "--write"]).assert_code(0);
    assert!(folder.join("migrations/archive/001_a.sql").exists());
    let folder = squashed();
    run(&folder, &["migration", "archive", "--to", "002", "--write", "--folder", "old/sql"]).assert_code(0);
    assert!(folder.join("old/sql/001_a.sql").exists());
}

#[test]
fn nothing_is_overwritten() {
    let folder = squashed();
    folder.write("migrations_archive/001_a.sql", "precious");
    run(&folder, &["migration", "archive", "--to", "002", "--write"]).assert_refused().assert_says("there already");
    assert_eq!(folder.read("migrations_archive/001_a.sql"), "precious");
    assert!(folder.join("migrations/002_b.sql").exists());
}

#[test]
fn an_unknown_version_has_neighbours() {
    let outcome = run(&squashed(), &["migration", "archive", "--to", "0025"]);
    outcome.assert_refused().assert_says("002 and 003");
}

#[test]
fn folders_move_whole() {
    let folder = Folder::with(&[
        ("prisma/migrations/20240101000000_a/migration.sql", "CREATE TABLE a (id int PRIMARY KEY);"),
        ("prisma/migrations/20240102000000_b/migration.sql", "CREATE TABLE IF NOT EXISTS a (id int PRIMARY KEY);"),
    ]);
    run(&folder, &["migration", "archive", "--to", "20240101000000", "--write"]).assert_code(0);
    assert!(folder.join("prisma/migrations_archive/20240101000000_a/migration.sql").exists());
    assert!(!folder.join("prisma/migrations/20240101000000_a").exists());
}

#[test]
fn git_follows() {
    let folder = squashed();
    crate::support::git(&folder, &["init", "-q"]);
    crate::support::git(&folder, &["add", "-A"]);
    crate::support::git(&folder, &["commit", "-qm", "all"]);
    run(&folder, &["migration", "archive", "--to", "002", "--write"]).assert_code(0);
    let status = crate::support::git(&folder, &["status", "--short"]);
    assert!(status.contains("R  migrations/001_a.sql -> migrations_archive/001_a.sql"), "{status}");
}

#[test]
fn a_real_folder_is_not_torn_apart() {
    let Some(corpora) = corpora() else { return };
    let folder = corpora.join("liam/frontend/internal-packages/db");
    let outcome = pgmason(&folder).args(["migration", "archive", "--to", "20250424113905", "--json"]).run();
    outcome.assert_code(1);
    let report = outcome.json();
    assert_eq!((report["moves"].as_array().unwrap().len(), &report["remaining"]["files"]), (20, &71.into()));
    assert!(report["remaining"]["failure"]["message"].as_str().unwrap().contains("does not exist"), "{outcome}");
}
