//! Rules about migration files: their names, what a statement does to tables in use, and what it throws away.

mod breaking_change_without_comment;
mod column_type_rewrites_table;
mod concurrently_in_transaction;
mod constraint_not_valid_first;
mod down_file_runs_as_up;
mod drops_without_backup;
mod duplicate_version;
mod future_version;
mod gap_in_numbering;
mod identical_files;
mod index_not_concurrent;
mod lock_timeout_not_set;
mod long_lock_then_more_work;
mod migration_name_format;
mod mixed_version_formats;
mod new_enum_value_used_in_same_transaction;
mod not_idempotent;
mod not_null_scans_table;
#[cfg(test)]
mod page_examples;
mod report;
mod schema_and_data_mixed;
mod sentinel_version;
mod update_or_delete_without_where;
mod version_order_by_text;
mod view_replaces_table_name_without_security_invoker;
mod volatile_default_rewrites_table;

use super::Rule;

/// In alphabetical order.
pub static RULES: &[&Rule] = &[
    &breaking_change_without_comment::RULE,
    &column_type_rewrites_table::RULE,
    &concurrently_in_transaction::RULE,
    &constraint_not_valid_first::RULE,
    &down_file_runs_as_up::RULE,
    &drops_without_backup::RULE,
    &duplicate_version::RULE,
    &future_version::RULE,
    &gap_in_numbering::RULE,
    &identical_files::RULE,
    &index_not_concurrent::RULE,
    &lock_timeout_not_set::RULE,
    &long_lock_then_more_work::RULE,
    &migration_name_format::RULE,
    &mixed_version_formats::RULE,
    &new_enum_value_used_in_same_transaction::RULE,
    &not_idempotent::RULE,
    &not_null_scans_table::RULE,
    &schema_and_data_mixed::RULE,
    &sentinel_version::RULE,
    &update_or_delete_without_where::RULE,
    &version_order_by_text::RULE,
    &view_replaces_table_name_without_security_invoker::RULE,
    &volatile_default_rewrites_table::RULE,
];
