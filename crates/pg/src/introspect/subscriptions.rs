//! Subscriptions: what everybody may read, then what only a superuser may, with the connection's password left out.

use pgmason_model::catalog::Subscription;
use pgmason_model::{Object, ObjectId, ObjectKind};

use super::IntrospectError;
use super::address::{Address, PG_SUBSCRIPTION};
use super::builder::Builder;
use super::row::Row;
use crate::ConnectionString;

pub(super) fn decode(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let id = ObjectId::global(ObjectKind::Subscription, row.identifier("name")?);
    if row.get("hidden")? {
        let reason = "only a superuser may see it".to_owned();
        builder.unreadable.insert(format!("connection of the subscription {id}"), reason);
    }
    let subscription = Subscription {
        owner: row.identifier("owner")?,
        enabled: row.get("enabled")?,
        connection: None,
        publications: row.get::<Vec<String>>("publications")?.into_iter().collect(),
        slot_name: row.get("slot_name")?,
        synchronous_commit: row.get("synchronous_commit")?,
        binary: row.get("binary")?,
        streaming: row.get("streaming")?,
        two_phase: row.get("two_phase")?,
        disable_on_error: row.get("disable_on_error")?,
        password_required: row.get("password_required")?,
        run_as_owner: row.get("run_as_owner")?,
        origin: row.get("origin")?,
        failover: row.get("failover")?,
    };
    for oid in row.get::<Vec<u32>>("oids")? {
        builder.alias(Address::new(PG_SUBSCRIPTION, oid), id.clone());
    }
    builder.objects.push((id, Object::Subscription(subscription)));
    Ok(())
}

/// Runs after `decode`, and only for who may read it.
pub(super) fn decode_connection(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let id = ObjectId::global(ObjectKind::Subscription, row.identifier("name")?);
    let connection = row.get::<&str>("connection")?.parse::<ConnectionString>().ok();
    if connection.is_none() {
        let reason = "its connection string has another form than libpq's".to_owned();
        builder.unreadable.insert(format!("connection of the subscription {id}"), reason);
    }
    let object = builder.objects.iter_mut().rev().find(|(other, _)| *other == id);
    if let Some((_, Object::Subscription(subscription))) = object {
        subscription.connection = connection.map(|connection| connection.to_string());
        subscription.synchronous_commit = row.get("synchronous_commit")?;
    }
    Ok(())
}
