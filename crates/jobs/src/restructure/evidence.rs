//! Who still uses the old names of a stage: counted where the server counts, and looked for where names stand in text.

use std::collections::BTreeSet;
use std::time::Duration;

use pgmason_core::restructure::compatibility_view::marker;
use pgmason_core::restructure::context::UsedStatement;
use pgmason_core::restructure::limits::{functions_that_name, names_table};
use pgmason_model::QualifiedName;
use pgmason_model::plan::beginning;
use pgmason_model::restructure::{NameChange, NameKind, PlannedStage};
use pgmason_pg::Pipeline;
use pgmason_pg::restructure::{StageRow, counts_lost, last_use, sample, samples, uses};
use postgres::error::SqlState;
use serde::Serialize;

use super::code::CodeReferences;
use super::live::Live;
use super::statement_use::{self, Earlier};
use crate::JobError;
use crate::error::server_words;
use crate::references::CRON_JOBS;

/// What is known about the use of one old name.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Evidence {
    /// `public.emails`.
    pub name: String,
    /// Scans through the view under the old name; none where it is not a view.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counted: Option<Counted>,
    /// Statements that name it, with how often they were called since the server counts.
    pub statements: Vec<String>,
    /// Those of them that were called within the time that it is to be watched, with how often.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub called: Vec<String>,
    /// Functions whose text names it.
    pub functions: Vec<String>,
    /// pg_cron jobs that name it.
    pub jobs: Vec<String>,
    /// Places in the project's code that name it: `src/mail.ts:12`.
    pub code: Vec<String>,
    /// What could not be looked at.
    pub not_checked: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Counted {
    /// Since the stage was started.
    pub uses: i64,
    /// Within the time that it is to be watched. None: nobody can tell yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recent_uses: Option<i64>,
    /// The time that is told of, in seconds.
    pub watched_seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds_since_last_use: Option<f64>,
    /// The server lost its counts at that time, after the start: what came before is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost_seconds_ago: Option<f64>,
}

impl Evidence {
    /// Somebody uses the name, or will.
    pub fn is_in_use(&self) -> bool {
        let counted = self.counted.as_ref().is_some_and(|counted| counted.recent_uses != Some(0));
        counted
            || !self.called.is_empty()
            || !self.functions.is_empty()
            || !self.jobs.is_empty()
            || !self.code.is_empty()
    }

    /// One line for each that uses it.
    pub fn describe(&self) -> Vec<String> {
        let mut lines = Vec::new();
        match &self.counted {
            Some(Counted { recent_uses: Some(0), .. }) | None => {}
            Some(Counted { recent_uses: Some(uses), watched_seconds, .. }) => {
                lines.push(format!("{uses} uses in the last {}", in_words(*watched_seconds)));
            }
            Some(Counted { uses, recent_uses: None, watched_seconds, lost_seconds_ago: Some(lost), .. }) => {
                lines.push(format!(
                    "the server lost its counts {} ago, and nobody can tell whether it was used before, in the last {} \
                     ({uses} uses since)",
                    in_words(*lost),
                    in_words(*watched_seconds)
                ));
            }
            Some(Counted { uses, recent_uses: None, watched_seconds, .. }) if *watched_seconds <= 0.0 => {
                lines.push(format!("{uses} uses since the start"));
            }
            Some(Counted { uses, recent_uses: None, watched_seconds, .. }) => lines.push(format!(
                "{uses} uses since the start, and nobody can tell yet whether any is of the last {}",
                in_words(*watched_seconds)
            )),
        }
        lines.extend(self.called.iter().cloned());
        lines.extend(self.functions.iter().map(|function| format!("function {function}")));
        lines.extend(self.jobs.iter().map(|job| format!("pg_cron job {job}")));
        lines.extend(self.code.iter().cloned());
        lines
    }
}

/// `7 days`, `12 h`, `2 s`.
pub fn in_words(seconds: f64) -> String {
    match seconds {
        s if s >= 2.0 * 86_400.0 => format!("{:.0} days", s / 86_400.0),
        s if s >= 2.0 * 3_600.0 => format!("{:.0} h", s / 3_600.0),
        s if s >= 120.0 => format!("{:.0} min", s / 60.0),
        s => format!("{s:.0} s"),
    }
}

