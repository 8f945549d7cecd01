//! Which objects are the platform's rather than the project's.
//!
//! Hosted Supabase keeps schemas of its own in every database. A project may not change them, so nothing in them is a
//! finding or a difference; but a project does put policies on the storage and realtime tables and triggers on
//! `auth.users`, and those stay its own.

use std::collections::{BTreeMap, BTreeSet};

use pgmason_model::catalog::{Catalog, Trigger};
use pgmason_model::{Identifier, Object, ObjectId, ObjectKind};

/// The platform that a database lives on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Platform {
    #[default]
    None,
    Supabase,
    /// Supabase when its roles and `auth.users` are there.
    Detect,
}

/// Schemas that Supabase manages.
pub const SUPABASE_SCHEMAS: &[&str] = &[
    "_analytics",
    "_realtime",
    "_supavisor",
    "auth",
    "cron",
    "dbdev",
    "etl",
    "extensions",
    "graphql",
    "graphql_public",
    "net",
    "pgbouncer",
    "pgmq",
    "pgmq_public",
    "pgsodium",
    "pgsodium_masks",
    "pgtle",
    "realtime",
    "repack",
    "storage",
    "supabase_functions",
    "supabase_migrations",
    "tiger",
    "tiger_data",
    "topology",
    "vault",
];

/// Extensions that every new hosted project has.
const SUPABASE_EXTENSIONS: &[&str] =
    &["pg_graphql", "pg_stat_statements", "pgcrypto", "pgjwt", "pgsodium", "plpgsql", "supabase_vault", "uuid-ossp"];

/// Event triggers that every hosted project has.
const SUPABASE_EVENT_TRIGGERS: &[&str] = &[
    "issue_graphql_placeholder",
    "issue_pg_cron_access",
    "issue_pg_graphql_access",
    "issue_pg_net_access",
    "pgrst_ddl_watch",
    "pgrst_drop_watch",
    "pgsodium_trg_mask_update",
];

/// Tables of the platform whose policies are the project's to write.
const PROJECT_POLICIES_ON: &[(&str, &str)] =
    &[("realtime", "messages"), ("storage", "buckets"), ("storage", "objects")];

pub(super) fn mark(catalog: &mut Catalog, platform: Platform) {
    let supabase = match platform {
        Platform::None => false,
        Platform::Supabase => true,
        Platform::Detect => is_supabase(catalog),
    };
    if supabase {
        mark_supabase(catalog);
    }
}

/// True when the database has `auth.users` and the three API roles.
pub fn is_supabase(catalog: &Catalog) -> bool {
    catalog.objects.contains_key(&ObjectId::in_schema(ObjectKind::Table, "auth", "users"))
        && ["anon", "authenticated", "service_role"].iter().all(|role| catalog.roles.contains_key(*role))
}

/// Marks what Supabase manages as the platform's.
pub fn mark_supabase(catalog: &mut Catalog) {
    let mut platform: BTreeSet<ObjectId> = BTreeSet::new();
    // Grants and comments sort last, so what they are on has been judged before them.
    for (id, object) in &catalog.objects {
        if is_supabase_object(id, object, &catalog.objects, &platform) {
            platform.insert(id.clone());
        }
    }
    catalog.platform.extend(platform);
}

/// Marks every object of the baseline that is in the catalog as the platform's, even where its content differs.
pub fn mark_platform_from_baseline(catalog: &mut Catalog, baseline: &Catalog) {
    let present: Vec<ObjectId> =
        baseline.objects.keys().filter(|id| catalog.objects.contains_key(*id)).cloned().collect();
    catalog.platform.extend(present);
}

fn is_supabase_object(
    id: &ObjectId,
    object: &Object,
    objects: &BTreeMap<ObjectId, Object>,
    platform: &BTreeSet<ObjectId>,
) -> bool {
    match object {
        Object::Schema(_) => is_platform_schema(&id.name),
        Object::Extension(_) => SUPABASE_EXTENSIONS.contains(&id.name.as_str()),
        Object::EventTrigger(_) => SUPABASE_EVENT_TRIGGERS.contains(&id.name.as_str()),
        Object::Policy(_) => in_platform_schema(id) && !takes_project_policies(id),
        Object::Trigger(trigger) => in_platform_schema(id) && !is_project_trigger(trigger),
        Object::DefaultPrivilege(_) => in_platform_schema(id) || is_platform_role(&id.name),
        // They follow their object; the column of a view is none, and follows the view's schema.
        Object::Grant(_) | Object::Comment(_) => id
            .of
            .as_deref()
            .is_some_and(|of| platform.contains(of) || (!objects.contains_key(of) && in_platform_schema(of))),
        _ => in_platform_schema(id),
    }
}

fn is_project_trigger(trigger: &Trigger) -> bool {
    trigger
        .function
        .schema
        .as_ref()
        .is_some_and(|schema| !is_platform_schema(schema) && schema.as_str() != "pg_catalog")
}

fn takes_project_policies(id: &ObjectId) -> bool {
    PROJECT_POLICIES_ON
        .iter()
        .any(|(schema, table)| id.schema.as_ref().is_some_and(|own| own == schema) && id.name == *table)
}

fn in_platform_schema(id: &ObjectId) -> bool {
    id.schema.as_ref().is_some_and(is_platform_schema)
}

fn is_platform_schema(schema: &Identifier) -> bool {
    SUPABASE_SCHEMAS.binary_search(&schema.as_str()).is_ok()
}

fn is_platform_role(role: &Identifier) -> bool {
    role.as_str().starts_with("supabase_") || ["pgbouncer", "pgsodium_keymaker"].contains(&role.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemas_are_sorted() {
        assert!(SUPABASE_SCHEMAS.is_sorted());
    }
}
