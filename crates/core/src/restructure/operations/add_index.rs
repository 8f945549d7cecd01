//! `add_index`: an index is built beside the traffic.

use serde::{Deserialize, Serialize};

use pgmason_model::catalog::TableKind;
use pgmason_model::restructure::PlannedOperation;
use pgmason_model::{Identifier, QualifiedName};

use crate::restructure::context::PlanContext;
use crate::restructure::index_steps::{NewIndex, build};
use crate::restructure::name::parts;
use crate::restructure::refusal::OperationRefusal;
use crate::restructure::step::check;
use crate::restructure::table_facts::{column_of, one_expression, refused, table_of};

use super::is_false;

/// See the file's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddIndex {
    pub table: String,
    pub name: String,
    /// Keys as in CREATE INDEX: `user_id`, `lower(email)`, `created_at DESC`.
    pub columns: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub unique: bool,
    /// `btree` when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
    pub predicate: Option<String>,
}

pub fn plan(asked: &AddIndex, context: &mut PlanContext<'_>) -> Result<PlannedOperation, OperationRefusal> {
    let (table, name) = context.table(&asked.table)?;
    if table_of(context, &table)?.kind == TableKind::Foreign {
        return Err(refused(
            format!("{name} is a foreign table, and can have no index"),
            "build it on the other server",
        ));
    }
    let index = QualifiedName { schema: name.schema.clone(), name: parts(&asked.name).pop().unwrap_or_default() };
    context.free(&index)?;
    if asked.columns.is_empty() {
        return Err(refused(format!("the index {index} has no columns"), "name one in `columns`"));
    }
    for key in asked.columns.iter().chain(&asked.predicate) {
        one_expression("a part of the index", key)?;
    }
    let mut include: Vec<Identifier> = Vec::new();
    for column in &asked.include {
        include.push(column_of(context, &table, column)?.0);
    }
    let method = parts(asked.method.as_deref().unwrap_or("btree")).pop().unwrap_or_default();
    let mut what = format!("USING {method} ({})", asked.columns.join(", "));
    if !include.is_empty() {
        let names: Vec<String> = include.iter().map(ToString::to_string).collect();
        what.push_str(&format!(" INCLUDE ({})", names.join(", ")));
    }
    if let Some(predicate) = &asked.predicate {
        what.push_str(&format!(" WHERE ({predicate})"));
    }
    let (mut start, direct) =
        build(context, &NewIndex { table: name.clone(), name: index.name.clone(), unique: asked.unique, what })?;
    let mut notes = Vec::new();
    if asked.unique {
        notes.push(format!("from the start of the stage on, code that writes equal rows to {name} fails"));
        let plain: Option<Vec<Identifier>> = asked
            .columns
            .iter()
            .map(|written| column_of(context, &table, written).ok().map(|(name, _)| name))
            .collect();
        if let Some(columns) = plain {
            start.insert(0, no_equal_rows(&name, &columns, asked.predicate.as_deref()));
        }
    }
    Ok(PlannedOperation {
        title: format!("index {index} on {name} ({})", asked.columns.join(", ")),
        relations: vec![name],
        start,
        direct,
        notes,
        ..PlannedOperation::default()
    })
}

fn no_equal_rows(
    table: &QualifiedName,
    columns: &[Identifier],
    predicate: Option<&str>,
) -> pgmason_model::restructure::RestructureStep {
    let list = columns.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let mut conditions: Vec<String> = columns.iter().map(|column| format!("{column} IS NOT NULL")).collect();
    conditions.extend(predicate.map(|predicate| format!("({predicate})")));
    let from = format!("FROM {table} WHERE {} GROUP BY {list} HAVING count(*) > 1", conditions.join(" AND "));
    check(
        format!("see that no rows of {table} are equal in {list}"),
        format!("SELECT NOT EXISTS (SELECT {from})"),
        format!("rows of {table} are equal: SELECT {list}, count(*) {from}"),
    )
}
