//! Which functions a query calls and which relations it reads, from its tokens alone.
//!
//! Right for what rules ask (is `dblink` called, is the table read); it builds no tree.

use super::cursor::Cursor;
use crate::ir::{FunctionCall, NameAt};
use crate::lexer::{TokenKind, string_value};

/// Words after which a name with a parenthesis is a call, and which are no function names themselves.
const KEYWORDS: &[&str] = &[
    "all",
    "and",
    "any",
    "array",
    "as",
    "asymmetric",
    "between",
    "both",
    "by",
    "case",
    "cast",
    "collate",
    "conflict",
    "cross",
    "cube",
    "default",
    "delete",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "exists",
    "fetch",
    "filter",
    "for",
    "from",
    "full",
    "group",
    "grouping",
    "having",
    "ilike",
    "in",
    "inner",
    "insert",
    "intersect",
    "interval",
    "into",
    "is",
    "join",
    "lateral",
    "leading",
    "left",
    "like",
    "limit",
    "materialized",
    "matched",
    "natural",
    "not",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "over",
    "partition",
    "recursive",
    "returning",
    "right",
    "rollup",
    "row",
    "rows",
    "select",
    "set",
    "sets",
    "similar",
    "some",
    "symmetric",
    "table",
    "then",
    "to",
    "trailing",
    "union",
    "update",
    "using",
    "values",
    "variadic",
    "when",
    "where",
    "window",
    "with",
    "within",
    "perform",
    "return",
    "call",
    "execute",
];

fn is_keyword(word: &str) -> bool {
    word.len() <= 12 && KEYWORDS.iter().any(|keyword| keyword.eq_ignore_ascii_case(word))
}

#[derive(Default)]
pub(crate) struct Found {
    pub(crate) calls: Vec<FunctionCall>,
    pub(crate) reads: Vec<NameAt>,
}

/// One level of parentheses.
#[derive(Clone, Copy, Default)]
struct Level {
    /// Between FROM and the clause after it: a comma brings another relation.
    in_from: bool,
    /// The inside of `extract(…)`, `substring(…)`, `trim(…)`, `overlay(…)`: FROM means nothing here.
    from_is_syntax: bool,
}

/// Scans everything from the cursor on. `hidden` are names that are no relations: those of WITH.
pub(crate) fn scan(cursor: &Cursor<'_>, hidden: &[String], found: &mut Found) {
    let sql = cursor.sql;
    let mut here = *cursor;
    let mut levels = vec![Level::default()];
    let mut expects_relation = false;
    let mut hidden: Vec<String> = hidden.to_vec();
    while let Some(token) = here.peek() {
        let level = levels.len() - 1;
        match token.kind {
            TokenKind::Punctuation => {
                match token.text(sql) {
                    "(" => levels.push(Level::default()),
                    ")" if levels.len() > 1 => {
                        levels.pop();
                        expects_relation = false;
                    }
                    "," => expects_relation = levels[level].in_from,
                    _ => {}
                }
                here.at += 1;
            }
            TokenKind::Word | TokenKind::QuotedIdentifier => {
                let word = if token.kind == TokenKind::Word { token.text(sql) } else { "" };
                if is_keyword(word) {
                    read_keyword(word, &here, &mut levels[level], &mut expects_relation);
                    here.at += 1;
                    continue;
                }
                let from = here.at;
                let Ok(name) = here.name() else {
                    here.at = from + 1;
                    continue;
                };
                if here.is_mark("(") && may_be_call(cursor, from) {
                    let plain = name.name.name.as_str();
                    let is_syntax = matches!(plain, "extract" | "substring" | "trim" | "overlay" | "position");
                    found.calls.push(call(&here, name));
                    here.at += 1;
                    levels.push(Level { in_from: false, from_is_syntax: is_syntax });
                } else if expects_relation {
                    if name.name.schema.is_some() || !hidden.contains(&name.name.name) {
                        found.reads.push(name);
                    }
                } else if here.is("as")
                    && (here.is_mark_ahead(1, "(") || here.is_ahead(1, "materialized") || here.is_ahead(1, "not"))
                {
                    // A name of an inner WITH.
                    hidden.push(name.name.name);
                }
                expects_relation = false;
            }
            _ => {
                expects_relation = false;
                here.at += 1;
            }
        }
    }
    found.reads.retain(|read| read.name.schema.is_some() || !hidden.contains(&read.name.name));
}

fn read_keyword(word: &str, here: &Cursor<'_>, level: &mut Level, expects_relation: &mut bool) {
    let word = word.to_ascii_lowercase();
    match word.as_str() {
        "from" => {
            let distinct = here.at > 0 && Cursor { at: here.at - 1, ..*here }.is("distinct");
            if !level.from_is_syntax && !distinct {
                level.in_from = true;
                *expects_relation = true;
            }
        }
        "join" => *expects_relation = true,
        "table" => *expects_relation = true,
        "using" => *expects_relation = !here.is_mark_ahead(1, "("),
        "only" | "lateral" => {}
        "where" | "group" | "order" | "having" | "limit" | "union" | "intersect" | "except" | "returning" | "set"
        | "window" | "offset" | "fetch" | "for" | "select" | "values" => {
            level.in_from = false;
            *expects_relation = false;
        }
        _ => *expects_relation = false,
    }
}

/// A name before a parenthesis is a call unless it is an alias with columns or a type with modifiers.
fn may_be_call(cursor: &Cursor<'_>, at: usize) -> bool {
    let Some(before) = at.checked_sub(1).and_then(|before| cursor.tokens.get(before)) else { return true };
    match before.kind {
        TokenKind::Word => {
            let word = before.text(cursor.sql);
            is_keyword(word) && !word.eq_ignore_ascii_case("as") && !word.eq_ignore_ascii_case("into")
        }
        TokenKind::Operator => true,
        TokenKind::Punctuation => matches!(before.text(cursor.sql), "(" | "," | "[" | ":=" | ":"),
        _ => false,
    }
}

fn call(here: &Cursor<'_>, name: NameAt) -> FunctionCall {
    let text_at = |by: usize| {
        let token = here.ahead(by)?;
        let ends = here.ahead(by + 1).is_none_or(|next| next.kind == TokenKind::Punctuation);
        string_value(here.sql, token).filter(|value| ends && value.len() < 1024)
    };
    let first_text = text_at(1);
    // Behind a cast: `nextval('s'::regclass)`.
    let comma = if here.is_mark_ahead(2, "::") { 4 } else { 2 };
    let second_text = if here.is_mark_ahead(comma, ",") { text_at(comma + 1) } else { None };
    FunctionCall { name: name.name, first_text, second_text, span: name.span }
}
