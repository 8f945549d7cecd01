//! Indexes that can go, as the rules about indexes know them, taken together: what one makes needless must not go with it.

use std::collections::BTreeSet;

use pgmason_model::catalog::Index;
use pgmason_model::{Catalog, Level, ObjectId, ObjectKind};

use super::index_shape::{Coverage, IndexWithId, best_coverage, indexes_by_relation, is_duplicate, serves_every_scan};
use super::{duplicate_index, redundant_index, unused_index};
use crate::findings::Findings;
use crate::locations::Locations;
use crate::observations::Observations;
use crate::rulebook::Rulebook;
use crate::rules::{Check, Rule};
use crate::schema::{Schema, SchemaContext};

/// An index that can go.
pub struct Needless {
    pub index: ObjectId,
    /// The rule's own words.
    pub reason: String,
    /// What does its work; none where nobody has read it.
    pub instead: Option<ObjectId>,
}

/// All of them, in the order of tables. `unused`: those that a live server has not read, too. Those in `keep` stay.
pub fn needless_indexes(catalog: &Catalog, unused: bool, keep: &BTreeSet<ObjectId>) -> Vec<Needless> {
    let schema = Schema::new(catalog);
    let (rulebook, observations, locations) = (Rulebook::default(), Observations::default(), Locations::default());
    let context = |rule: &'static Rule| SchemaContext {
        rule,
        catalog,
        schema: &schema,
        rulebook: &rulebook,
        observations: &observations,
    };
    let mut rules = vec![&duplicate_index::RULE, &redundant_index::RULE];
    if unused {
        rules.push(&unused_index::RULE);
    }
    let mut found: Vec<(ObjectId, String, bool)> = Vec::new();
    for rule in rules {
        let mut findings = Findings::new(rule, Level::Warning, &locations);
        let is_unused = rule.name == unused_index::RULE.name;
        match rule.check {
            Check::Schema(check) | Check::Live(check) => check(&context(rule), &mut findings),
            _ => {}
        }
        for finding in findings.into_list() {
            let Some(object) = finding.object else { continue };
            let Some(schema) = object.schema else { continue };
            let id = ObjectId::in_schema(ObjectKind::Index, schema, object.name);
            if !found.iter().any(|(known, ..)| *known == id) {
                found.push((id, finding.message, is_unused));
            }
        }
    }
    let context = context(&duplicate_index::RULE);
    let mut needless = Vec::new();
    for (relation, indexes) in indexes_by_relation(&context) {
        let of_table: Vec<&(ObjectId, String, bool)> = found
            .iter()
            .filter(|(id, ..)| indexes.iter().any(|(known, index)| *known == id && only_makes_scans_fast(index)))
            .filter(|(id, ..)| !keep.contains(id))
            .collect();
        let mut goes: BTreeSet<&ObjectId> = of_table.iter().map(|(id, ..)| id).collect();
        keep_what_is_needed(&indexes, &of_table, &mut goes);
        if let Some(table) = schema.table(relation) {
            keep_foreign_keys_fast(table.foreign_keys().map(|key| key.columns), &indexes, &mut goes);
        }
        for (id, reason, _) in of_table {
            if goes.contains(id) {
                let instead = instead_of(id, &indexes, &goes).cloned();
                needless.push(Needless { index: id.clone(), reason: reason.clone(), instead });
            }
        }
    }
    needless
}

/// Nothing but scans would miss it.
fn only_makes_scans_fast(index: &Index) -> bool {
    let guards = index.unique || index.exclusion || index.constraint.is_some();
    !guards && !index.replica_identity && !index.clustered && index.partition_of.is_none()
}

fn instead_of<'a>(id: &ObjectId, indexes: &[IndexWithId<'a>], goes: &BTreeSet<&ObjectId>) -> Option<&'a ObjectId> {
    let (_, index) = indexes.iter().find(|(known, _)| *known == id)?;
    let stays = || indexes.iter().filter(|(other, _)| !goes.contains(*other) && *other != id);
    let twin = stays().find(|(_, other)| is_duplicate(index, other));
    twin.or_else(|| stays().find(|(_, other)| serves_every_scan(other, index))).map(|(other, _)| *other)
}

/// Two that each go for the sake of the other: one stays.
fn keep_what_is_needed<'a>(
    indexes: &[IndexWithId<'_>],
    of_table: &[&'a (ObjectId, String, bool)],
    goes: &mut BTreeSet<&'a ObjectId>,
) {
    loop {
        let lost = of_table
            .iter()
            .find(|(id, _, unused)| goes.contains(id) && !unused && instead_of(id, indexes, goes).is_none());
        match lost {
            Some((id, ..)) => goes.remove(id),
            None => return,
        };
    }
}

/// A foreign key that an index serves now is served afterwards.
fn keep_foreign_keys_fast<'a>(
    keys: impl Iterator<Item = &'a [pgmason_model::Identifier]>,
    indexes: &[IndexWithId<'a>],
    goes: &mut BTreeSet<&'a ObjectId>,
) {
    for columns in keys {
        if best_coverage(indexes, columns).0 != Coverage::Full {
            continue;
        }
        loop {
            let stays: Vec<IndexWithId<'_>> = indexes.iter().filter(|(id, _)| !goes.contains(*id)).copied().collect();
            if best_coverage(&stays, columns).0 == Coverage::Full {
                break;
            }
            let serves =
                indexes.iter().find(|one| goes.contains(one.0) && best_coverage(&[**one], columns).0 == Coverage::Full);
            match serves {
                Some((id, _)) => goes.remove(id),
                None => break,
            };
        }
    }
}
