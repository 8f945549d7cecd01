//! Default privileges: what `ALTER DEFAULT PRIVILEGES` set.

use pgmason_model::catalog::DefaultPrivilege;
use pgmason_model::{Identifier, Object, ObjectId, ObjectKind};

use super::IntrospectError;
use super::builder::Builder;
use super::row::Row;

pub(super) fn decode(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let object_type = row.text("object_type")?;
    let grantee = builder.role_name(row.get("grantee")?);
    let id = ObjectId {
        kind: ObjectKind::DefaultPrivilege,
        schema: row.optional_identifier("schema")?,
        name: builder.role_name(row.get("role")?),
        sub: Some(Identifier::from(format!("{object_type}:{}", grantee.as_str()))),
        of: None,
    };
    let privileges = row.get::<Vec<String>>("privileges")?.into_iter().zip(row.get::<Vec<bool>>("grantable")?);
    let privilege = DefaultPrivilege { object_type, grantee, privileges: privileges.collect() };
    builder.objects.push((id, Object::DefaultPrivilege(privilege)));
    Ok(())
}
