//! Roles. Those of PostgreSQL itself (`pg_…`) stay only where something refers to them; `finish` sees to that.

use pgmason_model::catalog::Role;

use super::IntrospectError;
use super::builder::Builder;
use super::row::Row;

pub(super) fn decode(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let name = row.identifier("name")?;
    builder.role_names.insert(row.get("oid")?, name.clone());
    builder.roles.insert(
        name,
        Role {
            superuser: row.get("superuser")?,
            bypass_rls: row.get("bypass_rls")?,
            can_login: row.get("can_login")?,
            inherit: row.get("inherit")?,
            member_of: row.identifiers("member_of")?.into_iter().collect(),
        },
    );
    Ok(())
}
