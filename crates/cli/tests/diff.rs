//! `diff`: what is printed has been proven, and what cannot be is refused.

use std::sync::OnceLock;

use pgmason_testkit::{Cluster, ClusterOptions, Folder, Outcome};

use crate::support::{pgmason, project, run};

const BEFORE: &str = "\
CREATE TYPE public.mood AS ENUM ('calm', 'glad');
CREATE TABLE public.person (id bigint PRIMARY KEY, name text NOT NULL, mood public.mood);
CREATE TABLE public.pet (id bigint PRIMARY KEY, owner_id bigint REFERENCES public.person, weight integer);
CREATE VIEW public.heavy AS SELECT id, weight FROM public.pet WHERE weight > 50;
";

const AFTER: &str = "\
CREATE TYPE public.mood AS ENUM ('calm', 'glad');
CREATE TABLE public.person (id bigint PRIMARY KEY, name text NOT NULL, mood public.mood, note text);
CREATE TABLE public.pet (id bigint PRIMARY KEY, owner_id bigint REFERENCES public.person, weight bigint);
CREATE INDEX pet_owner ON public.pet (owner_id);
CREATE VIEW public.heavy AS SELECT id, weight FROM public.pet WHERE weight > 50;
";

/// The two as schema files.
fn pair(before: &str, after: &str) -> Folder {
    Folder::with(&[("before.sql", before), ("after.sql", after)])
}

fn diff(folder: &Folder, more: &[&str]) -> Outcome {
    pgmason(folder.path()).args(["diff", "--from", "schema:before.sql", "--to", "schema:after.sql"]).args(more).run()
}

fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| Cluster::start(&ClusterOptions::default()))
}

/// A database with this in it.
fn database(name: &str, sql: &str) -> String {
    cluster().sql("postgres", &format!("CREATE DATABASE {name}"));
    cluster().sql(name, sql);
    format!("db:{}", cluster().superuser_url(name))
}

fn stages(outcome: &Outcome) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let report = outcome.json();
    let stages = report["proof"]["stages"].as_array().unwrap();
    stages.iter().map(|stage| (text(&stage["stage"]), text(&stage["outcome"]))).collect()
}

#[test]
fn the_same_schema_is_no_difference() {
    diff(&pair(BEFORE, BEFORE), &[]).assert_code(0).assert_says("no difference");
}

#[test]
fn what_postgresql_writes_in_other_words_is_proven_and_no_difference_after() {
    let list = "CREATE TABLE t (a varchar(9) CHECK (a IN ('x', 'y')));\n\
        CREATE INDEX i ON t (a) WHERE a IN ('x', 'y');\nCREATE VIEW v AS SELECT a FROM t WHERE a IN ('x', 'y');\n";
    let folder = pair("SELECT 1;", list);
    let plan = diff(&folder, &["--output", "sql"]);
    plan.assert_code(1);
    folder.write("before.sql", &plan.stdout);
    diff(&folder, &[]).assert_code(0);
}

#[test]
fn every_stage_of_the_proof_is_shown() {
    let folder = pair(BEFORE, AFTER);
    let outcome = diff(&folder, &["--explain"]);
    outcome.assert_code(1).assert_says("ALTER TABLE public.pet ALTER COLUMN weight TYPE bigint;");
    for stage in ["source materialised", "rows seeded", "plan applied", "read back equal", "second plan empty"] {
        outcome.assert_says(stage);
    }
    let stages = stages(&diff(&folder, &["--json"]));
    assert_eq!(stages.len(), 9, "{stages:?}");
    assert!(stages.iter().all(|(stage, outcome)| stage == "dump" || outcome == "passed"), "{stages:?}");
}

#[test]
fn a_local_pg_dump_is_a_witness() {
    let stages = stages(&diff(&pair(BEFORE, AFTER), &["--json", "--scratch", "local"]));
    assert_eq!(stages.last(), Some(&("dump".to_owned(), "passed".to_owned())), "{stages:?}");
}

