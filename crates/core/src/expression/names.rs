//! Tells the names of an expression apart: what is called, what is a column, and what is a type or an alias.

use std::ops::Range;

use super::from_clause::from_clauses;
use super::subselects::subselects_in;
use super::tokens::{Token, TokenKind, partners, tokens};

/// A call of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// None when the text does not qualify it: in deparsed text, a function of `pg_catalog`.
    pub schema: Option<String>,
    pub name: String,
    /// From the name to the closing parenthesis.
    pub span: Range<usize>,
    /// The text of each argument.
    pub arguments: Vec<String>,
    /// True inside any subselect.
    pub inside_subselect: bool,
    /// True when PostgreSQL evaluates it once: it stands in a scalar subselect that reads from nothing and depends on
    /// no column outside.
    pub evaluated_once: bool,
    /// True when it is an item of a FROM clause.
    pub in_from_clause: bool,
}

impl Call {
    /// `schema.name`, or the bare name.
    pub fn qualified_name(&self) -> String {
        match &self.schema {
            Some(schema) => format!("{schema}.{}", self.name),
            None => self.name.clone(),
        }
    }
}

/// A column as an expression names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnReference {
    /// Relation, or schema and relation; empty for a bare column.
    pub qualifier: Vec<String>,
    pub name: String,
    pub span: Range<usize>,
}

/// Every call, outer ones before the calls in their arguments.
pub fn calls(text: &str) -> Vec<Call> {
    let tokens = tokens(text);
    let partners = partners(&tokens);
    let subselects = subselects_in(&tokens, &partners);
    names(&tokens, &partners)
        .into_iter()
        .filter(|name| matches!(name.role, Role::Call | Role::CallInFrom))
        .map(|name| {
            let open = name.end;
            let close = partners[open];
            let start = tokens[name.start].span.start;
            let end = tokens.get(close).map_or(text.len(), |token| token.span.end);
            let mut parts = name.parts;
            let function = parts.pop().unwrap_or_default();
            let around = subselects.iter().filter(|select| select.span.start < start && end <= select.span.end);
            Call {
                schema: parts.pop(),
                name: function,
                span: start..end,
                arguments: arguments(text, &tokens, &partners, open),
                inside_subselect: around.clone().next().is_some(),
                evaluated_once: around.clone().any(|select| !select.has_from && !select.correlated),
                in_from_clause: name.role == Role::CallInFrom,
            }
        })
        .collect()
}

/// Every column, those inside subselects too.
pub fn column_references(text: &str) -> Vec<ColumnReference> {
    let tokens = tokens(text);
    let partners = partners(&tokens);
    column_references_in(&tokens, &partners).into_iter().map(|(_, column)| column).collect()
}

/// With the place of its first token.
pub(super) fn column_references_in(tokens: &[Token], partners: &[usize]) -> Vec<(usize, ColumnReference)> {
    names(tokens, partners)
        .into_iter()
        .filter(|name| name.role == Role::Column)
        .filter_map(|name| {
            let span = tokens[name.start].span.start..tokens[name.end - 1].span.end;
            let mut qualifier = name.parts;
            let column = qualifier.pop()?;
            Some((name.start, ColumnReference { qualifier, name: column, span }))
        })
        .collect()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Call,
    CallInFrom,
    Column,
}

struct Name {
    parts: Vec<String>,
    role: Role,
    /// First token.
    start: usize,
    /// The token after the name: for a call its parenthesis.
    end: usize,
}

/// Keywords that are written like functions.
const CALLED_KEYWORDS: [&str; 14] = [
    "coalesce",
    "extract",
    "greatest",
    "grouping",
    "least",
    "left",
    "normalize",
    "nullif",
    "overlay",
    "position",
    "right",
    "substring",
    "treat",
    "trim",
];

/// Words that, after what stands before them, are grammar although they are not reserved.
const GRAMMAR_AFTER: [(&str, &[&str]); 8] = [
    ("by", &["group", "order", "partition"]),
    ("first", &["nulls", "fetch"]),
    ("last", &["nulls"]),
    ("unknown", &["is", "not"]),
    ("document", &["is", "not"]),
    ("time", &["at"]),
    ("zone", &["time"]),
    ("conflict", &["on"]),
];

