//! `pgmason migration test`, as a user runs it.

use pgmason_testkit::{Cluster, ClusterOptions, Folder, Outcome, corpora};
use serde_json::Value;

use crate::support::{pgmason, run};

const SHOP: &str = "CREATE TABLE public.customers (\n    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n    \
    email text NOT NULL UNIQUE,\n    note text\n);\n";

fn test(files: &[(&str, &str)], arguments: &[&str]) -> Outcome {
    let placed: Vec<(String, &str)> = files.iter().map(|(path, text)| (format!("migrations/{path}"), *text)).collect();
    let placed: Vec<(&str, &str)> = placed.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    in_folder(&Folder::with(&placed), arguments)
}

fn in_folder(folder: &Folder, arguments: &[&str]) -> Outcome {
    let all: Vec<&str> = ["migration", "test"].iter().chain(arguments).copied().collect();
    run(folder, &all)
}

/// The report of the last file.
#[track_caller]
fn last(outcome: &Outcome) -> Value {
    outcome.json()["files"].as_array().unwrap().last().unwrap().clone()
}

/// `(failure, everything that is said about it)` of each check of a file that failed.
fn failures(file: &Value) -> Vec<(String, String)> {
    ["apply", "rows", "rollback", "again", "idempotent"]
        .iter()
        .map(|check| &file[check])
        .filter(|check| check["outcome"] == "failed")
        .map(|check| (check["failure"].as_str().unwrap().to_owned(), check.to_string()))
        .collect()
}

/// The last file fails for this one reason, in these words.
#[track_caller]
fn assert_fails(outcome: &Outcome, failure: &str, words: &str) {
    outcome.assert_code(1);
    let found = failures(&last(outcome));
    assert_eq!(found.len(), 1, "{outcome}");
    assert_eq!(found[0].0, failure, "{outcome}");
    assert!(found[0].1.contains(words), "{words:?} is not in {}", found[0].1);
}

#[test]
fn a_good_folder_passes_with_its_rollback() {
    let outcome = test(
        &[
            ("001_shop.sql", SHOP),
            ("002_name.sql", "ALTER TABLE public.customers ADD COLUMN name text NOT NULL DEFAULT '';"),
            ("rollback/002_name.sql", "ALTER TABLE public.customers DROP COLUMN name;"),
        ],
        &["--json"],
    );
    outcome.assert_code(0);
    let file = last(&outcome);
    for check in ["apply", "rows", "rollback", "again"] {
        assert_eq!(file[check]["outcome"], "passed", "{check}: {outcome}");
    }
    assert_eq!(file["idempotent"]["outcome"], "not-asked");
    assert_eq!(file["undo"], "down-file");
    assert_eq!(file["seeded"]["tables"][0]["rows"], 2);
    // And for people.
    let text = test(&[("001_shop.sql", SHOP)], &[]);
    text.assert_code(0).assert_says("1 of 1 file passed");
}

#[test]
fn a_rollback_that_forgets_something_is_told_what() {
    let up =
        "ALTER TABLE public.customers ADD COLUMN age integer;\nCREATE INDEX customers_note ON public.customers (note);";
    let outcome = test(
        &[
            ("001_shop.sql", SHOP),
            ("002_age.sql", up),
            ("rollback/002_age.sql", "ALTER TABLE public.customers DROP COLUMN age;"),
        ],
        &["--json"],
    );
    assert_fails(&outcome, "rollback-differs", "index public.customers_note");
}

#[test]
fn a_rollback_that_fails_is_told_with_its_statement() {
    let outcome = test(
        &[("001_shop.sql", SHOP), ("rollback/001_shop.sql", "DROP TABLE public.customers;\nDROP TABLE public.orders;")],
        &["--json"],
    );
    assert_fails(&outcome, "rollback-fails", "orders");
    assert_eq!(last(&outcome)["rollback"]["statement"]["line"], 2);
}

#[test]
fn rows_that_vanish_without_a_word_fail() {
    for (sql, words) in [
        (
            "ALTER TABLE public.customers ALTER COLUMN note TYPE integer USING NULL;",
            "became NULL when its type changed",
        ),
        ("DO $$ BEGIN DELETE FROM public.customers; END $$;", "2 of 2 rows of public.customers are gone"),
        ("DO $$ BEGIN EXECUTE format('DROP TABLE public.%I', 'customers'); END $$;", "no statement drops it"),
        (
            "CREATE FUNCTION public.forget() RETURNS void LANGUAGE sql AS 'DELETE FROM public.customers';\n\
             ALTER TABLE public.customers ADD COLUMN x integer;\nSELECT public.forget();",
            "rows of public.customers are gone",
        ),
    ] {
        assert_fails(&test(&[("001_shop.sql", SHOP), ("002_it.sql", sql)], &["--json"]), "rows-lost", words);
    }
}

