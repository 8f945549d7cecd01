//! What is told of steps: before they run, while they do, and afterwards.

use pgmason_model::restructure::{Action, PlannedStage, StepUndo};
use pgmason_pg::restructure::{Phase, Progress, StageRow, StepRow, StepState};

use super::report::{StageRun, StepError, StepRun};
use crate::progress::Event;

pub(super) fn step_run(step: &StepRow, hint: &str) -> StepRun {
    let error = step.error.as_deref().and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
    StepRun {
        title: step.title.clone(),
        state: step.state.to_string(),
        seconds: matches!(step.state, StepState::Done | StepState::Undone).then_some(step.seconds).flatten(),
        lock_timeouts: step.lock_timeouts,
        rows: matches!(step.action, Action::Backfill(_)).then_some(step.rows_visited),
        error: error.map(|error| StepError {
            message: error["message"].as_str().unwrap_or_default().to_owned(),
            sqlstate: error["sqlstate"].as_str().map(str::to_owned),
            hint: hint.to_owned(),
        }),
        sql: Vec::new(),
    }
}

pub(super) fn preview(planned: &PlannedStage, phase: Phase) -> StageRun {
    let steps = planned.operations.iter().flat_map(|operation| match phase {
        Phase::Start => &operation.start,
        Phase::Complete => &operation.complete,
    });
    StageRun {
        stage: planned.name.clone(),
        phase: "planned".to_owned(),
        steps: steps
            .map(|step| StepRun {
                title: step.title.clone(),
                state: StepState::Pending.to_string(),
                sql: sql_of(&step.action),
                ..StepRun::default()
            })
            .collect(),
    }
}

pub(super) fn preview_back(row: &StageRow, all: &[StepRow]) -> StageRun {
    let done = all.iter().rev().filter(|step| !matches!(step.state, StepState::Pending | StepState::Undone));
    StageRun {
        stage: row.stage.clone(),
        phase: row.phase.clone(),
        steps: done
            .map(|step| StepRun {
                title: format!("take back: {}", step.title),
                state: step.state.to_string(),
                sql: match &step.undo {
                    StepUndo::Action(action) => sql_of(action),
                    StepUndo::Nothing => Vec::new(),
                    StepUndo::Impossible(reason) => vec![format!("-- cannot be taken back: {reason}")],
                },
                ..StepRun::default()
            })
            .collect(),
    }
}

/// What an action runs, as text for people.
fn sql_of(action: &Action) -> Vec<String> {
    match action {
        Action::Transaction { locks, statements } => {
            let locks = locks
                .iter()
                .filter(|lock| !lock.is_by_statement())
                .map(|lock| format!("LOCK TABLE {} IN {} MODE", lock.relation, lock.mode.keyword()));
            locks.chain(statements.iter().cloned()).collect()
        }
        Action::Alone { statement, .. } => vec![statement.clone()],
        Action::Backfill(backfill) => {
            vec![format!("-- in batches along the key of {}\n{}", backfill.relation, backfill.write)]
        }
        Action::Check { query, .. } => vec![query.clone()],
    }
}

pub(super) fn event_of(progress: &Progress<'_>) -> Option<Event> {
    Some(match progress {
        Progress::Step { title, place, of } => {
            Event::Restructuring { done: place - 1, total: *of, step: (*title).to_owned(), detail: String::new() }
        }
        Progress::Rows { title, visited, expected, per_second } => Event::Restructuring {
            done: 0,
            total: 0,
            step: (*title).to_owned(),
            detail: rows_in_words(*visited, *expected, *per_second),
        },
        Progress::Blocked { by } => Event::Told(format!("waiting: {}", by.describe())),
        Progress::LockTimeout { title, tries } if *tries == 1 || tries % 10 == 0 => {
            Event::Told(format!("{title}: no lock yet, {tries} tries"))
        }
        Progress::LockTimeout { .. } => return None,
        Progress::Throttled { why } => Event::Told(format!("held back: {why}")),
        Progress::Notice(text) => Event::Told(text.clone()),
    })
}

fn rows_in_words(visited: i64, expected: f64, per_second: f64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    let left = (expected - visited as f64).max(0.0);
    let time =
        if per_second > 0.0 && expected > 0.0 { format!(", {:.0} s left", left / per_second) } else { String::new() };
    format!("{visited} rows, {per_second:.0} rows/s{time}")
}
