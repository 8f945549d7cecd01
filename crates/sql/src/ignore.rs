//! Comments that silence a rule: `-- pgmason: ignore RULE reason`, `-- pgmason: ignore-file RULE reason`, and squawk's.
//!
//! Nothing is judged here: unknown rules, missing reasons and ignores that silence nothing are the rulebook's findings.

use std::ops::RangeInclusive;

use crate::lexer::next_token;
use crate::split::{Piece, PieceKind, line_of};

/// Whose words they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IgnoreSource {
    /// `pgmason: ignore`.
    Pgmason,
    /// `squawk-ignore`: the rules are squawk's names.
    Squawk,
}

/// What an ignore covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IgnoreScope {
    /// The whole file.
    File,
    /// These lines: a whole statement for a comment before it or after its `;`; inside a statement the comment's own line when code
    /// stands before it there, otherwise the next one.
    Lines(RangeInclusive<u32>),
}

/// One such comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignore {
    /// Whose.
    pub source: IgnoreSource,
    /// The rules named; none means every rule (squawk's `squawk-ignore-file` alone) or a mistake (pgmason's).
    pub rules: Vec<String>,
    /// Why; pgmason asks for one, squawk has none.
    pub reason: Option<String>,
    /// 1-based line of the comment.
    pub line: u32,
    /// Byte offset of the comment.
    pub offset: usize,
    /// What it covers.
    pub scope: IgnoreScope,
}

impl Ignore {
    /// A finding at this line is covered.
    pub fn covers_line(&self, line: u32) -> bool {
        match &self.scope {
            IgnoreScope::File => true,
            IgnoreScope::Lines(lines) => lines.contains(&line),
        }
    }
}

/// The ignores of a file whose pieces are known.
pub fn ignores(text: &str, pieces: &[Piece]) -> Vec<Ignore> {
    let find = |needle: &str| memchr::memmem::find(text.as_bytes(), needle.as_bytes()).is_some();
    if !find("pgmason:") && !find("squawk-ignore") {
        return Vec::new();
    }
    let mut found = Vec::new();
    for piece in pieces.iter().filter(|piece| piece.kind == PieceKind::Statement) {
        let mut at = piece.full.start;
        while let Some(token) = next_token(text, at).filter(|token| token.start < piece.full.end) {
            at = token.end;
            if token.is_comment() {
                found.extend(read_comment(text, token.start..token.end, pieces));
            }
        }
    }
    let mut at = pieces.last().map_or(0, |piece| piece.full.end);
    while let Some(token) = next_token(text, at) {
        at = token.end;
        if token.is_comment() {
            found.extend(read_comment(text, token.start..token.end, pieces));
        }
    }
    found
}

fn read_comment(text: &str, span: std::ops::Range<usize>, pieces: &[Piece]) -> Option<Ignore> {
    let comment = text.get(span.clone())?;
    let words = match comment.strip_prefix("/*") {
        Some(block) => block.strip_suffix("*/").unwrap_or(block),
        None => comment.trim_start_matches('-'),
    };
    let words = words.trim();
    let (source, words) = match (words.strip_prefix("pgmason:"), words.strip_prefix("squawk-ignore")) {
        (Some(rest), _) => (IgnoreSource::Pgmason, rest.trim_start().strip_prefix("ignore")?),
        (_, Some(rest)) => (IgnoreSource::Squawk, rest),
        _ => return None,
    };
    let (whole_file, words) = match words.strip_prefix("-file") {
        Some(rest) => (true, rest),
        None => (false, words),
    };
    if !words.is_empty() && !words.starts_with(|character: char| character.is_whitespace() || character == ':') {
        return None;
    }
    let (rules, reason) = rules_and_reason(words.trim_start_matches(':'), source);
    let scope = if whole_file { IgnoreScope::File } else { IgnoreScope::Lines(covered_lines(text, &span, pieces)) };
    Some(Ignore { source, rules, reason, line: line_of(text, span.start), offset: span.start, scope })
}