#[test]
fn the_sql_turns_one_into_the_other() {
    let outcome = diff(&pair(BEFORE, AFTER), &["--output", "sql"]);
    outcome.assert_code(1);
    let name = "diff_sql";
    let url = database(name, BEFORE);
    cluster().sql(name, &outcome.stdout);
    let again = run(&pair(BEFORE, AFTER), &["diff", "--from", &url, "--to", "schema:after.sql"]);
    again.assert_code(0).assert_says("no difference");
}

#[test]
fn formats_are_stable() {
    let folder = pair(BEFORE, AFTER);
    insta::assert_snapshot!("diff__sql", diff(&folder, &["--output", "sql", "--scratch", "embedded"]).stdout);
    insta::assert_snapshot!("diff__markdown", diff(&folder, &["--output", "markdown", "--scratch", "embedded"]).stdout);
    let mut report = diff(&folder, &["--json", "--scratch", "embedded"]).json();
    report["seconds"] = 0.into();
    report.as_object_mut().unwrap().remove("proof");
    insta::assert_json_snapshot!("diff__json", report);
}

#[test]
fn the_output_goes_to_a_file() {
    let folder = pair(BEFORE, AFTER);
    diff(&folder, &["--output", "sql", "-o", "out.sql"]).assert_code(1);
    assert!(folder.read("out.sql").contains("CREATE INDEX pet_owner"), "{}", folder.read("out.sql"));
}

#[test]
fn a_dropped_table_is_refused_until_it_is_allowed() {
    let folder = pair(BEFORE, "CREATE TYPE public.mood AS ENUM ('calm', 'glad');");
    let refused = diff(&folder, &[]);
    refused.assert_code(1).assert_says("--allow drop-table:public.pet").assert_never_says("DROP TABLE");
    let allowed = diff(&folder, &["--allow", "drop-table:public.pet", "--allow", "drop-table:public.person"]);
    allowed.assert_code(1).assert_says("DROP TABLE public.pet;");
}

#[test]
fn a_directive_renames_and_rows_stay() {
    let after = BEFORE.replace("weight integer", "mass integer -- pgmason: renamed from weight\n");
    let after = after.replace(
        "SELECT id, weight FROM public.pet WHERE weight",
        "SELECT id, mass AS weight FROM public.pet WHERE mass",
    );
    let outcome = diff(&pair(BEFORE, &after), &["--explain"]);
    outcome.assert_code(1).assert_says("ALTER TABLE public.pet RENAME COLUMN weight TO mass;");
    outcome.assert_never_says("DROP COLUMN");
    let said = BEFORE.replace("weight integer", "mass integer");
    let said = said.replace(
        "SELECT id, weight FROM public.pet WHERE weight",
        "SELECT id, mass AS weight FROM public.pet WHERE mass",
    );
    let said = diff(&pair(BEFORE, &said), &["--rename", "public.pet.weight=public.pet.mass"]);
    said.assert_code(1).assert_says("RENAME COLUMN weight TO mass");
}

#[test]
fn a_rename_of_nothing_is_an_error() {
    let folder = pair(BEFORE, AFTER);
    diff(&folder, &["--rename", "public.nobody=public.person"]).assert_refused().assert_says("public.nobody");
    diff(&folder, &["--rename", "public.nobody"]).assert_refused();
}

#[test]
fn two_live_databases_are_proven_on_what_the_plan_reaches() {
    let from = database("diff_live_a", BEFORE);
    let to = database("diff_live_b", AFTER);
    let outcome = run(&Folder::new(), &["diff", "--from", &from, "--to", &to, "--json"]);
    outcome.assert_code(1);
    assert_eq!(outcome.json()["online"], true, "{outcome}");
    let stages = stages(&outcome);
    assert!(stages.iter().all(|(_, outcome)| outcome == "passed"), "{stages:?}");
}

#[test]
fn a_database_of_another_major_is_compared_on_the_scratch() {
    // Nothing differs but how the two servers write the view.
    let from = database("diff_major", BEFORE);
    let folder = project(BEFORE);
    let outcome = run(&folder, &["diff", "--from", &from, "--scratch", "embedded"]);
    outcome.assert_code(0).assert_says("no difference");
}

