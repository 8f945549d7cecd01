//! The report as SARIF 2.1.0: every rule with its page, every finding with its rule, place and fingerprint.
//!
//! A finding always has a physical location, because code scanning drops those that have none; where there is no file it
//! is a placeholder, and the logical location names the object.

mod place;
mod rule;

use std::collections::HashMap;
use std::io;

use pgmason_core::rules::{self, Rule};
use pgmason_model::{Finding, Level};
use serde_json::{Value, json};

pub(super) use self::place::physical_location;
use self::place::{artifacts, locations};
use self::rule::{notification_descriptors, reporting_descriptor, unknown_rule};
use super::report::CheckReport;
use super::wording::{failure_text, file_and_line, finding_text, not_checked_text, notes, unused_ignore_text};

pub(super) const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

pub(crate) fn render(report: &CheckReport, out: &mut dyn io::Write) -> io::Result<()> {
    let rules: Vec<&Rule> = rules::all().collect();
    serde_json::to_writer_pretty(&mut *out, &log(report, &rules))?;
    out.write_all(b"\n")
}

fn log(report: &CheckReport, rules: &[&Rule]) -> Value {
    let mut descriptors: Vec<Value> = rules.iter().map(|rule| reporting_descriptor(rule)).collect();
    let mut index: HashMap<String, usize> =
        rules.iter().enumerate().map(|(place, rule)| (rule.name.to_owned(), place)).collect();
    let suppressed = report.suppressed.iter().map(|suppressed| (&suppressed.finding, Some(suppressed.reason.as_str())));
    let results: Vec<Value> = report
        .findings
        .iter()
        .map(|finding| (finding, None))
        .chain(suppressed)
        .map(|(finding, reason)| {
            let rule_index = *index.entry(finding.rule.clone()).or_insert_with(|| {
                descriptors.push(unknown_rule(&finding.rule));
                descriptors.len() - 1
            });
            result(finding, rule_index, reason)
        })
        .collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {
                "driver": {
                    "name": "pgmason",
                    "semanticVersion": env!("CARGO_PKG_VERSION"),
                    "informationUri": env!("CARGO_PKG_REPOSITORY"),
                    "rules": descriptors,
                    "notifications": notification_descriptors(),
                },
            },
            "automationDetails": { "id": "pgmason/check/" },
            "originalUriBaseIds": { "PROJECT": { "description": { "text": "The project's folder" } } },
            "columnKind": "unicodeCodePoints",
            "artifacts": artifacts(),
            "invocations": [invocation(report)],
            "results": results,
            "properties": {
                "project": report.project,
                "source": report.source,
                "scratch": report.scratch,
                "counts": {
                    "errors": report.counts.errors,
                    "warnings": report.counts.warnings,
                    "infos": report.counts.infos,
                },
            },
        }],
    })
}

fn result(finding: &Finding, rule_index: usize, suppressed_because: Option<&str>) -> Value {
    let mut result = json!({
        "ruleId": finding.rule,
        "ruleIndex": rule_index,
        "kind": "fail",
        "level": level(finding.level),
        "message": { "text": finding_text(finding) },
        "locations": locations(finding),
        "partialFingerprints": { "pgmason/v1": finding.fingerprint },
        "properties": { "help": finding.help },
    });
    // SQL that mends the schema is no edit of the file that made it: a SARIF `fix` could not say it.
    if let Some(fix) = &finding.fix {
        result["properties"]["fix"] = json!({ "description": fix.description, "sql": fix.sql });
    }
    if let Some(reason) = suppressed_because {
        result["suppressions"] = json!([{ "kind": "external", "status": "accepted", "justification": reason }]);
    }
    result
}

/// What went wrong or was left out while the report was made.
fn invocation(report: &CheckReport) -> Value {
    let mut execution = Vec::new();
    for failure in report.replay.iter().flat_map(|replay| &replay.failures) {
        let mut notification = notification("replay", "error", &failure_text(failure));
        notification["locations"] =
            json!([{ "physicalLocation": physical_location(Some(&failure.file), Some(failure.line), None) }]);
        notification["properties"] = json!({ "sqlstate": failure.sqlstate, "statement": failure.statement });
        execution.push(notification);
    }
    for not_checked in &report.not_checked {
        execution.push(notification("not-checked", "warning", &not_checked_text(not_checked)));
    }
    execution.extend(notes(report).iter().map(|note| notification("note", "note", note)));
    let configuration: Vec<Value> = report
        .unused_ignores
        .iter()
        .map(|ignore| {
            let (file, line) = file_and_line(&ignore.place);
            let mut notification = notification("unused-ignore", "warning", &unused_ignore_text(ignore));
            notification["locations"] = json!([{ "physicalLocation": physical_location(Some(file), line, None) }]);
            notification["associatedRule"] = json!({ "id": ignore.rule });
            notification
        })
        .collect();
    json!({
        "executionSuccessful": report.replay.as_ref().is_none_or(|replay| replay.failures.is_empty()),
        "toolExecutionNotifications": execution,
        "toolConfigurationNotifications": configuration,
    })
}

fn notification(id: &str, level: &str, text: &str) -> Value {
    json!({ "descriptor": { "id": id }, "level": level, "message": { "text": text } })
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Info => "note",
        Level::Warning => "warning",
        Level::Error => "error",
    }
}

#[cfg(test)]
pub(super) mod tests;
