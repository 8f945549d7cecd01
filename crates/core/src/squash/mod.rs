//! One file from a whole schema: each statement of a plan so that it can run again, in an order that people can read.
//!
//! Nothing here has been run: whoever writes the file proves it first.

mod exists;
mod group;
mod idempotent;
mod text;

pub use group::{Section, grouped};
pub use idempotent::{NotRepeatable, idempotent};
pub use text::{Entry, dollar_quoted, section_text, text};
