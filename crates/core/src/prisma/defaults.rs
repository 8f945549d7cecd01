//! `@default(…)` in SQL. What the client makes itself is no default of the database.

use pgmason_model::quote_literal;

use super::place::PrismaError;
use super::schema::{DefaultKind, PrismaDefault};
use super::syntax::{Arity, Attribute, Expression};

/// What a default stands on.
pub(super) struct FieldType<'a> {
    /// Prisma's name of the type; of an enum, its name.
    pub(super) name: &'a str,
    /// As DDL writes it, without `[]`.
    pub(super) sql: &'a str,
    pub(super) arity: Arity,
    /// `(name, label)` of an enum's values.
    pub(super) labels: Option<&'a [(String, String)]>,
}

pub(super) fn read(attribute: &Attribute, on: &FieldType<'_>) -> Result<PrismaDefault, PrismaError> {
    let wrong = |message: String, hint: &str| PrismaError::meaning(&attribute.place, message, hint);
    let Some(value) = attribute.argument("value", 0) else {
        return Err(wrong("`@default` without a value".to_owned(), "write one: `@default(now())`"));
    };
    let plain = |sql: String| PrismaDefault::Expression { sql, kind: DefaultKind::Plain };
    match value {
        Expression::Call { name, arguments } => match name.as_str() {
            "now" => Ok(plain("CURRENT_TIMESTAMP".to_owned())),
            "autoincrement" => Ok(PrismaDefault::AutoIncrement),
            "uuid" | "cuid" | "nanoid" | "ulid" | "auto" => Ok(PrismaDefault::None),
            "dbgenerated" => match arguments.first().map(|argument| &argument.value) {
                None => Ok(PrismaDefault::Anything),
                Some(Expression::Text(sql)) if sql.trim().is_empty() => Err(wrong(
                    "`dbgenerated` with an empty expression".to_owned(),
                    "leave it out for any default: `dbgenerated()`",
                )),
                Some(Expression::Text(sql)) => Ok(plain(sql.clone())),
                Some(_) => Err(wrong(
                    "the expression of `dbgenerated` is no text".to_owned(),
                    "write it in quotes: `dbgenerated(\"gen_random_uuid()\")`",
                )),
            },
            other => Err(wrong(
                format!("`{other}()` is no default for PostgreSQL"),
                "one of now(), autoincrement(), dbgenerated(), uuid(), cuid(), nanoid(), ulid()",
            )),
        },
        Expression::Array(elements) if on.arity == Arity::List => {
            let list = elements.iter().map(|element| literal(element, on)).collect::<Option<Vec<_>>>();
            let list = list.ok_or_else(|| mismatch(attribute, on))?;
            Ok(PrismaDefault::Expression {
                sql: format!("ARRAY[{}]::{}[]", list.join(", "), on.sql),
                kind: if on.name == "DateTime" { DefaultKind::DateTime } else { DefaultKind::Plain },
            })
        }
        single => {
            let sql = literal(single, on).ok_or_else(|| mismatch(attribute, on))?;
            let kind = match on.name {
                "Json" => DefaultKind::Json,
                "DateTime" => DefaultKind::DateTime,
                _ => DefaultKind::Plain,
            };
            Ok(PrismaDefault::Expression { sql, kind })
        }
    }
}

fn mismatch(attribute: &Attribute, on: &FieldType<'_>) -> PrismaError {
    let message = format!("the default is no value of type {}", on.name);
    let hint = match on.labels {
        Some(labels) => {
            let names: Vec<&str> = labels.iter().map(|(name, _)| name.as_str()).collect();
            format!("one of {}", names.join(", "))
        }
        None => format!("write a value that a field of type {} can hold", on.name),
    };
    PrismaError::meaning(&attribute.place, message, hint)
}

fn literal(value: &Expression, on: &FieldType<'_>) -> Option<String> {
    if let Some(labels) = on.labels {
        let name = value.word()?;
        return labels.iter().find(|(known, _)| known == name).map(|(_, label)| quote_literal(label));
    }
    match (on.name, value) {
        ("Int" | "BigInt", Expression::Number(number)) if !number.contains('.') => Some(number.clone()),
        ("Float" | "Decimal", Expression::Number(number)) => Some(number.trim_end_matches('.').to_owned()),
        ("Boolean", Expression::Name(name)) if matches!(name.as_str(), "true" | "false") => Some(name.clone()),
        ("Bytes", Expression::Text(text)) => Some(format!("'\\x{}'", hexadecimal(&base64(text)?))),
        ("String" | "Json" | "DateTime" | "Decimal" | "Float", Expression::Text(text)) => Some(quote_literal(text)),
        _ => None,
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Bytes are written in the standard alphabet, padding or not.
fn base64(text: &str) -> Option<Vec<u8>> {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD_NO_PAD;
    STANDARD_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn bytes_are_read_from_base64() {
        assert_eq!(base64("SGVsbG8="), Some(b"Hello".to_vec()));
        assert_eq!(base64(""), Some(Vec::new()));
        assert_eq!(base64("not base64!"), None);
    }
}
