//! Rules about names.

mod double_prefix;
pub(in crate::rules) mod history_table;
mod name_needs_quoting;
mod name_not_plural;
mod name_not_snake_case;
mod name_too_long;
mod near_duplicate_name;
pub(in crate::rules) mod plural;
mod prefix;
mod prefix_length;
mod table_without_prefix;
mod unknown_prefix;
mod view_prefix_mismatch;
pub(in crate::rules) mod words;

use super::Rule;

/// In alphabetical order.
pub static RULES: &[&Rule] = &[
    &double_prefix::RULE,
    &name_needs_quoting::RULE,
    &name_not_plural::RULE,
    &name_not_snake_case::RULE,
    &name_too_long::RULE,
    &near_duplicate_name::RULE,
    &prefix_length::RULE,
    &table_without_prefix::RULE,
    &unknown_prefix::RULE,
    &view_prefix_mismatch::RULE,
];
