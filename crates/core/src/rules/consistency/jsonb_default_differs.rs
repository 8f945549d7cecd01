//! Finds jsonb columns of one name that start out as different kinds of JSON.

use std::collections::BTreeMap;

use super::column_type::TypeClass;
use crate::expression::{Token, TokenKind, tokens};
use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, DefaultOption, Rule, RuleOption, Section};
use crate::schema::{ColumnView, SchemaContext};

pub(super) static RULE: Rule = Rule {
    name: "jsonb-default-differs",
    section: Section::Consistency,
    default_level: RuleLevel::Warning,
    summary: "jsonb columns of the same name have different kinds of defaults",
    page: include_str!("jsonb_default_differs.md"),
    options: &[RuleOption {
        name: "ignore_columns",
        default: DefaultOption::List(&[]),
        summary: "names of columns that may start out differently in each table",
    }],
    check: Check::Schema(check),
};

/// What a reader of a fresh row finds in the column. The order decides between equally many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Start {
    Null,
    Array,
    Object,
}

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    let ignored = ctx.option_list("ignore_columns");
    let mut by_name: BTreeMap<&str, Vec<(ColumnView<'_>, Start)>> = BTreeMap::new();
    for column in ctx.root_tables().flat_map(|table| &table.columns) {
        let name = column.name.as_str();
        if TypeClass::of(ctx.catalog, column.column) == TypeClass::Json
            && !ignored.iter().any(|other| other == name)
            && let Some(start) = start_of(column)
        {
            by_name.entry(name).or_default().push((*column, start));
        }
    }
    for columns in by_name.values() {
        let count = |start: Start| columns.iter().filter(|(_, other)| *other == start).count();
        let (objects, arrays, nulls) = (count(Start::Object), count(Start::Array), count(Start::Null));
        let expected = if arrays > objects { Start::Array } else { Start::Object };
        // That most tables leave the column empty is a habit too; then only '{}' against '[]' is a contradiction.
        let nulls_are_odd = nulls < objects.max(arrays);
        for (column, start) in columns {
            if *start == expected || (*start == Start::Null && !nulls_are_odd) {
                continue;
            }
            let example = columns.iter().find(|(_, other)| *other == expected).map(|(column, _)| column.id.to_string());
            let Some(example) = example else { continue };
            findings.on(
                column.id,
                format!("column {} starts as {}, but {example} starts as {}", column.id, start.words(), expected.words()),
                format!(
                    "give it the same default, and change the rows that hold the old one: ALTER TABLE {}.{} ALTER COLUMN {} SET DEFAULT {}",
                    column.id.schema.as_ref().map(ToString::to_string).unwrap_or_default(),
                    column.id.name,
                    column.name,
                    expected.literal()
                ),
            );
        }
    }
}

impl Start {
    fn words(self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Array => "an array",
            Self::Object => "an object",
        }
    }

    fn literal(self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Array => "'[]'",
            Self::Object => "'{}'",
        }
    }
}

/// None when it cannot be told: a default that is computed, a scalar, or a value that the writer must give.
fn start_of(column: &ColumnView<'_>) -> Option<Start> {
    match column.default {
        Some(default) => start_of_expression(&default.expression),
        None if column.column.not_null || column.column.generated.is_some() => None,
        None => Some(Start::Null),
    }
}

/// Reads PostgreSQL's deparse of a default: `'{}'::jsonb`, `NULL::jsonb`, `jsonb_build_object()`.
fn start_of_expression(expression: &str) -> Option<Start> {
    let tokens = tokens(expression);
    let (first, rest) = tokens.split_first()?;
    match (first.kind, rest) {
        (TokenKind::String | TokenKind::Word, []) | (TokenKind::String | TokenKind::Word, [_, _])
            if rest.first().is_none_or(|cast| cast.is_operator("::")) =>
        {
            match first.value.trim_start().chars().next()? {
                '{' => Some(Start::Object),
                '[' => Some(Start::Array),
                _ if first.is_word("null") => Some(Start::Null),
                _ => None,
            }
        }
        (TokenKind::Word, [open, arguments @ .., close]) if is_one_call(open, arguments, close) => {
            match first.value.as_str() {
                "jsonb_build_object" | "json_build_object" => Some(Start::Object),
                "jsonb_build_array" | "json_build_array" => Some(Start::Array),
                _ => None,
            }
        }
        _ => None,
    }
}

/// True when the brackets are those of one call, with nothing behind it.
fn is_one_call(open: &Token, arguments: &[Token], close: &Token) -> bool {
    let mut depth = 0_i32;
    let stays_inside = arguments.iter().all(|token| {
        depth += match token.kind {
            TokenKind::Open => 1,
            TokenKind::Close => -1,
            _ => 0,
        };
        depth >= 0
    });
    open.kind == TokenKind::Open && close.kind == TokenKind::Close && stays_inside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_told_apart() {
        for (expression, start) in [
            ("'{}'::jsonb", Some(Start::Object)),
            ("'{\"theme\": \"it''s\"}'::jsonb", Some(Start::Object)),
            ("' [1]'::json", Some(Start::Array)),
            ("jsonb_build_object()", Some(Start::Object)),
            ("jsonb_build_array('a')", Some(Start::Array)),
            ("jsonb_build_object('a', now())", Some(Start::Object)),
            ("jsonb_build_array() || jsonb_build_array()", None),
            ("NULL::jsonb", Some(Start::Null)),
            ("'null'::jsonb", None),
            ("'{}'::jsonb || public.more()", None),
            ("('[\"it''s\"]'::jsonb || '{}'::jsonb)", None),
            ("'[\"it''s\"]'::jsonb || '{}'::jsonb", None),
            ("E'{\"path\": \"C:\\\\\\\\x\"}'::jsonb", Some(Start::Object)),
            ("public.jsonb_defaults()", None),
            ("to_jsonb(ARRAY['a'::text])", None),
            ("''::jsonb", None),
        ] {
            assert_eq!(start_of_expression(expression), start, "{expression}");
        }
    }
}
