//! `--db`: a live database is read, and what keeps one from being read is told without a secret.

use std::sync::OnceLock;

use pgmason_testkit::{Cluster, ClusterOptions, Folder, Outcome};

use crate::fake_server;
use crate::support::{NO_KEY, pgmason, project, run};

const SECRET: &str = "hunter2";

/// One server for all: everybody over the socket, passwords over TCP, TLS alone for the database `sealed`.
fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| {
        let cluster = Cluster::start(&ClusterOptions {
            tls: true,
            access: "hostssl sealed all 127.0.0.1/32 trust\n\
                     hostnossl sealed all 127.0.0.1/32 reject\n\
                     host all all 127.0.0.1/32 scram-sha-256"
                .to_owned(),
            ..ClusterOptions::default()
        });
        cluster.sql("postgres", "CREATE DATABASE sealed");
        cluster.sql("postgres", "CREATE DATABASE shop");
        cluster.sql("postgres", &format!("CREATE ROLE keeper LOGIN PASSWORD '{SECRET}'"));
        cluster.sql("shop", NO_KEY);
        cluster.sql("shop", "CREATE TABLE public.good (id bigint PRIMARY KEY)");
        cluster
    })
}

/// Checks in every output that could show a secret.
fn check(url: &str) -> Outcome {
    let folder = project(NO_KEY);
    let mut outcome = run(&folder, &["check", "--db", url, "--rule", "no-primary-key"]);
    outcome.assert_never_says(SECRET);
    for output in ["json", "sarif", "markdown"] {
        let other = run(&folder, &["check", "--db", url, "--rule", "no-primary-key", "--output", output]);
        other.assert_never_says(SECRET);
        assert_eq!(other.code, outcome.code, "{other}");
    }
    run(&folder, &["doctor", "--db", url]).assert_never_says(SECRET);
    outcome.stderr.push_str(&run(&folder, &["tables", "--db", url]).assert_never_says(SECRET).stderr);
    outcome
}

#[test]
fn a_live_database_is_judged() {
    let outcome =
        run(&project(""), &["check", "--db", &cluster().superuser_url("shop"), "--json", "--rule", "no-primary-key"]);
    outcome.assert_code(1);
    assert_eq!(outcome.findings(), [("no-primary-key".to_owned(), "public.heap".to_owned())]);
    // Without any files a database alone is enough.
    let alone = run(&Folder::new(), &["check", "--db", &cluster().superuser_url("shop"), "--rule", "no-primary-key"]);
    alone.assert_code(1).assert_says("public.heap");
    let listed = run(&Folder::new(), &["tables", "--db", &cluster().superuser_url("shop")]);
    listed.assert_code(0).assert_says("public.good");
}

#[test]
fn only_pending_files_are_judged_for_locks() {
    let cluster = cluster();
    cluster.sql("postgres", "CREATE DATABASE half_way");
    cluster.sql(
        "half_way",
        "CREATE TABLE public.t (id bigint PRIMARY KEY, a int, b int); CREATE SCHEMA supabase_migrations; \
         CREATE TABLE supabase_migrations.schema_migrations (version text PRIMARY KEY); \
         INSERT INTO supabase_migrations.schema_migrations VALUES ('20240101000000'), ('20240102000000')",
    );
    let folder = Folder::with(&[
        ("supabase/migrations/20240101000000_a.sql", "CREATE TABLE public.t (id bigint PRIMARY KEY, a int, b int);"),
        ("supabase/migrations/20240102000000_b.sql", "CREATE INDEX t_a ON public.t (a);"),
        ("supabase/migrations/20240103000000_c.sql", "CREATE INDEX t_b ON public.t (b);"),
    ]);
    let files = |extra: &[&str]| -> Vec<String> {
        let outcome = run(&folder, &[&["check", "--json", "--rule", "index-not-concurrent"], extra].concat());
        let report = outcome.json();
        let list = report["findings"].as_array().unwrap();
        list.iter().map(|finding| finding["file"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()).collect()
    };
    assert_eq!(files(&[]), ["20240102000000_b.sql", "20240103000000_c.sql"]);
    assert_eq!(files(&["--db", &cluster.superuser_url("half_way")]), ["20240103000000_c.sql"]);
}

#[test]
fn urls_that_are_none() {
    for url in [
        format!("postgres://me:{SECRET}@host:port/app"),
        format!("postgres://me:{SECRET}%zz@host/app"),
        format!("host=x password='{SECRET}"),
        format!("me:{SECRET}@host/app"),
        format!("postgres://me:{SECRET}@127.0.0.1/app?sslmode=perhaps"),
        SECRET.to_owned(),
    ] {
        check(&url).assert_refused();
    }
}

#[test]
fn nobody_answers() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    check(&format!("postgres://me:{SECRET}@127.0.0.1:{port}/app"))
        .assert_refused()
        .assert_says("no PostgreSQL answers");
    check(&format!("postgres://me:{SECRET}@no-such-host.invalid/app"))
        .assert_refused()
        .assert_says("no-such-host.invalid");
}

#[test]
fn no_such_database() {
    let url = cluster().superuser_url("never_made");
    check(&url).assert_refused().assert_says("never_made");
}

