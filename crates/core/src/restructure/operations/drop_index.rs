//! `drop_index`: an index goes; it can be built again.

use serde::{Deserialize, Serialize};

use pgmason_model::restructure::PlannedOperation;
use pgmason_model::{Object, ObjectKind};

use crate::restructure::context::PlanContext;
use crate::restructure::index_steps::{drop, stays};
use crate::restructure::name::resolve;
use crate::restructure::refusal::OperationRefusal;
use crate::restructure::table_facts::refused;

/// See the file's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DropIndex {
    pub index: String,
}

pub fn plan(asked: &DropIndex, context: &mut PlanContext<'_>) -> Result<PlannedOperation, OperationRefusal> {
    let found = resolve(context.catalog, &[ObjectKind::Index], &asked.index);
    let (Some(id), Some(Object::Index(index))) = (&found, found.as_ref().and_then(|id| context.catalog.get(id))) else {
        return Err(OperationRefusal::NoSuchObject {
            what: "index",
            name: asked.index.clone(),
            similar: context.similar(ObjectKind::Index, &asked.index),
        });
    };
    if let Some(reason) = stays(context.catalog, index) {
        return Err(refused(format!("the index {id} cannot go: {reason}"), "use a migration"));
    }
    let (complete, direct) = drop(context, id, index);
    let mut notes = Vec::new();
    if index.unique {
        notes.push(format!("{id} is unique: without it equal rows can come, and the way back fails where they did"));
    }
    if !index.valid {
        notes.push(format!("{id} is invalid, and the way back builds a valid one"));
    }
    Ok(PlannedOperation {
        title: format!("drop the index {id} of {}", index.table),
        relations: vec![index.table.clone()],
        complete,
        direct: vec![direct],
        notes,
        ..PlannedOperation::default()
    })
}
