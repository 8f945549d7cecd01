//! What types and expressions cost, as far as text alone can tell. Every answer was measured on PostgreSQL 15.

mod change;
mod volatility;

pub use change::{Rewrite, type_change, using_changes_nothing};
pub use volatility::{DefaultVolatility, default_volatility};

use crate::ir::DataType;
use crate::read::{Cursor, tokens};

/// A type from its text, as in a column; `None` where the text is no type.
pub fn data_type(text: &str) -> Option<DataType> {
    let tokens = tokens(text);
    let mut cursor = Cursor::new(text, &tokens);
    crate::read::data_type(&mut cursor).ok().filter(|_| cursor.at_end())
}
