//! `set_not_null`: a column takes no nulls any more.

use serde::{Deserialize, Serialize};

use pgmason_model::catalog::TableKind;
use pgmason_model::restructure::{PlannedOperation, RestructureStep, RowCondition, StepUndo};
use pgmason_model::{Identifier, Object, ObjectId, ObjectKind, QualifiedName};

use crate::restructure::column_reach::reach;
use crate::restructure::context::PlanContext;
use crate::restructure::own_name::own_name;
use crate::restructure::refusal::OperationRefusal;
use crate::restructure::step::{both_ways, check, exclusive, validate};
use crate::restructure::table_facts::{
    column_of, constraint_is_free, every_row_is_seen, heirs, is_of_key, key_of, one_expression, refused, table_of,
};
use crate::restructure::value_archive::Archive;

/// See the file's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetNotNull {
    pub table: String,
    pub column: String,
    /// The value for rows that have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fill: Option<String>,
}

pub fn plan(asked: &SetNotNull, context: &mut PlanContext<'_>) -> Result<PlannedOperation, OperationRefusal> {
    let (table, name) = context.table(&asked.table)?;
    let (column, found) = column_of(context, &table, &asked.column)?;
    if found.not_null || is_of_key(context.catalog, &table, &column) {
        return Err(refused(format!("{name}.{column} is NOT NULL already"), "take the operation out"));
    }
    if table_of(context, &table)?.kind == TableKind::Foreign {
        return Err(refused(format!("{name} is a foreign table"), "do it with a migration"));
    }
    heirs_are_alike(context, &table, &column)?;
    let constraint = own_name(&[name.name.as_str(), column.as_str(), "not_null"]);
    constraint_is_free(context, &table, &constraint)?;
    let set = format!("ALTER TABLE {name} ALTER COLUMN {column} SET NOT NULL");
    let mut planned = PlannedOperation {
        title: format!("{name}.{column} takes no nulls"),
        relations: vec![name.clone()],
        reach: reach(context, &table, &column, &[asked.fill.as_deref()]),
        notes: vec![format!("code must write no null to {name}.{column} before the stage is completed")],
        ..PlannedOperation::default()
    };
    if let Some(fill) = &asked.fill {
        one_expression("`fill`", fill)?;
        every_row_is_seen(context, &table)?;
        let key = key_of(context, &table)?;
        let archive = Archive::new("filled", &name, key, &column, found.type_name.clone());
        planned.start.extend(archive.make("keys of rows that had a null, with what they got"));
        planned.start.extend(filled(&archive, &column, fill));
        // What code of before wrote since then.
        planned.complete.extend(filled(&archive, &column, fill));
        planned.notes.push(format!(
            "rows that have no {column} get {fill}; {} keeps which, so that the way back takes it away again",
            archive.name
        ));
        planned.direct.push(format!("UPDATE {name} SET {column} = ({fill}) WHERE {column} IS NULL"));
    } else {
        planned.rows_fulfil.push(RowCondition {
            relation: name.clone(),
            condition: format!("{column} IS NOT NULL"),
            mend: None,
        });
        planned.start.push(no_nulls(&name, &column));
    }
    planned.complete.push(no_nulls(&name, &column));
    planned.complete.push(both_ways(
        format!("{name}.{column} takes no new nulls"),
        &exclusive(&name),
        vec![format!("ALTER TABLE {name} ADD CONSTRAINT {constraint} CHECK ({column} IS NOT NULL) NOT VALID")],
        vec![format!("ALTER TABLE {name} DROP CONSTRAINT {constraint}")],
    ));
    planned.complete.push(validate(&name, &constraint));
    // The valid CHECK spares SET NOT NULL its scan (PostgreSQL 12 and newer).
    planned.complete.push(both_ways(
        format!("{name}.{column} is NOT NULL"),
        &exclusive(&name),
        vec![set.clone(), format!("ALTER TABLE {name} DROP CONSTRAINT {constraint}")],
        vec![
            format!("ALTER TABLE {name} ALTER COLUMN {column} DROP NOT NULL"),
            // The step before is taken back next, and drops it.
            format!("ALTER TABLE {name} ADD CONSTRAINT {constraint} CHECK ({column} IS NOT NULL) NOT VALID"),
        ],
    ));
    planned.direct.push(set);
    Ok(planned)
}

fn no_nulls(table: &QualifiedName, column: &Identifier) -> RestructureStep {
    check(
        format!("see that no row of {table} has a null in {column}"),
        format!("SELECT NOT EXISTS (SELECT FROM {table} WHERE {column} IS NULL)"),
        format!("rows of {table} have a null in {column}: SELECT count(*) FROM {table} WHERE {column} IS NULL"),
    )
}

/// Keeps which rows have a null and what they are to get, and gives it to them.
fn filled(archive: &Archive, column: &Identifier, fill: &str) -> [RestructureStep; 2] {
    let Archive { table, value, .. } = archive;
    let is_null = format!("{table}.{column} IS NULL");
    // By their bytes: json and others have no equality.
    let is_still = format!("pg_catalog.record_image_eq(ROW({table}.{column}), ROW(pgmason_batch.{value}))");
    [
        RestructureStep {
            title: format!("keep which rows of {table} have a null in {column}"),
            action: archive.take(&format!("({fill})"), Some(format!("source.{column} IS NULL"))),
            undo: StepUndo::Nothing,
        },
        RestructureStep {
            title: format!("fill {table}.{column} where it is null"),
            action: archive.give(&format!("{column} = pgmason_batch.{value}"), &is_null, Vec::new()),
            undo: StepUndo::Action(archive.give(&format!("{column} = NULL"), &is_still, Vec::new())),
        },
    ]
}

/// DROP NOT NULL on a parent takes it from every partition: one that had it before could not get it back without a scan.
fn heirs_are_alike(context: &PlanContext<'_>, table: &ObjectId, column: &Identifier) -> Result<(), OperationRefusal> {
    for heir in heirs(context.catalog, table) {
        let id = ObjectId { kind: ObjectKind::Column, sub: Some(column.clone()), ..heir.clone() };
        if matches!(context.catalog.get(&id), Some(Object::Column(found)) if found.not_null) {
            return Err(refused(
                format!("{heir}.{column} is NOT NULL already, and could not be taken back"),
                "do it with a migration, or on every other partition by itself first",
            ));
        }
    }
    Ok(())
}
