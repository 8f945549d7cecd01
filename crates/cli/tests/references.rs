//! `pgmason references`, as a user runs it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::OnceLock;

use pgmason_testkit::{Cluster, ClusterOptions, Folder};

use crate::support::{git, pgmason, run};

pub(crate) const RESTRUCTURE: &str = r#"
title = "Prefixes, and chat in a schema of its own"

[[stages]]
name = "mail"
title = "Mail gets its prefix"

[[stages.operations]]
kind = "rename_table"
table = "emails"
to = "app_emails"

[[stages.operations]]
kind = "rename_column"
table = "app_emails"
column = "subject"
to = "title"

[[stages.operations]]
kind = "rename_enum_value"
type = "mood"
value = "sad"
to = "blue"

[[stages]]
name = "chat"

[[stages.operations]]
kind = "move_table"
table = "messages"
schema = "chat"

[[stages.operations]]
kind = "merge_tables"
table = "drafts"
into = "app_emails"
discriminator = { column = "kind", value = "draft" }

[[stages.operations]]
kind = "drop_table"
table = "scratch_pad"
"#;

const MAIL: &str = r#"import type { Tables } from "./database.types";

type Email = Tables<"emails">;
export const list = () => supabase.from("emails").select("id, subject").eq("subject", "hello");
export const chat = () => supabase.from("messages").select("*");
export const drafts = () => supabase.from("drafts").select("*");
export const pad = () => supabase.from("scratch_pad").select("*");
// emails are mail
const emails: Email[] = [];
"#;

const MIGRATION: &str = "create table emails (id int primary key, subject text);\n\
    create table messages (id int primary key);\n\
    create table drafts (id int primary key);\n\
    create table scratch_pad (id int primary key);\n\
    create type mood as enum ('sad', 'ok');\n\
    create function count_emails() returns bigint language sql as $$ select count(*) from emails $$;\n";

const TYPES: &str = "export type Json = string;\nexport type Database = {\n  public: {\n    Tables: {\n      emails: {\n\
    \x20       Row: { id: number; subject: string | null };\n      };\n    };\n  };\n};\n";

pub(crate) fn project() -> Folder {
    Folder::with(&[
        ("restructure/prefix.toml", RESTRUCTURE),
        ("src/mail.ts", MAIL),
        ("src/database.types.ts", TYPES),
        ("src/mail.py", "rows = supabase.table(\"emails\").select(\"subject\").execute()\n"),
        ("migrations/001_it.sql", MIGRATION),
        ("node_modules/mail/index.ts", MAIL),
        ("ignored/mail.ts", MAIL),
        (".gitignore", "ignored/\n"),
        ("README.md", "# About emails\n"),
    ])
}

fn places(report: &serde_json::Value, grade: &str) -> Vec<String> {
    let references = report["references"].as_array().unwrap().iter();
    references
        .filter(|reference| reference["grade"] == grade)
        .map(|reference| {
            let part = |name: &str| reference[name].as_str().unwrap_or_default().to_owned();
            format!("{}:{} {}", part("file"), reference["line"], part("written"))
        })
        .collect()
}

#[test]
fn find_lists_by_grade_and_tells_migrations_and_generated_files_apart() {
    let folder = project();
    let outcome = run(&folder, &["references", "find", "emails"]);
    outcome
        .assert_code(0)
        .assert_says("src/mail.ts")
        .assert_says("supabase-js from")
        .assert_says("src/database.types.ts  generated: write it anew")
        .assert_says("In migrations, which ran already: 2 sure")
        .assert_says("have the word alone")
        .assert_never_says("node_modules")
        .assert_never_says("ignored/")
        .assert_never_says("by hand");
    let report = run(&folder, &["references", "find", "emails", "--json"]).json();
    assert_eq!(report["schema_version"], 1);
    assert_eq!(
        places(&report, "sure"),
        [
            "migrations/001_it.sql:1 emails",
            "migrations/001_it.sql:6 emails",
            "src/database.types.ts:5 emails",
            "src/mail.py:1 emails",
            "src/mail.ts:3 emails",
            "src/mail.ts:4 emails",
        ]
    );
    assert_eq!(places(&report, "word"), ["README.md:1 emails", "src/mail.ts:8 emails", "src/mail.ts:9 emails"]);
    assert_eq!(report["counts"], serde_json::json!({ "sure": 4, "likely": 0, "word": 3 }));
    assert_eq!(report["in_migrations"], serde_json::json!({ "sure": 2, "likely": 0, "word": 0 }));
    run(&folder, &["references", "find", "emails", "--migrations", "--grade", "word"])
        .assert_code(0)
        .assert_says("migrations/001_it.sql  a migration: history")
        .assert_says("# About emails");
}

