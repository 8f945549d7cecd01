//! Migration folders: what each file is, in which order files run, and what they say.

pub mod file;
pub mod layout;

pub use file::{FileStatement, MigrationFile};
pub use layout::{Direction, FileName, Layout};
