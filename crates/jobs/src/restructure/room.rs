//! Whether the server's disk has room for what a stage copies, asked before the first change.
//!
//! - SQL does not tell how much is free. Where the server is on this machine its file systems are asked; elsewhere a person
//!   says it (`--free-disk`), or nobody has looked, which is told.
//! - The need is an estimate from the sizes of today, on the safe side: a full disk stops the server for everybody.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::IpAddr;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use pgmason_model::QualifiedName;
use pgmason_model::plan::Recovery;
use pgmason_model::restructure::{Action, PlannedStage};
use pgmason_pg::restructure::{size_in_words, state_error};
use pgmason_pg::{ConnectOptions, ConnectionString, Pipeline};
use postgres::types::Type;

use super::live::connect_options;
use super::report::Refusal;
use crate::JobError;

/// Less than this is no news.
const WORTH_TELLING: i64 = 1 << 30;

/// What the start of a stage writes, in bytes by the folder of the tablespace; `""` is the data directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Need {
    folders: BTreeMap<String, i64>,
}

/// Of one relation, in one tablespace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Size {
    folder: String,
    /// With indexes and TOAST.
    total: i64,
    /// Without indexes.
    own: i64,
    largest_index: i64,
}

struct Server {
    data_directory: Option<String>,
    /// Seconds since 1970.
    started: f64,
    /// Of the database's own tablespace.
    folder: String,
    most_wal: i64,
}

/// What `plan` says of each stage that copies much.
pub(super) fn notes(database: &ConnectionString, stages: &[PlannedStage]) -> Result<Vec<String>, JobError> {
    let mut pipeline = Pipeline::connect(database, &ConnectOptions { read_only: true, ..connect_options() })?;
    let server = server(&mut pipeline)?;
    let mut notes = Vec::new();
    for stage in stages {
        let need = need(&mut pipeline, &server, stage)?.total();
        if need >= WORTH_TELLING {
            notes.push(format!("stage {} {}", stage.name, in_words(need)));
        }
    }
    Ok(notes)
}

/// Refuses what there is no room for. `stated`: bytes that are free, as a person says.
pub(super) fn refusals(
    pipeline: &mut Pipeline,
    database: &ConnectionString,
    planned: &PlannedStage,
    stated: Option<i64>,
    notes: &mut Vec<String>,
) -> Result<Vec<Refusal>, JobError> {
    let server = server(pipeline)?;
    let need = need(pipeline, &server, planned)?;
    if need.total() == 0 {
        return Ok(Vec::new());
    }
    let refuse = |where_to: &str, needed: i64, free: i64| Refusal {
        stage: Some(planned.name.clone()),
        message: format!("it {}, and {} are free{where_to}", in_words(needed), size_in_words(free)),
        hint: format!(
            "make room for {} more; where that much is free, say so: --free-disk SIZE",
            size_in_words(needed - free)
        ),
    };
    if let Some(free) = stated {
        return Ok((free < need.total())
            .then(|| refuse(" as --free-disk says", need.total(), free))
            .into_iter()
            .collect());
    }
    let Some(data_directory) = data_directory_here(database, &server) else {
        if need.total() >= WORTH_TELLING {
            notes.push(format!(
                "it {}: nobody looked whether that is free, since the server's disk cannot be seen from here; \
                 --free-disk says how much is",
                in_words(need.total())
            ));
        }
        return Ok(Vec::new());
    };
    let mut refusals = Vec::new();
    for (folder, needed) in by_file_system(&need, server.most_wal, &data_directory) {
        if let Some(free) = free_bytes(&folder)
            && free < needed
        {
            refusals.push(refuse(&format!(" in {}", folder.display()), needed, free));
        }
    }
    Ok(refusals)
}

fn in_words(bytes: i64) -> String {
    format!("needs about {} on the server's disk while it runs", size_in_words(bytes))
}

impl Need {
    fn add(&mut self, folder: &str, bytes: i64) {
        *self.folders.entry(folder.to_owned()).or_default() += bytes;
    }

    fn total(&self) -> i64 {
        self.folders.values().sum()
    }
}

