//! Rules about what should be the same wherever it stands.

mod column_twins;
pub(crate) mod column_type;
mod column_type_differs_between_tables;
mod duplicate_column;
mod foreign_key_type_mismatch;
mod jsonb_default_differs;
mod sequence_near_its_end;

use super::Rule;

/// In alphabetical order.
pub static RULES: &[&Rule] = &[
    &column_type_differs_between_tables::RULE,
    &duplicate_column::RULE,
    &foreign_key_type_mismatch::RULE,
    &jsonb_default_differs::RULE,
    &sequence_near_its_end::RULE,
];
