//! `migration apply`, where all goes well, and where a file fails.

use super::Site;

const TWO: &[(&str, &str)] = &[
    (
        "migrations/001_people.sql",
        "-- who\nCREATE TABLE people (id bigint PRIMARY KEY);\nINSERT INTO people VALUES (1);",
    ),
    (
        "migrations/002_names.sql",
        "ALTER TABLE people ADD COLUMN name text;\nCREATE INDEX CONCURRENTLY people_name ON people (name);\n\
         DO $$ BEGIN RAISE NOTICE 'nearly done'; END $$;",
    ),
];

#[test]
fn pending_files_are_applied_once() {
    let site = Site::new(TWO);
    let dry = site.run(&["apply", "--dry-run"]);
    dry.assert_code(0).assert_says("2 files would run");
    assert_eq!(site.one("SELECT to_regnamespace('pgmason')::text"), "", "a dry run leaves nothing");

    site.run(&["apply", "--to", "001"]).assert_code(0).assert_says("1 file applied");
    let second = site.run(&["apply"]);
    second.assert_code(0).assert_says("1 file applied").assert_says("3 transactions").assert_says("nearly done");
    site.run(&["apply"]).assert_code(0).assert_says("nothing to do");
    assert_eq!(site.list("SELECT id::text FROM people"), ["1"]);
    assert_eq!(site.list("SELECT version FROM pgmason.migrations ORDER BY 1"), ["001", "002"]);
    assert_eq!(
        site.list("SELECT statements[1] FROM pgmason.migrations WHERE version = '001'"),
        ["-- who\nCREATE TABLE people (id bigint PRIMARY KEY)"]
    );
    assert_eq!(
        site.list("SELECT outcome || ' ' || steps_done FROM pgmason.migration_runs ORDER BY id"),
        ["applied 2", "applied 3"]
    );
    site.run(&["status"]).assert_code(0).assert_says("2 applied, 0 pending; clean");
}

#[test]
fn the_json_is_a_contract() {
    let site = Site::new(TWO);
    let report = site.run(&["apply", "--json"]).json();
    assert_eq!(report["schema_version"], 1);
    let files = report["files"].as_array().unwrap();
    assert_eq!(files.len(), 2);
    assert_eq!(files[1]["outcome"], "applied");
    assert_eq!(files[1]["groups"], 3);
    assert_eq!(files[1]["notices"][0], "notice: nearly done");
    let status = site.run(&["status", "--json"]).json();
    assert_eq!(status["schema_version"], 1);
    assert_eq!(status["migrations"][0]["state"], "applied");
    assert_eq!(status["problems"], serde_json::json!([]));
}

#[test]
fn a_failed_file_leaves_nothing_and_says_where_it_failed() {
    let site = Site::new(&[
        ("migrations/001_a.sql", "CREATE TABLE a (id int);"),
        ("migrations/002_b.sql", "CREATE TABLE b (id int);\nINSERT INTO b\nVALUES ('one');\nCREATE TABLE c (id int);"),
        ("migrations/003_c.sql", "CREATE TABLE d (id int);"),
    ]);
    let failed = site.run(&["apply"]);
    failed
        .assert_code(1)
        .assert_says("002_b.sql:3")
        .assert_says("22P02")
        .assert_says("to go on: pgmason migration apply");
    failed.assert_says("1 file applied, 1 failed, 1 not run");
    assert_eq!(site.list("SELECT relname::text FROM pg_class WHERE relname IN ('a', 'b', 'c', 'd')"), ["a"]);
    let status = site.run(&["status"]);
    status.assert_code(1).assert_says("2 pending").assert_says("002_b.sql failed when it was last run");
    assert_eq!(site.list("SELECT version FROM pgmason.migration_runs WHERE outcome = 'failed'"), ["002"]);

    site.folder.write("migrations/002_b.sql", "CREATE TABLE b (id int);\nINSERT INTO b VALUES (1);");
    site.run(&["apply"]).assert_code(0).assert_says("2 files applied");
}

