//! psql's own commands in SQL files: followed, passed over or refused.

use pgmason_testkit::Folder;

use crate::support::{Replay, migrations, one};

#[test]
fn includes_are_followed_inside_the_project() {
    let replayed = Replay::default().run(Folder::with(&[
        (
            "migrations/001_a.sql",
            "CREATE TABLE a (id int);\n\\i shared/b.sql\n\\ir parts/c.sql\nCREATE TABLE e (id int);\n",
        ),
        ("shared/b.sql", "CREATE TABLE b (id int);\n"),
        ("migrations/parts/c.sql", "CREATE TABLE c (id int);\n\\ir 'd.sql'\n"),
        ("migrations/parts/d.sql", "CREATE TABLE d (id int);\n"),
    ]));
    replayed.assert_all_applied();
    assert_eq!(replayed.tables(), "a b c d e");
}

#[test]
fn a_failure_in_an_included_file_is_told_there() {
    let replayed = Replay::default().run(Folder::with(&[
        ("migrations/001_a.sql", "CREATE TABLE a (id int);\n\\i shared/b.sql\n"),
        ("shared/b.sql", "CREATE TABLE b (id int);\nSELECT 1/0;\n"),
    ]));
    assert_eq!((replayed.failure().file.as_str(), replayed.failure().line), ("shared/b.sql", 2));
    assert_eq!(replayed.tables(), "");
}

#[test]
fn includes_do_not_leave_the_project() {
    let outside = Folder::with(&[("outside.sql", "CREATE TABLE outside (id int);\n")]);
    let absolute = format!("\\i {}\n", outside.join("outside.sql").display());
    for include in ["\\i /etc/passwd\n", "\\ir ../../../../../../etc/passwd\n", "\\i missing.sql\n", &absolute] {
        let replayed = one(&format!("CREATE TABLE a (id int);\n{include}"));
        let failure = replayed.failure();
        assert_eq!(failure.line, 2, "{include}: {failure:?}");
        assert!(failure.sqlstate.is_none());
        assert!(!failure.message.contains("root:"), "{failure:?}");
        assert_eq!(replayed.tables(), "");
    }
}

#[test]
fn a_link_out_of_the_project_is_no_way_either() {
    let folder = Folder::with(&[("migrations/001_a.sql", "\\ir link.txt\n")]);
    std::os::unix::fs::symlink("/etc/passwd", folder.join("migrations/link.txt")).unwrap();
    let replayed = Replay::default().run(folder);
    assert!(replayed.failure().message.contains("outside the project"), "{:?}", replayed.failure());
}

#[test]
fn files_that_include_each_other_end() {
    let replayed = Replay::default()
        .run(Folder::with(&[("migrations/001_a.sql", "\\i b.sql\n"), ("b.sql", "SELECT 1;\n\\i b.sql\n")]));
    assert!(replayed.failure().message.contains("without end"), "{:?}", replayed.failure());
}

#[test]
fn what_reaches_out_is_refused() {
    for command in [
        "\\! touch /tmp/pgmason-was-here",
        "\\copy t FROM '/etc/passwd'",
        "\\c other",
        "\\o /tmp/out",
        "SELECT 1 \\gexec",
    ] {
        let replayed = one(&format!("CREATE TABLE t (line text);\n{command}\n"));
        let failure = replayed.failure();
        assert!(failure.message.contains("refused") || failure.message.contains("only psql"), "{command}: {failure:?}");
        assert_eq!(replayed.tables(), "", "{command}");
    }
    pgmason_testkit::assert_no_trace();
}

#[test]
fn what_does_nothing_to_a_schema_is_noted() {
    let replayed =
        one("\\set ON_ERROR_STOP on\n\\timing\n\\echo hello\n\\pset pager off\nCREATE TABLE a (id int);\n\\d a\n");
    replayed.assert_all_applied();
    assert_eq!(replayed.tables(), "a");
    for (place, name) in [(1, "set"), (2, "timing"), (3, "echo"), (6, "d")] {
        let words = format!("migrations/001_it.sql:{place}: \\{name} ");
        assert!(
            replayed.report.notes.iter().any(|note| note.starts_with(&words)),
            "{words}: {:?}",
            replayed.report.notes
        );
    }
}

#[test]
fn copy_data_goes_in() {
    let replayed = migrations(&[(
        "001_a.sql",
        "CREATE TABLE t (id int, name text, note text);\n\
         COPY t (id, name, note) FROM stdin;\n1\tone; two\t\\N\n2\tit's -- no comment\t$$\n\\.\n\n\
         COPY public.t FROM STDIN WITH (FORMAT csv);\n3,\"a \"\"b\"\"\",c\n\\.\n\
         CREATE TABLE after_it (id int);\n",
    )]);
    replayed.assert_all_applied();
    assert_eq!(
        replayed.value("SELECT string_agg(id || name || coalesce(note, '-'), '|' ORDER BY id) FROM t"),
        "1one; two-|2it's -- no comment$$|3a \"b\"c"
    );
    assert_eq!(replayed.tables(), "after_it t");
}

#[test]
fn bad_copy_data_is_told() {
    let replayed = one("CREATE TABLE t (id int);\nCOPY t FROM stdin;\n1\nmany words\n\\.\nCREATE TABLE u (id int);\n");
    let failure = replayed.failure();
    assert_eq!((failure.line, failure.sqlstate.as_deref()), (2, Some("22P02")), "{failure:?}");
    assert!(failure.detail.as_deref().unwrap().contains("line 2"), "{failure:?}");
}