/// `a, b because of c` → rules a and b, and the rest. squawk knows only rules.
fn rules_and_reason(words: &str, source: IgnoreSource) -> (Vec<String>, Option<String>) {
    let mut rules = Vec::new();
    let mut rest = words.trim_start();
    loop {
        let length = rest
            .find(|character: char| !(character.is_ascii_alphanumeric() || "-_/".contains(character)))
            .unwrap_or(rest.len());
        let (rule, after) = rest.split_at(length);
        if rule.is_empty() {
            break;
        }
        rules.push(rule.to_owned());
        rest = after.trim_start();
        match rest.strip_prefix(',') {
            Some(next) => rest = next.trim_start(),
            None if source == IgnoreSource::Squawk => {}
            None => break,
        }
    }
    let reason = rest.trim_start_matches(['-', '—', '–', ':', '(', ' ']).trim_end().trim_end_matches(')').to_owned();
    (rules, Some(reason).filter(|reason| !reason.is_empty()))
}

fn covered_lines(text: &str, comment: &std::ops::Range<usize>, pieces: &[Piece]) -> RangeInclusive<u32> {
    let line = line_of(text, comment.start);
    let statements = || pieces.iter().filter(|piece| piece.kind == PieceKind::Statement);
    let whole = |piece: &Piece| piece.line..=line_of(text, piece.span.end);
    let line_start = text[..comment.start].rfind('\n').map_or(0, |at| at + 1);
    let follows_code = !text[line_start..comment.start].trim().is_empty();
    if let Some(piece) = statements().find(|piece| piece.span.contains(&comment.start)) {
        let covered = if follows_code { line } else { line_of(text, comment.end) + 1 };
        // At the very top of a statement's text nothing else can be meant than all of it.
        return if piece.span.start == comment.start { whole(piece) } else { covered..=covered };
    }
    if follows_code && let Some(piece) = statements().take_while(|piece| piece.span.end <= comment.start).last() {
        return whole(piece);
    }
    match statements().find(|piece| piece.span.start >= comment.end) {
        Some(piece) => whole(piece),
        None => line..=line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::split::split;

    fn read(text: &str) -> Vec<Ignore> {
        ignores(text, &split(text).pieces)
    }

    #[test]
    fn rules_and_reasons() {
        let found = read("-- pgmason: ignore not-idempotent, lock-timeout-not-set the table is empty\ndrop table a;\n");
        assert_eq!(found[0].rules, ["not-idempotent", "lock-timeout-not-set"]);
        assert_eq!(found[0].reason.as_deref(), Some("the table is empty"));
        assert_eq!(found[0].scope, IgnoreScope::Lines(2..=2));
        let bare = read("--pgmason:ignore x\nselect 1");
        assert_eq!((bare[0].rules.as_slice(), &bare[0].reason), (["x".to_owned()].as_slice(), &None));
        assert_eq!(read("-- pgmason: ignored x\nselect 1"), []);
        assert_eq!(read("-- pgmason: ignore x — because\nselect 1")[0].reason.as_deref(), Some("because"));
    }

    #[test]
    fn scopes() {
        let text = "drop table a\n  cascade; -- pgmason: ignore x why\ncreate table t (\n  -- pgmason: ignore y why\n  a int, -- pgmason: ignore z why\n  b int);\n";
        let scopes: Vec<_> = read(text).into_iter().map(|ignore| ignore.scope).collect();
        assert_eq!(scopes, [IgnoreScope::Lines(1..=2), IgnoreScope::Lines(5..=5), IgnoreScope::Lines(5..=5)]);
        assert_eq!(read("select 1;\n/* pgmason: ignore-file r why */")[0].scope, IgnoreScope::File);
    }

    #[test]
    fn squawk_is_read_and_strings_are_not() {
        let found = read("-- squawk-ignore ban-drop-column, ban-drop-table\nselect 1;\n-- squawk-ignore-file\n");
        assert_eq!(found[0].rules, ["ban-drop-column", "ban-drop-table"]);
        assert_eq!((found[1].scope.clone(), found[1].rules.len()), (IgnoreScope::File, 0));
        assert_eq!(read("select '-- pgmason: ignore x y'"), []);
    }
}