fn names(tokens: &[Token], partners: &[usize]) -> Vec<Name> {
    let clauses = from_clauses(tokens, partners);
    let mut in_from = vec![false; tokens.len()];
    for place in clauses.iter().flat_map(|clause| &clause.names) {
        if let Some(mark) = in_from.get_mut(*place) {
            *mark = true;
        }
    }
    let mut found = Vec::new();
    let mut place = 0;
    while place < tokens.len() {
        let token = &tokens[place];
        if token.is_operator("::") {
            place = after_type(tokens, partners, place + 1);
            continue;
        }
        // An alias, a type or a collation.
        if ["as", "collate"].iter().any(|word| token.is_word(word)) {
            let subselect = tokens.get(place + 1).is_some_and(|next| next.kind == TokenKind::Open);
            place = if subselect { place + 1 } else { after_chain(tokens, place + 1) };
            continue;
        }
        let called_keyword = CALLED_KEYWORDS.iter().any(|word| token.is_word(word)) && opens(tokens, place + 1);
        if !(token.is_name() || called_keyword) || is_grammar(tokens, place) {
            place += 1;
            continue;
        }
        let end = after_chain(tokens, place);
        let parts: Vec<String> = tokens[place..end]
            .iter()
            .filter(|token| token.kind != TokenKind::Dot)
            .map(|token| token.value.clone())
            .collect();
        let role = if opens(tokens, end) {
            Some(if in_from[place] { Role::CallInFrom } else { Role::Call })
        } else if in_from[place] || tokens.get(end).is_some_and(|next| next.kind == TokenKind::String) {
            // A relation or an alias; or a constant with its type before it, `date '2026-01-01'`.
            None
        } else {
            Some(Role::Column)
        };
        // Alias columns in FROM are marked too, and no call.
        let role = role.filter(|role| *role != Role::CallInFrom || tokens[end].value == "(");
        if let Some(role) = role {
            found.push(Name { parts, role, start: place, end });
        }
        place = end;
    }
    found
}

fn opens(tokens: &[Token], place: usize) -> bool {
    tokens.get(place).is_some_and(|token| token.kind == TokenKind::Open && token.value == "(")
}

fn is_grammar(tokens: &[Token], place: usize) -> bool {
    let token = &tokens[place];
    if token.kind != TokenKind::Word {
        return false;
    }
    let before = place.checked_sub(1).map(|before| &tokens[before]);
    let after = tokens.get(place + 1);
    let before_is = |words: &[&str]| before.is_some_and(|token| words.iter().any(|word| token.is_word(word)));
    let after_close = before.is_some_and(|token| token.kind == TokenKind::Close);
    match token.value.as_str() {
        "over" | "filter" => after_close && opens(tokens, place + 1),
        "within" | "partition" | "nulls" | "escape" | "at" => after.is_some_and(|next| {
            ["group", "by", "first", "last", "time"].iter().any(|word| next.is_word(word))
                || (token.value == "escape" && next.kind == TokenKind::String)
        }),
        word => GRAMMAR_AFTER.iter().any(|(grammar, words)| *grammar == word && before_is(words)),
    }
}

/// After `a.b.c`; any word may follow a dot.
fn after_chain(tokens: &[Token], place: usize) -> usize {
    let is_part = |place: usize| {
        tokens.get(place).is_some_and(|token| matches!(token.kind, TokenKind::Word | TokenKind::QuotedName))
    };
    if !is_part(place) {
        return place.min(tokens.len());
    }
    let mut end = place + 1;
    while tokens.get(end).is_some_and(|token| token.kind == TokenKind::Dot) && is_part(end + 1) {
        end += 2;
    }
    // `m.*`: the row itself.
    if tokens.get(end).is_some_and(|token| token.kind == TokenKind::Dot) {
        end += 1;
    }
    end
}

/// After a type: `character varying(20)[]`, `timestamp(3) with time zone`, `"char"`, `public.mood`.
fn after_type(tokens: &[Token], partners: &[usize], place: usize) -> usize {
    const LATER_WORDS: [&str; 6] = ["varying", "precision", "with", "without", "time", "zone"];
    let mut end = after_chain(tokens, place);
    while let Some(token) = tokens.get(end) {
        // An argument list never follows a type, so a parenthesis is a modifier.
        end = match token.kind {
            TokenKind::Open if end > place => partners[end] + 1,
            TokenKind::Word if LATER_WORDS.contains(&token.value.as_str()) => end + 1,
            _ => break,
        };
    }
    end.clamp(place, tokens.len())
}

