//! `drop_table`: a table goes; with its rows it stays in an archive.

use serde::{Deserialize, Serialize};

use pgmason_model::catalog::{Table, TableKind};
use pgmason_model::restructure::{Action, NameChange, NameKind, NamePath, PlannedOperation, RestructureStep, StepUndo};
use pgmason_model::{Object, ObjectId, QualifiedName};

use crate::restructure::context::PlanContext;
use crate::restructure::dependents::{dependents, listed};
use crate::restructure::limits::functions_naming;
use crate::restructure::refusal::OperationRefusal;
use crate::restructure::table_archive::{archive, inbound};
use crate::restructure::tracking::tell_postgrest;
use crate::restructure::way_back::{ComingBack, keys_will_hold};

/// See the file's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DropTable {
    pub table: String,
    /// The table that code is to use instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead: Option<String>,
}

pub fn plan(asked: &DropTable, context: &mut PlanContext<'_>) -> Result<PlannedOperation, OperationRefusal> {
    let (id, name) = context.table(&asked.table)?;
    let instead = asked.instead.as_deref().map(|instead| context.table(instead)).transpose()?.map(|(_, name)| name);
    let Some(Object::Table(found)) = context.catalog.get(&id) else {
        return Err(OperationRefusal::NoSuchTable { name: name.to_string(), similar: Vec::new() });
    };
    can_go(found, &name)?;
    nothing_hangs_on(context, &id, &name)?;
    let archive = archive(context, &id)?;
    let mut forth = archive.forth.clone();
    let mut back = archive.back.clone();
    let told = tell_postgrest(context.catalog);
    forth.extend(told.clone());
    back.extend(told);
    let keys = inbound(context.catalog, &name);
    let mut direct: Vec<String> = keys.iter().filter(|key| key.table != name).map(|key| key.drop_statement()).collect();
    direct.push(format!("DROP TABLE {name}"));
    let mut notes: Vec<String> = functions_naming(context, &name)
        .into_iter()
        .map(|function| {
            format!("function {function} names {name} in its text: change it before the stage is completed")
        })
        .collect();
    for key in keys.iter().filter(|key| key.table != name) {
        notes.push(format!("the foreign key {} goes: nothing keeps its columns to rows of {name} any more", key.id));
    }
    notes.push(format!("the rows stay in {} until somebody drops it; nobody has a privilege there", archive.name));
    Ok(PlannedOperation {
        title: format!("drop {name}"),
        relations: vec![name.clone()],
        names: vec![NameChange {
            kind: NameKind::Table,
            old: NamePath::relation(name.clone()),
            new: instead.map(NamePath::relation),
            note: None,
        }],
        start: vec![archive.is_free()],
        complete: vec![
            archive.validated_on_the_way_back(archive.is_free()),
            RestructureStep {
                title: format!("put {name} into the archive"),
                action: Action::Transaction { locks: archive.locks.clone(), statements: forth },
                undo: StepUndo::Action(Action::Transaction { locks: archive.locks_back(&name), statements: back }),
            },
        ]
        .into_iter()
        .chain(keys_will_hold(
            context.catalog,
            &ComingBack {
                table: &name,
                rows: &archive.name,
                filter: &|_| None,
                column: &|column| Some(column.clone()),
                may_be_broken: &|key| !key.is_made_good(),
            },
        ))
        .collect(),
        direct,
        notes,
        ..PlannedOperation::default()
    })
}

/// Tables whose rows are their own.
fn can_go(table: &Table, name: &QualifiedName) -> Result<(), OperationRefusal> {
    let refused = |message: String, hint: &str| Err(OperationRefusal::Refused { message, hint: hint.to_owned() });
    if table.kind == TableKind::Foreign {
        return refused(
            format!("{name} is a foreign table: it has no rows that could be kept"),
            "drop it with an operation `sql`",
        );
    }
    if table.kind == TableKind::Partitioned {
        return refused(
            format!("{name} is partitioned: its rows are in its partitions"),
            "detach the partitions with an operation `sql`, then drop each",
        );
    }
    if let Some(part) = &table.partition_of {
        return refused(
            format!("{name} is a partition of {}", part.parent),
            "detach it with an operation `sql` in an earlier stage: its rows stop being the parent's then",
        );
    }
    if let Some(parent) = table.inherits.first() {
        return refused(
            format!("{name} inherits from {parent}, whose rows hers are too"),
            "end the inheritance with an operation `sql` in an earlier stage",
        );
    }
    Ok(())
}

fn nothing_hangs_on(context: &PlanContext<'_>, table: &ObjectId, name: &QualifiedName) -> Result<(), OperationRefusal> {
    let found = dependents(context.catalog, table);
    if found.is_empty() {
        return Ok(());
    }
    Err(OperationRefusal::Refused {
        message: format!("{name} is needed by {}", listed(&found)),
        hint: "change or drop what needs it first, in an earlier stage or a migration".to_owned(),
    })
}
