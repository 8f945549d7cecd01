//! `migration squash`: a whole chain of migrations as one file that can run again.
//!
//! - The schema is the difference between the baseline and what the chain builds: nothing of it is read from the files.
//! - Rows are read from what the chain built, twice, so that what differs from run to run is known.
//! - The file is proven three ways before anybody sees it: on an empty database, there again, and over a database that
//!   the chain built.

mod build;
mod prove;
pub mod report;
mod rows;
mod statements;
mod write;

use std::fs;
use std::path::{Path, PathBuf};

use pgmason_core::diff::{DiffOptions, plan};
use pgmason_core::migrations::Direction;
use pgmason_model::Catalog;
use pgmason_scratch::MIGRATION_ROLE;

use super::folder::{Folder, is_called, version_of};
use crate::JobError;
use crate::folder::SqlFiles;
use crate::open::OpenOptions;
use crate::progress::Reporter;
use crate::project::Project;
use crate::schema::domains::domain_of;
use crate::schema::proof::refusal_in_words;
use crate::source::Source;

use build::Built;
use report::{SQUASH_SCHEMA_VERSION, SquashReport};

/// What to squash, and how.
#[derive(Clone, Debug, Default)]
pub struct SquashOptions {
    /// Files at or before this version; None for all.
    pub to: Option<String>,
    pub output: Option<PathBuf>,
    /// Bring statements into an order in which they run, change those that leave no doubt what was meant, and leave out
    /// what cannot run.
    pub fix: bool,
    pub open: OpenOptions,
}

pub fn squash(
    project: &Project,
    source: &Source,
    options: &SquashOptions,
    reporter: Reporter<'_>,
) -> Result<SquashReport, JobError> {
    if let Some(path) = options.output.as_ref().filter(|path| path.exists()) {
        return Err(JobError::AlreadyThere { path: path.clone() });
    }
    // Said before all the work, not after it.
    if let Some(parent) = options.output.as_deref().and_then(Path::parent).filter(|parent| *parent != Path::new("")) {
        fs::metadata(parent).map_err(JobError::file("open", parent))?;
    }
    let folder = Folder::read(project, source)?;
    let files = chosen(&folder, options.to.as_deref())?;
    let mut report = SquashReport {
        schema_version: SQUASH_SCHEMA_VERSION,
        folder: project.display_path(&folder.path),
        files: files.files.len(),
        to: files.files.last().map(|file| version_of(file).to_owned()),
        scratch: String::new(),
        moved: Vec::new(),
        adjusted: Vec::new(),
        left_out: Vec::new(),
        failures: Vec::new(),
        refusals: Vec::new(),
        statements: 0,
        rows: Vec::new(),
        not_carried: Vec::new(),
        proofs: None,
        written: None,
        notes: Vec::new(),
        sql: String::new(),
    };
    let Some(built) = Built::build(project, source, &files, options, &mut report, reporter)? else { return Ok(report) };
    let diff = DiffOptions {
        owners: true,
        creator: MIGRATION_ROLE.into(),
        allow: ["*".to_owned()].into(),
        ..DiffOptions::default()
    };
    // The file makes the roles of the chain first.
    let from = Catalog { roles: built.chain.roles.clone(), ..built.baseline.clone() };
    let plan = plan(&from, &built.chain, &diff);
    report.refusals = plan.refusals.iter().map(refusal_in_words).collect();
    report
        .notes
        .extend(plan.left.iter().map(|left| format!("{} {}: {}", left.object.kind.label(), left.object, left.reason)));
    if !report.refusals.is_empty() {
        return Ok(report);
    }
    let parts = write::Parts::collect(&files, &built, &plan, &mut report)?;
    if !report.refusals.is_empty() {
        return Ok(report);
    }
    // Grouped by what statements are about; where that does not hold, in the order of the plan.
    let domain = domain_of(&built.chain, &project.configuration.domains);
    let mut first_try = None;
    for grouped in [true, false] {
        let text = parts.text(&report, &built, grouped.then_some(&domain as &dyn Fn(&str) -> String));
        let proofs = prove::prove(project, source, &text, &built, &parts, options, reporter)?;
        let holds = proofs.hold();
        report.sql = text;
        report.proofs = Some(proofs);
        if holds {
            break;
        }
        match first_try.take() {
            None => first_try = Some((report.sql.clone(), report.proofs.clone())),
            // The readable one says better what is wrong.
            Some((sql, proofs)) => (report.sql, report.proofs) = (sql, proofs),
        }
    }
    if report.is_clean()
        && let Some(path) = &options.output
    {
        crate::snapshot::write(path, report.sql.as_bytes())?;
        report.written = Some(project.display_path(path));
    }
    Ok(report)
}

/// The files that run, up to a version.
fn chosen(folder: &Folder, to: Option<&str>) -> Result<SqlFiles, JobError> {
    let mut files: Vec<_> = folder.files.files.iter().filter(|file| file.direction == Direction::Up).cloned().collect();
    if let Some(to) = to {
        let Some(last) = files.iter().rposition(|file| is_called(file, to)) else {
            return Err(JobError::no_such_version(to, files.iter().map(version_of)));
        };
        files.truncate(last + 1);
    }
    Ok(SqlFiles { files, ..folder.files.clone() })
}
