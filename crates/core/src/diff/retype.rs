//! How values of one type become values of another.

use std::borrow::Cow;

/// The expression after USING. None: PostgreSQL converts by itself, and refuses what does not fit.
pub(super) fn using(column: &str, old: &str, new: &str, same_name_replaced: bool) -> Option<String> {
    if same_name_replaced {
        return Some(through_text(column, old, new));
    }
    let (from, to) = (family(old), family(new));
    let assigned = match (from, to) {
        (Family::Number, Family::Number) | (Family::Text, Family::Text) | (Family::Bits, Family::Bits) => true,
        (Family::DateTime, Family::DateTime) | (Family::Time, Family::Time) => true,
        (Family::Json, Family::Json) | (Family::Network, Family::Network) => true,
        // An assignment to text takes any type that is not one of its own kind of string.
        (_, Family::Text) => true,
        _ => base(old) == base(new),
    };
    if assigned && is_array(old) == is_array(new) {
        return None;
    }
    let casts = match (from, to) {
        (Family::Text, _) => true,
        (Family::Number, Family::Boolean) | (Family::Boolean, Family::Number) => {
            base(old) == "integer" || base(new) == "integer"
        }
        _ => false,
    };
    // An explicit cast to varchar(n) or char(n) cuts what is too long; the assignment after it refuses.
    if casts && to != Family::Text && is_array(old) == is_array(new) {
        return Some(format!("{column}::{new}"));
    }
    Some(through_text(column, old, new))
}

/// True where the types can be compared with each other as they are.
pub(super) fn in_one_family(old: &str, new: &str) -> bool {
    base(old) == base(new) || (family(old) == family(new) && family(old) != Family::Other)
}

/// False where a value may not fit, so that the statement can fail on the rows that are there.
pub(super) fn always_fits(old: &str, new: &str) -> bool {
    if new == "text" || base(old) == base(new) && modifier(new).is_none() {
        return true;
    }
    if family(new) == Family::Text && modifier(new).is_none() && base(new) != "character" {
        return true;
    }
    let rank = |name: &str| ["smallint", "integer", "bigint", "numeric"].iter().position(|known| *known == name);
    match (rank(base(old)), rank(base(new))) {
        (Some(old_rank), Some(new_rank)) if modifier(new).is_none() => new_rank >= old_rank,
        _ => {
            base(old) == base(new)
                && match (modifier(old), modifier(new)) {
                    (Some(old), Some(new)) => !old.contains(',') && number(old) <= number(new),
                    _ => false,
                }
        }
    }
}

/// True where PostgreSQL only changes the catalog: a longer varchar, varchar to text, a wider numeric of one scale.
pub(super) fn keeps_file(old: &str, new: &str) -> bool {
    if is_array(old) || is_array(new) {
        return false;
    }
    let text = |name: &str| matches!(base(name), "text" | "character varying");
    if text(old) && text(new) {
        return match (modifier(old), modifier(new)) {
            (_, None) => true,
            (Some(old), Some(new)) => number(old) <= number(new),
            (None, Some(_)) => false,
        };
    }
    match (base(old) == base(new), base(old)) {
        (true, "numeric") => match (modifier(old), modifier(new)) {
            (_, None) => true,
            (Some(old), Some(new)) => scale(old) == scale(new) && number(old) <= number(new),
            _ => false,
        },
        (true, "bit varying") => match (modifier(old), modifier(new)) {
            (_, None) => true,
            (Some(old), Some(new)) => number(old) <= number(new),
            _ => false,
        },
        _ => false,
    }
}

/// True where a conversion that never fails leaves something of a value behind.
pub(super) fn loses_precision(old: &str, new: &str) -> bool {
    let whole = |name: &str| matches!(name, "smallint" | "integer" | "bigint");
    let (old_base, new_base) = (base(old), base(new));
    match (old_base, new_base) {
        ("numeric" | "real" | "double precision", new_base) if whole(new_base) => true,
        ("double precision" | "numeric" | "bigint" | "integer", "real") => true,
        ("numeric" | "bigint", "double precision") => true,
        ("numeric", "numeric") => match (modifier(old), modifier(new)) {
            (None, Some(_)) => true,
            (Some(old), Some(new)) => scale(new).parse::<i64>().unwrap_or(0) < scale(old).parse::<i64>().unwrap_or(0),
            _ => false,
        },
        ("real" | "double precision", "numeric") => modifier(new).is_some(),
        ("timestamp without time zone" | "timestamp with time zone", "date") => true,
        _ if old_base == new_base && matches!(family(old), Family::DateTime | Family::Time) => {
            match (modifier(old), modifier(new)) {
                (None, Some(_)) => true,
                (Some(old), Some(new)) => number(new) < number(old),
                _ => false,
            }
        }
        _ => false,
    }
}

