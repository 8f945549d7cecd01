//! Migration folders: what each file is, in which order files run, what they say, and what each statement meets.

pub mod costs;
pub mod file;
pub mod fingerprint;
mod generated_names;
pub mod groups;
pub mod hazards;
pub mod history;
#[cfg(test)]
mod history_tests;
pub mod inverse;
pub mod layout;
pub mod locations;
pub mod losses;
pub mod next_version;
pub mod planning;
#[cfg(test)]
mod planning_tests;
pub mod psql;
mod recovery;
pub mod renumber;
pub mod rewrites;
pub mod risk;
pub mod rollback_place;
mod routine_arguments;
pub mod squawk_names;
pub mod stages;
mod state;
pub mod steps;
pub mod undo;
pub mod version_clock;
pub mod versions;

pub use file::{FileStatement, MigrationFile};
pub use history::History;
pub use layout::{Direction, FileName, Layout};
pub use locations::locate;
