//! Finds columns that hold a user's id without a foreign key to the users.

use std::collections::BTreeSet;

use pgmason_model::{Catalog, Identifier, QualifiedName};

use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::naming::plural::plural;
use crate::rules::naming::words::snake_case;
use crate::rules::table::columns::{base_type, is_text, own_columns};
use crate::rules::{Check, Rule, Section};
use crate::schema::{ColumnView, Schema, SchemaContext, TableView};

pub(super) static RULE: Rule = Rule {
    name: "user-column-without-foreign-key",
    section: Section::Table,
    default_level: RuleLevel::Warning,
    summary: "a column holds a user's id and has no foreign key",
    page: include_str!("user_column_without_foreign_key.md"),
    options: &[],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    let users = user_tables(ctx);
    for (table, column) in own_columns(ctx) {
        let name = column.name.as_str();
        let holds_user = ctx.rulebook.access.user_columns.contains(name)
            || ctx.rulebook.access.user_columns.contains(&snake_case(name));
        let refers = table.foreign_keys().any(|foreign_key| foreign_key.columns.contains(column.name));
        if !holds_user || refers || column.column.generated.is_some() || is_of_any_kind(table, name) {
            continue;
        }
        let of_type = base_type(ctx.catalog, &column);
        // An id of another type (a text from an identity provider) cannot refer to the table.
        // A text that is not called an id may as well be a name: `created_by`.
        let may_be_name = is_text(&of_type) && !snake_case(name).ends_with("_id");
        let fits = |target: &&KeyedTable<'_>| target.key_type == of_type && !may_be_name;
        let Some(users) = users.iter().find(fits) else { continue };
        let named_after = table_named_after(ctx, table, name);
        let target = named_after.as_ref().filter(fits).unwrap_or(users);
        findings.on(
            column.id,
            format!("column {} has no foreign key to {}", column.id, target.name),
            format!(
                "add `FOREIGN KEY ({}) REFERENCES {} ({})` with ON DELETE CASCADE or SET NULL, first NOT VALID, then validate it",
                column.name, target.name, target.key
            ),
        );
    }
}

/// A table that one column identifies.
struct KeyedTable<'a> {
    name: QualifiedName,
    key: &'a Identifier,
    key_type: String,
}

/// The configured tables of users that exist; where none does, the project's own `users`.
fn user_tables<'a>(ctx: &SchemaContext<'a>) -> Vec<KeyedTable<'a>> {
    let configured: BTreeSet<&str> = ctx.rulebook.access.user_tables.iter().map(String::as_str).collect();
    let found: Vec<KeyedTable<'a>> = all_tables(ctx.schema)
        .filter(|table| configured.contains(format!("{}.{}", table.schema(), table.name()).as_str()))
        .filter_map(|table| keyed_table(ctx.catalog, table))
        .collect();
    if !found.is_empty() {
        return found;
    }
    ctx.root_tables()
        .filter(|table| matches!(snake_case(table.name()).as_str(), "users" | "user"))
        .filter_map(|table| keyed_table(ctx.catalog, table))
        .collect()
}

/// `profiles` for `profile_id`: where the project has such a table, that is what the column means.
fn table_named_after<'a>(ctx: &SchemaContext<'a>, beside: &TableView<'_>, column: &str) -> Option<KeyedTable<'a>> {
    let snake = snake_case(column);
    let stem = snake.strip_suffix("_id")?;
    let names = [plural(stem), stem.to_owned()];
    let table = names.iter().find_map(|name| ctx.schema.table(&QualifiedName::new(beside.schema(), name.as_str())))?;
    keyed_table(ctx.catalog, table)
}

fn all_tables<'s, 'a>(schema: &'s Schema<'a>) -> impl Iterator<Item = &'s TableView<'a>> {
    schema.tables.iter().chain(&schema.platform_tables)
}

fn keyed_table<'a>(catalog: &'a Catalog, table: &TableView<'a>) -> Option<KeyedTable<'a>> {
    let [key] = table.primary_key()?.columns.as_slice() else { return None };
    let column = table.column(key.as_str())?;
    Some(KeyedTable {
        name: QualifiedName::new(table.schema(), table.name()),
        key,
        key_type: base_type(catalog, &column).into_owned(),
    })
}

/// True where another column says what kind of thing the id is of: `owner_type` beside `owner_id`.
fn is_of_any_kind(table: &TableView<'_>, name: &str) -> bool {
    let snake = snake_case(name);
    let stem = snake.strip_suffix("_id").unwrap_or(&snake);
    let is_kind_of = |column: &ColumnView<'_>| {
        let other = snake_case(column.name.as_str());
        other.strip_prefix(stem).is_some_and(|rest| matches!(rest, "_type" | "_kind"))
    };
    table.columns.iter().any(is_kind_of)
}
