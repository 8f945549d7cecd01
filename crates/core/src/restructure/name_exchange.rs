//! Tables of one stage that take each other's names: a → b while b → a, or b → c. No view can stand for both, so all of
//! them change in one moment, when the stage is completed.

use std::collections::BTreeSet;

use pgmason_model::restructure::{
    Action, LockMode, NameChange, NameKind, NamePath, PlannedOperation, RelationLock, RestructureStep, StepUndo,
};
use pgmason_model::{Identifier, QualifiedName};

use super::context::{PlanContext, short_enough};
use super::name::{or_public, parts};
use super::operations::{Operation, RenameTable};
use super::refusal::OperationRefusal;
use super::tracking::{rename_recorded, rename_taken_back, tell_postgrest};

/// The places, in the stage, of the renames that have to happen together: their names meet.
pub(super) fn exchanged(operations: &[Operation]) -> BTreeSet<usize> {
    let renames: Vec<(usize, QualifiedName, QualifiedName)> = operations
        .iter()
        .enumerate()
        .filter_map(|(place, operation)| match operation {
            Operation::RenameTable(rename) => {
                let old = or_public(&rename.table);
                let new = new_name(&old, rename);
                Some((place, old, new))
            }
            _ => None,
        })
        .collect();
    let mut meeting = BTreeSet::new();
    for (place, old, new) in &renames {
        for (other, other_old, _) in &renames {
            if place != other && new == other_old && old != new {
                meeting.extend([*place, *other]);
            }
        }
    }
    meeting
}

fn new_name(old: &QualifiedName, rename: &RenameTable) -> QualifiedName {
    QualifiedName { schema: old.schema.clone(), name: parts(&rename.to).pop().unwrap_or_default() }
}

/// All of them as one operation.
pub(super) fn plan(renames: &[&RenameTable], context: &PlanContext<'_>) -> Result<PlannedOperation, OperationRefusal> {
    let mut pairs: Vec<(QualifiedName, QualifiedName)> = Vec::new();
    for rename in renames {
        let (_, old) = context.table(&rename.table)?;
        let new = new_name(&old, rename);
        short_enough(&new.name)?;
        pairs.push((old, new));
    }
    let leaving: BTreeSet<&QualifiedName> = pairs.iter().map(|(old, _)| old).collect();
    for (_, new) in &pairs {
        if !leaving.contains(new) {
            context.free(new)?;
        }
    }
    // By way of names that nobody has.
    let between = |name: &QualifiedName| {
        let digest = crate::migrations::fingerprint::sha256(name.to_string());
        QualifiedName { schema: name.schema.clone(), name: Identifier::from(format!("pgmason_{}", &digest[..16])) }
    };
    let rename = |from: &QualifiedName, to: &QualifiedName| format!("ALTER TABLE {from} RENAME TO {}", to.name);
    let mut forth: Vec<String> = pairs.iter().map(|(old, _)| rename(old, &between(old))).collect();
    forth.extend(pairs.iter().map(|(old, new)| rename(&between(old), new)));
    let mut back: Vec<String> = pairs.iter().map(|(old, new)| rename(new, &between(old))).collect();
    back.extend(pairs.iter().map(|(old, _)| rename(&between(old), old)));
    let direct = forth.clone();
    forth.extend(pairs.iter().map(|(old, new)| rename_recorded(old, new, false)));
    back.extend(pairs.iter().map(|(old, _)| rename_taken_back(old)));
    let told = tell_postgrest(context.catalog);
    forth.extend(told.clone());
    back.extend(told);
    let locks = |names: Vec<&QualifiedName>| {
        names
            .into_iter()
            .map(|relation| RelationLock { relation: relation.clone(), mode: LockMode::AccessExclusive })
            .collect::<Vec<_>>()
    };
    let words: Vec<String> = pairs.iter().map(|(old, new)| format!("{old} to {}", new.name)).collect();
    let title = format!("rename {}", words.join(", "));
    Ok(PlannedOperation {
        kind: "rename_table".to_owned(),
        title: title.clone(),
        relations: pairs
            .iter()
            .flat_map(|(old, new)| [old.clone(), new.clone()])
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
        names: pairs
            .iter()
            .map(|(old, new)| NameChange {
                kind: NameKind::Table,
                old: NamePath::relation(old.clone()),
                new: Some(NamePath::relation(new.clone())),
                note: None,
            })
            .collect(),
        complete: vec![RestructureStep {
            title,
            action: Action::Transaction { locks: locks(pairs.iter().map(|(old, _)| old).collect()), statements: forth },
            undo: StepUndo::Action(Action::Transaction {
                locks: locks(pairs.iter().map(|(_, new)| new).collect()),
                statements: back,
            }),
        }],
        direct,
        limits: vec![
            "they take each other's names: all of them change in one moment, when the stage is completed".to_owned(),
        ],
        ..PlannedOperation::default()
    })
}
