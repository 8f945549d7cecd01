//! The database that requests go to: one that is there, or a project's migrations replayed into a fresh one.

use std::path::Path;

use pgmason_jobs::open::{OpenOptions, OpenScratch, open};
use pgmason_jobs::progress::silent;
use pgmason_jobs::project::{Project, SupabaseConfig};
use pgmason_jobs::replay::ReplayOptions;
use pgmason_model::Catalog;
use pgmason_pg::{ConnectOptions, ConnectionString, IntrospectOptions};
use pgmason_scratch::Engine;

use super::arguments::TrafficArguments;

pub(crate) struct Target {
    pub(super) url: String,
    /// A superuser's, where one is known.
    pub(super) admin_url: String,
    pub(super) catalog: Catalog,
    /// The server lives as long.
    _scratch: Option<OpenScratch>,
}

impl Target {
    pub(crate) fn open(arguments: &TrafficArguments) -> Result<Self, String> {
        match (&arguments.setup, &arguments.db) {
            (Some(folder), db) => set_up(folder, db.as_deref(), arguments.major),
            (None, Some(url)) => Self::there(url),
            (None, None) => Err("--db or --setup is missing".to_owned()),
        }
    }

    /// A database as it is.
    pub(crate) fn there(url: &str) -> Result<Self, String> {
        let connection: ConnectionString = url.parse().map_err(|error| format!("--db {error}"))?;
        let mut client =
            pgmason_pg::connect(&connection, &ConnectOptions::default()).map_err(|error| error.to_string())?;
        let catalog =
            pgmason_pg::introspect(&mut client, &IntrospectOptions::default()).map_err(|error| error.to_string())?;
        Ok(Self { url: url.to_owned(), admin_url: url.to_owned(), catalog, _scratch: None })
    }
}

/// Local binaries rather than the embedded server, whose timers are inert: lock_timeout would be none.
fn set_up(folder: &Path, db: Option<&str>, major: u32) -> Result<Target, String> {
    let mut project = Project::open(folder).map_err(|error| error.to_string())?;
    project.configuration.scratch.major_version = Some(major);
    project.supabase = Some(SupabaseConfig { major_version: Some(major), ..project.supabase.unwrap_or_default() });
    let source = project.source().map_err(|error| error.to_string())?;
    let engine = match db {
        Some(url) => Engine::Url(url.parse().map_err(|error| format!("--db {error}"))?),
        None => Engine::Local,
    };
    let options = OpenOptions { engine: Some(engine), replay: ReplayOptions::default() };
    let opened = open(&project, &source, &options, &silent).map_err(|error| error.to_string())?;
    if let Some(failure) = opened.replay.iter().flat_map(|replay| &replay.failures).next() {
        return Err(format!("{}: {}", folder.display(), failure.message));
    }
    let scratch = opened.scratch.ok_or("the project has no migrations")?;
    let mut client = scratch.database.connect().map_err(|error| error.to_string())?;
    let row = client.query_one(include_str!("target.sql"), &[]).map_err(|error| error.to_string())?;
    let (directory, port, database, user): (String, String, String, String) =
        (row.get(0), row.get(1), row.get(2), row.get(3));
    let superuser: Option<String> = row.get(4);
    let of = |user: &str| format!("postgres://{user}@{}:{port}/{database}", directory.replace('/', "%2F"));
    let (url, admin_url) = match db {
        Some(url) => {
            let url = with_database(url, &database);
            (url.clone(), url)
        }
        None => (of(&user), of(&superuser.unwrap_or_else(|| user.clone()))),
    };
    Ok(Target { url, admin_url, catalog: opened.catalog, _scratch: Some(scratch) })
}

/// The URL with another database.
fn with_database(url: &str, database: &str) -> String {
    let (before, parameters) = url.split_once('?').map_or((url, None), |(before, after)| (before, Some(after)));
    let authority = before.find("://").map_or(0, |place| place + 3);
    let end = before[authority..].find('/').map_or(before.len(), |place| authority + place);
    let parameters = parameters.map(|parameters| format!("?{parameters}")).unwrap_or_default();
    format!("{}/{database}{parameters}", &before[..end])
}

#[cfg(test)]
mod tests {
    #[test]
    fn another_database() {
        assert_eq!(
            super::with_database("postgres://a@b:1/c?sslmode=disable", "d"),
            "postgres://a@b:1/d?sslmode=disable"
        );
        assert_eq!(super::with_database("postgres://a@b", "d"), "postgres://a@b/d");
    }
}
