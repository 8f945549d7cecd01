//! Rules about what a table and its columns must have.

mod char_or_money_type;
mod columns;
mod enum_like_column_without_check;
mod foreign_key_without_on_delete;
mod integer_primary_key;
mod json_not_jsonb;
mod no_created_at;
mod no_primary_key;
mod no_updated_at;
mod primary_key_not_uuid;
pub(in crate::rules) mod row_shape;
mod secret_in_plain_text;
mod secret_name;
mod serial_column;
mod timestamp_nullable_or_without_default;
mod timestamp_without_time_zone;
mod updated_at_not_maintained;
mod user_column_without_foreign_key;

use super::Rule;

/// In alphabetical order.
pub static RULES: &[&Rule] = &[
    &char_or_money_type::RULE,
    &enum_like_column_without_check::RULE,
    &foreign_key_without_on_delete::RULE,
    &integer_primary_key::RULE,
    &json_not_jsonb::RULE,
    &no_created_at::RULE,
    &no_primary_key::RULE,
    &no_updated_at::RULE,
    &primary_key_not_uuid::RULE,
    &secret_in_plain_text::RULE,
    &serial_column::RULE,
    &timestamp_nullable_or_without_default::RULE,
    &timestamp_without_time_zone::RULE,
    &updated_at_not_maintained::RULE,
    &user_column_without_foreign_key::RULE,
];
