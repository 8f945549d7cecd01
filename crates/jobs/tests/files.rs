//! Bytes as editors leave them.

use pgmason_testkit::Folder;

use crate::support::{Replay, one};

#[test]
fn crlf_and_bom() {
    let replayed = one("\u{feff}CREATE TABLE a (\r\n  id int -- a comment\r\n);\r\n\r\nSELECT 1/0;\r\n");
    assert_eq!((replayed.failure().line, replayed.failure().sqlstate.as_deref()), (5, Some("22012")));
    drop(replayed);
    let replayed = one(
        "\u{feff}CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$\r\n SELECT 'x' $$;\r\nCREATE TABLE a (id int);\r\n",
    );
    replayed.assert_all_applied();
    assert_eq!(replayed.value("f()"), "x");
}

#[test]
fn atomic_bodies_are_one_statement() {
    for mut server in
        [pgmason_testkit::embedded_server(Default::default()), pgmason_testkit::local_server(None, Default::default())]
    {
        let major = server.version().major();
        if major < 14 {
            // BEGIN ATOMIC came with 14.
            server.create_database().unwrap();
            continue;
        }
        let replayed = Replay { server: Some(server), ..Replay::default() }.one(
            "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT CASE WHEN a > 0 THEN a ELSE 0 END; END;\n\
             CREATE PROCEDURE p() LANGUAGE sql BEGIN ATOMIC SELECT 1; END;\nCREATE TABLE a (id int);\n",
        );
        replayed.assert_all_applied();
        assert_eq!((replayed.value("f(3)"), replayed.tables()), ("3".to_owned(), "a".to_owned()));
    }
}

#[test]
fn quoting_of_every_kind() {
    let replayed = one("CREATE TABLE \"odd;name\" (id int, \"a\"\"b\" text DEFAULT 'it''s; $$');\n\
         INSERT INTO \"odd;name\" VALUES (1, E'back\\'slash;'), (2, U&'\\0041;'), (3, $q$ $$;$$ $q$);\n\
         /* outer /* inner; */ ; */ CREATE TABLE b (id int); -- ;\n;;\nCREATE TABLE c (id int)");
    replayed.assert_all_applied();
    assert_eq!(replayed.tables(), "b c odd;name");
}

#[test]
fn latin_1_is_read_and_told() {
    let folder = Folder::new();
    folder.write("migrations/001_a.sql", b"CREATE TABLE a (id int);\nCOMMENT ON TABLE a IS 'caf\xe9';\n");
    let replayed = Replay::default().run(folder);
    replayed.assert_all_applied();
    assert_eq!(replayed.value("obj_description('a'::regclass)"), "café");
    assert!(replayed.folder.path().is_dir());
}
