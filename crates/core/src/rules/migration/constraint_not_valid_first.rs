//! Finds constraints whose check of all rows keeps others from the table.

use pgmason_model::{Fix, QualifiedName};
use pgmason_sql::{AlterTableActionKind, Constraint, ConstraintKind};

use super::report::{about_table, actions_on_old_table};
use crate::files::FilesContext;
use crate::findings::Findings;
use crate::migrations::history::Moment;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};

pub(super) static RULE: Rule = Rule {
    name: "constraint-not-valid-first",
    section: Section::Migration,
    default_level: RuleLevel::Warning,
    summary: "a constraint is checked against all rows while the table is locked",
    page: include_str!("constraint_not_valid_first.md"),
    options: &[],
    check: Check::Files(check),
};

fn check(ctx: &FilesContext<'_>, findings: &mut Findings<'_>) {
    for moment in ctx.pending_moments() {
        for (offset, table, texts, constraint) in offences(ctx, moment) {
            let finding = about_table(ctx, findings, moment, offset, table, texts);
            if let Some(constraint) = constraint {
                finding.fix = fix(moment.step.text(ctx.file_of(moment)), table, constraint, moment.step.spans_hold);
            }
        }
    }
}

type Offence<'m> = (usize, &'m QualifiedName, (String, String), Option<&'m Constraint>);

/// Where the statement checks rows or builds an index under its lock.
pub(super) fn offences<'m>(ctx: &FilesContext<'_>, moment: &'m Moment<'_>) -> Vec<Offence<'m>> {
    let mut found = Vec::new();
    for (touched, action, before) in actions_on_old_table(moment) {
        let table = &touched.name;
        match &action.kind {
            AlterTableActionKind::AddConstraint(constraint) => {
                if let Some((message, mut help)) = judge(moment, constraint, table) {
                    let life = touched.table.and_then(|life| ctx.folder.history.tables.get(life));
                    let partitioned = life.is_some_and(|life| life.partitioned);
                    if partitioned && constraint.kind == ConstraintKind::ForeignKey {
                        // Before PostgreSQL 18 a partitioned table takes no NOT VALID foreign key.
                        help = "add it NOT VALID to each partition and validate it there, then add it to the parent"
                            .to_owned();
                    }
                    let texts = (message, help);
                    let mendable =
                        matches!(constraint.kind, ConstraintKind::Check | ConstraintKind::ForeignKey) && !partitioned;
                    found.push((action.span.start, table, texts, Some(constraint.as_ref()).filter(|_| mendable)));
                }
            }
            AlterTableActionKind::AddColumn { column, if_not_exists } => {
                let there = before.column.as_ref().is_some_and(|column| column.data_type.is_some());
                if *if_not_exists && there {
                    continue;
                }
                for constraint in &column.constraints {
                    // A new column without a default is NULL in every row: PostgreSQL skips the check of a foreign key.
                    let skipped = constraint.kind == ConstraintKind::ForeignKey && column.default.is_none();
                    if let Some((message, help)) = judge(moment, constraint, table).filter(|_| !skipped) {
                        let help = format!("add the column without it; then {help}");
                        found.push((constraint.span.start, table, (message, help), None));
                    }
                }
            }
            AlterTableActionKind::ValidateConstraint { name } => {
                let added = before.constraint.filter(|constraint| !constraint.validated);
                let in_same = added
                    .and_then(|constraint| ctx.folder.history.moments.get(constraint.added))
                    .is_some_and(|added| added.step.transaction == moment.step.transaction);
                if in_same {
                    let texts = (
                        format!(
                            "{name} is validated in the transaction that added it: the lock on {table} from adding it is held during the check of all rows"
                        ),
                        "move VALIDATE CONSTRAINT into a later migration, which has a transaction of its own"
                            .to_owned(),
                    );
                    found.push((action.span.start, table, texts, None));
                }
            }
            _ => {}
        }
    }
    found
}

fn judge(moment: &Moment<'_>, constraint: &Constraint, table: &QualifiedName) -> Option<(String, String)> {
    let later = "add it NOT VALID, and VALIDATE CONSTRAINT in a later migration";
    let (what, help) = match constraint.kind {
        ConstraintKind::Check if !constraint.not_valid => {
            (format!("CHECK reads all rows of {table} while nobody can read or write it"), later.to_owned())
        }
        ConstraintKind::ForeignKey if !constraint.not_valid => {
            let other = constraint.references.as_ref().and_then(|references| moment.touched(&references.table));
            let other = other.filter(|other| other.name != *table).map_or_else(String::new, |other| format!(" or {}", other.name));
            (format!("FOREIGN KEY reads all rows of {table} while nobody can write it{other}"), later.to_owned())
        }
        ConstraintKind::PrimaryKey | ConstraintKind::Unique if constraint.using_index.is_none() => {
            let words = if constraint.kind == ConstraintKind::Unique { "UNIQUE" } else { "PRIMARY KEY" };
            (
                format!("{words} builds its index while nobody can read or write {table}"),
                format!("build it first with CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT … {words} USING INDEX"),
            )
        }
        ConstraintKind::Exclude => (
            format!("EXCLUDE builds its index while nobody can read or write {table}"),
            "set a lock_timeout and run it when the table is quiet: an exclusion constraint can be neither NOT VALID nor built beside".to_owned(),
        ),
        _ => return None,
    };
    Some((what, help))
}

fn fix(statement: &str, table: &QualifiedName, constraint: &Constraint, spans_hold: bool) -> Option<Fix> {
    let name = constraint.name.as_ref().filter(|_| spans_hold)?;
    let text = statement.get(constraint.span.clone())?;
    let name = pgmason_model::Identifier::new(name.as_str());
    Some(Fix {
        description: "add the constraint for new rows now, check the old rows in a later migration".to_owned(),
        sql: format!(
            "ALTER TABLE {table} ADD {text} NOT VALID;\n-- in a later migration:\nALTER TABLE {table} VALIDATE CONSTRAINT {name};"
        ),
    })
}
