//! Tests of the binary, as a user runs it.

#![allow(clippy::unwrap_used, reason = "a helper of tests has nothing better to do than to panic")]

mod align;
mod bad_input;
mod commands;
mod configuration;
mod corpora;
mod databases;
mod diff;
mod documents;
mod drift;
mod examples;
mod fake_server;
mod generate;
mod interrupted;
mod known_findings;
mod migration;
mod migration_archive;
mod migration_audit;
mod migration_create;
mod migration_plan;
mod migration_renumber;
mod migration_squash;
mod migration_test;
mod references;
mod schema_files;
mod support;
mod suppressed;
