//! Short words for the parts of a step.

use pgmason_model::plan::Recovery;
use pgmason_model::restructure::{Action, LockMode, RelationLock, RestructureStep, StepUndo};
use pgmason_model::{Identifier, QualifiedName};

pub(super) fn exclusive(relation: &QualifiedName) -> Vec<RelationLock> {
    locks(relation, LockMode::AccessExclusive)
}

pub(super) fn locks(relation: &QualifiedName, mode: LockMode) -> Vec<RelationLock> {
    vec![RelationLock { relation: relation.clone(), mode }]
}

pub(super) fn transaction(locks: Vec<RelationLock>, statements: Vec<String>) -> Action {
    Action::Transaction { locks, statements }
}

/// A step of one transaction each way, under the same locks.
pub(super) fn both_ways(
    title: impl Into<String>,
    locks: &[RelationLock],
    forth: Vec<String>,
    back: Vec<String>,
) -> RestructureStep {
    RestructureStep {
        title: title.into(),
        action: transaction(locks.to_vec(), forth),
        undo: StepUndo::Action(transaction(locks.to_vec(), back)),
    }
}

/// A query that has to be true; nothing to take back.
pub(super) fn check(title: impl Into<String>, query: impl Into<String>, failure: impl Into<String>) -> RestructureStep {
    check_with_undo(title, query, failure, StepUndo::Nothing)
}

/// A query that has to be true on the way forth, and a place for what the way back needs at this point.
pub(super) fn check_with_undo(
    title: impl Into<String>,
    query: impl Into<String>,
    failure: impl Into<String>,
    undo: StepUndo,
) -> RestructureStep {
    RestructureStep {
        title: title.into(),
        action: Action::Check { query: query.into(), failure: failure.into() },
        undo,
    }
}

/// CREATE INDEX CONCURRENTLY. `statement` without that word: `CREATE UNIQUE INDEX name ON …`, as `pg_get_indexdef` has it.
pub(super) fn build_index(statement: &str, table: &QualifiedName, index: &Identifier) -> Action {
    Action::Alone {
        statement: concurrently(statement),
        recovery: Recovery::IndexBuild { table: table.to_string(), index: Some(index.as_str().to_owned()) },
    }
}

/// The first word INDEX of `CREATE [UNIQUE] INDEX` is the command's own: nothing quoted comes before it.
fn concurrently(statement: &str) -> String {
    statement.replacen("INDEX ", "INDEX CONCURRENTLY ", 1)
}

/// DROP INDEX CONCURRENTLY, of one that may be gone already.
pub(super) fn drop_index(index: &QualifiedName) -> Action {
    Action::Alone {
        statement: format!("DROP INDEX CONCURRENTLY IF EXISTS {index}"),
        recovery: Recovery::IndexDrop { indexes: vec![index.to_string()] },
    }
}

/// VALIDATE CONSTRAINT reads the whole table, and nobody waits for it.
pub(super) fn validate(table: &QualifiedName, constraint: &Identifier) -> RestructureStep {
    RestructureStep {
        title: format!("see that every row of {table} fulfils {constraint}"),
        action: transaction(
            locks(table, LockMode::ShareUpdateExclusive),
            vec![format!("ALTER TABLE {table} VALIDATE CONSTRAINT {constraint}")],
        ),
        undo: StepUndo::Nothing,
    }
}
