//! `pgmason man`.

use clap::CommandFactory;

use super::Outcome;
use crate::arguments::Arguments;
use crate::error::CommandError;

pub(super) fn run() -> Result<Outcome, CommandError> {
    clap_mangen::Man::new(Arguments::command()).render(&mut std::io::stdout().lock())?;
    Ok(Outcome::Clean)
}
