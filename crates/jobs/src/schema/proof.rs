//! What a proof on scratch databases says.

use std::collections::BTreeSet;

use pgmason_core::migrations::inverse::Difference;
use pgmason_model::difference::Refusal;
use pgmason_model::{Catalog, ObjectId};
use serde::Serialize;

use crate::replay::ReplayFailure;

/// Two scratch databases that should be one.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Proof {
    pub holds: bool,
    /// What the files did not get to run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<ReplayFailure>,
    /// What differs, one thing each: `missing: table public.users`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<String>,
}

impl Proof {
    pub(crate) fn of(differences: Vec<String>) -> Self {
        Self { holds: differences.is_empty(), failure: None, differences }
    }

    pub(crate) fn failed(failure: ReplayFailure) -> Self {
        Self { holds: false, failure: Some(failure), differences: Vec::new() }
    }
}

/// How a catalog differs from the one that it should be, in words.
pub(crate) fn catalog_differences(wanted: &Catalog, found: &Catalog) -> Vec<String> {
    differences_beside(wanted, found, &BTreeSet::new())
}

/// The same without objects that are known to be the same in other words.
pub(crate) fn differences_beside(wanted: &Catalog, found: &Catalog, settled: &BTreeSet<ObjectId>) -> Vec<String> {
    let difference = Difference::between(wanted, found);
    let named = |word: &str, ids: &[ObjectId]| -> Vec<String> {
        ids.iter().map(|id| format!("{word}: {} {id}", id.kind.label())).collect()
    };
    let mut list = named("missing", &difference.removed);
    list.extend(named("added", &difference.added));
    for id in difference.changed.iter().filter(|id| !settled.contains(*id)) {
        let fields = changed_fields(wanted, found, id);
        list.push(format!("changed: {} {id}{fields}", id.kind.label()));
    }
    if list.is_empty() {
        let edges = wanted.dependencies.symmetric_difference(&found.dependencies);
        let edges = edges.filter(|(dependent, _)| !settled.contains(dependent));
        list.extend(edges.map(|(dependent, needed)| {
            format!("whether {} {dependent} needs {} {needed} differs", dependent.kind.label(), needed.kind.label())
        }));
    }
    list
}

/// ` (position: 3, not 2)`, from the objects as JSON.
fn changed_fields(wanted: &Catalog, found: &Catalog, id: &ObjectId) -> String {
    let json = |catalog: &Catalog| catalog.get(id).and_then(|object| serde_json::to_value(object).ok());
    let (Some(serde_json::Value::Object(wanted)), Some(serde_json::Value::Object(found))) = (json(wanted), json(found))
    else {
        return String::new();
    };
    let fields: Vec<String> = wanted
        .iter()
        .filter_map(|(name, value)| {
            let other = found.get(name)?;
            (other != value).then(|| format!("{name}: {}, not {}", shown(other), shown(value)))
        })
        .collect();
    if fields.is_empty() { String::new() } else { format!(" ({})", fields.join("; ")) }
}

fn shown(value: &serde_json::Value) -> String {
    const LENGTH: usize = 120;
    let text = value.as_str().map_or_else(|| value.to_string(), |text| format!("{text:?}"));
    match text.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// Why the engine has no way.
pub(crate) fn refusal_in_words(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NotAllowed { object, message, .. } | Refusal::NoSafeWay { object, message } => {
            format!("{} {object}: {message}", object.kind.label())
        }
        Refusal::NotModelled { object, message } => format!("{object}: {message}"),
        Refusal::Circle { objects } => {
            let names: Vec<String> = objects.iter().map(|id| format!("{} {id}", id.kind.label())).collect();
            format!("these need each other: {}", names.join(", "))
        }
        Refusal::NoSuchRole { role, needed_by } => format!("there is no role {role}, which {needed_by} needs"),
    }
}