fn arguments(text: &str, tokens: &[Token], partners: &[usize], open: usize) -> Vec<String> {
    let close = partners[open].min(tokens.len());
    let mut arguments = Vec::new();
    let mut start = open + 1;
    let mut place = start;
    while place <= close {
        let ends = place == close || tokens[place].kind == TokenKind::Comma;
        if ends {
            if let (Some(first), Some(last)) = (tokens.get(start), tokens.get(place.wrapping_sub(1)))
                && start < place
            {
                arguments.push(text[first.span.start..last.span.end].to_owned());
            }
            start = place + 1;
        }
        place = match tokens.get(place) {
            Some(token) if token.kind == TokenKind::Open && place < close => partners[place] + 1,
            _ => place + 1,
        };
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(text: &str) -> Vec<(String, bool)> {
        calls(text).into_iter().map(|call| (call.qualified_name(), call.evaluated_once)).collect()
    }

    fn columns(text: &str) -> Vec<String> {
        column_references(text)
            .into_iter()
            .map(|column| {
                let mut parts = column.qualifier;
                parts.push(column.name);
                parts.join(".")
            })
            .collect()
    }

    #[test]
    fn each_call_is_judged_on_its_own() {
        let once = |name: &str| (name.to_owned(), true);
        let per_row = |name: &str| (name.to_owned(), false);
        assert_eq!(called("(user_id = auth.uid())"), [per_row("auth.uid")]);
        assert_eq!(called("(user_id = ( SELECT auth.uid() AS uid))"), [once("auth.uid")]);
        assert_eq!(called("(org = ( SELECT (auth.jwt() ->> 'org'::text)))"), [once("auth.jwt")]);
        assert_eq!(called("(id = ( SELECT (auth.uid())::text AS uid))"), [once("auth.uid")]);
        assert_eq!(
            called("((a = ( SELECT auth.uid() AS uid)) OR (b = auth.uid()))"),
            [once("auth.uid"), per_row("auth.uid")]
        );
        assert_eq!(called("( SELECT (auth.uid() = docs.user_id))"), [per_row("auth.uid")]);
        assert_eq!(called("(EXISTS ( SELECT 1 FROM public.m WHERE (m.user_id = auth.uid())))"), [per_row("auth.uid")]);
        assert_eq!(
            called("( SELECT (EXISTS ( SELECT 1 FROM public.m WHERE (m.user_id = auth.uid()))) AS \"exists\")"),
            [once("auth.uid")]
        );
        assert_eq!(called("('auth.uid()'::text = \"auth.uid()\")"), []);
    }

    #[test]
    fn arguments_are_split_at_their_commas() {
        let found = calls("coalesce(public.f(a, (b, c)), ARRAY[1, 2], 'x,y')");
        assert_eq!(found[0].arguments, ["public.f(a, (b, c))", "ARRAY[1, 2]", "'x,y'"]);
        assert_eq!(found[1].arguments, ["a", "(b, c)"]);
        assert!(calls("now()")[0].arguments.is_empty());
    }

    #[test]
    fn types_aliases_and_relations_are_no_columns() {
        assert_eq!(
            columns(
                "((a)::character varying(20) = ANY (ARRAY['x'::public.kind, (b)::numeric(10,2)]) AND \
                 (EXISTS ( SELECT 1 AS one FROM public.m x JOIN public.n USING (id) WHERE (x.c = \"D e\"))) AND \
                 (t AT TIME ZONE 'UTC'::text)::timestamp(3) without time zone < now() AND last IS NULL)"
            ),
            ["a", "b", "x.c", "D e", "t", "last"]
        );
        assert_eq!(columns("count(*) FILTER (WHERE x) OVER (PARTITION BY y ORDER BY z NULLS LAST)"), ["x", "y", "z"]);
        assert_eq!(columns("(true AND CURRENT_USER = 'a'::name)"), [] as [&str; 0]);
    }

    #[test]
    fn broken_text_ends_quietly() {
        for text in ["f(", "f(a,", "a.", "a::", "a::(", "::", "f)(", "( SELECT", "as", "x::numeric("] {
            let _ = (calls(text), column_references(text));
        }
    }
}
