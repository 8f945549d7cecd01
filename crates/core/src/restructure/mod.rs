//! Changes of a database in use, in phases: what each operation refuses, predicts and plans. From catalogs alone.

mod archive;
mod both_ways;
pub mod compatibility_view;
pub mod context;
mod dependents;
pub mod file;
pub mod limits;
mod make;
mod merge_mapping;
mod merged_view;
mod mirror;
pub mod name;
mod name_exchange;
mod names;
pub mod operations;
mod own_name;
mod partitioned;
mod partitions;
pub mod refusal;
mod relocate;
mod repoint;
pub mod stage;
mod tracking;

pub use names::name_changes;