#[test]
fn rows_that_go_as_the_file_says_are_a_note() {
    for (sql, words) in [
        ("DELETE FROM public.customers WHERE note IS NULL;", "removes 1 of 2 rows of public.customers, as it says"),
        ("ALTER TABLE public.customers DROP COLUMN note;", "drops the values of public.customers.note, as it says"),
        ("DROP TABLE public.customers;", "drops public.customers and its rows, as it says"),
        ("UPDATE public.customers SET note = 'new';", "have other values in note, as it says"),
    ] {
        let outcome = test(&[("001_shop.sql", SHOP), ("002_it.sql", sql)], &["--json"]);
        outcome.assert_code(0);
        assert!(last(&outcome)["notes"].to_string().contains(words), "{words:?}: {outcome}");
        assert_eq!(last(&outcome)["rollback"]["outcome"], "not-possible");
    }
}

#[test]
fn renames_lose_nothing() {
    let outcome = test(
        &[
            ("001_shop.sql", SHOP),
            (
                "002_rename.sql",
                "ALTER TABLE public.customers RENAME COLUMN note TO remark;\n\
                 ALTER TABLE public.customers RENAME TO clients;\nALTER TABLE public.clients ADD COLUMN x integer;",
            ),
        ],
        &["--json", "--require-rollback"],
    );
    outcome.assert_code(0);
    assert_eq!(last(&outcome)["rows"]["outcome"], "passed");
    assert_eq!(last(&outcome)["undo"], "derived");
}

#[test]
fn a_column_that_no_row_can_have_fails_to_apply() {
    let files = [
        ("001_shop.sql", SHOP),
        ("002_it.sql", "-- a comment\nALTER TABLE public.customers ADD COLUMN age integer NOT NULL;"),
    ];
    let outcome = test(&files, &["--json"]);
    assert_fails(&outcome, "apply", "it applies where the tables are empty");
    let statement = &last(&outcome)["apply"]["statement"];
    assert_eq!((&statement["line"], &statement["sqlstate"]), (&2.into(), &"23502".into()));
}

#[test]
fn rows_are_made_to_what_a_file_asks_for() {
    let sql = "ALTER TABLE public.customers ADD CONSTRAINT known CHECK (note IN ('good', 'bad'));";
    let outcome = test(&[("001_shop.sql", SHOP), ("002_it.sql", sql)], &["--json"]);
    outcome.assert_code(0);
    assert!(last(&outcome)["notes"].to_string().contains("it depends on the rows"), "{outcome}");
    let sql = "ALTER TABLE public.customers ALTER COLUMN note TYPE integer USING note::integer;";
    test(&[("001_shop.sql", SHOP), ("002_it.sql", sql)], &["--json"]).assert_code(0);
    let sql = "CREATE TABLE public.notes (id text PRIMARY KEY);\nALTER TABLE public.customers ADD FOREIGN KEY (note) REFERENCES public.notes;";
    test(&[("001_shop.sql", SHOP), ("002_it.sql", sql)], &["--json"]).assert_code(0);
    // Nothing that a row could hold satisfies this.
    let sql = "ALTER TABLE public.customers ADD CONSTRAINT never CHECK (email = 'a' AND email = 'b');";
    assert_fails(&test(&[("001_shop.sql", SHOP), ("002_it.sql", sql)], &["--json"]), "apply", "never");
}

#[test]
fn a_second_run_is_asked_for() {
    let outcome = test(&[("001_shop.sql", SHOP)], &["--json", "--idempotent"]);
    assert_fails(&outcome, "second-run-fails", "already exists");
    let twice = "CREATE TABLE IF NOT EXISTS public.sizes (id integer);\nINSERT INTO public.sizes VALUES (1);";
    let outcome = test(&[("001_sizes.sql", twice)], &["--json", "--idempotent"]);
    assert_fails(&outcome, "second-run-changes", "public.sizes has 2 rows instead of 1");
    let well = "CREATE TABLE IF NOT EXISTS public.sizes (id integer PRIMARY KEY);\n\
                INSERT INTO public.sizes VALUES (1) ON CONFLICT DO NOTHING;";
    test(&[("001_sizes.sql", well)], &["--json", "--idempotent"]).assert_code(0);
}

