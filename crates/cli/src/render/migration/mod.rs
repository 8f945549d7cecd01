//! Reports of `pgmason migration`, for people: one file per report.

pub(crate) mod adopt;
pub(crate) mod archive;
pub(crate) mod audit;
pub(crate) mod create;
pub(crate) mod fleet;
pub(crate) mod plan;
mod references;
pub(crate) mod renumber;
pub(crate) mod repair;
pub(crate) mod rollback;
pub(crate) mod run;
pub(crate) mod run_staged;
pub(crate) mod squash;
pub(crate) mod status;
pub(crate) mod test;

/// `1 file`, `2 files`.
pub(super) fn count(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}
