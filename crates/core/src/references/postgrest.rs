//! The strings that PostgREST's clients take: lists of columns with embedded relations, filters, lists of conflicts.
//!
//! What a list calls by a new name goes on under the old one in the answer: `subject:title`, `emails:email_messages(…)`.

use std::ops::Range;

use pgmason_model::Identifier;
use pgmason_sql::Name;

use super::Grade;
use super::finder::Finder;

/// `id, subject, sender:users!fk(name), emails(subject)`: `span` is the text inside of the quotes.
pub(super) fn select(finder: &mut Finder<'_>, span: Range<usize>, table: &Name, kind: &'static str) {
    let mut reader = Reader { at: span.start, end: span.end, depth: 0 };
    reader.items(finder, table, kind);
}

struct Reader {
    at: usize,
    end: usize,
    depth: usize,
}

/// Deeper lists are none that a person writes.
const DEEPEST: usize = 64;

impl Reader {
    fn peek(&self, finder: &Finder<'_>) -> u8 {
        if self.at < self.end { finder.text.as_bytes()[self.at] } else { 0 }
    }

    fn space(&mut self, finder: &Finder<'_>) {
        while self.peek(finder).is_ascii_whitespace() {
            self.at += 1;
        }
    }

    fn word(&mut self, finder: &Finder<'_>) -> Range<usize> {
        self.space(finder);
        let start = self.at;
        while matches!(self.peek(finder), byte if byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80)
        {
            self.at += 1;
        }
        start..self.at
    }

    /// Up to the closing parenthesis, or the end.
    fn items(&mut self, finder: &mut Finder<'_>, table: &Name, kind: &'static str) {
        while self.at < self.end {
            self.space(finder);
            match self.peek(finder) {
                b')' => {
                    self.at += 1;
                    return;
                }
                b',' => self.at += 1,
                _ => {
                    let before = self.at;
                    self.item(finder, table, kind);
                    if self.at == before {
                        self.at += 1;
                    }
                }
            }
        }
    }

    fn item(&mut self, finder: &mut Finder<'_>, table: &Name, kind: &'static str) {
        let spread = finder.text[self.at..self.end].starts_with("...");
        if spread {
            self.at += 3;
        }
        let mut name = self.word(finder);
        let mut keeps = spread;
        self.space(finder);
        if self.peek(finder) == b':' && finder.text.as_bytes().get(self.at + 1) != Some(&b':') {
            self.at += 1;
            keeps = true;
            name = self.word(finder);
            self.space(finder);
        }
        while self.peek(finder) == b'!' {
            self.at += 1;
            let hint = self.word(finder);
            self.space(finder);
            let called = finder.text[hint.clone()].to_owned();
            finder.text_column(hint, table, &called, Grade::Sure, kind, |new| new.as_str().to_owned());
        }
        let called = finder.text[name.clone()].to_owned();
        if self.peek(finder) == b'(' {
            self.at += 1;
            self.depth += 1;
            let found = self.resource(finder, name, &called, table, keeps, kind);
            if self.depth <= DEEPEST {
                self.items(finder, &found, kind);
            }
            self.depth -= 1;
            return;
        }
        if !called.is_empty() {
            let write =
                |new: &Identifier| if keeps { new.as_str().to_owned() } else { format!("{called}:{}", new.as_str()) };
            finder.text_column(name, table, &called, Grade::Sure, kind, write);
        }
        // Casts, JSON paths, aggregates.
        while self.at < self.end && !matches!(self.peek(finder), b',' | b')') {
            if self.peek(finder) == b'(' {
                self.at += 1;
                while self.at < self.end && self.peek(finder) != b')' {
                    self.at += 1;
                }
            }
            self.at = (self.at + 1).min(self.end);
        }
    }

    /// An embedded relation goes by its name, or by the column that refers to it.
    fn resource(
        &mut self,
        finder: &mut Finder<'_>,
        span: Range<usize>,
        called: &str,
        table: &Name,
        keeps: bool,
        kind: &'static str,
    ) -> Name {
        let name = Name::new(called);
        let before = finder.hits.len();
        if finder.text_table(span.clone(), &name, Grade::Sure, kind) {
            if let Some(hit) = finder.hits.get_mut(before)
                && !keeps
                && let Ok(edit) = &mut hit.instead
            {
                edit.text = format!("{called}:{}", edit.text);
            }
        } else {
            let write =
                |new: &Identifier| if keeps { new.as_str().to_owned() } else { format!("{called}:{}", new.as_str()) };
            finder.text_column(span, table, called, Grade::Sure, kind, write);
        }
        name
    }
}

