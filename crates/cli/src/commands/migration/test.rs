//! `pgmason migration test`.

use pgmason_jobs::migration::test::{TestOptions, test};

use super::super::print;
use super::{Context, Outcome, opening};
use crate::arguments::migration::TestArguments;
use crate::error::CommandError;
use crate::render;

pub(super) fn run(context: &Context<'_>, arguments: &TestArguments) -> Result<Outcome, CommandError> {
    // Where the files begin that are under test is said, so nobody has to be asked.
    let named = arguments.database.db.clone().filter(|_| arguments.after.is_none());
    let options = TestOptions {
        open: opening::open_options(&context.project, &arguments.scratch)?,
        database: named.as_deref().map(opening::connection).transpose()?,
        after: arguments.after.clone(),
        to: arguments.to.clone(),
        idempotent: arguments.idempotent,
        require_rollback: arguments.require_rollback,
        write_undo: arguments.write_undo,
    };
    let report = test(&context.project, &context.source, &options, &|event| context.progress.event(event))?;
    context.progress.finish();
    let mut out = anstream::stdout().lock();
    print(arguments.json, &report, &mut out, |out| render::migration::test::render(&report, out))?;
    Ok(if report.passed() { Outcome::Clean } else { Outcome::Findings })
}
