//! `change_column_type`: a column gets another type.

use serde::{Deserialize, Serialize};

use pgmason_model::catalog::{Column, ConstraintKind};
use pgmason_model::restructure::{NameChange, NameKind, NamePath, PlannedOperation};
use pgmason_model::{Catalog, Identifier, Object, ObjectId, QualifiedName};
use pgmason_sql::types::{Rewrite, data_type, type_change};

use crate::diff::{self, DiffOptions};
use crate::restructure::column_notes::{functions_that_name, shape_changes};
use crate::restructure::column_parts::parts_of;
use crate::restructure::context::PlanContext;
use crate::restructure::refusal::OperationRefusal;
use crate::restructure::step::{both_ways, exclusive};
use crate::restructure::table_facts::{column_of, one_expression, refused, stands_alone};
use crate::restructure::tracking::tell_postgrest;

/// See the file's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeColumnType {
    pub table: String,
    pub column: String,
    #[serde(rename = "type")]
    pub type_name: String,
    /// The new value, from the old column; a cast when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub using: Option<String>,
    /// The old value, from the new one, for code that writes the new shape; a cast when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back: Option<String>,
}

pub fn plan(asked: &ChangeColumnType, context: &mut PlanContext<'_>) -> Result<PlannedOperation, OperationRefusal> {
    let (table, name) = context.table(&asked.table)?;
    let (column, found) = column_of(context, &table, &asked.column)?;
    one_expression("`type`", &asked.type_name)?;
    may_change(context, &table, &name, &column, found, asked)?;
    let changed = with_type(context.catalog, &table, &column, found, &asked.type_name);
    // What reads the column is taken down and made again in the same transaction: the catalog only.
    let forth = between(context, context.catalog, &changed)?;
    only_the_catalog(&forth)?;
    let back = between(context, &changed, context.catalog)?;
    let told = tell_postgrest(context.catalog);
    let title = format!("{name}.{column} becomes {}", asked.type_name);
    let mut notes = functions_that_name(context, &table, &name, &column);
    notes.extend(shape_changes(context, &name, None));
    notes.push(format!(
        "the way back makes {name}.{column} {} again, which writes the whole table anew while others wait, and fails where a value does \
         not fit any more",
        found.type_name
    ));
    let with = |statements: &[String]| statements.iter().chain(&told).cloned().collect::<Vec<_>>();
    Ok(PlannedOperation {
        relations: vec![name.clone()],
        names: vec![NameChange {
            kind: NameKind::Column,
            old: NamePath::member(name.clone(), column.clone()),
            new: Some(NamePath::member(name.clone(), column.clone())),
            note: Some(format!("its type is {}", asked.type_name)),
        }],
        start: vec![both_ways(title.clone(), &exclusive(&name), with(&forth), with(&back))],
        direct: forth,
        title,
        notes,
        ..PlannedOperation::default()
    })
}

fn may_change(
    context: &PlanContext<'_>,
    table: &ObjectId,
    name: &QualifiedName,
    column: &Identifier,
    found: &Column,
    asked: &ChangeColumnType,
) -> Result<(), OperationRefusal> {
    stands_alone(context, table, "a column changes its type")?;
    if found.generated.is_some() {
        return Err(refused(format!("{name}.{column} is generated"), "drop it and add it with a migration"));
    }
    if found.type_name == asked.type_name {
        return Err(refused(format!("{name}.{column} is {} already", found.type_name), "take the operation out"));
    }
    let from = data_type(&found.type_name);
    let Some(to) = data_type(&asked.type_name) else {
        return Err(refused(format!("`{}` is no type", asked.type_name), "write it as in CREATE TABLE"));
    };
    let instant = from.as_ref().is_some_and(|from| type_change(from, &to) == Rewrite::No);
    if asked.using.is_some() || asked.back.is_some() || !instant {
        return Err(refused(
            format!(
                "{name}.{column} from {} to {} writes every row anew, and that is not done beside the traffic yet",
                found.type_name, asked.type_name
            ),
            "add a column of the new type, write both in code, and give it the name in a later stage",
        ));
    }
    let in_words = |base: Option<&str>| matches!(base, Some("text" | "varchar"));
    let (old_base, new_base) = (from.as_ref().map(|from| from.base.name.as_str()), Some(to.base.name.as_str()));
    let same_classes = old_base == new_base || in_words(old_base) && in_words(new_base);
    let parts = parts_of(context.catalog, table, column);
    // An index over an expression, or with a predicate, is always built again (CheckIndexCompatible, PostgreSQL 13 to 18).
    let rebuilt = parts.indexes.iter().find(|(_, index)| {
        !same_classes || index.predicate.is_some() || index.keys.iter().any(|key| key.column.is_none())
    });
    if let Some((index, _)) = rebuilt {
        return Err(refused(
            format!("the index {index} would be built again while others wait"),
            "drop it in a stage before, and add it in one after",
        ));
    }
    // A CHECK is made again, and every row looked at.
    if let Some((_, check, _)) = parts.constraints.iter().find(|(.., held)| held.kind == ConstraintKind::Check) {
        return Err(refused(
            format!("every row would be held against the constraint {check} while others wait"),
            "drop it with a migration before, and add it with add_check after",
        ));
    }
    Ok(())
}

/// Nothing that reads a whole table may be among them.
fn only_the_catalog(statements: &[String]) -> Result<(), OperationRefusal> {
    let reads = |statement: &&String| {
        statement.starts_with("CREATE INDEX")
            || statement.starts_with("CREATE UNIQUE INDEX")
            || statement.starts_with("CREATE MATERIALIZED VIEW")
            || statement.contains(" ADD CONSTRAINT ")
    };
    match statements.iter().find(reads) {
        Some(statement) => Err(refused(
            format!("others would wait for `{}`", pgmason_model::plan::beginning(statement, 100)),
            "drop it in a stage before, and add it in one after",
        )),
        None => Ok(()),
    }
}

fn with_type(catalog: &Catalog, table: &ObjectId, column: &Identifier, found: &Column, type_name: &str) -> Catalog {
    let id = ObjectId { kind: pgmason_model::ObjectKind::Column, sub: Some(column.clone()), ..table.clone() };
    let mut changed = catalog.clone();
    changed.objects.insert(id, Object::Column(Column { type_name: type_name.to_owned(), ..found.clone() }));
    changed
}

fn between(context: &PlanContext<'_>, from: &Catalog, to: &Catalog) -> Result<Vec<String>, OperationRefusal> {
    let options = DiffOptions {
        owners: true,
        creator: context.creator.clone(),
        allow: ["*".to_owned()].into(),
        ..DiffOptions::default()
    };
    let plan = diff::plan(from, to, &options);
    match plan.refusals.first() {
        Some(refusal) => Err(refused(
            format!("what reads the column cannot be made again: {refusal:?}"),
            "drop it first, with a migration",
        )),
        None => Ok(plan.statements.into_iter().map(|statement| statement.sql).collect()),
    }
}
