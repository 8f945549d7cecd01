//! Writes the rows of a proof down as they come about.

use std::time::Instant;

use super::stages_after;
use crate::diff::report::{Stage, StageOutcome, StageReport};

pub(super) struct Recorder {
    pub(super) stages: Vec<StageReport>,
    since: Instant,
}

impl Default for Recorder {
    fn default() -> Self {
        Self { stages: Vec::new(), since: Instant::now() }
    }
}

impl Recorder {
    pub(super) fn passed(&mut self, stage: Stage, what: impl Into<String>) {
        self.note(stage, StageOutcome::Passed, what.into(), None);
    }

    pub(super) fn failed(&mut self, stage: Stage, what: impl Into<String>, reason: impl Into<String>) {
        self.note(stage, StageOutcome::Failed, what.into(), Some(reason.into()));
    }

    pub(super) fn not_done(&mut self, stage: Stage, reason: impl Into<String>) {
        self.note(stage, StageOutcome::NotDone, String::new(), Some(reason.into()));
    }

    /// What comes after the last one.
    pub(super) fn skip_rest(&mut self, reason: &str) {
        if let Some(last) = self.stages.last().map(|report| report.stage) {
            for stage in stages_after(last) {
                self.not_done(stage, reason);
            }
        }
    }

    fn note(&mut self, stage: Stage, outcome: StageOutcome, what: String, reason: Option<String>) {
        let seconds = self.since.elapsed().as_secs_f64();
        self.since = Instant::now();
        self.stages.push(StageReport { stage, outcome, what, reason, seconds });
    }
}
