//! Walks the statements of a plpgsql body.
//!
//! Flat, with a stack of open blocks: no recursion, and every step moves on, so no body can hang or overflow it.

use super::words::{Dynamic, dynamic, is_assignment, without_into};
use super::{BodyScan, Embedded, Guard, Origin, reads_catalog};
use crate::read::{Cursor, parse, tokens};

enum Frame {
    /// BEGIN … END: the first statement found in it, the first of its EXCEPTION part, and the guards around it.
    Block {
        first: usize,
        handlers: Option<usize>,
        depth: usize,
    },
    If(Guard),
    Loop,
    Case,
}

struct Scanner<'a> {
    cursor: Cursor<'a>,
    frames: Vec<Frame>,
    found: Vec<Embedded>,
}

pub(super) fn scan(body: &str) -> BodyScan {
    let tokens = tokens(body);
    let mut scanner = Scanner { cursor: Cursor::new(body, &tokens), frames: Vec::new(), found: Vec::new() };
    let mut gave_up_at = None;
    while let Some(token) = scanner.cursor.peek() {
        let before = scanner.cursor.at;
        if !scanner.step() {
            gave_up_at = Some(token.start);
            break;
        }
        if scanner.cursor.at == before {
            scanner.cursor.at += 1;
        }
    }
    if gave_up_at.is_none() && !scanner.frames.is_empty() {
        gave_up_at = Some(body.len());
    }
    BodyScan { statements: scanner.found, gave_up_at }
}

/// `BEGIN ATOMIC a; b; END` and `RETURN expression`; `None` for any other SQL body.
pub(super) fn scan_atomic(body: &str) -> Option<BodyScan> {
    let tokens = tokens(body);
    let mut cursor = Cursor::new(body, &tokens);
    let mut found = Vec::new();
    if cursor.eat("return") {
        let span = cursor.span(0, tokens.len());
        let text = format!("select{}", body.get(span.start + 6..span.end).unwrap_or(""));
        found.push(embedded(span, Origin::Query, text, Vec::new(), false));
    } else if cursor.eat_all(&["begin", "atomic"]) {
        while !cursor.at_end() {
            let from = cursor.at;
            // END closes the body, but for that of a CASE, which skip_case passes over.
            while !cursor.at_end() && !cursor.is_mark(";") && !cursor.is("end") {
                skip_one_or_case(&mut cursor);
            }
            if cursor.at > from {
                let span = cursor.span(from, cursor.at);
                let text = body.get(span.clone()).unwrap_or("").to_owned();
                found.push(embedded(span, Origin::Static, text, Vec::new(), false));
            }
            cursor.at += 1;
        }
    } else {
        return None;
    }
    Some(BodyScan { statements: found, gave_up_at: None })
}

fn embedded(span: std::ops::Range<usize>, origin: Origin, text: String, guards: Vec<Guard>, in_loop: bool) -> Embedded {
    let statement = Some(parse(&text, false));
    Embedded { span, origin, text: Some(text), statement, guards, in_loop }
}

/// A group, a whole CASE … END, or one token.
fn skip_one_or_case(cursor: &mut Cursor<'_>) {
    if !cursor.is("case") {
        cursor.skip_one();
        return;
    }
    let mut depth = 0usize;
    while !cursor.at_end() {
        if cursor.is("case") {
            depth += 1;
        } else if cursor.is("end") {
            depth -= 1;
        }
        cursor.skip_one();
        if depth == 0 {
            return;
        }
    }
}

