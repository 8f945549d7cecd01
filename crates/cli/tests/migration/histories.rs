//! Where folder and history differ: each case is told, stops `apply`, and can be repaired.

use super::Site;

const THREE: &[(&str, &str)] = &[
    ("migrations/001_a.sql", "CREATE TABLE a (id int);"),
    ("migrations/002_b.sql", "CREATE TABLE b (id int);"),
    ("migrations/003_c.sql", "CREATE TABLE c (id int);"),
];

fn applied() -> Site {
    let site = Site::new(THREE);
    site.run(&["apply"]).assert_code(0);
    site
}

fn remove(site: &Site, file: &str) {
    std::fs::remove_file(site.folder.join(file)).unwrap();
}

#[test]
fn an_edited_file_is_told_with_what_differs() {
    let site = applied();
    site.folder.write("migrations/002_b.sql", "-- a comment\n\nCREATE  TABLE b (id INT);\n");
    site.run(&["status"]).assert_code(0).assert_says("clean");

    site.folder.write("migrations/002_b.sql", "CREATE TABLE b (id bigint);");
    site.folder.write("migrations/004_d.sql", "CREATE TABLE d (id int);");
    for command in ["status", "apply"] {
        let outcome = site.run(&[command]);
        outcome.assert_code(1).assert_says("was edited after it was applied");
        outcome.assert_says("-CREATE TABLE b (id int);").assert_says("+CREATE TABLE b (id bigint);");
    }
    assert_eq!(site.one("SELECT to_regclass('public.d')::text"), "");
    site.run(&["apply", "--allow", "edited"]).assert_code(0).assert_says("1 file applied");

    site.run(&["repair", "--mark", "applied", "002"]).assert_code(0);
    site.run(&["status"]).assert_code(0).assert_says("clean");
}

#[test]
fn a_file_deleted_after_it_was_applied_is_missing() {
    let site = applied();
    remove(&site, "migrations/002_b.sql");
    site.run(&["status"]).assert_code(1).assert_says("version 002 (b) is applied, and has no file");
    site.run(&["repair", "--mark", "reverted", "002", "--dry-run"]).assert_code(0).assert_says("would be taken out");
    site.run(&["status"]).assert_code(1);
    site.run(&["repair", "--mark", "reverted", "002"]).assert_code(0);
    site.run(&["status"]).assert_code(0);
}

#[test]
fn a_file_in_the_archive_is_not_missing() {
    let site = applied();
    remove(&site, "migrations/001_a.sql");
    site.folder.write("migrations_archive/001_a.sql", "CREATE TABLE a (id int);");
    site.run(&["status"]).assert_code(0).assert_says("archived").assert_says("clean");
}

#[test]
fn a_database_ahead_of_the_folder_stops_apply() {
    let site = applied();
    remove(&site, "migrations/003_c.sql");
    site.folder.write("migrations/0021_z.sql", "SELECT 1;");
    site.run(&["apply"]).assert_code(1).assert_says("newer than every file").assert_says("git pull");
}

#[test]
fn a_pending_file_before_an_applied_one_is_out_of_order() {
    let site = applied();
    site.folder.write("migrations/0015_late.sql", "CREATE TABLE late (id int);");
    site.run(&["status"]).assert_code(1).assert_says("0015_late.sql is pending, and the later");
    site.run(&["apply"]).assert_code(1);
    site.run(&["apply", "--allow", "out-of-order"]).assert_code(0).assert_says("1 file applied");
    site.run(&["status"]).assert_code(0);
}

#[test]
fn duplicate_versions_stop_everything() {
    let site = Site::new(THREE);
    site.folder.write("migrations/002_other.sql", "CREATE TABLE other (id int);");
    let outcome = site.run(&["apply"]);
    outcome.assert_code(1).assert_says("version 002 is that of several files").assert_says("migration renumber");
    assert_eq!(site.one("SELECT to_regclass('public.a')::text"), "");
}

