//! `pgmason restructure` against live servers, as a user runs it.

mod commands;
mod contracts;
mod killed;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use pgmason_testkit::{Cluster, ClusterOptions, Folder, Outcome, Pgmason};

use crate::support::pgmason;

/// One server for all tests here, each with a database of its own.
fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| {
        let cluster = Cluster::start(&ClusterOptions {
            settings: "max_connections = 300".to_owned(),
            access: "host all all 127.0.0.1/32 trust".to_owned(),
            ..ClusterOptions::default()
        });
        cluster.sql("postgres", "CREATE ROLE anon NOLOGIN; CREATE ROLE authenticated NOLOGIN; CREATE ROLE guest LOGIN");
        cluster
    })
}

/// A database of its own, and a project with one restructuring.
struct Site {
    folder: Folder,
    database: String,
    url: String,
}

fn new_database(template: &str) -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let database = format!("restructured_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    cluster().sql("postgres", &format!("CREATE DATABASE {database} TEMPLATE {template}"));
    database
}

impl Site {
    fn new(schema: &str, operations: &str) -> Self {
        let database = new_database("template1");
        cluster().sql(&database, schema);
        let url = cluster().superuser_url(&database);
        let file = format!("title = \"it\"\n[[stages]]\nname = \"one\"\noperations = [\n{operations}\n]\n");
        Self { folder: Folder::with(&[("restructure/it.toml", &file)]), database, url }
    }

    /// The same project on a copy of the database.
    fn copy(&self) -> Self {
        let database = new_database(&self.database);
        let url = cluster().superuser_url(&database);
        Self {
            folder: Folder::with(&[("restructure/it.toml", &self.folder.read("restructure/it.toml"))]),
            database,
            url,
        }
    }

    fn command(&self, arguments: &[&str], url: &str) -> Pgmason {
        pgmason(self.folder.path()).args(["restructure"]).args(arguments).args(["--db", url])
    }

    fn run(&self, arguments: &[&str]) -> Outcome {
        self.command(arguments, &self.url).run()
    }

    fn sql(&self, sql: &str) {
        cluster().sql(&self.database, sql);
    }

    /// The first column of the first row, as text.
    fn one(&self, query: &str) -> String {
        let row = cluster().client(&self.database).query_one(query, &[]);
        row.unwrap_or_else(|error| panic!("{query}\n{error:?}")).get::<_, Option<String>>(0).unwrap_or_default()
    }

    /// Schema and rows, pgmason's own left out, as text.
    fn dump(&self) -> String {
        let connection: pgmason_pg::ConnectionString = self.url.parse().unwrap();
        let mut client = pgmason_pg::connect(&connection, &Default::default()).unwrap();
        let catalog = pgmason_pg::introspect(&mut client, &Default::default()).unwrap();
        let mut lines = Vec::new();
        for (id, object) in &catalog.objects {
            // Views that stand for tables look into pgmason's schema: they are compared by all but that.
            let own = id.to_string().contains("pgmason");
            if !own {
                lines.push(format!("{} {id} {}", id.kind.label(), serde_json::to_string(object).unwrap()));
            }
            if id.kind == pgmason_model::ObjectKind::Table && !own {
                let query = format!("SELECT coalesce(string_agg(t::text, ' ' ORDER BY t::text), '') FROM {id} AS t");
                lines.push(format!("rows of {id}: {}", client.query_one(&query, &[]).unwrap().get::<_, String>(0)));
            }
        }
        lines.join("\n")
    }
}

/// The lines that only one of two dumps has.
fn difference(one: &str, other: &str) -> String {
    let only = |a: &str, b: &str, mark: &str| {
        a.lines()
            .filter(|line| !b.lines().any(|other| other == *line))
            .map(|line| format!("{mark} {line}"))
            .collect::<Vec<_>>()
    };
    let mut lines = only(one, other, "-");
    lines.extend(only(other, one, "+"));
    lines.join("\n")
}
