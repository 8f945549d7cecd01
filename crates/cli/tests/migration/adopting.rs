//! `migration adopt`: the history tables of other tools, as those tools write them.

use super::Site;

/// SHA-256 of a file's bytes, in hexadecimal, as the server computes it.
fn sha256(site: &Site, text: &str) -> String {
    site.one(&format!("SELECT encode(sha256(convert_to('{text}', 'UTF8')), 'hex')"))
}

#[test]
fn apply_refuses_a_database_whose_history_another_tool_keeps() {
    let site = Site::new(&[("db/migrations/20240101000000_a.sql", "-- migrate:up\nCREATE TABLE a (id int);\n")]);
    site.sql("CREATE TABLE public.schema_migrations (version varchar(128) PRIMARY KEY)");
    site.run(&["apply"]).assert_code(1).assert_says("another tool keeps").assert_says("migration adopt");
    site.run(&["status"]).assert_code(0).assert_says("migration adopt");
}

#[test]
fn prisma() {
    let site = Site::new(&[
        ("prisma/migrations/20240101000000_a/migration.sql", "SELECT 1;"),
        ("prisma/migrations/20240101000000_b/migration.sql", "SELECT 2;"),
        ("prisma/migrations/20240102000000_c/migration.sql", "SELECT 3;"),
    ]);
    let (a, edited) = (sha256(&site, "SELECT 1;"), sha256(&site, "SELECT 22;"));
    site.sql(&format!(
        "CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz, \
         migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL \
         DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0); \
         INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name) \
         VALUES ('1', '{a}', now(), '20240101000000_a'), ('2', '{edited}', now(), '20240101000000_b')"
    ));
    site.run(&["adopt", "--dry-run"]).assert_code(0).assert_says("nothing was changed");
    site.run(&["status"]).assert_says("0 applied, 3 pending");
    let outcome = site.run(&["adopt"]);
    outcome.assert_code(0).assert_says("Prisma keeps 2 migrations").assert_says("1 are the files as they are");
    outcome.assert_says("20240101000000_b/migration.sql was edited after Prisma applied it");
    site.run(&["status"]).assert_code(0).assert_says("2 applied, 1 pending");
    site.run(&["apply"]).assert_code(0).assert_says("1 file applied");
    assert_eq!(site.one("SELECT count(*)::text FROM _prisma_migrations"), "2", "it stays as it is");
}

#[test]
fn a_migration_that_failed_under_prisma_stops_it() {
    let site = Site::new(&[("prisma/migrations/20240101000000_a/migration.sql", "SELECT 1;")]);
    site.sql(
        "CREATE TABLE _prisma_migrations (id text, checksum text, finished_at timestamptz, migration_name text, \
         rolled_back_at timestamptz); INSERT INTO _prisma_migrations VALUES ('1', 'x', NULL, '20240101000000_a', NULL)",
    );
    site.run(&["adopt"]).assert_code(1).assert_says("failed under Prisma");
    assert_eq!(site.one("SELECT to_regnamespace('pgmason')::text"), "");
}

#[test]
fn sqlx() {
    let site = Site::new(&[("migrations/1_a.up.sql", "SELECT 1;"), ("migrations/2_b.up.sql", "SELECT 2;")]);
    site.sql(
        "CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY, description text NOT NULL, installed_on timestamptz \
         NOT NULL DEFAULT now(), success boolean NOT NULL, checksum bytea NOT NULL, execution_time bigint NOT NULL); \
         INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (1, 'a', true, sha384(convert_to('SELECT 1;', 'UTF8')), 1)",
    );
    site.run(&["adopt", "--dry-run"]).assert_code(0).assert_says("1 would be taken over");
    site.run(&["adopt"]).assert_code(0).assert_says("sqlx keeps 1").assert_says("1 are the files as they are");
    site.run(&["status"]).assert_code(0).assert_says("1 applied, 1 pending");
}

#[test]
fn dbmate_refinery_diesel_flyway_and_golang_migrate() {
    let two = |up: fn(&str) -> (String, String)| {
        let (one, two) = (up("1"), up("2"));
        Site::new(&[(one.0.as_str(), one.1.as_str()), (two.0.as_str(), two.1.as_str())])
    };
    let numbered: fn(&str) -> (String, String) =
        |number| (format!("migrations/{number}_a.sql"), format!("SELECT {number};"));
    let versioned: fn(&str) -> (String, String) =
        |number| (format!("migrations/V{number}__a.sql"), format!("SELECT {number};"));
    let in_folders: fn(&str) -> (String, String) =
        |number| (format!("migrations/2024-01-0{number}-000000_a/up.sql"), format!("SELECT {number};"));
    for (tool, site, sql) in [
        (
            "dbmate",
            two(numbered),
            "CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY); INSERT INTO schema_migrations VALUES ('1')",
        ),
        (
            "golang-migrate",
            two(numbered),
            "CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL); \
             INSERT INTO schema_migrations VALUES (1, false)",
        ),
        (
            "refinery",
            two(versioned),
            "CREATE TABLE refinery_schema_history (version int4 PRIMARY KEY, name varchar(255), applied_on varchar(255), \
             checksum varchar(255)); INSERT INTO refinery_schema_history VALUES (1, 'a', '2024', '17')",
        ),
        (
            "Flyway",
            two(versioned),
            // The CRC-32 of `SELECT 1;`.
            "CREATE TABLE flyway_schema_history (installed_rank int PRIMARY KEY, version varchar(50), description varchar(200), \
             type varchar(20), script varchar(1000), checksum int, installed_by varchar(100), installed_on timestamp DEFAULT \
             now(), execution_time int, success boolean); INSERT INTO flyway_schema_history (installed_rank, version, type, \
             checksum, success) VALUES (1, '1', 'SQL', -1640450340, true)",
        ),
        (
            "diesel",
            two(in_folders),
            "CREATE TABLE __diesel_schema_migrations (version varchar(50) PRIMARY KEY, run_on timestamp NOT NULL DEFAULT now()); \
             INSERT INTO __diesel_schema_migrations (version) VALUES ('20240101000000')",
        ),
    ] {
        site.sql(sql);
        site.run(&["adopt"]).assert_code(0).assert_says(&format!("{tool} keeps 1 migrations"));
        site.run(&["status"]).assert_code(0).assert_says("1 applied, 1 pending");
        site.run(&["apply"]).assert_code(0).assert_says("1 file applied");
    }
}

#[test]
fn supabase_keeps_its_table_and_gets_checksums_beside_it() {
    let site = Site::new(&[("supabase/migrations/20240101000000_a.sql", "SELECT 1;")]);
    site.sql(
        "CREATE SCHEMA supabase_migrations; CREATE TABLE supabase_migrations.schema_migrations (version text PRIMARY KEY, \
         statements text[], name text); INSERT INTO supabase_migrations.schema_migrations VALUES ('20240101000000', \
         '{SELECT 1}', 'a')",
    );
    site.run(&["adopt"]).assert_code(0).assert_says("Supabase keeps 1").assert_says("1 are the files as they are");
    assert_eq!(site.list("SELECT outcome FROM pgmason.migration_runs"), ["marked"]);
    site.run(&["adopt"]).assert_code(0).assert_says("Supabase keeps 0");
    site.run(&["status"]).assert_code(0).assert_says("1 applied, 0 pending; clean");
    Site::new(&[("migrations/001_a.sql", "SELECT 1;")]).run(&["adopt"]).assert_refused().assert_says("--baseline");
}
