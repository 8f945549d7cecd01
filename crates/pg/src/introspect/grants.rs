//! Grants: one object per grantee and object, down to columns.

use pgmason_model::catalog::Grant;
use pgmason_model::{Object, ObjectId};

use super::IntrospectError;
use super::address::Address;
use super::builder::Builder;
use super::row::Row;

pub(super) fn decode(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let grantee = builder.role_name(row.get("grantee")?);
    let privileges = row.get::<Vec<String>>("privileges")?;
    let grantable = row.get::<Vec<bool>>("grantable")?;
    let grant = Grant { privileges: privileges.into_iter().zip(grantable).collect() };
    let classes = row.get::<Vec<u32>>("classes")?;
    let objects = row.get::<Vec<u32>>("objects")?;
    let subs = row.get::<Vec<i32>>("subs")?;
    for ((class, object), sub) in classes.into_iter().zip(objects).zip(subs) {
        let Some(id) = builder.addresses.get(&Address { class, object, sub }) else { continue };
        let id = ObjectId::grant(id.clone(), grantee.clone());
        builder.objects.push((id, Object::Grant(grant.clone())));
    }
    Ok(())
}
