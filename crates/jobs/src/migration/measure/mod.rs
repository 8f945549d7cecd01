//! Runs the pending files in a scratch database and measures what each statement locks, reads and writes anew.
//!
//! What was measured wins over what the text says. What could not be measured stays as the text says, and is told.

mod observer;
mod session;

use pgmason_core::migrations::risk;
use pgmason_model::catalog::NotChecked;
use pgmason_model::plan::{GroupKind, PlannedFile};
use pgmason_scratch::{Baseline, ScratchDatabase};

use crate::JobError;
use crate::folder::SqlFiles;
use crate::open::{OpenOptions, open_scratch};
use crate::progress::Reporter;
use crate::project::Project;
use crate::replay::{ReplayOptions, replay_observed};
use crate::source::Source;
use observer::Meter;

/// How to measure.
#[derive(Clone, Debug, Default)]
pub struct MeasureOptions {
    /// The time zone of the database which the plan is for is UTC: changing a column from timestamp to timestamptz or
    /// back writes no row anew then. None where nobody knows, which is taken for the worse.
    pub time_zone_is_utc: Option<bool>,
}

/// One that every server knows, whatever its files of time zones.
const NOT_UTC: &str = "<+01>-01";

/// How the measuring went.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    /// `embedded PostgreSQL 17.5`.
    pub server: String,
    pub not_checked: Vec<NotChecked>,
}

/// Corrects the plan by what a scratch server does with it. The folder's other files run before, as they come.
pub fn measure(
    project: &Project,
    source: &Source,
    files: &SqlFiles,
    planned: &mut [PlannedFile],
    open: &OpenOptions,
    options: &MeasureOptions,
    reporter: Reporter<'_>,
) -> Result<Measured, JobError> {
    let baseline = project.baseline(source, Some(files));
    let scratch = open_scratch(project, baseline, open, reporter)?;
    let mut options = options.clone();
    if baseline == Baseline::Supabase {
        // Every database of the platform begins with it.
        options.time_zone_is_utc.get_or_insert(true);
    }
    let not_checked = measure_in(project, files, planned, &scratch.database, &open.replay, &options, reporter)?;
    Ok(Measured { server: scratch.server.describe(), not_checked })
}

/// The same in a scratch database that is there and empty.
pub fn measure_in(
    project: &Project,
    files: &SqlFiles,
    planned: &mut [PlannedFile],
    database: &ScratchDatabase,
    replay: &ReplayOptions,
    options: &MeasureOptions,
    reporter: Reporter<'_>,
) -> Result<Vec<NotChecked>, JobError> {
    let time_zone = if options.time_zone_is_utc == Some(true) { "UTC" } else { NOT_UTC };
    let mut meter = Meter::new(planned, time_zone);
    let report = replay_observed(project, files, database, replay, Some(&mut meter), reporter)?;
    let mut not_checked = Vec::new();
    for failure in &report.failures {
        not_checked.push(NotChecked {
            what: "locks, scans and rewrites on a scratch database".to_owned(),
            reason: format!(
                "{}:{} fails there: {}{}",
                failure.file,
                failure.line,
                failure.message,
                if replay.keep_going { "" } else { "; `--keep-going` goes on after it" }
            ),
        });
    }
    for file in planned.iter_mut() {
        risk::assess(file);
    }
    not_checked.extend(unmeasured(planned));
    Ok(not_checked)
}

/// Files with steps that stay as their text says. What runs outside of a transaction lets go of its locks at once.
fn unmeasured(planned: &[PlannedFile]) -> Option<NotChecked> {
    let is_left = |file: &&PlannedFile| {
        let in_transaction = file.groups.iter().filter(|group| group.kind != GroupKind::Alone);
        in_transaction.flat_map(|group| &group.steps).any(|step| !step.measured)
    };
    let left: Vec<&str> = planned.iter().filter(is_left).map(|file| file.path.as_str()).collect();
    let (first, last) = (left.first()?, left.last()?);
    let what = if first == last { (*first).to_owned() } else { format!("{} files, {first} to {last}", left.len()) };
    Some(NotChecked {
        what,
        reason: "not all of it ran on a scratch database; locks, scans and rewrites are read from the text".to_owned(),
    })
}
