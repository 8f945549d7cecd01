//! Runs the steps of a stage, forth or back, from wherever they are.

use pgmason_model::plan::{Recovery, Step};
use pgmason_model::restructure::{Action, LockMode, StepUndo};
use tokio_postgres::types::Type;

use super::backfill::{self, Place};
use super::locks::{all, run_locked};
use super::old_snapshots;
use super::state::{self, NewStage, Phase, Reached, STEP_STATE, StepRow, StepState};
use super::{Progress, RestructureError, Settings, state_error};
use crate::Pipeline;
use crate::execute::Executor;
use crate::pipeline::Message;
use crate::run::statement_error;

/// Where a stage is to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Every step of the phase that is not done.
    Forth(Phase),
    /// The undo of every step that is done, of both phases, the last one first.
    Back,
    /// The same, but only of `complete`: afterwards both names work again.
    BackToStarted,
}

impl Way {
    fn is_back(self) -> bool {
        matches!(self, Self::Back | Self::BackToStarted)
    }
}

/// A session that holds the migration lock, and works.
pub struct Runner {
    executor: Executor,
    settings: Settings,
    /// Run a statement again of which nobody knows whether it did its work.
    pub rerun_unknown: bool,
}

impl Runner {
    /// The executor has the lock.
    pub fn new(mut executor: Executor, settings: Settings) -> Self {
        // It waits for others for longer than a role's usual sessions are idle. Servers without them have no row.
        let unlimited = "SELECT pg_catalog.set_config(name, '0', false) FROM pg_catalog.pg_settings \
                         WHERE name IN ('idle_session_timeout', 'transaction_timeout')";
        drop(executor.pipeline().run(Message::Simple(unlimited)));
        Self { executor, settings, rerun_unknown: false }
    }

    pub fn pipeline(&mut self) -> &mut Pipeline {
        self.executor.pipeline()
    }

    /// Enters a stage with its steps. Gives its number.
    pub fn begin(&mut self, stage: &NewStage) -> Result<i64, RestructureError> {
        state::begin_stage(self.pipeline(), stage)
    }

    /// Puts a stage into a phase. `reached`: the schema that it led to.
    pub fn enter(&mut self, stage: i64, phase: &str, reached: Option<&Reached>) -> Result<(), RestructureError> {
        state::move_stage(self.pipeline(), stage, phase, reached)
    }

    /// Puts a stage back into the phase that nothing has led it out of. It goes on to be watched from when it was.
    pub fn stay_in(&mut self, stage: i64, phase: &str) -> Result<(), RestructureError> {
        state::stay_in(self.pipeline(), stage, phase)
    }

    /// Watches over views that stand for tables, from now on. False: the role may not.
    pub fn guard(&mut self) -> Result<bool, RestructureError> {
        state::guard(self.pipeline())
    }

    /// Ends it where there is nothing left to watch.
    pub fn unguard(&mut self) -> Result<(), RestructureError> {
        state::unguard(self.pipeline())
    }

    /// Runs what is left to be run that way.
    pub fn run(&mut self, stage: i64, way: Way, report: &mut dyn FnMut(Progress<'_>)) -> Result<(), RestructureError> {
        let steps = state::steps(self.pipeline(), stage)?;
        let due = due(steps.clone(), way);
        if way.is_back()
            && let Some((step, reason)) = due.iter().find_map(|step| match &step.undo {
                StepUndo::Impossible(reason) => Some((step, reason)),
                _ => None,
            })
        {
            return Err(RestructureError::CannotUndo { title: step.title.clone(), reason: reason.clone() });
        }
        let count = due.len();
        for (place, step) in due.iter().enumerate() {
            report(Progress::Step { title: &step.title, place: place + 1, of: count });
            let outcome = self
                .wait_for_old_snapshots(step, way, &steps, report)
                .and_then(|()| self.step(stage, step, way, report));
            for notice in self.pipeline().take_notices() {
                report(Progress::Notice(notice));
            }
            if let Err(error) = outcome {
                self.record_error(stage, step, &error);
                return Err(error);
            }
        }
        Ok(())
    }

    /// Before what was copied takes somebody's place. Nobody is in the way where nothing was copied, or nothing is locked.
    fn wait_for_old_snapshots(
        &mut self,
        step: &StepRow,
        way: Way,
        steps: &[StepRow],
        report: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), RestructureError> {
        let takes_place = match action_of(step, way) {
            Some(Action::Transaction { locks, .. }) => locks.iter().any(|lock| lock.mode == LockMode::AccessExclusive),
            _ => false,
        };
        let order = |step: &StepRow| (step.phase == Phase::Complete, step.number);
        let copied = steps.iter().filter(|other| other.operation == step.operation).any(|other| {
            let earlier = if way.is_back() { order(other) > order(step) } else { order(other) < order(step) };
            // What never was done is not taken back by a copy.
            let runs = !way.is_back() || other.state != StepState::Pending;
            earlier && runs && matches!(action_of(other, way), Some(Action::Backfill(_)))
        });
        if takes_place && copied {
            let settings = self.settings.clone();
            old_snapshots::wait(self.pipeline(), &settings, &step.title, report)?;
        }
        Ok(())
    }

    fn step(
        &mut self,
        stage: i64,
        step: &StepRow,
        way: Way,
        report: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), RestructureError> {
        let (at_work, at_end) =
            if way.is_back() { (StepState::Undoing, StepState::Undone) } else { (StepState::Begun, StepState::Done) };
        match action_of(step, way) {
            None => self.record(stage, step, at_end, 0),
            Some(Action::Transaction { locks, statements }) => {
                let (phase, nothing) = (step.phase.name(), 0i32);
                let name = at_end.name();
                let parameters: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 5] = [
                    (&stage, Type::INT8),
                    (&phase, Type::TEXT),
                    (&step.number, Type::INT4),
                    (&name, Type::TEXT),
                    (&nothing, Type::INT4),
                ];
                let mut messages: Vec<Message<'_>> = Vec::new();
                if way.is_back() {
                    // What is not there need not be dropped.
                    messages.push(Message::Simple("SET LOCAL client_min_messages = warning"));
                }
                messages.extend(statements.iter().map(|statement| Message::Simple(statement)));
                messages.push(Message::Simple("SET LOCAL SESSION AUTHORIZATION DEFAULT; SET LOCAL ROLE NONE"));
                messages.push(Message::Bound(STEP_STATE, &parameters));
                let settings = self.settings.clone();
                let tries = run_locked(self.pipeline(), &settings, &step.title, locks, &messages, report)?;
                if tries > 0 {
                    self.record(stage, step, at_end, i32::try_from(tries).unwrap_or(i32::MAX))?;
                }
                Ok(())
            }
            Some(Action::Alone { statement, recovery }) => {
                self.alone(stage, step, statement, recovery, at_work)?;
                self.record(stage, step, at_end, 0)
            }
            Some(Action::Backfill(work)) => {
                let settings = self.settings.clone();
                let place = Place { stage, step, state: at_work };
                backfill::run(self.pipeline(), &settings, &place, work, report)?;
                self.record(stage, step, at_end, 0)
            }
            Some(Action::Check { query, failure }) => {
                let rows = self.pipeline().query(query, &[]).map_err(|error| RestructureError::Step {
                    title: step.title.clone(),
                    error: Box::new(statement_error(&error, false)),
                })?;
                let holds = rows.first().and_then(|row| row.try_get::<_, Option<bool>>(0).ok()).flatten() == Some(true);
                if !holds {
                    return Err(RestructureError::Check { title: step.title.clone(), message: failure.clone() });
                }
                self.record(stage, step, at_end, 0)
            }
        }
    }