#[test]
fn a_proven_undo_is_written_once_and_then_is_the_folders_own() {
    let folder = Folder::with(&[
        ("migrations/001_shop.sql", SHOP),
        (
            "migrations/002_it.sql",
            "CREATE INDEX ON public.customers (note);\nCOMMENT ON TABLE public.customers IS 'ours';",
        ),
    ]);
    let outcome = in_folder(&folder, &["--json", "--write-undo"]);
    outcome.assert_code(0);
    assert_eq!(outcome.json()["written"].as_array().unwrap().len(), 2, "{outcome}");
    let undo = folder.read("migrations/rollback/002_it.sql");
    assert!(undo.contains("DROP INDEX public.customers_note_idx;") && undo.contains("IS NULL;"), "{undo}");
    let again = in_folder(&folder, &["--json", "--require-rollback", "--write-undo"]);
    again.assert_code(0);
    assert_eq!(last(&again)["undo"], "down-file");
    assert!(again.json()["written"].as_array().unwrap().is_empty());
    assert_eq!(folder.read("migrations/rollback/002_it.sql"), undo);
}

#[test]
fn an_undo_is_written_where_the_folders_tool_looks() {
    for (up, written) in [
        ("migrations/1_shop.up.sql", "migrations/1_shop.down.sql"),
        ("migrations/2024-01-01-000000_shop/up.sql", "migrations/2024-01-01-000000_shop/down.sql"),
    ] {
        let folder = Folder::with(&[(up, SHOP)]);
        in_folder(&folder, &["--write-undo"]).assert_code(0).assert_says(written);
        assert!(folder.read(written).contains("DROP TABLE public.customers;"), "{written}");
        in_folder(&folder, &["--require-rollback"]).assert_code(0).assert_says("down file");
    }
    let dbmate = Folder::with(&[("db/migrations/1_shop.sql", &format!("-- migrate:up\n{SHOP}") as &str)]);
    in_folder(&dbmate, &["--write-undo"]).assert_code(0);
    assert!(dbmate.read("db/migrations/1_shop.sql").contains("\n-- migrate:down\n"));
    in_folder(&dbmate, &["--require-rollback"]).assert_code(0).assert_says("down file");
    let prisma = Folder::with(&[("prisma/migrations/1_shop/migration.sql", SHOP)]);
    in_folder(&prisma, &["--write-undo"]).assert_code(0).assert_says("Prisma has no rollbacks");
    let refinery = Folder::with(&[("migrations/V1__shop.sql", SHOP)]);
    in_folder(&refinery, &["--write-undo"]).assert_code(0).assert_says("refinery has no rollbacks");
}

#[test]
fn a_file_without_a_way_back_fails_only_when_one_is_required() {
    let files = [("001_shop.sql", SHOP), ("002_it.sql", "ALTER TABLE public.customers DROP COLUMN note;")];
    test(&files, &["--json"]).assert_code(0);
    assert_fails(
        &test(&files, &["--json", "--require-rollback"]),
        "rollback-missing",
        "the values of public.customers.note are gone",
    );
}