fn through_text(column: &str, old: &str, new: &str) -> String {
    // Text may hold an array as it is written; any other single value becomes the only one.
    if is_array(new) && !is_array(old) && family(old) != Family::Text {
        return format!("CASE WHEN {column} IS NOT NULL THEN ARRAY[{column}::text]::{new} END");
    }
    if is_array(new) { format!("{column}::text[]::{new}") } else { format!("{column}::text::{new}") }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    Number,
    Text,
    Boolean,
    DateTime,
    Time,
    Bits,
    Json,
    Network,
    Other,
}

fn family(name: &str) -> Family {
    match base(name) {
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" => Family::Number,
        "text" | "character varying" | "character" | "name" => Family::Text,
        "boolean" => Family::Boolean,
        "date" | "timestamp without time zone" | "timestamp with time zone" => Family::DateTime,
        "time without time zone" | "time with time zone" => Family::Time,
        "bit" | "bit varying" => Family::Bits,
        "json" | "jsonb" => Family::Json,
        "inet" | "cidr" => Family::Network,
        _ => Family::Other,
    }
}

fn is_array(name: &str) -> bool {
    name.ends_with("[]")
}

/// The type's name without modifier and brackets: `timestamp(3) without time zone` → `timestamp without time zone`.
fn base(name: &str) -> &str {
    let name = name.strip_suffix("[]").unwrap_or(name);
    match name.find('(') {
        None => name,
        Some(start) => match (&name[..start], name[start..].find(')').map(|end| &name[start + end + 1..])) {
            ("timestamp", Some(" without time zone")) => "timestamp without time zone",
            ("timestamp", Some(" with time zone")) => "timestamp with time zone",
            ("time", Some(" without time zone")) => "time without time zone",
            ("time", Some(" with time zone")) => "time with time zone",
            (before, _) => before,
        },
    }
}

fn modifier(name: &str) -> Option<&str> {
    let start = name.find('(')?;
    let end = name[start..].find(')')? + start;
    name.get(start + 1..end)
}

fn number(modifier: &str) -> i64 {
    modifier.split(',').next().and_then(|text| text.trim().parse().ok()).unwrap_or(0)
}

fn scale(modifier: &str) -> Cow<'_, str> {
    modifier.split_once(',').map_or(Cow::Borrowed("0"), |(_, scale)| Cow::Borrowed(scale.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_never_cut() {
        assert_eq!(using("a", "text", "character varying(5)", false), None);
        assert_eq!(using("a", "integer", "bigint", false), None);
        assert_eq!(using("a", "integer", "text", false), None);
        assert_eq!(using("a", "text", "integer", false).as_deref(), Some("a::integer"));
        assert_eq!(using("a", "integer", "boolean", false).as_deref(), Some("a::boolean"));
        assert_eq!(using("a", "bigint", "boolean", false).as_deref(), Some("a::text::boolean"));
        assert_eq!(
            using("a", "bigint", "timestamp without time zone", false).as_deref(),
            Some("a::text::timestamp without time zone")
        );
        assert_eq!(using("a", "public.mood[]", "public.mood[]", true).as_deref(), Some("a::text[]::public.mood[]"));
        assert_eq!(
            using("a", "integer", "text[]", false).as_deref(),
            Some("CASE WHEN a IS NOT NULL THEN ARRAY[a::text]::text[] END")
        );
        assert_eq!(using("a", "timestamp(3) without time zone", "timestamp with time zone", false), None);
    }

    #[test]
    fn what_fits_and_what_is_written_anew() {
        assert!(always_fits("integer", "bigint") && !always_fits("bigint", "integer"));
        assert!(always_fits("character varying(5)", "text") && !always_fits("text", "character varying(5)"));
        assert!(always_fits("character varying(5)", "character varying(9)"));
        assert!(
            keeps_file("character varying(5)", "text") && keeps_file("character varying(5)", "character varying(9)")
        );
        assert!(!keeps_file("integer", "bigint") && !keeps_file("text", "character varying(5)"));
        assert!(keeps_file("numeric(5,2)", "numeric(9,2)") && !keeps_file("numeric(5,2)", "numeric(9,3)"));
    }
}
