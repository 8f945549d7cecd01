//! The changes that a command is about: names on the command line, or all of a restructuring.

use std::collections::BTreeSet;

use pgmason_core::references::read_change;
use pgmason_core::restructure::name_changes;
use pgmason_model::restructure::NameChange;
use pgmason_sql::StatementKind;

use crate::JobError;
use crate::project::Project;
use crate::restructure::read;

/// What to look for.
#[derive(Clone, Debug)]
pub enum Wanted<'a> {
    /// `emails`, `public.emails.subject`, `emails=email_messages`.
    Written(&'a [String]),
    /// A restructuring by its name; None: the project's only one.
    Restructure(Option<&'a str>),
}

/// Schemas that are there without a CREATE SCHEMA of the project.
const KNOWN: &[&str] = &[
    "public",
    "auth",
    "storage",
    "realtime",
    "extensions",
    "cron",
    "vault",
    "graphql",
    "graphql_public",
    "net",
    "pgmq",
];

/// The changes, in the order in which they were written.
pub fn wanted(project: &Project, wanted: &Wanted<'_>) -> Result<Vec<NameChange>, JobError> {
    match wanted {
        Wanted::Restructure(name) => Ok(name_changes(&read::read(project, *name)?.file)),
        Wanted::Written(written) => {
            // Only a name of two parts asks for it.
            let schemas = if written.iter().any(|one| one.contains('.')) { schemas(project) } else { BTreeSet::new() };
            let is_schema = |name: &str| KNOWN.contains(&name) || schemas.contains(name);
            let read = written.iter().map(|one| read_change(one, &is_schema).map_err(JobError::from));
            read.collect()
        }
    }
}

/// Schemas that the project's own files make.
fn schemas(project: &Project) -> BTreeSet<String> {
    // Without files there is nothing to learn: that is no reason to fail.
    let files = project.source().ok().and_then(|source| crate::folder::read(project, &source).ok().flatten());
    let statements = files.iter().flat_map(|files| &files.files).flat_map(|file| &file.statements);
    let names = statements.filter_map(|statement| match &statement.statement.kind {
        StatementKind::CreateSchema { name, .. } => Some(name.clone()),
        _ => None,
    });
    names.collect()
}
