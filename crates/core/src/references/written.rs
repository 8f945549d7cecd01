//! Changes as a person writes them: `emails`, `emails=email_messages`, `public.emails.subject=title`.

use pgmason_model::restructure::{NameChange, NameKind, NamePath};
use pgmason_model::{Identifier, QualifiedName};

use crate::restructure::name::parts;

/// Why a change cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WrittenError {
    #[error("`{0}` names nothing")]
    Empty(String),
    #[error("`{0}` has more than three parts")]
    TooMany(String),
    #[error("`{old}` and `{new}` do not name the same kind of thing")]
    Unlike { old: String, new: String },
}

impl WrittenError {
    pub fn hint(&self) -> &'static str {
        "write a table as `emails` or `public.emails`, a column as `emails.subject` or `public.emails.subject`, \
         and a new name behind `=`"
    }
}

/// `is_schema` tells `public.emails`, a table, from `emails.subject`, a column.
pub fn read_change(written: &str, is_schema: &dyn Fn(&str) -> bool) -> Result<NameChange, WrittenError> {
    let (old_text, new_text) = match split_at_equals(written) {
        Some((old, new)) => (old.trim(), Some(new.trim())),
        None => (written.trim(), None),
    };
    let old = path(old_text, is_schema)?;
    let kind = if old.member.is_some() { NameKind::Column } else { NameKind::Table };
    let new = new_text.map(|new| new_path(&old, old_text, new, is_schema)).transpose()?;
    Ok(NameChange { kind, old, new, note: None })
}

fn path(written: &str, is_schema: &dyn Fn(&str) -> bool) -> Result<NamePath, WrittenError> {
    let parts = read_parts(written)?;
    let public = |name: &Identifier| QualifiedName { schema: "public".into(), name: name.clone() };
    let named = |schema: &Identifier, name: &Identifier| QualifiedName { schema: schema.clone(), name: name.clone() };
    match parts.as_slice() {
        [table] => Ok(NamePath::relation(public(table))),
        [schema, table] if is_schema(schema.as_str()) => Ok(NamePath::relation(named(schema, table))),
        [table, column] => Ok(NamePath::member(public(table), column.clone())),
        [schema, table, column] => Ok(NamePath::member(named(schema, table), column.clone())),
        _ => Err(WrittenError::TooMany(written.to_owned())),
    }
}

/// What is not written stays: the schema of a table, the table of a column.
fn new_path(
    old: &NamePath,
    old_text: &str,
    written: &str,
    is_schema: &dyn Fn(&str) -> bool,
) -> Result<NamePath, WrittenError> {
    let parts = read_parts(written)?;
    if let [only] = parts.as_slice() {
        return Ok(match &old.member {
            Some(_) => NamePath::member(old.of.clone(), only.clone()),
            None => NamePath::relation(QualifiedName { schema: old.of.schema.clone(), name: only.clone() }),
        });
    }
    if let ([schema, table], None) = (parts.as_slice(), &old.member) {
        // Behind a table only a table can stand, in a schema that need not be there yet.
        return Ok(NamePath::relation(QualifiedName { schema: schema.clone(), name: table.clone() }));
    }
    let new = path(written, is_schema)?;
    if new.member.is_some() != old.member.is_some() {
        return Err(WrittenError::Unlike { old: old_text.to_owned(), new: written.to_owned() });
    }
    Ok(new)
}

fn read_parts(written: &str) -> Result<Vec<Identifier>, WrittenError> {
    let parts = parts(written);
    if parts.iter().any(|part| part.as_str().is_empty()) {
        return Err(WrittenError::Empty(written.to_owned()));
    }
    Ok(parts)
}

/// The `=` outside of quotes.
fn split_at_equals(written: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    for (place, character) in written.char_indices() {
        match character {
            '"' => quoted = !quoted,
            '=' if !quoted => return Some((&written[..place], &written[place + 1..])),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(written: &str, expected: &str) {
        let is_schema = |name: &str| matches!(name, "public" | "chat");
        let told = match read_change(written, &is_schema) {
            Ok(change) => {
                let new = change.new.map(|new| new.to_string()).unwrap_or_default();
                format!("{:?} {} {new}", change.kind, change.old)
            }
            Err(error) => error.to_string(),
        };
        assert_eq!(told.trim(), expected, "{written}");
    }

    #[test]
    fn changes_are_read_as_written() {
        reads("emails", "Table public.emails");
        reads("public.emails", "Table public.emails");
        reads("emails.subject", "Column public.emails.subject");
        reads("public.emails.subject", "Column public.emails.subject");
        reads("emails=email_messages", "Table public.emails public.email_messages");
        reads("chat.rooms=new.rooms", "Table chat.rooms new.rooms");
        reads("emails.subject=title", "Column public.emails.subject public.emails.title");
        reads("\"Emails\" = \"a=b\"", "Table public.\"Emails\" public.\"a=b\"");
        reads("", "`` names nothing");
        reads("a.b.c.d", "`a.b.c.d` has more than three parts");
        reads("emails=a.b.c", "`emails` and `a.b.c` do not name the same kind of thing");
    }
}
