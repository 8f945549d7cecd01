//! Prisma: names that models, fields and values have in the database.
//!
//! What has no `@@map` or `@map` gets one: the generated client goes on under the old names.

use std::ops::Range;

use pgmason_sql::Name;

use super::finder::Finder;
use super::{Edit, Grade};
use crate::prisma::{self, Document, Place};

const KIND: &str = "prisma schema";

pub(super) fn find(path: &str, finder: &mut Finder<'_>) -> Result<(), String> {
    let mut document = Document::default();
    prisma::parse(path, finder.text, &mut document).map_err(|error| error.to_string())?;
    for model in &document.models {
        let map = model.attributes.iter().find(|attribute| attribute.name.trim_start_matches('@') == "map");
        let schema = model.attributes.iter().find(|attribute| attribute.name.trim_start_matches('@') == "schema");
        let schema = schema.and_then(|schema| schema.argument("name", 0)?.text().map(str::to_owned));
        let name_span = word_at(finder.text, &model.place, &model.name);
        let (called, written) = match map.and_then(|map| Some((map, map.argument("name", 0)?.text()?))) {
            Some((map, text)) => (text.to_owned(), text_after(finder.text, &map.place, text)),
            None => (model.name.clone(), None),
        };
        let table = Name { schema, name: called };
        match (&written, finder.names.table(&table)) {
            (Some(span), Some(_)) => {
                finder.text_table(span.clone(), &table, Grade::Sure, KIND);
            }
            (None, Some((change, grade))) => {
                let instead = finder.names.table_parts(change).and_then(|(new, schema)| match schema {
                    Some(schema) => Err(format!("write @@map({:?}) and @@schema({:?})", new.as_str(), schema.as_str())),
                    None => Ok(format!("\n\n  @@map({:?})", new.as_str())),
                });
                finder.hit(name_span.clone(), change, grade, KIND, instead);
                let close = finder.text[name_span.end..].find("\n}").map(|length| name_span.end + length);
                move_edit(finder, close);
            }
            _ => {}
        }
        for field in &model.fields {
            let map = field.attributes.iter().find(|attribute| attribute.name == "map");
            let named = map.and_then(|map| Some((map, map.argument("name", 0)?.text()?)));
            if let Some((map, text)) = named {
                if let Some(span) = text_after(finder.text, &map.place, text) {
                    finder.text_column(span, &table, text, Grade::Sure, KIND, |new| new.as_str().to_owned());
                }
                continue;
            }
            // A relation is no column.
            if document.models.iter().any(|model| model.name == field.type_name) {
                continue;
            }
            let span = word_at(finder.text, &field.place, &field.name);
            let end = end_of_field(finder.text, span.end);
            if finder
                .text_column(span, &table, &field.name, Grade::Sure, KIND, |new| format!(" @map({:?})", new.as_str()))
            {
                move_edit(finder, Some(end));
            }
        }
    }
    for block in &document.enums {
        let map = block.attributes.iter().find(|attribute| attribute.name.trim_start_matches('@') == "map");
        let called = map.and_then(|map| map.argument("name", 0)?.text()).unwrap_or(&block.name);
        let type_name = Name::new(called);
        for value in &block.values {
            let map = value.attributes.iter().find(|attribute| attribute.name == "map");
            let named = map.and_then(|map| Some((map, map.argument("name", 0)?.text()?)));
            let text = named.map_or(value.name.as_str(), |(_, text)| text);
            let Some(change) = finder.names.enum_value(&type_name, text) else { continue };
            let new = finder.names.member_instead(change);
            match named {
                Some((map, text)) => {
                    let Some(span) = text_after(finder.text, &map.place, text) else { continue };
                    finder.hit(span, change, Grade::Sure, KIND, new.map(|new| new.as_str().to_owned()));
                }
                None => {
                    let span = word_at(finder.text, &value.place, &value.name);
                    let end = end_of_field(finder.text, span.end);
                    finder.hit(span, change, Grade::Sure, KIND, new.map(|new| format!(" @map({:?})", new.as_str())));
                    move_edit(finder, Some(end));
                }
            }
        }
    }
    Ok(())
}

/// The last hit's text is put in there, and its own place stays.
fn move_edit(finder: &mut Finder<'_>, to: Option<usize>) {
    let Some(hit) = finder.hits.last_mut() else { return };
    if let Ok(Edit { span, .. }) = &mut hit.instead {
        match to {
            Some(to) => *span = to..to,
            None => hit.instead = Err("give it the attribute @map".into()),
        }
    }
}

fn offset(text: &str, place: &Place) -> usize {
    let mut at = 0;
    for _ in 1..place.line {
        match text[at..].find('\n') {
            Some(length) => at += length + 1,
            None => return text.len(),
        }
    }
    text[at..].char_indices().nth(place.column.saturating_sub(1) as usize).map_or(text.len(), |(column, _)| at + column)
}

fn word_at(text: &str, place: &Place, word: &str) -> Range<usize> {
    let at = offset(text, place);
    let start = text[at..].find(word).map_or(at, |length| at + length);
    start..(start + word.len()).min(text.len())
}

/// The inside of the first string after a place, where it says this.
fn text_after(text: &str, place: &Place, says: &str) -> Option<Range<usize>> {
    let at = offset(text, place);
    let start = at + text[at..].find('"')? + 1;
    (text.get(start..start + says.len()) == Some(says)).then(|| start..start + says.len())
}

/// Before a comment, or the end of the line.
fn end_of_field(text: &str, from: usize) -> usize {
    let line = text[from..].find('\n').map_or(text.len(), |length| from + length);
    let (mut quoted, mut end) = (false, line);
    for (place, byte) in text.as_bytes()[from..line].iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'/' if !quoted && text.as_bytes().get(from + place + 1) == Some(&b'/') => {
                end = from + place;
                break;
            }
            _ => {}
        }
    }
    from + text[from..end].trim_end().len()
}
