//! The whole life of a migrations folder: each subcommand's work as one function that returns a report.

pub mod adopt;
pub mod apply;
pub mod archive;
pub mod audit;
pub mod checks;
pub mod comparison;
pub mod create;
pub mod database;
pub mod database_fingerprint;
mod entry;
pub mod fleet;
pub mod folder;
pub mod hooks;
mod live;
pub mod measure;
pub mod moves;
pub mod plan;
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
