//! Values that a CHECK may want: its own constants, their neighbours, and texts of common forms.

use pgmason_model::identifier::quote_literal;

use super::literals::{self, Literal};
use super::shape::ColumnShape;

/// More than this is never tried for one constraint.
pub(super) const MOST_TRIES: usize = 240;

/// SQL of values to try in a column of the constraint, the likeliest first.
pub(super) fn candidates(expression: &str, column: &ColumnShape, number: usize) -> Vec<String> {
    let found = literals::of(expression);
    let type_name = column.type_name.as_str();
    let mut list = Vec::new();
    if let Some(element) = type_name.strip_suffix("[]") {
        for literal in &found {
            list.push(format!("ARRAY[{}::{element}]::{type_name}", quote_literal(&literal.text)));
        }
        list.push(format!("'{{}}'::{type_name}"));
    }
    let mut texts: Vec<String> = found.iter().map(|literal| literal.text.clone()).collect();
    let numbers: Vec<i64> = found.iter().filter_map(|literal| literal.text.parse().ok()).collect();
    let base = type_name.split('(').next().unwrap_or_default().trim();
    match base {
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" => {
            for number in &numbers {
                texts.extend([number + 1, number - 1].map(|number| number.to_string()));
            }
            if let (Some(low), Some(high)) = (numbers.iter().min(), numbers.iter().max()) {
                texts.push(((low + high) / 2).to_string());
            }
            texts.extend(["0", "1", "2", "-1", "0.5", "100", "1000"].map(str::to_owned));
        }
        "text" | "character varying" | "character" | "citext" => {
            texts.extend(common_texts(number));
            for length in numbers.iter().filter(|length| (1..=5000).contains(*length)) {
                for length in [*length, length + 1, length - 1] {
                    texts.push("x".repeat(usize::try_from(length).unwrap_or(1)));
                    texts.push("1".repeat(usize::try_from(length).unwrap_or(1)));
                }
            }
        }
        "json" | "jsonb" => texts = json_texts(&found),
        "boolean" => texts = vec!["true".to_owned(), "false".to_owned()],
        _ if base.starts_with("timestamp") || base == "date" => {
            texts.extend(["2001-01-01", "2001-12-31", "2999-12-31", "1990-01-01", "2020-01-01"].map(str::to_owned));
        }
        // An enum, say.
        _ => texts = found.iter().filter(|literal| !literal.is_number).map(|literal| literal.text.clone()).collect(),
    }
    if !type_name.ends_with("[]") {
        // Each row begins elsewhere, for unique keys.
        let constants = found.len().max(1);
        if number < constants && texts.len() >= constants {
            texts[..constants].rotate_left(number % constants);
        }
        list.extend(texts.iter().map(|text| format!("{}::{type_name}", quote_literal(text))));
    }
    if column.nullable {
        list.push("NULL".to_owned());
    }
    list
}

fn common_texts(number: usize) -> Vec<String> {
    let n = number + 1;
    [
        format!("user{n}@example.org"),
        format!("https://example.org/{n}"),
        format!("a{n}"),
        format!("A{n}"),
        format!("ab-{n}"),
        format!("ab_{n}"),
        format!("abcdef{n}"),
        format!("#aabb{:02}", n % 100),
        format!("+1555000{:04}", n % 10000),
        format!("{n}"),
        "en".to_owned(),
        "USD".to_owned(),
        format!("2001-01-{:02}", 1 + n % 28),
        format!("1.0.{n}"),
        format!("00000000-0000-4000-8000-{n:012x}"),
        "Abcdef1!".to_owned(),
    ]
    .into()
}

fn json_texts(found: &[Literal]) -> Vec<String> {
    let mut texts = vec!["{}".to_owned(), "[]".to_owned(), "\"a\"".to_owned(), "1".to_owned(), "[1]".to_owned()];
    // Keys that it asks for.
    let keys: Vec<&str> =
        found.iter().filter(|literal| !literal.is_number).map(|literal| literal.text.as_str()).collect();
    for value in ["\"a\"", "1", "[]", "{}", "true"] {
        let pairs: Vec<String> = keys.iter().map(|key| format!("{}:{value}", serde_json::Value::from(*key))).collect();
        texts.push(format!("{{{}}}", pairs.join(",")));
    }
    texts
}
