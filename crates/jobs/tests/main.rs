//! Tests of jobs against real servers.

mod failures;
mod files;
mod layouts;
mod outside;
mod platforms;
mod psql;
mod rule_examples;
mod support;
mod transactions;
