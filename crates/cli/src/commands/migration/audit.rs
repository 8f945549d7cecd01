//! `pgmason migration audit`.

use std::io::Write;

use pgmason_jobs::migration::audit::audit;

use super::{Context, Outcome};
use crate::arguments::Format;
use crate::arguments::migration::AuditArguments;
use crate::commands::{check, print};
use crate::error::CommandError;
use crate::render::migration::audit::render;

pub(super) fn run(context: &Context<'_>, arguments: &AuditArguments) -> Result<Outcome, CommandError> {
    let progress = &context.progress;
    let report = audit(&context.project, &context.source, arguments.numbering, &|event| progress.event(event))?;
    progress.finish();
    let folder = &context.project.folder;
    let write = |out: &mut dyn Write| match arguments.output.format() {
        Format::Human | Format::Json => {
            let json = arguments.output.format() == Format::Json;
            print(json, &report, out, |out| render(&report, folder, out))
        }
        // What counts the files has no place in formats for findings.
        format => check::render(format, &report.check, folder, out),
    };
    check::write_output(&arguments.output, &write)?;
    let fails = arguments.fail_on.level().is_some_and(|level| report.check.fails(level));
    Ok(if fails { Outcome::Findings } else { Outcome::Clean })
}
