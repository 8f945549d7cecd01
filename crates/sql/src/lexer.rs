//! PostgreSQL's lexical rules (scan.l, `standard_conforming_strings` on), as spans without allocation.
//!
//! Invariant: every token is non-empty, tokens do not overlap, and between two tokens stands only whitespace.

use memchr::{memchr, memchr2, memchr3};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// Keyword or unquoted identifier.
    Word,
    /// `"…"` or `U&"…"`.
    QuotedIdentifier,
    /// `'…'`, also `N'…'`.
    Text,
    /// `E'…'`.
    EscapeText,
    /// `U&'…'`.
    UnicodeText,
    /// `B'…'`, `X'…'`.
    BitText,
    /// `$tag$…$tag$`; the length of one delimiter.
    DollarText(u32),
    Number,
    /// `$1`.
    Parameter,
    Operator,
    /// One of `( ) [ ] , ; . :`, also `::`, `:=`, `..`.
    Punctuation,
    LineComment,
    BlockComment,
    Backslash,
    /// A character that PostgreSQL has no token for, such as `{` or NUL.
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// False for a quote or comment that the text ends in.
    pub(crate) terminated: bool,
}

impl Token {
    pub(crate) fn is_comment(&self) -> bool {
        matches!(self.kind, TokenKind::LineComment | TokenKind::BlockComment)
    }

    pub(crate) fn text<'a>(&self, sql: &'a str) -> &'a str {
        sql.get(self.start..self.end).unwrap_or("")
    }

    pub(crate) fn is(&self, sql: &str, text: &str) -> bool {
        self.kind == TokenKind::Punctuation && self.text(sql) == text
    }

    pub(crate) fn is_word(&self, sql: &str, word: &str) -> bool {
        self.kind == TokenKind::Word && self.text(sql).eq_ignore_ascii_case(word)
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

fn starts_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn continues_word(byte: u8) -> bool {
    starts_word(byte) || byte.is_ascii_digit() || byte == b'$'
}

fn is_operator(byte: u8) -> bool {
    matches!(
        byte,
        b'+' | b'-'
            | b'*'
            | b'/'
            | b'<'
            | b'>'
            | b'='
            | b'~'
            | b'!'
            | b'@'
            | b'#'
            | b'%'
            | b'^'
            | b'&'
            | b'|'
            | b'`'
            | b'?'
    )
}

/// The first byte at or after `at` that is no whitespace.
pub(crate) fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() && is_space(bytes[at]) {
        at += 1;
    }
    at
}

