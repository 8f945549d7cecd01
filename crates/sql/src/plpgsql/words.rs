//! What the parts of one plpgsql statement mean: INTO targets, dynamic SQL, assignments.

use crate::lexer::{TokenKind, string_value};
use crate::read::Cursor;

/// The text of tokens `from..to` with `INTO [STRICT] targets` blanked, so that offsets stay.
pub(super) fn without_into(cursor: &Cursor<'_>, from: usize, to: usize) -> String {
    let span = cursor.span(from, to);
    let mut text = cursor.sql.get(span.clone()).unwrap_or("").to_owned();
    let inside = Cursor { sql: cursor.sql, tokens: &cursor.tokens[from..to], at: 0 };
    if let Some(blank) = into_targets(&inside) {
        let (start, end) = (blank.start - span.start, blank.end - span.start);
        // The replaced bytes are counted, not the characters: offsets behind them stay.
        text.replace_range(start..end, &" ".repeat(end - start));
    }
    text
}

/// Where `INTO [STRICT] target, …` stands outside parentheses; INSERT INTO and MERGE INTO are none.
fn into_targets(inside: &Cursor<'_>) -> Option<std::ops::Range<usize>> {
    let mut here = *inside;
    loop {
        here.skip_until(|here| here.is("into"));
        if here.at_end() {
            return None;
        }
        let behind_insert = here.at > 0 && Cursor { at: here.at - 1, ..here }.is_one(&["insert", "merge"]);
        if !behind_insert {
            break;
        }
        here.at += 1;
    }
    let from = here.at;
    here.at += 1;
    here.eat("strict");
    loop {
        if here.peek().is_some_and(|token| token.kind == TokenKind::Parameter) {
            here.at += 1;
        } else if here.name().is_err() {
            break;
        }
        while here.is_mark("[") {
            here.skip_one();
        }
        if !here.eat_mark(",") {
            break;
        }
    }
    Some(here.span(from, here.at))
}

/// What `EXECUTE expression` would run.
pub(super) enum Dynamic {
    Literal(String),
    Format(String),
    Unknown,
}

/// Reads the expression behind EXECUTE, which ends before INTO and USING.
pub(super) fn dynamic(expression: &Cursor<'_>) -> Dynamic {
    let mut here = *expression;
    here.skip_until(|here| here.is_one(&["into", "using"]));
    let mut inside = Cursor { sql: here.sql, tokens: &here.tokens[expression.at..here.at], at: 0 };
    // `EXECUTE ('…')` and `EXECUTE (format(…))`.
    while inside.is_mark("(") {
        let mut group = inside;
        match group.parentheses() {
            Ok(content) if group.at_end() => inside = content,
            _ => return Dynamic::Unknown,
        }
    }
    let value = |cursor: &Cursor<'_>| cursor.peek().and_then(|token| string_value(cursor.sql, token));
    if inside.tokens.len() == 1 {
        return value(&inside).map_or(Dynamic::Unknown, Dynamic::Literal);
    }
    inside.eat_all(&["pg_catalog"]).then(|| inside.eat_mark("."));
    if inside.eat("format")
        && let Ok(arguments) = inside.parentheses()
        && inside.at_end()
        && let Some(template) = value(&arguments)
        && arguments.ahead(1).is_none_or(|token| token.is(arguments.sql, ","))
    {
        return Dynamic::Format(fill_template(&template));
    }
    Dynamic::Unknown
}

/// `%I`, `%s` and `%L` with their positions and widths replaced by stand-ins that parse.
fn fill_template(template: &str) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(at) = rest.find('%') {
        filled.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let flags = after
            .find(|character: char| !(character.is_ascii_digit() || "$-*".contains(character)))
            .unwrap_or(after.len());
        let tail = &after[flags..];
        match tail.chars().next() {
            Some('I' | 's') => filled.push_str("placeholder"),
            Some('L') => filled.push_str("'placeholder'"),
            Some('%') => filled.push('%'),
            _ => {
                filled.push('%');
                rest = after;
                continue;
            }
        }
        rest = &tail[1..];
    }
    filled.push_str(rest);
    filled
}

/// `variable := …`, `record.field = …`, `list[1] := …`.
pub(super) fn is_assignment(cursor: &Cursor<'_>) -> bool {
    let mut here = *cursor;
    if here.peek().is_some_and(|token| token.kind == TokenKind::Parameter) {
        here.at += 1;
    } else if here.identifier().is_err() {
        return false;
    }
    loop {
        if here.is_mark("[") {
            here.skip_one();
        } else if here.eat_mark(".") {
            here.at += 1;
        } else {
            return here.is_mark(":=") || here.is_operator("=");
        }
    }
}
