//! What became of each direction, and the table of all.

use std::collections::BTreeMap;
use std::fmt;

use pgmason_jobs::diff::{Proof, Stage, StageOutcome};
use serde::Serialize;

/// One direction of one pair.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Scored {
    pub(super) suite: String,
    pub(super) id: String,
    /// From b to a.
    pub(super) reverse: bool,
    pub(super) verdict: Verdict,
    /// Why it does not load, is refused or wrong.
    pub(super) reason: String,
    pub(super) proof: Proof,
    pub(super) a: String,
    pub(super) b: String,
    pub(super) sql: Vec<String>,
    pub(super) notes: Vec<String>,
    pub(super) seconds: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    Right,
    Refused,
    Wrong,
    /// The server, or an extension that it lacks, does not take the pair.
    DoesNotLoad,
}

#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Row {
    directions: usize,
    loads: usize,
    applies: usize,
    reads_back: usize,
    dump_equal: usize,
    second_empty: usize,
    rows_kept: usize,
    refused: usize,
    right: usize,
    repaired: usize,
}

#[derive(Clone, Debug, Default, Serialize)]
#[serde(transparent)]
pub(super) struct Tally(BTreeMap<String, Row>);

impl Tally {
    pub(super) fn of(results: &[Scored]) -> Self {
        let mut tally = Self::default();
        for result in results {
            for suite in [result.suite.as_str(), "all"] {
                tally.0.entry(suite.to_owned()).or_default().add(result);
            }
        }
        tally
    }
}

impl Row {
    fn add(&mut self, result: &Scored) {
        self.directions += 1;
        if result.verdict == Verdict::DoesNotLoad {
            return;
        }
        self.loads += 1;
        self.refused += usize::from(result.verdict == Verdict::Refused);
        self.right += usize::from(result.verdict == Verdict::Right);
        self.repaired += usize::from(result.proof.repairs > 0);
        for (stage, count) in [
            (Stage::PlanApplied, &mut self.applies),
            (Stage::ReadBack, &mut self.reads_back),
            (Stage::Dump, &mut self.dump_equal),
            (Stage::SecondPlan, &mut self.second_empty),
            (Stage::RowsKept, &mut self.rows_kept),
        ] {
            *count += usize::from(result.proof.passed(stage));
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = [
            "directions",
            "loads",
            "applies",
            "reads back",
            "dump",
            "2nd empty",
            "rows kept",
            "refused",
            "right",
            "repaired",
        ];
        write!(f, "{:<16}", "suite")?;
        for title in head {
            write!(f, " {title:>10}")?;
        }
        let (all, suites): (Vec<_>, Vec<_>) = self.0.iter().partition(|(suite, _)| *suite == "all");
        for (suite, row) in suites.into_iter().chain(all) {
            write!(f, "\n{suite:<16}")?;
            for number in [
                row.directions,
                row.loads,
                row.applies,
                row.reads_back,
                row.dump_equal,
                row.second_empty,
                row.rows_kept,
                row.refused,
                row.right,
                row.repaired,
            ] {
                write!(f, " {number:>10}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Scored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let direction = if self.reverse { " (from b to a)" } else { "" };
        writeln!(f, "=== {}/{}{direction}: {:?}", self.suite, self.id, self.verdict)?;
        writeln!(f, "{}", self.reason)?;
        for stage in self.proof.stages.iter().filter(|stage| stage.outcome == StageOutcome::Failed) {
            writeln!(f, "failed: {}: {}", stage.stage.title(), stage.reason.as_deref().unwrap_or_default())?;
        }
        for note in &self.notes {
            writeln!(f, "note: {note}")?;
        }
        writeln!(f, "--- from\n{}\n--- to\n{}\n--- plan", self.a.trim(), self.b.trim())?;
        for statement in &self.sql {
            writeln!(f, "{statement};")?;
        }
        Ok(())
    }
}
