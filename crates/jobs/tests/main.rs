//! Tests of jobs against real servers.

mod rule_examples;
