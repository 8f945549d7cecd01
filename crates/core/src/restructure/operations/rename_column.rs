//! `rename_column`: a column gets another name.

use serde::{Deserialize, Serialize};

use pgmason_model::catalog::Column;
use pgmason_model::restructure::{
    LockMode, NameChange, NameKind, NamePath, PlannedOperation, RestructureStep, StepUndo,
};
use pgmason_model::{Identifier, Object, ObjectId, ObjectKind, QualifiedName, quote_literal};

use crate::restructure::built_on::nothing_else_is_built_on;
use crate::restructure::column_notes::{functions_that_name, in_use, shape_changes, triggers};
use crate::restructure::column_reach::reach;
use crate::restructure::context::{PlanContext, short_enough};
use crate::restructure::index_steps::build;
use crate::restructure::name::parts;
use crate::restructure::refusal::OperationRefusal;
use crate::restructure::shadow_column::{self, index_copy, indexes_with, is_steady, without_domain};
use crate::restructure::step::{both_ways, check, check_with_undo, exclusive, locks, transaction};
use crate::restructure::sync_trigger::{TwoNames, differs, fill, keep_equal, others_fire_before};
use crate::restructure::table_facts::{column_of, default_of, every_row_is_seen, key_of, refused, stands_alone};
use crate::restructure::tracking::tell_postgrest;

/// See the file's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenameColumn {
    pub table: String,
    pub column: String,
    pub to: String,
}

pub fn plan(asked: &RenameColumn, context: &mut PlanContext<'_>) -> Result<PlannedOperation, OperationRefusal> {
    let (table, name) = context.table(&asked.table)?;
    let (old, found) = column_of(context, &table, &asked.column)?;
    let new = parts(&asked.to).pop().unwrap_or_default();
    may_be_renamed(context, &table, &old, &new, found)?;
    let key = key_of(context, &table)?;
    let rename = |from: &Identifier, to: &Identifier| format!("ALTER TABLE {name} RENAME COLUMN {from} TO {to}");
    let (expand, take_back) = second_name(context, &table, &name, &old, &new, found)?;
    let told = tell_postgrest(context.catalog);

    // The second name is of no domain, and images of a domain and of its base type cannot be compared.
    let plain = without_domain(context.catalog, found);
    let (one, other) = (format!("source.{new}"), format!("CAST(source.{old} AS {})", plain.type_name));
    let filled = fill(&name, &key, &new, &other, &differs(&one, &other));
    let equal = format!("SELECT NOT EXISTS (SELECT FROM {name} AS source WHERE {})", differs(&one, &other));
    let drifted = format!("rows of {name} have one value in {old} and another one in {new}");

    let mut operation = PlannedOperation {
        title: format!("rename {name}.{old} to {new}"),
        relations: vec![name.clone()],
        reach: reach(context, &table, &old, &[Some(&new.to_string())]),
        names: vec![NameChange {
            kind: NameKind::Column,
            old: NamePath::member(name.clone(), old.clone()),
            new: Some(NamePath::member(name.clone(), new.clone())),
            note: None,
        }],
        direct: vec![rename(&old, &new)],
        notes: notes(context, &table, &name, &old, &new),
        ..PlannedOperation::default()
    };
    operation.start.push(both_ways(
        format!("add {name}.{new}, and keep it equal to {old}"),
        &exclusive(&name),
        with(&expand, &told),
        with(&take_back, &told),
    ));
    operation.start.push(RestructureStep {
        title: format!("fill {name}.{new} from {old}"),
        action: filled.clone(),
        undo: StepUndo::Nothing,
    });
    let mut copies = Vec::new();
    for (id, index) in indexes_with(context.catalog, &name, &old) {
        let copy = match index_copy(index, id, &old, &new, true) {
            Ok(copy) => copy,
            Err(refusal) => {
                operation.notes.push(format!("{refusal}: until the stage is completed {new} has no such index"));
                continue;
            }
        };
        operation.start.extend(build(context, &copy)?.0);
        copies.push(copy);
    }
    operation.start.push(RestructureStep {
        title: format!("count the values of {name}.{new} for the planner"),
        action: transaction(locks(&name, LockMode::ShareUpdateExclusive), vec![format!("ANALYZE {name} ({new})")]),
        undo: StepUndo::Nothing,
    });

    let ours: Vec<QualifiedName> =
        copies.iter().map(|copy| QualifiedName { schema: name.schema.clone(), name: copy.name.clone() }).collect();
    operation.complete.push(nothing_else_is_built_on(&name, &new, &ours));
    // The way back reads these from below: both names, then their values, then the indexes.
    for (copy, built) in copies.iter().zip(&ours) {
        let rebuild =
            build(context, copy)?.0.into_iter().next().map_or(StepUndo::Nothing, |step| StepUndo::Action(step.action));
        operation.complete.push(check_with_undo(
            format!("see that the index {built} is there"),
            format!(
                "SELECT coalesce((SELECT indisvalid FROM pg_catalog.pg_index \
                 WHERE indexrelid = pg_catalog.to_regclass({})), false)",
                quote_literal(&built.to_string())
            ),
            format!("the index {built} is gone or not valid"),
            rebuild,
        ));
    }
    operation.complete.push(check_with_undo(
        format!("see that {old} and {new} are equal in every row"),
        equal.clone(),
        drifted.clone(),
        StepUndo::Action(filled),
    ));
    let mut contract = take_back;
    contract.push(rename(&old, &new));
    let mut back = vec![rename(&new, &old)];
    back.extend(expand);
    operation.complete.push(both_ways(
        format!("rename {name}.{old} to {new} in place of the second column"),
        &exclusive(&name),
        with(&contract, &told),
        with(&back, &told),
    ));
    operation.start.push(check(format!("see that {old} and {new} are equal in every row"), equal, drifted));
    Ok(operation)
}

