//! The rows of a scratch database as one number and one digest per table, and where its sequences stand.

use std::collections::BTreeMap;

use pgmason_model::QualifiedName;
use pgmason_scratch::ScratchDatabase;
use postgres::Client;

use crate::JobError;

/// What a table or sequence holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Content {
    pub(crate) rows: i64,
    /// Of all rows, in no order; of a sequence its last value.
    pub(crate) digest: String,
}

pub(crate) type RowState = BTreeMap<QualifiedName, Content>;

/// Tables in one query.
const AT_ONCE: usize = 200;

/// Every table and sequence of the database, without PostgreSQL's and pgmason's own.
pub(crate) fn read(database: &ScratchDatabase) -> Result<RowState, JobError> {
    let mut client = database.connect()?;
    elevate(&mut client, database, "on")?;
    let state = read_all(&mut client);
    elevate(&mut client, database, "off")?;
    state
}

/// As superuser, where the scratch is pgmason's own: no row is hidden then.
pub(crate) fn elevate(client: &mut Client, database: &ScratchDatabase, word: &str) -> Result<(), JobError> {
    match database.secret() {
        Some(secret) => client
            .execute("SELECT pgmason_scratch.elevate($1, $2, 'on')", &[&secret, &word])
            .map(drop)
            .map_err(|error| JobError::from_server(&error)),
        None => Ok(()),
    }
}

fn read_all(client: &mut Client) -> Result<RowState, JobError> {
    let refused = |error: postgres::Error| JobError::from_server(&error);
    let rows = client.query(include_str!("row_state.sql"), &[]).map_err(refused)?;
    let mut state = RowState::new();
    let mut tables = Vec::new();
    for row in rows {
        let name = QualifiedName::new(row.get::<_, &str>("schema"), row.get::<_, &str>("name"));
        if row.get("sequence") {
            let last = row.get::<_, Option<i64>>("last_value");
            let digest = last.map_or_else(|| "unused".to_owned(), |last| last.to_string());
            state.insert(name, Content { rows: 0, digest });
        } else {
            tables.push(name);
        }
    }
    for some in tables.chunks(AT_ONCE) {
        let queries: Vec<String> = some
            .iter()
            .enumerate()
            .map(|(place, name)| {
                format!(
                    "SELECT {place}, count(*), pg_catalog.md5(coalesce(string_agg(pg_catalog.md5(r::text), '' ORDER BY \
                     pg_catalog.md5(r::text)), '')) FROM ONLY {name} AS r"
                )
            })
            .collect();
        for row in client.query(&queries.join(" UNION ALL "), &[]).map_err(refused)? {
            let place = usize::try_from(row.get::<_, i32>(0)).unwrap_or_default();
            if let Some(name) = some.get(place) {
                state.insert(name.clone(), Content { rows: row.get(1), digest: row.get(2) });
            }
        }
    }
    Ok(state)
}

/// Tables and sequences that hold something else, by name: `public.users: 3 rows, not 2`.
pub(crate) fn differences(wanted: &RowState, found: &RowState) -> Vec<String> {
    let names = wanted.keys().chain(found.keys().filter(|name| !wanted.contains_key(name)));
    names
        .filter_map(|name| match (wanted.get(name), found.get(name)) {
            (Some(wanted), Some(found)) if wanted == found => None,
            (Some(wanted), Some(found)) if wanted.rows != found.rows => {
                Some(format!("{name}: {} rows, not {}", found.rows, wanted.rows))
            }
            (Some(wanted), Some(found)) if wanted.rows == 0 => {
                Some(format!("{name}: stands at {}, not at {}", found.digest, wanted.digest))
            }
            (Some(_), Some(_)) => Some(format!("{name}: rows with other values")),
            (Some(_), None) => Some(format!("{name} is missing")),
            (None, _) => Some(format!("{name} is there as well")),
        })
        .collect()
}
