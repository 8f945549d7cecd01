//! Rules of the section.

use super::Rule;

/// In alphabetical order.
pub static RULES: &[&Rule] = &[];
