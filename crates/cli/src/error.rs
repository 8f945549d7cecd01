//! The one place where an error becomes a message, a hint and an exit code.

use std::error::Error;
use std::io;
use std::process::ExitCode;

use pgmason_jobs::JobError;

use crate::ui;

/// Why a command could not do its work.
#[derive(Debug)]
pub(crate) enum CommandError {
    Job(JobError),
    /// The output could not be written.
    Output(io::Error),
    /// The command line asks for something that does not go together.
    Usage {
        message: String,
        hint: Option<String>,
    },
}

impl From<JobError> for CommandError {
    fn from(error: JobError) -> Self {
        Self::Job(error)
    }
}

impl From<io::Error> for CommandError {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl CommandError {
    /// Tells the user, on standard error, and gives the exit code: 2 for all but a closed pipe.
    pub(crate) fn report(&self) -> ExitCode {
        match self {
            // The reader has seen enough: `pgmason check | head`.
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => return ExitCode::SUCCESS,
            Self::Output(error) => ui::error(&format!("cannot write the output: {error}"), &[], None),
            Self::Usage { message, hint } => ui::error(message, &[], hint.as_deref()),
            Self::Job(JobError::Interrupted) => return ExitCode::from(130),
            Self::Job(error) => ui::error(&error.to_string(), &causes(error), error.hint().as_deref()),
        }
        ExitCode::from(2)
    }
}

/// What lies under an error, outermost first, without repeating what was said.
fn causes(error: &dyn Error) -> Vec<String> {
    let mut list = Vec::new();
    let mut said = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let words = cause.to_string();
        if !said.contains(&words) {
            list.push(words.clone());
        }
        said = words;
        next = cause.source();
    }
    list
}
