//! Where a finding is: a line of a file, and an object of the schema.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use pgmason_model::{Finding, FindingObject};
use serde_json::{Value, json};

use crate::render::wording::NO_FILE;

/// What a path segment may hold unescaped (RFC 3986, `unreserved`); the slash parts the segments.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

pub(super) fn locations(finding: &Finding) -> Value {
    let physical = physical_location(finding.file.as_deref(), finding.line, finding.column);
    match &finding.object {
        Some(object) => json!([{ "physicalLocation": physical, "logicalLocations": [logical_location(object)] }]),
        None => json!([{ "physicalLocation": physical }]),
    }
}

pub(in crate::render) fn physical_location(file: Option<&str>, line: Option<u32>, column: Option<u32>) -> Value {
    let mut region = json!({ "startLine": line.unwrap_or(1).max(1) });
    if let (Some(column), Some(_)) = (column, line) {
        region["startColumn"] = json!(column.max(1));
    }
    json!({ "artifactLocation": artifact_location(file), "region": region })
}

/// The artifacts that need a word of explanation: the placeholder for findings without a file.
pub(super) fn artifacts() -> Value {
    json!([{
        "location": artifact_location(None),
        "description": { "text": "Stands for a database: objects that come from no file of the project" },
    }])
}

fn artifact_location(file: Option<&str>) -> Value {
    let path = file.unwrap_or(NO_FILE).replace('\\', "/");
    match path.strip_prefix('/') {
        Some(absolute) => json!({ "uri": format!("file:///{}", encode(absolute)) }),
        None => json!({ "uri": encode(path.strip_prefix("./").unwrap_or(&path)), "uriBaseId": "PROJECT" }),
    }
}

fn logical_location(object: &FindingObject) -> Value {
    json!({
        "name": object.column.as_ref().unwrap_or(&object.name),
        "fullyQualifiedName": object.to_string(),
        // SARIF has names for the parts of programs; for others the tool uses its own.
        "kind": object.kind,
    })
}

fn encode(path: &str) -> String {
    utf8_percent_encode(path, KEPT).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_relative_uris() {
        for (path, uri) in [
            ("migrations/001_a.sql", "migrations/001_a.sql"),
            ("./a b.sql", "a%20b.sql"),
            ("größe/100%.sql", "gr%C3%B6%C3%9Fe/100%25.sql"),
            // A colon in the first segment would read as a scheme.
            ("a:b.sql", "a%3Ab.sql"),
            ("dir\\a.sql", "dir/a.sql"),
            ("what?#.sql", "what%3F%23.sql"),
        ] {
            assert_eq!(artifact_location(Some(path)), json!({ "uri": uri, "uriBaseId": "PROJECT" }));
        }
        assert_eq!(artifact_location(Some("/srv/a b.sql")), json!({ "uri": "file:///srv/a%20b.sql" }));
    }

    #[test]
    fn lines_begin_at_one() {
        assert_eq!(
            physical_location(Some("a"), Some(0), Some(0))["region"],
            json!({ "startLine": 1, "startColumn": 1 })
        );
        assert_eq!(physical_location(None, None, Some(4))["region"], json!({ "startLine": 1 }));
    }
}
