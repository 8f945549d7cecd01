//! A reading position over a statement's tokens (comments left out), with the small words of PostgreSQL's grammar.

use crate::Name;
use crate::ir::{Fragment, NameAt, Span, SyntaxProblem};
use crate::lexer::{Token, TokenKind, identifier_value, next_token, string_value};

pub(crate) type Read<T> = Result<T, SyntaxProblem>;

/// The tokens of a text without its comments.
pub(crate) fn tokens(sql: &str) -> Vec<Token> {
    let mut found = Vec::with_capacity(sql.len() / 6 + 4);
    let mut at = 0;
    while let Some(token) = next_token(sql, at) {
        at = token.end;
        if !token.is_comment() {
            found.push(token);
        }
    }
    found
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'a> {
    pub(crate) sql: &'a str,
    pub(crate) tokens: &'a [Token],
    pub(crate) at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(sql: &'a str, tokens: &'a [Token]) -> Self {
        Self { sql, tokens, at: 0 }
    }

    pub(crate) fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.at)
    }

    pub(crate) fn ahead(&self, by: usize) -> Option<&'a Token> {
        self.tokens.get(self.at + by)
    }

    pub(crate) fn at_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// The next word, empty where no word stands.
    pub(crate) fn word(&self) -> &'a str {
        self.word_ahead(0)
    }

    pub(crate) fn word_ahead(&self, by: usize) -> &'a str {
        match self.ahead(by) {
            Some(token) if token.kind == TokenKind::Word => token.text(self.sql),
            _ => "",
        }
    }

    pub(crate) fn is(&self, word: &str) -> bool {
        self.word().eq_ignore_ascii_case(word)
    }

    pub(crate) fn is_ahead(&self, by: usize, word: &str) -> bool {
        self.word_ahead(by).eq_ignore_ascii_case(word)
    }

    pub(crate) fn is_one(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }

    pub(crate) fn is_all(&self, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(by, word)| self.is_ahead(by, word))
    }

    pub(crate) fn is_mark(&self, mark: &str) -> bool {
        self.peek().is_some_and(|token| token.is(self.sql, mark))
    }

    pub(crate) fn is_mark_ahead(&self, by: usize, mark: &str) -> bool {
        self.ahead(by).is_some_and(|token| token.is(self.sql, mark))
    }

    /// The next token is the operator `text`.
    pub(crate) fn is_operator(&self, text: &str) -> bool {
        self.peek().is_some_and(|token| token.kind == TokenKind::Operator && token.text(self.sql) == text)
    }

    pub(crate) fn eat(&mut self, word: &str) -> bool {
        let found = self.is(word);
        self.at += usize::from(found);
        found
    }

    pub(crate) fn eat_one(&mut self, words: &[&str]) -> bool {
        let found = self.is_one(words);
        self.at += usize::from(found);
        found
    }

    pub(crate) fn eat_all(&mut self, words: &[&str]) -> bool {
        let found = self.is_all(words);
        if found {
            self.at += words.len();
        }
        found
    }

    pub(crate) fn eat_mark(&mut self, mark: &str) -> bool {
        let found = self.is_mark(mark);
        self.at += usize::from(found);
        found
    }

    pub(crate) fn eat_operator(&mut self, text: &str) -> bool {
        let found = self.is_operator(text);
        self.at += usize::from(found);
        found
    }

    pub(crate) fn expect(&mut self, word: &str) -> Read<()> {
        if self.eat(word) { Ok(()) } else { Err(self.problem(&word.to_ascii_uppercase())) }
    }

    pub(crate) fn expect_mark(&mut self, mark: &str) -> Read<()> {
        if self.eat_mark(mark) { Ok(()) } else { Err(self.problem(mark)) }
    }

    /// An error at the next token.
    pub(crate) fn problem(&self, expected: &str) -> SyntaxProblem {
        match self.peek() {
            Some(token) => {
                let found: String = token.text(self.sql).chars().take(40).collect();
                SyntaxProblem { message: format!("expected {expected}, found {found}"), offset: token.start }
            }
            None => SyntaxProblem {
                message: format!("expected {expected}, found the end of the statement"),
                offset: self.tokens.last().map_or(self.sql.len(), |token| token.end),
            },
        }
    }

    /// `IF NOT EXISTS`.
    pub(crate) fn if_not_exists(&mut self) -> bool {
        self.eat_all(&["if", "not", "exists"])
    }

    /// `IF EXISTS`.
    pub(crate) fn if_exists(&mut self) -> bool {
        self.eat_all(&["if", "exists"])
    }

    /// `CASCADE` or `RESTRICT`: whether it was the former.
    pub(crate) fn cascade(&mut self) -> bool {
        let cascade = self.eat("cascade");
        if !cascade {
            self.eat("restrict");
        }
        cascade
    }

    /// One identifier.
    pub(crate) fn identifier(&mut self) -> Read<String> {
        let value =
            self.peek().and_then(|token| identifier_value(self.sql, token)).ok_or_else(|| self.problem("a name"))?;
        self.at += 1;
        Ok(value)
    }

    /// A possibly qualified name. Of more than two parts the last two are kept.
    pub(crate) fn name(&mut self) -> Read<NameAt> {
        let from = self.at;
        let mut name = Name::new(self.identifier()?);
        while self.is_mark(".") {
            self.at += 1;
            if self.eat_operator("*") {
                break;
            }
            name = Name::qualified(name.name, self.identifier()?);
        }
        Ok(NameAt { name, span: self.span(from, self.at) })
    }

    /// `name, name, …`.
    pub(crate) fn names(&mut self) -> Read<Vec<NameAt>> {
        let mut names = vec![self.name()?];
        while self.eat_mark(",") {
            names.push(self.name()?);
        }
        Ok(names)
    }

    /// `identifier, identifier, …`.
    pub(crate) fn identifiers(&mut self) -> Read<Vec<String>> {
        let mut names = vec![self.identifier()?];
        while self.eat_mark(",") {
            names.push(self.identifier()?);
        }
        Ok(names)
    }

    /// `( identifier, … )` where it stands; lengths, `PERIOD` and `WITHOUT OVERLAPS` are passed over.
    pub(crate) fn column_list(&mut self) -> Read<Vec<String>> {
        let mut inside = self.parentheses()?;
        let mut names = Vec::new();
        while !inside.at_end() {
            if inside.is("period") && inside.ahead(1).is_some_and(|token| !token.is(inside.sql, ",")) {
                inside.at += 1;
            }
            names.push(inside.identifier()?);
            inside.skip_to_comma();
        }
        Ok(names)
    }

    /// A string constant, decoded; pieces continued over lines are joined.
    pub(crate) fn string(&mut self) -> Read<String> {
        let mut value =
            self.peek().and_then(|token| string_value(self.sql, token)).ok_or_else(|| self.problem("a string"))?;
        self.at += 1;
        while let Some(token) = self.peek().filter(|token| token.kind == TokenKind::Text) {
            value.push_str(&string_value(self.sql, token).unwrap_or_default());
            self.at += 1;
        }
        Ok(value)
    }

    /// The span of tokens `from..to`.
    pub(crate) fn span(&self, from: usize, to: usize) -> Span {
        match (self.tokens.get(from), to.checked_sub(1).and_then(|last| self.tokens.get(last))) {
            (Some(first), Some(last)) if from < to => first.start..last.end,
            (Some(first), _) => first.start..first.start,
            _ => {
                let end = self.tokens.last().map_or(0, |token| token.end);
                end..end
            }
        }
    }

    /// The text of tokens `from..to`.
    pub(crate) fn fragment(&self, from: usize, to: usize) -> Fragment {
        let span = self.span(from, to);
        Fragment { text: self.sql.get(span.clone()).unwrap_or("").to_owned(), span }
    }

    /// Everything that is left.
    pub(crate) fn rest(&mut self) -> Fragment {
        let from = self.at;
        self.at = self.tokens.len();
        self.fragment(from, self.at)
    }

    /// The tokens from `from` on up to the current position.
    pub(crate) fn since(&self, from: usize) -> Fragment {
        self.fragment(from, self.at)
    }

    /// A parenthesised group: a cursor on its inside; this one moves behind it.
    pub(crate) fn parentheses(&mut self) -> Read<Cursor<'a>> {
        self.expect_mark("(")?;
        let from = self.at;
        let mut depth = 1u32;
        while let Some(token) = self.peek() {
            self.at += 1;
            if token.kind != TokenKind::Punctuation {
                continue;
            }
            match token.text(self.sql) {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Ok(Cursor { sql: self.sql, tokens: &self.tokens[from..self.at - 1], at: 0 });
            }
        }
        Err(self.problem(")"))
    }

    /// A parenthesised group where one stands.
    pub(crate) fn optional_parentheses(&mut self) -> Read<Option<Cursor<'a>>> {
        if self.is_mark("(") { self.parentheses().map(Some) } else { Ok(None) }
    }

    /// The whole text under this cursor.
    pub(crate) fn all(&self) -> Fragment {
        self.fragment(0, self.tokens.len())
    }

    /// Moves over one token, or over a whole group where one opens.
    pub(crate) fn skip_one(&mut self) {
        let mut depth = 0u32;
        while let Some(token) = self.peek() {
            self.at += 1;
            if token.kind == TokenKind::Punctuation {
                match token.text(self.sql) {
                    "(" | "[" => depth += 1,
                    ")" | "]" => depth = depth.saturating_sub(1),
                    _ => {}
                }
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// Moves to the next token outside groups for which `stop` holds, or to the end.
    pub(crate) fn skip_until(&mut self, stop: impl Fn(&Cursor<'a>) -> bool) {
        while !self.at_end() && !stop(self) {
            self.skip_one();
        }
    }

    /// Moves behind the next comma outside groups, or to the end.
    pub(crate) fn skip_to_comma(&mut self) {
        self.skip_until(|here| here.is_mark(","));
        self.at += 1;
        self.at = self.at.min(self.tokens.len());
    }

    /// Splits what is left at commas outside groups.
    pub(crate) fn comma_parts(&mut self) -> Vec<Cursor<'a>> {
        let mut parts = Vec::new();
        while !self.at_end() {
            let from = self.at;
            self.skip_until(|here| here.is_mark(","));
            parts.push(Cursor { sql: self.sql, tokens: &self.tokens[from..self.at], at: 0 });
            self.at = (self.at + 1).min(self.tokens.len());
        }
        parts
    }

    /// `(name [= value], …)`: folded names and values.
    pub(crate) fn options(&mut self) -> Read<Vec<(String, Option<String>)>> {
        let mut inside = self.parentheses()?;
        let mut options = Vec::new();
        for mut part in inside.comma_parts() {
            let name = part.name()?.name.to_string();
            let value = if part.eat_operator("=") || !part.at_end() { Some(part.value()) } else { None };
            options.push((name, value));
        }
        Ok(options)
    }

    /// What is left as one value: a string decoded, a word folded, anything else verbatim.
    pub(crate) fn value(&mut self) -> String {
        let last = self.tokens.len().saturating_sub(self.at) == 1;
        match self.peek() {
            Some(token) if last && token.kind == TokenKind::Word => {
                self.at += 1;
                token.text(self.sql).to_ascii_lowercase()
            }
            Some(token) if last && string_value(self.sql, token).is_some() => {
                self.at += 1;
                string_value(self.sql, token).unwrap_or_default()
            }
            _ => self.rest().text,
        }
    }
}

impl Cursor<'_> {
    /// One token as a name: a large object's number.
    pub(crate) fn value_token(&mut self) -> Name {
        let name = self.peek().map_or(String::new(), |token| token.text(self.sql).to_owned());
        self.at = (self.at + 1).min(self.tokens.len());
        Name::new(name)
    }
}
