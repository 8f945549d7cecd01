//! Finds NOT NULL that must read every row, or that no row can meet.

use pgmason_model::{Fix, Identifier, QualifiedName};
use pgmason_sql::{AlterTableActionKind, ColumnDefinition, ConstraintKind};

use super::report::{about_table, actions_on_old_table};
use crate::files::FilesContext;
use crate::findings::Findings;
use crate::migrations::history::Moment;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};

pub(super) static RULE: Rule = Rule {
    name: "not-null-scans-table",
    section: Section::Migration,
    default_level: RuleLevel::Warning,
    summary: "NOT NULL is set on a table in use without a validated check",
    page: include_str!("not_null_scans_table.md"),
    options: &[],
    check: Check::Files(check),
};

fn check(ctx: &FilesContext<'_>, findings: &mut Findings<'_>) {
    for moment in ctx.pending_moments() {
        for (offset, table, texts, fix) in offences(moment) {
            about_table(ctx, findings, moment, offset, table, texts).fix = fix;
        }
    }
}

type Offence<'m> = (usize, &'m QualifiedName, (String, String), Option<Fix>);

pub(super) fn offences<'m>(moment: &'m Moment<'_>) -> Vec<Offence<'m>> {
    let mut found = Vec::new();
    for (touched, action, before) in actions_on_old_table(moment) {
        let table = &touched.name;
        let offset = action.span.start;
        match &action.kind {
            AlterTableActionKind::SetNotNull { column } => {
                if before.column.as_ref().is_some_and(|column| column.not_null || column.proven_not_null) {
                    continue;
                }
                found.push((offset, table, scan(table, column), Some(fix(table, column))));
            }
            AlterTableActionKind::AddColumn { column, if_not_exists } => {
                let there = before.column.as_ref().is_some_and(|column| column.data_type.is_some());
                if needs_a_value(column) && !(*if_not_exists && there) {
                    let message = format!(
                        "column {} is NOT NULL without a default: adding it fails when {table} has rows",
                        column.name
                    );
                    let help = "give it a constant DEFAULT, or add it nullable, fill it, and set NOT NULL in a later migration";
                    found.push((offset, table, (message, help.to_owned()), None));
                }
            }
            AlterTableActionKind::AddConstraint(constraint) => match constraint.kind {
                ConstraintKind::PrimaryKey if constraint.using_index.is_some() => {
                    for column in &before.nullable_key {
                        found.push((offset, table, scan(table, column), None));
                    }
                }
                ConstraintKind::NotNull if !constraint.not_valid => {
                    for column in &constraint.columns {
                        found.push((offset, table, scan(table, column), None));
                    }
                }
                _ => {}
            },
            _ => {}
        }
    }
    found
}

fn scan(table: &QualifiedName, column: &str) -> (String, String) {
    (
        format!("NOT NULL on {column} reads all rows of {table} while nobody can read or write it"),
        format!(
            "add CHECK ({} IS NOT NULL) NOT VALID, validate it in a later migration, and set NOT NULL after that",
            Identifier::new(column)
        ),
    )
}

/// NOT NULL, and nothing that gives old rows a value.
fn needs_a_value(column: &ColumnDefinition) -> bool {
    let serial = column.data_type.as_ref().is_some_and(|data_type| data_type.base.name.ends_with("serial"));
    (column.not_null || column.primary_key)
        && column.default.is_none()
        && column.generated.is_none()
        && !column.identity
        && !serial
}

fn fix(table: &QualifiedName, column: &str) -> Fix {
    let constraint = Identifier::new(format!("{column}_not_null"));
    let column = Identifier::new(column);
    Fix {
        description: "let a check prove it: each of the three in a migration of its own".to_owned(),
        sql: format!(
            "ALTER TABLE {table} ADD CONSTRAINT {constraint} CHECK ({column} IS NOT NULL) NOT VALID;\n\
             ALTER TABLE {table} VALIDATE CONSTRAINT {constraint};\n\
             ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL, DROP CONSTRAINT {constraint};"
        ),
    }
}
