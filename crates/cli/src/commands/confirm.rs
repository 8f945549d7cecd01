//! Asks before something changes.

use std::io::{self, IsTerminal, Write};

use crate::error::CommandError;

/// Fails where nobody is there to be asked.
pub(super) fn somebody_is_there() -> Result<(), CommandError> {
    if io::stdin().is_terminal() {
        return Ok(());
    }
    Err(CommandError::Usage {
        message: "nobody is there to confirm".to_owned(),
        hint: Some("see what would run with --dry-run, then add --yes".to_owned()),
    })
}

pub(super) fn confirmed() -> Result<bool, CommandError> {
    let mut err = anstream::stderr().lock();
    write!(err, "\nrun it? [y/N] ")?;
    err.flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