fn with(statements: &[String], told: &Option<String>) -> Vec<String> {
    statements.iter().chain(told).cloned().collect()
}

fn may_be_renamed(
    context: &PlanContext<'_>,
    table: &ObjectId,
    old: &Identifier,
    new: &Identifier,
    found: &Column,
) -> Result<(), OperationRefusal> {
    short_enough(new)?;
    let id = ObjectId { kind: ObjectKind::Column, sub: Some(new.clone()), ..table.clone() };
    if context.catalog.get(&id).is_some() {
        return Err(OperationRefusal::NameTaken { name: new.to_string(), by: format!("column of {table}") });
    }
    // Columns that every table has (PostgreSQL 13 to 18).
    if ["tableoid", "ctid", "xmin", "xmax", "cmin", "cmax"].contains(&new.as_str()) {
        return Err(OperationRefusal::NameTaken { name: new.to_string(), by: "system column".to_owned() });
    }
    if found.generated.is_some() {
        return Err(refused(
            format!("{table}.{old} is generated: a second one beside it would write the whole table anew"),
            "add a generated column of the new name with a migration, and drop this one with drop_column",
        ));
    }
    stands_alone(context, table, "two names for a column")?;
    every_row_is_seen(context, table)
}

/// What makes the second column with its trigger, and what takes both away.
fn second_name(
    context: &PlanContext<'_>,
    table: &ObjectId,
    name: &QualifiedName,
    old: &Identifier,
    new: &Identifier,
    found: &Column,
) -> Result<(Vec<String>, Vec<String>), OperationRefusal> {
    let default = default_of(context.catalog, table, old).filter(|default| is_steady(default));
    let plain = without_domain(context.catalog, found);
    // As the column has it: now() is no timestamp without time zone, and images of two types cannot be compared.
    let value = default.as_ref().map(|default| format!("CAST({default} AS {})", plain.type_name));
    let sync = keep_equal(&TwoNames {
        table: name,
        old,
        new,
        type_name: &plain.type_name,
        default: value.as_deref(),
        others: others_fire_before(context.catalog, table),
    });
    let mut expand = shadow_column::add(context, table, old, new, plain)?;
    expand.extend(default.map(|default| format!("ALTER TABLE {name} ALTER COLUMN {new} SET DEFAULT {default}")));
    expand.extend(sync.create);
    let mut take_back = sync.drop;
    take_back.push(format!("ALTER TABLE {name} DROP COLUMN {new}"));
    Ok((expand, take_back))
}

fn notes(
    context: &PlanContext<'_>,
    table: &ObjectId,
    name: &QualifiedName,
    old: &Identifier,
    new: &Identifier,
) -> Vec<String> {
    let mut notes = functions_that_name(context, table, name, old);
    notes.extend(in_use(context, name, old));
    notes.extend(triggers(context, table, Some(old)));
    notes.extend(shape_changes(context, name, Some(new)));
    notes.push(format!("SELECT * of {name} gives a column more until the stage is completed"));
    let default = default_of(context.catalog, table, old);
    let nullable = matches!(
        context.catalog.get(&ObjectId { kind: ObjectKind::Column, sub: Some(old.clone()), ..table.clone() }),
        Some(Object::Column(column)) if !column.not_null
    );
    if let Some(default) = default.filter(|default| nullable && !is_steady(default)) {
        notes.push(format!(
            "an INSERT that says NULL for {new} gets the default {default} until the stage is completed: nothing tells it from one \
             that leaves {new} out"
        ));
    }
    notes
}
