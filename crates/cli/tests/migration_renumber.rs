//! `pgmason migration renumber`: dry, written, with git and without, interrupted, and on real folders.

use std::collections::BTreeMap;
use std::path::Path;

use pgmason_core::migrations::{Direction, fingerprint};
use pgmason_jobs::project::Project;
use pgmason_jobs::source::Source;
use pgmason_testkit::{Folder, corpora};

use crate::support::{git, pgmason, run};

fn untidy() -> Folder {
    Folder::with(&[
        ("supabase/migrations/20240101000000_a.sql", "CREATE TABLE a (id int PRIMARY KEY);"),
        ("supabase/migrations/20240101000000_a_down.sql", "DROP TABLE a;"),
        (
            "supabase/migrations/20240101000000_b.sql",
            "-- After 20240101000000_a.sql.\nCREATE TABLE b (id int PRIMARY KEY);",
        ),
        ("supabase/migrations/20240101000000_b_down.sql", "DROP TABLE b;"),
        (
            "supabase/migrations/20240102_c.sql",
            "-- 20240101000000_b.sql comes first.\nSELECT '20240102_c.sql';\n\\echo 20240102_c\n",
        ),
        ("supabase/migrations/99999999999999_d.sql", "CREATE TABLE d (id int PRIMARY KEY);"),
        ("supabase/migrations/[timestamp]_e.sql", "CREATE TABLE e (id int PRIMARY KEY);"),
        (
            "README.md",
            "`supabase/migrations/20240101000000_b.sql`, 20240101000000_b_down.sql and\n\
             supabase/migrations/[timestamp]_e.sql; not 20240101000000_bb.sql, but 99999999999999_d\n",
        ),
    ])
}

fn tree(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                if entry.file_name() != ".git" {
                    folders.push(path);
                }
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                found.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    found
}

/// SHA-256 of the normalised statements of each file that runs, in order.
fn statements(project: &Path) -> Vec<String> {
    let project = Project::open(project).unwrap();
    let source: Source = project.source().unwrap();
    let files = pgmason_jobs::folder::read(&project, &source).unwrap().unwrap();
    let ups = files.files.iter().filter(|file| file.direction == Direction::Up);
    ups.map(fingerprint::statements_sha256).collect()
}

#[track_caller]
fn assert_tidy(folder: &Folder) {
    let tree = tree(folder.path());
    let names: Vec<&str> = tree.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "README.md",
            "supabase/migrations/20240101000000_a.sql",
            "supabase/migrations/20240101000001_b.sql",
            "supabase/migrations/20240102000000_c.sql",
            "supabase/migrations/20240102000001_d.sql",
            "supabase/migrations/rollback/20240101000000_a.sql",
            "supabase/migrations/rollback/20240101000001_b.sql",
            "supabase/migrations_archive/[timestamp]_e.sql",
        ]
    );
    assert_eq!(
        tree["README.md"],
        "`supabase/migrations/20240101000001_b.sql`, rollback/20240101000001_b.sql and\n\
         supabase/migrations_archive/[timestamp]_e.sql; not 20240101000000_bb.sql, but 20240102000001_d\n"
    );
    assert_eq!(
        tree["supabase/migrations/20240102000000_c.sql"],
        "-- 20240101000001_b.sql comes first.\nSELECT '20240102_c.sql';\n\\echo 20240102000000_c\n"
    );
    run(folder, &["migration", "audit", "--numbering"]).assert_code(0);
    run(folder, &["migration", "renumber"]).assert_code(0).assert_says("nothing to renumber");
}

#[test]
fn a_dry_run_changes_nothing_and_says_all() {
    let folder = untidy();
    let before = tree(folder.path());
    let outcome = run(&folder, &["migration", "renumber"]);
    outcome
        .assert_code(0)
        .assert_says("20240102000001_d.sql")
        .assert_says("README.md:1")
        .assert_says("it is part of a statement")
        .assert_says("ran 2 down files as migrations")
        .assert_says("migration repair --renamed")
        .assert_says("renumber --write");
    assert_eq!(tree(folder.path()), before);
}

