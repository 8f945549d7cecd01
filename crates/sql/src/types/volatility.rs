//! Whether a DEFAULT is evaluated once or for every row: since PostgreSQL 11 only a volatile default rewrites on ADD COLUMN.

use crate::lexer::TokenKind;
use crate::read::{Cursor, Found, scan, tokens};

/// What text alone says about a default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DefaultVolatility {
    /// Constant or stable: evaluated once, no rewrite.
    NotVolatile,
    /// It calls a function that text alone does not know.
    Unknown,
    /// It calls a volatile function: every row is written.
    Volatile,
}

/// Volatile functions of PostgreSQL and of the extensions that defaults call.
const VOLATILE: &[&str] = &[
    "clock_timestamp",
    "currval",
    "gen_random_bytes",
    "gen_random_uuid",
    "gen_salt",
    "gen_ulid",
    "lastval",
    "lo_create",
    "lo_creat",
    "nanoid",
    "nextval",
    "pg_sleep",
    "random",
    "random_normal",
    "set_config",
    "setseed",
    "setval",
    "timeofday",
    "uuid_generate_v1",
    "uuid_generate_v1mc",
    "uuid_generate_v4",
    "uuid_generate_v6",
    "uuid_generate_v7",
    "uuidv4",
    "uuidv7",
];

/// Functions of PostgreSQL that are immutable or stable in every form.
const NOT_VOLATILE: &[&str] = &[
    "abs",
    "age",
    "array_append",
    "array_cat",
    "array_fill",
    "array_length",
    "array_prepend",
    "array_to_json",
    "array_to_string",
    "ascii",
    "btrim",
    "cardinality",
    "ceil",
    "ceiling",
    "char_length",
    "chr",
    "coalesce",
    "concat",
    "concat_ws",
    "convert_to",
    "current_database",
    "current_query",
    "current_schema",
    "current_schemas",
    "current_setting",
    "date",
    "date_part",
    "date_trunc",
    "decode",
    "digest",
    "encode",
    "extract",
    "floor",
    "format",
    "greatest",
    "hashtext",
    "hmac",
    "inet_client_addr",
    "initcap",
    "int4",
    "int8",
    "json_build_array",
    "json_build_object",
    "jsonb_build_array",
    "jsonb_build_object",
    "json_object",
    "jsonb_object",
    "least",
    "left",
    "length",
    "lower",
    "lpad",
    "ltrim",
    "make_date",
    "make_interval",
    "make_time",
    "make_timestamp",
    "make_timestamptz",
    "md5",
    "now",
    "nullif",
    "num_nonnulls",
    "num_nulls",
    "numeric",
    "overlay",
    "pg_backend_pid",
    "pg_current_xact_id",
    "pg_get_serial_sequence",
    "position",
    "power",
    "quote_ident",
    "quote_literal",
    "regexp_replace",
    "repeat",
    "replace",
    "right",
    "round",
    "row_to_json",
    "rpad",
    "rtrim",
    "sha224",
    "sha256",
    "sha384",
    "sha512",
    "split_part",
    "sqrt",
    "statement_timestamp",
    "string_to_array",
    "strpos",
    "substr",
    "substring",
    "text",
    "timezone",
    "to_char",
    "to_date",
    "to_hex",
    "to_json",
    "to_jsonb",
    "to_number",
    "to_timestamp",
    "to_tsvector",
    "transaction_timestamp",
    "translate",
    "trim",
    "trunc",
    "txid_current",
    "upper",
    "uuid_generate_v3",
    "uuid_generate_v5",
    "uuid_nil",
    "version",
    "xmlelement",
];

/// The volatility of a default expression. Operators and casts are taken for harmless, as all built-in ones are.
pub fn default_volatility(expression: &str) -> DefaultVolatility {
    let tokens = tokens(expression);
    let mut found = Found::default();
    scan(&Cursor::new(expression, &tokens), &[], &mut found);
    let mut answer = DefaultVolatility::NotVolatile;
    for call in &found.calls {
        let of_catalog =
            call.name.schema.as_deref().is_none_or(|schema| matches!(schema, "pg_catalog" | "extensions" | "public"));
        let name = call.name.name.as_str();
        let volatility = match () {
            () if of_catalog && VOLATILE.contains(&name) => DefaultVolatility::Volatile,
            () if of_catalog && call.name.schema.as_deref() != Some("public") && NOT_VOLATILE.contains(&name) => {
                DefaultVolatility::NotVolatile
            }
            () => DefaultVolatility::Unknown,
        };
        answer = answer.max(volatility);
    }
    // A type in front of a string, such as `timestamp 'now'`, is a constant; an unterminated quote is nothing we know.
    if tokens.iter().any(|token| !token.terminated || token.kind == TokenKind::Unknown) {
        answer = answer.max(DefaultVolatility::Unknown);
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_judged() {
        use DefaultVolatility::{NotVolatile, Unknown, Volatile};
        for (expression, expected) in [
            ("0", NotVolatile),
            ("'{}'::jsonb", NotVolatile),
            ("now()", NotVolatile),
            ("CURRENT_TIMESTAMP", NotVolatile),
            ("timezone('utc'::text, now())", NotVolatile),
            ("(now() + interval '1 day')", NotVolatile),
            ("ARRAY[]::text[]", NotVolatile),
            ("0::numeric(10,2)", NotVolatile),
            ("gen_random_uuid()", Volatile),
            ("extensions.uuid_generate_v4()", Volatile),
            ("nextval('s'::regclass)", Volatile),
            ("md5(random()::text)", Volatile),
            ("clock_timestamp()", Volatile),
            ("auth.uid()", Unknown),
            ("public.lower('a')", Unknown),
            ("my_default()", Unknown),
        ] {
            assert_eq!(default_volatility(expression), expected, "{expression}");
        }
    }
}
