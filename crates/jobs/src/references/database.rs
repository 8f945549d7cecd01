//! Bodies of functions and jobs of pg_cron: text to PostgreSQL, so a rename leaves them behind.
//!
//! Views, policies, triggers, publications and `BEGIN ATOMIC` bodies hold what they name by its OID, and follow.

use pgmason_core::references::{Found, Names, find, find_in_body};
use pgmason_model::catalog::{NotChecked, Object};
use pgmason_model::{Catalog, ObjectKind};
use pgmason_pg::{ConnectOptions, ConnectionString};

use super::report::Role;
use super::search::{Searched, SearchedFile};
use crate::JobError;
use crate::error::server_words;
use crate::open::{OpenOptions, open};
use crate::progress::Reporter;
use crate::project::Project;
use crate::source::Source;

/// What pg_cron runs: columns `job` and `command`.
pub(crate) const CRON_JOBS: &str = include_str!("cron_jobs.sql");

const LANGUAGE: &str = "functions of the database";

/// A database that is there.
pub(super) fn of_database(
    project: &Project,
    connection: &ConnectionString,
    names: &Names<'_>,
    searched: &mut Searched,
    reporter: Reporter<'_>,
) -> Result<(), JobError> {
    of_source(project, &Source::Database(connection.clone()), &OpenOptions::default(), names, searched, reporter)?;
    let mut client = pgmason_pg::connect(connection, &ConnectOptions::default())?;
    match client.query(CRON_JOBS, &[]) {
        Ok(rows) => {
            for row in rows {
                let (job, command): (String, String) = (row.get("job"), row.get("command"));
                let found = find("job.sql", &command, names);
                add(searched, format!("cron job {job}"), command, found);
            }
        }
        // There is no pg_cron, or it is not ours to look into.
        Err(error) if error.code() == Some(&postgres::error::SqlState::UNDEFINED_TABLE) => {}
        Err(error) => {
            searched.not_checked.push(NotChecked { what: "jobs of pg_cron".into(), reason: server_words(&error) });
        }
    }
    Ok(())
}

/// The functions that a source has.
pub(super) fn of_source(
    project: &Project,
    source: &Source,
    options: &OpenOptions,
    names: &Names<'_>,
    searched: &mut Searched,
    reporter: Reporter<'_>,
) -> Result<(), JobError> {
    let opened = open(project, source, options, reporter)?;
    functions(&opened.catalog, names, searched);
    Ok(())
}

fn functions(catalog: &Catalog, names: &Names<'_>, searched: &mut Searched) {
    for (id, object) in catalog.of_kind(ObjectKind::Function) {
        let Object::Function(function) = object else { continue };
        if catalog.is_platform(id) || matches!(function.language.as_str(), "c" | "internal") {
            continue;
        }
        // A body that PostgreSQL keeps as a tree follows.
        if function.language.as_str() == "sql" && !function.definition.contains("AS $") {
            continue;
        }
        let found = find_in_body(function.language.as_str(), &function.body, names);
        add(searched, id.to_string(), function.body.clone(), found);
    }
}

fn add(searched: &mut Searched, display: String, text: String, found: Found) {
    searched.count += 1;
    if found.references.is_empty() {
        return;
    }
    if let Some(reason) = &found.unread {
        searched.not_checked.push(NotChecked { what: display.clone(), reason: reason.clone() });
    }
    searched.files.push(SearchedFile { path: None, display, role: Role::Database, language: LANGUAGE, text, found });
}
