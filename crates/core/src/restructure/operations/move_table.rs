//! `move_table`: a table goes to another schema.

use serde::{Deserialize, Serialize};

use pgmason_model::restructure::PlannedOperation;
use pgmason_model::{Identifier, Object, ObjectId, ObjectKind, QualifiedName};

use super::Compatibility;
use crate::restructure::context::{PlanContext, short_enough};
use crate::restructure::name::parts;
use crate::restructure::refusal::OperationRefusal;
use crate::restructure::relocate::{Beside, Relocation, relocate};

/// See the file's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoveTable {
    pub table: String,
    /// Made where it is not there, with USAGE for whoever may use the table in its old one.
    pub schema: String,
    #[serde(default, skip_serializing_if = "Compatibility::is_auto")]
    pub compatibility: Compatibility,
}

pub fn plan(moved: &MoveTable, context: &mut PlanContext<'_>) -> Result<PlannedOperation, OperationRefusal> {
    let (table, old) = context.table(&moved.table)?;
    let schema = parts(&moved.schema).pop().unwrap_or_default();
    short_enough(&schema)?;
    if schema == old.schema {
        return Err(OperationRefusal::Refused {
            message: format!("{old} is in the schema {schema} already"),
            hint: "take the operation out".to_owned(),
        });
    }
    let new = QualifiedName { schema: schema.clone(), name: old.name.clone() };
    let mut beside = schema_for(context, &table, &old.schema, &schema);
    publications(context, &old, &new, &mut beside);
    let mut notes = Vec::new();
    for name in owned_sequences(context, &table) {
        notes.push(format!(
            "the sequence {name} goes along: what names it in text, such as nextval('{name}') in a function, has to change"
        ));
    }
    let relocation = Relocation {
        table,
        forth: format!("ALTER TABLE {old} SET SCHEMA {schema}"),
        back: format!("ALTER TABLE {new} SET SCHEMA {}", old.schema),
        old: old.clone(),
        new,
        beside,
    };
    let planned = relocate(context, &relocation, moved.compatibility)?;
    notes.extend(planned.notes.iter().cloned());
    Ok(PlannedOperation { title: format!("move {old} to the schema {schema}"), notes, ..planned })
}

/// Makes the schema where it is not there, and lets into it whoever could use the table in its old one.
fn schema_for(context: &mut PlanContext<'_>, table: &ObjectId, from: &Identifier, to: &Identifier) -> Beside {
    let mut beside = Beside::default();
    let id = ObjectId::global(ObjectKind::Schema, to.clone());
    let is_new = context.catalog.get(&id).is_none();
    if is_new && context.made_schemas.insert(to.clone()) {
        beside.before.push(format!("CREATE SCHEMA {to}"));
        beside.undo_before.push(format!("DROP SCHEMA {to}"));
    }
    let on_schema = |schema: &Identifier, role: &Identifier| {
        let id = ObjectId::grant(ObjectId::global(ObjectKind::Schema, schema.clone()), role.clone());
        matches!(context.catalog.get(&id), Some(Object::Grant(grant)) if grant.allows("USAGE"))
    };
    let grantees: Vec<Identifier> = context
        .catalog
        .of_kind(ObjectKind::Grant)
        .filter(|(id, _)| {
            id.of.as_deref().is_some_and(|of| {
                of == table || (of.kind == ObjectKind::Column && of.schema == table.schema && of.name == table.name)
            })
        })
        .map(|(id, _)| id.name.clone())
        .collect();
    let through_public = on_schema(from, &"public".into());
    for role in grantees {
        let may = through_public || on_schema(from, &role);
        let is_owner = matches!(context.catalog.get(table), Some(Object::Table(found)) if found.owner == role);
        if !may || is_owner || on_schema(to, &role) || on_schema(to, &"public".into()) {
            continue;
        }
        if context.granted_schemas.insert((to.clone(), role.clone())) {
            let grantee = if role == *"public" { "PUBLIC".to_owned() } else { role.to_string() };
            beside.before.push(format!("GRANT USAGE ON SCHEMA {to} TO {grantee}"));
            if !is_new {
                beside.undo_before.push(format!("REVOKE USAGE ON SCHEMA {to} FROM {grantee}"));
            }
        }
    }
    // What a schema is dropped with needs no REVOKE; what stays is taken back before it.
    beside.undo_before.reverse();
    beside
}

/// `FOR TABLES IN SCHEMA` follows the schema, not the table: it would drop out without a word (PostgreSQL 15 and newer).
fn publications(context: &PlanContext<'_>, old: &QualifiedName, new: &QualifiedName, beside: &mut Beside) {
    for (id, object) in context.catalog.of_kind(ObjectKind::Publication) {
        let Object::Publication(publication) = object else { continue };
        let named = publication.tables.iter().any(|published| published.table == *old);
        let covers = |schema: &Identifier| publication.schemas.contains(schema);
        if covers(&old.schema) && !covers(&new.schema) && !named {
            beside.after.push(format!("ALTER PUBLICATION {} ADD TABLE {new}", id.name));
            beside.undo_after.push(format!("ALTER PUBLICATION {} DROP TABLE {new}", id.name));
        }
    }
}

fn owned_sequences(context: &PlanContext<'_>, table: &ObjectId) -> Vec<QualifiedName> {
    context
        .catalog
        .of_kind(ObjectKind::Sequence)
        .filter_map(|(id, object)| match object {
            Object::Sequence(sequence) => {
                let column = sequence.owned_by.as_ref()?;
                (column.schema == table.schema && column.name == table.name).then(|| id.qualified_name())?
            }
            _ => None,
        })
        .collect()
}