fn need(pipeline: &mut Pipeline, server: &Server, planned: &PlannedStage) -> Result<Need, JobError> {
    let names: BTreeSet<String> = planned
        .operations
        .iter()
        .flat_map(|operation| {
            let worked_on = operation.relations.iter().map(QualifiedName::to_string);
            let named = operation.start.iter().filter_map(|step| match &step.action {
                Action::Backfill(backfill) => Some(backfill.relation.to_string()),
                Action::Alone { recovery: Recovery::IndexBuild { table, .. }, .. } => Some(table.clone()),
                _ => None,
            });
            worked_on.chain(named).collect::<Vec<_>>()
        })
        .collect();
    let names: Vec<String> = names.into_iter().collect();
    let rows = pipeline
        .query(include_str!("room_sizes.sql"), &[(&names, Type::TEXT_ARRAY)])
        .map_err(|error| state_error(&error))?;
    let mut sizes: BTreeMap<String, Vec<Size>> = BTreeMap::new();
    for row in rows {
        sizes.entry(row.get("name")).or_default().push(Size {
            folder: row.get("folder"),
            total: row.get("total"),
            own: row.get("own"),
            largest_index: row.get("largest_index"),
        });
    }
    Ok(estimate(planned, &sizes, &server.folder))
}

/// A second version of each row that is visited, with its indexes, and every index that is built, and a fifth more: what is
/// written meanwhile by others, and pages that are not full. `default`: the folder of the database's own tablespace.
fn estimate(planned: &PlannedStage, sizes: &BTreeMap<String, Vec<Size>>, default: &str) -> Need {
    let mut need = Need::default();
    let of = |name: &str| sizes.get(name).map_or(&[] as &[Size], Vec::as_slice);
    for operation in &planned.operations {
        // Under a name that comes only with the stage, it is one of those that the operation works on.
        let largest = operation.relations.iter().map(|relation| of(&relation.to_string()));
        let largest = largest.max_by_key(|sizes| sizes.iter().map(|size| size.total).sum::<i64>()).unwrap_or_default();
        for step in &operation.start {
            match &step.action {
                Action::Backfill(backfill) => {
                    let there = of(&backfill.relation.to_string());
                    for size in if there.is_empty() { largest } else { there } {
                        // Rows are locked where they are copied somewhere else: into a new table, which is made in the
                        // database's own tablespace. Else the new version is beside the old one.
                        need.add(if backfill.lock_rows { default } else { &size.folder }, size.total);
                    }
                }
                Action::Alone { recovery: Recovery::IndexBuild { table, .. }, .. } => {
                    // Of a table that is yet to come: counted with the copy. A new index is in the database's own
                    // tablespace, wherever its table is.
                    for size in of(table) {
                        need.add(default, if size.largest_index > 0 { size.largest_index } else { size.own / 4 });
                    }
                }
                // A materialized view that another one takes the place of was computed once more, in its own tablespace.
                Action::Transaction { locks, .. } => {
                    for lock in locks.iter().filter(|lock| lock.is_by_statement()) {
                        for size in of(&lock.relation.to_string()) {
                            need.add(&size.folder, size.total);
                        }
                    }
                }
                Action::Alone { .. } | Action::Check { .. } => {}
            }
        }
    }
    for bytes in need.folders.values_mut() {
        *bytes += *bytes / 5;
    }
    need
}

fn server(pipeline: &mut Pipeline) -> Result<Server, JobError> {
    let rows = pipeline.query(include_str!("room_server.sql"), &[]).map_err(|error| state_error(&error))?;
    let row = rows.first().ok_or(JobError::NeedsDatabase)?;
    Ok(Server {
        data_directory: row.get("data_directory"),
        started: row.get("started"),
        folder: row.get("folder"),
        most_wal: row.get("most_wal"),
    })
}

/// The server's data directory, where it is a folder of this machine that may be looked into.
fn data_directory_here(database: &ConnectionString, server: &Server) -> Option<PathBuf> {
    let is_here = |host: &str| {
        host.starts_with('/')
            || host == "localhost"
            || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    };
    if !database.host().split(',').all(is_here) {
        return None;
    }
    let folder = PathBuf::from(server.data_directory.as_ref()?);
    // At the end of a tunnel there may be a server that keeps its files where one of this machine does.
    (folder.join("PG_VERSION").is_file() && is_running_from(&folder, server.started)).then_some(folder)
}

/// The third line of `postmaster.pid` is the second when the postmaster began to start (PostgreSQL 13 to 18);
/// `pg_postmaster_start_time()` is a little later.
fn is_running_from(data_directory: &Path, started: f64) -> bool {
    let file = fs::read_to_string(data_directory.join("postmaster.pid")).unwrap_or_default();
    let began = file.lines().nth(2).and_then(|line| line.trim().parse::<f64>().ok());
    began.is_some_and(|began| (-2.0..60.0).contains(&(started - began)))
}

