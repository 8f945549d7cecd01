//! A stage: operations that are started together, and so must keep off each other.

use std::collections::{BTreeMap, BTreeSet};

use pgmason_model::restructure::{PlannedOperation, PlannedStage};

use super::context::PlanContext;
use super::file::{RestructureFile, Stage};
use super::name_exchange;
use super::operations::{self, Operation, RenameTable};
use super::refusal::OperationRefusal;

/// A length of time as people write it: `30s`, `12h`, `7d`. A day has 24 hours.
pub fn seconds(text: &str) -> Option<f64> {
    let span: jiff::Span = text.parse().ok()?;
    let duration = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()?;
    Some(duration.as_secs_f64()).filter(|seconds| *seconds >= 0.0)
}

/// Plans every operation of the stage, each against the schema before the stage.
pub fn plan(stage: &Stage, context: &mut PlanContext<'_>) -> Result<PlannedStage, OperationRefusal> {
    if let Some(text) = stage.soak.as_deref().filter(|text| seconds(text).is_none()) {
        return Err(OperationRefusal::BadDuration { text: text.to_owned() });
    }
    let mut planned = PlannedStage {
        name: stage.name.clone(),
        title: stage.title.clone().unwrap_or_else(|| stage.name.clone()),
        operations: Vec::new(),
    };
    let together = name_exchange::exchanged(&stage.operations);
    let renames: Vec<&RenameTable> = together
        .iter()
        .filter_map(|place| match stage.operations.get(*place) {
            Some(Operation::RenameTable(rename)) => Some(rename),
            _ => None,
        })
        .collect();
    if !renames.is_empty() {
        planned.operations.push(name_exchange::plan(&renames, context)?);
    }
    for (place, operation) in stage.operations.iter().enumerate() {
        if !together.contains(&place) {
            planned.operations.push(operations::plan(operation, context)?);
        }
    }
    contradictions(&planned.operations)?;
    Ok(planned)
}

/// Names that stages share, told before anything is planned.
pub fn names_are_unique(file: &RestructureFile) -> Result<(), OperationRefusal> {
    let mut seen = BTreeSet::new();
    for stage in &file.stages {
        if !seen.insert(stage.name.as_str()) {
            return Err(OperationRefusal::StageTwice { name: stage.name.clone() });
        }
    }
    Ok(())
}

/// Each relation is one operation's alone, under its old name and under its new one; but for columns of a table that have
/// nothing to do with each other, and for what only adds.
fn contradictions(operations: &[PlannedOperation]) -> Result<(), OperationRefusal> {
    let mut taken: BTreeMap<String, Vec<&PlannedOperation>> = BTreeMap::new();
    for operation in operations {
        let names: BTreeSet<String> = operation.relations.iter().map(ToString::to_string).collect();
        for name in names {
            let others = taken.entry(name.clone()).or_default();
            if let Some((first, shared)) =
                others.iter().find_map(|first| Some((first, shared(first, operation, &name)?)))
            {
                return Err(OperationRefusal::Contradiction {
                    first: first.title.clone(),
                    second: operation.title.clone(),
                    shared,
                });
            }
            others.push(operation);
        }
    }
    Ok(())
}

/// A relation that both stages work on, where they are not known to keep off each other: a stage that stands takes it for
/// its own until its end, and its way back needs it as it left it.
pub fn relation_of_both(standing: &PlannedStage, other: &PlannedStage) -> Option<String> {
    let relations = |operation: &PlannedOperation| -> BTreeSet<String> {
        let compatibility = operation.compatibility.iter().flat_map(|found| [&found.view, &found.table]);
        operation.relations.iter().chain(compatibility).map(ToString::to_string).collect()
    };
    standing.operations.iter().find_map(|first| {
        let taken = relations(first);
        other
            .operations
            .iter()
            .filter(|second| !(goes_beside_others(first) && goes_beside_others(second)))
            .find_map(|second| relations(second).into_iter().find(|name| taken.contains(name)))
    })
}

/// What both work on, of a relation that both name.
fn shared(first: &PlannedOperation, second: &PlannedOperation, relation: &str) -> Option<String> {
    if goes_beside_others(first) && goes_beside_others(second) {
        return None;
    }
    match (&first.reach, &second.reach) {
        (Some(one), Some(other)) => one.intersection(other).next().map(|id| format!("the {} {id}", id.kind.label())),
        _ => Some(relation.to_owned()),
    }
}

/// It only adds to a table, and takes it from nobody.
fn goes_beside_others(operation: &PlannedOperation) -> bool {
    matches!(
        operation.kind.as_str(),
        "add_index" | "drop_index" | "rationalise_indexes" | "set_default" | "set_not_null" | "add_check"
    )
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn a_soak_is_read_as_people_write_it() {
        for (text, expected) in [
            ("30s", Some(30.0)),
            ("7d", Some(604_800.0)),
            ("1w", Some(604_800.0)),
            ("1h 30m", Some(5_400.0)),
            ("soon", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
