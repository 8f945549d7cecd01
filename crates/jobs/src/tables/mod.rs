//! `pgmason tables`: the inventory, one table in full, a table's first rows.

mod list;
mod preview;
mod resolve;
mod show;

pub(crate) use list::domain;
pub use list::{TableRow, TablesReport, list};
pub use preview::{PreviewReport, preview};
pub use show::{Named, TableReport, show};

/// The version of the JSON output of all three.
pub const TABLES_SCHEMA_VERSION: u32 = 1;
