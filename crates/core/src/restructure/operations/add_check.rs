//! `add_check`: a table gets a CHECK constraint.

use serde::{Deserialize, Serialize};

use pgmason_model::restructure::{PlannedOperation, RowCondition};

use crate::restructure::context::PlanContext;
use crate::restructure::name::parts;
use crate::restructure::refusal::OperationRefusal;
use crate::restructure::step::{both_ways, check, exclusive, validate};
use crate::restructure::table_facts::{constraint_is_free, one_expression};

/// See the file's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddCheck {
    pub table: String,
    pub name: String,
    /// The condition, without parentheses.
    pub check: String,
}

pub fn plan(asked: &AddCheck, context: &mut PlanContext<'_>) -> Result<PlannedOperation, OperationRefusal> {
    let (table, name) = context.table(&asked.table)?;
    let constraint = parts(&asked.name).pop().unwrap_or_default();
    constraint_is_free(context, &table, &constraint)?;
    one_expression("`check`", &asked.check)?;
    let condition = &asked.check;
    let add = format!("ALTER TABLE {name} ADD CONSTRAINT {constraint} CHECK ({condition})");
    let seen = |title: &str| {
        check(
            format!("{title} of {name} fulfils {constraint}"),
            format!("SELECT NOT EXISTS (SELECT FROM {name} WHERE NOT ({condition}))"),
            format!("rows of {name} do not fulfil {condition}: SELECT * FROM {name} WHERE NOT ({condition})"),
        )
    };
    let adding = both_ways(
        format!("new rows of {name} have to fulfil {constraint}"),
        &exclusive(&name),
        vec![format!("{add} NOT VALID")],
        vec![format!("ALTER TABLE {name} DROP CONSTRAINT {constraint}")],
    );
    Ok(PlannedOperation {
        title: format!("check {constraint} on {name}: {condition}"),
        relations: vec![name.clone()],
        start: vec![seen("see that every row")],
        // Code of before may write what the constraint refuses: it comes when that code is gone.
        complete: vec![seen("see again that every row"), adding, validate(&name, &constraint)],
        direct: vec![add],
        rows_fulfil: vec![RowCondition {
            relation: name.clone(),
            condition: format!("({condition}) IS NOT FALSE"),
            mend: None,
        }],
        notes: vec![format!("code must write nothing else than {condition} before the stage is completed")],
        ..PlannedOperation::default()
    })
}