#[test]
fn passwords() {
    let address = cluster().address();
    check(&format!("postgres://keeper:{SECRET}-not@{address}/shop")).assert_refused().assert_says("password");
    check(&format!("postgres://keeper@{address}/shop")).assert_refused().assert_says("PGPASSWORD");
    let right = check(&format!("postgres://keeper:{SECRET}@{address}/shop"));
    right.assert_code(1).assert_says("public.heap");
    let folder = project(NO_KEY);
    let from_environment = pgmason(folder.path())
        .args(["check", "--rule", "no-primary-key"])
        .env("PGMASON_DATABASE_URL", format!("postgres://keeper@{address}/shop"))
        .env("PGPASSWORD", SECRET)
        .run();
    from_environment.assert_code(1).assert_says("public.heap").assert_never_says(SECRET);
    // In a source, too.
    let source = format!("db:postgres://keeper:{SECRET}@{address}/shop");
    let outcome = run(&folder, &["check", "--source", &source, "--json"]);
    outcome.assert_code(1).assert_never_says(SECRET);
    let snapshot = run(&folder, &["snapshot", &source]);
    snapshot.assert_code(0).assert_never_says(SECRET);
}

#[test]
fn a_server_that_wants_tls() {
    let url = |mode: &str| format!("postgres://admin:{SECRET}@{}/sealed?sslmode={mode}", cluster().address());
    check(&url("disable")).assert_refused().assert_says("sslmode=require");
    for mode in ["require", "prefer"] {
        check(&url(mode)).assert_code(0);
    }
    // The certificate is nobody's.
    check(&url("verify-full")).assert_refused().assert_says("sslrootcert");
}

#[test]
fn a_server_that_is_too_old() {
    let port = fake_server::start("12.3", "120003");
    let outcome = check(&format!("postgres://me:{SECRET}@127.0.0.1:{port}/app?sslmode=disable"));
    outcome.assert_refused().assert_says("12.3").assert_says("13");
    let folder = project(NO_KEY);
    let url = format!("postgres://me:{SECRET}@127.0.0.1:{port}/app?sslmode=disable");
    run(&folder, &["check", "--scratch", &url]).assert_refused().assert_says("12.3").assert_never_says(SECRET);
}

#[test]
fn a_standby_is_read_and_told() {
    let standby = Cluster::start(&ClusterOptions { standby: true, ..ClusterOptions::default() });
    let outcome = run(&Folder::new(), &["check", "--db", &standby.superuser_url("postgres"), "--json"]);
    outcome.assert_code(0).assert_says("a standby counts only its own reads");
}

#[test]
fn what_a_role_may_not_read_is_told() {
    let cluster = cluster();
    cluster.sql("postgres", "CREATE DATABASE guarded");
    cluster.sql("guarded", NO_KEY);
    cluster.sql("guarded", "REVOKE SELECT ON pg_catalog.pg_policy FROM PUBLIC; CREATE ROLE visitor LOGIN");
    let url = cluster.url("visitor", "guarded");
    let outcome = run(&Folder::new(), &["check", "--db", &url, "--json"]);
    outcome.assert_code(1);
    assert!(outcome.findings().contains(&("no-primary-key".to_owned(), "public.heap".to_owned())), "{outcome}");
    let told = outcome.json()["not_checked"].to_string();
    assert!(told.contains("pg_policy"), "{told}");
    // Nothing is said about policies that nobody could see.
    assert!(
        outcome.findings().iter().all(|(rule, _)| rule != "rls-without-policy" && rule != "command-without-policy")
    );
    run(&Folder::new(), &["check", "--db", &url]).assert_says("pg_policy");
}

#[test]
fn a_role_whose_statements_are_cut_short() {
    let cluster = cluster();
    cluster.sql("postgres", "CREATE DATABASE locked");
    cluster.sql("locked", "CREATE TABLE public.heap (note text); CREATE VIEW public.v AS SELECT note FROM public.heap");
    cluster.sql("locked", "CREATE ROLE hurried LOGIN; ALTER ROLE hurried SET statement_timeout = '700ms'");
    // Deparsing the view waits for its table, longer than the role may run a statement.
    let mut holder = cluster.client("locked");
    holder.batch_execute("BEGIN; LOCK TABLE public.heap IN ACCESS EXCLUSIVE MODE").unwrap();
    let thread = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_secs(3));
        holder.batch_execute("COMMIT").unwrap();
    });
    let url = cluster.url("hurried", "locked");
    let outcome = run(&Folder::new(), &["check", "--db", &url, "--json", "--rule", "no-primary-key"]);
    thread.join().unwrap();
    outcome.assert_code(1);
    assert_eq!(outcome.findings(), [("no-primary-key".to_owned(), "public.heap".to_owned())]);
}

#[test]
fn a_scratch_on_a_server_of_ones_own_is_left_as_it_was() {
    let server = Cluster::start(&ClusterOptions::default());
    let names = || -> Vec<String> {
        let sql = "SELECT datname::text FROM pg_database UNION ALL SELECT rolname::text FROM pg_roles ORDER BY 1";
        server.client("postgres").query(sql, &[]).unwrap().iter().map(|row| row.get(0)).collect()
    };
    let before = names();
    let supabase = Folder::with(&[(
        "supabase/migrations/20240101000000_a.sql",
        "CREATE EXTENSION IF NOT EXISTS vector;\nCREATE TABLE public.heap (note text, owner uuid REFERENCES auth.users, e vector(3));\n\
         CREATE INDEX ON public.heap USING ivfflat (e) WITH (lists = 10);\n\
         CREATE POLICY own ON public.heap TO authenticated USING (owner = auth.uid());\n",
    )]);
    for folder in [project(NO_KEY), supabase] {
        let outcome = run(
            &folder,
            &["check", "--scratch", &server.superuser_url("postgres"), "--json", "--rule", "no-primary-key"],
        );
        assert_eq!(outcome.json()["replay"]["failures"], serde_json::json!([]), "{outcome}");
        assert_eq!(outcome.findings(), [("no-primary-key".to_owned(), "public.heap".to_owned())], "{outcome}");
        assert_eq!(names(), before);
    }
}
