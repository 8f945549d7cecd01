//! Tests of scratch servers, on the embedded PostgreSQL and on local binaries.

#![allow(clippy::unwrap_used, reason = "a helper of tests has nothing better to do than to panic")]

mod baselines;
mod fence;
mod named_server;
mod starting;