/// The token at or after `from`, comments included.
pub(crate) fn next_token(sql: &str, from: usize) -> Option<Token> {
    let bytes = sql.as_bytes();
    let start = skip_space(bytes, from);
    let first = *bytes.get(start)?;
    let second = bytes.get(start + 1).copied().unwrap_or(0);
    let third = bytes.get(start + 2).copied().unwrap_or(0);
    let token = |kind, end, terminated| Some(Token { kind, start, end, terminated });
    let quoted = |kind, open, escapes| {
        let (end, terminated) = end_of_quote(bytes, open, escapes);
        token(kind, end, terminated)
    };
    match first {
        b'e' | b'E' if second == b'\'' => quoted(TokenKind::EscapeText, start + 1, true),
        b'n' | b'N' if second == b'\'' => quoted(TokenKind::Text, start + 1, false),
        b'b' | b'B' | b'x' | b'X' if second == b'\'' => quoted(TokenKind::BitText, start + 1, false),
        b'u' | b'U' if second == b'&' && third == b'\'' => quoted(TokenKind::UnicodeText, start + 2, false),
        b'u' | b'U' if second == b'&' && third == b'"' => quoted(TokenKind::QuotedIdentifier, start + 2, false),
        b'\'' => quoted(TokenKind::Text, start, false),
        b'"' => quoted(TokenKind::QuotedIdentifier, start, false),
        _ if starts_word(first) => {
            let length = bytes[start..].iter().take_while(|byte| continues_word(**byte)).count();
            token(TokenKind::Word, start + length, true)
        }
        b'$' => dollar(sql, start),
        b'0'..=b'9' => token(TokenKind::Number, end_of_number(bytes, start), true),
        b'.' if second.is_ascii_digit() => token(TokenKind::Number, end_of_number(bytes, start), true),
        b'-' if second == b'-' => {
            // PostgreSQL ends a line comment at \n and \r alike.
            let end = memchr2(b'\n', b'\r', &bytes[start..]).map_or(bytes.len(), |length| start + length);
            token(TokenKind::LineComment, end, true)
        }
        b'/' if second == b'*' => {
            let (end, terminated) = end_of_block_comment(bytes, start);
            token(TokenKind::BlockComment, end, terminated)
        }
        b':' if second == b':' || second == b'=' => token(TokenKind::Punctuation, start + 2, true),
        b'.' if second == b'.' => token(TokenKind::Punctuation, start + 2, true),
        b'(' | b')' | b'[' | b']' | b',' | b';' | b'.' | b':' => token(TokenKind::Punctuation, start + 1, true),
        b'\\' => token(TokenKind::Backslash, start + 1, true),
        _ if is_operator(first) => token(TokenKind::Operator, end_of_operator(bytes, start), true),
        _ => token(TokenKind::Unknown, start + 1, true),
    }
}

/// The end of a quote that opens at `open`, and whether it was closed. Doubled quotes stand for one.
fn end_of_quote(bytes: &[u8], open: usize, escapes: bool) -> (usize, bool) {
    let quote = bytes[open];
    let mut at = open + 1;
    loop {
        let rest = bytes.get(at..).unwrap_or(&[]);
        let found = if escapes { memchr2(quote, b'\\', rest) } else { memchr(quote, rest) };
        let Some(offset) = found else { return (bytes.len(), false) };
        at += offset;
        if bytes[at] == b'\\' || bytes.get(at + 1) == Some(&quote) {
            at += 2;
            continue;
        }
        return (at + 1, true);
    }
}

fn end_of_block_comment(bytes: &[u8], start: usize) -> (usize, bool) {
    let mut depth = 1;
    let mut at = start + 2;
    while let Some(offset) = memchr2(b'*', b'/', bytes.get(at..).unwrap_or(&[])) {
        at += offset;
        match (bytes[at], bytes.get(at + 1)) {
            (b'*', Some(b'/')) => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return (at, true);
                }
            }
            (b'/', Some(b'*')) => {
                depth += 1;
                at += 2;
            }
            _ => at += 1,
        }
    }
    (bytes.len(), false)
}

fn dollar(sql: &str, start: usize) -> Option<Token> {
    let bytes = sql.as_bytes();
    let rest = &bytes[start + 1..];
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits > 0 {
        return Some(Token { kind: TokenKind::Parameter, start, end: start + 1 + digits, terminated: true });
    }
    let tag = rest.iter().take_while(|byte| continues_word(**byte) && **byte != b'$').count();
    if rest.get(tag) != Some(&b'$') {
        return Some(Token { kind: TokenKind::Unknown, start, end: start + 1, terminated: true });
    }
    let delimiter = &bytes[start..start + tag + 2];
    let body = start + delimiter.len();
    let kind = TokenKind::DollarText(delimiter.len() as u32);
    Some(match memchr::memmem::find(&bytes[body..], delimiter) {
        Some(length) => Token { kind, start, end: body + length + delimiter.len(), terminated: true },
        None => Token { kind, start, end: bytes.len(), terminated: false },
    })
}

