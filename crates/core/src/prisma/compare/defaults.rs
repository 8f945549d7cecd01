//! Two defaults as Prisma compares them: by their values where both are literals, else by their text.
//!
//! The text is the server's own, so it comes in few shapes: `'a'::text`, `(-1)`, `ARRAY['a'::text]`, `'{a,b}'::text[]`.

use pgmason_model::Catalog;
use pgmason_model::catalog::{Column, Default as ColumnDefault};
use pgmason_model::{Object, ObjectId, ObjectKind};

use crate::prisma::schema::{DefaultKind, PrismaDefault};

/// What stands behind a column that gets no value.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::prisma) enum Filled {
    Nothing,
    /// Identity, or `nextval`.
    AutoIncrement,
    Expression(String),
}

pub(in crate::prisma) fn filled(catalog: &Catalog, column_id: &ObjectId, column: &Column) -> Filled {
    if column.identity.is_some() {
        return Filled::AutoIncrement;
    }
    // Prisma reads the expression of a generated column as its default.
    if let Some(generated) = &column.generated {
        return Filled::Expression(generated.expression.clone());
    }
    let id = ObjectId { kind: ObjectKind::Default, ..column_id.clone() };
    match catalog.get(&id) {
        Some(Object::Default(ColumnDefault { sequence: Some(_), .. })) => Filled::AutoIncrement,
        Some(Object::Default(default)) if is_null(&default.expression) => Filled::Nothing,
        Some(Object::Default(default)) => Filled::Expression(default.expression.clone()),
        _ => Filled::Nothing,
    }
}

/// `wanted` as the schema states it, `expected` as the server read it, `found` as the database has it.
pub(super) fn same(wanted: &PrismaDefault, expected: &Filled, found: &Filled) -> bool {
    let kind = match wanted {
        PrismaDefault::Anything => return true,
        PrismaDefault::Expression { kind, .. } => *kind,
        PrismaDefault::None | PrismaDefault::AutoIncrement => DefaultKind::Plain,
    };
    match (expected, found) {
        (Filled::Expression(expected), Filled::Expression(found)) => match kind {
            DefaultKind::DateTime if literal(found).is_some() => true,
            DefaultKind::Json => same_json(expected, found) || same_expression(expected, found),
            _ => same_expression(expected, found),
        },
        (expected, found) => expected == found,
    }
}

fn same_expression(expected: &str, found: &str) -> bool {
    let both = |read: fn(&str) -> Option<Vec<String>>| Some((read(expected)?, read(found)?));
    if expected.eq_ignore_ascii_case(found) || (is_now(expected) && is_now(found)) {
        return true;
    }
    if let (Some(expected), Some(found)) = (literal(expected), literal(found)) {
        return same_value(&expected, &found);
    }
    both(list).is_some_and(|(expected, found)| {
        expected.len() == found.len() && expected.iter().zip(&found).all(|(a, b)| same_value(a, b))
    })
}

fn same_value(a: &str, b: &str) -> bool {
    a == b || matches!((a.parse::<f64>(), b.parse::<f64>()), (Ok(a), Ok(b)) if a == b && a.is_finite())
}

fn same_json(expected: &str, found: &str) -> bool {
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(&literal(text)?).ok();
    matches!((read(expected), read(found)), (Some(a), Some(b)) if a == b)
}

fn is_null(expression: &str) -> bool {
    without_casts(expression).eq_ignore_ascii_case("null")
}

fn is_now(expression: &str) -> bool {
    let bare = expression.to_ascii_lowercase();
    bare == "now()" || bare == "current_timestamp"
}

/// The value of a literal: text without its quotes, a number or a boolean as it stands.
pub(in crate::prisma) fn literal(expression: &str) -> Option<String> {
    let bare = without_parentheses(without_casts(expression));
    let bare = without_parentheses(without_casts(bare));
    if let Some(text) = quoted(bare) {
        return Some(text);
    }
    let number = bare.parse::<f64>().is_ok() && bare.bytes().any(|byte| byte.is_ascii_digit());
    (number || matches!(bare, "true" | "false")).then(|| bare.to_owned())
}

