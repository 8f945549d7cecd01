//! `rename_table`: a table gets another name in its schema.

use serde::{Deserialize, Serialize};

use pgmason_model::restructure::PlannedOperation;
use pgmason_model::{Identifier, ObjectId, QualifiedName};

use super::Compatibility;
use crate::restructure::context::PlanContext;
use crate::restructure::name::parts;
use crate::restructure::refusal::OperationRefusal;
use crate::restructure::relocate::{Beside, Relocation, relocate};

/// See the file's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenameTable {
    pub table: String,
    pub to: String,
    #[serde(default, skip_serializing_if = "Compatibility::is_auto")]
    pub compatibility: Compatibility,
}

pub fn plan(rename: &RenameTable, context: &mut PlanContext<'_>) -> Result<PlannedOperation, OperationRefusal> {
    let (table, old) = context.table(&rename.table)?;
    let relocation = relocation(table, &old, parts(&rename.to).pop().unwrap_or_default());
    let planned = relocate(context, &relocation, rename.compatibility)?;
    Ok(PlannedOperation { title: format!("rename {old} to {}", relocation.new), ..planned })
}

fn relocation(table: ObjectId, old: &QualifiedName, name: Identifier) -> Relocation {
    let new = QualifiedName { schema: old.schema.clone(), name };
    Relocation {
        table,
        forth: format!("ALTER TABLE {old} RENAME TO {}", new.name),
        back: format!("ALTER TABLE {new} RENAME TO {}", old.name),
        old: old.clone(),
        new,
        beside: Beside::default(),
    }
}
