//! Splits a file into statements, psql meta commands and COPY data, as psql would.
//!
//! Invariant: the `full` spans of the pieces, in order, and `trailing` tile the text.

use std::ops::Range;

use crate::lexer::{Token, TokenKind, next_token};

/// What a piece of a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PieceKind {
    /// A SQL statement.
    Statement,
    /// A psql meta command, such as `\i file`: its name without the backslash, and the rest of its line.
    MetaCommand {
        /// The name, `i` or `gexec`.
        name: String,
        /// The rest of the line, trimmed.
        arguments: String,
    },
    /// The lines between `COPY … FROM STDIN;` and `\.`.
    CopyData,
}

/// One piece of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub kind: PieceKind,
    /// The piece itself: a statement without leading comments and without its `;`.
    pub span: Range<usize>,
    /// With everything before it since the last piece, and with its `;`.
    pub full: Range<usize>,
    /// 1-based line of the first byte of `span`.
    pub line: u32,
    /// Comments before it.
    pub comments: Vec<Range<usize>>,
}

/// What never ends in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unterminated {
    /// A `'…'` string.
    Quote,
    /// A `"…"` identifier.
    QuotedIdentifier,
    /// A `$tag$` string.
    DollarQuote,
    /// A `/* … */` comment.
    Comment,
    /// A `BEGIN ATOMIC` body without its `END`.
    AtomicBody,
    /// COPY data without `\.`.
    CopyData,
}

/// Something that opens and never closes; the rest of the file was taken into it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: unterminated {}", describe(*.what))]
pub struct SplitProblem {
    /// What.
    pub what: Unterminated,
    /// 1-based line where it opens.
    pub line: u32,
    /// Byte offset where it opens.
    pub offset: usize,
}

fn describe(what: Unterminated) -> &'static str {
    match what {
        Unterminated::Quote => "quoted string",
        Unterminated::QuotedIdentifier => "quoted identifier",
        Unterminated::DollarQuote => "dollar-quoted string",
        Unterminated::Comment => "/* comment",
        Unterminated::AtomicBody => "BEGIN ATOMIC body",
        Unterminated::CopyData => "COPY data (no \\. line)",
    }
}

/// A file in pieces.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Split {
    /// The pieces in order.
    pub pieces: Vec<Piece>,
    /// Whitespace and comments after the last piece.
    pub trailing: Range<usize>,
    /// What never ends.
    pub problems: Vec<SplitProblem>,
}

/// The whole file at once.
pub fn split(text: &str) -> Split {
    let mut splitter = Splitter::new(text);
    let pieces = splitter.by_ref().collect();
    Split { pieces, trailing: splitter.trailing(), problems: splitter.into_problems() }
}

/// The 1-based line of a byte offset.
pub fn line_of(text: &str, offset: usize) -> u32 {
    let bytes = text.as_bytes();
    1 + count_lines(&bytes[..offset.min(bytes.len())])
}

fn count_lines(bytes: &[u8]) -> u32 {
    memchr::memchr_iter(b'\n', bytes).count() as u32
}

/// Yields the pieces one by one, for files too large to hold all.
#[derive(Debug, Clone)]
pub struct Splitter<'a> {
    text: &'a str,
    /// End of the last piece.
    at: usize,
    /// Offset up to which lines were counted, and the line there.
    counted: (usize, u32),
    expects_copy_data: bool,
    problems: Vec<SplitProblem>,
}

