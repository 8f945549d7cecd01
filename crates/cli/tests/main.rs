//! Tests of the binary, as a user runs it.

mod bad_input;
mod commands;
mod configuration;
mod corpora;
mod databases;
mod examples;
mod fake_server;
mod interrupted;
mod known_findings;
mod support;
mod suppressed;
