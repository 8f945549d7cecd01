//! Tests of scratch servers, on the embedded PostgreSQL and on local binaries.

mod baselines;
mod fence;
mod named_server;
mod starting;
