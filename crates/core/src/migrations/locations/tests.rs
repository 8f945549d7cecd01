//! Places are right to the line.

use super::*;
use crate::migrations::Direction;

fn places(files: &[(&str, &str)]) -> Vec<String> {
    let read = |(path, text): &(&str, &str)| {
        let name = Layout::Numbered.read_name(path).unwrap();
        assert_eq!(name.direction, Direction::Up);
        MigrationFile::read(Layout::Numbered, (*path).to_owned(), (*path).to_owned(), name, (*text).to_owned())
    };
    let files: Vec<MigrationFile> = files.iter().map(read).collect();
    let located = locate(&files);
    let mut lines: Vec<String> = located
        .iter()
        .map(|(id, place)| format!("{} {id} {}:{}", id.kind.label(), place.file.split('_').next().unwrap(), place.line))
        .collect();
    lines.sort();
    lines
}

#[test]
fn parts_of_a_table_have_places_of_their_own() {
    let text = "-- people\nCREATE TABLE users (\n  id serial PRIMARY KEY,\n  mail text UNIQUE CHECK (mail <> ''),\n  CHECK (id > 0)\n);";
    assert_eq!(
        places(&[("1_a.sql", text)]),
        [
            "column public.users.id 1:3",
            "column public.users.mail 1:4",
            "constraint public.users.users_id_check 1:5",
            "constraint public.users.users_mail_check 1:4",
            "constraint public.users.users_mail_key 1:4",
            "constraint public.users.users_pkey 1:3",
            "default public.users.id 1:3",
            "index public.users_mail_key 1:4",
            "index public.users_pkey 1:3",
            "sequence public.users_id_seq 1:3",
            "table public.users 1:2",
        ]
    );
}

#[test]
fn renames_and_moves_are_followed() {
    let first = "CREATE TABLE users (id int);\nCREATE INDEX ON users (id);\nCREATE POLICY own ON users USING (true);";
    let second =
        "ALTER TABLE users RENAME TO people;\nALTER TABLE people RENAME id TO key;\nALTER TABLE people SET SCHEMA app;";
    assert_eq!(
        places(&[("1_a.sql", first), ("2_b.sql", second)]),
        [
            "column app.people.key 1:1",
            "index app.users_id_idx 1:2",
            "policy app.people.own 1:3",
            "table app.people 1:1",
        ]
    );
}

#[test]
fn the_last_definition_counts_and_what_is_dropped_has_no_place() {
    let first = "CREATE TABLE gone (id int);\nCREATE VIEW v AS SELECT 1;\nCREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1';";
    let second =
        "DROP TABLE gone;\nCREATE TABLE IF NOT EXISTS t (id int);\nSET search_path = app;\nCREATE TABLE t (id int);";
    let third = "CREATE TABLE IF NOT EXISTS t (id int);\nCREATE OR REPLACE VIEW v AS SELECT 2;\nCREATE OR REPLACE FUNCTION f(a int)\nRETURNS int LANGUAGE sql AS 'SELECT 2';\nDO $$\nBEGIN\n  CREATE TYPE mood AS ENUM ('fine');\nEND $$;";
    assert_eq!(
        places(&[("1_a.sql", first), ("2_b.sql", second), ("3_c.sql", third)]),
        [
            "column app.t.id 2:4",
            "column public.t.id 2:2",
            "enum type public.mood 3:7",
            "function public.f 3:3",
            "function public.f(a integer) 3:3",
            "table app.t 2:4",
            "table public.t 2:2",
            "view public.v 3:2",
        ]
    );
}

#[test]
fn conditional_creation_keeps_the_first_place() {
    let first = "CREATE SEQUENCE s;";
    let second = "CREATE SEQUENCE IF NOT EXISTS s;\nDO $$ BEGIN\nIF to_regclass('s') IS NULL THEN CREATE SEQUENCE s; END IF;\nEND $$;";
    assert_eq!(places(&[("1_a.sql", first), ("2_b.sql", second)]), ["sequence public.s 1:1"]);
}
