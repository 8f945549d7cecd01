//! Rules about what a table and its columns must have.

mod no_primary_key;

use super::Rule;

/// In alphabetical order.
pub static RULES: &[&Rule] = &[&no_primary_key::RULE];
