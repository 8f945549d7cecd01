//! `pgmason demo`: the main job on a project that simply grew, in a folder of its own.

use std::io::Write;

use include_dir::{Dir, include_dir};
use pgmason_jobs::check::{CheckOptions, check};

use super::{Outcome, opening};
use crate::arguments::ScratchArguments;
use crate::error::CommandError;
use crate::render;
use crate::ui::{BOLD, HINT, Progress};

static LIBRARY: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../examples/library");

pub(super) fn run(scratch: &ScratchArguments, progress: &Progress) -> Result<Outcome, CommandError> {
    let folder = tempfile::Builder::new().prefix("pgmason-demo-").tempdir()?;
    LIBRARY.extract(folder.path())?;
    let project = opening::project(folder.path())?;
    let options = CheckOptions { open: opening::open_options(&project, scratch)?, ..CheckOptions::default() };
    let mut report = check(&project, &options, &|event| progress.event(event))?;
    progress.finish();
    report.project = "library".to_owned();
    let mut out = anstream::stdout().lock();
    writeln!(out, "{BOLD}$ cd library && pgmason check{BOLD:#}\n")?;
    render::human::render(&report, &project.folder, &mut out)?;
    writeln!(out, "\n{HINT}next:{HINT:#} run `pgmason check` in your own repository")?;
    // The sample is full of findings on purpose: that they are there is the demo's success.
    Ok(Outcome::Clean)
}
