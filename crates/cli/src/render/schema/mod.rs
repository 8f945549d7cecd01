//! Reports of `pgmason schema`, for people: one file per report.

pub(crate) mod assemble;
pub(crate) mod proof;
pub(crate) mod split;
