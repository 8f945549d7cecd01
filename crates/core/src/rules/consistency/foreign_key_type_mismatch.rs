//! Finds foreign keys whose columns have another type than what they refer to.

use pgmason_model::{Identifier, QualifiedName};

use super::column_type::{TypeClass, stored_type};
use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};
use crate::schema::{ColumnView, SchemaContext};

pub(super) static RULE: Rule = Rule {
    name: "foreign-key-type-mismatch",
    section: Section::Consistency,
    default_level: RuleLevel::Warning,
    summary: "a foreign key's column and the column that it refers to differ in type",
    page: include_str!("foreign_key_type_mismatch.md"),
    options: &[],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    for table in ctx.tables() {
        for key in table.foreign_keys().filter(|key| !key.constraint.inherited) {
            for (name, referenced_name) in key.columns.iter().zip(&key.references.columns) {
                let referenced = referenced_column(ctx, &key.references.table, referenced_name);
                let (Some(column), Some(referenced)) = (table.column(name.as_str()), referenced) else { continue };
                let types = (stored_type(ctx.catalog, column.column), stored_type(ctx.catalog, referenced.column));
                if types.0 == types.1 {
                    continue;
                }
                findings.on(
                    &table.constraint_id(key.name),
                    format!(
                        "foreign key {} of {}: column {name} is {}, but {} is {}",
                        key.name, table.id, types.0, referenced.id, types.1
                    ),
                    help(ctx, &column, &referenced, types),
                );
            }
        }
    }
}

fn referenced_column<'a>(
    ctx: &SchemaContext<'a>,
    table: &QualifiedName,
    column: &Identifier,
) -> Option<ColumnView<'a>> {
    ctx.schema.table(table)?.column(column.as_str())
}

fn help(ctx: &SchemaContext<'_>, column: &ColumnView<'_>, referenced: &ColumnView<'_>, types: (&str, &str)) -> String {
    let class = |column: &ColumnView<'_>| TypeClass::of(ctx.catalog, column.column);
    let (from, to) = (class(column), class(referenced));
    match (from.greatest(), to.greatest()) {
        (Some(least), Some(most)) if least < most => {
            format!("make {} {} before a key above {least} is given out: it cannot be stored here", column.id, types.1)
        }
        (Some(_), Some(_)) => format!("make {} {} too, before its keys run out", referenced.id, types.0),
        _ => format!("make {} {}, so that both sides hold the same values", column.id, types.1),
    }
}