#[test]
fn what_a_deferred_constraint_says_at_the_end_is_the_files_failure() {
    let site = Site::new(&[(
        "migrations/001_a.sql",
        "CREATE TABLE a (id int PRIMARY KEY, other int REFERENCES a DEFERRABLE INITIALLY DEFERRED);\n\
         INSERT INTO a VALUES (1, 2);",
    )]);
    site.run(&["apply"]).assert_code(1).assert_says("23503").assert_says("COMMIT");
    assert_eq!(site.one("SELECT to_regclass('public.a')::text"), "");
}

#[test]
fn a_file_takes_no_role_or_setting_with_it() {
    let site = Site::new(&[
        (
            "migrations/001_a.sql",
            "CREATE ROLE site_guest; GRANT CREATE, USAGE ON SCHEMA public TO site_guest;\n\
             SET search_path = ''; SET ROLE site_guest; CREATE TABLE public.a (id int);",
        ),
        ("migrations/002_b.sql", "CREATE TABLE b (id int);"),
    ]);
    site.run(&["apply"]).assert_code(0);
    assert_eq!(
        site.list("SELECT tableowner::text FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"),
        ["site_guest", "admin"]
    );
}

#[test]
fn copy_data_goes_along() {
    let site = Site::new(&[(
        "migrations/001_a.sql",
        "CREATE TABLE a (id int, name text);\nCOPY a FROM STDIN;\n1\tone\n2\ttwo\n\\.\nUPDATE a SET id = id + 10;",
    )]);
    site.run(&["apply"]).assert_code(0);
    assert_eq!(site.list("SELECT id || name FROM a ORDER BY id"), ["11one", "12two"]);
}

#[test]
fn rows_are_lost_only_when_that_is_allowed() {
    let site = Site::new(&[
        ("migrations/001_a.sql", "CREATE TABLE kept (id int); CREATE TABLE empty (id int);"),
        ("migrations/002_b.sql", "DROP TABLE empty;\nDROP TABLE kept;"),
    ]);
    site.run(&["apply", "--to", "001"]).assert_code(0);
    site.sql("INSERT INTO kept VALUES (1)");
    let refused = site.run(&["apply"]);
    refused.assert_code(1).assert_says("--allow drop-table:public.kept").assert_never_says("public.empty");
    assert_eq!(site.list("SELECT id::text FROM kept"), ["1"]);
    site.run(&["apply", "--dry-run"]).assert_code(1).assert_says("drop-table:public.kept");
    site.run(&["apply", "--allow", "drop-table:public.kept"]).assert_code(0);

    // Of a column only the rows that hold something in it count.
    let column = Site::new(&[("migrations/001_a.sql", "ALTER TABLE t DROP COLUMN \"Note\";")]);
    column.sql("CREATE TABLE t (id int, \"Note\" text); INSERT INTO t SELECT generate_series(1, 5)");
    column.run(&["apply", "--dry-run"]).assert_code(0);
    column.sql("UPDATE t SET \"Note\" = 'x' WHERE id < 3");
    column.run(&["apply"]).assert_code(1).assert_says("(2 rows)").assert_says("--allow drop-column:public.t.");

    // Not even by a file that says that it makes the table, or by a search path of the database's own.
    let said = Site::new(&[
        ("migrations/001_a.sql", "CREATE TABLE IF NOT EXISTS users (a int);"),
        ("migrations/002_b.sql", "DROP TABLE users;"),
    ]);
    said.sql("CREATE TABLE users AS SELECT 1 AS a");
    said.run(&["apply"]).assert_code(1).assert_says("--allow drop-table:public.users");
    let path = Site::new(&[("migrations/001_a.sql", "TRUNCATE users;")]);
    path.sql(&format!("CREATE SCHEMA app; ALTER DATABASE {} SET search_path = app, public", path.database));
    path.sql("CREATE TABLE app.users AS SELECT 1 AS a");
    path.run(&["apply", "--dry-run"]).assert_code(1).assert_says("--allow truncate:app.users");
    path.run(&["apply"]).assert_code(1).assert_says("--allow truncate:app.users");

    // What goes with a schema, the database knows.
    let cascade = Site::new(&[("migrations/001_a.sql", "DROP SCHEMA gone CASCADE;")]);
    cascade.sql("CREATE SCHEMA gone CREATE TABLE empty (id int)");
    cascade.run(&["apply", "--dry-run"]).assert_code(0);
    cascade.sql("CREATE TABLE gone.full AS SELECT 1 AS id");
    cascade.run(&["apply"]).assert_code(1).assert_says("gone.\"full\" (1 row)").assert_says("--allow drop-schema:gone");

    // Rows that a policy hides from the role are rows all the same.
    let hidden = Site::new(&[
        ("migrations/001_a.sql", "CREATE TABLE kept (id int);"),
        ("migrations/002_b.sql", "DROP TABLE kept;"),
    ]);
    hidden.sql("CREATE ROLE site_owner LOGIN; ALTER SCHEMA public OWNER TO site_owner");
    hidden.sql(&format!("GRANT CREATE ON DATABASE {} TO site_owner", hidden.database));
    let url = super::cluster().url("site_owner", &hidden.database);
    let as_owner = |arguments: &[&str]| {
        crate::support::pgmason(hidden.folder.path()).args(["migration"]).args(arguments).args(["--db", &url]).run()
    };
    as_owner(&["apply", "--to", "001"]).assert_code(0);
    hidden.sql("INSERT INTO kept VALUES (1); ALTER TABLE kept ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY");
    as_owner(&["apply"]).assert_code(1).assert_says("drop-table:public.kept");

    // What the run itself made holds nobody's rows.
    let fresh = Site::new(&[
        ("migrations/001_a.sql", "CREATE TABLE kept (id int); INSERT INTO kept VALUES (1);"),
        ("migrations/002_b.sql", "DROP TABLE kept;"),
    ]);
    fresh.run(&["apply"]).assert_code(0);
}