#[test]
fn which_side_cannot_be_replayed_is_said() {
    let folder = pair(BEFORE, "CREATE TABLE public.broken (id nonsense);");
    let outcome = diff(&folder, &[]);
    outcome.assert_refused().assert_says("--to schema:after.sql").assert_says("after.sql:1").assert_says("nonsense");
    let folder = pair("SELECT nothing;", AFTER);
    diff(&folder, &[]).assert_refused().assert_says("--from schema:before.sql");
}

#[test]
fn a_circle_that_no_order_resolves_is_refused() {
    let circle = "CREATE VIEW v AS SELECT 1 AS a;\n\
        CREATE FUNCTION f() RETURNS SETOF v LANGUAGE sql AS 'SELECT 1';\n\
        CREATE OR REPLACE VIEW v AS SELECT a FROM f();\n";
    let outcome = diff(&pair("SELECT 1;", circle), &[]);
    outcome.assert_code(1).assert_says("these need each other").assert_says("public.v");
    outcome.assert_never_says("CREATE VIEW");
}

#[test]
fn a_role_that_the_target_lacks_is_refused() {
    let after = format!("{BEFORE}CREATE ROLE clerk; GRANT SELECT ON public.pet TO clerk;");
    let outcome = diff(&pair(BEFORE, &after), &[]);
    outcome.assert_code(1).assert_says("needs the role clerk").assert_never_says("GRANT SELECT");
    // Both sides make it: it is there.
    let before = format!("CREATE ROLE clerk; {BEFORE}");
    diff(&pair(&before, &after), &[]).assert_code(1).assert_says("GRANT SELECT ON TABLE public.pet TO clerk");
}

#[test]
fn what_an_extension_owns_is_left_to_it() {
    let before = "CREATE EXTENSION citext;";
    let after = "CREATE EXTENSION citext; CREATE TABLE public.mail (address citext PRIMARY KEY);";
    let outcome = diff(&pair(before, after), &["--scratch", "local"]);
    outcome.assert_code(1).assert_says("CREATE TABLE public.mail").assert_never_says("CREATE FUNCTION");
    let gone = run(
        &pair(after, before),
        &[
            "diff",
            "--from",
            "schema:before.sql",
            "--to",
            "empty",
            "--scratch",
            "local",
            "--allow",
            "drop-table:public.mail",
            "--allow",
            "drop-extension:citext",
        ],
    );
    gone.assert_code(1).assert_says("DROP EXTENSION").assert_never_says("DROP FUNCTION");
}

#[test]
fn a_table_that_takes_no_rows_is_said() {
    let check =
        "ALTER TABLE public.pet ADD CONSTRAINT never CHECK (weight > 10 AND weight < 5 AND weight IS NOT NULL);";
    let outcome = diff(&pair(&format!("{BEFORE}{check}"), &format!("{AFTER}{check}")), &["--explain"]);
    outcome.assert_code(1).assert_says("public.pet takes no row").assert_says("never");
}

#[test]
fn a_table_of_very_many_columns_is_proven() {
    let columns: String = (1..=1500).map(|number| format!(", column_{number} integer")).collect();
    let before = format!("CREATE TABLE public.wide (id bigint PRIMARY KEY{columns});");
    let after = before.replace("column_700 integer", "column_700 bigint");
    diff(&pair(&before, &after), &["--explain"]).assert_code(1).assert_says("rows seeded").assert_says("public.wide");
}

#[test]
fn rows_in_the_way_are_said() {
    let after = BEFORE.replace("weight integer", "weight integer NOT NULL");
    let outcome = diff(&pair(BEFORE, &after), &["--explain"]);
    outcome.assert_code(1).assert_says("SET NOT NULL").assert_says("public.pet is empty, since a statement may fail");
}

#[test]
fn a_password_is_never_shown() {
    let url = cluster().url("nobody:hunter2", "nowhere");
    let outcome = run(&Folder::new(), &["diff", "--from", &format!("db:{url}"), "--to", "empty"]);
    outcome.assert_refused().assert_never_says("hunter2");
}

#[test]
fn something_to_start_from_is_needed() {
    run(&project(BEFORE), &["diff"]).assert_refused().assert_says("--from");
}
