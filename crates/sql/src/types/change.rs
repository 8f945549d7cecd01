//! Whether `ALTER COLUMN … TYPE` rewrites the table.
//!
//! PostgreSQL rewrites unless the cast is a mere relabelling, or its support function finds that the new modifier is wider
//! (ATColumnChangeRequiresRewrite). Indexes on the column may be rebuilt all the same when the operator class or collation changes.

use crate::ir::DataType;
use crate::read::{Cursor, tokens};

/// What a change of type does to the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rewrite {
    /// Only the catalog changes.
    No,
    /// Every row is written anew under ACCESS EXCLUSIVE.
    Yes,
    /// It is none where the session's TimeZone is UTC, and a rewrite otherwise (PostgreSQL 12 and later).
    UnlessTimeZoneIsUtc,
    /// A type that text alone does not know: a domain, an enum, an extension's.
    Unknown,
}

const BUILT_IN: &[&str] = &[
    "bigint",
    "bigserial",
    "bit",
    "boolean",
    "box",
    "bpchar",
    "bytea",
    "cidr",
    "circle",
    "date",
    "double precision",
    "inet",
    "integer",
    "interval",
    "json",
    "jsonb",
    "line",
    "lseg",
    "macaddr",
    "macaddr8",
    "money",
    "name",
    "numeric",
    "oid",
    "path",
    "point",
    "polygon",
    "real",
    "serial",
    "smallint",
    "smallserial",
    "text",
    "time",
    "timestamp",
    "timestamptz",
    "timetz",
    "tsquery",
    "tsvector",
    "uuid",
    "varbit",
    "varchar",
    "xml",
];

/// What changing a column from one type to the other does, without a USING that does more than cast.
pub fn type_change(from: &DataType, to: &DataType) -> Rewrite {
    let (old, new) = (stored(from), stored(to));
    if old == new
        && from.array_dimensions.min(1) == to.array_dimensions.min(1)
        && from.modifiers == to.modifiers
        && same_schema(from, to)
    {
        return Rewrite::No;
    }
    let known = |data_type: &DataType, name: &str| data_type.base.schema.is_none() && BUILT_IN.contains(&name);
    let citext = |name: &str| name == "citext";
    let textual = |name: &str| matches!(name, "text" | "varchar" | "citext");
    let arrays = from.array_dimensions > 0 || to.array_dimensions > 0;
    if !(known(from, old) || citext(old)) || !(known(to, new) || citext(new)) {
        return Rewrite::Unknown;
    }
    if arrays {
        // Arrays are converted element by element, except that numeric's and the like wider modifiers are seen through.
        let relabelled =
            old == new && from.array_dimensions.min(1) == to.array_dimensions.min(1) && to.modifiers.is_empty();
        return if relabelled { Rewrite::No } else { Rewrite::Yes };
    }
    match (old, new) {
        (_, "varchar") if textual(old) => wider(from, to),
        (_, "text" | "citext") if textual(old) => Rewrite::No,
        ("text" | "varchar", "bpchar") if to.modifiers.is_empty() => Rewrite::No,
        ("bpchar", "bpchar") if to.modifiers.is_empty() => Rewrite::No,
        ("numeric", "numeric") => numeric(from, to),
        ("varbit", "varbit") => wider(from, to),
        ("bit", "varbit") if to.modifiers.is_empty() => Rewrite::No,
        ("time", "time")
        | ("timetz", "timetz")
        | ("timestamp", "timestamp")
        | ("timestamptz", "timestamptz")
        | ("interval", "interval") => precise(from, to),
        // Through the cast function and a precision that stays or falls away: only a new one is applied row by row.
        ("timestamp", "timestamptz") | ("timestamptz", "timestamp") if precision(to) == 6 => {
            Rewrite::UnlessTimeZoneIsUtc
        }
        ("cidr", "inet") | ("xml", "text") | ("oid", "integer") | ("integer", "oid") => Rewrite::No,
        _ => Rewrite::Yes,
    }
}

fn same_schema(from: &DataType, to: &DataType) -> bool {
    from.base.schema == to.base.schema
}

/// serial is an integer with a default.
fn stored(data_type: &DataType) -> &str {
    match data_type.base.name.as_str() {
        "serial" => "integer",
        "bigserial" => "bigint",
        "smallserial" => "smallint",
        name => name,
    }
}

fn number(data_type: &DataType, at: usize) -> Option<i64> {
    data_type.modifiers.get(at)?.trim().parse().ok()
}

/// varchar and varbit: none is wider than any.
fn wider(from: &DataType, to: &DataType) -> Rewrite {
    let old = if from.base.name == to.base.name { number(from, 0) } else { None };
    match (old, number(to, 0)) {
        (_, None) => Rewrite::No,
        (Some(old), Some(new)) if new >= old => Rewrite::No,
        _ => Rewrite::Yes,
    }
}

fn numeric(from: &DataType, to: &DataType) -> Rewrite {
    let shape =
        |data_type: &DataType| number(data_type, 0).map(|precision| (precision, number(data_type, 1).unwrap_or(0)));
    match (shape(from), shape(to)) {
        (_, None) => Rewrite::No,
        (Some((old_precision, old_scale)), Some((precision, scale)))
            if scale == old_scale && precision >= old_precision =>
        {
            Rewrite::No
        }
        _ => Rewrite::Yes,
    }
}

/// Fractional digits of a time; six where none were written.
fn precision(data_type: &DataType) -> i64 {
    number(data_type, 0).unwrap_or(6)
}

