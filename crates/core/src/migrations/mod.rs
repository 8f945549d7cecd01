//! Migration folders: what each file is, in which order files run, what they say, and what each statement meets.

pub mod file;
mod generated_names;
pub mod history;
#[cfg(test)]
mod history_tests;
pub mod layout;
pub mod locations;
mod routine_arguments;
pub mod squawk_names;
mod state;
pub mod steps;

pub use file::{FileStatement, MigrationFile};
pub use history::History;
pub use layout::{Direction, FileName, Layout};
pub use locations::locate;