#[test]
fn find_takes_columns_paths_and_restructurings() {
    let folder = project();
    for written in ["emails.subject", "public.emails.subject"] {
        let report = run(&folder, &["references", "find", written, "--json", "--path", "src"]).json();
        let sure = [
            "src/database.types.ts:6 subject",
            "src/mail.py:1 subject",
            "src/mail.ts:4 subject",
            "src/mail.ts:4 subject",
        ];
        assert_eq!(places(&report, "sure"), sure, "{written}");
    }
    let report = run(&folder, &["references", "find", "emails", "--json", "--path", "src/*.py"]).json();
    assert_eq!(report["files_searched"], 1);
    let report = run(&folder, &["references", "find", "--restructure", "prefix", "--json"]).json();
    let changes: Vec<String> = report["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| format!("{} {}", change["old"], change["new"]))
        .collect();
    assert_eq!(
        changes,
        [
            "\"public.emails\" \"public.app_emails\"",
            "\"public.app_emails.subject\" \"public.app_emails.title\"",
            "\"public.mood.sad\" \"public.mood.blue\"",
            "\"public.messages\" \"chat.messages\"",
            "\"public.drafts\" \"public.app_emails\"",
            "\"public.scratch_pad\" null",
        ]
    );
    // A schema that only the project's files make.
    folder.write("migrations/002_chat.sql", "create schema talk; create table talk.rooms (id int primary key);\n");
    folder.write("src/talk.ts", "db.schema(\"talk\").from(\"rooms\").select();\ndb.from(\"rooms\").select();\n");
    let report = run(&folder, &["references", "find", "talk.rooms", "--json", "--path", "src"]).json();
    assert_eq!(places(&report, "sure"), ["src/talk.ts:1 rooms"]);
    assert_eq!(places(&report, "likely"), ["src/talk.ts:2 rooms"]);
}

#[test]
fn the_json_is_a_contract() {
    let folder = Folder::with(&[
        ("a.ts", "db.from(\"emails\").select(\"subject\");\n"),
        ("b.sql", "select * from emails join old using (subject);\n"),
        ("migrations/001_it.sql", "create table emails (subject text);\n"),
        ("broken.ts", "emails ("),
    ]);
    let changes = ["emails=app_emails", "emails.subject=title"];
    let report = run(&folder, &[["references", "find", "--json"].as_slice(), &changes].concat()).json();
    insta::assert_json_snapshot!("references_find__json", report);
    let report = run(&folder, &[["references", "rewrite", "--json"].as_slice(), &changes].concat()).json();
    insta::assert_json_snapshot!("references_rewrite__json", report);
}

#[test]
fn find_fails_where_it_is_asked_to() {
    let folder = project();
    run(&folder, &["references", "find", "emails", "--fail-on", "sure"]).assert_code(1);
    run(&folder, &["references", "find", "nothing_like_it", "--fail-on", "word"]).assert_code(0);
    // What ran is no use.
    let only_migrations = Folder::with(&[("migrations/001_it.sql", MIGRATION)]);
    run(&only_migrations, &["references", "find", "emails", "--fail-on", "word"]).assert_code(0);
}

#[test]
fn bad_input_is_told_with_a_hint() {
    let folder = project();
    run(&folder, &["references", "find"]).assert_code(2).assert_says("no name is given");
    run(&folder, &["references", "find", "a.b.c.d"]).assert_code(2).assert_says("more than three parts");
    run(&folder, &["references", "find", ""]).assert_code(2).assert_says("names nothing");
    run(&folder, &["references", "find", "--restructure", "other"])
        .assert_code(2)
        .assert_says("restructure/other.toml");
    run(&folder, &["references", "find", "emails", "--path", "src/[*"])
        .assert_code(2)
        .assert_says("no pattern of paths");
    run(&folder, &["references", "rewrite", "emails"]).assert_code(2).assert_says("no new name is given");
    run(&folder, &["references", "find", "emails", "--restructure", "prefix"]).assert_code(2);
}

#[test]
fn what_is_not_looked_at_is_said() {
    let folder = Folder::new();
    folder.write("a.ts", "supabase.from(\"emails\"\nfunction {");
    folder.write("latin.sql", [b"select '\xe9' from emails".as_slice()].concat());
    folder.write("wide.sql", [0xff, 0xfe, b'a', 0]);
    folder.write("image.png", [0x89, b'P', 0, 1]);
    folder.write("key.der", [0x30, 0x82, 0x01, 0xff]);
    folder.write("big.sql", "select 1 from emails;\n".repeat(250_000));
    folder.write("empty.ts", "");
    let outcome = run(&folder, &["references", "find", "emails"]);
    outcome
        .assert_code(0)
        .assert_says("not checked: a.ts (only words were looked for, since it cannot be parsed")
        .assert_says("not checked: latin.sql (it is no UTF-8 text)")
        .assert_says("not checked: wide.sql (it is UTF-16)")
        .assert_says("not checked: big.sql (it has 5 MB")
        .assert_says("2 of them binary");
}

#[test]
fn rewrite_prints_a_difference_and_writes_only_into_a_clean_work_tree() {
    let folder = project();
    let outcome = run(&folder, &["references", "rewrite", "--restructure", "prefix"]);
    outcome
        .assert_code(0)
        .assert_says("-export const list = () => supabase.from(\"emails\").select(\"id, subject\").eq(\"subject\", \"hello\");")
        .assert_says("+export const list = () => supabase.from(\"app_emails\").select(\"id, subject:title\").eq(\"title\", \"hello\");")
        .assert_says("+export const chat = () => supabase.schema(\"chat\").from(\"messages\").select(\"*\");")
        .assert_says("by hand: src/mail.ts:6 drafts (its rows are those with kind = 'draft')")
        .assert_says("by hand: src/mail.ts:7 scratch_pad (nothing takes its place)")
        .assert_says("left alone: migrations/001_it.sql (7 places): it is a migration")
        .assert_says("left alone: src/database.types.ts (2 places): it is generated; write it anew");
    assert_eq!(folder.read("src/mail.ts"), MAIL);

    let write = ["references", "rewrite", "--restructure", "prefix", "--write"];
    run(&folder, &write).assert_code(1).assert_says("is in no git repository");
    git(&folder, &["init", "--quiet"]);
    run(&folder, &write).assert_code(1).assert_says("the work tree is not clean");
    git(&folder, &["add", "."]);
    git(&folder, &["commit", "--quiet", "--message", "all"]);
    folder.write("README.md", "# About emails, and more\n");
    run(&folder, &write).assert_code(1).assert_says("1 file is changed or new");
    assert_eq!(folder.read("src/mail.ts"), MAIL);
    git(&folder, &["checkout", "README.md"]);

    fs::set_permissions(folder.join("src/mail.ts"), fs::Permissions::from_mode(0o640)).unwrap();
    git(&folder, &["config", "core.fileMode", "false"]);
    run(&folder, &write)
        .assert_code(0)
        .assert_says("src/mail.ts  5 places")
        .assert_says("rewritten: 7 places in 2 files");
    assert_eq!(fs::metadata(folder.join("src/mail.ts")).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(git(&folder, &["status", "--porcelain"]), " M src/mail.py\n M src/mail.ts\n");
    assert_eq!(folder.read("migrations/001_it.sql"), MIGRATION);
    // There is nothing left to do.
    git(&folder, &["commit", "--quiet", "--all", "--message", "rewritten"]);
    run(&folder, &write).assert_code(0).assert_says("there is nothing to rewrite");
}

#[test]
fn the_difference_is_one_that_git_takes() {
    let folder = project();
    git(&folder, &["init", "--quiet"]);
    let difference = run(&folder, &["references", "rewrite", "emails=app_emails", "--only", "sure"]).stdout;
    folder.write("it.patch", &difference);
    git(&folder, &["apply", "it.patch"]);
    assert!(folder.read("src/mail.ts").contains("from(\"app_emails\")"));
    assert!(folder.read("src/mail.py").contains("table(\"app_emails\")"));
}

#[test]
fn line_ends_and_marks_of_a_file_stay() {
    let folder = Folder::with(&[
        ("a.ts", "\u{feff}db.from(\"emails\");\r\nconst a = 1;\r\n"),
        ("b.sql", "select subject\r\nfrom emails"),
    ]);
    run(&folder, &["references", "rewrite", "emails=app_emails", "emails.subject=title", "--write", "--allow-dirty"])
        .assert_code(0);
    assert_eq!(folder.read("a.ts"), "\u{feff}db.from(\"app_emails\");\r\nconst a = 1;\r\n");
    assert_eq!(folder.read("b.sql"), "select title AS subject\r\nfrom app_emails");
}

fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| Cluster::start(&ClusterOptions::default()))
}

