//! The tokens of a Prisma schema. Line ends are tokens: the language is made of lines.

use std::fmt;
use std::iter::Peekable;
use std::str::Chars;
use std::sync::Arc;

use super::place::{Place, PrismaError};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenKind {
    Word(String),
    Number(String),
    Text(String),
    /// `@` and `@@`.
    At,
    DoubleAt,
    /// One of `{}()[],:=?.!`.
    Mark(char),
    LineEnd,
    /// `///` without the slashes.
    Documentation(String),
    End,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) place: Place,
}

/// As an error names it.
impl fmt::Display for TokenKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) | Self::Number(word) => write!(f, "`{word}`"),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::At => f.write_str("`@`"),
            Self::DoubleAt => f.write_str("`@@`"),
            Self::Mark(mark) => write!(f, "`{mark}`"),
            Self::LineEnd => f.write_str("the end of the line"),
            Self::Documentation(_) => f.write_str("a comment"),
            Self::End => f.write_str("the end of the file"),
        }
    }
}

pub(super) fn tokens(file: &str, text: &str) -> Result<Vec<Token>, PrismaError> {
    let mut reader = Reader { rest: text.chars().peekable(), file: Arc::from(file), line: 1, column: 1 };
    let mut found = Vec::new();
    loop {
        let place = reader.place();
        let kind = reader.next_token()?;
        match kind {
            None => {}
            Some(TokenKind::End) => {
                found.push(Token { kind: TokenKind::LineEnd, place: place.clone() });
                found.push(Token { kind: TokenKind::End, place });
                return Ok(found);
            }
            Some(kind) => found.push(Token { kind, place }),
        }
    }
}

struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    file: Arc<str>,
    line: u32,
    column: u32,
}

impl Reader<'_> {
    fn place(&self) -> Place {
        Place { file: self.file.clone(), line: self.line, column: self.column }
    }

    fn bump(&mut self) -> Option<char> {
        let next = self.rest.next()?;
        if next == '\n' {
            self.line += 1;
            self.column = 1;
        } else {
            self.column += 1;
        }
        Some(next)
    }

    fn wrong(place: Place, expected: &str, found: impl Into<String>) -> PrismaError {
        PrismaError::Syntax { place, expected: expected.to_owned(), found: found.into() }
    }

    /// None for what is passed over.
    fn next_token(&mut self) -> Result<Option<TokenKind>, PrismaError> {
        let place = self.place();
        let Some(first) = self.bump() else { return Ok(Some(TokenKind::End)) };
        Ok(Some(match first {
            '\n' => TokenKind::LineEnd,
            // A byte order mark is no white space to Unicode.
            '\u{feff}' => return Ok(None),
            white if white.is_whitespace() => return Ok(None),
            '/' => return self.comment(place),
            '"' => self.text(place)?,
            '@' => {
                if self.rest.next_if_eq(&'@').is_some() {
                    self.column += 1;
                    TokenKind::DoubleAt
                } else {
                    TokenKind::At
                }
            }
            '{' | '}' | '(' | ')' | '[' | ']' | ',' | ':' | '=' | '?' | '.' | '!' => TokenKind::Mark(first),
            '-' if self.rest.peek().is_some_and(char::is_ascii_digit) => self.word_or_number(first),
            letter if letter.is_alphanumeric() => self.word_or_number(letter),
            '_' => return Err(Self::wrong(place, "a name that begins with a letter", "`_`")),
            other => return Err(Self::wrong(place, "a name, an attribute or a block", format!("`{other}`"))),
        }))
    }

    fn comment(&mut self, place: Place) -> Result<Option<TokenKind>, PrismaError> {
        match self.bump() {
            Some('/') => {
                let documentation = self.rest.peek() == Some(&'/');
                if documentation {
                    self.bump();
                }
                let mut text = String::new();
                while self.rest.peek().is_some_and(|next| *next != '\n') {
                    text.extend(self.bump());
                }
                Ok(documentation.then(|| TokenKind::Documentation(text.trim().to_owned())))
            }
            Some('*') => {
                let mut before = ' ';
                loop {
                    match self.bump() {
                        Some('/') if before == '*' => return Ok(None),
                        Some(next) => before = next,
                        None => {
                            return Err(Self::wrong(place, "`*/` at the end of this comment", "the end of the file"));
                        }
                    }
                }
            }
            _ => Err(Self::wrong(place, "`//` before a comment", "`/`")),
        }
    }

    /// JSON's strings.
    fn text(&mut self, place: Place) -> Result<TokenKind, PrismaError> {
        let mut text = String::new();
        loop {
            let here = self.place();
            if self.rest.peek() == Some(&'\n') {
                return Err(Self::wrong(place, "`\"` at the end of this text", "the end of the line"));
            }
            match self.bump() {
                None => return Err(Self::wrong(place, "`\"` at the end of this text", "the end of the file")),
                Some('"') => return Ok(TokenKind::Text(text)),
                Some('\\') => text.push(self.escape(&here)?),
                Some(other) => text.push(other),
            }
        }
    }

    fn escape(&mut self, place: &Place) -> Result<char, PrismaError> {
        let wrong = |found: String| {
            Self::wrong(place.clone(), "one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX", format!("`\\{found}`"))
        };
        Ok(match self.bump() {
            Some(same @ ('"' | '\\' | '/')) => same,
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => {
                let first = self.hexadecimal().ok_or_else(|| wrong("u".to_owned()))?;
                // Characters beyond the first 65536 are written as two halves.
                let whole = if (0xd800..0xdc00).contains(&first) {
                    let second = (self.bump() == Some('\\') && self.bump() == Some('u'))
                        .then(|| self.hexadecimal())
                        .flatten()
                        .filter(|second| (0xdc00..0xe000).contains(second));
                    second.map(|second| 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00))
                } else {
                    Some(first)
                };
                whole.and_then(char::from_u32).ok_or_else(|| wrong("u".to_owned()))?
            }
            Some(other) => return Err(wrong(other.to_string())),
            None => return Err(wrong(String::new())),
        })
    }

    fn hexadecimal(&mut self) -> Option<u32> {
        (0..4).try_fold(0, |sum, _| Some(sum * 16 + self.rest.next_if(char::is_ascii_hexdigit)?.to_digit(16)?)).inspect(
            |_| {
                self.column += 4;
            },
        )
    }

    fn word_or_number(&mut self, first: char) -> TokenKind {
        let mut word = String::from(first);
        while let Some(next) = self.rest.next_if(|next| next.is_alphanumeric() || matches!(next, '_' | '-')) {
            self.column += 1;
            word.push(next);
        }
        let digits = word.strip_prefix('-').unwrap_or(&word);
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return TokenKind::Word(word);
        }
        if self.rest.next_if_eq(&'.').is_some() {
            self.column += 1;
            word.push('.');
            while let Some(next) = self.rest.next_if(char::is_ascii_digit) {
                self.column += 1;
                word.push(next);
            }
        }
        TokenKind::Number(word)
    }
}
