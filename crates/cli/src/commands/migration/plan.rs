//! `pgmason migration plan`.

use pgmason_jobs::migration::plan::{PlanOptions, plan};
use pgmason_jobs::snapshot;

use super::super::{opening, print};
use super::{Context, Outcome};
use crate::arguments::migration::PlanArguments;
use crate::error::CommandError;
use crate::render::migration::plan as render;

pub(super) fn run(context: &Context<'_>, arguments: &PlanArguments) -> Result<Outcome, CommandError> {
    let options = PlanOptions {
        database: arguments.database.db.as_deref().map(opening::connection).transpose()?,
        to: arguments.to.clone(),
        measure: !arguments.no_scratch,
        open: opening::open_options(&context.project, &arguments.scratch)?,
    };
    if arguments.out.is_some() && options.database.is_none() {
        return Err(CommandError::Usage {
            message: "a plan for `apply --plan` is a plan for one database, and none is named".to_owned(),
            hint: Some("name it: `--db postgres://user@host/database`".to_owned()),
        });
    }
    let report = plan(&context.project, &context.source, &options, &|event| context.progress.event(event))?;
    context.progress.finish();
    if let Some(path) = &arguments.out {
        let mut json = serde_json::to_vec_pretty(&report).map_err(std::io::Error::from)?;
        json.push(b'\n');
        snapshot::write(path, &json)?;
    }
    let mut out = anstream::stdout().lock();
    print(arguments.json, &report, &mut out, |out| render::render(&report, arguments.out.as_deref(), out))?;
    Ok(Outcome::Clean)
}
