//! `pgmason migration` against live servers, as a user runs it.

mod adopting;
mod applying;
mod bad_servers;
mod contracts;
mod fleets;
mod histories;
mod killed;
mod locks;
mod rolling_back;
mod staged;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use pgmason_model::Catalog;
use pgmason_pg::{ConnectionString, IntrospectOptions};
use pgmason_testkit::{Cluster, ClusterOptions, Folder, Outcome, Pgmason};

use crate::support::pgmason;

/// One server for all tests here, each with a database of its own.
fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| {
        Cluster::start(&ClusterOptions {
            settings: "max_connections = 300".to_owned(),
            access: "host all all 127.0.0.1/32 trust".to_owned(),
            ..ClusterOptions::default()
        })
    })
}

/// A database of its own, and a folder of migrations.
pub(crate) struct Site {
    pub(crate) folder: Folder,
    pub(crate) database: String,
    pub(crate) url: String,
}

impl Site {
    fn new(files: &[(&str, &str)]) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let database = format!("site_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        cluster().sql("postgres", &format!("CREATE DATABASE {database}"));
        let url = cluster().superuser_url(&database);
        Self { folder: Folder::with(files), database, url }
    }

    fn command(&self, arguments: &[&str]) -> Pgmason {
        pgmason(self.folder.path()).args(["migration"]).args(arguments).args(["--db", &self.url])
    }

    fn run(&self, arguments: &[&str]) -> Outcome {
        self.command(arguments).run()
    }

    fn sql(&self, sql: &str) {
        cluster().sql(&self.database, sql);
    }

    /// The first column of a query's rows, as text.
    fn list(&self, query: &str) -> Vec<String> {
        let rows =
            cluster().client(&self.database).query(query, &[]).unwrap_or_else(|error| panic!("{query}\n{error:?}"));
        rows.iter().map(|row| row.get::<_, Option<String>>(0).unwrap_or_default()).collect()
    }

    fn one(&self, query: &str) -> String {
        self.list(query).into_iter().next().unwrap_or_default()
    }

    fn catalog(&self) -> Catalog {
        catalog(&self.url)
    }
}

/// What the migrations made: pgmason's own tables do not count.
fn catalog(url: &str) -> Catalog {
    let connection: ConnectionString = url.parse().unwrap();
    let mut client = pgmason_pg::connect(&connection, &Default::default()).unwrap();
    let mut catalog = pgmason_pg::introspect(&mut client, &IntrospectOptions::default()).unwrap();
    let own = |id: &pgmason_model::ObjectId| {
        id.to_string().contains("pgmason") || id.schema.as_ref().is_some_and(|schema| schema.as_str() == "pgmason")
    };
    catalog.objects.retain(|id, _| !own(id));
    catalog.dependencies.retain(|(a, b)| !own(a) && !own(b));
    catalog
}
