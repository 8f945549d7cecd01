//! `rationalise_indexes`: indexes that others make needless go.

use serde::{Deserialize, Serialize};

use std::collections::BTreeSet;

use pgmason_model::catalog::Index;
use pgmason_model::restructure::PlannedOperation;
use pgmason_model::{Object, ObjectId, ObjectKind, QualifiedName};

use crate::restructure::context::PlanContext;
use crate::restructure::index_steps::{drop, stays};
use crate::restructure::name::resolve;
use crate::restructure::refusal::OperationRefusal;
use crate::restructure::table_facts::refused;
use crate::rules::index::needless_indexes;

use super::is_false;

/// See the file's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RationaliseIndexes {
    /// Only those of these tables; all when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<String>,
    /// Indexes that stay.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keep: Vec<String>,
    /// Those that the live database has never used, too.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unused: bool,
}

pub fn plan(asked: &RationaliseIndexes, context: &mut PlanContext<'_>) -> Result<PlannedOperation, OperationRefusal> {
    let mut tables: Vec<QualifiedName> = Vec::new();
    for written in &asked.tables {
        tables.push(context.table(written)?.1);
    }
    let mut keep = BTreeSet::new();
    for written in &asked.keep {
        let Some(id) = resolve(context.catalog, &[ObjectKind::Index], written) else {
            return Err(OperationRefusal::NoSuchObject {
                what: "index",
                name: written.clone(),
                similar: context.similar(ObjectKind::Index, written),
            });
        };
        keep.insert(id);
    }
    if asked.unused && context.catalog.statistics.is_none() {
        return Err(refused(
            "`unused` asks for the counters of a live database, and none is named",
            "name it with --db, or take `unused` out",
        ));
    }
    let is_meant = |index: &Index| tables.is_empty() || tables.contains(&index.table);
    let mut planned =
        PlannedOperation { title: "drop indexes that are needless".to_owned(), ..PlannedOperation::default() };
    let mut dropped = Vec::new();
    for needless in needless_indexes(context.catalog, asked.unused, &keep) {
        let Some(Object::Index(index)) = context.catalog.get(&needless.index) else { continue };
        if !is_meant(index) || stays(context.catalog, index).is_some() {
            continue;
        }
        let (steps, direct) = drop(context, &needless.index, index);
        let instead = match &needless.instead {
            Some(instead) => format!("{instead} stays"),
            None => "nothing replaces it".to_owned(),
        };
        let size = bytes(context, &needless.index).map(|bytes| format!(" ({})", in_words(bytes))).unwrap_or_default();
        planned.notes.push(format!("{}{size}: {}; {instead}", needless.index, needless.reason));
        planned.complete.extend(steps);
        planned.direct.push(direct);
        if !planned.relations.contains(&index.table) {
            planned.relations.push(index.table.clone());
        }
        dropped.push(needless.index);
    }
    if dropped.is_empty() {
        return Err(refused("no index is needless", "take the operation out"));
    }
    planned.notes.push(before_and_after(context, &dropped, &is_meant));
    Ok(planned)
}

fn before_and_after(context: &PlanContext<'_>, dropped: &[ObjectId], is_meant: &dyn Fn(&Index) -> bool) -> String {
    let all: Vec<&ObjectId> = context
        .catalog
        .of_kind(ObjectKind::Index)
        .filter(|(id, object)| {
            !context.catalog.is_platform(id) && matches!(object, Object::Index(index) if is_meant(index))
        })
        .map(|(id, _)| id)
        .collect();
    let counts = format!("{} indexes before, {} after", all.len(), all.len() - dropped.len());
    let sum = |ids: &mut dyn Iterator<Item = &ObjectId>| ids.filter_map(|id| bytes(context, id)).sum::<i64>();
    match sum(&mut all.iter().copied()) {
        0 => format!("{counts}; sizes are known of a live database alone"),
        before => {
            format!("{counts}; {} before, {} after", in_words(before), in_words(before - sum(&mut dropped.iter())))
        }
    }
}

fn bytes(context: &PlanContext<'_>, index: &ObjectId) -> Option<i64> {
    Some(context.catalog.statistics.as_ref()?.indexes.get(index)?.bytes)
}

fn in_words(bytes: i64) -> String {
    let units = [("GB", 1_i64 << 30), ("MB", 1 << 20), ("kB", 1 << 10)];
    units
        .into_iter()
        .find(|(_, size)| bytes >= *size)
        .map_or_else(|| format!("{bytes} bytes"), |(unit, size)| format!("{} {unit}", bytes / size))
}
