//! Finds tables whose primary key has no uuid in it.

use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::table::columns::{base_type, own_tables};
use crate::rules::table::row_shape::{is_junction, is_single_row};
use crate::rules::{Check, Rule, Section};
use crate::schema::SchemaContext;

pub(super) static RULE: Rule = Rule {
    name: "primary-key-not-uuid",
    section: Section::Table,
    default_level: RuleLevel::Off,
    summary: "a primary key is not a uuid",
    page: include_str!("primary_key_not_uuid.md"),
    options: &[],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    for table in own_tables(ctx) {
        let Some(key) = table.primary_key().filter(|key| !key.inherited) else { continue };
        let columns: Vec<_> = key.columns.iter().filter_map(|name| table.column(name.as_str())).collect();
        let has_uuid = columns.iter().any(|column| base_type(ctx.catalog, column) == "uuid");
        // A key that is another table's key has that table's type.
        let borrowed = key
            .columns
            .iter()
            .all(|column| table.foreign_keys().any(|foreign_key| foreign_key.columns.contains(column)));
        if has_uuid || borrowed || is_junction(table) || is_single_row(ctx.catalog, table) {
            continue;
        }
        let types: Vec<&str> = columns.iter().map(|column| column.column.type_name.as_str()).collect();
        findings.on(
            table.id,
            format!("the primary key of table {} is {}, not uuid", table.id, types.join(" and ")),
            "give the table a key `id uuid DEFAULT gen_random_uuid()`, and keep what is the key now as UNIQUE",
        );
    }
}