fn end_of_number(bytes: &[u8], start: usize) -> usize {
    let digits =
        |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    let decimal = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'_').count();
    if bytes[start] == b'0' && matches!(bytes.get(start + 1), Some(b'x' | b'X' | b'o' | b'O' | b'b' | b'B')) {
        return start + digits(start);
    }
    let mut at = start + decimal(start);
    // `1..10` in plpgsql is a range, not `1.` and `.10`.
    if bytes.get(at) == Some(&b'.') && bytes.get(at + 1) != Some(&b'.') {
        at += 1;
        at += decimal(at);
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let exponent =
            bytes.get(at + 1 + sign..).map_or(0, |rest| rest.iter().take_while(|byte| byte.is_ascii_digit()).count());
        if exponent > 0 {
            at += 1 + sign + exponent;
        }
    }
    at
}

fn end_of_operator(bytes: &[u8], start: usize) -> usize {
    let mut end = start;
    // No operator is longer than a name (NAMEDATALEN 64); without the limit a long run of `+` would be read again for each of them.
    let limit = bytes.len().min(start + 64);
    while end < limit && is_operator(bytes[end]) {
        let comment =
            end > start && matches!((bytes[end], bytes.get(end + 1)), (b'-', Some(b'-')) | (b'/', Some(b'*')));
        if comment {
            break;
        }
        end += 1;
    }
    // Only an operator with one of ~ ! @ # % ^ & | ` ? may end in + or -.
    let special =
        bytes[start..end].iter().any(|byte| memchr3(b'~', b'!', b'@', &[*byte]).is_some() || b"#%^&|`?".contains(byte));
    while !special && end > start + 1 && matches!(bytes[end - 1], b'+' | b'-') {
        end -= 1;
    }
    end
}

/// The value of a string constant token; `None` where the token is no string.
pub(crate) fn string_value(sql: &str, token: &Token) -> Option<String> {
    let text = token.text(sql);
    let inside = |open: usize, close: usize| {
        let end = if token.terminated { text.len().saturating_sub(close) } else { text.len() };
        text.get(open..end.max(open)).unwrap_or("")
    };
    match token.kind {
        TokenKind::Text => Some(inside(text.find('\'')? + 1, 1).replace("''", "'")),
        TokenKind::EscapeText => Some(unescape(inside(2, 1))),
        TokenKind::UnicodeText => Some(decode_unicode(&inside(3, 1).replace("''", "'"))),
        TokenKind::DollarText(delimiter) => Some(inside(delimiter as usize, delimiter as usize).to_owned()),
        _ => None,
    }
}

/// The folded name of an identifier token, without asking whether the word is reserved.
pub(crate) fn identifier_value(sql: &str, token: &Token) -> Option<String> {
    let text = token.text(sql);
    match token.kind {
        TokenKind::Word => Some(crate::fold_identifier(text)),
        TokenKind::QuotedIdentifier if text.starts_with('"') => Some(crate::fold_identifier(text)),
        TokenKind::QuotedIdentifier => {
            let inner = text.get(3..)?;
            let inner = inner.strip_suffix('"').unwrap_or(inner);
            Some(decode_unicode(&inner.replace("\"\"", "\"")))
        }
        _ => None,
    }
}

