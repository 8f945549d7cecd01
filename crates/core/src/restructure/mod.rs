//! Changes of a database in use, in phases: what each operation refuses, predicts and plans. From catalogs alone.

pub mod file;
pub mod name;
mod names;
pub mod operations;

pub use names::name_changes;
