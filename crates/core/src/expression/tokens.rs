//! The lexer: PostgreSQL's lexical rules, as far as an expression or a function body needs them.

use std::ops::Range;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A keyword or an unquoted name, folded to lower case.
    Word,
    /// A name in double quotes, without them.
    QuotedName,
    /// The contents of a string constant of any form.
    String,
    Number,
    Operator,
    /// `(` or `[`
    Open,
    /// `)` or `]`
    Close,
    Comma,
    Dot,
    Semicolon,
    /// `$1`
    Parameter,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub kind: TokenKind,
    pub value: String,
    /// Bytes of the text.
    pub span: Range<usize>,
}

impl Token {
    /// True for the unquoted word, given in lower case.
    pub fn is_word(&self, word: &str) -> bool {
        self.kind == TokenKind::Word && self.value == word
    }

    pub fn is_operator(&self, operator: &str) -> bool {
        self.kind == TokenKind::Operator && self.value == operator
    }

    /// True for what can be a name: a quoted one, or a word that is no keyword.
    pub fn is_name(&self) -> bool {
        match self.kind {
            TokenKind::QuotedName => true,
            TokenKind::Word => !pgmason_model::identifier::is_keyword(&self.value),
            _ => false,
        }
    }
}

/// All tokens of the text; comments and white space are left out.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut lexer = Lexer { text, place: 0, tokens: Vec::new() };
    while lexer.next() {}
    lexer.tokens
}

/// The values of all string constants.
pub fn string_literals(text: &str) -> Vec<String> {
    tokens(text).into_iter().filter(|token| token.kind == TokenKind::String).map(|token| token.value).collect()
}

/// For each bracket the place of its partner (the end of the list where it has none); for other tokens their own place.
pub(super) fn partners(tokens: &[Token]) -> Vec<usize> {
    let mut partners: Vec<usize> = (0..tokens.len()).collect();
    let mut open = Vec::new();
    for (place, token) in tokens.iter().enumerate() {
        match token.kind {
            TokenKind::Open => {
                open.push(place);
                partners[place] = tokens.len();
            }
            TokenKind::Close => {
                if let Some(opening) = open.pop() {
                    partners[opening] = place;
                    partners[place] = opening;
                }
            }
            _ => {}
        }
    }
    partners
}

struct Lexer<'t> {
    text: &'t str,
    place: usize,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.place..).unwrap_or("")
    }

    fn push(&mut self, kind: TokenKind, value: String, length: usize) {
        let end = (self.place + length).min(self.text.len());
        self.tokens.push(Token { kind, value, span: self.place..end });
        self.place = end;
    }

    /// Reads one token, or what lies between two; false at the end.
    fn next(&mut self) -> bool {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return false };
        let single = |kind| Some((kind, first.to_string(), first.len_utf8()));
        let token = match first {
            _ if first.is_whitespace() => None,
            '(' | '[' => single(TokenKind::Open),
            ')' | ']' => single(TokenKind::Close),
            ',' => single(TokenKind::Comma),
            ';' => single(TokenKind::Semicolon),
            '.' if !rest[1..].starts_with(|c: char| c.is_ascii_digit()) => single(TokenKind::Dot),
            '\'' => Some(quoted(rest, 1, '\'', false, TokenKind::String)),
            '"' => Some(quoted(rest, 1, '"', false, TokenKind::QuotedName)),
            '$' => Some(dollar(rest)),
            '0'..='9' | '.' => Some(number(rest)),
            _ if is_name_start(first) => Some(word(rest)),
            _ if rest.starts_with("--") => {
                self.place += rest.find('\n').unwrap_or(rest.len());
                return true;
            }
            _ if rest.starts_with("/*") => {
                self.place += block_comment(rest);
                return true;
            }
            ':' => {
                let length = if rest.starts_with("::") || rest.starts_with(":=") { 2 } else { 1 };
                Some((TokenKind::Operator, rest[..length].to_owned(), length))
            }
            _ if OPERATOR.contains(first) => Some(operator(rest)),
            // Nothing that SQL knows; step over it.
            _ => None,
        };
        match token {
            Some((kind, value, length)) => self.push(kind, value, length),
            None => self.place += first.len_utf8(),
        }
        true
    }
}

const OPERATOR: &str = "+-*/<>=~!@#%^&|`?";

fn is_name_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || !c.is_ascii()
}

fn is_name_part(c: char) -> bool {
    is_name_start(c) || c.is_ascii_digit() || c == '$'
}

fn word(rest: &str) -> (TokenKind, String, usize) {
    let length = rest.find(|c: char| !is_name_part(c)).unwrap_or(rest.len());
    let (value, after) = rest.split_at(length);
    // A letter right before a quote is the constant's form: E'', B'', X'', N''.
    if length == 1 && after.starts_with('\'') && "eEbBxXnN".contains(value) {
        return quoted(rest, 2, '\'', value.eq_ignore_ascii_case("e"), TokenKind::String);
    }
    if value.eq_ignore_ascii_case("u") {
        if after.starts_with("&'") {
            return quoted(rest, 3, '\'', false, TokenKind::String);
        }
        if after.starts_with("&\"") {
            return quoted(rest, 3, '"', false, TokenKind::QuotedName);
        }
    }
    (TokenKind::Word, value.to_lowercase(), length)
}