/// What is needed on each file system, by one of its folders. Tablespaces, the data directory and pg_wal may share one.
fn by_file_system(need: &Need, most_wal: i64, data_directory: &Path) -> Vec<(PathBuf, i64)> {
    // What is copied is written to the WAL as well, of which a checkpoint leaves no more than max_wal_size.
    let wal = (data_directory.join("pg_wal"), need.total().min(most_wal));
    let folders = need.folders.iter().map(|(folder, bytes)| (data_directory.join(folder), *bytes));
    let mut found: BTreeMap<u64, (PathBuf, i64)> = BTreeMap::new();
    for (folder, bytes) in folders.chain([wal]) {
        // A tablespace that may not be looked into is not looked at.
        let Ok(device) = fs::metadata(&folder).map(|metadata| metadata.dev()) else { continue };
        found.entry(device).or_insert((folder, 0)).1 += bytes;
    }
    found.into_values().collect()
}

/// What a role other than root may still write there.
fn free_bytes(folder: &Path) -> Option<i64> {
    let room = rustix::fs::statvfs(folder).ok()?;
    i64::try_from(room.f_bavail.saturating_mul(room.f_frsize)).ok()
}

#[cfg(test)]
mod tests {
    use pgmason_model::Identifier;
    use pgmason_model::restructure::{
        Backfill, KeyColumn, LockMode, PlannedOperation, RelationLock, RestructureStep, StepUndo,
    };

    use super::*;

    fn step(action: Action) -> RestructureStep {
        RestructureStep { title: String::new(), action, undo: StepUndo::Nothing }
    }

    fn backfill(relation: &str, lock_rows: bool) -> RestructureStep {
        step(Action::Backfill(Backfill {
            relation: QualifiedName::new("public", relation),
            key: vec![KeyColumn { name: Identifier::from("id"), type_name: "integer".to_owned() }],
            filter: None,
            write: String::new(),
            lock_rows,
            settings: Vec::new(),
        }))
    }

    fn index(table: &str) -> RestructureStep {
        let recovery = Recovery::IndexBuild { table: format!("public.{table}"), index: None };
        step(Action::Alone { statement: String::new(), recovery })
    }

    fn sizes() -> BTreeMap<String, Vec<Size>> {
        let size = |folder: &str, total, own, largest_index| {
            vec![Size { folder: folder.to_owned(), total, own, largest_index }]
        };
        BTreeMap::from([
            ("public.mails".to_owned(), size("/fast", 1000, 600, 300)),
            ("public.bare".to_owned(), size("", 400, 400, 0)),
        ])
    }

    fn needed(start: Vec<RestructureStep>) -> Vec<(String, i64)> {
        let operation = PlannedOperation {
            relations: vec![QualifiedName::new("public", "mails")],
            start,
            ..PlannedOperation::default()
        };
        let planned = PlannedStage { operations: vec![operation], ..PlannedStage::default() };
        estimate(&planned, &sizes(), "/own").folders.into_iter().collect()
    }

    #[test]
    fn rows_are_doubled_where_they_are_and_copies_and_indexes_are_made_in_the_databases_own_tablespace() {
        let at = |folder: &str, bytes| (folder.to_owned(), bytes);
        assert_eq!(needed(vec![backfill("mails", false)]), [at("/fast", 1200)]);
        assert_eq!(needed(vec![backfill("mails", true), index("mails")]), [at("/own", 1560)]);
        assert_eq!(needed(vec![index("bare"), index("yet_to_come")]), [at("/own", 120)]);
        // A table that was renamed by a step before.
        assert_eq!(needed(vec![backfill("mails_before", true)]), [at("/own", 1200)]);
        assert_eq!(needed(Vec::new()), []);
    }

    #[test]
    fn a_materialized_view_is_there_twice() {
        let lock = |mode| RelationLock { relation: QualifiedName::new("public", "mails"), mode };
        let renamed = |mode| step(Action::Transaction { locks: vec![lock(mode)], statements: Vec::new() });
        assert_eq!(needed(vec![renamed(LockMode::ByStatement)]), [("/fast".to_owned(), 1200)]);
        assert_eq!(needed(vec![renamed(LockMode::AccessExclusive)]), []);
    }

    #[test]
    fn what_shares_a_file_system_is_added_up() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("pg_wal")).unwrap();
        let need = Need { folders: BTreeMap::from([(String::new(), 100), ("/not/there".to_owned(), 900)]) };
        let found = by_file_system(&need, 50, folder.path());
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].1, 150);
    }
}
