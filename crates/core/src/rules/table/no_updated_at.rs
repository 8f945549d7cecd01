//! Finds tables that do not remember when a row was last changed.

use pgmason_model::Identifier;

use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::naming::history_table::is_history;
use crate::rules::naming::words::words;
use crate::rules::table::columns::{base_type, is_named, is_timestamp, own_tables};
use crate::rules::table::row_shape::is_bare_junction;
use crate::rules::{Check, DefaultOption, Rule, RuleOption, Section};
use crate::schema::{SchemaContext, TableView};

pub(super) static RULE: Rule = Rule {
    name: "no-updated-at",
    section: Section::Table,
    default_level: RuleLevel::Off,
    summary: "a table has no column that says when a row was last changed",
    page: include_str!("no_updated_at.md"),
    options: &[
        RuleOption {
            name: "columns",
            default: DefaultOption::List(&[
                "updated_at",
                "modified_at",
                "changed_at",
                "updated_on",
                "modified_on",
                "updated",
                "modified",
                "last_updated",
                "last_modified",
                "last_updated_at",
                "last_modified_at",
                "date_updated",
                "date_modified",
                "update_time",
            ]),
            summary: "names that such a column may have; the first is the one to add",
        },
        RuleOption {
            name: "junction_tables",
            default: DefaultOption::Boolean(false),
            summary: "whether tables that only join others must have it too",
        },
        RuleOption {
            name: "append_only",
            default: DefaultOption::List(&[
                "audit",
                "audits",
                "event",
                "events",
                "history",
                "log",
                "logs",
                "metric",
                "metrics",
                "migrations",
            ]),
            summary: "last words of names of tables whose rows are never changed",
        },
    ],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    let names = ctx.option_list("columns");
    let append_only = ctx.option_list("append_only");
    let junctions = ctx.option_boolean("junction_tables");
    let Some(wanted) = names.first().map(|name| Identifier::from(name.as_str())) else { return };
    // What inherits gets the column from its parent.
    for table in own_tables(ctx).filter(|table| !is_history(table) && table.table.inherits.is_empty()) {
        let has_it = table.columns.iter().any(|column| {
            let base = base_type(ctx.catalog, column);
            is_named(column, &names) && (is_timestamp(&base) || base == "date")
        });
        let needs_none = is_append_only(table, &append_only) || (!junctions && is_bare_junction(ctx.catalog, table));
        if has_it || needs_none {
            continue;
        }
        findings.on(
            table.id,
            format!("table {} has no column {wanted}", table.id),
            format!("add `{wanted} timestamptz NOT NULL DEFAULT now()`, and a BEFORE UPDATE trigger that sets it"),
        );
    }
}

fn is_append_only(table: &TableView<'_>, last_words: &[String]) -> bool {
    words(table.name()).last().is_some_and(|word| last_words.contains(word))
}