#[test]
fn files_that_cannot_run_are_told_before_anything_runs() {
    for (text, words) in [
        ("SET LOCAL lock_timeout = '1s';\nCREATE INDEX CONCURRENTLY i ON t (a);", "SET LOCAL"),
        ("BEGIN;\nCREATE INDEX CONCURRENTLY i ON t (a);\nCOMMIT;", "CREATE INDEX CONCURRENTLY"),
        ("BEGIN;\nSELECT 1;", "never ends"),
        ("\\gexec", "psql"),
        ("SELECT 'a", "unterminated"),
    ] {
        let site = Site::new(&[("migrations/001_t.sql", "CREATE TABLE t (a int);"), ("migrations/002_x.sql", text)]);
        site.run(&["apply"]).assert_refused().assert_says(words).assert_says("002_x.sql");
        assert_eq!(site.one("SELECT to_regclass('public.t')::text"), "", "{text}");
    }
}

#[test]
fn own_transactions_of_a_file_are_kept() {
    let site = Site::new(&[(
        "migrations/001_a.sql",
        "BEGIN;\nCREATE TABLE a (id int);\nCOMMIT;\nBEGIN;\nCREATE TABLE b (id int);\nROLLBACK;\nCREATE TABLE c (id int);",
    )]);
    site.run(&["apply"]).assert_code(0);
    assert_eq!(site.list("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"), ["a", "c"]);
}

#[test]
fn what_a_file_sets_holds_for_all_of_it() {
    let site = Site::new(&[
        (
            "migrations/000_role.sql",
            "CREATE SCHEMA app; CREATE ROLE site_keeper; GRANT ALL ON SCHEMA app TO site_keeper;",
        ),
        (
            "migrations/001_path.sql",
            "SET search_path = app;\nCREATE TABLE t (a int);\nCREATE INDEX CONCURRENTLY t_a ON t (a);\nCREATE TABLE t2 (a int);",
        ),
        ("migrations/002_vacuum.sql", "SET search_path = app;\nVACUUM t;\nINSERT INTO t VALUES (1);"),
        (
            "migrations/003_own.sql",
            "SET search_path = app;\nBEGIN;\nCREATE TABLE t3 (a int);\nCOMMIT;\nBEGIN;\nCREATE TABLE t4 (a int);\nCOMMIT;",
        ),
        (
            "migrations/004_role.sql",
            "SET ROLE site_keeper;\nCREATE TABLE app.t5 (a int);\nCREATE INDEX CONCURRENTLY t5_a ON app.t5 (a);\n\
             CREATE TABLE app.t6 (a int);",
        ),
        (
            "migrations/005_temporary.sql",
            "CREATE TEMPORARY TABLE x AS SELECT 7 AS a;\nBEGIN;\nINSERT INTO app.t SELECT a FROM x;\nCOMMIT;",
        ),
        ("migrations/006_after.sql", "CREATE TABLE t7 (a int);"),
    ]);
    site.run(&["apply"]).assert_code(0);
    let tables = "SELECT schemaname || '.' || tablename || ' ' || tableowner FROM pg_tables \
                  WHERE schemaname IN ('app', 'public') ORDER BY 1";
    assert_eq!(
        site.list(tables),
        [
            "app.t admin",
            "app.t2 admin",
            "app.t3 admin",
            "app.t4 admin",
            "app.t5 site_keeper",
            "app.t6 site_keeper",
            "public.t7 admin"
        ]
    );
    assert_eq!(site.list("SELECT a::text FROM app.t ORDER BY a"), ["1", "7"]);
}