impl<'a> Splitter<'a> {
    /// Starts at the beginning of the text; a byte order mark is skipped as if it were whitespace.
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0, counted: (0, 1), expects_copy_data: false, problems: Vec::new() }
    }

    /// What follows the last piece that was yielded.
    pub fn trailing(&self) -> Range<usize> {
        self.at..self.text.len()
    }

    /// What never ends, complete once the iterator is exhausted.
    pub fn into_problems(self) -> Vec<SplitProblem> {
        self.problems
    }

    fn line_at(&mut self, offset: usize) -> u32 {
        let (from, line) = self.counted;
        let bytes = self.text.as_bytes();
        let line = if offset >= from {
            line + count_lines(&bytes[from..offset])
        } else {
            line - count_lines(&bytes[offset..from])
        };
        self.counted = (offset, line);
        line
    }

    fn report(&mut self, what: Unterminated, offset: usize) {
        let saved = self.counted;
        let line = self.line_at(offset);
        self.counted = saved;
        self.problems.push(SplitProblem { what, line, offset });
    }

    fn report_token(&mut self, token: &Token) {
        if token.terminated {
            return;
        }
        let what = match token.kind {
            TokenKind::BlockComment => Unterminated::Comment,
            TokenKind::QuotedIdentifier => Unterminated::QuotedIdentifier,
            TokenKind::DollarText(_) => Unterminated::DollarQuote,
            _ => Unterminated::Quote,
        };
        self.report(what, token.start);
    }

    fn piece(&mut self, kind: PieceKind, span: Range<usize>, end: usize, comments: Vec<Range<usize>>) -> Piece {
        let full = self.at..end;
        let line = self.line_at(span.start);
        self.at = end;
        Piece { kind, span, full, line, comments }
    }

    fn copy_data(&mut self) -> Piece {
        self.expects_copy_data = false;
        let bytes = self.text.as_bytes();
        let start = memchr::memchr(b'\n', &bytes[self.at..]).map_or(bytes.len(), |offset| self.at + offset + 1);
        let mut line_start = start;
        while line_start < bytes.len() {
            let line_end =
                memchr::memchr(b'\n', &bytes[line_start..]).map_or(bytes.len(), |offset| line_start + offset);
            let line = &bytes[line_start..line_end];
            if line.strip_suffix(b"\r").unwrap_or(line) == b"\\." {
                return self.piece(PieceKind::CopyData, start..line_start, line_end, Vec::new());
            }
            line_start = line_end + 1;
        }
        self.report(Unterminated::CopyData, self.at);
        self.piece(PieceKind::CopyData, start..bytes.len(), bytes.len(), Vec::new())
    }

    /// `\name arguments` up to the end of the line, or up to psql's separator `\\`.
    fn meta_command(&mut self, backslash: usize, comments: Vec<Range<usize>>) -> Piece {
        let bytes = self.text.as_bytes();
        let line_end =
            memchr::memchr2(b'\n', b'\r', &bytes[backslash..]).map_or(bytes.len(), |offset| backslash + offset);
        let rest = self.text.get(backslash + 1..line_end).unwrap_or("");
        let (rest, end) = match rest.find("\\\\") {
            Some(offset) => (&rest[..offset], backslash + 1 + offset + 2),
            None => (rest, line_end),
        };
        let name_length = rest.find(|character: char| character.is_whitespace()).unwrap_or(rest.len());
        let name = rest[..name_length].to_owned();
        let arguments = rest[name_length..].trim().to_owned();
        let span = backslash..backslash + 1 + rest.trim_end().len();
        self.piece(PieceKind::MetaCommand { name, arguments }, span, end, comments)
    }
}

