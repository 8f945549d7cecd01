//! Row-level security policies.

use std::collections::BTreeSet;

use pgmason_model::catalog::{Policy, PolicyCommand};
use pgmason_model::{Identifier, Object, ObjectKind};

use super::IntrospectError;
use super::address::{Address, PG_POLICY};
use super::builder::Builder;
use super::row::Row;

pub(super) fn decode(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let Some(id) = builder.sub_object(ObjectKind::Policy, row.get("relation")?, row.identifier("name")?) else {
        return Ok(());
    };
    let policy = Policy {
        command: row.code("command", command)?,
        permissive: row.get("permissive")?,
        roles: role_names(&row.get::<Vec<u32>>("roles")?, builder),
        using: row.get("using_expression")?,
        with_check: row.get("with_check")?,
    };
    builder.add(Address::new(PG_POLICY, row.get("oid")?), id, Object::Policy(policy));
    Ok(())
}

fn role_names(oids: &[u32], builder: &Builder) -> BTreeSet<Identifier> {
    oids.iter().map(|oid| builder.role_name(*oid)).collect()
}

fn command(code: &str) -> Option<PolicyCommand> {
    Some(match code {
        "*" => PolicyCommand::All,
        "r" => PolicyCommand::Select,
        "a" => PolicyCommand::Insert,
        "w" => PolicyCommand::Update,
        "d" => PolicyCommand::Delete,
        _ => return None,
    })
}
