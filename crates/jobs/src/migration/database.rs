//! The database that migrations run on: opening it, and whose history it keeps.

use std::collections::BTreeSet;
use std::time::Duration;

use pgmason_core::migrations::Layout;
use pgmason_pg::execute::{Executor, Settings, refuse_transaction_pooler};
use pgmason_pg::history::{self, ForeignTable, History, Keeper};
use pgmason_pg::{ConnectOptions, ConnectionString, Pipeline};
use pgmason_scratch::Baseline;

use super::folder::Folder;
use crate::JobError;
use crate::configuration::HistoryName;
use crate::progress::{Event, Reporter};
use crate::project::Project;
use crate::source::Source;

/// As sessions of migrations are called in pg_stat_activity.
pub fn connect_options() -> ConnectOptions {
    ConnectOptions { application_name: "pgmason migration".to_owned(), ..ConnectOptions::default() }
}

/// Reads the history, and changes nothing.
pub fn read_history(connection: &ConnectionString) -> Result<(Pipeline, History), JobError> {
    let options = ConnectOptions { read_only: true, ..connect_options() };
    let mut pipeline = Pipeline::connect(connection, &options)?;
    let history = history::read(&mut pipeline)?;
    Ok((pipeline, history))
}

/// Opens the database for work, alone: with the migration lock, and the history as it is under the lock.
pub fn open_locked(
    connection: &ConnectionString,
    settings: Settings,
    wait: Duration,
    reporter: Reporter<'_>,
) -> Result<(Executor, History), JobError> {
    let options = connect_options();
    let mut executor = Executor::open(connection, &options, settings)?;
    refuse_transaction_pooler(executor.pipeline(), connection, &options)?;
    executor.lock(wait, &mut |holder| {
        reporter(Event::Told(format!("waiting for another run of migrations: {holder}")));
    })?;
    let history = history::read(executor.pipeline())?;
    if history.facts.in_recovery {
        return Err(pgmason_pg::execute::ExecuteError::ReadOnly.into());
    }
    Ok((executor, history))
}

/// Whose table is the truth, or is to be.
pub fn keeper(project: &Project, folder: &Folder, history: &History) -> Keeper {
    if let Some(keeper) = history.keeper {
        return keeper;
    }
    match project.configuration.migrations.history {
        Some(HistoryName::Supabase) => return Keeper::Supabase,
        Some(HistoryName::Pgmason) => return Keeper::Pgmason,
        None => {}
    }
    let source = Source::Migrations(folder.path.clone());
    let supabase =
        folder.files.layout == Layout::Numbered && project.baseline(&source, Some(&folder.files)) == Baseline::Supabase;
    if supabase { Keeper::Supabase } else { Keeper::Pgmason }
}

/// History tables of other tools that were there before ours.
pub fn foreign_history(pipeline: &mut Pipeline, history: &History) -> Result<Vec<ForeignTable>, JobError> {
    if history.keeper.is_some() {
        return Ok(Vec::new());
    }
    Ok(history::foreign(pipeline)?)
}

/// Versions whose files lie in the archive.
pub fn archived_versions(project: &Project, folder: &Folder) -> BTreeSet<String> {
    let mut versions = BTreeSet::new();
    for archive in folder.archives(project) {
        for entry in std::fs::read_dir(&archive).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let inside = ["", "/migration.sql", "/up.sql"].map(|tail| format!("{name}{tail}"));
            let version = inside.iter().find_map(|path| folder.files.layout.read_name(path)?.version);
            versions.extend(version);
            // As Prisma's are called.
            versions.insert(name);
        }
    }
    versions
}

/// `user@host`, as far as this machine tells.
pub fn operator() -> Option<String> {
    let user = std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).ok()?;
    let host = std::env::var("HOSTNAME").ok().or_else(|| {
        let name = std::fs::read_to_string("/etc/hostname").ok()?;
        Some(name.trim().to_owned()).filter(|name| !name.is_empty())
    });
    Some(match host {
        Some(host) => format!("{user}@{host}"),
        None => user,
    })
}
