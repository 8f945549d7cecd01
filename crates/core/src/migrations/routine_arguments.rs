//! The arguments of a function as `pg_get_function_identity_arguments` writes them, told from the text of CREATE FUNCTION.

use pgmason_model::Identifier;
use pgmason_sql::types::data_type;
use pgmason_sql::{DataType, fold_identifier};

use crate::expression::{Token, TokenKind, tokens};

/// Defaults left out, types by their SQL names. A type of the project without a schema is put into the first of the path.
pub(super) fn identity_arguments(text: &str, procedure: bool, path: &[String]) -> String {
    let found = tokens(text);
    let mut written = Vec::new();
    for part in parts(&found) {
        let Some(argument) = argument(text, part, procedure, path) else { continue };
        written.push(argument);
    }
    written.join(", ")
}

/// What the outermost commas part, up to each default.
fn parts(found: &[Token]) -> Vec<&[Token]> {
    let mut parts = Vec::new();
    let (mut start, mut depth, mut end) = (0, 0_usize, None);
    for (at, token) in found.iter().enumerate() {
        match token.kind {
            TokenKind::Open => depth += 1,
            TokenKind::Close => depth = depth.saturating_sub(1),
            TokenKind::Comma if depth == 0 => {
                parts.push(&found[start..end.unwrap_or(at)]);
                (start, end) = (at + 1, None);
            }
            _ if depth == 0 && end.is_none() && is_default(token) => end = Some(at),
            _ => {}
        }
    }
    if start < found.len() {
        parts.push(&found[start..end.unwrap_or(found.len())]);
    }
    parts
}

fn is_default(token: &Token) -> bool {
    token.is_word("default") || token.is_operator("=") || token.is_operator(":=")
}

fn argument(text: &str, part: &[Token], procedure: bool, path: &[String]) -> Option<String> {
    let (mode, rest) = match part.first()?.value.as_str() {
        _ if part.first()?.kind != TokenKind::Word => ("", part),
        "in" => ("", &part[1..]),
        "out" => ("OUT ", &part[1..]),
        "inout" => ("INOUT ", &part[1..]),
        "variadic" => ("VARIADIC ", &part[1..]),
        _ => ("", part),
    };
    // PostgreSQL 14 names the mode of a procedure's every argument.
    let mode = if procedure && mode.is_empty() { "IN " } else { mode };
    let source = |from: usize| text.get(rest.get(from)?.span.start..rest.last()?.span.end);
    if let Some(unnamed) = data_type(source(0)?) {
        return Some(format!("{mode}{}", type_name(&unnamed, path)));
    }
    let name = text.get(rest.first()?.span.clone())?;
    let named = data_type(source(1)?)?;
    Some(format!("{mode}{} {}", Identifier::new(fold_identifier(name)), type_name(&named, path)))
}

/// As format_type writes it under a search path of pg_catalog alone.
fn type_name(data_type: &DataType, path: &[String]) -> String {
    let base = &data_type.base;
    let name = match (base.schema.as_deref(), base.name.as_str()) {
        (None, "varchar") => "character varying".to_owned(),
        (None, "char" | "bpchar") => "character".to_owned(),
        (None, "varbit") => "bit varying".to_owned(),
        (None, "timestamptz") => "timestamp with time zone".to_owned(),
        (None, "timestamp") => "timestamp without time zone".to_owned(),
        (None, "timetz") => "time with time zone".to_owned(),
        (None, "time") => "time without time zone".to_owned(),
        (None, name) if IN_CATALOG.contains(&name) => name.to_owned(),
        (None, name) => {
            format!("{}.{}", Identifier::new(path.first().map_or("public", String::as_str)), Identifier::new(name))
        }
        (Some(schema), name) => format!("{}.{}", Identifier::new(schema), Identifier::new(name)),
    };
    if data_type.array_dimensions > 0 { format!("{name}[]") } else { name }
}

/// Types of PostgreSQL whose SQL name is their name.
const IN_CATALOG: &[&str] = &[
    "anyarray",
    "anycompatible",
    "anyelement",
    "anyenum",
    "anynonarray",
    "anyrange",
    "bigint",
    "bit",
    "boolean",
    "box",
    "bytea",
    "cidr",
    "circle",
    "cstring",
    "date",
    "daterange",
    "double precision",
    "event_trigger",
    "inet",
    "int4range",
    "int8range",
    "integer",
    "internal",
    "interval",
    "json",
    "jsonb",
    "jsonpath",
    "line",
    "lseg",
    "macaddr",
    "money",
    "name",
    "numeric",
    "numrange",
    "oid",
    "path",
    "point",
    "polygon",
    "real",
    "record",
    "refcursor",
    "regclass",
    "regproc",
    "regprocedure",
    "regrole",
    "regtype",
    "smallint",
    "text",
    "trigger",
    "tsquery",
    "tsrange",
    "tstzrange",
    "tsvector",
    "uuid",
    "void",
    "xml",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_written_as_postgresql_does() {
        let path = ["public".to_owned()];
        for (written, expected) in [
            ("", ""),
            ("p_id uuid, n int DEFAULT 3", "p_id uuid, n integer"),
            (
                "a varchar(20), b timestamptz = now(), c double precision",
                "a character varying, b timestamp with time zone, c double precision",
            ),
            ("uuid, text[]", "uuid, text[]"),
            ("\"userId\" uuid, VARIADIC rest text[]", "\"userId\" uuid, VARIADIC rest text[]"),
            ("state order_state, m auth.mode", "state public.order_state, m auth.mode"),
            (
                "IN a int, OUT b numeric(10, 2), INOUT c text DEFAULT coalesce('a', 'b')",
                "a integer, OUT b numeric, INOUT c text",
            ),
        ] {
            assert_eq!(identity_arguments(written, false, &path), expected, "{written}");
        }
        assert_eq!(identity_arguments("a int", true, &path), "IN a integer");
    }
}
