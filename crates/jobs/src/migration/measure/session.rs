//! What a session has locked, read and written, told by the server itself.

use std::collections::{BTreeSet, HashMap};

use pgmason_model::QualifiedName;
use pgmason_scratch::OWN_SCHEMA;
use pgmason_sql::LockLevel;
use postgres::types::{ToSql, Type};
use postgres::{Client, Error};

/// A relation, and what this session has done to it.
#[derive(Clone, Debug)]
pub(super) struct Relation {
    /// `public.users`.
    pub(super) name: String,
    /// `pg_class.relkind`.
    pub(super) kind: u8,
    pub(super) is_partition: bool,
    pub(super) file: u32,
    /// Of an index: its table.
    pub(super) table: Option<u32>,
    /// Scans begun since statistics were last sent; only its changes mean something.
    pub(super) scans: i64,
    pub(super) held: BTreeSet<LockLevel>,
}

/// A relation that this session holds a lock on.
#[derive(Clone, Debug)]
pub(super) struct Locked {
    pub(super) oid: u32,
    /// None: it was dropped.
    pub(super) name: Option<String>,
    pub(super) file: Option<u32>,
    pub(super) scans: i64,
    pub(super) held: BTreeSet<LockLevel>,
    /// By number, as far as they are known to the catalog.
    pub(super) dropped_columns: BTreeSet<i16>,
}

impl Relation {
    /// It has rows of its own.
    pub(super) fn is_table(&self) -> bool {
        matches!(self.kind, b'r' | b'p' | b'm')
    }
}

pub(super) fn relations(client: &mut Client) -> Result<HashMap<u32, Relation>, Error> {
    let parameters: [(&(dyn ToSql + Sync), Type); 1] = [(&OWN_SCHEMA, Type::TEXT)];
    let rows = client.query_typed(include_str!("relations.sql"), &parameters)?;
    rows.iter()
        .map(|row| {
            let relation = Relation {
                name: QualifiedName::new(
                    row.try_get::<_, &str>("schema_name")?,
                    row.try_get::<_, &str>("relation_name")?,
                )
                .to_string(),
                kind: row.try_get::<_, &str>("kind")?.bytes().next().unwrap_or_default(),
                is_partition: row.try_get("is_partition")?,
                file: row.try_get("relfilenode")?,
                table: row.try_get("table_oid")?,
                scans: row.try_get("scans")?,
                held: levels(row.try_get("modes")?),
            };
            Ok((row.try_get("oid")?, relation))
        })
        .collect()
}

pub(super) fn locked(client: &mut Client) -> Result<Vec<Locked>, Error> {
    let rows = client.query_typed(include_str!("locked.sql"), &[])?;
    rows.iter()
        .map(|row| {
            let schema: Option<&str> = row.try_get("schema_name")?;
            let name: Option<&str> = row.try_get("relation_name")?;
            Ok(Locked {
                oid: row.try_get("oid")?,
                name: schema.zip(name).map(|(schema, name)| QualifiedName::new(schema, name).to_string()),
                file: row.try_get("relfilenode")?,
                scans: row.try_get("scans")?,
                held: levels(row.try_get("modes")?),
                dropped_columns: row.try_get::<_, Vec<i16>>("dropped_columns")?.into_iter().collect(),
            })
        })
        .collect()
}

/// Columns of tables: `(table, number)` → name.
pub(super) fn columns(client: &mut Client) -> Result<HashMap<(u32, i16), String>, Error> {
    let rows = client.query_typed(include_str!("columns.sql"), &[])?;
    rows.iter().map(|row| Ok(((row.try_get(0)?, row.try_get(1)?), row.try_get(2)?))).collect()
}

/// For the session, until the file sets its own.
pub(super) fn set_time_zone(client: &mut Client, time_zone: &str) -> Result<(), Error> {
    let parameters: [(&(dyn ToSql + Sync), Type); 1] = [(&time_zone, Type::TEXT)];
    client.query_typed("SELECT pg_catalog.set_config('TimeZone', $1, false)", &parameters).map(drop)
}

/// The same number means the same transaction.
pub(super) fn transaction(client: &mut Client) -> Result<f64, Error> {
    client.query_typed(include_str!("transaction.sql"), &[])?.first().map_or(Ok(f64::NAN), |row| row.try_get(0))
}

fn levels(modes: Vec<String>) -> BTreeSet<LockLevel> {
    modes.iter().filter_map(|mode| level(mode)).collect()
}

/// `pg_locks.mode`.
fn level(mode: &str) -> Option<LockLevel> {
    Some(match mode {
        "AccessShareLock" => LockLevel::AccessShare,
        "RowShareLock" => LockLevel::RowShare,
        "RowExclusiveLock" => LockLevel::RowExclusive,
        "ShareUpdateExclusiveLock" => LockLevel::ShareUpdateExclusive,
        "ShareLock" => LockLevel::Share,
        "ShareRowExclusiveLock" => LockLevel::ShareRowExclusive,
        "ExclusiveLock" => LockLevel::Exclusive,
        "AccessExclusiveLock" => LockLevel::AccessExclusive,
        _ => return None,
    })
}
