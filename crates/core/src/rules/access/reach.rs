//! Which of the roles that requests run as (`[access]` of the rulebook) get at a relation or a function.
//!
//! No API roles configured: nobody comes from outside, every list here is empty, and the rules that ask stay silent.

use pgmason_model::catalog::PolicyCommand;
use pgmason_model::{Identifier, ObjectId};

use crate::schema::SchemaContext;

/// The privileges with which a request reads or writes rows.
pub(super) const ROW_PRIVILEGES: [&str; 4] = ["SELECT", "INSERT", "UPDATE", "DELETE"];

/// The four commands that policies decide about.
pub(super) const COMMANDS: [PolicyCommand; 4] =
    [PolicyCommand::Select, PolicyCommand::Insert, PolicyCommand::Update, PolicyCommand::Delete];

pub(super) fn api_roles<'a>(ctx: &SchemaContext<'a>) -> impl Iterator<Item = &'a str> + use<'a> {
    ctx.rulebook.access.api_roles.iter().map(String::as_str)
}

/// API roles to whom the object's schema is served and open.
fn roles_in_schema<'a>(ctx: &SchemaContext<'a>, object: &ObjectId) -> impl Iterator<Item = &'a str> {
    let schema = object.schema.as_ref().map_or("", Identifier::as_str);
    let exposed = ctx.rulebook.access.exposed_schemas.contains(schema);
    api_roles(ctx).filter(move |role| exposed && ctx.schema.access.can_use_schema(role, schema))
}

/// API roles that hold one of the privileges on the relation or on some of its columns.
pub(super) fn roles_that_reach<'a>(ctx: &SchemaContext<'a>, relation: &ObjectId, privileges: &[&str]) -> Vec<&'a str> {
    roles_in_schema(ctx, relation)
        .filter(|role| {
            privileges.iter().any(|privilege| ctx.schema.access.has_on_any_column(role, privilege, relation))
        })
        .collect()
}

/// API roles that may call the function.
pub(super) fn roles_that_call<'a>(ctx: &SchemaContext<'a>, function: &ObjectId) -> Vec<&'a str> {
    roles_in_schema(ctx, function).filter(|role| ctx.schema.access.has(role, "EXECUTE", function)).collect()
}

/// The grantees by whom the roles hold the privilege on the table: what a REVOKE has to name.
pub(super) fn grantees(ctx: &SchemaContext<'_>, privilege: &str, object: &ObjectId, roles: &[&str]) -> Vec<String> {
    let everyone = Identifier::new("public");
    let all = std::iter::once(&everyone).chain(ctx.catalog.roles.keys());
    all.filter(|grantee| roles.iter().any(|role| ctx.schema.access.speaks_for(role, grantee.as_str())))
        .filter(|grantee| holds(ctx, grantee, privilege, object))
        .map(|grantee| if grantee.as_str() == "public" { "PUBLIC".to_owned() } else { grantee.to_string() })
        .collect()
}

fn holds(ctx: &SchemaContext<'_>, grantee: &Identifier, privilege: &str, object: &ObjectId) -> bool {
    match ctx.catalog.get(&ObjectId::grant(object.clone(), grantee.clone())) {
        Some(pgmason_model::Object::Grant(grant)) => grant.allows(privilege),
        _ => false,
    }
}
