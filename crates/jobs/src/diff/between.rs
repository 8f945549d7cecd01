//! The way from one scratch database to another: renames first, then the plan, then the proof of both.

use pgmason_core::diff::renames::{Rename, statements};
use pgmason_core::diff::{self, DiffOptions};
use pgmason_model::Catalog;
use pgmason_model::difference::{ChangeKind, ChangeStatement, DifferencePlan, ObjectChange};
use pgmason_scratch::ScratchDatabase;

use super::prove::{self, Bench, Ground, discard, is_equal, read_catalog};
use super::report::Proof;
use crate::JobError;
use crate::other_words::{in_other_words, with_words_of};
use crate::replay::ReplaySession;

/// Plans, and proves what was planned. The proof has no stages where the plan is refused, or the catalogs are equal.
pub fn between(
    bench: &mut Bench<'_>,
    from: &Ground<'_>,
    to: &Ground<'_>,
    options: &DiffOptions,
    renames: &[Rename],
    notes: &mut Vec<String>,
) -> Result<(DifferencePlan, Proof), JobError> {
    let first = statements(from.catalog, renames);
    let renamed = if first.is_empty() { None } else { Some(renamed(bench, from, &first, notes)?) };
    let (words, database) = match &renamed {
        Some(renamed) => (renamed, None),
        None => (from.catalog, Some(from.database)),
    };
    let same_words = in_words_of(bench, words, database, to)?;
    let to = &Ground { database: to.database, catalog: same_words.as_ref().unwrap_or(to.catalog) };
    let (mut plan, renamed) = if first.is_empty() {
        (diff::plan(from.catalog, to.catalog, options), None)
    } else {
        let renamed = renamed.unwrap_or_default();
        let rest = diff::plan(&renamed, to.catalog, options);
        (after_renames(rest, first, renames), Some(renamed))
    };
    let nothing_to_do = plan.statements.is_empty() && is_equal(from.catalog, to.catalog, options);
    if !plan.refusals.is_empty() || nothing_to_do {
        return Ok((plan, Proof::default()));
    }
    let proof = prove::prove(bench, from, to, renamed.as_ref(), options, &mut plan, notes)?;
    Ok((plan, proof))
}

/// The catalog once everything has its new name: views and policies follow on the server alone.
fn renamed(
    bench: &mut Bench<'_>,
    from: &Ground<'_>,
    statements: &[ChangeStatement],
    notes: &mut Vec<String>,
) -> Result<Catalog, JobError> {
    let copy = bench.server.copy_database(from.database)?;
    let mut session = ReplaySession::open(bench.project, &copy, bench.limit)?;
    let outcome = session.run_planned(statements, notes)?;
    let catalog = read_catalog(session.session.client(), from.catalog)?;
    drop(session);
    discard(bench.server, copy)?;
    match outcome {
        Ok(()) => Ok(catalog),
        Err(failed) => {
            let statement = failed.place.and_then(|place| statements.get(place));
            Err(JobError::CannotRename {
                words: statement.map(|statement| statement.sql.clone()).unwrap_or_default(),
                problem: failed.failure.message,
            })
        }
    }
}

/// The plan with the renames before it, in its first transaction where that can be.
fn after_renames(mut plan: DifferencePlan, mut first: Vec<ChangeStatement>, renames: &[Rename]) -> DifferencePlan {
    if plan.statements.first().is_some_and(|statement| statement.alone) {
        for statement in &mut plan.statements {
            statement.transaction += 1;
        }
    }
    if plan.refusals.is_empty() {
        first.append(&mut plan.statements);
        plan.statements = first;
    }
    let mut changes: Vec<ObjectChange> = renames
        .iter()
        .map(|rename| match rename {
            Rename::Object { from, to } => ObjectChange {
                object: to.clone(),
                relation: None,
                change: ChangeKind::RenamedFrom(from.clone()),
                details: Vec::new(),
            },
            Rename::EnumValue { of, from, to } => ObjectChange {
                relation: None,
                object: of.clone(),
                change: ChangeKind::Changed,
                details: vec![format!("value: {from} → {to}")],
            },
        })
        .collect();
    changes.append(&mut plan.changes);
    plan.changes = changes;
    plan
}

/// The second catalog, with what is the first's in other words written as there. None: there is nothing of that kind.
/// Both have to say so, each in its own surroundings: `f(a)` is another call where `f` takes another type. `database`:
/// that of the first, where it reads as its catalog does. Nobody may be connected to either.
fn in_words_of(
    bench: &mut Bench<'_>,
    from: &Catalog,
    database: Option<&ScratchDatabase>,
    to: &Ground<'_>,
) -> Result<Option<Catalog>, JobError> {
    let mut same = in_other_words(bench.project, bench.server, to.database, from, to.catalog)?;
    if let (Some(database), false) = (database, same.is_empty()) {
        let there = in_other_words(bench.project, bench.server, database, to.catalog, from)?;
        same.retain(|id| there.contains(id));
    }
    Ok((!same.is_empty()).then(|| with_words_of(from, to.catalog, &same)))
}
