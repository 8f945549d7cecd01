//! The database that is to be restructured, looked at once: its schema, who we are there, and what is run there.

use std::collections::{BTreeMap, BTreeSet};

use pgmason_core::migrations::fingerprint::sha256;
use pgmason_core::restructure::context::UsedStatement;
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind};
use pgmason_pg::restructure::Reached;
use pgmason_pg::{ConnectOptions, ConnectionString, IntrospectOptions, Platform};
use postgres::Client;

use crate::JobError;
use crate::migration::database_fingerprint::fingerprint_of;
use crate::open::{is_own, remove_own_schema};
use crate::progress::{Event, Reporter};

/// As sessions of restructurings are called in pg_stat_activity.
pub(super) fn connect_options() -> ConnectOptions {
    ConnectOptions { application_name: "pgmason restructure".to_owned(), ..ConnectOptions::default() }
}

/// A database as it stands.
#[derive(Clone, Debug)]
pub(super) struct Live {
    pub(super) catalog: Catalog,
    /// Whoever is connected: what is made belongs to them at first.
    pub(super) role: Identifier,
    pub(super) superuser: bool,
    pub(super) fingerprint: String,
    pub(super) in_use: Vec<UsedStatement>,
    /// Why statements in use could not be read.
    pub(super) in_use_not_read: Option<String>,
}

pub(super) fn read(database: &ConnectionString, reporter: Reporter<'_>) -> Result<Live, JobError> {
    let mut client = pgmason_pg::connect(database, &ConnectOptions { read_only: true, ..connect_options() })?;
    reporter(Event::ReadingCatalog);
    read_with(&mut client)
}

pub(super) fn read_with(client: &mut Client) -> Result<Live, JobError> {
    let options = IntrospectOptions { statistics: true, platform: Platform::Detect, second_connection: None };
    let mut catalog = pgmason_pg::introspect(client, &options)?;
    remove_own_schema(&mut catalog);
    let fingerprint = schema_fingerprint(&catalog)?;
    remove_own_triggers(&mut catalog);
    let facts = pgmason_pg::server_facts(client).map_err(|error| JobError::from_server(&error))?;
    let (in_use, in_use_not_read) = statements_in_use(client);
    Ok(Live {
        catalog,
        role: Identifier::from(facts.user),
        superuser: facts.superuser,
        fingerprint,
        in_use,
        in_use_not_read,
    })
}

/// Triggers of a stage that is started call functions of pgmason's schema, which no copy of the schema has: another stage is
/// planned and rehearsed without them. They count where it is told what somebody changed.
fn remove_own_triggers(catalog: &mut Catalog) {
    let own: BTreeSet<ObjectId> = catalog
        .of_kind(ObjectKind::Trigger)
        .filter(|(_, object)| matches!(object, Object::Trigger(trigger) if is_own(&trigger.function)))
        .map(|(id, _)| id.clone())
        .collect();
    catalog.objects.retain(|id, _| !own.contains(id) && !id.of.as_deref().is_some_and(|of| own.contains(of)));
    catalog.dependencies.retain(|(dependent, needed)| !own.contains(dependent) && !own.contains(needed));
}

/// SHA-256 of the schema alone: statistics, and what pgmason keeps there, views for tables among it, are no part of it.
pub(super) fn schema_fingerprint(catalog: &Catalog) -> Result<String, JobError> {
    fingerprint_of(catalog, [])
}

/// Object → digest: what tells which of them somebody changed.
pub(super) fn digests(catalog: &Catalog) -> Result<BTreeMap<String, String>, JobError> {
    let mut digests = BTreeMap::new();
    for (id, object) in &catalog.objects {
        if catalog.is_platform(id) {
            continue;
        }
        let text = serde_json::to_vec(object).map_err(|error| JobError::Database(error.to_string()))?;
        let digest = sha256(text)[..12].to_owned();
        digests.insert(format!("{} {id}", id.kind.label()), digest);
    }
    Ok(digests)
}

/// The schema that the connection sees now.
pub(super) fn reached_now(database: &ConnectionString) -> Result<Reached, JobError> {
    let mut client = pgmason_pg::connect(database, &ConnectOptions { read_only: true, ..connect_options() })?;
    let options = IntrospectOptions { platform: Platform::Detect, ..IntrospectOptions::default() };
    let mut catalog = pgmason_pg::introspect(&mut client, &options)?;
    remove_own_schema(&mut catalog);
    let objects = serde_json::to_string(&digests(&catalog)?).map_err(|error| JobError::Database(error.to_string()))?;
    Ok(Reached { fingerprint: schema_fingerprint(&catalog)?, objects })
}

/// What `pg_stat_statements` has of this database, the most called first.
fn statements_in_use(client: &mut Client) -> (Vec<UsedStatement>, Option<String>) {
    let schema = client.query_opt(
        "SELECT namespace.nspname::text FROM pg_catalog.pg_extension AS extension \
         JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = extension.extnamespace \
         WHERE extension.extname = 'pg_stat_statements'",
        &[],
    );
    let schema = match schema {
        Ok(Some(row)) => Identifier::from(row.get::<_, &str>(0)),
        Ok(None) => return (Vec::new(), Some("the extension pg_stat_statements is not there".to_owned())),
        Err(error) => return (Vec::new(), Some(crate::error::server_words(&error))),
    };
    let sql = format!(
        "SELECT statement.query FROM {schema}.pg_stat_statements AS statement \
         WHERE statement.dbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()) \
         AND statement.query IS NOT NULL ORDER BY statement.calls DESC LIMIT 5000"
    );
    match client.query(&sql, &[]) {
        Ok(rows) => {
            let statements =
                rows.iter().map(|row| UsedStatement { text: row.get(0), from: "pg_stat_statements".to_owned() });
            let statements: Vec<UsedStatement> = statements.collect();
            let hidden = statements.iter().filter(|used| used.text == "<insufficient privilege>").count();
            let reason = (hidden > 0).then(|| format!("{hidden} statements of other roles are hidden from this one"));
            (statements, reason)
        }
        // 55000: the library is not loaded.
        Err(error) => (Vec::new(), Some(crate::error::server_words(&error))),
    }
}