/// The elements of an array that is made of literals.
pub(in crate::prisma) fn list(expression: &str) -> Option<Vec<String>> {
    let bare = without_parentheses(without_casts(expression));
    if let Some(inner) = bare.strip_prefix("ARRAY[").and_then(|rest| rest.strip_suffix(']')) {
        return split(inner, '\'').into_iter().map(|element| literal(element.trim())).collect();
    }
    let text = quoted(bare)?;
    let inner = text.strip_prefix('{')?.strip_suffix('}')?;
    let unquoted = |element: &str| {
        let inner = element.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        inner.map_or_else(|| element.to_owned(), |inner| inner.replace("\\\"", "\"").replace("\\\\", "\\"))
    };
    Some(split(inner, '"').into_iter().map(unquoted).collect())
}

/// At commas outside of quotes.
fn split(text: &str, quote: char) -> Vec<&str> {
    if text.trim().is_empty() {
        return Vec::new();
    }
    let mut parts = Vec::new();
    let (mut start, mut inside) = (0, false);
    for (place, letter) in text.char_indices() {
        if letter == quote {
            inside = !inside;
        } else if letter == ',' && !inside {
            parts.push(&text[start..place]);
            start = place + 1;
        }
    }
    parts.push(&text[start..]);
    parts
}

/// `'it''s'` is `it's`. None for what is more than one literal.
fn quoted(text: &str) -> Option<String> {
    let escaped = text.starts_with("E'");
    let inner = text.strip_prefix('E').filter(|_| escaped).unwrap_or(text).strip_prefix('\'')?.strip_suffix('\'')?;
    let single = inner.replace("''", "");
    if single.contains('\'') {
        return None;
    }
    let plain = inner.replace("''", "'");
    Some(if escaped { plain.replace("\\\\", "\\") } else { plain })
}

/// Without `::type` at the end, as often as it stands there.
fn without_casts(expression: &str) -> &str {
    let mut bare = expression.trim();
    while let Some(place) = bare.rfind("::") {
        let cast = &bare[place + 2..];
        let is_type = !cast.is_empty() && !cast.contains(['\'', '/', '+', '|']) && balanced(cast);
        if !is_type || bare[..place].matches('\'').count() % 2 == 1 || !balanced(&bare[..place]) {
            return bare;
        }
        bare = bare[..place].trim_end();
    }
    bare
}

fn balanced(text: &str) -> bool {
    let mut depth = 0_i32;
    text.chars().all(|letter| {
        match letter {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            _ => {}
        }
        depth >= 0
    }) && depth == 0
}

fn without_parentheses(text: &str) -> &str {
    match text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        Some(inner) if balanced(inner) => inner.trim(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_compared_by_their_value() {
        for (a, b) in [
            ("'a'::text", "'a'::character varying"),
            ("1", "'1'::bigint"),
            ("'-1'::integer", "(-1)"),
            ("1.0", "(1)::double precision"),
            ("'it''s'::text", "'it''s'"),
            ("ARRAY[]::text[]", "'{}'::text[]"),
            ("ARRAY['a'::text, 'b,c'::text]", "'{a,\"b,c\"}'::text[]"),
            ("ARRAY[1, 2]", "'{1,2}'::integer[]"),
            ("CURRENT_TIMESTAMP", "now()"),
            ("GEN_RANDOM_UUID()", "gen_random_uuid()"),
            ("'x'::public.mood", "('x'::text)::public.mood"),
        ] {
            assert!(same_expression(a, b), "{a} {b}");
        }
        for (a, b) in [
            ("'a'::text", "'b'::text"),
            ("'1'::text", "2"),
            ("now()", "timezone('utc'::text, now())"),
            ("ARRAY['a'::text]", "'{}'::text[]"),
            ("'a'::text || 'b'::text", "'a'::text"),
        ] {
            assert!(!same_expression(a, b), "{a} {b}");
        }
    }

    #[test]
    fn json_is_compared_by_what_it_says() {
        assert!(same_json(r#"'{"a": 1, "b": 2}'::jsonb"#, r#"'{"b":2,"a":1}'::jsonb"#));
        assert!(!same_json(r#"'{"a": 1}'::jsonb"#, r#"'{"a": 2}'::jsonb"#));
    }

    #[test]
    fn null_is_no_default() {
        assert!(is_null("NULL::character varying") && is_null("NULL"));
        assert!(!is_null("'NULL'::text"));
    }
}
