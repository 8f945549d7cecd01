//! Tests of jobs against real servers.

#![allow(clippy::unwrap_used, reason = "a helper of tests has nothing better to do than to panic")]

mod diff;
mod example_restructurings;
mod failures;
mod files;
mod inverse;
mod layouts;
mod measured;
mod outside;
mod platforms;
mod prisma;
mod proof;
mod psql;
mod restructure;
mod rule_examples;
mod seed;
mod stage_checks;
mod support;
mod transactions;