#[test]
fn versions_that_sort_as_text_are_told() {
    let site = Site::new(&[("migrations/9_a.sql", "SELECT 1;"), ("migrations/10_b.sql", "SELECT 2;")]);
    let outcome = site.run(&["apply"]);
    outcome.assert_code(1).assert_says("versions sort as text");
    site.run(&["apply", "--allow", "out-of-order"]).assert_code(0).assert_says("2 files applied");
    site.run(&["status"]).assert_code(0);
}

#[test]
fn a_renamed_file_is_followed() {
    let site = Site::new(&[
        ("migrations/010_a.sql", "CREATE TABLE a (id int);"),
        ("migrations/020_b.sql", "CREATE TABLE b (id int);"),
        ("migrations/030_c.sql", "CREATE TABLE c (id int);"),
    ]);
    site.run(&["apply"]).assert_code(0);
    remove(&site, "migrations/020_b.sql");
    site.folder.write("migrations/025_b.sql", "CREATE TABLE b (id int);");
    let outcome = site.run(&["status"]);
    outcome.assert_code(1).assert_says("is applied under its old version 020").assert_says("repair --renamed");
    outcome.assert_says("1 thing needs a person");
    site.run(&["repair", "--renamed"]).assert_code(0).assert_says("renamed to 025");
    site.run(&["status"]).assert_code(0).assert_says("clean");
    assert_eq!(site.list("SELECT version FROM pgmason.migrations ORDER BY 1"), ["010", "025", "030"]);
}

#[test]
fn a_baseline_enters_what_was_there() {
    let site = Site::new(THREE);
    site.sql("CREATE TABLE a (id int); CREATE TABLE b (id int)");
    site.run(&["repair", "--baseline", "002"]).assert_code(0).assert_says("2 entries changed");
    site.run(&["apply"]).assert_code(0).assert_says("1 file applied");
    site.run(&["repair", "--baseline"]).assert_code(0).assert_says("nothing to change");
    site.run(&["repair", "--mark", "applied", "0099"]).assert_refused().assert_says("no migration has version `0099`");
    site.run(&["apply", "--to", "77"]).assert_refused().assert_says("no migration has version `77`");
}

#[test]
fn supabase_finds_what_it_would_have_written() {
    let site = Site::new(&[
        ("supabase/migrations/20240101000000_people.sql", "-- who\nCREATE TABLE people (id int);\n\nSELECT 1;\n"),
        ("supabase/migrations/20240102000000_more.sql", "CREATE TABLE more (id int);"),
    ]);
    // The Supabase CLI applied the first, as an older version of it would.
    site.sql(
        "CREATE TABLE people (id int); CREATE SCHEMA supabase_migrations; \
         CREATE TABLE supabase_migrations.schema_migrations (version text NOT NULL PRIMARY KEY); \
         INSERT INTO supabase_migrations.schema_migrations VALUES ('20240101000000')",
    );
    site.run(&["status"]).assert_code(0).assert_says("1 applied, 1 pending").assert_says("supabase_migrations");
    site.run(&["apply"]).assert_code(0).assert_says("1 file applied");
    assert_eq!(
        site.list(
            "SELECT version || ' ' || coalesce(name, '-') || ' ' || coalesce(array_to_string(statements, '|'), '-') \
             FROM supabase_migrations.schema_migrations ORDER BY version"
        ),
        ["20240101000000 - -", "20240102000000 more CREATE TABLE more (id int)"]
    );
    assert_eq!(site.one("SELECT count(*)::text FROM pgmason.migrations"), "0", "one truth");
    // Another tool writes on.
    site.folder.write("supabase/migrations/20240103000000_third.sql", "SELECT 3;");
    site.sql(
        "INSERT INTO supabase_migrations.schema_migrations (version, name, statements) \
         VALUES ('20240103000000', 'third', '{SELECT 4}')",
    );
    site.run(&["status"]).assert_code(1).assert_says("-SELECT 4;").assert_says("+SELECT 3;");
}

