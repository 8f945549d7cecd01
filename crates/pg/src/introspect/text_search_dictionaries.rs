//! Text search dictionaries. PostgreSQL keeps their options as one text: `language = 'english', "Odd" = 'it''s'`.

use std::collections::BTreeMap;

use pgmason_model::catalog::TextSearchDictionary;
use pgmason_model::{Object, ObjectId, ObjectKind};

use super::IntrospectError;
use super::address::{Address, PG_TS_DICT};
use super::builder::Builder;
use super::row::Row;

pub(super) fn decode(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let name = row.name("schema", "name")?;
    let dictionary = TextSearchDictionary {
        owner: row.identifier("owner")?,
        template: row.name("template_schema", "template")?,
        options: options(row.get::<Option<&str>>("options")?.unwrap_or_default()),
    };
    let id = ObjectId::in_schema(ObjectKind::TextSearchDictionary, name.schema, name.name);
    builder.add(Address::new(PG_TS_DICT, row.get("oid")?), id, Object::TextSearchDictionary(dictionary));
    Ok(())
}

/// Reads what `serialize_deflist` writes: `name = value` with commas between, a value quoted or (PostgreSQL 14 and
/// newer) a bare number or word.
fn options(text: &str) -> BTreeMap<String, String> {
    let mut options = BTreeMap::new();
    let mut rest = text;
    while let Some((name, after)) = word(rest) {
        let Some((value, after)) = after.trim_start().strip_prefix('=').and_then(word) else { break };
        options.insert(name, value);
        rest = after.trim_start().strip_prefix(',').unwrap_or_default();
    }
    options
}

/// A name or value at the beginning, without its quotes, and what follows.
fn word(text: &str) -> Option<(String, &str)> {
    let text = text.trim_start();
    // serialize_deflist writes E'' where there is a backslash, and doubles it.
    let (text, escaped) = match text.strip_prefix('E').filter(|rest| rest.starts_with('\'')) {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    let Some(quote) = text.chars().next().filter(|first| ['\'', '"'].contains(first)) else {
        let end = text.find([',', '=', ' ']).unwrap_or(text.len());
        let (value, rest) = text.split_at_checked(end)?;
        return (!value.is_empty()).then(|| (value.to_owned(), rest));
    };
    let mut value = String::new();
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        let doubled = characters.peek().is_some_and(|(_, next)| *next == character);
        if character == quote && !doubled {
            return text.get(at + 1..).map(|rest| (value, rest));
        }
        if character == quote || (escaped && character == '\\') {
            characters.next();
        }
        value.push(character);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_postgresql_writes() {
        let found =
            options(r#"language = 'english', "Odd ""Name""" = 'it''s, a = b', accept = false, path = E'a\\b', n = 5"#);
        let expected = [
            ("language", "english"),
            ("Odd \"Name\"", "it's, a = b"),
            ("accept", "false"),
            ("path", "a\\b"),
            ("n", "5"),
        ];
        assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
        assert_eq!(options(""), BTreeMap::new());
    }
}