fn precise(from: &DataType, to: &DataType) -> Rewrite {
    // `interval year to month` keeps its fields outside the modifiers: only plain intervals are compared.
    let has_fields =
        |data_type: &DataType| data_type.base.name == "interval" && data_type.text.trim().contains(char::is_whitespace);
    if has_fields(from) || has_fields(to) {
        return Rewrite::Unknown;
    }
    if precision(to) >= precision(from) { Rewrite::No } else { Rewrite::Yes }
}

/// A `USING` that only names the column or casts it: the rewrite is then decided by the types alone.
pub fn using_changes_nothing(column: &str, using: &str) -> bool {
    let tokens = tokens(using);
    let mut cursor = Cursor::new(using, &tokens);
    if cursor.is_mark("(")
        && let Ok(inside) = cursor.parentheses()
        && cursor.at_end()
    {
        return using_changes_nothing(column, &inside.all().text);
    }
    let cast = cursor.eat("cast");
    let mut here = cursor;
    if cast {
        match cursor.parentheses() {
            Ok(inside) if cursor.at_end() => here = inside,
            _ => return false,
        }
    }
    // A qualified name ends in the column too.
    if here.name().map(|name| name.name.name).ok().as_deref() != Some(column) {
        return false;
    }
    if here.at_end() {
        return !cast;
    }
    let casts = if cast { here.eat("as") } else { here.eat_mark("::") };
    casts && crate::read::data_type(&mut here).is_ok() && here.at_end()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::data_type;

    /// Measured by comparing pg_relation_filenode before and after on PostgreSQL 15.18, TimeZone Europe/Berlin.
    const MEASURED: &[(&str, &str, Rewrite)] = &[
        ("varchar(10)", "text", Rewrite::No),
        ("varchar(10)", "character varying(20)", Rewrite::No),
        ("varchar(20)", "varchar(10)", Rewrite::Yes),
        ("varchar", "varchar(10)", Rewrite::Yes),
        ("varchar(10)", "varchar", Rewrite::No),
        ("text", "varchar", Rewrite::No),
        ("text", "varchar(10)", Rewrite::Yes),
        ("char(5)", "char(10)", Rewrite::Yes),
        ("char(5)", "text", Rewrite::Yes),
        ("char(5)", "bpchar", Rewrite::No),
        ("bpchar", "char(5)", Rewrite::Yes),
        ("text", "bpchar", Rewrite::No),
        ("text", "char(5)", Rewrite::Yes),
        ("integer", "bigint", Rewrite::Yes),
        ("serial", "int4", Rewrite::No),
        ("numeric(10,2)", "decimal(12,2)", Rewrite::No),
        ("numeric(10,2)", "numeric(12,3)", Rewrite::Yes),
        ("numeric(10,2)", "numeric", Rewrite::No),
        ("numeric", "numeric(10,2)", Rewrite::Yes),
        ("numeric(10)", "numeric(12,0)", Rewrite::No),
        ("timestamp", "timestamptz", Rewrite::UnlessTimeZoneIsUtc),
        ("timestamp(3)", "timestamp with time zone", Rewrite::UnlessTimeZoneIsUtc),
        ("timestamp", "timestamptz(3)", Rewrite::Yes),
        ("timestamp(3)", "timestamptz(3)", Rewrite::Yes),
        ("timestamp(3)", "timestamp(6)", Rewrite::No),
        ("timestamp", "timestamp(6)", Rewrite::No),
        ("timestamp", "timestamp(3)", Rewrite::Yes),
        ("time(3)", "time", Rewrite::No),
        ("interval(3)", "interval", Rewrite::No),
        ("cidr", "inet", Rewrite::No),
        ("inet", "cidr", Rewrite::Yes),
        ("xml", "text", Rewrite::No),
        ("oid", "integer", Rewrite::No),
        ("json", "jsonb", Rewrite::Yes),
        ("text", "citext", Rewrite::No),
        ("varchar(10)", "citext", Rewrite::No),
        ("citext", "varchar", Rewrite::No),
        ("bit(5)", "bit(8)", Rewrite::Yes),
        ("varbit(5)", "bit varying(8)", Rewrite::No),
        ("bit(5)", "varbit", Rewrite::No),
        ("varchar(10)[]", "text[]", Rewrite::Yes),
        ("numeric(10,2)[]", "numeric[]", Rewrite::No),
        ("integer[]", "bigint[]", Rewrite::Yes),
        ("date", "timestamp", Rewrite::Yes),
        ("uuid", "text", Rewrite::Yes),
        ("mood", "text", Rewrite::Unknown),
        ("text", "public.checked", Rewrite::Unknown),
    ];

    #[test]
    fn rewrites_as_measured() {
        for (from, to, expected) in MEASURED {
            let found = type_change(&data_type(from).unwrap(), &data_type(to).unwrap());
            assert_eq!(found, *expected, "{from} → {to}");
        }
    }

    #[test]
    fn using_that_only_casts() {
        assert!(using_changes_nothing("a", "a::text"));
        assert!(using_changes_nothing("a", "\"a\"::character varying(20)"));
        assert!(using_changes_nothing("a", "(t.a)"));
        assert!(using_changes_nothing("a", "cast(a as numeric(10, 2))"));
        assert!(!using_changes_nothing("a", "lower(a)"));
        assert!(!using_changes_nothing("a", "b::text"));
        assert!(!using_changes_nothing("a", "a::text || 'x'"));
    }
}
