//! How often statements that name an old name were called, by pg_stat_statements: since a stage was started, or within the
//! time that it is to be watched.
//!
//! Before PostgreSQL 17 the extension keeps no times, so its counts are kept with the stage, each time somebody looks.

use std::collections::BTreeMap;

use pgmason_core::restructure::limits::names_table;
use pgmason_model::plan::beginning;
use pgmason_model::restructure::{NameKind, PlannedStage};
use pgmason_model::{Identifier, QualifiedName};
use pgmason_pg::Pipeline;
use pgmason_pg::restructure::{StageRow, sample, samples};

use super::evidence::in_words;
use crate::JobError;

/// What is counted of one statement of one role.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Calls {
    text: String,
    calls: i64,
}

/// Statement → how often it was called, of those that name an old table.
pub(super) type AllCalls = BTreeMap<String, Calls>;

/// Counts of some time ago.
pub(super) struct Earlier {
    pub(super) seconds_ago: f64,
    pub(super) calls: BTreeMap<String, i64>,
}

/// Under this name stands when somebody looked: a statement that has no count of then was not there.
const LOOKED: &str = "statements";

/// None: the extension is not there, or cannot be read.
pub(super) fn calls(pipeline: &mut Pipeline, planned: &PlannedStage) -> Option<AllCalls> {
    let names = old_tables(planned);
    if names.is_empty() {
        return None;
    }
    let schema = pipeline
        .query(
            "SELECT namespace.nspname::text FROM pg_catalog.pg_extension AS extension \
             JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = extension.extnamespace \
             WHERE extension.extname = 'pg_stat_statements'",
            &[],
        )
        .ok()?;
    let schema = Identifier::from(schema.first()?.get::<_, &str>(0));
    let rows =
        pipeline.query(&include_str!("statement_calls.sql").replace("{schema}", &schema.to_string()), &[]).ok()?;
    let all = rows.iter().map(|row| (row.get("statement"), Calls { text: row.get("query"), calls: row.get("calls") }));
    let is_use = |text: &str| !reads_catalog(text) && names.iter().any(|name| names_table(text, name));
    Some(all.filter(|(_, found)| is_use(&found.text)).collect())
}

/// What pgmason runs of its own names its schema, or reads the catalog, as tools of others do: there a word that is a table's
/// name is an alias.
pub(super) fn reads_catalog(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["pgmason.", "pg_catalog.pg_", "from pg_", "join pg_"].iter().any(|words| text.contains(words))
}

fn old_tables(planned: &PlannedStage) -> Vec<&QualifiedName> {
    let changes = planned.operations.iter().flat_map(|operation| &operation.names);
    changes.filter(|change| change.kind == NameKind::Table).map(|change| &change.old.of).collect()
}

/// Keeps the counts of now. Best effort: a role that only reads keeps no record.
pub(super) fn keep(pipeline: &mut Pipeline, stage: i64, planned: &PlannedStage) {
    if let Some(found) = calls(pipeline, planned) {
        keep_these(pipeline, stage, &found);
    }
}

pub(super) fn keep_these(pipeline: &mut Pipeline, stage: i64, found: &AllCalls) {
    for (statement, Calls { calls, .. }) in found {
        drop(sample(pipeline, stage, &key(statement), *calls));
    }
    // The last: what is older than this stands for all of it.
    drop(sample(pipeline, stage, LOOKED, 0));
}

fn key(statement: &str) -> String {
    format!("statement {statement}")
}

pub(super) fn counts(found: &AllCalls) -> BTreeMap<String, i64> {
    found.iter().map(|(statement, found)| (statement.clone(), found.calls)).collect()
}

/// The counts that are as old as the time that is to be watched; else those of the start. None: nobody looked then.
pub(super) fn calls_before(
    pipeline: &mut Pipeline,
    row: &StageRow,
    now: &AllCalls,
) -> Result<Option<Earlier>, JobError> {
    let looked = samples(pipeline, row.id, LOOKED)?;
    let Some((reference, _)) = looked.iter().find(|(ago, _)| *ago >= row.soak_seconds).or(looked.last()) else {
        return Ok(None);
    };
    let mut before = BTreeMap::new();
    for statement in now.keys() {
        let known = samples(pipeline, row.id, &key(statement))?;
        if let Some((_, calls)) = known.iter().find(|(ago, _)| ago >= reference) {
            before.insert(statement.clone(), *calls);
        }
    }
    Ok(Some(Earlier { seconds_ago: *reference, calls: before }))
}

/// `called 3 times in the last 7 days: SELECT * FROM emails`, of each that names this table.
pub(super) fn told(name: &QualifiedName, before: &BTreeMap<String, i64>, now: &AllCalls, seconds: f64) -> Vec<String> {
    const SHOWN: usize = 20;
    now.iter()
        .filter(|(_, found)| names_table(&found.text, name))
        .filter_map(|(statement, found)| {
            let then = before.get(statement).copied().unwrap_or(0);
            // Fewer than then: the counts began anew, and all of these are of since.
            let calls = if found.calls < then { found.calls } else { found.calls - then };
            (calls > 0).then(|| {
                format!("called {calls} times in the last {}: {}", in_words(seconds), beginning(&found.text, 100))
            })
        })
        .take(SHOWN)
        .collect()
}
