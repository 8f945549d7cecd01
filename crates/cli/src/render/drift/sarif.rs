//! Drift as SARIF 2.1.0: a result for each difference, at its line of the Prisma schema or the SQL where it has one.

use std::io::{self, Write};

use pgmason_core::prisma::compare::DifferenceClass;
use pgmason_jobs::drift::{Difference, DriftReport};
use serde_json::{Value, json};

use super::{change, not_expressible, notes, pairs, place, sides, subject};
use crate::render::sarif::{SCHEMA, physical_location};

pub(crate) fn render(report: &DriftReport, out: &mut dyn Write) -> io::Result<()> {
    let results: Vec<Value> = report.objects.iter().flat_map(|object| &object.differences).map(result).collect();
    let problems = report.sources.iter().filter_map(|source| {
        let problem = source.problem.as_ref()?;
        Some(notification("not-compared", "error", &format!("{} could not be read: {problem}", source.kind.name())))
    });
    let remarks = report.pairs.iter().filter_map(not_expressible).chain(notes(report));
    let notifications: Vec<Value> = problems.chain(remarks.map(|note| notification("note", "note", &note))).collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "pgmason",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": [
                    rule("drift", "Two sources of the schema differ"),
                    rule("name-only", "Two sources of the schema call the same thing otherwise"),
                ],
                "notifications": [
                    rule("not-compared", "A source could not be read"),
                    rule("note", "A remark"),
                ],
            } },
            "automationDetails": { "id": "pgmason/drift/" },
            "originalUriBaseIds": { "PROJECT": { "description": { "text": "The project's folder" } } },
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": !report.compared_nothing(),
                "toolExecutionNotifications": notifications,
            }],
            "results": results,
            "properties": { "project": report.project, "pairs": pairs(report).collect::<Vec<_>>() },
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &log)?;
    out.write_all(b"\n")
}

fn rule(id: &str, text: &str) -> Value {
    json!({ "id": id, "shortDescription": { "text": text } })
}

fn notification(id: &str, level: &str, text: &str) -> Value {
    json!({ "descriptor": { "id": id }, "level": level, "message": { "text": text } })
}

fn result(difference: &Difference) -> Value {
    let (rule, index, level) = match difference.class {
        DifferenceClass::Drift => ("drift", 0, "error"),
        DifferenceClass::NameOnly => ("name-only", 1, "warning"),
    };
    let at = place(difference);
    let change = change(difference).map(|change| format!("\n{change}")).unwrap_or_default();
    json!({
        "ruleId": rule,
        "ruleIndex": index,
        "kind": "fail",
        "level": level,
        "message": { "text": format!("{}: {}{change}", subject(difference), sides(difference)) },
        "locations": [{
            "physicalLocation": physical_location(at.map(|(file, _)| file), at.map(|(_, line)| line), None),
            "logicalLocations": [{
                "name": difference.object.sub.as_ref().unwrap_or(&difference.object.name).as_str(),
                "fullyQualifiedName": difference.object.to_string(),
                "kind": difference.object.kind.label(),
            }],
        }],
        "partialFingerprints": {
            "pgmason/v1": format!("{}:{}:{}:{}", rule, difference.first.name(), difference.second.name(), subject(difference)),
        },
    })
}
