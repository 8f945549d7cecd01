//! `pgmason generate`: files that are made of what pgmason knows, and made anew by the same command.

pub mod aliases;
pub mod changes;
mod final_names;

pub use aliases::{AliasOptions, aliases};
pub use changes::changes;
