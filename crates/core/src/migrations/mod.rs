//! Migration folders: what each file is, in which order files run, what they say, and what each statement meets.

pub mod file;
pub mod fingerprint;
mod generated_names;
pub mod groups;
pub mod history;
#[cfg(test)]
mod history_tests;
pub mod inverse;
pub mod layout;
pub mod locations;
pub mod planning;
pub mod psql;
pub mod rollback_place;
mod routine_arguments;
pub mod squawk_names;
mod state;
pub mod steps;
pub mod undo;

pub use file::{FileStatement, MigrationFile};
pub use history::History;
pub use layout::{Direction, FileName, Layout};
pub use locations::locate;
