//! Values of columns, as text: another one for each number, written as PostgreSQL writes them back.
//!
//! A value that the server writes otherwise only makes its column one that is not compared (`calibrate` finds out).

use super::tables::Column;

/// None: no value of the type is known.
pub(super) fn value(column: &Column, number: u64) -> Option<String> {
    if !column.labels.is_empty() {
        return column.labels.get(usize::try_from(number).ok()? % column.labels.len()).cloned();
    }
    if let Some(element) = column.type_name.strip_suffix("[]") {
        return Some(format!("{{{}}}", plain(element, number)?));
    }
    plain(&column.type_name, number)
}

/// Whether two numbers never give one value, so that it may stand in a unique key.
pub(super) fn is_unbounded(column: &Column) -> bool {
    let (base, modifiers) = split(&column.type_name);
    match base {
        "text" | "uuid" | "integer" | "bigint" | "citext" | "json" | "jsonb" => true,
        "timestamp with time zone" | "timestamp without time zone" => true,
        "character varying" => modifiers.first().is_none_or(|length| *length >= 6),
        _ => false,
    }
}

fn plain(type_name: &str, number: u64) -> Option<String> {
    let (base, modifiers) = split(type_name);
    let day = format!("2024-{:02}-{:02}", 1 + number / 28 % 12, 1 + number % 28);
    // Whole seconds: fractions lose their trailing zeros.
    let time = format!("{day} {:02}:{:02}:{:02}", number / 3600 % 24, number / 60 % 60, number % 60);
    Some(match base {
        "smallint" => (number % 30_000).to_string(),
        "integer" => (number % 2_000_000_000).to_string(),
        "bigint" | "oid" => number.to_string(),
        "real" | "double precision" => (number % 1_000).to_string(),
        "numeric" => match modifiers.as_slice() {
            [precision, scale] => {
                let whole = number % 10_u64.pow(precision.saturating_sub(*scale).min(9));
                format!("{whole}.{}", "0".repeat(*scale as usize)).trim_end_matches('.').to_owned()
            }
            [precision] => (number % 10_u64.pow((*precision).min(9))).to_string(),
            _ => number.to_string(),
        },
        "text" | "citext" => format!("words and more words {number}"),
        "character varying" => short(number, modifiers.first().copied().unwrap_or(40)),
        "character" => {
            let length = modifiers.first().copied().unwrap_or(1) as usize;
            format!("{:a>length$}", short(number, modifiers.first().copied().unwrap_or(1)))
        }
        "uuid" => uuid(0xffff, number),
        "boolean" => number.is_multiple_of(2).to_string(),
        "json" | "jsonb" => format!("{{\"number\": {number}}}"),
        "date" => day,
        "timestamp without time zone" => time,
        "timestamp with time zone" => format!("{time}+00"),
        "inet" => format!("10.0.{}.{}", number / 250 % 250, 1 + number % 250),
        "interval" => format!("{:02}:00:00", number % 90),
        "bytea" => format!("\\x{number:08x}"),
        _ => return None,
    })
}

/// A key that is told apart by the table and the number.
pub(super) fn uuid(table: usize, number: u64) -> String {
    format!("{table:08x}-0000-4000-8000-{number:012x}")
}

fn short(number: u64, length: u32) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let (mut rest, mut text) = (number, String::new());
    while text.len() < length.min(12) as usize {
        text.insert(0, char::from(DIGITS[usize::try_from(rest % 36).unwrap_or(0)]));
        rest /= 36;
        if rest == 0 {
            break;
        }
    }
    text
}

/// `numeric(3,2)` is `numeric` and 3, 2; `timestamp(3) with time zone` has its number in the middle.
fn split(type_name: &str) -> (&str, Vec<u32>) {
    let Some((base, rest)) = type_name.split_once('(') else { return (type_name, Vec::new()) };
    let Some((numbers, after)) = rest.split_once(')') else { return (type_name, Vec::new()) };
    let base = match (base.trim(), after.trim()) {
        ("timestamp", "with time zone") => "timestamp with time zone",
        ("timestamp", _) => "timestamp without time zone",
        (base, _) => base,
    };
    (base, numbers.split(',').filter_map(|number| number.trim().parse().ok()).collect())
}

/// What differs between texts that mean the same: `t` and `true`, a time zone that is UTC.
pub(super) fn same(one: &str, other: &str) -> bool {
    let bare = |text: &str| match text {
        "t" => "true".to_owned(),
        "f" => "false".to_owned(),
        text => text.trim_end_matches("+00").to_owned(),
    };
    one == other || bare(one) == bare(other)
}
