//! Servers, databases and folders for tests.
//!
//! - What a test needs and this machine lacks fails the test with what to install; nothing is skipped in silence.
//! - Every server ends with the test process, killed or not.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has nothing better to do than to panic")]
#![allow(clippy::print_stderr, reason = "tests talk on standard error")]

mod cluster;
mod command;
mod corpora;
mod cutting_proxy;
mod folder;
mod follower;
mod pooler;
mod processes;
mod scratch;
mod small_file_system;
mod stopping_proxy;
mod wait;

pub use cluster::{Cluster, ClusterOptions, local_binaries, local_major, run_as_unprivileged};
pub use command::{Outcome, Pgmason};
pub use corpora::corpora;
pub use cutting_proxy::CuttingProxy;
pub use folder::{Folder, assert_no_trace};
pub use pooler::Pooler;
pub use processes::{Process, Signal, kill, kill_group, processes_about};
pub use scratch::{LentScratch, embedded_server, local_server, read_catalog, server};
pub use small_file_system::SmallFileSystem;
pub use stopping_proxy::StoppingProxy;
pub use wait::{PATIENCE, until};
