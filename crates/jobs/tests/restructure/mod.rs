//! Restructuring, on live servers of this machine.

mod bed;
mod columns;
mod drop_table;
mod equal_columns;
mod evidence;
mod examples;
mod ground;
mod guard;
mod in_the_way;
mod meeting_stages;
mod merge_tables;
mod mirror;
mod newer_value;
mod partition_table;
mod partitioned_views;
mod room;
mod split_table;
mod told;
mod traps;
mod writers;
