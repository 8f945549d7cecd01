//! A server to test against, a database per test, and the wide fixture.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use pgmason_model::{Catalog, ServerVersion};
use pgmason_pg::{ConnectOptions, ConnectionString, IntrospectOptions, Platform, connect, introspect};
use pgmason_testkit::{Cluster, ClusterOptions};
use postgres::Client;

/// A superuser's way to the server: the one that `PGMASON_TEST_DATABASE_URL` names, else one of the tests' own.
pub(crate) fn server() -> ConnectionString {
    static OWN: OnceLock<Cluster> = OnceLock::new();
    match std::env::var("PGMASON_TEST_DATABASE_URL") {
        Ok(url) => url.parse().expect("PGMASON_TEST_DATABASE_URL must be a connection string"),
        Err(_) => OWN
            .get_or_init(|| {
                Cluster::start(&ClusterOptions { superuser: Some("postgres"), ..ClusterOptions::default() })
            })
            .connection("postgres"),
    }
}

/// A database of its own for one test, dropped at its end.
pub(crate) struct Database {
    pub(crate) connection: ConnectionString,
    name: String,
}

impl Database {
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("pgmason_test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let mut admin = client(&server());
        admin.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template0")).expect("a new database");
        make_roles(&mut admin);
        Self { connection: server().with_database(&name), name }
    }

    /// A database with the SQL already run.
    pub(crate) fn with(sql: &str) -> Self {
        let database = Self::new();
        database.client().batch_execute(sql).expect("the SQL of the test");
        database
    }

    pub(crate) fn with_every_kind() -> Self {
        let database = Self::new();
        let mut client = database.client();
        let version = version(&mut client);
        client.batch_execute(&gated(include_str!("every_kind.sql"), version)).expect("the wide fixture");
        database
    }

    pub(crate) fn client(&self) -> Client {
        client(&self.connection)
    }

    pub(crate) fn catalog(&self) -> Catalog {
        read(&mut self.client())
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A database with a subscription cannot be dropped.
        let subscriptions = "DO $$ DECLARE found text; BEGIN
            FOR found IN SELECT subname FROM pg_subscription JOIN pg_database d ON d.oid = subdbid
                WHERE d.datname = current_database() LOOP
                EXECUTE format('DROP SUBSCRIPTION %I', found);
            END LOOP;
        END $$";
        self.client().batch_execute(subscriptions).ok();
        let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        client(&server()).batch_execute(&drop).ok();
    }
}

pub(crate) fn client(connection: &ConnectionString) -> Client {
    connect(connection, &ConnectOptions::default()).expect("a connection")
}

pub(crate) fn read(client: &mut Client) -> Catalog {
    introspect(client, &IntrospectOptions { platform: Platform::None, ..Default::default() }).expect("a catalog")
}

pub(crate) fn version(client: &mut Client) -> ServerVersion {
    pgmason_pg::server_facts(client).expect("facts").version
}

/// Roles belong to the cluster, and tests run side by side.
fn make_roles(admin: &mut Client) {
    let sql = "SELECT pg_advisory_lock(4711);
        DO $$ DECLARE wanted text; BEGIN
            FOREACH wanted IN ARRAY ARRAY['pgmason_app', 'pgmason_reader', 'pgmason_owner'] LOOP
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
                    EXECUTE format('CREATE ROLE %I LOGIN', wanted);
                END IF;
            END LOOP;
        END $$;
        SELECT pg_advisory_unlock(4711);";
    admin.batch_execute(sql).expect("the roles of the tests");
}

/// The gates of the introspection queries, in a fixture.
fn gated(sql: &str, version: ServerVersion) -> String {
    let major = version.major();
    let keeps = |gate: &str| match gate.strip_suffix('+') {
        Some(from) => major >= from.parse::<u32>().expect("a major"),
        None => major < gate.strip_prefix('<').expect("a gate").parse::<u32>().expect("a major"),
    };
    sql.lines()
        .filter_map(|line| match line.rsplit_once("--@") {
            Some((text, gate)) => keeps(gate.trim()).then_some(text),
            None => Some(line),
        })
        .collect::<Vec<_>>()
        .join("\n")
}
