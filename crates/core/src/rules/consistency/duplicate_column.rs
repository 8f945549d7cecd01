//! Finds two columns of a table that look like one value kept twice.

use super::column_twins::{Twin, twin};
use super::column_type::TypeClass;
use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, DefaultOption, Rule, RuleOption, Section};
use crate::schema::SchemaContext;

pub(super) static RULE: Rule = Rule {
    name: "duplicate-column",
    section: Section::Consistency,
    default_level: RuleLevel::Warning,
    summary: "two columns of a table look like one value kept twice",
    page: include_str!("duplicate_column.md"),
    options: &[RuleOption {
        name: "ignore_columns",
        default: DefaultOption::List(&[]),
        summary: "names of columns that are never taken for a duplicate",
    }],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    let ignored = ctx.option_list("ignore_columns");
    for table in ctx.root_tables() {
        // A generated column follows its source, so the two cannot come to differ.
        let columns: Vec<_> = table
            .columns
            .iter()
            .filter(|column| column.column.generated.is_none() && !ignored.iter().any(|name| *column.name == **name))
            .map(|column| (column, TypeClass::of(ctx.catalog, column.column)))
            .collect();
        for (place, (later, class)) in columns.iter().enumerate() {
            let twin_of = columns[..place].iter().find_map(|(earlier, earlier_class)| {
                let why = twin((earlier.name.as_str(), earlier_class), (later.name.as_str(), class))?;
                Some((earlier, why))
            });
            let Some((earlier, why)) = twin_of else { continue };
            let reason = match why {
                Twin::Spelling => "the names differ in spelling only",
                Twin::Unit => "one names the unit that the other leaves out",
                Twin::Synonym => "the names mean the same",
            };
            findings.on(
                later.id,
                format!(
                    "columns {} and {} of {} look like one value kept twice: {reason}",
                    earlier.name, later.name, table.id
                ),
                format!("move what only one of them holds into the other, then drop it, or make it GENERATED ALWAYS AS ({}) STORED", earlier.name),
            );
        }
    }
}
