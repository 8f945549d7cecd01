//! What follows from one statement alone: its locks, whether it may run in a transaction, what it needs, what it reaches outside.

mod locks;
mod privilege;
mod transaction;

pub use locks::locks;
pub use privilege::{LeavesServer, SuperuserNeed, leaves_server, superuser_needs};
pub use transaction::cannot_run_in_transaction;
