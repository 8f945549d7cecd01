//! `pgmason restructure`: changes a database in use, in phases.

pub mod read;
