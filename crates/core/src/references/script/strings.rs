//! Strings: SQL, REST paths, and names of tables where what is around them is called after tables.

use std::ops::Range;

use oxc_ast::ast::*;
use oxc_span::GetSpan;
use pgmason_sql::Name;

use super::super::{Grade, embedded, postgrest};
use super::calls::option;
use super::{Script, text_of_literal};

/// Functions and tags that take SQL.
const TAKES_SQL: &[&str] = &[
    "sql",
    "query",
    "queryRaw",
    "$queryRaw",
    "$queryRawUnsafe",
    "$executeRaw",
    "$executeRawUnsafe",
    "executeRaw",
    "execute",
    "raw",
    "unsafe",
    "prepare",
    "exec",
    "queryObject",
    "queryArray",
    "one",
    "oneOrNone",
    "many",
    "manyOrNone",
    "any",
    "none",
    "runSql",
    "executeSql",
    "queryOne",
    "queryMany",
    "pgQuery",
    "simpleQuery",
];

pub(super) fn is_sql_name(name: &str) -> bool {
    TAKES_SQL.contains(&name)
}

impl Script<'_, '_> {
    /// What a function that runs SQL is given.
    pub(super) fn sql_expression(&mut self, expression: &Expression<'_>, kind: &'static str) {
        match expression.get_inner_expression() {
            Expression::TemplateLiteral(template) => self.sql_template(template, kind),
            Expression::StringLiteral(literal) => {
                self.done.insert(literal.span.start);
                let (piece, quote) = inside(self.finder.text, literal.span.start as usize..literal.span.end as usize);
                if embedded::looks_like_sql(&self.finder.text[piece.clone()]) {
                    embedded::sql(self.finder, &[piece], &[], quote, kind);
                }
            }
            Expression::BinaryExpression(binary) => {
                if let Some((pieces, holes, quote)) = self.pieces(binary) {
                    embedded::sql(self.finder, &pieces, &holes, quote, kind);
                }
            }
            Expression::ObjectExpression(object) => {
                // `{ text: "SELECT …", values: […] }` of node-postgres.
                if let Some(text) = option(object, &["text", "sql"]) {
                    self.done.insert(text.start);
                    let quote = self.finder.text[..text.span.start].chars().next_back();
                    embedded::sql(self.finder, &[text.span], &[], quote, kind);
                }
            }
            _ => {}
        }
    }

    pub(super) fn sql_template(&mut self, template: &TemplateLiteral<'_>, kind: &'static str) {
        self.done.insert(template.span.start);
        let (pieces, holes) = parts(template);
        embedded::sql(self.finder, &pieces, &holes, Some('`'), kind);
    }

    pub(super) fn template(&mut self, template: &TemplateLiteral<'_>) {
        for quasi in &template.quasis {
            let span = quasi.span.start as usize..quasi.span.end as usize;
            postgrest::rest_path(self.finder, span, "rest path");
        }
        if !self.done.insert(template.span.start) {
            return;
        }
        let (pieces, holes) = parts(template);
        embedded::maybe_sql(self.finder, &pieces, &holes, Some('`'), "sql in a string");
    }

    pub(super) fn concatenation(&mut self, binary: &BinaryExpression<'_>) {
        if binary.operator != BinaryOperator::Addition || self.done.contains(&leftmost(binary)) {
            return;
        }
        if let Some((pieces, holes, quote)) = self.pieces(binary) {
            embedded::maybe_sql(self.finder, &pieces, &holes, quote, "sql in a string");
        }
    }

