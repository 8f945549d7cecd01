//! Each command's work as one function that returns a report: what the terminal and the web page both call.
//!
//! Nothing here prints. What takes time is told through [`progress::Reporter`].

pub mod align;
pub mod check;
pub mod configuration;
pub mod diff;
pub mod doctor;
pub mod drift;
pub mod error;
pub mod folder;
pub mod generate;
pub mod init;
pub mod init_ci;
pub mod migration;
pub mod observe;
pub mod open;
mod other_words;
pub mod prisma;
pub mod progress;
pub mod project;
pub mod references;
pub mod replay;
pub mod restructure;
mod row_state;
pub mod schema;
pub mod snapshot;
pub mod source;
pub mod tables;
pub mod validate;

pub use error::JobError;
