//! What every step that changes a name says besides: the record of renames, and a word to PostgREST.

use pgmason_model::{Catalog, Identifier, QualifiedName, quote_literal};

/// Enters a rename into `pgmason.sys_table_migrations`.
pub(super) fn rename_recorded(old: &QualifiedName, new: &QualifiedName, with_view: bool) -> String {
    format!(
        "INSERT INTO pgmason.sys_table_migrations (old_name, new_name, compatibility_view_created) VALUES ({}, {}, {with_view})",
        quote_literal(&old.to_string()),
        quote_literal(&new.to_string())
    )
}

/// Says that it was taken back.
pub(super) fn rename_taken_back(old: &QualifiedName) -> String {
    format!(
        "UPDATE pgmason.sys_table_migrations SET status = 'rolled_back', rollback_at = pg_catalog.now(), \
         rollback_by = session_user WHERE old_name = {} AND status <> 'rolled_back'",
        quote_literal(&old.to_string())
    )
}

/// Says that the view under the old name is gone, or is there again.
pub(super) fn view_recorded(old: &QualifiedName, there: bool) -> String {
    format!(
        "UPDATE pgmason.sys_table_migrations SET compatibility_view_created = {there} \
         WHERE old_name = {} AND status <> 'rolled_back'",
        quote_literal(&old.to_string())
    )
}

/// PostgREST keeps the schema in a cache: it is told where there is one.
pub(super) fn tell_postgrest(catalog: &Catalog) -> Option<String> {
    let is_there = |role: &str| catalog.roles.contains_key(&Identifier::from(role));
    (is_there("authenticator") || is_there("anon")).then(|| "NOTIFY pgrst, 'reload schema'".to_owned())
}
