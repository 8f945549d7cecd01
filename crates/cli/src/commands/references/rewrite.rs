//! `pgmason references rewrite`.

use std::path::Path;

use pgmason_core::references::Grade;
use pgmason_jobs::references::{RewriteOptions, rewrite};

use super::Outcome;
use crate::arguments::references::{RewriteArguments, RewrittenGrade};
use crate::commands::{opening, print};
use crate::error::CommandError;
use crate::render::references::rewrite::{render, tell};
use crate::ui::Progress;

pub(super) fn run(folder: &Path, arguments: &RewriteArguments, progress: &Progress) -> Result<Outcome, CommandError> {
    let project = opening::project(folder)?;
    let changes = super::changes(&project, &arguments.names)?;
    if changes.iter().all(|change| change.new.is_none()) {
        return Err(CommandError::Usage {
            message: "no new name is given".to_owned(),
            hint: Some(format!("write it behind the old one: `{}=NEW`", changes[0].old)),
        });
    }
    let options = RewriteOptions {
        paths: arguments.names.paths.clone(),
        from: if arguments.only == RewrittenGrade::Sure { Grade::Sure } else { Grade::Likely },
        write: arguments.write,
        allow_dirty: arguments.allow_dirty,
    };
    let report = rewrite(&project, &changes, &options)?;
    progress.finish();
    print(arguments.json, &report, &mut anstream::stdout().lock(), |out| render(&report, out))?;
    if !arguments.json {
        tell(&report);
    }
    Ok(if report.refused.is_some() { Outcome::Findings } else { Outcome::Clean })
}
