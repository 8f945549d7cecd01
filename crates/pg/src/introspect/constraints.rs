//! Constraints of tables.

use pgmason_model::catalog::{Constraint, ConstraintKind, ForeignKeyAction, References};
use pgmason_model::{Object, ObjectKind, QualifiedName};

use super::IntrospectError;
use super::address::{Address, PG_CONSTRAINT};
use super::builder::Builder;
use super::row::Row;

pub(super) fn decode(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let relation = row.get("relation")?;
    let Some(id) = builder.sub_object(ObjectKind::Constraint, relation, row.identifier("name")?) else {
        return Ok(());
    };
    let kind = row.code("kind", kind)?;
    let columns = row.get::<Option<Vec<i16>>>("columns")?.unwrap_or_default();
    let index = row.optional_identifier("index")?;
    let definition = row.text("definition")?;
    let constraint = Constraint {
        kind,
        expression: if kind == ConstraintKind::Check { check_expression(&definition) } else { None },
        definition,
        columns: builder.column_names(relation, &columns),
        references: if kind == ConstraintKind::ForeignKey { Some(references(row, builder)?) } else { None },
        validated: row.get("validated")?,
        enforced: row.get("enforced")?,
        deferrable: row.get("deferrable")?,
        initially_deferred: row.get("initially_deferred")?,
        no_inherit: row.get("no_inherit")?,
        inherited: row.get("inherited")?,
        index: id.schema.clone().zip(index).map(|(schema, name)| QualifiedName { schema, name }),
    };
    builder.add(Address::new(PG_CONSTRAINT, row.get("oid")?), id, Object::Constraint(constraint));
    Ok(())
}

/// The text inside `CHECK (…)`: what pg_get_expr would give, without deparsing it a second time.
fn check_expression(definition: &str) -> Option<String> {
    let mut rest = definition.strip_prefix("CHECK (")?;
    for clause in [" NOT VALID", " NOT ENFORCED", " NO INHERIT"] {
        rest = rest.strip_suffix(clause).unwrap_or(rest);
    }
    rest.strip_suffix(')').map(str::to_owned)
}

fn references(row: &Row<'_>, builder: &Builder) -> Result<References, IntrospectError> {
    let columns = match row.get::<Option<Vec<&str>>>("referenced_names")? {
        // The table belongs to an extension, so its columns were not read.
        Some(names) => names.into_iter().map(Into::into).collect(),
        None => {
            let numbers = row.get::<Option<Vec<i16>>>("referenced_columns")?.unwrap_or_default();
            builder.column_names(row.get("referenced_oid")?, &numbers)
        }
    };
    Ok(References {
        table: row.name("referenced_schema", "referenced")?,
        columns,
        on_update: row.code("on_update", action)?,
        on_delete: row.code("on_delete", action)?,
        match_full: row.get("match_full")?,
    })
}

fn kind(code: &str) -> Option<ConstraintKind> {
    Some(match code {
        "p" => ConstraintKind::PrimaryKey,
        "u" => ConstraintKind::Unique,
        "c" => ConstraintKind::Check,
        "f" => ConstraintKind::ForeignKey,
        "x" => ConstraintKind::Exclusion,
        "n" => ConstraintKind::NotNull,
        "t" => ConstraintKind::Trigger,
        _ => return None,
    })
}

fn action(code: &str) -> Option<ForeignKeyAction> {
    Some(match code {
        "a" => ForeignKeyAction::NoAction,
        "r" => ForeignKeyAction::Restrict,
        "c" => ForeignKeyAction::Cascade,
        "n" => ForeignKeyAction::SetNull,
        "d" => ForeignKeyAction::SetDefault,
        _ => return None,
    })
}
