//! The standards checklist: for each rule that is on, how many of the tables keep it.

use std::collections::BTreeSet;

use pgmason_core::rules::{Check, Section};
use pgmason_core::schema::Schema;
use pgmason_model::Finding;

use super::report::{ChecklistRow, ChecklistSection};

/// `judged`: names of the rules that ran; of others nothing is said.
pub(super) fn checklist(schema: &Schema<'_>, judged: &BTreeSet<&str>, findings: &[Finding]) -> Vec<ChecklistSection> {
    let tables: BTreeSet<(String, String)> = schema
        .tables
        .iter()
        .filter(|table| !table.is_partition())
        .map(|table| (table.schema().to_owned(), table.name().to_owned()))
        .collect();
    if tables.is_empty() {
        return Vec::new();
    }
    Section::ALL
        .into_iter()
        .map(|section| ChecklistSection {
            title: section.title().to_owned(),
            rows: section
                .rules()
                .iter()
                .filter(|rule| matches!(rule.check, Check::Schema(_)) && judged.contains(rule.name))
                .map(|rule| {
                    let broken: BTreeSet<(String, String)> = findings
                        .iter()
                        .filter(|finding| finding.rule == rule.name)
                        .filter_map(table_of)
                        .filter(|table| tables.contains(table))
                        .collect();
                    ChecklistRow {
                        rule: rule.name.to_owned(),
                        summary: rule.summary.to_owned(),
                        passed: tables.len() - broken.len(),
                        total: tables.len(),
                    }
                })
                .collect(),
        })
        .filter(|section| !section.rows.is_empty())
        .collect()
}

/// The table that a finding is about or belongs to.
fn table_of(finding: &Finding) -> Option<(String, String)> {
    let object = finding.object.as_ref()?;
    let schema = object.schema.clone()?;
    let name = match object.kind.as_str() {
        "table" | "column" | "default" => object.name.clone(),
        // `table.policy`; a table's own name may hold a dot, but then the row is only less exact.
        "policy" | "trigger" | "constraint" | "rule" => object.name.split('.').next()?.to_owned(),
        _ => return None,
    };
    Some((schema, name))
}
