//! The whole life of a migrations folder: each subcommand's work as one function that returns a report.

pub mod adopt;
pub mod apply;
pub mod archive;
pub mod audit;
pub mod comparison;
pub mod create;
pub mod database;
mod entry;
pub mod fleet;
pub mod folder;
pub mod hooks;
pub mod moves;
mod plan_file;
mod references;
pub mod renumber;
pub mod repair;
pub mod repository;
pub mod rollback;
mod run_files;
pub mod run_report;
mod stake;
pub mod status;
