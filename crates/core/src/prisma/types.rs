//! Prisma's types in PostgreSQL's words.

use pgmason_model::Identifier;

use super::place::{Place, PrismaError};
use super::syntax::{Attribute, Expression};

/// Prisma's own types.
pub(super) const SCALARS: &[(&str, &str)] = &[
    ("Int", "integer"),
    ("BigInt", "bigint"),
    ("Float", "double precision"),
    ("Decimal", "numeric(65,30)"),
    ("Boolean", "boolean"),
    ("String", "text"),
    ("DateTime", "timestamp(3)"),
    ("Bytes", "bytea"),
    ("Json", "jsonb"),
];

pub(super) fn scalar(name: &str) -> Option<&'static str> {
    SCALARS.iter().find(|(known, _)| *known == name).map(|(_, sql)| *sql)
}

/// `(name, SQL, how many numbers it may take, Prisma's types that it may stand on)`.
const NATIVE: &[(&str, &str, usize, &[&str])] = &[
    ("SmallInt", "smallint", 0, &["Int"]),
    ("Integer", "integer", 0, &["Int"]),
    ("BigInt", "bigint", 0, &["BigInt"]),
    ("Decimal", "numeric", 2, &["Decimal"]),
    ("Money", "money", 0, &["Decimal"]),
    ("Inet", "inet", 0, &["String"]),
    ("Oid", "oid", 0, &["Int"]),
    ("Citext", "citext", 0, &["String"]),
    ("Real", "real", 0, &["Float"]),
    ("DoublePrecision", "double precision", 0, &["Float"]),
    ("VarChar", "character varying", 1, &["String"]),
    ("Char", "character", 1, &["String"]),
    ("Text", "text", 0, &["String"]),
    ("ByteA", "bytea", 0, &["Bytes"]),
    ("Timestamp", "timestamp", 1, &["DateTime"]),
    ("Timestamptz", "timestamptz", 1, &["DateTime"]),
    ("Date", "date", 0, &["DateTime"]),
    ("Time", "time", 1, &["DateTime"]),
    ("Timetz", "timetz", 1, &["DateTime"]),
    ("Boolean", "boolean", 0, &["Boolean"]),
    ("Bit", "bit", 1, &["String"]),
    ("VarBit", "bit varying", 1, &["String"]),
    ("Uuid", "uuid", 0, &["String"]),
    ("Xml", "xml", 0, &["String"]),
    ("Json", "json", 0, &["Json"]),
    ("JsonB", "jsonb", 0, &["Json"]),
];

/// `@db.Name(arguments)` on a field of Prisma's type. A name that is not PostgreSQL's own is an extension's type.
pub(super) fn native(attribute: &Attribute, name: &str, scalar: &str) -> Result<String, PrismaError> {
    let place = &attribute.place;
    let numbers =
        attribute.arguments.iter().map(|argument| number(&argument.value, place)).collect::<Result<Vec<_>, _>>()?;
    let known = NATIVE.iter().find(|(known, ..)| *known == name);
    let Some((_, sql, most, on)) = known else {
        let type_name = Identifier::from(name.to_ascii_lowercase());
        return Ok(with_numbers(&type_name.to_string(), &numbers));
    };
    if !on.contains(&scalar) {
        let message = format!("`@{}` cannot stand on a field of type {scalar}", attribute.name);
        return Err(PrismaError::meaning(place, message, format!("it stands on {}", on.join(", "))));
    }
    if numbers.len() > *most {
        let message = format!("`@{}` has {} arguments", attribute.name, numbers.len());
        let most = if *most == 0 { "none".to_owned() } else { format!("{most} at most") };
        return Err(PrismaError::meaning(place, message, format!("it takes {most}")));
    }
    Ok(match (*sql, numbers.as_slice()) {
        // The modifier stands in the middle of the long name; the short one takes it at its end.
        ("numeric", [precision]) => format!("numeric({precision},0)"),
        (sql, numbers) => with_numbers(sql, numbers),
    })
}

fn with_numbers(sql: &str, numbers: &[u32]) -> String {
    if numbers.is_empty() {
        return sql.to_owned();
    }
    let list: Vec<String> = numbers.iter().map(u32::to_string).collect();
    format!("{sql}({})", list.join(","))
}

fn number(value: &Expression, place: &Place) -> Result<u32, PrismaError> {
    let read = match value {
        Expression::Number(text) => text.parse().ok(),
        _ => None,
    };
    read.ok_or_else(|| {
        PrismaError::meaning(
            place,
            "an argument of a native type is no whole number",
            "write digits: `@db.VarChar(255)`",
        )
    })
}

/// The serial type that makes a sequence for an integer type.
pub(super) fn serial(type_name: &str) -> Option<&'static str> {
    match type_name {
        "smallint" => Some("smallserial"),
        "integer" => Some("serial"),
        "bigint" => Some("bigserial"),
        _ => None,
    }
}

/// Prisma's name of an operator class: `JsonbPathOps` is `jsonb_path_ops`.
pub(super) fn operator_class(name: &str) -> String {
    let joined = ["MinMax", "TimestampTz", "TimeTz", "VarBit"]
        .iter()
        .fold(name.to_owned(), |name, word| name.replace(word, &capitalised(word)));
    let mut snake = String::new();
    for letter in joined.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

fn capitalised(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_owned() + &rest.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::operator_class;

    #[test]
    fn operator_classes_are_called_as_in_postgresql() {
        for (prisma, sql) in [
            ("JsonbPathOps", "jsonb_path_ops"),
            ("ArrayOps", "array_ops"),
            ("Float4MinMaxMultiOps", "float4_minmax_multi_ops"),
            ("TimestampTzBloomOps", "timestamptz_bloom_ops"),
            ("VarBitMinMaxOps", "varbit_minmax_ops"),
            ("BpcharBloomOps", "bpchar_bloom_ops"),
            ("InetInclusionOps", "inet_inclusion_ops"),
        ] {
            assert_eq!(operator_class(prisma), sql);
        }
    }
}