/// `start`: bytes up to and with the opening quote. A missing closing quote ends with the text.
fn quoted(rest: &str, start: usize, quote: char, backslash: bool, kind: TokenKind) -> (TokenKind, String, usize) {
    let mut value = String::new();
    let mut characters = rest[start..].char_indices().peekable();
    while let Some((place, c)) = characters.next() {
        if c == quote {
            if characters.next_if(|(_, next)| *next == quote).is_none() {
                return (kind, value, start + place + c.len_utf8());
            }
            value.push(quote);
        } else if c == '\\' && backslash {
            if let Some((_, escaped)) = characters.next() {
                value.push(escaped);
            }
        } else {
            value.push(c);
        }
    }
    (kind, value, rest.len())
}

/// `$1`, `$tag$…$tag$`, or a lone dollar sign.
fn dollar(rest: &str) -> (TokenKind, String, usize) {
    let digits = rest[1..].find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len() - 1);
    if digits > 0 {
        return (TokenKind::Parameter, rest[..=digits].to_owned(), digits + 1);
    }
    let tag_end = rest[1..].find(|c: char| c == '$' || !is_name_part(c)).map(|place| place + 1);
    match tag_end {
        Some(end) if rest[end..].starts_with('$') => {
            let (tag, body) = rest.split_at(end + 1);
            match body.find(tag) {
                Some(length) => (TokenKind::String, body[..length].to_owned(), tag.len() * 2 + length),
                None => (TokenKind::String, body.to_owned(), rest.len()),
            }
        }
        _ => (TokenKind::Operator, "$".to_owned(), 1),
    }
}

fn number(rest: &str) -> (TokenKind, String, usize) {
    let mut length = 0;
    let mut previous = ' ';
    for c in rest.chars() {
        let exponent_sign = matches!(c, '+' | '-') && matches!(previous, 'e' | 'E') && !rest.starts_with("0x");
        if !(c.is_ascii_alphanumeric() || c == '.' || c == '_' || exponent_sign) {
            break;
        }
        previous = c;
        length += 1;
    }
    (TokenKind::Number, rest[..length].to_owned(), length)
}

fn operator(rest: &str) -> (TokenKind, String, usize) {
    let mut length = rest.find(|c: char| !OPERATOR.contains(c)).unwrap_or(rest.len());
    // A comment ends an operator.
    for comment in ["--", "/*"] {
        length = rest[..length].find(comment).filter(|place| *place > 0).unwrap_or(length);
    }
    (TokenKind::Operator, rest[..length].to_owned(), length)
}

/// Comments nest.
fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut place = 0;
    while place < rest.len() {
        let here = &rest[place..];
        if here.starts_with("/*") {
            depth += 1;
            place += 2;
        } else if here.starts_with("*/") {
            depth -= 1;
            place += 2;
            if depth == 0 {
                return place;
            }
        } else {
            place += here.chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<(TokenKind, String)> {
        tokens(text).into_iter().map(|token| (token.kind, token.value)).collect()
    }

    #[test]
    fn strings_and_quoted_names_hide_what_is_in_them() {
        assert_eq!(
            values(r#"'it''s (a) AND' || "My ""Name""" || E'\'x' || $q$ '$1' $q$ || U&'\0041'"#)
                .into_iter()
                .filter(|(kind, _)| *kind != TokenKind::Operator)
                .collect::<Vec<_>>(),
            [
                (TokenKind::String, "it's (a) AND".to_owned()),
                (TokenKind::QuotedName, "My \"Name\"".to_owned()),
                (TokenKind::String, "'x".to_owned()),
                (TokenKind::String, " '$1' ".to_owned()),
                (TokenKind::String, "\\0041".to_owned()),
            ]
        );
    }

    #[test]
    fn comments_are_left_out_and_end_operators() {
        let texts: Vec<String> = values("A /* x /* y */ z */ = -- end\n 1.5e-3").into_iter().map(|(_, v)| v).collect();
        assert_eq!(texts, ["a", "=", "1.5e-3"]);
    }

    #[test]
    fn casts_and_json_operators_are_whole() {
        let texts: Vec<String> = values("(a->>'b')::text[] #>> $1").into_iter().map(|(_, v)| v).collect();
        assert_eq!(texts, ["(", "a", "->>", "b", ")", "::", "text", "[", "]", "#>>", "$1"]);
    }

    #[test]
    fn nothing_breaks_it() {
        let texts = ["'", "\"", "$", "$$", "$a", "$a$", "E'\\", "/*", "--", "ü\u{0}§.", ".", "..5", ")(", "u&'", "1e+"];
        for text in texts {
            let _ = partners(&tokens(text));
        }
    }
}
