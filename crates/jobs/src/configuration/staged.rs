//! `[phases]` and `[checks]`: how a staged run is cut, and what must hold between its stages.

use std::collections::BTreeMap;

use pgmason_core::migrations::stages::Phase;
use pgmason_model::plan::Risk;
use serde::Deserialize;

use super::duration::HumanDuration;

/// Checks that need no `[checks.NAME]`.
pub const BUILT_IN_CHECKS: &[&str] = &["health", "replication-lag"];

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PhaseSection {
    risk: Vec<Risk>,
    files: Vec<String>,
    checks: Vec<String>,
    statement_timeout: Option<HumanDuration>,
    lock_timeout: Option<HumanDuration>,
    pause: Option<HumanDuration>,
}

/// `[checks.NAME]`: a query with its limits, or limits of a built-in check.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CheckSection {
    /// One SELECT that answers with one number or boolean.
    pub query: Option<String>,
    pub max: Option<f64>,
    pub min: Option<f64>,
    pub max_bytes: Option<i64>,
    pub max_seconds: Option<f64>,
}

/// The phases in the order of the file. The error names what is wrong where.
pub(super) fn phases(
    sections: Vec<(String, PhaseSection)>,
    checks: &BTreeMap<String, CheckSection>,
) -> Result<Vec<Phase>, String> {
    for (name, section) in checks {
        check_section(name, section)?;
    }
    sections.into_iter().map(|(name, section)| phase(name, section, checks)).collect()
}

fn phase(name: String, section: PhaseSection, checks: &BTreeMap<String, CheckSection>) -> Result<Phase, String> {
    for check in &section.checks {
        if !BUILT_IN_CHECKS.contains(&check.as_str()) && !checks.contains_key(check) {
            return Err(format!(
                "[phases.{name}] names the check `{check}`, which is neither built in ({}) nor a [checks.{check}]",
                BUILT_IN_CHECKS.join(", ")
            ));
        }
    }
    let files: Result<Vec<_>, String> = section.files.iter().map(|glob| glob.parse()).collect();
    Ok(Phase {
        risk: section.risk,
        files: files.map_err(|error| format!("[phases.{name}] files: {error}"))?,
        checks: section.checks,
        statement_timeout: section.statement_timeout.map(HumanDuration::get),
        lock_timeout: section.lock_timeout.map(HumanDuration::get),
        pause: section.pause.map(HumanDuration::get),
        name,
    })
}

fn check_section(name: &str, section: &CheckSection) -> Result<(), String> {
    let limits_of_lag = section.max_bytes.is_some() || section.max_seconds.is_some();
    let limits_of_query = section.max.is_some() || section.min.is_some();
    match name {
        "health" => Err("[checks.health]: the check is built in, and has no settings".to_owned()),
        "replication-lag" if section.query.is_some() || limits_of_query => {
            Err("[checks.replication-lag]: the check is built in; it has max_bytes and max_seconds".to_owned())
        }
        "replication-lag" => Ok(()),
        _ if limits_of_lag => Err(format!("[checks.{name}]: a query has max and min")),
        _ if section.query.as_deref().is_none_or(|query| query.trim().is_empty()) => {
            Err(format!("[checks.{name}] has no query: query = \"SELECT …\""))
        }
        _ => Ok(()),
    }
}
