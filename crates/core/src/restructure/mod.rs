//! Changes of a database in use, in phases: what each operation refuses, predicts and plans. From catalogs alone.

mod archive;
mod both_ways;
mod built_on;
mod column_notes;
mod column_parts;
pub mod compatibility_view;
pub mod context;
mod dependents;
pub mod file;
pub mod from_rulebook;
mod index_steps;
mod invoker_functions;
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
mod shadow_column;
pub mod stage;
mod step;
mod sync_trigger;
mod table_archive;
mod table_facts;
mod tracking;

pub use names::name_changes;
