//! What somebody else changed of a schema between two phases, told by the digests of its objects.

use std::collections::{BTreeMap, BTreeSet};

use pgmason_model::QualifiedName;

/// Changes of the relations, and all others, in words.
pub(super) fn changes(
    left: &BTreeMap<String, String>,
    now: &BTreeMap<String, String>,
    relations: &BTreeSet<&QualifiedName>,
) -> (Vec<String>, Vec<String>) {
    let relations: Vec<String> = relations.iter().map(ToString::to_string).collect();
    all(left, now).into_iter().partition(|change| relations.iter().any(|relation| is_about(change, relation)))
}

/// `column public.emails.subject changed`.
fn all(left: &BTreeMap<String, String>, now: &BTreeMap<String, String>) -> Vec<String> {
    let mut found = Vec::new();
    for (object, digest) in left {
        match now.get(object) {
            None => found.push(format!("{object} is gone")),
            Some(other) if other != digest => found.push(format!("{object} is another")),
            Some(_) => {}
        }
    }
    found.extend(now.keys().filter(|object| !left.contains_key(*object)).map(|object| format!("{object} is new")));
    found
}

/// True where the object is the relation, or a part of it. Functions and views that are called alike are not.
fn is_about(change: &str, relation: &str) -> bool {
    let Some((before, after)) = change.split_once(relation) else { return false };
    let kind = before.trim_end();
    let part = after.starts_with([' ', '.']);
    part && !matches!(kind, "function" | "view" | "materialized view") && !kind.contains('.')
}

/// The first few of them.
pub(super) fn first_of(changes: &[String]) -> String {
    const SHOWN: usize = 5;
    let mut text = changes.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if changes.len() > SHOWN {
        text.push_str(&format!(" and {} more", changes.len() - SHOWN));
    }
    text
}