#[test]
fn hooks_get_the_plan() {
    let site = Site::new(TWO);
    site.folder.write(
        "pgmason.toml",
        "[hooks]\nbefore = \"cat > before.json\"\nafter = [\"echo types > types.ts\"]\non_failure = \"touch alert\"\n",
    );
    site.run(&["apply", "--to", "001"]).assert_code(0);
    let plan: serde_json::Value = serde_json::from_str(&site.folder.read("before.json")).unwrap();
    assert_eq!(plan["files"][0]["version"], "001");
    assert_eq!(site.folder.read("types.ts"), "types\n");
    assert!(!site.folder.join("alert").exists());

    site.folder.write("migrations/002_names.sql", "SELECT 1/0;");
    site.run(&["apply"]).assert_code(1);
    assert!(site.folder.join("alert").exists());

    site.folder.write("pgmason.toml", "[hooks]\nbefore = \"exit 3\"\n");
    site.folder.write("migrations/002_names.sql", "CREATE TABLE never (id int);");
    site.run(&["apply"]).assert_code(1).assert_says("ended with 3");
    assert_eq!(site.one("SELECT to_regclass('public.never')::text"), "");
}

#[test]
fn a_plan_runs_only_where_nothing_changed() {
    let site = Site::new(TWO);
    site.run(&["plan", "--out", "plan.json"]).assert_code(0);
    site.sql("CREATE TABLE surprise (id int)");
    site.run(&["apply", "--plan", "plan.json"]).assert_code(1).assert_says("the database has changed");
    site.run(&["plan", "--out", "plan.json"]).assert_code(0);
    site.folder.write("migrations/002_names.sql", "SELECT 1;");
    site.run(&["apply", "--plan", "plan.json"]).assert_code(1).assert_says("002_names.sql");
    site.run(&["plan", "--out", "plan.json"]).assert_code(0);
    site.run(&["apply", "--plan", "plan.json"]).assert_code(0).assert_says("2 files applied");
    site.folder.write("broken.json", "{}");
    site.run(&["apply", "--plan", "broken.json"]).assert_refused();
}

#[test]
fn what_is_no_utf_8_is_refused() {
    let site = Site::new(&[("migrations/001_a.sql", "CREATE TABLE a (name text);")]);
    site.folder.write("migrations/002_b.sql", b"INSERT INTO a VALUES ('caf\xe9');");
    site.run(&["apply"]).assert_refused().assert_says("002_b.sql` is not UTF-8").assert_says("iconv");
    assert_eq!(site.one("SELECT to_regclass('public.a')::text"), "");
    site.folder.write("migrations/003_c.sql", b"\x7fELF\x00\x01\x02\x00\x00");
    site.run(&["apply"]).assert_refused().assert_says("003_c.sql");
    site.run(&["status"]).assert_refused();
}

#[test]
fn a_folder_that_is_none_or_holds_nothing_is_refused() {
    let site = Site::new(&[("readme.md", "nothing here")]);
    for command in ["apply", "status", "plan", "test", "audit", "renumber"] {
        let outcome = crate::support::pgmason(site.folder.path())
            .args(["migration", command])
            .env("PGMASON_DATABASE_URL", &site.url)
            .run();
        outcome.assert_refused();
        let outcome = crate::support::pgmason(site.folder.path())
            .args(["migration", command, "--migrations", "nowhere"])
            .env("PGMASON_DATABASE_URL", &site.url)
            .run();
        outcome.assert_refused().assert_says("nowhere");
    }
}