#[test]
fn what_ran_under_our_own_history_does_not_run_again_under_supabases() {
    let site =
        Site::new(&[("migrations/001_a.sql", "CREATE TABLE IF NOT EXISTS a (id int); INSERT INTO a VALUES (1);")]);
    site.run(&["apply"]).assert_code(0);
    site.sql(
        "CREATE SCHEMA supabase_migrations; CREATE TABLE supabase_migrations.schema_migrations \
              (version text PRIMARY KEY, statements text[], name text)",
    );
    site.run(&["status"]).assert_code(0).assert_says("1 applied, 0 pending");
    site.folder.write("migrations/002_b.sql", "SELECT 1;");
    site.run(&["apply"]).assert_code(0).assert_says("1 file applied");
    assert_eq!(site.list("SELECT id::text FROM a"), ["1"]);
    assert_eq!(site.list("SELECT version FROM supabase_migrations.schema_migrations ORDER BY 1"), ["001", "002"]);
    assert_eq!(site.one("SELECT count(*)::text FROM pgmason.migrations"), "0");
}

#[test]
fn a_half_done_file_that_is_gone_is_told() {
    let text = "CREATE TABLE a (x int);\nVACUUM a;\nSELECT 1/0;";
    let site = Site::new(&[("migrations/001_a.sql", text)]);
    site.run(&["apply"]).assert_code(1);
    std::fs::rename(site.folder.join("migrations/001_a.sql"), site.folder.join("migrations/002_a.sql")).unwrap();
    for command in ["status", "apply"] {
        site.run(&[command]).assert_code(1).assert_says("001 (a) stopped after 2 of its statements, and no file has");
    }
    site.run(&["rollback", "--to", "0", "--yes"]).assert_code(1).assert_says("stopped after 2");
    site.run(&["repair", "--mark", "reverted", "001"]).assert_code(0);
    site.run(&["status"]).assert_code(0).assert_says("1 pending");
}

#[test]
fn own_tables_are_closed_to_others() {
    let site = Site::new(THREE);
    site.sql(
        "CREATE ROLE site_anon; ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO site_anon; \
              ALTER DEFAULT PRIVILEGES GRANT ALL ON SCHEMAS TO site_anon",
    );
    site.run(&["apply"]).assert_code(0);
    let open = "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                WHERE n.nspname = 'pgmason' AND c.relkind = 'r' AND (NOT c.relrowsecurity \
                OR has_table_privilege('site_anon', c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE') \
                OR NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'p'))";
    assert_eq!(site.list(open), Vec::<String>::new());
    assert_eq!(site.one("SELECT has_schema_privilege('site_anon', 'pgmason', 'USAGE')::text"), "false");
    site.sql(
        "ALTER DEFAULT PRIVILEGES REVOKE ALL ON TABLES FROM site_anon; \
              ALTER DEFAULT PRIVILEGES REVOKE ALL ON SCHEMAS FROM site_anon",
    );

    // A role that row level security hides the history from is told so, and applies nothing twice.
    site.sql(
        "CREATE ROLE site_deployer LOGIN; GRANT CREATE ON SCHEMA public TO site_deployer; \
              GRANT USAGE ON SCHEMA pgmason TO site_deployer; \
              GRANT ALL ON ALL TABLES IN SCHEMA pgmason TO site_deployer",
    );
    let url = super::cluster().url("site_deployer", &site.database);
    let outcome = crate::support::pgmason(site.folder.path()).args(["migration", "apply", "--db", &url]).run();
    outcome.assert_refused().assert_says("row level security hides");
}

#[test]
fn renames_of_tables_are_shown() {
    let site = applied();
    site.sql("INSERT INTO pgmason.sys_table_migrations (old_name, new_name) VALUES ('users', 'auth_users')");
    site.run(&["status"]).assert_code(0).assert_says("users").assert_says("auth_users").assert_says("active");
}

#[test]
fn slow_runs_are_shown_with_their_trend() {
    let site = Site::new(&[("migrations/001_a.sql", "SELECT pg_sleep(0.3);"), ("migrations/002_b.sql", "SELECT 1;")]);
    site.run(&["apply"]).assert_code(0);
    site.run(&["status", "--slow"]).assert_code(0).assert_says("Slowest").assert_says("0.3").assert_says("Trend");
    let report = site.run(&["status", "--slow", "--json"]).json();
    assert_eq!(report["slow"][0]["version"], "001");
    assert_eq!(report["trend"][0]["files"], 2);
}
