//! Roles of the live server, made alike on the scratch: attributes and memberships, as far as access depends on them.

use std::collections::BTreeSet;

use pgmason_model::{Identifier, Object, ObjectId, ObjectKind};
use pgmason_scratch::{MIGRATION_ROLE, ScratchDatabase};

use super::live::Live;
use crate::JobError;

/// A database that was copied has none of the original's grants on itself (PostgreSQL 13 to 18).
pub(super) fn let_in(database: &ScratchDatabase, role: &Identifier) -> Result<(), JobError> {
    if database.secret().is_none() {
        return Ok(());
    }
    let name = Identifier::from(database.connection_string("")?.database());
    // The migration role owns it.
    database
        .connect()?
        .batch_execute(&format!("GRANT CREATE ON DATABASE {name} TO {role}"))
        .map_err(|error| JobError::from_server(&error))
}

/// The roles are there already. `secret`: what lets the session alter them. Gives grants on schemas that only the scratch
/// has: a superuser may give a table to whom it likes, others only to a role that may CREATE in its schema.
pub(super) fn make_alike(
    database: &ScratchDatabase,
    secret: &str,
    live: &Live,
) -> Result<BTreeSet<ObjectId>, JobError> {
    let mut client = database.connect()?;
    let mut script = Vec::new();
    let there: BTreeSet<String> = client
        .query("SELECT rolname::text FROM pg_catalog.pg_roles", &[])
        .map_err(|error| JobError::from_server(&error))?
        .iter()
        .map(|row| row.get(0))
        .collect();
    let is_there = |role: &Identifier| there.contains(role.as_str());
    let is_own = |role: &Identifier| role.as_str().starts_with("pg_");
    for (role, attributes) in &live.catalog.roles {
        if is_own(role) || !is_there(role) {
            continue;
        }
        // A superuser passes by policies, and nothing more of it is wanted here.
        let bypass = if attributes.bypass_rls || attributes.superuser { "BYPASSRLS" } else { "NOBYPASSRLS" };
        let inherit = if attributes.inherit { "INHERIT" } else { "NOINHERIT" };
        script.push(format!("ALTER ROLE {role} {bypass} {inherit}"));
        if role.as_str() != MIGRATION_ROLE {
            // Whoever tries what each role may do has to become it.
            script.push(format!("GRANT {role} TO {MIGRATION_ROLE}"));
        }
        for group in &attributes.member_of {
            if is_there(group) && group != role {
                script.push(format!("GRANT {group} TO {role}"));
            }
        }
    }
    let role = &live.role;
    let mut only_here = BTreeSet::new();
    if !is_there(role) {
        script.push(format!("CREATE ROLE {role}"));
    }
    script.push(format!("ALTER ROLE {role} LOGIN"));
    if live.superuser {
        script.push(format!("ALTER ROLE {role} BYPASSRLS INHERIT"));
        let tables = live.catalog.of_kind(ObjectKind::Table).filter(|(id, _)| !live.catalog.is_platform(id));
        let owned = tables.filter_map(|(id, object)| match object {
            Object::Table(table) => Some((id.schema.as_ref()?, &table.owner)),
            _ => None,
        });
        let owned: BTreeSet<(&Identifier, &Identifier)> =
            owned.flat_map(|(schema, owner)| [(schema, owner), (schema, role)]).collect();
        for (schema, owner) in &owned {
            let grant = ObjectId::grant(ObjectId::global(ObjectKind::Schema, (*schema).clone()), (*owner).clone());
            if is_there(owner) || *owner == role {
                script.push(format!("GRANT CREATE, USAGE ON SCHEMA {schema} TO {owner}"));
                if live.catalog.get(&grant).is_none() {
                    only_here.insert(grant);
                }
            }
        }
        let owners_of_tables = owned.iter().map(|(_, owner)| *owner);
        let owners: BTreeSet<&Identifier> = owners_of_tables.chain(live.catalog.roles.keys()).collect();
        for owner in owners {
            if owner != role && is_there(owner) && !is_own(owner) && owner.as_str() != MIGRATION_ROLE {
                script.push(format!("GRANT {owner} TO {role}"));
            }
        }
    }
    let elevate = |client: &mut postgres::Client, on: &str| {
        client
            .execute("SELECT pgmason_scratch.elevate($1, $2, 'on')", &[&secret, &on])
            .map_err(|error| JobError::from_server(&error))
    };
    elevate(&mut client, "on")?;
    let mut outcome = Ok(());
    for statement in &script {
        // Two roles that are members of each other cannot be made alike; what is there first stays.
        if let Err(error) = client.batch_execute(statement)
            && error.code() != Some(&postgres::error::SqlState::INVALID_GRANT_OPERATION)
        {
            outcome = Err(JobError::Database(format!("{}, in `{statement}`", crate::error::server_words(&error))));
            break;
        }
    }
    elevate(&mut client, "off")?;
    outcome.map(|()| only_here)
}
