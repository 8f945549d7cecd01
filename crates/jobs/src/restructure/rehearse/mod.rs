//! `pgmason restructure rehearse`: plays stages through on copies of a scratch database, forth and back.
//!
//! - The steps are run by the same code and through the same tables as on the live database.
//! - What `direct` leads to, on a copy of its own, is what the stage has to arrive at: schema and rows.
//! - After a rollback, before and after `complete`, everything is as it was, to the last grant.

mod access_matrix;
mod apart;
mod compare;
mod report;
mod rows;
mod stage;
mod statements;

use std::collections::BTreeSet;
use std::time::Instant;

use pgmason_core::migrations::fingerprint::sha256;
use pgmason_core::restructure::context::UsedStatement;
use pgmason_core::restructure::stage as core_stage;
use pgmason_model::{ObjectId, ObjectKind};
use pgmason_pg::ConnectionString;
use pgmason_pg::execute::{Executor, Settings as ExecuteSettings};
use pgmason_pg::restructure::{Rehearsal, create, enter_rehearsal};

pub use report::{RehearsalCheck, RehearsalReport, StageRehearsal};
pub use statements::statements_of;

use super::derive::derive;
use super::ground::Ground;
use super::live::{self, connect_options};
use super::planning::{no_such_stage, plan_stage, refused};
use super::read::ReadFile;
use super::report::RESTRUCTURE_REPORT_VERSION;
use crate::JobError;
use crate::migration::test::seed::{self, Style};
use crate::open::OpenOptions;
use crate::progress::{Event, Reporter};
use crate::project::Project;
use crate::replay::ReplaySession;

/// How to rehearse.
#[derive(Clone, Debug, Default)]
pub struct RehearseOptions {
    pub open: OpenOptions,
    /// Only this stage; the ones before it are passed through.
    pub stage: Option<String>,
    /// Statements of the project, beside those that the database has counted.
    pub statements: Vec<UsedStatement>,
    /// Leave no record in the database.
    pub no_record: bool,
}

/// Tables that get made-up rows.
const MOST_SEEDED: usize = 300;

pub fn rehearse(
    project: &Project,
    file: &ReadFile,
    database: Option<&ConnectionString>,
    options: &RehearseOptions,
    reporter: Reporter<'_>,
) -> Result<RehearsalReport, JobError> {
    let started = Instant::now();
    let mut report = RehearsalReport {
        schema_version: RESTRUCTURE_REPORT_VERSION,
        restructure: file.name.clone(),
        ..RehearsalReport::default()
    };
    if let Some(wanted) = &options.stage
        && !file.file.stages.iter().any(|stage| stage.name == *wanted)
    {
        return Err(no_such_stage(file, wanted));
    }
    if let Err(refusal) = core_stage::names_are_unique(&file.file) {
        report.refusals.push(refused(None, &refusal));
        return Ok(report);
    }
    let (mut ground, fingerprint) = match database {
        Some(database) => {
            let live = live::read(database, reporter)?;
            report.source = database.to_string();
            report.notes.extend(
                live.in_use_not_read
                    .iter()
                    .map(|reason| format!("statements in use are not those of the database: {reason}")),
            );
            let fingerprint = live.fingerprint.clone();
            (Ground::of_live(project, &live, &options.open, reporter)?, fingerprint)
        }
        None => {
            let source = project.source()?;
            report.source = source.to_string();
            (Ground::of_source(project, &source, &options.open, reporter)?, String::new())
        }
    };
    report.notes.append(&mut ground.notes);
    report.scratch = ground.server.describe();
    ground.in_use.extend(options.statements.iter().cloned());
    seed(project, &mut ground, file, options, &mut report)?;
    let begun = match database {
        Some(database) => super::begun_stages(database, Some(&file.name))?,
        None => Vec::new(),
    };
    let mut records = Vec::new();
    let mut stands_on = fingerprint;
    for (place, stage) in file.file.stages.iter().enumerate() {
        if begun.iter().any(|row| row.stage == stage.name && row.phase != "rolled back") {
            continue;
        }
        reporter(Event::Restructuring {
            done: place,
            total: file.file.stages.len(),
            step: format!("rehearsing {}", stage.name),
            detail: String::new(),
        });
        let in_use = ground.in_use.clone();
        let planned = match plan_stage(stage, &ground.catalog, &ground.creator, &in_use) {
            Ok(planned) => derive(&mut ground, planned)?,
            Err(refusal) => {
                report.refusals.push(refused(Some(&stage.name), &refusal));
                break;
            }
        };
        let is_wanted = options.stage.as_ref().is_none_or(|wanted| *wanted == stage.name);
        if is_wanted {
            let rehearsed = stage::play(&mut ground, &planned)?;
            let passed = rehearsed.passed;
            let json = |value: serde_json::Result<String>| value.map_err(|error| JobError::Database(error.to_string()));
            records.push(Rehearsal {
                restructure: file.name.clone(),
                stage: stage.name.clone(),
                file_sha256: sha256(&file.text),
                fingerprint: stands_on.clone(),
                passed,
                plan: json(serde_json::to_string(&planned))?,
                report: json(serde_json::to_string(&rehearsed))?,
            });
            report.stages.push(rehearsed);
            if !passed || options.stage.is_some() {
                break;
            }
        }
        ground.pass(&planned)?;
        stands_on = after(&stage.name);
    }
    if let (Some(database), false) = (database, options.no_record) {
        record(database, &records)?;
        report.recorded = true;
    }
    report.seconds = started.elapsed().as_secs_f64();
    Ok(report)
}

/// In place of a fingerprint: the schema that the rehearsed stage before it leads to.
pub(super) fn after(stage: &str) -> String {
    format!("after {stage}")
}

fn record(database: &ConnectionString, records: &[Rehearsal]) -> Result<(), JobError> {
    let mut executor = Executor::open(database, &connect_options(), ExecuteSettings::default())?;
    executor.lock(std::time::Duration::from_secs(10), &mut |_| {})?;
    create(executor.pipeline())?;
    for rehearsal in records {
        enter_rehearsal(executor.pipeline(), rehearsal)?;
    }
    Ok(())
}

/// Made-up rows for the project's tables.
fn seed(
    project: &Project,
    ground: &mut Ground,
    file: &ReadFile,
    options: &RehearseOptions,
    report: &mut RehearsalReport,
) -> Result<(), JobError> {
    let tables = ground.catalog.of_kind(ObjectKind::Table).map(|(id, _)| id);
    let all: Vec<ObjectId> = tables.filter(|id| !ground.catalog.is_platform(id)).cloned().collect();
    if all.len() > MOST_SEEDED {
        report.notes.push(format!("only {MOST_SEEDED} of {} tables got made-up rows", all.len()));
    }
    let tables: BTreeSet<ObjectId> = all.into_iter().take(MOST_SEEDED).collect();
    let mut session = ReplaySession::open(project, &ground.database, options.open.replay.statement_timeout)?;
    let secret = ground.database.secret().map(str::to_owned);
    let style = Style { values: apart::keys_apart(&ground.catalog, &file.file), ..Style::default() };
    let seeded = seed::seed(&ground.catalog, &mut session.session, secret.as_deref(), &tables, &style)
        .map_err(|error| JobError::Database(error.message))?;
    report.seeded_tables = seeded.tables.len();
    report.not_seeded = seeded.not_seeded;
    Ok(())
}