#[test]
fn a_folder_becomes_tidy_without_git() {
    let folder = untidy();
    let before = statements(folder.path());
    let outcome = run(&folder, &["migration", "renumber", "--write", "--json"]);
    outcome.assert_code(0);
    let report = outcome.json();
    assert_eq!(report["written"], true);
    let versions: Vec<(&str, &str)> = report["versions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["old_version"].as_str().unwrap(), it["new_version"].as_str().unwrap()))
        .collect();
    assert_eq!(
        versions,
        [("20240101000000", "20240101000001"), ("20240102", "20240102000000"), ("99999999999999", "20240102000001"),]
    );
    assert_tidy(&folder);
    assert_eq!(statements(folder.path()), before);
}

#[test]
fn git_follows_what_it_knows() {
    let folder = untidy();
    git(&folder, &["init", "-q"]);
    git(&folder, &["add", "-A"]);
    git(&folder, &["rm", "-q", "--cached", "supabase/migrations/99999999999999_d.sql"]);
    git(&folder, &["commit", "-qm", "all but one"]);
    run(&folder, &["migration", "renumber", "--write"]).assert_code(0);
    let status = git(&folder, &["status", "--short", "-uall"]);
    for line in [
        "R  supabase/migrations/20240101000000_a_down.sql -> supabase/migrations/rollback/20240101000000_a.sql",
        "?? supabase/migrations/20240102000001_d.sql",
        " M README.md",
    ] {
        assert!(status.contains(line), "{line}: {status}");
    }
    assert_tidy(&folder);
}

#[test]
fn ignored_files_are_not_searched() {
    let folder = untidy();
    git(&folder, &["init", "-q"]);
    folder.write(".gitignore", "log.txt\n");
    folder.write("log.txt", "ran 20240101000000_b.sql");
    folder.write("data.bin", b"20240101000000_b.sql\0");
    run(&folder, &["migration", "renumber", "--write"]).assert_code(0).assert_never_says("log.txt");
    assert_eq!(folder.read("log.txt"), "ran 20240101000000_b.sql");
    assert_eq!(folder.read("data.bin"), "20240101000000_b.sql\0");
}

#[test]
fn a_name_that_another_folder_uses_is_left_alone() {
    let folder = Folder::with(&[
        ("migrations/001_init.sql", "SELECT 1;"),
        ("migrations/003_more.sql", "SELECT 2;"),
        ("packages/other/sql/003_more.sql", "SELECT 3;"),
        ("README.md", "see 003_more.sql"),
    ]);
    let outcome = run(&folder, &["migration", "renumber", "--write"]);
    outcome.assert_code(0).assert_says("a file of another folder has this name too");
    assert_eq!(folder.read("README.md"), "see 003_more.sql");
    assert_eq!(folder.read("migrations/002_more.sql"), "SELECT 2;");
}

#[test]
fn numbers_swap_places() {
    let folder = Folder::with(&[
        ("migrations/1_a.sql", "SELECT 1;"),
        ("migrations/2_a.sql", "SELECT 2;"),
        ("migrations/10_a.sql", "SELECT 10;"),
        ("migrations/3_x.sql", "SELECT 3;"),
        ("migrations/4_x.sql", "SELECT 4;"),
        ("migrations/4_y.sql", "SELECT 5;"),
    ]);
    run(&folder, &["migration", "renumber", "--write"]).assert_code(0).assert_says("order of their numbers");
    let names: Vec<String> = tree(folder.path()).into_iter().map(|(name, sql)| format!("{name} {sql}")).collect();
    assert_eq!(
        names,
        [
            "migrations/1_a.sql SELECT 1;",
            "migrations/2_a.sql SELECT 2;",
            "migrations/3_x.sql SELECT 3;",
            "migrations/4_x.sql SELECT 4;",
            "migrations/5_y.sql SELECT 5;",
            "migrations/6_a.sql SELECT 10;",
        ]
    );
}

#[test]
fn checksums_of_the_tool_are_kept() {
    let folder = Folder::with(&[
        ("migrations/1_a.up.sql", "SELECT 1;"),
        ("migrations/3_b.up.sql", "-- 3_b.up.sql\nSELECT 3;"),
        ("migrations/3_b.down.sql", "SELECT 0;"),
    ]);
    let outcome = run(&folder, &["migration", "renumber", "--write"]);
    outcome.assert_code(0).assert_says("keeps a checksum");
    assert_eq!(folder.read("migrations/2_b.up.sql"), "-- 3_b.up.sql\nSELECT 3;");
    assert_eq!(folder.read("migrations/2_b.down.sql"), "SELECT 0;");
}

#[test]
fn nothing_is_overwritten() {
    let folder = untidy();
    folder.write("supabase/migrations_archive/[timestamp]_e.sql", "precious");
    let before = tree(folder.path());
    run(&folder, &["migration", "renumber", "--write"]).assert_refused().assert_says("there already");
    assert_eq!(tree(folder.path()), before);
}

#[test]
fn what_an_interrupted_run_left_is_finished() {
    let folder = Folder::with(&[
        ("migrations/001_a.sql", "SELECT 1;"),
        // The run was ended between the two names of this file, and its journal is gone.
        ("migrations/002_b.sql.pgmason-aside", "SELECT 2;"),
    ]);
    run(&folder, &["migration", "renumber"]).assert_code(0).assert_says("left unfinished").assert_says("--write");
    run(&folder, &["migration", "archive", "--to", "001"]).assert_refused().assert_says("renumber --write");
    run(&folder, &["migration", "renumber", "--write"]).assert_code(0).assert_says("finished");
    assert_eq!(folder.read("migrations/002_b.sql"), "SELECT 2;");
    run(&folder, &["migration", "renumber"]).assert_code(0).assert_says("nothing to renumber");
}

#[test]
fn a_journal_that_nobody_can_read_is_told() {
    let folder = untidy();
    folder.write("supabase/migrations/.pgmason-moves.json", "{");
    run(&folder, &["migration", "renumber", "--write"]).assert_refused().assert_says(".pgmason-moves.json");
}

#[test]
fn folders_that_are_none_are_refused() {
    run(&Folder::new(), &["migration", "renumber"]).assert_refused();
    let folder = Folder::new();
    for named in ["nowhere", "."] {
        run(&folder, &["migration", "renumber", "--migrations", named]).assert_refused();
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn a_real_untidy_folder_becomes_tidy() {
    let Some(corpora) = corpora() else { return };
    for (project, figures) in [
        ("dhg", Some((126, 24, 14))),
        ("floyo", Some((1, 0, 0))),
        ("promptcraft", Some((2, 0, 2))),
        ("ryzomatic", Some((0, 0, 0))),
        ("liam", Some((0, 0, 0))),
        ("langfuse", None),
        ("chatbot-ui", None),
        ("svix", None),
    ] {
        let folder = Folder::new();
        copy(&corpora.join(project), folder.path());
        let before = statements(folder.path());
        let outcome = pgmason(folder.path()).args(["migration", "renumber", "--write", "--json"]).run();
        outcome.assert_code(0);
        let report = outcome.json();
        let renames = report["renames"].as_array().unwrap();
        let count = |kind: &str| renames.iter().filter(|rename| rename["kind"] == kind).count();
        if let Some(expected) = figures {
            assert_eq!((count("up"), count("down"), count("archived")), expected, "{project}");
        }
        pgmason(folder.path()).args(["migration", "audit", "--numbering"]).run().assert_code(0);
        assert_eq!(statements(folder.path()), before, "{project}");
        let again = pgmason(folder.path()).args(["migration", "renumber"]).run();
        again.assert_code(0).assert_says("nothing to renumber");
    }
}
