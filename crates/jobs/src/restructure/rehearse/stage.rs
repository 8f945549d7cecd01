//! One stage, played through on copies.

use std::collections::{BTreeMap, BTreeSet};

use pgmason_core::restructure::limits::names_table;
use pgmason_model::restructure::{Action, NameKind, NamePath, PlannedOperation, PlannedStage, StepUndo};
use pgmason_model::{Catalog, QualifiedName};
use pgmason_pg::restructure::{Phase, Way};
use pgmason_scratch::ScratchDatabase;
use postgres::Client;

use super::report::StageRehearsal;
use super::{access_matrix, compare, rows, statements};
use crate::JobError;
use crate::restructure::ground::{Ground, new_stage, run_statements, runner};

/// What is compared: a schema, its rows.
struct Picture {
    catalog: Catalog,
    rows: rows::Rows,
}

pub(super) fn play(ground: &mut Ground, planned: &PlannedStage) -> Result<StageRehearsal, JobError> {
    let mut report = StageRehearsal { stage: planned.name.clone(), ..StageRehearsal::default() };
    make_rows_fulfil(ground, planned)?;
    let before = picture(ground, None, &[])?;
    let outcome =
        forth(ground, planned, &before, &mut report).and_then(|()| back(ground, planned, &before, &mut report));
    match outcome {
        Ok(()) => {}
        // A step that fails is what a rehearsal is for.
        Err(JobError::Restructure(error)) => report.check("every step runs", vec![error.to_string()]),
        Err(JobError::Database(message)) => report.check("every step runs", vec![message]),
        Err(error) => return Err(error),
    }
    report.passed = report.checks.iter().all(|check| check.passed);
    Ok(report)
}

/// Mends made-up rows that the stage would refuse to start with, or takes them away.
fn make_rows_fulfil(ground: &Ground, planned: &PlannedStage) -> Result<(), JobError> {
    let mut client = privileged(&ground.database)?;
    for needed in planned.operations.iter().flat_map(|operation| &operation.rows_fulfil) {
        if let Some(mend) = &needed.mend {
            // What a constraint does not take is left for the next statement.
            drop(
                client
                    .batch_execute(&format!("UPDATE {} SET {mend} WHERE NOT ({})", needed.relation, needed.condition)),
            );
        }
        let sql = format!("DELETE FROM {} WHERE NOT ({})", needed.relation, needed.condition);
        // Rows that others refer to stay: the step then says what is wrong with them.
        drop(client.batch_execute(&sql));
    }
    Ok(())
}

