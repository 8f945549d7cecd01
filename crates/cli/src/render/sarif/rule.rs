//! Rules as SARIF describes them, so that a viewer can show each rule's page beside its findings.

use pgmason_core::rulebook::RuleLevel;
use pgmason_core::rules::{Rule, Section};
use serde_json::{Value, json};

use crate::render::wording::sentence;

pub(super) fn reporting_descriptor(rule: &Rule) -> Value {
    let mut tags = vec![rule.section.title().to_lowercase()];
    if rule.section == Section::Access {
        tags.push("security".to_owned());
    }
    json!({
        "id": rule.name,
        "shortDescription": { "text": sentence(rule.summary) },
        "fullDescription": { "text": why(rule.page).unwrap_or_else(|| sentence(rule.summary)) },
        "help": { "text": rule.page, "markdown": rule.page },
        "defaultConfiguration": {
            "enabled": rule.default_level != RuleLevel::Off,
            "level": level(rule.default_level),
        },
        "properties": { "tags": tags },
    })
}

/// A rule that this version does not know, or not any more: a finding must have one all the same.
pub(super) fn unknown_rule(name: &str) -> Value {
    json!({ "id": name, "shortDescription": { "text": name } })
}

pub(super) fn notification_descriptors() -> Value {
    json!([
        { "id": "not-checked", "shortDescription": { "text": "Something could not be looked at." } },
        { "id": "note", "shortDescription": { "text": "Something worth knowing about this run." } },
        { "id": "replay", "shortDescription": { "text": "A file of the project could not be replayed." } },
        { "id": "unused-ignore", "shortDescription": { "text": "An ignore has nothing to ignore." } },
    ])
}

/// The page's paragraph on why it matters, its lines joined.
fn why(page: &str) -> Option<String> {
    let (_, rest) = page.split_once("\n## Why it matters\n")?;
    let section = rest.split("\n## ").next().unwrap_or(rest);
    let paragraph = section.trim().split("\n\n").next()?;
    let text = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then_some(text)
}

fn level(level: RuleLevel) -> &'static str {
    match level {
        RuleLevel::Off | RuleLevel::Warning => "warning",
        RuleLevel::Info => "note",
        RuleLevel::Error => "error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_the_first_paragraph_under_its_heading() {
        let page = "# x\n\nFinds.\n\n## Why it matters\n\nOne\nline.\n\nMore.\n\n## How to mend it\n\nSo.\n";
        assert_eq!(why(page).as_deref(), Some("One line."));
        assert_eq!(why("# x\n\nFinds.\n"), None);
    }
}
