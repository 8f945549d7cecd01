//! The thinking: rules over schemas and migration files. No IO, no connection, no printing.

pub mod access;
pub mod expression;
#[cfg(any())]
pub mod files;
pub mod findings;
pub mod locations;
#[cfg(any())]
pub mod migrations;
pub mod observations;
pub mod rulebook;
pub mod rules;
pub mod schema;
