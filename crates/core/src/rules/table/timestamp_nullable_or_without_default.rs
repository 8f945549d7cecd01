//! Finds `created_at` and `updated_at` columns that can be left empty.

use pgmason_model::catalog::{Object, TriggerState, TriggerTiming};
use pgmason_model::{Catalog, Fix, QualifiedName};

use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::table::columns::{base_type, domains, is_named, is_timestamp, own_columns};
use crate::rules::{Check, DefaultOption, Rule, RuleOption, Section};
use crate::schema::{ColumnView, SchemaContext, TableView};

pub(super) static RULE: Rule = Rule {
    name: "timestamp-nullable-or-without-default",
    section: Section::Table,
    default_level: RuleLevel::Warning,
    summary: "created_at or updated_at can be left empty",
    page: include_str!("timestamp_nullable_or_without_default.md"),
    options: &[RuleOption {
        name: "columns",
        default: DefaultOption::List(&["created_at", "updated_at", "inserted_at", "modified_at"]),
        summary: "names of the columns that every row must have filled",
    }],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    let names = ctx.option_list("columns");
    for (table, column) in own_columns(ctx) {
        if !is_named(&column, &names)
            || !is_timestamp(&base_type(ctx.catalog, &column))
            || column.column.generated.is_some()
        {
            continue;
        }
        let nullable = !column.column.not_null && !of_domains(ctx.catalog, &column, |domain| domain.not_null);
        // A trigger before the insert may fill the column: what it does cannot be read off the catalog.
        let without_default = column.default.is_none()
            && !of_domains(ctx.catalog, &column, |domain| domain.default.is_some())
            && !has_trigger_before_insert(table);
        let (problem, help) = match (nullable, without_default) {
            (false, false) => continue,
            (true, true) => ("is nullable and has no default", "make it NOT NULL DEFAULT now()"),
            (true, false) => ("is nullable", "fill the empty ones, then make it NOT NULL"),
            (false, true) => ("has no default", "give it DEFAULT now()"),
        };
        let finding = findings.on(column.id, format!("column {} {problem}", column.id), help);
        if !nullable {
            let name = QualifiedName::new(table.schema(), table.name());
            finding.fix = Some(Fix {
                description: "rows that are there already stay as they are".to_owned(),
                sql: format!("ALTER TABLE {name} ALTER COLUMN {} SET DEFAULT now();", column.name),
            });
        }
    }
}

fn of_domains(
    catalog: &Catalog,
    column: &ColumnView<'_>,
    holds: impl Fn(&pgmason_model::catalog::DomainType) -> bool,
) -> bool {
    domains(catalog, column).into_iter().any(|id| match catalog.get(id) {
        Some(Object::DomainType(domain)) => holds(domain),
        _ => false,
    })
}

fn has_trigger_before_insert(table: &TableView<'_>) -> bool {
    table.triggers.iter().any(|(_, trigger)| {
        trigger.timing == TriggerTiming::Before
            && trigger.for_each_row
            && trigger.events.contains("INSERT")
            && trigger.state != TriggerState::Disabled
    })
}
