//! Finds text columns that mean one of a few values and take any.

use pgmason_model::ObjectKind;
use pgmason_model::catalog::ConstraintKind;

use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::naming::words::{snake_case, words};
use crate::rules::table::columns::{base_type, domains, is_text, own_columns};
use crate::rules::{Check, DefaultOption, Rule, RuleOption, Section};
use crate::schema::{ColumnView, SchemaContext, TableView};

pub(super) static RULE: Rule = Rule {
    name: "enum-like-column-without-check",
    section: Section::Table,
    default_level: RuleLevel::Warning,
    summary: "a column like status or type takes any text",
    page: include_str!("enum_like_column_without_check.md"),
    options: &[
        RuleOption {
            name: "names",
            default: DefaultOption::List(&[
                "status",
                "state",
                "type",
                "kind",
                "role",
                "priority",
                "severity",
                "visibility",
                "stage",
                "phase",
            ]),
            summary: "names, and last words of names, of columns that mean one of a few values",
        },
        RuleOption {
            name: "except",
            default: DefaultOption::List(&[
                "action_type",
                "asset_type",
                "blob_type",
                "content_type",
                "data_type",
                "entity_type",
                "event_type",
                "field_type",
                "file_type",
                "grant_type",
                "item_type",
                "media_type",
                "mime_type",
                "model_type",
                "node_type",
                "object_type",
                "record_type",
                "resource_type",
                "subject_type",
                "token_type",
                "value_type",
            ]),
            summary: "names, and ends of names, of columns whose values others decide on",
        },
    ],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    let names = ctx.option_list("names");
    let except = ctx.option_list("except");
    for (table, column) in own_columns(ctx) {
        let name = snake_case(column.name.as_str());
        let is_enum_like = words(&name).last().is_some_and(|last| names.contains(last)) || names.contains(&name);
        let is_open = except.iter().any(|open| name == *open || name.ends_with(&format!("_{open}")));
        if !is_enum_like
            || is_open
            || !is_text(&base_type(ctx.catalog, &column))
            || column.column.generated.is_some()
            || is_limited(ctx, table, &column)
            || means_something_else(table, &name)
        {
            continue;
        }
        findings.on(
            column.id,
            format!("column {} takes any text: no CHECK, enum type or foreign key limits it", column.id),
            format!(
                "add `CHECK ({} IN (…))` with the values that the application knows, first NOT VALID, then validate it",
                column.name
            ),
        );
    }
}

/// True where the database refuses other values, or where the column is the list of values itself.
fn is_limited(ctx: &SchemaContext<'_>, table: &TableView<'_>, column: &ColumnView<'_>) -> bool {
    let checked = table.checks_on(column.name.as_str()).next().is_some();
    let checked_by_domain = domains(ctx.catalog, column)
        .into_iter()
        .any(|domain| ctx.catalog.of_relation(ObjectKind::DomainConstraint, domain).next().is_some());
    let refers = table.foreign_keys().any(|foreign_key| foreign_key.columns.contains(column.name));
    let is_key = table.constraints.iter().any(|(_, constraint)| {
        matches!(constraint.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique)
            && constraint.columns.as_slice() == [column.name.clone()]
    });
    checked || checked_by_domain || refers || is_key
}

/// A `state` can be a place, or what OAuth sends along; a `…_type` beside a `…_id` names a table.
fn means_something_else(table: &TableView<'_>, name: &str) -> bool {
    const OF_ADDRESS: [&str; 10] =
        ["city", "country", "county", "address", "street", "zip", "zipcode", "postcode", "postal", "region"];
    const OF_OAUTH: [&str; 6] = ["nonce", "verifier", "challenge", "redirect", "oauth", "token"];
    let beside = |wanted: &[&str]| {
        table
            .columns
            .iter()
            .any(|column| words(column.name.as_str()).iter().any(|word| wanted.contains(&word.as_str())))
    };
    match name.rsplit_once('_').map_or(("", name), |(stem, last)| (stem, last)) {
        (_, "state") => beside(&OF_ADDRESS) || beside(&OF_OAUTH),
        (stem, "type" | "kind") if !stem.is_empty() => table.column(&format!("{stem}_id")).is_some(),
        _ => false,
    }
}
