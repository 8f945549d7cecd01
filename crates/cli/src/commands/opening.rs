//! From the arguments that several commands share to what the jobs take.

use std::path::Path;
use std::time::Duration;

use pgmason_jobs::JobError;
use pgmason_jobs::open::OpenOptions;
use pgmason_jobs::project::Project;
use pgmason_jobs::replay::ReplayOptions;
use pgmason_jobs::source::Source;
use pgmason_pg::ConnectionString;
use pgmason_scratch::Engine;

use crate::arguments::{ScratchArguments, SourceArguments};
use crate::error::CommandError;

/// The source that the arguments name, if they name one.
pub(super) fn source(arguments: &SourceArguments) -> Result<Option<Source>, CommandError> {
    Ok(match arguments {
        SourceArguments { migrations: Some(folder), .. } => Some(Source::Migrations(folder.clone())),
        SourceArguments { schema: Some(path), .. } => Some(Source::Schema(path.clone())),
        SourceArguments { source: Some(text), .. } => Some(text.parse()?),
        _ => None,
    })
}

pub(super) fn open_options(project: &Project, arguments: &ScratchArguments) -> Result<OpenOptions, CommandError> {
    let configured = project.configuration.scratch.replay_timeout;
    let seconds = arguments.replay_timeout.or(configured).unwrap_or(60);
    let replay =
        ReplayOptions { keep_going: arguments.keep_going, statement_timeout: Duration::from_secs(seconds.max(1)) };
    let engine = match arguments.scratch.as_deref() {
        None => None,
        Some("auto") => Some(Engine::Auto),
        Some("embedded") => Some(Engine::Embedded),
        Some("local") => Some(Engine::Local),
        Some(text) if text.contains("://") || text.contains('=') => Some(Engine::Url(connection(text)?)),
        Some(other) => {
            return Err(CommandError::Usage {
                message: format!("`{other}` is no scratch engine"),
                hint: Some("it is auto, embedded, local, or the URL of a server".to_owned()),
            });
        }
    };
    Ok(OpenOptions { engine, replay })
}

/// What `--rename` says: the name before and the name after.
pub(super) fn renames(words: &[String]) -> Result<Vec<(String, String)>, CommandError> {
    let renames = words.iter().map(|text| match text.split_once('=') {
        Some((from, to)) if !from.is_empty() && !to.is_empty() => Ok((from.to_owned(), to.to_owned())),
        _ => Err(CommandError::Usage {
            message: format!("`--rename {text}` names no two objects"),
            hint: Some(
                "write it as `--rename public.old=public.new`, for a column `public.t.old=public.t.new`".to_owned(),
            ),
        }),
    });
    renames.collect()
}

pub(super) fn connection(text: &str) -> Result<ConnectionString, CommandError> {
    text.parse().map_err(|error: pgmason_pg::connection_string::ConnectionStringError| {
        CommandError::Job(JobError::Connect(error.into()))
    })
}

pub(super) fn project(folder: &Path) -> Result<Project, CommandError> {
    Ok(Project::open(folder)?)
}
