//! `pgmason migration plan`: what pending files will do, told without doing it.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use pgmason_testkit::{Cluster, ClusterOptions, Folder, Outcome, corpora};
use serde_json::Value;

use crate::support::{pgmason, run};

const FIRST: &str = "CREATE TABLE public.customers (id bigint PRIMARY KEY, name text, note text);\n\
    CREATE TABLE public.orders (id bigint PRIMARY KEY, customer_id bigint, amount integer);\n";

/// A folder with one applied file and what is to come.
fn shop() -> Folder {
    Folder::with(&[
        ("migrations/20250101000000_first.sql", FIRST),
        (
            "migrations/20250102000000_rules.sql",
            "ALTER TABLE public.orders ADD CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES public.customers;\n\
             ALTER TABLE public.orders\n  ALTER COLUMN amount TYPE bigint;\n\
             ALTER TABLE public.customers ADD COLUMN email text;\n",
        ),
        ("migrations/20250103000000_index.sql", "CREATE INDEX CONCURRENTLY orders_amount ON public.orders (amount);\n"),
        (
            "migrations/20250104000000_drop.sql",
            "ALTER TABLE public.customers DROP COLUMN note;\nDROP TABLE IF EXISTS public.never_was;\n",
        ),
        ("migrations/20250104000000_drop.down.sql", "ALTER TABLE public.customers ADD COLUMN note text;\n"),
    ])
}

fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| Cluster::start(&ClusterOptions::default()))
}

