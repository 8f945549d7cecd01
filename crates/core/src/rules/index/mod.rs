//! Rules about indexes: those that are missing, and those that cost without serving.

mod duplicate_index;
mod foreign_key_without_index;
mod index_shape;
mod invalid_index;
mod needless;
mod redundant_index;
mod unused_index;
mod user_column_without_index;

use super::Rule;

pub use needless::{Needless, needless_indexes};

/// In alphabetical order.
pub static RULES: &[&Rule] = &[
    &duplicate_index::RULE,
    &foreign_key_without_index::RULE,
    &invalid_index::RULE,
    &redundant_index::RULE,
    &unused_index::RULE,
    &user_column_without_index::RULE,
];
