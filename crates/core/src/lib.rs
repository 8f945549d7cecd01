//! The thinking: rules over schemas and migration files. No IO, no connection, no printing.

pub mod access;
pub mod assembly;
pub mod diff;
pub mod expression;
pub mod files;
pub mod findings;
pub mod locations;
pub mod migrations;
pub mod observations;
pub mod prisma;
pub mod references;
pub mod restructure;
pub mod rulebook;
pub mod rules;
pub mod schema;
pub mod squash;
