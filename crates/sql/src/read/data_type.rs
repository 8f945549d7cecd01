//! Types as written and by their catalog name.

use super::cursor::{Cursor, Read};
use crate::Name;
use crate::ir::DataType;
use crate::lexer::TokenKind;

/// A type at the cursor.
pub(crate) fn data_type(cursor: &mut Cursor<'_>) -> Read<DataType> {
    let from = cursor.at;
    let set_of = cursor.eat("setof");
    let mut modifiers = Vec::new();
    let quoted = cursor.peek().is_some_and(|token| token.kind == TokenKind::QuotedIdentifier);
    let mut name = cursor.name()?.name;
    let built_in = !quoted && name.schema.as_deref().is_none_or(|schema| schema == "pg_catalog");
    if built_in && name.schema.is_none() {
        multi_word(cursor, &mut name, &mut modifiers)?;
    }
    if modifiers.is_empty() && cursor.is_mark("(") {
        modifiers = read_modifiers(cursor)?;
    }
    if built_in && matches!(name.name.as_str(), "timestamp" | "time") {
        if cursor.eat_all(&["with", "time", "zone"]) {
            name.name.push_str("tz");
        } else {
            cursor.eat_all(&["without", "time", "zone"]);
        }
    }
    if cursor.is_operator("%") {
        // `table.column%TYPE`, `table%ROWTYPE`.
        cursor.at += 2;
    }
    let mut array_dimensions = 0;
    if cursor.eat("array") {
        array_dimensions = 1;
        if cursor.is_mark("[") {
            cursor.skip_one();
        }
    }
    while cursor.is_mark("[") {
        cursor.skip_one();
        array_dimensions += 1;
    }
    let written = cursor.since(from);
    if built_in && name.name == "char" && modifiers.is_empty() {
        // `char` is `char(1)`, while `bpchar` has no limit.
        modifiers.push("1".to_owned());
    }
    let base = if built_in { Name::new(canonical(&name.name)) } else { name };
    Ok(DataType { text: written.text, span: written.span, base, modifiers, array_dimensions, set_of })
}

fn multi_word(cursor: &mut Cursor<'_>, name: &mut Name, modifiers: &mut Vec<String>) -> Read<()> {
    match name.name.as_str() {
        "double" => {
            cursor.eat("precision");
            name.name = "double precision".to_owned();
        }
        "national" => {
            cursor.eat_one(&["character", "char"]);
            name.name = if cursor.eat("varying") { "varchar" } else { "char" }.to_owned();
        }
        "character" | "char" | "nchar" => {
            name.name = if cursor.eat("varying") { "varchar" } else { "char" }.to_owned();
        }
        "bit" if cursor.eat("varying") => name.name = "varbit".to_owned(),
        "interval" => while cursor.eat_one(&["year", "month", "day", "hour", "minute", "second", "to"]) {},
        "float" if cursor.is_mark("(") => {
            *modifiers = read_modifiers(cursor)?;
            let precision = modifiers.first().and_then(|digits| digits.parse::<u32>().ok()).unwrap_or(53);
            name.name = if precision < 25 { "real" } else { "double precision" }.to_owned();
            modifiers.clear();
        }
        _ => {}
    }
    Ok(())
}

fn read_modifiers(cursor: &mut Cursor<'_>) -> Read<Vec<String>> {
    let mut inside = cursor.parentheses()?;
    Ok(inside.comma_parts().iter().map(|part| part.all().text).collect())
}

/// The name that `format_type` shows, shortened where SQL's own is long: `timestamptz`, `varchar`, `bpchar`.
fn canonical(name: &str) -> &str {
    match name {
        "int" | "int4" => "integer",
        "int8" => "bigint",
        "int2" => "smallint",
        "bool" => "boolean",
        "float" | "float8" => "double precision",
        "float4" => "real",
        "decimal" | "dec" => "numeric",
        "char" => "bpchar",
        "serial4" => "serial",
        "serial8" => "bigserial",
        "serial2" => "smallserial",
        other => other,
    }
}
