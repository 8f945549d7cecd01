//! SQL inside strings of other languages: the pieces of a string are put where they stand, and the rest is blanked.

use std::ops::Range;

use super::Grade;
use super::finder::Finder;
use super::sql::statements;

/// What a statement that code runs begins with, and what such a statement has to hold besides.
const BEGINNINGS: &[(&str, &[&str])] = &[
    ("select", &["from"]),
    ("with", &["as"]),
    ("insert", &["into"]),
    ("update", &["set"]),
    ("delete", &["from"]),
    ("merge", &["into"]),
    ("truncate", &[]),
    ("copy", &["from", "to"]),
    ("create", &["table", "index", "view", "policy", "trigger", "function", "type", "rule", "publication"]),
    ("alter", &["table", "type", "policy", "publication", "sequence"]),
    ("drop", &["table", "policy", "trigger", "view"]),
    ("comment", &["on"]),
    ("grant", &["on"]),
    ("revoke", &["on"]),
    ("lock", &["table"]),
    ("vacuum", &[]),
    ("analyze", &[]),
    ("refresh", &["view"]),
    ("explain", &["from", "update", "insert"]),
    ("call", &[]),
    ("do", &["begin"]),
];

/// The string is given to something that runs SQL.
pub(super) fn sql(
    finder: &mut Finder<'_>,
    pieces: &[Range<usize>],
    holes: &[Range<usize>],
    quote: Option<char>,
    kind: &'static str,
) {
    read(finder, pieces, holes, quote, Grade::Sure, kind);
}

/// A string that may be SQL: it has to read like it, from its first word to its last.
pub(super) fn maybe_sql(
    finder: &mut Finder<'_>,
    pieces: &[Range<usize>],
    holes: &[Range<usize>],
    quote: Option<char>,
    kind: &'static str,
) {
    let Some(buffer) = buffer(finder.text, pieces, holes, "$1") else { return };
    if looks_like_sql(&buffer) {
        read(finder, pieces, holes, quote, Grade::Likely, kind);
    }
}

pub(super) fn looks_like_sql(text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_ascii_alphabetic() && c != '_').filter(|word| !word.is_empty());
    let Some(first) = words.next().map(str::to_ascii_lowercase) else { return false };
    let Some((_, needed)) = BEGINNINGS.iter().find(|(word, _)| *word == first) else { return false };
    needed.is_empty() || words.any(|word| needed.iter().any(|needed| needed.eq_ignore_ascii_case(word)))
}

/// Values, names, and parts of statements may stand in a hole: the first guess that reads as SQL is taken.
fn read(
    finder: &mut Finder<'_>,
    pieces: &[Range<usize>],
    holes: &[Range<usize>],
    quote: Option<char>,
    best: Grade,
    kind: &'static str,
) {
    let Some(start) = pieces.iter().chain(holes).map(|piece| piece.start).min() else { return };
    let Some(plain) = buffer(finder.text, pieces, holes, "$1") else { return };
    if !finder.names.occur_in(&plain) {
        return;
    }
    let before = finder.hits.len();
    let guesses = [plain.clone()]
        .into_iter()
        .chain((!holes.is_empty()).then(|| buffer(finder.text, pieces, holes, "x1")).flatten())
        .chain((!holes.is_empty()).then(|| buffer(finder.text, pieces, holes, "")).flatten())
        .chain(Some(with_parameters(&plain)).filter(|changed| *changed != plain));
    let mut first: Option<Vec<_>> = None;
    for guess in guesses {
        let complete = statements(finder, &guess, start, best, kind);
        let found = finder.hits.split_off(before);
        if complete {
            first = Some(found);
            break;
        }
        first.get_or_insert(found);
    }
    for mut hit in first.unwrap_or_default() {
        if let (Ok(edit), Some(quote)) = (&hit.instead, quote)
            && (edit.text.contains(quote) || edit.text.contains('\\'))
        {
            hit.instead = Err(format!("the new name has to be quoted, inside of {quote}"));
        }
        finder.hits.push(hit);
    }
}

/// Text from the first piece to the end of the last: pieces as they are, holes filled, all else blank.
fn buffer(text: &str, pieces: &[Range<usize>], holes: &[Range<usize>], filling: &str) -> Option<String> {
    let all = || pieces.iter().chain(holes);
    let (start, end) = (all().map(|piece| piece.start).min()?, all().map(|piece| piece.end).max()?);
    let mut bytes = vec![b' '; end - start];
    for piece in pieces {
        bytes[piece.start - start..piece.end - start].copy_from_slice(text.as_bytes().get(piece.clone())?);
    }
    for hole in holes {
        let place = hole.start - start;
        for (at, byte) in filling.bytes().enumerate().take(hole.len()) {
            bytes[place + at] = byte;
        }
    }
    let mut buffer = String::from_utf8(bytes).ok()?;
    if buffer.contains('\\') {
        if buffer.contains("\\\"") || buffer.contains("\\u") || buffer.contains("\\x") {
            return None;
        }
        for escape in ["\\n", "\\t", "\\r", "\\\n"] {
            buffer = buffer.replace(escape, "  ");
        }
        buffer = buffer.replace("\\'", " '").replace("\\`", "  ");
    }
    Some(buffer)
}

/// Parameters as drivers write them: `%s`, `%(name)s`, `?`, `:name`, `@name`; and `%I` of format().
fn with_parameters(sql: &str) -> String {
    let mut bytes = sql.as_bytes().to_vec();
    let mut at = 0;
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    while at < bytes.len() {
        let rest = &sql.as_bytes()[at..];
        let words = |from: usize| rest[from..].iter().take_while(|byte| is_word(byte)).count();
        let length = match rest {
            [b'%', b'(', ..] => rest.iter().position(|byte| *byte == b')').map_or(0, |close| close + 2),
            [b'%', b'I' | b'L' | b's', ..] => 2,
            [b':', b':', ..] => {
                at += 2;
                continue;
            }
            [b':' | b'@', first, ..] if is_word(first) => 1 + words(1),
            [b'?', ..] => 1,
            _ => 0,
        };
        let end = (at + length).min(bytes.len());
        let filling: &[u8] = match (rest, length) {
            (_, 0) => b"",
            ([b'%', b'I', ..], _) => b"x1",
            (_, 1) => b"1",
            _ => b"$1",
        };
        for (offset, byte) in bytes[at..end].iter_mut().enumerate() {
            *byte = filling.get(offset).copied().unwrap_or(b' ');
        }
        at = end.max(at + 1);
    }
    String::from_utf8(bytes).unwrap_or_else(|_| sql.to_owned())
}