impl<'a> Scanner<'a> {
    /// One plpgsql statement, or the part of one up to its inner statements. False where the structure is lost.
    fn step(&mut self) -> bool {
        let cursor = &mut self.cursor;
        if cursor.eat_mark(";") {
            return true;
        }
        if cursor.is_operator("<<") {
            // A label; `<<a>>` is three tokens.
            cursor.at += 3;
            return true;
        }
        if cursor.peek().is_some_and(|token| !token.terminated) {
            return false;
        }
        let word = cursor.word().to_ascii_lowercase();
        if !matches!(word.as_str(), "begin" | "declare" | "#") && self.frames.is_empty() {
            if cursor.is_operator("#") {
                // `#variable_conflict use_column`.
                cursor.at += 3;
                return true;
            }
            return false;
        }
        if is_assignment(cursor) {
            self.skip_to_semicolon();
            return true;
        }
        match word.as_str() {
            "declare" => self.declare(),
            "begin" => {
                cursor.at += 1;
                self.frames.push(Frame::Block { first: self.found.len(), handlers: None, depth: self.guards().len() });
            }
            "exception" if cursor.is_ahead(1, "when") => cursor.at += 1,
            "when" => self.when(),
            "if" => {
                cursor.at += 1;
                let guard = self.condition(false);
                self.frames.push(Frame::If(guard));
            }
            "elsif" | "elseif" => {
                cursor.at += 1;
                let guard = self.condition(false);
                return self.replace_if(guard);
            }
            "else" => {
                cursor.at += 1;
                return self.otherwise();
            }
            "case" => {
                cursor.at += 1;
                cursor.skip_until(|here| here.is("when"));
                self.frames.push(Frame::Case);
            }
            "loop" => {
                cursor.at += 1;
                self.frames.push(Frame::Loop);
            }
            "while" => {
                self.skip_past("loop");
                self.frames.push(Frame::Loop);
            }
            "for" | "foreach" => self.for_loop(),
            "end" => {
                cursor.at += 1;
                cursor.eat_one(&["if", "loop", "case"]);
                self.frames.pop();
                self.skip_to_semicolon();
            }
            "return" => self.return_query(),
            "open" => self.open(),
            "perform" => self.perform(),
            "execute" => {
                cursor.at += 1;
                let from = cursor.at;
                self.skip_to_semicolon_or(|_| false);
                self.dynamic(from);
            }
            "raise" | "assert" | "null" | "exit" | "continue" | "get" | "close" | "fetch" | "move" => {
                self.skip_to_semicolon()
            }
            _ => self.sql_statement(),
        }
        true
    }

    fn guards(&self) -> Vec<Guard> {
        self.frames
            .iter()
            .filter_map(|frame| if let Frame::If(guard) = frame { Some(guard.clone()) } else { None })
            .collect()
    }

    fn in_loop(&self) -> bool {
        self.frames.iter().any(|frame| matches!(frame, Frame::Loop))
    }

    /// To the `;` that ends the statement, not behind it.
    fn skip_to_semicolon(&mut self) {
        self.skip_to_semicolon_or(|_| false);
    }

