//! Finds tables that do not remember when a row was made.

use pgmason_model::{Fix, Identifier, QualifiedName};

use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::naming::history_table::is_history;
use crate::rules::table::columns::{base_type, is_named, is_timestamp, own_tables};
use crate::rules::table::row_shape::is_bare_junction;
use crate::rules::{Check, DefaultOption, Rule, RuleOption, Section};
use crate::schema::SchemaContext;

pub(super) static RULE: Rule = Rule {
    name: "no-created-at",
    section: Section::Table,
    default_level: RuleLevel::Off,
    summary: "a table has no column that says when a row was made",
    page: include_str!("no_created_at.md"),
    options: &[
        RuleOption {
            name: "columns",
            default: DefaultOption::List(&[
                "created_at",
                "inserted_at",
                "created_on",
                "created",
                "date_created",
                "created_date",
                "creation_time",
                "create_time",
            ]),
            summary: "names that such a column may have; the first is the one to add",
        },
        RuleOption {
            name: "junction_tables",
            default: DefaultOption::Boolean(true),
            summary: "whether tables that only join others must have it too",
        },
    ],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    let names = ctx.option_list("columns");
    let junctions = ctx.option_boolean("junction_tables");
    let Some(wanted) = names.first().map(|name| Identifier::from(name.as_str())) else { return };
    // What inherits gets the column from its parent.
    for table in own_tables(ctx).filter(|table| !is_history(table) && table.table.inherits.is_empty()) {
        let has_it = table.columns.iter().any(|column| {
            let base = base_type(ctx.catalog, column);
            is_named(column, &names) && (is_timestamp(&base) || base == "date")
        });
        if has_it || (!junctions && is_bare_junction(ctx.catalog, table)) {
            continue;
        }
        let name = QualifiedName::new(table.schema(), table.name());
        let finding = findings.on(
            table.id,
            format!("table {} has no column {wanted}", table.id),
            format!("add `{wanted} timestamptz NOT NULL DEFAULT now()`"),
        );
        if table.column(wanted.as_str()).is_none() {
            finding.fix = Some(Fix {
                description: "rows that are there already get the time of the change".to_owned(),
                sql: format!("ALTER TABLE {name} ADD COLUMN {wanted} timestamptz NOT NULL DEFAULT now();"),
            });
        }
    }
}
