//! A session at work on a live database: what it runs, and what it may run at all.

use std::collections::BTreeMap;
use std::time::Duration;

use pgmason_core::migrations::fingerprint::sha256;
use pgmason_model::restructure::PlannedStage;
use pgmason_pg::ConnectionString;
use pgmason_pg::execute::{Executor, Settings as ExecuteSettings, refuse_transaction_pooler};
use pgmason_pg::restructure::{
    Rehearsal, RestructureError, Runner, Settings, StageRow, StepState, Way, rehearsals, steps,
};

use super::changed_by_others::{changes, first_of};
use super::live::{connect_options, reached_now};
use super::read::ReadFile;
use super::rehearse;
use super::report::{Refusal, RunReport, StageRun, StepError, StepRun};
use super::running::{RunOptions, plan_of};
use super::told::{event_of, step_run};
use crate::JobError;
use crate::progress::{Event, Reporter};

/// The session of a command that ended a moment ago still holds the lock until the server has noticed.
const OTHERS_END: Duration = Duration::from_secs(5);

/// A session at work on a live database.
pub(super) struct Work<'a> {
    pub(super) runner: Runner,
    pub(super) database: &'a ConnectionString,
    pub(super) options: &'a RunOptions,
    pub(super) reporter: Reporter<'a>,
}

impl<'a> Work<'a> {
    pub(super) fn open(
        database: &'a ConnectionString,
        options: &'a RunOptions,
        reporter: Reporter<'a>,
    ) -> Result<Self, JobError> {
        let connect = connect_options();
        let mut executor = Executor::open(database, &connect, ExecuteSettings::default())?;
        refuse_transaction_pooler(executor.pipeline(), database, &connect)?;
        let usual = Settings::default();
        let settings = Settings {
            lock_timeout: options.lock_timeout.unwrap_or(usual.lock_timeout),
            patience: options.lock_wait.unwrap_or(usual.patience),
            ..usual
        };
        executor.lock(options.lock_wait.unwrap_or(OTHERS_END), &mut |holder| {
            reporter(Event::Told(format!("waiting for another pgmason: {holder}")));
        })?;
        let mut runner = Runner::new(executor, settings);
        runner.rerun_unknown = options.rerun;
        Ok(Self { runner, database, options, reporter })
    }

    /// The plan that was rehearsed by this file against the schema as it is: against its fingerprint, or after a stage
    /// that led to it.
    pub(super) fn rehearsed(
        &mut self,
        file: &ReadFile,
        stage: &str,
        fingerprint: &str,
        begun: &[StageRow],
    ) -> Result<Option<PlannedStage>, JobError> {
        let sha256 = sha256(&file.text);
        let all = rehearsals(self.runner.pipeline(), &file.name)?;
        let stands_on = |base: &str| {
            if base == fingerprint {
                return true;
            }
            let led_here = |row: &StageRow| {
                let started_is_enough = row.phase != "started" || same_when_started(&all, &row.stage, &sha256);
                let reached = match row.phase.as_str() {
                    "completed" => row.fingerprint_completed.as_deref(),
                    _ => row.fingerprint_started.as_deref(),
                };
                row.phase != "rolled back" && started_is_enough && reached == Some(fingerprint)
            };
            begun.iter().any(|row| base == rehearse::after(&row.stage) && led_here(row))
        };
        let found = all.iter().find(|rehearsal| {
            rehearsal.stage == stage
                && rehearsal.passed
                && rehearsal.file_sha256 == sha256
                && stands_on(&rehearsal.fingerprint)
        });
        found
            .map(|rehearsal| {
                serde_json::from_str(&rehearsal.plan).map_err(|error| JobError::Database(error.to_string()))
            })
            .transpose()
    }

    /// What somebody else changed of the stage's own tables since it was left. What they changed elsewhere is a note.
    pub(super) fn changed_by_others(
        &mut self,
        row: &StageRow,
        database: &ConnectionString,
        notes: &mut Vec<String>,
    ) -> Result<Option<Refusal>, JobError> {
        let Some(left) = row.objects.as_deref() else { return Ok(None) };
        let left: BTreeMap<String, String> =
            serde_json::from_str(left).map_err(|error| JobError::Database(error.to_string()))?;
        let now: BTreeMap<String, String> = serde_json::from_str(&reached_now(database)?.objects)
            .map_err(|error| JobError::Database(error.to_string()))?;
        let planned = plan_of(row)?;
        let relations = planned.operations.iter().flat_map(|operation| &operation.relations).collect();
        let (own, others) = changes(&left, &now, &relations);
        if !others.is_empty() {
            notes.push(format!("changed by others since then: {}", first_of(&others)));
        }
        if own.is_empty() || self.options.accept_changes {
            return Ok(None);
        }
        Ok(Some(Refusal {
            stage: Some(row.stage.clone()),
            message: format!("somebody else has changed its tables since then: {}", first_of(&own)),
            hint: "take that back, or go on with --accept-changes where it does no harm".to_owned(),
        }))
    }

    pub(super) fn run(&mut self, row: &StageRow, way: Way) -> Result<(), RestructureError> {
        let reporter = self.reporter;
        self.runner.run(row.id, way, &mut |progress| {
            if let Some(event) = event_of(&progress) {
                reporter(event);
            }
        })
    }

    /// What the record says of every step, and of the one that failed.
    pub(super) fn tell(
        &mut self,
        row: &StageRow,
        phase: &str,
        outcome: Result<(), RestructureError>,
        report: &mut RunReport,
    ) -> Result<(), JobError> {
        let error = outcome.err();
        if let Some(RestructureError::Execute(_) | RestructureError::State { .. }) = &error {
            return Err(error.map(JobError::from).unwrap_or(JobError::NeedsDatabase));
        }
        let hint = error.as_ref().map(RestructureError::hint).unwrap_or_default();
        let mut run = StageRun { stage: row.stage.clone(), phase: phase.to_owned(), steps: Vec::new() };
        let all = match steps(self.runner.pipeline(), row.id) {
            Ok(all) => all,
            // The connection is gone: what is known is that it is.
            Err(state) => return Err(error.unwrap_or(state).into()),
        };
        for step in all {
            let mut told = step_run(&step, &hint);
            if error.is_none() {
                // Of an earlier try: it was made good.
                told.error = None;
            }
            run.steps.push(told);
        }
        if let Some(error) = &error
            && run.steps.iter().all(|step| step.error.is_none())
        {
            run.steps.push(StepRun {
                title: "the stage".to_owned(),
                state: StepState::Pending.to_string(),
                error: Some(StepError { message: error.to_string(), sqlstate: None, hint: hint.clone() }),
                ..StepRun::default()
            });
        }
        report.stages.push(run);
        Ok(())
    }
}

/// The rehearsal saw that the schema of a stage is the same after its start and after its end.
fn same_when_started(all: &[Rehearsal], stage: &str, sha256: &str) -> bool {
    all.iter()
        .find(|rehearsal| rehearsal.stage == stage && rehearsal.passed && rehearsal.file_sha256 == sha256)
        .and_then(|rehearsal| serde_json::from_str::<serde_json::Value>(&rehearsal.report).ok())
        .is_some_and(|report| report["same_when_started"] == true)
}