/// Start, both names, complete; and back again, where the stage can be taken back after its end.
fn forth(
    ground: &mut Ground,
    planned: &PlannedStage,
    before: &Picture,
    report: &mut StageRehearsal,
) -> Result<(), JobError> {
    let names = names(planned);
    let merged = merged(planned);
    // Rows that are filled read otherwise, by intention: how many there are stays.
    let fills = planned.operations.iter().any(fills_rows);
    let told = |matrix| if fills { access_matrix::without_values(matrix) } else { matrix };
    let tables: Vec<QualifiedName> =
        planned.operations.iter().flat_map(|operation| operation.relations.iter().cloned()).collect();
    let copy = ground.copy()?;
    let mut client = privileged(&copy)?;
    let subjects = access_matrix::subjects(&mut client, &before.catalog, &tables)?;
    let actors = access_matrix::actors(&mut client, &before.catalog, &subjects)?;
    let access = told(access_matrix::act(&mut client, &subjects, &actors, &|name| Some(name.clone()))?);
    report.access_cells = access.len();
    // What goes cannot be read at the end: what stays is held against what stays.
    let (kept, renamed) = access_matrix::columns_at_the_end(&subjects, planned);
    let access_to_what_stays = told(access_matrix::act(&mut client, &kept, &actors, &|name| Some(name.clone()))?);
    let in_use = ground.in_use.clone();
    let taken = statements::taken(&mut client, &in_use);
    report.statements = taken.len();
    drop(client);

    let connection = ground.connection(&copy)?;
    let mut work = runner(&connection)?;
    let stage = work.begin(&new_stage("rehearsal", planned, "")?)?;
    work.run(stage, Way::Forth(Phase::Start), &mut |_| {})?;
    let started = picture(ground, Some(&copy), &[])?;

    let mut client = privileged(&copy)?;
    // What changes its name at once has no second one yet: another table may have it still.
    let two_names = |old: &QualifiedName, new: &QualifiedName| {
        old == new
            || planned
                .operations
                .iter()
                .flat_map(|operation| &operation.compatibility)
                .any(|compatibility| compatibility.view == *old || compatibility.view == *new)
    };
    let there = |client: &mut Client, name: &QualifiedName| is_there(client, name).unwrap_or(false);
    let mut old_there = BTreeMap::new();
    let mut new_there = BTreeMap::new();
    for subject in &subjects {
        let old = &subject.table;
        let new = names.get(old).unwrap_or(old);
        old_there.insert(old.clone(), there(&mut client, old).then(|| old.clone()));
        new_there.insert(old.clone(), (two_names(old, new) && there(&mut client, new)).then(|| new.clone()));
    }
    let old =
        told(access_matrix::act(&mut client, &subjects, &actors, &|name| old_there.get(name).cloned().flatten())?);
    report.check(
        "access under the old names is as before",
        access_matrix::differences(&access, &old, "under the old name", &merged),
    );
    let new =
        told(access_matrix::act(&mut client, &subjects, &actors, &|name| new_there.get(name).cloned().flatten())?);
    report.check(
        "access under the new names is the same",
        access_matrix::differences(&access, &new, "under the new name", &merged),
    );
    if taken.is_empty() {
        report.skip("statements in use are taken under both names", "none are known");
    } else {
        let both: BTreeMap<QualifiedName, QualifiedName> = names
            .iter()
            .filter(|(old, _)| new_there.get(*old).is_none_or(Option::is_some))
            .map(|(old, new)| (old.clone(), new.clone()))
            .collect();
        let mut refused = statements::refused(&mut client, &in_use, &taken);
        // Under a new name that is a view until the end, what a view does not take waits for the end.
        let views: Vec<&QualifiedName> = planned
            .operations
            .iter()
            .flat_map(|operation| &operation.compatibility)
            .filter(|compatibility| compatibility.inverse)
            .map(|compatibility| &compatibility.table)
            .collect();
        let now: Vec<usize> = taken
            .iter()
            .copied()
            .filter(|place| !views.iter().any(|table| names_table(&in_use[*place].text, table)))
            .collect();
        refused.extend(statements::refused(&mut client, &statements::renamed(&in_use, &both), &now));
        report.check("statements in use are taken under both names", refused);
    }
    drop(client);

    work.run(stage, Way::Forth(Phase::Complete), &mut |_| {})?;
    let drawn_anew: Vec<&NamePath> = planned.operations.iter().flat_map(|operation| &operation.drawn_anew).collect();
    let completed = picture(ground, Some(&copy), &drawn_anew)?;
    report.same_when_started = compare::catalogs(&completed.catalog, &started.catalog).is_empty();
    let mut client = privileged(&copy)?;
    if !taken.is_empty() && !planned.operations.iter().any(goes) && names_alone(planned) {
        let at_the_end = statements::renamed(&in_use, &names);
        report.check("statements in use are taken at the end", statements::refused(&mut client, &at_the_end, &taken));
    }
    let after = told(access_matrix::act(&mut client, &renamed, &actors, &|name| {
        let name = names.get(name).unwrap_or(name);
        Some(name.clone())
    })?);
    drop(client);
    let after: access_matrix::Matrix = after.into_iter().filter(|(_, outcome)| outcome != "42P01").collect();
    report.check(
        "access at the end is as before",
        access_matrix::differences(&access_to_what_stays, &after, "at the end", &merged),
    );

    let direct = ground.copy()?;
    let all: Vec<String> = planned.operations.iter().flat_map(|operation| operation.direct.iter().cloned()).collect();
    run_statements(&ground.connection(&direct)?, &all)?;
    let predicted = picture(ground, Some(&direct), &drawn_anew)?;
    ground.drop(direct)?;
    report.check(
        "the schema at the end is what was predicted",
        compare::catalogs(&predicted.catalog, &completed.catalog),
    );
    report.check("the rows at the end are what was predicted", rows::differences(&predicted.rows, &completed.rows));

    match planned_impossible(planned) {
        Some(reason) => report.skip("rollback after the end leads back", reason),
        None => {
            work.run(stage, Way::Back, &mut |_| {})?;
            let again = picture(ground, Some(&copy), &[])?;
            report.check("rollback after the end leads back", same(before, &again));
        }
    }
    drop(work);
    ground.drop(copy)
}