/// What a select calls the relation that filters name: the table behind `emails:email_messages(…)`. None where it has no such.
pub(super) fn embedded_as(selected: &str, called: &str) -> Option<String> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let bytes = selected.as_bytes();
    for (place, _) in selected.match_indices(called) {
        let after = place + called.len();
        if place > 0 && (is_part(bytes[place - 1]) || bytes[place - 1] == b':') {
            continue;
        }
        match bytes.get(after) {
            Some(b'(' | b'!') => return Some(called.to_owned()),
            Some(b':') if bytes.get(after + 1) != Some(&b':') => {
                let rest = &selected[after + 1..];
                let length = rest.bytes().take_while(|byte| is_part(*byte)).count();
                return Some(rest[..length].to_owned());
            }
            _ => {}
        }
    }
    None
}

/// The column of a filter or an order: `subject`, `data->>key`, `emails.subject`. `selected`: the chain's list.
pub(super) fn column(
    finder: &mut Finder<'_>,
    span: Range<usize>,
    table: &Name,
    selected: Option<&str>,
    kind: &'static str,
) {
    let text = finder.text[span.clone()].to_owned();
    let path = text.split("->").next().unwrap_or(&text);
    let mut start = span.start;
    let mut of = table.clone();
    let mut parts = path.split('.').peekable();
    while let Some(part) = parts.next() {
        let place = start + part.len() - part.trim_start().len()..start + part.trim_end().len();
        let called = part.trim();
        if parts.peek().is_some() {
            // The list goes on to call the relation so.
            match selected.and_then(|selected| embedded_as(selected, called)) {
                Some(table) => of = Name::new(table),
                None => {
                    of = Name::new(called);
                    finder.text_table(place.clone(), &of, Grade::Sure, kind);
                }
            }
        } else {
            finder.text_column(place, &of, called, Grade::Sure, kind, |new| new.as_str().to_owned());
        }
        start += part.len() + 1;
    }
}

/// `a, b`: the columns of `onConflict`.
pub(super) fn columns(finder: &mut Finder<'_>, span: Range<usize>, table: &Name, kind: &'static str) {
    let text = finder.text[span.clone()].to_owned();
    let mut start = span.start;
    for part in text.split(',') {
        column(finder, start..start + part.len(), table, None, kind);
        start += part.len() + 1;
    }
}

/// `subject.eq.x,and(a.gt.1,b.is.null)`: the columns of `or`.
pub(super) fn conditions(finder: &mut Finder<'_>, span: Range<usize>, table: &Name, kind: &'static str) {
    let text = finder.text[span.clone()].to_owned();
    let bytes = text.as_bytes();
    let (mut at, mut begins) = (0, true);
    while at < bytes.len() {
        if matches!(bytes[at], b',' | b'(' | b')' | b' ' | b'\n' | b'\t') {
            begins = matches!(bytes[at], b',' | b'(') || begins && bytes[at] != b')';
            at += 1;
            continue;
        }
        let start = at;
        while at < bytes.len() && (bytes[at].is_ascii_alphanumeric() || bytes[at] == b'_') {
            at += 1;
        }
        if begins && bytes.get(at).is_some_and(|byte| matches!(byte, b'.' | b'-')) {
            let called = text[start..at].to_owned();
            let place = span.start + start..span.start + at;
            finder.text_column(place, table, &called, Grade::Sure, kind, |new| new.as_str().to_owned());
        }
        begins = false;
        while at < bytes.len() && !matches!(bytes[at], b',' | b'(' | b')') {
            at += 1;
        }
    }
}

/// The relation of `/rest/v1/emails?…` in a string.
pub(super) fn rest_path(finder: &mut Finder<'_>, span: Range<usize>, kind: &'static str) {
    const PREFIX: &str = "rest/v1/";
    let text = finder.text.get(span.clone()).unwrap_or("");
    let places: Vec<usize> = text.match_indices(PREFIX).map(|(place, _)| place + PREFIX.len()).collect();
    for place in places {
        let rest = &finder.text[span.start + place..span.end];
        let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        let name = Name::new(&rest[..length]);
        let start = span.start + place;
        finder.text_table(start..start + length, &name, Grade::Likely, kind);
    }
}
