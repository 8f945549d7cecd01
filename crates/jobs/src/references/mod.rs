//! Where a project's code, and the functions of its database, name what a restructuring renames; and the rewriting of it.
//!
//! - What ran is history: files of migrations are searched, told apart, and never rewritten. Generated files neither.
//! - What was not looked at is in the report.

mod changes;
mod database;
mod git;
mod report;
mod rewrite;
mod search;
mod walk;

use pgmason_core::references::Names;
use pgmason_model::restructure::NameChange;
use pgmason_pg::ConnectionString;

pub use changes::{Wanted, wanted};
pub(crate) use database::CRON_JOBS;
pub use report::{
    ChangeCounts, FoundReference, GradeCounts, LanguageCounts, REFERENCES_SCHEMA_VERSION, ReferencesReport, Role,
};
pub use rewrite::{LeftAlone, Refusal, RewriteOptions, RewriteReport, RewrittenFile, rewrite};

use crate::JobError;
use crate::open::OpenOptions;
use crate::progress::Reporter;
use crate::project::Project;
use crate::source::Source;

/// Where to look.
#[derive(Clone, Debug, Default)]
pub struct FindOptions {
    /// Only files whose path in the project matches one of these: folders, or patterns with `*`. Empty: all.
    pub paths: Vec<String>,
    /// Look into the functions and the cron jobs of this database too.
    pub database: Option<ConnectionString>,
    /// Build this source on a scratch server, and look into its functions too.
    pub functions: Option<(Source, OpenOptions)>,
}

/// Every reference to the old names of `changes` in the files of the project's folder that git would not ignore, and
/// where `options` ask for it in the functions of a database.
///
/// References of files are in the order of paths and places; `ReferencesReport::in_use` gives those that stand in the
/// way of taking the old names away. A file that cannot be read is in `not_checked`, and no error.
pub fn find(
    project: &Project,
    changes: &[NameChange],
    options: &FindOptions,
    reporter: Reporter<'_>,
) -> Result<ReferencesReport, JobError> {
    let names = Names::new(changes);
    let mut searched = search::search(project, &names, &options.paths)?;
    if let Some(connection) = &options.database {
        database::of_database(project, connection, &names, &mut searched, reporter)?;
    }
    if let Some((source, open)) = &options.functions {
        database::of_source(project, source, open, &names, &mut searched, reporter)?;
    }
    Ok(report::report(changes, &searched))
}
