//! What is asked about a stage between its start and its end: whether its views are right, and who uses the old names.

use tokio_postgres::types::Type;

use super::{RestructureError, state_error};
use crate::Pipeline;

/// How often the names were used whose views look into these tables, in the same order. The server counts with a delay
/// of up to a second.
pub fn uses(pipeline: &mut Pipeline, markers: &[String]) -> Result<Vec<i64>, RestructureError> {
    let rows = pipeline
        .query(include_str!("uses.sql"), &[(&markers, Type::TEXT_ARRAY)])
        .map_err(|error| state_error(&error))?;
    let count = |marker: &String| {
        rows.iter().find(|row| row.get::<_, &str>("marker") == marker).map_or(0, |row| row.get("uses"))
    };
    Ok(markers.iter().map(count).collect())
}

/// Seconds since the server lost its counts, after the start of the stage: somebody reset them, or it crashed. None: it says
/// of nothing.
pub fn counts_lost(pipeline: &mut Pipeline, stage: i64) -> Result<Option<f64>, RestructureError> {
    const SQL: &str = include_str!("counts_lost.sql");
    let rows = pipeline.query(SQL, &[(&stage, Type::INT8)]).map_err(|error| state_error(&error))?;
    Ok(rows.first().and_then(|row| row.get(0)))
}

/// Seconds since the last use. None: never, or the server does not say (before PostgreSQL 16).
pub fn last_use(pipeline: &mut Pipeline, marker: &str) -> Result<Option<f64>, RestructureError> {
    const SINCE: i32 = 160_000;
    let version = pipeline
        .query("SELECT pg_catalog.current_setting('server_version_num')::integer", &[])
        .map_err(|error| state_error(&error))?;
    if version.first().is_none_or(|row| row.get::<_, i32>(0) < SINCE) {
        return Ok(None);
    }
    let rows =
        pipeline.query(include_str!("last_use.sql"), &[(&marker, Type::TEXT)]).map_err(|error| state_error(&error))?;
    Ok(rows.first().and_then(|row| row.get(0)))
}

/// What is wrong with views that stand for tables: (view, problem). `views`: (view, table).
pub fn problems_of_views(
    pipeline: &mut Pipeline,
    views: &[(String, String)],
) -> Result<Vec<(String, String)>, RestructureError> {
    let (views, tables): (Vec<&str>, Vec<&str>) =
        views.iter().map(|(view, table)| (view.as_str(), table.as_str())).unzip();
    let rows = pipeline
        .query(include_str!("views.sql"), &[(&views, Type::TEXT_ARRAY), (&tables, Type::TEXT_ARRAY)])
        .map_err(|error| state_error(&error))?;
    let problem = |row: &tokio_postgres::Row| Some((row.get("view"), row.get::<_, Option<String>>("problem")?));
    Ok(rows.iter().filter_map(problem).collect())
}
