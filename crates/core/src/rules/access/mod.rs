//! Rules about who gets at which rows: row level security, policies, views past them, functions.

mod auth_users_exposed;
mod command_without_policy;
mod function_search_path_mutable;
mod materialized_view_exposed;
mod partition_bypasses_rls;
mod policies_overlap;
mod policy_always_true;
mod policy_evaluated_per_row;
mod policy_name_not_descriptive;
mod policy_not_bound_to_user;
mod policy_trusts_user_metadata;
mod policy_without_rls;
mod rls_disabled;
mod rls_without_policy;
mod security_definer_executable_by_api_role;
mod truncate_granted_to_api_role;
mod view_bypasses_rls;

mod caller_check;
mod policies;
mod reach;
mod severity;
mod view_reads;
mod wording;

use super::Rule;

/// In alphabetical order.
pub static RULES: &[&Rule] = &[
    &auth_users_exposed::RULE,
    &command_without_policy::RULE,
    &function_search_path_mutable::RULE,
    &materialized_view_exposed::RULE,
    &partition_bypasses_rls::RULE,
    &policies_overlap::RULE,
    &policy_always_true::RULE,
    &policy_evaluated_per_row::RULE,
    &policy_name_not_descriptive::RULE,
    &policy_not_bound_to_user::RULE,
    &policy_trusts_user_metadata::RULE,
    &policy_without_rls::RULE,
    &rls_disabled::RULE,
    &rls_without_policy::RULE,
    &security_definer_executable_by_api_role::RULE,
    &truncate_granted_to_api_role::RULE,
    &view_bypasses_rls::RULE,
];