#[test]
fn only_what_is_asked_for_is_tested() {
    let files = [
        ("001_shop.sql", SHOP),
        ("002_b.sql", "CREATE TABLE public.b ();"),
        ("003_c.sql", "CREATE TABLE public.c ();"),
    ];
    let tested = |arguments: &[&str]| -> Vec<String> {
        let report = test(&files, arguments).json();
        report["files"].as_array().unwrap().iter().map(|file| file["version"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(tested(&["--json"]), ["001", "002", "003"]);
    assert_eq!(tested(&["--json", "--after", "001", "--to", "002"]), ["002"]);
    test(&files, &["--after", "9"]).assert_refused().assert_says("no migration has version `9`");
}

#[test]
fn a_file_that_fails_stops_the_test_unless_told_to_go_on() {
    let files = [("001_bad.sql", "SELECT * FROM public.nothing;"), ("002_shop.sql", SHOP)];
    let outcome = test(&files, &["--json"]);
    assert_fails(&outcome, "apply", "nothing");
    assert_eq!(outcome.json()["not_tested"].as_array().unwrap().len(), 1);
    let outcome = test(&files, &["--json", "--keep-going"]);
    outcome.assert_code(1);
    assert_eq!(last(&outcome)["apply"]["outcome"], "passed");
}

#[test]
fn what_the_executor_would_refuse_fails() {
    let outcome = test(&[("001_it.sql", "BEGIN;\nCREATE TABLE public.a ();\n")], &["--json"]);
    assert_fails(&outcome, "apply", "never ends");
    // And what runs outside of a transaction runs.
    let sql = "CREATE INDEX CONCURRENTLY customers_note ON public.customers (note);";
    test(&[("001_shop.sql", SHOP), ("002_it.sql", sql)], &["--json", "--require-rollback"]).assert_code(0);
}

#[test]
fn a_role_that_a_file_makes_can_be_made_again() {
    let sql = "CREATE ROLE shop_reader;\nCREATE TABLE public.a ();\nGRANT SELECT ON public.a TO shop_reader;";
    let outcome =
        test(&[("001_it.sql", sql), ("002_it.sql", "CREATE TABLE public.b ();")], &["--json", "--require-rollback"]);
    outcome.assert_code(0);
}

#[test]
fn what_a_database_has_seen_is_not_under_test_and_a_named_server_will_do() {
    let cluster = Cluster::start(&ClusterOptions::default());
    cluster.sql("postgres", "CREATE TABLE public.schema_migrations (version text PRIMARY KEY)");
    cluster.sql("postgres", "INSERT INTO public.schema_migrations VALUES ('001')");
    let files = [("001_shop.sql", SHOP), ("002_it.sql", "ALTER TABLE public.customers ADD COLUMN x integer;")];
    let url = cluster.superuser_url("postgres");
    let outcome = test(&files, &["--json", "--db", &url, "--scratch", &url]);
    outcome.assert_code(0);
    let report = outcome.json();
    assert_eq!((report["files"].as_array().unwrap().len(), &report["replayed"]), (1, &1.into()), "{outcome}");
    assert_eq!(last(&outcome)["seeded"]["tables"][0]["rows"], 2);
    // Nothing is left there, and the database itself was only read.
    let mut client = cluster.client("postgres");
    let left = "SELECT count(*) FROM pg_database WHERE datname LIKE 'pgmason%'";
    assert_eq!(client.query_one(left, &[]).unwrap().get::<_, i64>(0), 0);
    assert!(client.query_one("SELECT to_regclass('public.customers') IS NULL", &[]).unwrap().get::<_, bool>(0));
}

#[test]
fn a_trigger_that_spoils_rows_is_found_out() {
    let sql = "CREATE FUNCTION public.spoil() RETURNS event_trigger LANGUAGE plpgsql AS \
               $$ BEGIN UPDATE public.customers SET note = 'spoiled'; END $$;\n\
               CREATE EVENT TRIGGER spoil ON ddl_command_end WHEN TAG IN ('CREATE VIEW') EXECUTE FUNCTION public.spoil();";
    let outcome = test(
        &[
            ("001_shop.sql", SHOP),
            ("002_spoil.sql", sql),
            ("003_it.sql", "CREATE INDEX ON public.customers (note);\nCREATE VIEW public.v AS SELECT 1;"),
        ],
        &["--json"],
    );
    assert_fails(&outcome, "rows-lost", "rows of public.customers have other values in note");
}

/// Real projects: how many files pass, for how many a way back is derived and proven.
const PROJECTS: &[(&str, usize, usize, usize)] = &[
    ("liam", 91, 89, 64),
    ("chatbot-ui", 25, 25, 18),
    ("pgflow", 20, 20, 19),
    ("svix", 16, 16, 15),
    ("promptcraft", 10, 5, 4),
    ("ryzomatic", 73, 63, 52),
];

#[test]
fn real_projects_are_tested_to_the_end() {
    let Some(corpora) = corpora() else { return };
    for (project, files, passing, proven) in PROJECTS {
        let outcome =
            pgmason(&corpora.join(project)).args(["migration", "test", "--json", "--keep-going", "--idempotent"]).run();
        assert!(matches!(outcome.code, Some(0 | 1)), "{project}: {outcome}");
        let report = outcome.json();
        let list = report["files"].as_array().unwrap();
        assert_eq!(list.len(), *files, "{project}");
        let without_second_run = |file: &Value| failures(file).iter().all(|(word, _)| word.starts_with("second-run"));
        let passed = list.iter().filter(|file| without_second_run(file)).count();
        assert!(passed >= *passing, "{project}: only {passed} files pass");
        let derived = list.iter().filter(|file| file["undo_sql"].is_string()).count();
        assert!(derived >= *proven, "{project}: only {derived} undos are proven");
    }
}

#[test]
fn made_up_keys_are_out_of_the_way_of_a_files_own_rows() {
    let folder = Folder::with(&[
        ("migrations/001_roles.sql", "CREATE TABLE roles (id int PRIMARY KEY, name text NOT NULL);"),
        ("migrations/002_rows.sql", "INSERT INTO roles VALUES (1, 'admin'), (2, 'user');"),
    ]);
    in_folder(&folder, &[]).assert_code(0).assert_says("2 of 2 files passed");
}