/// A database that has run the first file, by the Supabase CLI's table.
fn database() -> String {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let name = format!("shop_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    cluster().sql("postgres", &format!("CREATE DATABASE {name}"));
    cluster().sql(
        &name,
        &format!(
            "{FIRST} CREATE SCHEMA supabase_migrations;
             CREATE TABLE supabase_migrations.schema_migrations (version text PRIMARY KEY, statements text[], name text);
             INSERT INTO supabase_migrations.schema_migrations (version) VALUES ('20250101000000');
             INSERT INTO orders SELECT n, n, n FROM generate_series(1, 5000) n; ANALYZE orders;"
        ),
    );
    name
}

fn plan(folder: &Folder, arguments: &[&str]) -> Outcome {
    run(folder, &[&["migration", "plan"], arguments].concat())
}

/// `path risk` of each file.
fn files(plan: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = plan["files"].as_array().unwrap();
    list.iter().map(|file| format!("{} {}", text(&file["name"]), text(&file["risk"]))).collect()
}

fn steps(file: &Value) -> Vec<&Value> {
    file["groups"].as_array().unwrap().iter().flat_map(|group| group["steps"].as_array().unwrap()).collect()
}

#[test]
fn for_people() {
    let outcome = plan(&shop(), &["--scratch", "embedded"]);
    outcome.assert_code(0);
    insta::assert_snapshot!(outcome.stdout);
}

#[test]
fn the_json_has_every_step() {
    let plan = plan(&shop(), &["--json", "--scratch", "embedded"]).json();
    assert_eq!(plan["schema_version"], 1);
    assert_eq!(files(&plan), ["first metadata", "rules rewrite", "index concurrent", "drop destructive"]);
    let rules = &plan["files"][1];
    let [foreign_key, retype, column] = steps(rules)[..] else { panic!("{rules}") };
    assert_eq!((&foreign_key["risk"], &foreign_key["measured"]), (&"scan".into(), &true.into()));
    assert_eq!(retype["line"], 2);
    assert_eq!(retype["rewrites"], serde_json::json!(["public.orders"]));
    assert_eq!(column["locks"], serde_json::json!([{ "relation": "public.customers", "mode": "ACCESS EXCLUSIVE" }]));
    let found: Vec<&str> =
        rules["findings"].as_array().unwrap().iter().map(|finding| finding["rule"].as_str().unwrap()).collect();
    assert!(found.contains(&"column-type-rewrites-table"), "{found:?}");
    assert_eq!(plan["files"][2]["groups"][0]["kind"], "alone");
    assert_eq!(steps(&plan["files"][2])[0]["measured"], false);
    assert!(plan["files"][3]["undo"].as_str().unwrap().starts_with("ALTER TABLE"));
    // The text alone says the same here, and nothing was started for it.
    let folder = shop();
    let outcome = pgmason(folder.path())
        .args(["migration", "plan", "--json", "--no-scratch"])
        .env("PGMASON_SCRATCH_DIR", "/dev/null/nowhere")
        .run();
    assert_eq!(files(&outcome.json()), files(&plan));
    assert_eq!(steps(&outcome.json()["files"][1])[1]["measured"], false);
}

#[test]
fn a_database_tells_what_is_pending_and_how_large() {
    let name = database();
    let url = cluster().superuser_url(&name);
    let folder = shop();
    let found = plan(&folder, &["--db", &url, "--json"]).json();
    assert_eq!(files(&found), ["rules rewrite", "index concurrent", "drop destructive"]);
    let estimate = &steps(&found["files"][0])[1]["estimate"];
    assert_eq!(estimate["rows"], 5000);
    assert!(estimate["bytes"].as_i64().unwrap() > 100_000 && estimate["seconds"].as_f64().unwrap() > 0.0, "{estimate}");
    // What is not there loses nothing.
    let [drop_column, drop_table] = steps(&found["files"][2])[..] else { panic!() };
    assert_eq!(drop_column["hazards"][0]["allow"], "drop-column:public.customers.note");
    assert_eq!(
        (&drop_column["hazards"][0]["existing"], &drop_table["hazards"][0]["existing"]),
        (&true.into(), &false.into())
    );
    plan(&folder, &["--db", &url])
        .assert_code(0)
        .assert_says("rows may be lost; where that is meant: --allow drop-column:public.customers.note\n")
        .assert_never_says("drop-table:");

    let upto = plan(&folder, &["--db", &url, "--to", "20250103000000", "--json"]).json();
    assert_eq!(files(&upto), ["rules rewrite", "index concurrent"]);
    cluster().sql(&name, "INSERT INTO supabase_migrations.schema_migrations VALUES ('20250102000000'), ('20250103000000'), ('20250104000000')");
    plan(&folder, &["--db", &url]).assert_code(0).assert_says("nothing is pending");
}

#[test]
fn a_renamed_table_is_lost_by_its_old_name() {
    let url = cluster().superuser_url(&database());
    let folder = Folder::with(&[
        ("migrations/20250101000000_first.sql", FIRST),
        ("migrations/20250102000000_rename.sql", "ALTER TABLE public.orders RENAME TO purchases;\n"),
        ("migrations/20250103000000_drop.sql", "DROP TABLE public.purchases;\n"),
    ]);
    let found = plan(&folder, &["--db", &url, "--json"]).json();
    assert_eq!(files(&found), ["rename metadata", "drop destructive"]);
    let hazard = &steps(&found["files"][1])[0]["hazards"][0];
    assert_eq!(
        (&hazard["allow"], &hazard["relation"]),
        (&"drop-table:public.purchases".into(), &"public.orders".into())
    );
}

#[test]
fn the_fingerprint_is_that_of_schema_and_history() {
    let name = database();
    let url = cluster().superuser_url(&name);
    let folder = shop();
    let fingerprint = || {
        plan(&folder, &["--db", &url, "--out", "plan.json", "--no-scratch"]).assert_code(0).assert_says("plan.json");
        let plan: Value = serde_json::from_str(&folder.read("plan.json")).unwrap();
        plan["database_fingerprint"].as_str().unwrap().to_owned()
    };
    let before = fingerprint();
    assert_eq!(before.len(), 64);
    cluster().sql(
        &name,
        "INSERT INTO customers VALUES (1); ANALYZE; CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY)",
    );
    assert_eq!(fingerprint(), before, "rows, statistics and another tool's history are no schema");
    cluster().sql(&name, "CREATE INDEX late ON customers (name)");
    let with_index = fingerprint();
    assert_ne!(with_index, before);
    cluster().sql(&name, "DROP INDEX late");
    assert_eq!(fingerprint(), before);
    cluster().sql(&name, "INSERT INTO supabase_migrations.schema_migrations (version) VALUES ('1')");
    assert_ne!(fingerprint(), before);
}

#[test]
fn bad_input_is_refused_with_what_to_do() {
    let folder = shop();
    plan(&folder, &["--out", "plan.json"]).assert_refused().assert_says("--db postgres://");
    plan(&folder, &["--to", "20250109"]).assert_refused().assert_says("no migration has version `20250109`");
    plan(&folder, &["--migrations", "nowhere"]).assert_refused().assert_says("nowhere");
    plan(&Folder::new(), &[]).assert_refused();
    plan(&folder, &["--db", "postgres://someone:hunter2@127.0.0.1:1/x"]).assert_refused().assert_never_says("hunter2");
    plan(&folder, &["--scratch", "cloud"]).assert_refused();
    let url = cluster().superuser_url(&database());
    plan(&folder, &["--db", &url, "--out", "no/such/folder/plan.json", "--no-scratch"])
        .assert_refused()
        .assert_says("plan.json");

    for (sql, words) in [
        ("SELECT 1;\n\\gexec\n", "line 2: only psql can run \\gexec"),
        (
            "BEGIN;\nCREATE INDEX CONCURRENTLY i ON orders (id);\nCOMMIT;\n",
            "line 2: CREATE INDEX CONCURRENTLY cannot run inside",
        ),
        ("SELECT 'never closed;\n", "1"),
    ] {
        let folder = shop();
        folder.write("migrations/20250105000000_broken.sql", sql);
        plan(&folder, &["--no-scratch"]).assert_refused().assert_says("20250105000000_broken.sql").assert_says(words);
    }
}

#[test]
fn a_history_that_may_not_be_read_is_no_empty_history() {
    let name = database();
    cluster().sql(&name, &format!("DROP ROLE IF EXISTS stranger_{name}; CREATE ROLE stranger_{name} LOGIN"));
    let url = cluster().url(&format!("stranger_{name}"), &name);
    plan(&shop(), &["--db", &url]).assert_refused().assert_says("may not read the history");
}

#[test]
fn a_file_that_fails_on_the_scratch_is_planned_by_its_text() {
    let folder = shop();
    folder.write("migrations/20250102000001_early.sql", "DROP TABLE public.from_elsewhere;\n");
    let outcome = plan(&folder, &["--scratch", "embedded", "--json"]);
    let found = outcome.assert_code(0).json();
    assert_eq!(
        files(&found),
        ["first metadata", "rules rewrite", "early destructive", "index concurrent", "drop destructive"]
    );
    let reasons = found["not_checked"].to_string();
    assert!(
        reasons.contains("20250102000001_early.sql:1 fails there") && reasons.contains("--keep-going"),
        "{reasons}"
    );
    assert_eq!(steps(&found["files"][4])[0]["measured"], false);
    let went_on = plan(&folder, &["--scratch", "embedded", "--json", "--keep-going"]).json();
    assert_eq!(steps(&went_on["files"][4])[0]["measured"], true);
}

#[test]
fn real_projects_can_be_planned() {
    let Some(corpora) = corpora() else { return };
    for (project, count) in [("liam", 91), ("langfuse", 434), ("chatbot-ui", 25), ("dhg", 182)] {
        let started = std::time::Instant::now();
        let outcome = pgmason(&corpora.join(project)).args(["migration", "plan", "--json"]).run();
        let found = outcome.assert_code(0).json();
        let all: Vec<&Value> = found["files"].as_array().unwrap().iter().flat_map(steps).collect();
        let measured = all.iter().filter(|step| step["measured"] == true).count();
        eprintln!("{project}: {measured} of {} steps measured, {:.1} s", all.len(), started.elapsed().as_secs_f64());
        assert_eq!(found["files"].as_array().unwrap().len(), count, "{project}");
        pgmason(&corpora.join(project)).args(["migration", "plan", "--no-scratch"]).run().assert_code(0);
    }
}
