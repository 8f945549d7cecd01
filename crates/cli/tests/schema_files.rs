//! `pgmason schema assemble` and `schema split`.

use std::path::Path;

use pgmason_testkit::{Folder, corpora};

use crate::support::{pgmason, run};

/// The first file needs the second, and the rows of the first need those of the second.
fn modular() -> Folder {
    Folder::with(&[
        (
            "schema/01_orders.sql",
            "-- Orders of customers.
             CREATE TABLE orders (id integer PRIMARY KEY, customer integer NOT NULL REFERENCES customers (id));
             CREATE INDEX ON orders (customer);
             INSERT INTO orders VALUES (1, 10);",
        ),
        (
            "schema/02_customers.sql",
            "SET search_path = public;
             CREATE TABLE customers (id integer PRIMARY KEY, name text);
             INSERT INTO customers VALUES (10, 'it''s');
             COPY customers (id, name) FROM stdin;
11	copied
\\.
",
        ),
    ])
}

#[test]
fn files_are_put_together_in_an_order_that_runs() {
    let folder = modular();
    let outcome = run(&folder, &["schema", "assemble", "schema", "-o", "out"]);
    outcome
        .assert_code(0)
        .assert_says("proven: the assembled files build what the modular files build")
        .assert_says("moved  schema/01_orders.sql:2")
        .assert_says("relation \"customers\" does not exist");
    let schema = folder.read("out/000_initial_schema.sql");
    let rows = folder.read("out/001_seed_data.sql");
    assert!(schema.find("CREATE TABLE customers") < schema.find("CREATE TABLE orders"), "{schema}");
    assert!(schema.contains("-- Orders of customers.") && schema.contains("-- ==== 01_orders.sql:2 ===="), "{schema}");
    assert!(schema.contains("SET search_path = public;") && schema.contains("RESET ALL;"), "{schema}");
    assert!(!schema.contains("INSERT") && rows.contains("11\tcopied\n\\.\n"), "{rows}");
    // What was assembled is a migrations folder like any other.
    run(&folder, &["check", "--migrations", "out", "--rule", "no-primary-key"]).assert_code(0);
}

#[test]
fn a_gate_for_files_that_are_out_of_date() {
    let folder = modular();
    let check = ["schema", "assemble", "schema", "-o", "out", "--check"];
    run(&folder, &check).assert_code(1).assert_says("missing");
    assert!(!folder.join("out").exists());
    run(&folder, &["schema", "assemble", "schema", "-o", "out"]).assert_code(0);
    run(&folder, &check).assert_code(0).assert_says("up to date");
    folder.write("schema/03_more.sql", "CREATE TABLE more (id integer PRIMARY KEY);");
    run(&folder, &check).assert_code(1).assert_says("000_initial_schema.sql  5 statements");
}

#[test]
fn what_runs_nowhere_is_said_and_nothing_is_written() {
    let folder = Folder::with(&[("schema/01_a.sql", "CREATE TABLE a (id integer REFERENCES nowhere (id));")]);
    let outcome = run(&folder, &["schema", "assemble", "schema", "-o", "out"]);
    outcome.assert_code(1).assert_says("schema/01_a.sql:1").assert_says("nowhere").assert_says("nothing was written");
    assert!(!folder.join("out").exists());
}

#[test]
fn bad_input() {
    let folder = modular();
    run(&folder, &["schema", "assemble", "nowhere"]).assert_refused();
    folder.write("empty/readme.md", "");
    run(&folder, &["schema", "assemble", "empty"]).assert_refused();
    run(&folder, &["schema", "split", "schema:schema", "-o", "schema"]).assert_refused();
    run(&folder, &["schema", "split", "nothing:at_all"]).assert_refused();
    // In the order of their names the files do not run.
    run(&folder, &["schema", "split", "schema:schema"]).assert_code(1).assert_says("01_orders.sql");
}

#[test]
fn a_schema_as_files_by_domain() {
    let folder = Folder::with(&[
        ("pgmason.toml", "[domains.user]\ntitle = \"People\"\n"),
        (
            "migrations/001_all.sql",
            "CREATE TYPE mood AS ENUM ('ok');
             CREATE TABLE user_profiles (id integer PRIMARY KEY, mood mood, kind varchar(9) CHECK (kind IN ('a', 'b')));
             CREATE TABLE api_keys (id integer PRIMARY KEY, owner integer REFERENCES user_profiles (id));
             CREATE TABLE api_calls (id integer PRIMARY KEY, key integer REFERENCES api_keys (id));
             CREATE TABLE lonely_thing (id integer PRIMARY KEY);
             CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM seen $$;
             CREATE VIEW seen AS SELECT id FROM user_profiles;"
                .replace("CREATE FUNCTION", "SET check_function_bodies = off; CREATE FUNCTION")
                .leak(),
        ),
    ]);
    let outcome = run(&folder, &["schema", "split", "-o", "schema"]);
    outcome.assert_code(0).assert_says("proven: run in the order of their names");
    let mut names: Vec<String> = std::fs::read_dir(folder.join("schema"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "01_types.sql",
            "02_tables.sql",
            "03_tables_people.sql",
            "04_tables_api.sql",
            "05_functions.sql",
            "06_views.sql"
        ]
    );
    // There and back.
    run(&folder, &["schema", "assemble", "schema"]).assert_code(0).assert_says("proven: ");
}

#[test]
fn examples_and_real_schemas() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/promptcraft");
    let outcome = pgmason(&example).args(["schema", "assemble", "supabase/schema"]).run();
    outcome.assert_code(0).assert_says("001_seed_data.sql");
    pgmason(&example).args(["schema", "split"]).run().assert_code(0).assert_says("tables_user_management.sql");
    let Some(corpora) = corpora() else { return };
    let outcome = pgmason(&corpora.join("pgflow")).args(["schema", "assemble", "pkgs/core/schemas"]).run();
    outcome.assert_code(0);
    for name in ["liam", "chatbot-ui", "langfuse"] {
        let outcome = pgmason(&corpora.join(name)).args(["schema", "split"]).run();
        outcome.assert_code(0).assert_says("proven: ");
    }
}
