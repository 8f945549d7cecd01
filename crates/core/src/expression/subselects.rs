//! Finds subselects, and tells those that PostgreSQL evaluates once from those that it evaluates for every row.

use std::ops::Range;

use super::condition::starts_subselect;
use super::from_clause::from_clauses;
use super::names::column_references_in;
use super::tokens::{Token, TokenKind, partners, tokens};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubselectKind {
    Scalar,
    Exists,
    /// `IN (…)`, `= ANY (…)`, `<> ALL (…)`
    Any,
    Array,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subselect {
    pub kind: SubselectKind,
    /// With its parentheses.
    pub span: Range<usize>,
    /// True when it reads from something, on its own level.
    pub has_from: bool,
    /// True when it names a column that nothing inside it provides, so that it depends on the row outside.
    pub correlated: bool,
}

/// All subselects, outer ones before inner ones.
pub fn subselects(text: &str) -> Vec<Subselect> {
    let tokens = tokens(text);
    subselects_in(&tokens, &partners(&tokens))
}

pub(super) fn subselects_in(tokens: &[Token], partners: &[usize]) -> Vec<Subselect> {
    let clauses = from_clauses(tokens, partners);
    let references = column_references_in(tokens, partners);
    let mut found = Vec::new();
    for (open, token) in tokens.iter().enumerate() {
        let close = partners[open];
        let opens = token.kind == TokenKind::Open && close < tokens.len();
        if !opens || !tokens.get(open + 1).is_some_and(starts_subselect) {
            continue;
        }
        let inside = |place: usize| place > open && place < close;
        let aliases: Vec<&str> =
            clauses.iter().filter(|clause| inside(clause.place)).flat_map(|clause| clause.aliases()).collect();
        let has_from = clauses.iter().any(|clause| clause.group == Some(open));
        // PostgreSQL qualifies every column inside a subselect. A bare one, in text that a person wrote, is taken for
        // the outer row's only where nothing inside could provide it.
        let correlated =
            references.iter().filter(|(place, _)| inside(*place)).any(|(_, column)| match column.qualifier.last() {
                Some(relation) => !aliases.contains(&relation.as_str()),
                None => aliases.is_empty(),
            });
        let span = token.span.start..tokens[close].span.end;
        found.push(Subselect { kind: kind(tokens, open), span, has_from, correlated });
    }
    found
}

/// The text with every `( SELECT expression AS name)` that reads from nothing replaced by its `(expression)`: what is
/// left says the same, whether or not somebody wrapped it for speed.
pub fn without_scalar_wrappers(text: &str) -> String {
    let tokens = tokens(text);
    let partners = partners(&tokens);
    let clauses = from_clauses(&tokens, &partners);
    let mut cuts: Vec<Range<usize>> = Vec::new();
    for (open, token) in tokens.iter().enumerate() {
        let close = partners[open];
        let wraps = token.kind == TokenKind::Open
            && close < tokens.len()
            && tokens.get(open + 1).is_some_and(|next| next.is_word("select"))
            && kind(&tokens, open) == SubselectKind::Scalar
            && !clauses.iter().any(|clause| clause.group == Some(open));
        if !wraps {
            continue;
        }
        let select = &tokens[open + 1];
        cuts.push(select.span.clone());
        if close >= open + 4 && tokens[close - 2].is_word("as") {
            cuts.push(tokens[close - 2].span.start..tokens[close - 1].span.end);
        }
    }
    cuts.sort_by_key(|cut| cut.start);
    let mut result = String::with_capacity(text.len());
    let mut kept = 0;
    for cut in cuts {
        result.push_str(text.get(kept..cut.start).unwrap_or(""));
        kept = cut.end;
    }
    result.push_str(text.get(kept..).unwrap_or(""));
    result
}

fn kind(tokens: &[Token], open: usize) -> SubselectKind {
    let Some(before) = open.checked_sub(1).and_then(|place| tokens.get(place)) else { return SubselectKind::Scalar };
    match before.value.as_str() {
        _ if before.kind != TokenKind::Word => SubselectKind::Scalar,
        "exists" => SubselectKind::Exists,
        "in" | "any" | "some" | "all" => SubselectKind::Any,
        "array" => SubselectKind::Array,
        _ => SubselectKind::Scalar,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_which_depend_on_the_row() {
        let cases = [
            ("(user_id = ( SELECT auth.uid() AS uid))", false, false),
            ("( SELECT (auth.uid() = documents.user_id))", false, true),
            ("( SELECT (auth.uid() = user_id))", false, true),
            ("(EXISTS ( SELECT 1 FROM public.members m WHERE (m.user_id = auth.uid())))", true, false),
            ("(EXISTS ( SELECT 1 FROM public.members WHERE (members.id = documents.id)))", true, true),
            ("(a IN ( SELECT m.a FROM (public.m JOIN public.n o ON ((o.id = m.id)))))", true, false),
        ];
        for (text, has_from, correlated) in cases {
            let found = subselects(text);
            assert_eq!((found[0].has_from, found[0].correlated), (has_from, correlated), "{text}");
        }
    }

    #[test]
    fn unwraps_what_reads_from_nothing() {
        assert_eq!(without_scalar_wrappers("(a = ( SELECT auth.uid() AS uid))"), "(a = (  auth.uid() ))");
        let kept = "(EXISTS ( SELECT 1 FROM public.a))";
        assert_eq!(without_scalar_wrappers(kept), kept);
    }
}
