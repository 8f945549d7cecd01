//! The whole life of a migrations folder: each subcommand's work as one function that returns a report.

pub mod folder;
pub mod test;
