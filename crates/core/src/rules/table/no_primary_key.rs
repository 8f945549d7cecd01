//! Finds tables whose rows nothing identifies.

use pgmason_model::catalog::Index;
use pgmason_model::{Fix, Identifier, ObjectId, QualifiedName};

use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::table::columns::own_tables;
use crate::rules::{Check, Rule, Section};
use crate::schema::{SchemaContext, TableView};

pub(super) static RULE: Rule = Rule {
    name: "no-primary-key",
    section: Section::Table,
    default_level: RuleLevel::Warning,
    summary: "a table has no primary key",
    page: include_str!("no_primary_key.md"),
    options: &[],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    for table in own_tables(ctx).filter(|table| table.primary_key().is_none()) {
        let message = format!("table {} has no primary key", table.id);
        let Some((index_id, index)) = table.indexes.iter().find(|(_, index)| identifies_rows(table, index)) else {
            findings.on(
                table.id,
                message,
                "add one: `id uuid PRIMARY KEY DEFAULT gen_random_uuid()`, or a key over the columns that identify a row",
            );
            continue;
        };
        let columns = index.keys.iter().filter_map(|key| key.column.as_ref());
        let columns = columns.map(Identifier::to_string).collect::<Vec<_>>().join(", ");
        let finding =
            findings.on(table.id, message, format!("make ({columns}) the primary key: they are unique and NOT NULL"));
        finding.fix = fix(table, index_id, index);
    }
}

/// True for an index that PostgreSQL would take as a primary key's.
fn identifies_rows(table: &TableView<'_>, index: &Index) -> bool {
    index.unique
        && index.valid
        && index.predicate.is_none()
        && index.method.as_str() == "btree"
        && index.keys.iter().all(|key| {
            let column = key.column.as_ref().and_then(|name| table.column(name.as_str()));
            column.is_some_and(|column| column.column.not_null)
        })
}

/// An index that a UNIQUE constraint owns cannot be made a primary key's, nor can one of a partitioned table.
fn fix(table: &TableView<'_>, index_id: &ObjectId, index: &Index) -> Option<Fix> {
    let usable = index.constraint.is_none()
        && table.table.partition_key.is_none()
        && index
            .keys
            .iter()
            .all(|key| key.opclass_is_default && !key.descending && !key.nulls_first && key.collation.is_none());
    usable.then(|| {
        let name = QualifiedName::new(table.schema(), table.name());
        Fix {
            description: "uses the index that is there, so the table is locked only for a moment".to_owned(),
            sql: format!("ALTER TABLE {name} ADD PRIMARY KEY USING INDEX {};", index_id.name),
        }
    })
}
