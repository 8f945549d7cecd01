//! Writes the report of a check in each of the output formats: one format, one file.
//!
//! A renderer only reads the report. What a format cannot say in its own terms is said in its nearest ones: nothing that
//! failed, was left out or was not checked goes missing.

pub(crate) mod align;
pub(crate) mod diff;
pub(crate) mod diff_markdown;
pub(crate) mod diff_sql;
pub(crate) mod drift;
pub(crate) mod github;
pub(crate) mod gitlab;
pub(crate) mod human;
pub(crate) mod json;
pub(crate) mod junit;
pub(crate) mod markdown;
pub(crate) mod migration;
pub(crate) mod references;
pub(crate) mod replay;
pub(crate) mod restructure;
pub(crate) mod sarif;
pub(crate) mod schema;
pub(crate) mod table;
pub(crate) mod tables;

#[cfg(test)]
mod fixture;
mod wording;

use pgmason_jobs::check::report;
