//! `set_default`: a column gets another default.

use serde::{Deserialize, Serialize};

use pgmason_model::restructure::PlannedOperation;
use pgmason_model::{Identifier, QualifiedName};

use crate::restructure::column_reach::reach;
use crate::restructure::context::PlanContext;
use crate::restructure::refusal::OperationRefusal;
use crate::restructure::step::{both_ways, exclusive};
use crate::restructure::table_facts::{column_of, default_of, heirs, one_expression, refused};

/// See the file's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetDefault {
    pub table: String,
    pub column: String,
    /// An expression; none takes the default away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
}

pub fn plan(asked: &SetDefault, context: &mut PlanContext<'_>) -> Result<PlannedOperation, OperationRefusal> {
    let (table, name) = context.table(&asked.table)?;
    let (column, found) = column_of(context, &table, &asked.column)?;
    if found.generated.is_some() || found.identity.is_some() {
        let what = if found.identity.is_some() { "an identity column" } else { "generated" };
        return Err(refused(
            format!("{name}.{column} is {what}, and has no default of its own"),
            "take the operation out",
        ));
    }
    let old = default_of(context.catalog, &table, &column);
    let forth = match &asked.default {
        Some(expression) => {
            one_expression("`default`", expression)?;
            set(&name, &column, Some(expression))
        }
        None if old.is_none() => {
            return Err(refused(format!("{name}.{column} has no default"), "take the operation out"));
        }
        None => set(&name, &column, None),
    };
    // On a parent it goes down to every partition and heir: theirs were perhaps others.
    let mut back = vec![set(&name, &column, old.as_deref())];
    for heir in heirs(context.catalog, &table) {
        let default = default_of(context.catalog, &heir, &column);
        if let (Some(heir_name), true) = (heir.qualified_name(), default != old) {
            back.push(set(&heir_name, &column, default.as_deref()));
        }
    }
    let title = match &asked.default {
        Some(expression) => format!("default of {name}.{column}: {expression}"),
        None => format!("no default of {name}.{column}"),
    };
    let step = both_ways(title.clone(), &exclusive(&name), vec![forth.clone()], back);
    Ok(PlannedOperation {
        title,
        relations: vec![name.clone()],
        start: vec![step],
        direct: vec![forth],
        reach: reach(context, &table, &column, &[]),
        notes: vec![format!(
            "code that leaves {name}.{column} out gets the new default from the start of the stage on"
        )],
        ..PlannedOperation::default()
    })
}

fn set(table: &QualifiedName, column: &Identifier, default: Option<&str>) -> String {
    match default {
        Some(expression) => format!("ALTER TABLE {table} ALTER COLUMN {column} SET DEFAULT {expression}"),
        None => format!("ALTER TABLE {table} ALTER COLUMN {column} DROP DEFAULT"),
    }
}
