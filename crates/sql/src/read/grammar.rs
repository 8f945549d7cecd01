//! Asks squawk's grammar whether a statement is well-formed. Only this and `mentions::tree` touch the parser.
//!
//! Only its events are made, no syntax tree: half the time. It recurses, so text nested deeper than anybody writes is not given to it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use squawk_parser::{EntryPoint, LexedStr, StrStep};

use crate::ir::{StatementKind, SyntaxProblem};
use crate::lexer::{Token, TokenKind};

/// Deeper nesting is left unasked.
/// Frames of a build without optimisation are several times as large.
const DEEPEST: usize = if cfg!(debug_assertions) { 25 } else { 100 };
/// Runs of what may nest one deeper each.
const LONGEST_RUN: usize = if cfg!(debug_assertions) { 150 } else { 2_000 };
/// Longer statements are rows or generated text.
const LONGEST: usize = 1 << 20;

/// The reader alone is sure of these: every word was looked at, or nobody asks about the rest.
pub(crate) fn is_worth_asking(kind: &StatementKind) -> bool {
    if let StatementKind::Change(change) = kind {
        // Rows of data: dumps hold millions of them, and asking costs ten times the reading.
        return change.values_rows == 0 || change.from_query || change.on_conflict;
    }
    !matches!(
        kind,
        StatementKind::Empty
            | StatementKind::Transaction(_)
            | StatementKind::Do(_)
            | StatementKind::Drop(_)
            | StatementKind::Comment(_)
            | StatementKind::Grant(_)
            | StatementKind::Truncate { .. }
            | StatementKind::CreateExtension { .. }
            | StatementKind::CreateTrigger(_)
            | StatementKind::LockTable { .. }
            | StatementKind::RefreshMaterializedView { .. }
    )
}

/// The first thing that the grammar objects to.
pub(crate) fn syntax_error(sql: &str, tokens: &[Token]) -> Option<SyntaxProblem> {
    if sql.len() > LONGEST || is_too_deep(sql, tokens) {
        return None;
    }
    // The parser promises never to panic; a promise is cheap to insure.
    let ask = |sql: &str| catch_unwind(AssertUnwindSafe(|| first_error(sql))).unwrap_or(None);
    let problem = ask(sql)?;
    match without_psql_variables(sql, tokens) {
        Some(filled) => ask(&filled),
        None => Some(problem),
    }
}

/// `:'name'`, `:"name"` and `:name` with the colon blanked, as psql's values would read; `None` where there are none.
fn without_psql_variables(sql: &str, tokens: &[Token]) -> Option<String> {
    let mut filled = sql.to_owned();
    let (mut found, mut brackets) = (false, 0usize);
    for (at, token) in tokens.iter().enumerate() {
        match token.text(sql) {
            "[" => brackets += 1,
            "]" => brackets = brackets.saturating_sub(1),
            ":" => {
                let Some(next) = tokens.get(at + 1).filter(|next| next.start == token.end) else { continue };
                // Before a word in brackets it is a slice's colon.
                let word = next.kind == TokenKind::Word && brackets == 0;
                if word || matches!(next.kind, TokenKind::Text | TokenKind::QuotedIdentifier) {
                    filled.replace_range(token.start..token.end, " ");
                    found = true;
                }
            }
            _ => {}
        }
    }
    found.then_some(filled)
}

fn first_error(sql: &str) -> Option<SyntaxProblem> {
    let lexed = LexedStr::new(sql);
    let output = EntryPoint::SourceFile.parse(&lexed.to_input());
    let mut found: Option<SyntaxProblem> = None;
    lexed.intersperse_trivia(&output, &mut |step| {
        if let StrStep::Error { msg, pos } = step
            && found.is_none()
        {
            found = Some(SyntaxProblem { message: msg.to_owned(), offset: pos });
        }
    });
    found
}

pub(crate) fn is_too_deep(sql: &str, tokens: &[Token]) -> bool {
    let (mut depth, mut run) = (0usize, 0usize);
    for token in tokens {
        match token.kind {
            TokenKind::Punctuation => match token.text(sql) {
                "(" | "[" => depth += 1,
                ")" | "]" => depth = depth.saturating_sub(1),
                _ => {}
            },
            TokenKind::Operator => run += 1,
            TokenKind::Word => {
                let word = token.text(sql);
                if word.eq_ignore_ascii_case("case") {
                    depth += 1;
                } else if word.eq_ignore_ascii_case("end") {
                    depth = depth.saturating_sub(1);
                }
                // NOT NOT NOT …, JOIN … JOIN …, UNION SELECT …: each may nest one deeper.
                let nests = ["not", "join", "union", "except", "intersect", "explain", "setof"];
                run += usize::from(nests.iter().any(|known| word.eq_ignore_ascii_case(known)));
            }
            _ => {}
        }
        if depth > DEEPEST || run > LONGEST_RUN {
            return true;
        }
    }
    false
}