/// Start, and back.
fn back(
    ground: &mut Ground,
    planned: &PlannedStage,
    before: &Picture,
    report: &mut StageRehearsal,
) -> Result<(), JobError> {
    let irreversible =
        planned.operations.iter().flat_map(|operation| &operation.start).find_map(|step| match &step.undo {
            StepUndo::Impossible(reason) => Some(format!("{}: {reason}", step.title)),
            _ => None,
        });
    if let Some(reason) = irreversible {
        report.skip("rollback before the end leads back", reason);
        return Ok(());
    }
    let copy = ground.copy()?;
    let mut work = runner(&ground.connection(&copy)?)?;
    let stage = work.begin(&new_stage("rehearsal", planned, "")?)?;
    work.run(stage, Way::Forth(Phase::Start), &mut |_| {})?;
    work.run(stage, Way::Back, &mut |_| {})?;
    drop(work);
    let again = picture(ground, Some(&copy), &[])?;
    report.check("rollback before the end leads back", same(before, &again));
    ground.drop(copy)
}

fn same(before: &Picture, again: &Picture) -> Vec<String> {
    let mut found = compare::catalogs(&before.catalog, &again.catalog);
    found.extend(rows::differences(&before.rows, &again.rows));
    found
}

fn picture(ground: &Ground, database: Option<&ScratchDatabase>, without: &[&NamePath]) -> Result<Picture, JobError> {
    let database = database.unwrap_or(&ground.database);
    let catalog = ground.read(database)?;
    let rows = rows::read(&mut privileged(database)?, &catalog, without)?;
    Ok(Picture { catalog, rows })
}

/// A session that may become any role of the project.
fn privileged(database: &ScratchDatabase) -> Result<Client, JobError> {
    Ok(database.connect()?)
}

fn is_there(client: &mut Client, name: &QualifiedName) -> Result<bool, JobError> {
    let row = client
        .query_one("SELECT pg_catalog.to_regclass($1) IS NOT NULL", &[&name.to_string()])
        .map_err(|error| JobError::from_server(&error))?;
    Ok(row.get(0))
}

/// Tables whose rows become another table's: what code is to use instead has other columns and other rows.
fn merged(planned: &PlannedStage) -> BTreeSet<QualifiedName> {
    let all = planned.operations.iter().filter(|operation| goes(operation));
    all.flat_map(|operation| operation.relations.iter().cloned()).collect()
}

fn goes(operation: &PlannedOperation) -> bool {
    matches!(operation.kind.as_str(), "merge_tables" | "drop_table")
}

/// Only tables get other names: statements are the same but for those.
fn names_alone(planned: &PlannedStage) -> bool {
    planned.operations.iter().flat_map(|operation| &operation.names).all(|change| change.kind == NameKind::Table)
}

/// It gives values to rows of its own table, or other words to the values.
fn fills_rows(operation: &PlannedOperation) -> bool {
    matches!(operation.kind.as_str(), "set_not_null" | "change_column_type" | "drop_column")
        && operation.start.iter().any(|step| matches!(step.action, Action::Backfill(_)))
}

/// Tables that get another name.
fn names(planned: &PlannedStage) -> BTreeMap<QualifiedName, QualifiedName> {
    let all = planned.operations.iter().filter(|operation| !goes(operation)).flat_map(|operation| &operation.names);
    all.filter(|change| change.kind == NameKind::Table)
        .filter_map(|change| Some((change.old.of.clone(), change.new.as_ref()?.of.clone())))
        .collect()
}

/// Why the stage cannot be taken back once it is completed.
fn planned_impossible(planned: &PlannedStage) -> Option<String> {
    planned.operations.iter().flat_map(|operation| operation.start.iter().chain(&operation.complete)).find_map(|step| {
        match &step.undo {
            StepUndo::Impossible(reason) => Some(format!("{}: {reason}", step.title)),
            _ => None,
        }
    })
}