    /// `"SELECT …" + x + "…"`: strings and what stands between them. None where it does not begin with a string.
    #[allow(clippy::type_complexity, reason = "named at the one place that takes it apart")]
    fn pieces(
        &mut self,
        binary: &BinaryExpression<'_>,
    ) -> Option<(Vec<Range<usize>>, Vec<Range<usize>>, Option<char>)> {
        let mut operands = vec![&binary.right];
        let mut left = &binary.left;
        while let Expression::BinaryExpression(inner) = left.get_inner_expression() {
            if inner.operator != BinaryOperator::Addition {
                break;
            }
            operands.push(&inner.right);
            left = &inner.left;
        }
        operands.push(left);
        operands.reverse();
        let (mut pieces, mut holes, mut quote) = (Vec::new(), Vec::new(), None);
        for operand in &operands {
            match operand.get_inner_expression() {
                Expression::StringLiteral(literal) => {
                    let (piece, its) = inside(self.finder.text, literal.span.start as usize..literal.span.end as usize);
                    pieces.push(piece);
                    quote = its;
                }
                Expression::TemplateLiteral(template) => {
                    let (more, between) = parts(template);
                    pieces.extend(more);
                    holes.extend(between);
                    quote = Some('`');
                }
                other if pieces.is_empty() => {
                    let _ = other;
                    return None;
                }
                other => holes.push(other.span().start as usize..other.span().end as usize),
            }
        }
        for operand in operands {
            if matches!(operand.get_inner_expression(), Expression::StringLiteral(_) | Expression::TemplateLiteral(_)) {
                self.done.insert(operand.get_inner_expression().span().start);
            }
        }
        Some((pieces, holes, quote))
    }

    pub(super) fn string(&mut self, literal: &StringLiteral<'_>) {
        if !self.done.insert(literal.span.start) {
            return;
        }
        let Some(text) = text_of_literal(literal) else {
            let (piece, quote) = inside(self.finder.text, literal.span.start as usize..literal.span.end as usize);
            embedded::maybe_sql(self.finder, &[piece], &[], quote, "sql in a string");
            return;
        };
        if self.table_named > 0 && self.table(&text, None, Grade::Likely, "string about a table") {
            return;
        }
        postgrest::rest_path(self.finder, text.span.clone(), "rest path");
        let quote = self.finder.text[..text.span.start].chars().next_back();
        embedded::maybe_sql(self.finder, &[text.span], &[], quote, "sql in a string");
    }

    /// `{ event: "*", schema: "public", table: "emails", filter: "subject=eq.x" }`
    pub(super) fn object_about_a_table(&mut self, object: &ObjectExpression<'_>) {
        let Some(table) = option(object, &["table", "tableName", "table_name", "relation"]) else { return };
        let schema = option(object, &["schema", "schemaName", "table_schema"]).map(|text| text.value);
        let name = Name { schema: schema.clone(), name: table.value.clone() };
        let is_subscription = option(object, &["event"]).is_some();
        let kind = if is_subscription { "realtime subscription" } else { "property of an object" };
        self.table(&table, schema.as_deref(), Grade::Likely, kind);
        if let Some(filter) = option(object, &["filter"]).filter(|_| is_subscription) {
            self.done.insert(filter.start);
            let column = filter.value.split('=').next().unwrap_or("");
            let span = filter.span.start..filter.span.start + column.len();
            self.finder.text_column(span, &name, column, Grade::Likely, kind, |new| new.as_str().to_owned());
        }
    }
}

/// The inside of a literal, and its quote.
fn inside(text: &str, span: Range<usize>) -> (Range<usize>, Option<char>) {
    let quote = text[span.clone()].chars().next();
    (span.start + 1..span.end.saturating_sub(1).max(span.start + 1), quote)
}

/// The text of a template, and its `${…}`.
fn parts(template: &TemplateLiteral<'_>) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
    let pieces: Vec<Range<usize>> =
        template.quasis.iter().map(|quasi| quasi.span.start as usize..quasi.span.end as usize).collect();
    let holes = pieces.windows(2).map(|pair| pair[0].end..pair[1].start).collect();
    (pieces, holes)
}

fn leftmost(binary: &BinaryExpression<'_>) -> u32 {
    let mut left = &binary.left;
    while let Expression::BinaryExpression(inner) = left.get_inner_expression() {
        left = &inner.left;
    }
    left.get_inner_expression().span().start
}