/// A server counts what a transaction did up to a second after its end (PostgreSQL 13 to 18).
const COUNTED_WITHIN: Duration = Duration::from_millis(1_100);
/// How long is looked whether a name is used right now.
const OBSERVATION: Duration = Duration::from_millis(2_000);

/// Looks at all old names of a stage. `watch`: also see for a moment whether they are used right now, where the stage is
/// not to be watched longer. `record`: keep what was counted, where the role may.
pub(super) fn gather(
    pipeline: &mut Pipeline,
    row: &StageRow,
    planned: &PlannedStage,
    live: &Live,
    code: &CodeReferences,
    watch: bool,
) -> Result<Vec<Evidence>, JobError> {
    let mut all = Vec::new();
    // A column of another type keeps its name: whoever says it goes on to.
    let goes = |change: &&NameChange| change.new.as_ref() != Some(&change.old);
    let changes: Vec<&NameChange> =
        planned.operations.iter().flat_map(|operation| &operation.names).filter(goes).collect();
    let mut told = BTreeSet::new();
    let jobs = cron_jobs(pipeline);
    let standbys = standbys(pipeline);
    for change in changes {
        if !told.insert(change.old.clone()) {
            continue;
        }
        let mut evidence = Evidence { name: change.old.to_string(), ..Evidence::default() };
        if change.kind == NameKind::Table {
            let name = &change.old.of;
            evidence.functions = functions_that_name(&live.catalog, name);
            evidence.statements = live
                .in_use
                .iter()
                .filter(|used| !statement_use::reads_catalog(&used.text) && names_table(&used.text, name))
                .map(|used| beginning(&used.text, 100))
                .take(20)
                .collect();
            match &jobs {
                Ok(jobs) => {
                    let naming = jobs.iter().filter(|job| names_table(&job.text, name));
                    evidence.jobs = naming.map(|job| format!("{}: {}", job.from, beginning(&job.text, 80))).collect();
                }
                Err(reason) => evidence.not_checked.push(format!("pg_cron jobs: {reason}")),
            }
        }
        evidence.not_checked.extend(live.in_use_not_read.iter().map(|reason| format!("statements: {reason}")));
        evidence.not_checked.extend(standbys.clone());
        evidence.code = code.get(&change.old).cloned().unwrap_or_default();
        all.push(evidence);
    }
    count(pipeline, row, planned, &mut all, watch)?;
    Ok(all)
}