impl Iterator for Splitter<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        if self.expects_copy_data {
            return Some(self.copy_data());
        }
        let mut comments = Vec::new();
        let mut from = self.at;
        if from == 0 && self.text.starts_with('\u{feff}') {
            from = '\u{feff}'.len_utf8();
        }
        let first = loop {
            let token = next_token(self.text, from)?;
            from = token.end;
            if token.is_comment() {
                self.report_token(&token);
                comments.push(token.start..token.end);
                continue;
            }
            if token.is(self.text, ";") {
                // An empty statement: no piece, its text goes with the next one. Comments before it belong to nothing.
                comments.clear();
                continue;
            }
            break token;
        };
        if first.kind == TokenKind::Backslash && self.text.as_bytes().get(first.end) != Some(&b';') {
            return Some(self.meta_command(first.start, comments));
        }
        let mut reading = Reading::default();
        let mut last_end = first.start;
        let mut next = Some(first);
        let mut end = self.text.len();
        while let Some(token) = next {
            self.report_token(&token);
            if token.kind == TokenKind::Backslash {
                // psql sends what it has at \; and \g…; any other meta command inside a statement ends it here too.
                let sends = self.text.as_bytes().get(token.end) == Some(&b';');
                end = if sends { token.end + 1 } else { token.start };
                break;
            }
            if !token.is_comment() {
                if token.is(self.text, ";") && reading.ends_at_semicolon() {
                    end = token.end;
                    break;
                }
                reading.read(self.text, &token);
                last_end = token.end;
            }
            next = next_token(self.text, token.end);
        }
        if next.is_none() && reading.atomic_depth > 0 {
            self.report(Unterminated::AtomicBody, reading.atomic_start);
        }
        if next.is_none() {
            // Comments after the last token stay outside the piece.
            end = last_end;
        }
        self.expects_copy_data = reading.is_copy_from_stdin(self.text, first.start..last_end) && next.is_some();
        Some(self.piece(PieceKind::Statement, first.start..last_end, end, comments))
    }
}

/// What of a statement's beginning decides where it ends.
#[derive(Default)]
struct Reading {
    words: u32,
    /// Bit per leading word: CREATE, OR, REPLACE, FUNCTION or PROCEDURE, RULE.
    create: bool,
    routine: bool,
    rule: bool,
    copy: bool,
    parentheses: u32,
    atomic_depth: u32,
    atomic_start: usize,
    after_begin: Option<usize>,
}

impl Reading {
    fn ends_at_semicolon(&self) -> bool {
        // Only CREATE RULE may hold a semicolon in parentheses; elsewhere an unclosed one must not swallow the file.
        self.atomic_depth == 0 && (self.parentheses == 0 || !self.rule)
    }

    fn read(&mut self, sql: &str, token: &Token) {
        match token.kind {
            TokenKind::Word => self.read_word(sql, token),
            TokenKind::Punctuation => {
                self.after_begin = None;
                match token.text(sql) {
                    "(" => self.parentheses += 1,
                    ")" => self.parentheses = self.parentheses.saturating_sub(1),
                    _ => {}
                }
            }
            _ => self.after_begin = None,
        }
    }

    fn read_word(&mut self, sql: &str, token: &Token) {
        let begin = self.after_begin.take();
        self.words += 1;
        if self.words > 4 && !self.routine {
            return;
        }
        let word = token.text(sql);
        let is = |keyword: &str| word.eq_ignore_ascii_case(keyword);
        match self.words {
            1 => {
                self.create = is("create");
                self.copy = is("copy");
            }
            2..=4 if self.create && !self.routine && !self.rule => {
                if is("function") || is("procedure") {
                    self.routine = true;
                } else if is("rule") {
                    self.rule = true;
                } else if !is("or") && !is("replace") {
                    self.create = false;
                }
            }
            _ if self.routine && self.parentheses == 0 => {
                if is("begin") {
                    self.after_begin = Some(token.start);
                } else if is("atomic") && begin.is_some() {
                    self.atomic_depth += 1;
                    self.atomic_start = begin.unwrap_or(token.start);
                } else if self.atomic_depth > 0 && is("case") {
                    self.atomic_depth += 1;
                } else if self.atomic_depth > 0 && is("end") {
                    self.atomic_depth -= 1;
                }
            }
            _ => {}
        }
    }

    /// `COPY … FROM STDIN …` outside parentheses.
    fn is_copy_from_stdin(&self, text: &str, span: Range<usize>) -> bool {
        if !self.copy {
            return false;
        }
        let sql = text.get(span).unwrap_or("");
        let (mut at, mut depth, mut after_from) = (0, 0u32, false);
        while let Some(token) = next_token(sql, at) {
            at = token.end;
            if token.is_comment() {
                continue;
            }
            match token.text(sql) {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                word if depth == 0 && after_from => return word.eq_ignore_ascii_case("stdin"),
                _ => {}
            }
            after_from = depth == 0 && token.is_word(sql, "from");
        }
        false
    }
}
