//! The whole life of a migrations folder: each subcommand's work as one function that returns a report.

pub mod archive;
pub mod audit;
pub mod create;
pub mod folder;
pub mod moves;
mod references;
pub mod renumber;
pub mod repository;