    fn skip_to_semicolon_or(&mut self, stop: impl Fn(&Cursor<'a>) -> bool) {
        while !self.cursor.at_end() && !self.cursor.is_mark(";") && !stop(&self.cursor) {
            skip_one_or_case(&mut self.cursor);
        }
    }

    /// Behind the word.
    fn skip_past(&mut self, word: &str) {
        self.skip_to_semicolon_or(|here| here.is(word));
        self.cursor.eat(word);
    }

    /// Declarations up to BEGIN.
    fn declare(&mut self) {
        self.cursor.at += 1;
        while !self.cursor.at_end() && !self.cursor.is("begin") {
            self.skip_to_semicolon();
            self.cursor.at += 1;
        }
        self.cursor.at = self.cursor.at.min(self.cursor.tokens.len());
    }

    /// `condition THEN`.
    fn condition(&mut self, otherwise: bool) -> Guard {
        let from = self.cursor.at;
        self.skip_to_semicolon_or(|here| here.is("then"));
        let condition = self.cursor.since(from);
        self.cursor.eat("then");
        let reads_catalog = reads_catalog(&condition.text);
        Guard::If { condition, otherwise, reads_catalog }
    }

    fn replace_if(&mut self, guard: Guard) -> bool {
        match self.frames.last_mut() {
            Some(Frame::If(current)) => {
                *current = guard;
                true
            }
            _ => false,
        }
    }

    fn otherwise(&mut self) -> bool {
        match self.frames.last_mut() {
            Some(Frame::If(Guard::If { otherwise, .. })) => *otherwise = true,
            Some(Frame::Case) => {}
            _ => return false,
        }
        true
    }

    /// `WHEN … THEN` of a CASE, or of an EXCEPTION part, which guards what stood in its block before.
    fn when(&mut self) {
        self.cursor.at += 1;
        let from = self.cursor.at;
        self.skip_to_semicolon_or(|here| here.is("then"));
        let text = self.cursor.since(from).text;
        self.cursor.eat("then");
        let known = self.found.len();
        let Some(Frame::Block { first, handlers, depth }) = self.frames.last_mut() else { return };
        // A handler's own statements are not guarded by it.
        let (first, last, depth) = (*first, *handlers.get_or_insert(known), *depth);
        let words = text.to_ascii_lowercase().replace('\'', "");
        let conditions: Vec<String> =
            words.split(" or ").flat_map(|part| part.split("\nor ")).map(|part| part.trim().to_owned()).collect();
        for statement in self.found.iter_mut().take(last).skip(first) {
            let at = depth.min(statement.guards.len());
            match statement.guards.get_mut(at) {
                Some(Guard::Handler { conditions: known }) => known.extend(conditions.iter().cloned()),
                _ => statement.guards.insert(at, Guard::Handler { conditions: conditions.clone() }),
            }
        }
    }

    fn push(&mut self, from: usize, to: usize, origin: Origin, text: String) {
        let span = self.cursor.span(from, to);
        self.found.push(embedded(span, origin, text, self.guards(), self.in_loop()));
    }

    fn text(&self, from: usize, to: usize) -> String {
        self.cursor.fragment(from, to).text
    }

    /// `FOR target IN … LOOP`.
    fn for_loop(&mut self) {
        self.skip_to_semicolon_or(|here| here.is("in"));
        self.cursor.eat("in");
        let from = self.cursor.at;
        self.skip_to_semicolon_or(|here| here.is("loop"));
        let to = self.cursor.at;
        let inside = Cursor { sql: self.cursor.sql, tokens: &self.cursor.tokens[from..to], at: 0 };
        if inside.is("execute") {
            self.dynamic_between(from + 1, to);
        } else if starts_query(&inside) && !has_range(&inside) {
            let text = self.text(from, to);
            self.push(from, to, Origin::Query, text);
        }
        self.cursor.eat("loop");
        self.frames.push(Frame::Loop);
    }

    fn return_query(&mut self) {
        self.cursor.at += 1;
        let query = self.cursor.eat("query");
        let from = self.cursor.at;
        self.skip_to_semicolon();
        let to = self.cursor.at;
        if !query {
            return;
        }
        let inside = Cursor { sql: self.cursor.sql, tokens: &self.cursor.tokens[from..to], at: 0 };
        if inside.is("execute") {
            self.dynamic_between(from + 1, to);
        } else {
            let text = self.text(from, to);
            self.push(from, to, Origin::Query, text);
        }
    }

    /// `OPEN cursor [NO SCROLL] FOR query | EXECUTE …`; a bound cursor has nothing to read.
    fn open(&mut self) {
        self.skip_to_semicolon_or(|here| here.is("for"));
        if !self.cursor.eat("for") {
            return;
        }
        let from = self.cursor.at;
        self.skip_to_semicolon();
        let to = self.cursor.at;
        if self.cursor.tokens.get(from).is_some_and(|token| token.is_word(self.cursor.sql, "execute")) {
            self.dynamic_between(from + 1, to);
        } else {
            let text = self.text(from, to);
            self.push(from, to, Origin::Query, text);
        }
    }

    fn perform(&mut self) {
        let from = self.cursor.at;
        self.skip_to_semicolon();
        let to = self.cursor.at;
        let written = self.text(from, to);
        // As long as the word it replaces.
        let text = format!("select {}", written.get(7..).unwrap_or(""));
        self.push(from, to, Origin::Perform, text);
    }

    fn sql_statement(&mut self) {
        let from = self.cursor.at;
        self.skip_to_semicolon();
        let to = self.cursor.at;
        if to > from {
            let text = without_into(&self.cursor, from, to);
            self.push(from, to, Origin::Static, text);
        }
    }

    fn dynamic(&mut self, from: usize) {
        let to = self.cursor.at;
        self.dynamic_between(from, to);
    }

    fn dynamic_between(&mut self, from: usize, to: usize) {
        let inside = Cursor { sql: self.cursor.sql, tokens: &self.cursor.tokens[from.min(to)..to], at: 0 };
        let span = self.cursor.span(from.min(to), to);
        let (origin, text) = match dynamic(&inside) {
            Dynamic::Literal(text) => (Origin::ExecuteLiteral, text),
            Dynamic::Format(text) => (Origin::ExecuteFormat, text),
            Dynamic::Unknown => {
                let (guards, in_loop) = (self.guards(), self.in_loop());
                self.found.push(Embedded {
                    span,
                    origin: Origin::ExecuteDynamic,
                    text: None,
                    statement: None,
                    guards,
                    in_loop,
                });
                return;
            }
        };
        // One EXECUTE may run several statements.
        for piece in crate::split::split(&text).pieces {
            let sql = text.get(piece.span.clone()).unwrap_or("").to_owned();
            self.found.push(embedded(span.clone(), origin, sql, self.guards(), self.in_loop()));
        }
    }
}

fn starts_query(inside: &Cursor<'_>) -> bool {
    inside.is_one(&["select", "with", "values", "table", "insert", "update", "delete", "merge"]) || inside.is_mark("(")
}

/// `1..10`.
fn has_range(inside: &Cursor<'_>) -> bool {
    let mut here = *inside;
    here.skip_until(|here| here.is_mark(".."));
    !here.at_end()
}
