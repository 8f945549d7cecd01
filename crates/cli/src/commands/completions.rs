//! `pgmason completions`.

use clap::CommandFactory;
use clap_complete::Shell;

use super::Outcome;
use crate::arguments::Arguments;
use crate::error::CommandError;

pub(super) fn run(shell: Shell) -> Result<Outcome, CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "pgmason", &mut script);
    std::io::Write::write_all(&mut std::io::stdout().lock(), &script)?;
    Ok(Outcome::Clean)
}
