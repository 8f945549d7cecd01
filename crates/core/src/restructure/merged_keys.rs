//! Foreign keys that refer to a table whose rows go into another one: from the cutover on they refer to that.

use pgmason_model::catalog::ForeignKeyAction;
use pgmason_model::{Identifier, Object, ObjectId, QualifiedName, quote_literal};

use super::context::PlanContext;
use super::merge_mapping::{Mapping, refused};
use super::refusal::OperationRefusal;
use super::table_archive::inbound;

/// A foreign key that refers to the other table from the cutover on.
pub(super) struct Repointed {
    /// NOT VALID.
    pub(super) add: String,
    pub(super) directly: String,
    pub(super) drop: String,
    pub(super) validate: String,
}

pub(super) fn repointed(
    context: &PlanContext<'_>,
    old: &QualifiedName,
    into: &QualifiedName,
    mapping: &Mapping,
) -> Result<Vec<Repointed>, OperationRefusal> {
    let mut found = Vec::new();
    for key in inbound(context.catalog, old) {
        let Some(references) = &key.constraint.references else { continue };
        if key.table == *old {
            return Err(refused(
                format!("{} refers to its own table", key.id),
                "drop it in an earlier stage: between the merged rows it would be another key",
            ));
        }
        let columns: Vec<&Identifier> =
            references.columns.iter().filter_map(|column| mapping.back.get(column)).collect();
        let is_key = columns.len() == mapping.target_key.len()
            && columns.iter().all(|column| mapping.target_key.contains(column));
        if !is_key {
            return Err(refused(
                format!("{} refers to columns that are no key of {}", key.id, into),
                "drop it, or let it refer to the primary key, in an earlier stage",
            ));
        }
        // A list behind SET NULL (PostgreSQL 15) is in the text alone.
        if key.constraint.definition.contains("SET NULL (") || key.constraint.definition.contains("SET DEFAULT (") {
            return Err(refused(
                format!("{} sets some of its columns when the row goes, which pgmason cannot write anew", key.id),
                "make it set all of them, in an earlier stage",
            ));
        }
        let list = |names: Vec<&Identifier>| names.into_iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let name = key.id.sub.clone().unwrap_or_default();
        let mut definition = format!(
            "FOREIGN KEY ({}) REFERENCES {}({})",
            list(key.constraint.columns.iter().collect()),
            into,
            list(columns)
        );
        if references.match_full {
            definition.push_str(" MATCH FULL");
        }
        definition.push_str(&action(" ON UPDATE", references.on_update));
        definition.push_str(&action(" ON DELETE", references.on_delete));
        if key.constraint.deferrable {
            definition.push_str(" DEFERRABLE");
        }
        if key.constraint.initially_deferred {
            definition.push_str(" INITIALLY DEFERRED");
        }
        let add = format!("ALTER TABLE {} ADD CONSTRAINT {name} {definition}", key.table);
        let comment = context.catalog.get(&ObjectId::comment(key.id.clone()));
        let comment = comment.and_then(|object| match object {
            Object::Comment(comment) => {
                Some(format!(";\nCOMMENT ON CONSTRAINT {name} ON {} IS {}", key.table, quote_literal(&comment.text)))
            }
            _ => None,
        });
        let comment = comment.unwrap_or_default();
        found.push(Repointed {
            add: format!("{add} NOT VALID{comment}"),
            directly: format!("{add}{comment}"),
            drop: key.drop_statement(),
            validate: format!("ALTER TABLE {} VALIDATE CONSTRAINT {name}", key.table),
        });
    }
    Ok(found)
}

fn action(event: &str, action: ForeignKeyAction) -> String {
    match action {
        ForeignKeyAction::NoAction => String::new(),
        ForeignKeyAction::Restrict => format!("{event} RESTRICT"),
        ForeignKeyAction::Cascade => format!("{event} CASCADE"),
        ForeignKeyAction::SetNull => format!("{event} SET NULL"),
        ForeignKeyAction::SetDefault => format!("{event} SET DEFAULT"),
    }
}