fn unescape(text: &str) -> String {
    let mut bytes: Vec<u8> = Vec::with_capacity(text.len());
    let source = text.as_bytes();
    let mut at = 0;
    let digits = |from: usize, most: usize, radix: u32| {
        source.get(from..).unwrap_or(&[]).iter().take(most).take_while(|byte| (**byte as char).is_digit(radix)).count()
    };
    while at < source.len() {
        if source[at] == b'\'' && source.get(at + 1) == Some(&b'\'') {
            bytes.push(b'\'');
            at += 2;
            continue;
        }
        if source[at] != b'\\' || at + 1 >= source.len() {
            bytes.push(source[at]);
            at += 1;
            continue;
        }
        let code = source[at + 1];
        at += 2;
        let (length, radix) = match code {
            b'x' => (digits(at, 2, 16), 16),
            b'u' => (digits(at, 4, 16), 16),
            b'U' => (digits(at, 8, 16), 16),
            b'0'..=b'7' => {
                at -= 1;
                (digits(at, 3, 8), 8)
            }
            _ => (0, 10),
        };
        if length > 0 {
            let number =
                text.get(at..at + length).and_then(|digits| u32::from_str_radix(digits, radix).ok()).unwrap_or(0);
            at += length;
            if matches!(code, b'u' | b'U') {
                let mut buffer = [0; 4];
                let character = char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER);
                bytes.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
            } else {
                bytes.push(number as u8);
            }
            continue;
        }
        bytes.push(match code {
            b'b' => 0x08,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            other => other,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// `\XXXX` and `\+XXXXXX` with the default escape character; `UESCAPE` is not looked at.
fn decode_unicode(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        decoded.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let (skip, length) = if after.starts_with('+') { (1, 6) } else { (0, 4) };
        let code = after
            .get(skip..skip + length)
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .and_then(char::from_u32);
        match code {
            Some(character) => {
                decoded.push(character);
                rest = &after[skip + length..];
            }
            None => {
                decoded.push('\\');
                rest = after.strip_prefix('\\').unwrap_or(after);
            }
        }
    }
    decoded.push_str(rest);
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(sql: &str) -> Vec<(TokenKind, &str)> {
        let mut at = 0;
        let mut found = Vec::new();
        while let Some(token) = next_token(sql, at) {
            assert!(token.end > token.start);
            found.push((token.kind, token.text(sql)));
            at = token.end;
        }
        found
    }

    #[test]
    fn quotes_end_where_postgresql_ends_them() {
        assert_eq!(
            kinds(r"'a\' E'b\'c' U&'d' N'e' x'1f'").iter().map(|token| token.1).collect::<Vec<_>>(),
            [r"'a\'", r"E'b\'c'", "U&'d'", "N'e'", "x'1f'"]
        );
        assert_eq!(kinds("'it''s' \"a\"\"b\"").len(), 2);
        assert!(!next_token("'abc", 0).unwrap().terminated);
        assert!(!next_token("E'abc\\", 0).unwrap().terminated);
    }

    #[test]
    fn dollars_are_quotes_only_where_postgresql_reads_them_so() {
        assert_eq!(
            kinds("$1 a$b$c $$x;$$ $t$ $$ $t$").iter().map(|token| token.1).collect::<Vec<_>>(),
            ["$1", "a$b$c", "$$x;$$", "$t$ $$ $t$"]
        );
        assert_eq!(kinds("$ä$ x $ä$").len(), 1);
        assert!(!next_token("$a$ b", 0).unwrap().terminated);
    }

    #[test]
    fn comments_nest_and_operators_stop_before_them() {
        assert_eq!(kinds("/* a /* b */ c */ 1").len(), 2);
        assert_eq!(kinds("1+--x\n2").iter().map(|token| token.1).collect::<Vec<_>>(), ["1", "+", "--x", "2"]);
        assert_eq!(
            kinds("a=-1 b@-c 1..2 .5 1.5e-3 0x1f").iter().map(|token| token.1).collect::<Vec<_>>(),
            ["a", "=", "-", "1", "b", "@-", "c", "1", "..", "2", ".5", "1.5e-3", "0x1f"]
        );
    }

    #[test]
    fn strings_decode() {
        let value = |sql: &str| string_value(sql, &next_token(sql, 0).unwrap()).unwrap();
        assert_eq!(value("'it''s'"), "it's");
        assert_eq!(value(r"E'a\n\'\x41\u00e4\101\\'"), "a\n'AäA\\");
        assert_eq!(value(r"U&'d\0061t\+000061\\'"), "data\\");
        assert_eq!(value("$x$a$x$"), "a");
        assert_eq!(value("'open"), "open");
        assert_eq!(value("$$open"), "open");
    }
}
