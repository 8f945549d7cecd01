//! Finds foreign keys that leave open what happens to the rows when the row that they point to goes.

use pgmason_model::catalog::ForeignKeyAction;
use pgmason_model::{Identifier, ObjectId};

use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::table::columns::own_tables;
use crate::rules::{Check, Rule, Section};
use crate::schema::{ForeignKey, SchemaContext, TableView};

pub(super) static RULE: Rule = Rule {
    name: "foreign-key-without-on-delete",
    section: Section::Table,
    default_level: RuleLevel::Warning,
    summary: "a foreign key does not say what happens when the row that it points to is deleted",
    page: include_str!("foreign_key_without_on_delete.md"),
    options: &[],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    for table in own_tables(ctx) {
        for foreign_key in table.foreign_keys() {
            // NO ACTION is the only refusal that can wait for the end of the transaction: with DEFERRABLE it was chosen.
            let chosen = foreign_key.constraint.deferrable;
            if foreign_key.references.on_delete != ForeignKeyAction::NoAction
                || chosen
                || foreign_key.constraint.inherited
            {
                continue;
            }
            let columns = foreign_key.columns.iter().map(Identifier::to_string).collect::<Vec<_>>().join(", ");
            findings.on(
                place(table, &foreign_key),
                format!(
                    "foreign key {} of table {} ({columns}) states no ON DELETE for {}",
                    foreign_key.name, table.id, foreign_key.references.table
                ),
                help(table, &foreign_key),
            );
        }
    }
}

/// The column where there is one, else the table.
fn place<'a>(table: &TableView<'a>, foreign_key: &ForeignKey<'a>) -> &'a ObjectId {
    match foreign_key.columns {
        [column] => table.column(column.as_str()).map_or(table.id, |column| column.id),
        _ => table.id,
    }
}

fn help(table: &TableView<'_>, foreign_key: &ForeignKey<'_>) -> &'static str {
    let can_be_null =
        foreign_key.columns.iter().filter_map(|name| table.column(name.as_str())).all(|column| !column.column.not_null);
    if can_be_null {
        "state ON DELETE CASCADE where the row belongs to the other, SET NULL where it lives on without it, or RESTRICT to refuse"
    } else {
        "state ON DELETE CASCADE where the row belongs to the other, or RESTRICT to refuse"
    }
}