/// Uses of the views under old names.
fn count(
    pipeline: &mut Pipeline,
    row: &StageRow,
    planned: &PlannedStage,
    all: &mut [Evidence],
    watch: bool,
) -> Result<(), JobError> {
    if row.phase != "started" {
        return Ok(());
    }
    let views: Vec<&QualifiedName> = planned
        .operations
        .iter()
        .flat_map(|operation| &operation.compatibility)
        .filter(|compatibility| !compatibility.inverse)
        .map(|compatibility| &compatibility.view)
        .collect();
    let markers: Vec<String> = views.iter().map(|view| marker(view).to_string()).collect();
    let soak = row.soak_seconds;
    let names_tables = planned.operations.iter().flat_map(|operation| &operation.names);
    let has_statements = names_tables.into_iter().any(|change| change.kind == NameKind::Table)
        && statement_use::calls(pipeline, planned).is_some();
    if views.is_empty() && !has_statements {
        return Ok(());
    }
    let observed = watch && soak < OBSERVATION.as_secs_f64();
    if observed {
        // What was used before is counted by then: only what goes on is use.
        pipeline.wait(COUNTED_WITHIN);
    }
    let before = uses(pipeline, &markers)?;
    let called_before = statement_use::calls(pipeline, planned);
    if observed {
        pipeline.wait(OBSERVATION);
    }
    let now = if observed { uses(pipeline, &markers)? } else { before.clone() };
    if let Some(called) = statement_use::calls(pipeline, planned) {
        let reference = match called_before {
            Some(before) if observed => {
                Some(Earlier { seconds_ago: OBSERVATION.as_secs_f64(), calls: statement_use::counts(&before) })
            }
            _ => statement_use::calls_before(pipeline, row, &called)?,
        };
        if let Some(Earlier { seconds_ago, calls }) = reference {
            for change in planned.operations.iter().flat_map(|operation| &operation.names) {
                let found = all.iter_mut().find(|evidence| evidence.name == change.old.to_string());
                if let Some(evidence) = found.filter(|_| change.kind == NameKind::Table) {
                    evidence.called = statement_use::told(&change.old.of, &calls, &called, seconds_ago);
                }
            }
        }
        statement_use::keep_these(pipeline, row.id, &called);
    }
    let lost = counts_lost(pipeline, row.id)?;
    for (place, view) in views.iter().enumerate() {
        let Some(evidence) = all.iter_mut().find(|evidence| evidence.name == view.to_string()) else { continue };
        let total = now[place];
        let since = last_use(pipeline, &markers[place])?;
        let started = row.started_ago.unwrap_or(0.0);
        let known = samples(pipeline, row.id, &evidence.name)?;
        let lost = lost_ago(lost, &known, total);
        let recent = if observed {
            Some(total - before[place])
        } else if lost.is_some_and(|ago| ago < soak) {
            None
        } else if total == 0 {
            Some(0)
        } else if let Some(since) = since {
            Some(if since > soak { 0 } else { total })
        } else {
            // What was kept before the counts were lost says nothing of those of now.
            let mut usable = known.iter().filter(|(ago, _)| lost.is_none_or(|lost| *ago <= lost));
            usable.find(|(ago, _)| *ago >= soak).map(|(_, uses)| total - uses)
        };
        evidence.counted = Some(Counted {
            uses: total,
            recent_uses: recent,
            watched_seconds: if observed { OBSERVATION.as_secs_f64() } else { soak.min(started.max(soak)) },
            seconds_since_last_use: since,
            lost_seconds_ago: lost,
        });
        // Best effort: a role that only reads keeps no record.
        drop(sample(pipeline, row.id, &evidence.name, total));
    }
    Ok(())
}

/// Since when the server's counts are those of now, in seconds; the smaller of what the server says, and of what was kept:
/// counts do not go down. `known`: (seconds ago, uses), the latest first.
fn lost_ago(said: Option<f64>, known: &[(f64, i64)], total: i64) -> Option<f64> {
    let mut later = (0.0, total);
    for &(ago, uses) in known {
        if uses > later.1 {
            // Between the two, and no later than the later one.
            return Some(said.filter(|said| *said >= later.0 && *said <= ago).unwrap_or(later.0));
        }
        later = (ago, uses);
    }
    said
}

/// Queries on a standby are counted there alone (PostgreSQL 13 to 18).
fn standbys(pipeline: &mut Pipeline) -> Option<String> {
    // A role without pg_monitor sees that a connection is there, and not what it does. A subscriber answers no queries on
    // this database's tables by their names here.
    const SQL: &str = "SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_replication AS standby \
        WHERE coalesce(standby.state, 'streaming') IN ('streaming', 'catchup') AND NOT EXISTS ( \
            SELECT FROM pg_catalog.pg_replication_slots AS slot \
            WHERE slot.active_pid = standby.pid AND slot.slot_type = 'logical')";
    let rows = pipeline.query(SQL, &[]).ok()?;
    let count: i64 = rows.first()?.get(0);
    (count > 0).then(|| format!("queries on standbys: {count} stream from this server"))
}

/// Commands of pg_cron; none where it is not there.
fn cron_jobs(pipeline: &mut Pipeline) -> Result<Vec<UsedStatement>, String> {
    match pipeline.query(CRON_JOBS, &[]) {
        Ok(rows) => {
            Ok(rows.iter().map(|row| UsedStatement { from: row.get("job"), text: row.get("command") }).collect())
        }
        Err(error) if error.code() == Some(&SqlState::UNDEFINED_TABLE) => Ok(Vec::new()),
        Err(error) => Err(server_words(&error)),
    }
}
