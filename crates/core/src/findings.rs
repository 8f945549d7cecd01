//! Collects what rules report, gives each finding its place and its fingerprint.
//!
//! A fingerprint knows rule, object or statement, and the order among equals, never a line number.

use std::collections::HashMap;

use pgmason_model::{Finding, FindingObject, Level, ObjectId};
use sha2::{Digest, Sha256};

use crate::locations::Locations;
use crate::rules::Rule;

/// Where one rule writes its findings.
pub struct Findings<'a> {
    rule: &'static Rule,
    level: Level,
    locations: &'a Locations,
    list: Vec<Finding>,
}

/// A place inside a statement of a migration file.
pub struct StatementPlace<'a> {
    pub file: &'a str,
    /// 1-based.
    pub line: u32,
    /// 1-based.
    pub column: u32,
    /// The whole statement: its words, not its place, go into the fingerprint.
    pub statement: &'a str,
}

impl<'a> Findings<'a> {
    pub fn new(rule: &'static Rule, level: Level, locations: &'a Locations) -> Self {
        Self { rule, level, locations, list: Vec::new() }
    }

    /// Reports on an object of the schema. `message`: what is wrong; `help`: how to mend it; both one sentence
    /// without a full stop.
    pub fn on(&mut self, object: &ObjectId, message: impl Into<String>, help: impl Into<String>) -> &mut Finding {
        let place = self.locations.find(object);
        let finding = Finding {
            rule: self.rule.name.to_owned(),
            level: self.level,
            message: message.into(),
            file: place.map(|place| place.file.clone()),
            line: place.map(|place| place.line),
            column: None,
            help: help.into(),
            fingerprint: fingerprint(&[self.rule.name, object.kind.label(), &object.to_string()]),
            object: Some(FindingObject::from(object)),
            fix: None,
        };
        self.push(finding)
    }

    /// Reports on a migration file as a whole.
    pub fn in_file(&mut self, file: &str, message: impl Into<String>, help: impl Into<String>) -> &mut Finding {
        let finding = Finding {
            rule: self.rule.name.to_owned(),
            level: self.level,
            message: message.into(),
            object: None,
            file: Some(file.to_owned()),
            line: Some(1),
            column: None,
            help: help.into(),
            fingerprint: fingerprint(&[self.rule.name, file]),
            fix: None,
        };
        self.push(finding)
    }

    /// Reports on a statement of a migration file.
    pub fn in_statement(
        &mut self,
        place: StatementPlace<'_>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> &mut Finding {
        let words = place.statement.split_whitespace().collect::<Vec<_>>().join(" ");
        let finding = Finding {
            rule: self.rule.name.to_owned(),
            level: self.level,
            message: message.into(),
            object: None,
            file: Some(place.file.to_owned()),
            line: Some(place.line),
            column: Some(place.column),
            help: help.into(),
            fingerprint: fingerprint(&[self.rule.name, place.file, &words]),
            fix: None,
        };
        self.push(finding)
    }

    fn push(&mut self, finding: Finding) -> &mut Finding {
        self.list.push(finding);
        let last = self.list.len() - 1;
        &mut self.list[last]
    }

    pub fn into_list(self) -> Vec<Finding> {
        self.list
    }
}

/// Makes fingerprints unique: the second and later of equal ones get a number, in the order given.
pub fn number_repeats(findings: &mut [Finding]) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for finding in findings {
        let count = seen.entry(finding.fingerprint.clone()).or_insert(0);
        *count += 1;
        if *count > 1 {
            finding.fingerprint = fingerprint(&[&finding.fingerprint, &count.to_string()]);
        }
    }
}

/// 128 bits of SHA-256 over the parts, in hex.
fn fingerprint(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    }
    hasher.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
