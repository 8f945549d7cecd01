//! What statements meet: standing, transactions, search paths, and places inside DO blocks.

use super::history::{History, Moment, Standing};
use super::{Layout, MigrationFile};

fn read(layout: Layout, files: &[(&str, &str)]) -> Vec<MigrationFile> {
    let file = |(path, text): &(&str, &str)| {
        let name = layout.read_name(path).unwrap();
        MigrationFile::read(layout, (*path).to_owned(), (*path).to_owned(), name, (*text).to_owned())
    };
    files.iter().map(file).collect()
}

fn standings(moment: &Moment<'_>) -> Vec<(String, Standing)> {
    moment.touched.iter().map(|touched| (touched.name.to_string(), touched.standing)).collect()
}

/// The standing of what the last statement touches.
fn last(files: &[(&str, &str)]) -> (String, Standing) {
    let files = read(Layout::Numbered, files);
    let history = History::read(Layout::Numbered, &files);
    standings(history.moments.last().unwrap()).remove(0)
}

#[test]
fn a_table_is_new_only_in_its_own_file() {
    let create = "CREATE TABLE t (id int);";
    let alter = "ALTER TABLE t ADD COLUMN a int;";
    assert_eq!(last(&[("1_a.sql", &format!("{create}{alter}"))]).1, Standing::ThisFile);
    assert_eq!(last(&[("1_a.sql", create), ("2_b.sql", alter)]).1, Standing::EarlierFile);
    assert_eq!(last(&[("1_a.sql", alter)]).1, Standing::Unknown);
    assert_eq!(
        last(&[("1_a.sql", create), ("2_b.sql", "CREATE TABLE IF NOT EXISTS t (id int); DROP TABLE t;")]).1,
        Standing::EarlierFile
    );
    assert_eq!(last(&[("1_a.sql", create), ("2_b.sql", "DROP TABLE t; ALTER TABLE t ADD a int;")]).1, Standing::Gone);
    assert_eq!(last(&[("1_a.sql", "CREATE TEMP TABLE t (id int); ALTER TABLE t ADD a int;")]).1, Standing::Temporary);
    let other_session = [("1_a.sql", "CREATE TEMP TABLE t (id int);"), ("2_b.sql", alter)];
    assert_eq!(last(&other_session).1, Standing::Unknown);
}

#[test]
fn names_mean_what_the_search_path_says() {
    let first = "CREATE TABLE app.t (id int); CREATE TABLE public.t (id int);";
    for (set, schema) in [
        ("", "public"),
        ("SET search_path = app, public;", "app"),
        ("SET search_path TO app; RESET search_path;", "public"),
        ("SELECT pg_catalog.set_config('search_path', 'app', false);", "app"),
        ("SET search_path = missing, app;", "app"),
        ("BEGIN; SET LOCAL search_path = app; COMMIT;", "public"),
        ("SET search_path = '';", "public"),
    ] {
        let second = format!("{set} TRUNCATE t;");
        assert_eq!(last(&[("1_a.sql", first), ("2_b.sql", &second)]).0, format!("{schema}.t"), "{set}");
    }
    let qualified =
        [("1_a.sql", "CREATE TABLE app.t (id int);"), ("2_b.sql", "CREATE TABLE t (id int); TRUNCATE app.t;")];
    assert_eq!(last(&qualified), ("app.t".to_owned(), Standing::EarlierFile));
}

#[test]
fn renames_keep_what_is_known() {
    let files = [
        ("1_a.sql", "CREATE TABLE t (id int); ALTER TABLE t RENAME TO u; ALTER TABLE u SET SCHEMA app;"),
        ("2_b.sql", "ALTER TABLE app.u ADD a int;"),
    ];
    assert_eq!(last(&files), ("app.u".to_owned(), Standing::EarlierFile));
}

#[test]
fn statements_of_do_blocks_have_places_in_the_file() {
    let text = "CREATE TABLE t (id int);\nDO $$\nBEGIN\n  IF true THEN\n    UPDATE t SET id = 1;\n  END IF;\n  EXECUTE 'DELETE FROM t';\nEND $$;\nDO 'BEGIN UPDATE t SET a = ''x''; END';";
    let files = read(Layout::Numbered, &[("1_a.sql", text)]);
    let history = History::read(Layout::Numbered, &files);
    let inside: Vec<_> = history.moments.iter().map(|moment| &moment.step).filter(|step| step.in_do_block).collect();
    let places: Vec<_> = inside.iter().map(|step| (files[0].line_and_column(step.offset(7)), step.guarded)).collect();
    assert_eq!(places, [((5, 12), true), ((7, 11), false), ((9, 5), false)]);
}

#[test]
fn transactions_follow_the_tool_and_the_file() {
    let numbers = |layout: Layout, path: &str, text: &str| -> Vec<usize> {
        let files = read(layout, &[(path, text)]);
        let history = History::read(layout, &files);
        let first = history.moments[0].step.transaction;
        history.moments.iter().map(|moment| moment.step.transaction - first).collect()
    };
    assert_eq!(numbers(Layout::Numbered, "1_a.sql", "SELECT 1; SELECT 2;"), [0, 0]);
    assert_eq!(numbers(Layout::Numbered, "1_a.sql", "BEGIN; SELECT 1; COMMIT; SELECT 2; SELECT 3;"), [0, 0, 0, 1, 1]);
    assert_eq!(numbers(Layout::Sqlx, "1_a.up.sql", "SELECT 1; COMMIT; SELECT 2; SELECT 3;"), [0, 0, 2, 3]);
    assert_eq!(numbers(Layout::Sqlx, "1_a.up.sql", "-- no-transaction\nSELECT 1; SELECT 2;"), [0, 1]);
    assert_eq!(
        numbers(Layout::Numbered, "1_a.sql", "SELECT 1; CREATE INDEX CONCURRENTLY i ON t (a); SELECT 2;"),
        [0, 1, 0]
    );
}
