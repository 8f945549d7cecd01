//! Finds names that nobody can write without double quotes.

use pgmason_model::identifier::is_keyword;
use pgmason_model::{Identifier, ObjectId, ObjectKind};

use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};
use crate::schema::{ColumnView, SchemaContext, TableView};

pub(super) static RULE: Rule = Rule {
    name: "name-needs-quoting",
    section: Section::Naming,
    default_level: RuleLevel::Warning,
    summary: "a name has to be quoted wherever it is used",
    page: include_str!("name_needs_quoting.md"),
    options: &[],
    check: Check::Schema(check),
};

/// Where a name stands decides which keywords it may be.
#[derive(Clone, Copy, PartialEq)]
enum Use {
    Relation,
    Column,
    Function,
}

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    for (id, _) in ctx.catalog.of_kind(ObjectKind::Schema).filter(|(id, _)| !ctx.catalog.is_platform(id)) {
        report(id, Use::Relation, findings);
    }
    for table in ctx.tables() {
        report(table.id, Use::Relation, findings);
        if !table.is_partition() {
            report_columns(table, findings);
        }
    }
    for (id, _) in &ctx.schema.views {
        report(id, Use::Relation, findings);
    }
    for (id, _) in &ctx.schema.materialized_views {
        report(id, Use::Relation, findings);
    }
    for (id, _) in &ctx.schema.functions {
        report(id, Use::Function, findings);
    }
}

fn report(id: &ObjectId, used_as: Use, findings: &mut Findings<'_>) {
    let kind = id.kind.label();
    let name = id.name.as_str();
    if !is_plain(name) {
        findings.on(
            id,
            format!("the name of {kind} {id} has to be quoted wherever it is used"),
            "rename it with lower-case letters, digits and underscores",
        );
    } else if is_keyword_as(name, used_as) {
        findings.on(
            id,
            format!("{kind} {id} is named like a keyword of SQL, so its name has to be quoted wherever it is used"),
            "rename it, in the plural or with a word before it",
        );
    }
}

/// A keyword is one column's bad luck. Other names come in whole tables, written by an ORM: those are said once.
fn report_columns(table: &TableView<'_>, findings: &mut Findings<'_>) {
    let own = table.columns.iter().filter(|column| !column.column.inherited);
    let (plain, quoted): (Vec<&ColumnView<'_>>, Vec<_>) = own.partition(|column| is_plain(column.name.as_str()));
    for column in plain.into_iter().filter(|column| is_keyword_as(column.name.as_str(), Use::Column)) {
        let name = column.name.as_str();
        // `SELECT user FROM t` is no error: it answers with the role that runs it.
        let consequence = if is_function_like(name) {
            format!("and without quotes `{name}` silently means something else")
        } else {
            "so its name has to be quoted wherever it is used".to_owned()
        };
        findings.on(
            column.id,
            format!("column {} is named like a keyword of SQL, {consequence}", column.id),
            format!("rename it, for instance to `{name}_name`, or as what it holds"),
        );
    }
    let Some(first) = quoted.first() else { return };
    let names: Vec<&Identifier> = quoted.iter().map(|column| column.name).collect();
    let (noun, verb) = if names.len() == 1 { ("column", "has") } else { ("columns", "have") };
    findings.on(
        first.id,
        format!("{noun} {} of table {} {verb} to be quoted wherever used", enumerate(&names), table.id),
        "rename with lower-case letters, digits and underscores",
    );
}

/// At most five, then how many more.
fn enumerate(names: &[&Identifier]) -> String {
    const SHOWN: usize = 5;
    let shown = names.iter().take(SHOWN).map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match names.len().checked_sub(SHOWN) {
        None | Some(0) => shown,
        Some(more) => format!("{shown} and {more} more"),
    }
}

/// True for what PostgreSQL's lexer takes for one name as it is. It accepts `$` and any letter beyond ASCII, where
/// `quote_ident` is more careful.
fn is_plain(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first == '_' || first.is_ascii_lowercase() || !first.is_ascii())
        && characters.all(|character| {
            matches!(character, '_' | '$')
                || character.is_ascii_lowercase()
                || character.is_ascii_digit()
                || !character.is_ascii()
        })
}

/// PostgreSQL has keywords that may name a column but no function (`coalesce`), and the other way round (`left`).
fn is_keyword_as(name: &str, used_as: Use) -> bool {
    if !is_keyword(name) {
        return false;
    }
    let reserved = RESERVED.binary_search(&name).is_ok();
    let function_or_type = FUNCTION_OR_TYPE.binary_search(&name).is_ok();
    match used_as {
        Use::Relation | Use::Column => reserved || function_or_type,
        Use::Function => !function_or_type,
    }
}

/// True for the keywords that are a value by themselves.
fn is_function_like(name: &str) -> bool {
    matches!(
        name,
        "current_catalog"
            | "current_date"
            | "current_role"
            | "current_schema"
            | "current_time"
            | "current_timestamp"
            | "current_user"
            | "localtime"
            | "localtimestamp"
            | "session_user"
            | "system_user"
            | "user"
    )
}

/// `pg_get_keywords()` of PostgreSQL 17 where catcode is 'R', sorted.
const RESERVED: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "column",
    "constraint",
    "create",
    "current_catalog",
    "current_date",
    "current_role",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "false",
    "fetch",
    "for",
    "foreign",
    "from",
    "grant",
    "group",
    "having",
    "in",
    "initially",
    "intersect",
    "into",
    "lateral",
    "leading",
    "limit",
    "localtime",
    "localtimestamp",
    "not",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "placing",
    "primary",
    "references",
    "returning",
    "select",
    "session_user",
    "some",
    "symmetric",
    "system_user",
    "table",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "variadic",
    "when",
    "where",
    "window",
    "with",
];

/// The same where catcode is 'T', sorted.
const FUNCTION_OR_TYPE: &[&str] = &[
    "authorization",
    "binary",
    "collation",
    "concurrently",
    "cross",
    "current_schema",
    "freeze",
    "full",
    "ilike",
    "inner",
    "is",
    "isnull",
    "join",
    "left",
    "like",
    "natural",
    "notnull",
    "outer",
    "overlaps",
    "right",
    "similar",
    "tablesample",
    "verbose",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_and_part_of_the_keywords() {
        for list in [RESERVED, FUNCTION_OR_TYPE] {
            assert!(list.is_sorted());
            assert!(list.iter().all(|word| is_keyword(word)));
        }
    }

    #[test]
    fn a_keyword_matters_by_where_it_stands() {
        for name in ["user", "order", "group", "left", "end", "default"] {
            assert!(is_keyword_as(name, Use::Column), "{name}");
        }
        for name in ["position", "time", "timestamp", "values", "name", "type", "status", "key", "role"] {
            assert!(!is_keyword_as(name, Use::Column), "{name}");
        }
        assert!(is_keyword_as("coalesce", Use::Function));
        assert!(!is_keyword_as("left", Use::Function));
    }

    #[test]
    fn the_lexer_takes_more_than_quote_ident() {
        for name in ["users", "_x", "a$b", "größe", "v2"] {
            assert!(is_plain(name), "{name}");
        }
        for name in ["Users", "a b", "a-b", "2fa", "$a", ""] {
            assert!(!is_plain(name), "{name}");
        }
    }
}