    fn alone(
        &mut self,
        stage: i64,
        step: &StepRow,
        statement: &str,
        recovery: &Recovery,
        at_work: StepState,
    ) -> Result<(), RestructureError> {
        let known = Step { sql: statement.to_owned(), recovery: recovery.clone(), ..Step::default() };
        let failed = |error| RestructureError::Step { title: step.title.clone(), error };
        if step.state == at_work {
            match self.executor.is_done(&known).map_err(failed)? {
                Some(true) => return Ok(()),
                Some(false) => {}
                None if self.rerun_unknown => {}
                None => return Err(RestructureError::Unknown { title: step.title.clone() }),
            }
        } else {
            self.record(stage, step, at_work, 0)?;
        }
        let settle = "SET lock_timeout = 0; SET statement_timeout = 0";
        all(self.pipeline(), &[Message::Simple(settle), Message::Simple(statement)]).map_err(failed)
    }

    fn record(
        &mut self,
        stage: i64,
        step: &StepRow,
        state: StepState,
        lock_timeouts: i32,
    ) -> Result<(), RestructureError> {
        self.pipeline()
            .run(Message::Bound(
                STEP_STATE,
                &[
                    (&stage, Type::INT8),
                    (&step.phase.name(), Type::TEXT),
                    (&step.number, Type::INT4),
                    (&state.name(), Type::TEXT),
                    (&lock_timeouts, Type::INT4),
                ],
            ))
            .map_err(|error| RestructureError::Step { title: step.title.clone(), error })
    }

    /// Best effort: where the connection is gone, the step stays as it is on record.
    fn record_error(&mut self, stage: i64, step: &StepRow, error: &RestructureError) {
        let sqlstate = match error {
            RestructureError::Step { error, .. } => error.sqlstate.clone(),
            _ => None,
        };
        let json = serde_json::json!({ "message": error.to_string(), "sqlstate": sqlstate }).to_string();
        drop(self.pipeline().run(Message::Bound(
            include_str!("step_error.sql"),
            &[(&stage, Type::INT8), (&step.phase.name(), Type::TEXT), (&step.number, Type::INT4), (&json, Type::TEXT)],
        )));
    }

    /// Rows of one query, for whoever looks at the state in the same session.
    pub fn query(
        &mut self,
        sql: &str,
        parameters: &[crate::pipeline::Parameter<'_>],
    ) -> Result<Vec<tokio_postgres::Row>, RestructureError> {
        self.pipeline().query(sql, parameters).map_err(|error| state_error(&error))
    }
}

/// What a step does that way; none where there is nothing to be taken back.
fn action_of(step: &StepRow, way: Way) -> Option<&Action> {
    match (way, &step.undo) {
        (Way::Forth(_), _) => Some(&step.action),
        (_, StepUndo::Action(action)) => Some(action),
        _ => None,
    }
}

/// What is to be run, in order.
fn due(steps: Vec<StepRow>, way: Way) -> Vec<StepRow> {
    match way {
        Way::Forth(phase) => {
            steps.into_iter().filter(|step| step.phase == phase && step.state != StepState::Done).collect()
        }
        Way::Back | Way::BackToStarted => {
            let mut done: Vec<StepRow> = steps
                .into_iter()
                .filter(|step| way == Way::Back || step.phase == Phase::Complete)
                .filter(|step| matches!(step.state, StepState::Begun | StepState::Done | StepState::Undoing))
                .collect();
            done.reverse();
            done
        }
    }
}
