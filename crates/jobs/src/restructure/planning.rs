//! Plans stages: against a live schema where one is named, else against what the project's files build.

use std::time::Instant;

use pgmason_core::restructure::context::{PlanContext, UsedStatement};
use pgmason_core::restructure::file::Stage;
use pgmason_core::restructure::refusal::OperationRefusal;
use pgmason_core::restructure::stage;
use pgmason_model::restructure::PlannedStage;
use pgmason_model::{Catalog, Identifier};
use pgmason_pg::ConnectionString;
use pgmason_pg::restructure::StageRow;

use super::derive::derive;
use super::ground::Ground;
use super::live;
use super::other_stages;
use super::read::ReadFile;
use super::report::{PlanReport, RESTRUCTURE_REPORT_VERSION, Refusal};
use super::room;
use crate::JobError;
use crate::open::OpenOptions;
use crate::progress::Reporter;
use crate::project::Project;

/// Plans all stages, or one. Each is planned against the schema that the ones before it lead to, on a scratch database.
pub fn plan(
    project: &Project,
    file: &ReadFile,
    database: Option<&ConnectionString>,
    only: Option<&str>,
    options: &OpenOptions,
    reporter: Reporter<'_>,
) -> Result<PlanReport, JobError> {
    let started = Instant::now();
    let mut report = PlanReport {
        schema_version: RESTRUCTURE_REPORT_VERSION,
        restructure: file.name.clone(),
        title: file.file.title.clone(),
        ..PlanReport::default()
    };
    if let Err(refusal) = stage::names_are_unique(&file.file) {
        report.refusals.push(refused(None, &refusal));
        return Ok(report);
    }
    let mut ground = match database {
        Some(database) => {
            let live = live::read(database, reporter)?;
            report.source = database.to_string();
            report.notes.extend(
                live.in_use_not_read.iter().map(|reason| format!("statements in use were not looked at: {reason}")),
            );
            Ground::of_live(project, &live, options, reporter)?
        }
        None => {
            let source = project.source()?;
            report.source = source.to_string();
            report.notes.push("no database is named: planned against what the files build".to_owned());
            Ground::of_source(project, &source, options, reporter)?
        }
    };
    let everywhere = match database {
        Some(database) => super::begun_stages(database, None)?,
        None => Vec::new(),
    };
    let begun: Vec<&StageRow> = everywhere.iter().filter(|row| row.restructure == file.name).collect();
    for stage in &file.file.stages {
        let is_begun = begun.iter().any(|row| row.stage == stage.name && row.phase != "rolled back");
        if is_begun {
            report.notes.push(format!("stage {} has begun: `pgmason restructure status` shows it", stage.name));
            continue;
        }
        let in_use = ground.in_use.clone();
        match plan_stage(stage, &ground.catalog, &ground.creator, &in_use) {
            Ok(planned) => {
                // The stages of this file are planned one after the other, as if each had come to its end.
                let others: Vec<StageRow> =
                    everywhere.iter().filter(|row| row.restructure != file.name).cloned().collect();
                if let Some(refusal) = other_stages::in_the_way_of_start(&file.name, &planned, &others)? {
                    report.refusals.push(refusal);
                    break;
                }
                let planned = derive(&mut ground, planned)?;
                ground.pass(&planned)?;
                if only.is_none_or(|only| only == stage.name) {
                    report.stages.push(planned);
                }
            }
            Err(refusal) => {
                report.refusals.push(refused(Some(&stage.name), &refusal));
                break;
            }
        }
        if only == Some(stage.name.as_str()) {
            break;
        }
    }
    if let Some(only) = only
        && !file.file.stages.iter().any(|stage| stage.name == only)
    {
        return Err(no_such_stage(file, only));
    }
    if let Some(database) = database {
        report.notes.extend(room::notes(database, &report.stages)?);
    }
    report.seconds = started.elapsed().as_secs_f64();
    Ok(report)
}

/// One stage, against a catalog.
pub fn plan_stage(
    stage: &Stage,
    catalog: &Catalog,
    creator: &Identifier,
    in_use: &[UsedStatement],
) -> Result<PlannedStage, OperationRefusal> {
    let mut context = PlanContext::new(catalog, creator, in_use);
    stage::plan(stage, &mut context)
}

pub(super) fn refused(stage: Option<&str>, refusal: &OperationRefusal) -> Refusal {
    Refusal { stage: stage.map(str::to_owned), message: refusal.to_string(), hint: refusal.hint() }
}

pub(super) fn no_such_stage(file: &ReadFile, named: &str) -> JobError {
    JobError::NoSuchStage {
        name: named.to_owned(),
        known: file.file.stages.iter().map(|stage| stage.name.clone()).collect(),
    }
}
