//! Tests of what the text of statements says about hazards, costs and risk.

use pgmason_model::plan::{PlannedFile, Risk};

use super::planning::{plan_files, plan_text};
use super::{Layout, MigrationFile};

/// The plan of the last files of a folder, from `first` on.
fn plan_from(first: usize, texts: &[&str]) -> Vec<PlannedFile> {
    let files: Vec<MigrationFile> = texts
        .iter()
        .enumerate()
        .map(|(at, text)| {
            let path = format!("{}_x.sql", at + 1);
            let name = Layout::Numbered.read_name(&path).unwrap();
            MigrationFile::read(Layout::Numbered, path.clone(), path, name, (*text).to_owned())
        })
        .collect();
    let which: Vec<usize> = (first..texts.len()).collect();
    plan_files(Layout::Numbered, &files, &which, None).unwrap()
}

/// `allow` of each hazard, with `(new)` where the plan itself makes the relation.
fn hazards(file: &PlannedFile) -> Vec<String> {
    let shown = |hazard: &pgmason_model::plan::Hazard| {
        format!("{}{}", hazard.allow, if hazard.existing { "" } else { " (new)" })
    };
    file.steps().flat_map(|step| &step.hazards).map(shown).collect()
}

const OLD: &str = "create table a (id int, b text); create schema s; create table s.t (); create type mood as enum ('x'); \
                   create table c (m mood);";

#[test]
fn hazards_are_named_with_the_word_that_allows_them() {
    for (sql, expected) in [
        ("drop table a", vec!["drop-table:public.a"]),
        ("drop table if exists public.a, s.t cascade", vec!["drop-table:public.a", "drop-table:s.t"]),
        ("drop table if exists \"Odd\"", vec!["drop-table:public.\"Odd\""]),
        ("alter table a drop column b, drop column if exists never", vec!["drop-column:public.a.b"]),
        ("truncate a, c", vec!["truncate:public.a", "truncate:public.c"]),
        ("delete from a", vec!["delete-all:public.a"]),
        ("delete from a where id = 1", vec![]),
        ("drop schema s cascade", vec!["drop-schema:s"]),
        ("drop schema s", vec![]),
        ("drop type mood cascade", vec!["drop-type:public.mood"]),
        ("drop type mood", vec![]),
        ("do $$ begin if true then drop table a; end if; end $$", vec!["drop-table:public.a"]),
        ("do $$ begin execute 'truncate a'; end $$", vec!["truncate:public.a"]),
        ("set search_path = s; drop table t", vec!["drop-table:s.t"]),
        ("create table n (); drop table n", vec![]),
        ("create temp table a (); drop table a", vec![]),
        ("drop view v", vec![]),
        ("drop owned by someone", vec!["drop-owned:someone"]),
        ("drop extension citext cascade", vec!["drop-extension:citext"]),
    ] {
        assert_eq!(hazards(&plan_from(1, &[OLD, sql])[0]), expected, "{sql}");
    }
}

#[test]
fn what_the_plan_makes_itself_holds_nobody_s_rows() {
    let files = plan_from(0, &[OLD, "drop table a; drop schema s cascade; alter table c drop column m"]);
    assert_eq!(
        hazards(&files[1]),
        ["drop-table:public.a (new)", "drop-schema:s (new)", "drop-column:public.c.m (new)"]
    );
    assert_eq!(files[1].risk, Risk::Metadata);
    // The column is new, its table is not.
    let files = plan_from(1, &[OLD, "alter table a add column n int", "alter table a drop column n, drop column b"]);
    assert_eq!(hazards(&files[1]), ["drop-column:public.a.b", "drop-column:public.a.n (new)"]);
    assert_eq!(files[1].risk, Risk::Destructive);
}

#[test]
fn a_hazard_knows_the_name_from_before_the_plan() {
    let relations = |first: usize| -> Vec<String> {
        let files = plan_from(
            first,
            &[OLD, "alter table a rename to renamed", "alter table renamed set schema s; drop table s.renamed"],
        );
        let hazards = files.iter().flat_map(PlannedFile::steps).flat_map(|step| &step.hazards);
        hazards.map(|hazard| format!("{} {}", hazard.allow, hazard.relation)).collect()
    };
    assert_eq!(relations(1), ["drop-table:s.renamed public.a"]);
    assert_eq!(relations(2), ["drop-table:s.renamed public.renamed"]);
}

#[test]
fn risk_is_that_of_the_worst_step() {
    use Risk::{Concurrent, Destructive, Metadata, Rewrite, Scan};
    for (sql, expected) in [
        ("alter table a add column n int", Metadata),
        (
            "create table n (x int); create index on n (x); update n set x = 1; alter table n alter x type text",
            Metadata,
        ),
        ("create index concurrently i on a (b)", Concurrent),
        ("alter table a add constraint k check (id > 0) not valid", Metadata),
        ("alter table a validate constraint k", Concurrent),
        // The lock of ADD CONSTRAINT is still held while VALIDATE reads.
        ("alter table a add constraint k check (id > 0) not valid; alter table a validate constraint k", Scan),
        ("create index i on a (b)", Scan),
        ("update a set b = 'x' where id = 1", Scan),
        ("insert into a values (1)", Metadata),
        ("create table copy as select * from a", Concurrent),
        ("alter table a alter id type bigint", Rewrite),
        ("alter table a add n uuid default gen_random_uuid()", Rewrite),
        ("alter table unknown alter x type text", Rewrite),
        ("alter table a alter id type bigint; drop table c", Destructive),
    ] {
        assert_eq!(plan_from(1, &[OLD, sql])[0].risk, expected, "{sql}");
    }
}

#[test]
fn locks_are_those_on_relations_from_before_the_file() {
    let file = &plan_from(
        1,
        &[
            "create table a (x int); create index i on a (x);",
            "create table n (x int references a);\n\
        drop index i; alter table n add y int; select * from a",
        ],
    )[0];
    let locks: Vec<String> = file
        .steps()
        .map(|step| {
            step.locks.iter().map(|lock| format!("{} {}", lock.relation, lock.mode)).collect::<Vec<_>>().join(", ")
        })
        .collect();
    assert_eq!(locks, ["public.a SHARE ROW EXCLUSIVE", "public.a ACCESS EXCLUSIVE", "", ""]);
}

#[test]
fn a_down_part_stands_for_itself() {
    let text = "drop table made_by_up; alter table other drop column x;".to_owned();
    let planned = plan_text(&MigrationFile::read_plain("down.sql".to_owned(), text), None).unwrap();
    assert_eq!(hazards(&planned), ["drop-table:public.made_by_up", "drop-column:public.other.x"]);
}

#[test]
fn each_step_says_whether_it_can_be_taken_back() {
    use pgmason_model::plan::Undo;
    let undo = |sql: &str| {
        let planned = plan_text(&MigrationFile::read_plain("1.sql".to_owned(), sql.to_owned()), None).unwrap();
        planned.steps().next().unwrap().undo.clone()
    };
    for sql in ["create table a ()", "alter table a add column b int", "drop view v", "drop index i"] {
        assert_eq!(undo(sql), Undo::Derivable, "{sql}");
    }
    for sql in [
        "drop table a",
        "alter table a drop column b",
        "insert into a values (1)",
        "update a set b = 1",
        "truncate a",
        "alter type e add value 'x'",
    ] {
        assert!(matches!(undo(sql), Undo::Impossible(_)), "{sql}");
    }
    assert_eq!(undo("set search_path = public"), Undo::Nothing);
    assert_eq!(undo("do $$ begin end $$"), Undo::Unknown);
}