#[test]
fn functions_and_cron_jobs_of_a_database_are_looked_into() {
    cluster().sql("postgres", "CREATE DATABASE bodies");
    cluster().sql(
        "bodies",
        "CREATE TABLE emails (id int PRIMARY KEY, subject text);
         CREATE FUNCTION loud() RETURNS void LANGUAGE plpgsql AS $$
         DECLARE n int;
         BEGIN
           SELECT count(*) INTO n FROM emails WHERE subject IS NOT NULL;
         END $$;
         CREATE FUNCTION bound() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM emails; END;
         CREATE FUNCTION said() RETURNS text LANGUAGE sql AS $$ SELECT 'emails'::text $$;
         CREATE VIEW v AS SELECT subject FROM emails;
         CREATE SCHEMA cron;
         CREATE TABLE cron.job (jobid bigint PRIMARY KEY, jobname text, command text);
         INSERT INTO cron.job VALUES (1, 'clean', 'DELETE FROM public.emails'), (2, NULL, 'SELECT 1')",
    );
    let folder = Folder::new();
    let url = cluster().superuser_url("bodies");
    let arguments = ["references", "find", "emails", "emails.subject", "--db", &url, "--json"];
    let report = run(&folder, &arguments).json();
    assert_eq!(
        places(&report, "sure"),
        ["public.loud():4 emails", "public.loud():4 subject", "cron job clean:1 public.emails"]
    );
    assert_eq!(places(&report, "word"), ["public.said():1 emails"]);
    pgmason(folder.path()).args(&arguments[..6]).run().assert_code(0).assert_says("cron job clean");
    // A database without pg_cron, and one that nobody can reach.
    cluster().sql("postgres", "CREATE DATABASE bodies_of_none");
    let url = cluster().superuser_url("bodies_of_none");
    run(&folder, &["references", "find", "emails", "--db", &url]).assert_code(0).assert_never_says("not checked");
    run(&folder, &["references", "find", "emails", "--db", "postgres://nobody@127.0.0.1:1/none"]).assert_code(2);
}

#[test]
fn functions_that_the_files_make_are_looked_into() {
    let folder = project();
    let report =
        run(&folder, &["references", "find", "emails", "--functions", "--json", "--path", "migrations"]).json();
    let of_database = report["references"].as_array().unwrap().iter().filter(|it| it["role"] == "database").count();
    assert_eq!(of_database, 1, "{report:#}");
}
