//! Reads FROM clauses: which relations a subselect or a query names, and what it calls them.

use super::condition::starts_subselect;
use super::tokens::{Token, TokenKind, partners, tokens};

/// A relation in a FROM clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    pub schema: Option<String>,
    pub name: String,
    /// What its columns are qualified with: the alias, or its own name.
    pub alias: String,
}

/// Every relation of every FROM clause, those of inner subselects too. Functions and subselects in FROM are none.
pub fn relations(text: &str) -> Vec<Relation> {
    named(text, |_| true)
}

/// The relations in the FROM clause of the query itself, those inside its subselects left out.
pub fn outermost_relations(text: &str) -> Vec<Relation> {
    named(text, |clause| clause.group.is_none())
}

fn named(text: &str, wanted: impl Fn(&FromClause) -> bool) -> Vec<Relation> {
    let tokens = tokens(text);
    let partners = partners(&tokens);
    from_clauses(&tokens, &partners)
        .into_iter()
        .filter(wanted)
        .flat_map(|clause| clause.items)
        .filter_map(|item| {
            let (schema, name) = match item.name.as_slice() {
                [name] => (None, name.clone()),
                [.., schema, name] => (Some(schema.clone()), name.clone()),
                [] => return None,
            };
            let alias = item.alias.unwrap_or_else(|| name.clone());
            Some(Relation { schema, name, alias })
        })
        .collect()
}

pub(super) struct FromClause {
    /// Of the word FROM.
    pub(super) place: usize,
    /// The parenthesis that opens the subselect; none for the outermost query.
    pub(super) group: Option<usize>,
    items: Vec<FromItem>,
    /// Tokens that are names of relations, aliases and joined columns, not columns of an expression.
    pub(super) names: Vec<usize>,
}

#[derive(Default)]
struct FromItem {
    /// Empty for a function or a subselect.
    name: Vec<String>,
    alias: Option<String>,
}

impl FromClause {
    pub(super) fn aliases(&self) -> impl Iterator<Item = &str> {
        self.items.iter().filter_map(|item| item.alias.as_deref().or(item.name.last().map(String::as_str)))
    }
}

pub(super) fn from_clauses(tokens: &[Token], partners: &[usize]) -> Vec<FromClause> {
    let mut clauses = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    for (place, token) in tokens.iter().enumerate() {
        match token.kind {
            TokenKind::Open => open.push(place),
            TokenKind::Close => {
                open.pop();
            }
            TokenKind::Word if token.value == "from" => {
                let group = open.last().copied();
                // Not `extract(day FROM x)`, nor `IS DISTINCT FROM`.
                let in_query = group.is_none_or(|group| tokens.get(group + 1).is_some_and(starts_subselect));
                let distinct = place.checked_sub(1).is_some_and(|before| tokens[before].is_word("distinct"));
                if in_query && !distinct {
                    let mut reader = Reader { tokens, partners, clause: new_clause(place, group) };
                    let end = group.map_or(tokens.len(), |group| partners[group]);
                    reader.items(place + 1, end);
                    clauses.push(reader.clause);
                }
            }
            _ => {}
        }
    }
    clauses
}

fn new_clause(place: usize, group: Option<usize>) -> FromClause {
    FromClause { place, group, items: Vec::new(), names: Vec::new() }
}

struct Reader<'k> {
    tokens: &'k [Token],
    partners: &'k [usize],
    clause: FromClause,
}

const JOIN_WORDS: [&str; 8] = ["natural", "left", "right", "full", "inner", "cross", "outer", "join"];

impl Reader<'_> {
    fn word(&self, place: usize, end: usize, words: &[&str]) -> bool {
        place < end && self.tokens.get(place).is_some_and(|token| words.iter().any(|word| token.is_word(word)))
    }

    fn kind(&self, place: usize, end: usize) -> Option<TokenKind> {
        (place < end).then(|| self.tokens.get(place).map(|token| token.kind)).flatten()
    }

    fn after_group(&self, place: usize, end: usize) -> usize {
        (self.partners[place] + 1).min(end)
    }

    /// Items joined by commas and JOINs, up to whatever ends the clause.
    fn items(&mut self, mut place: usize, end: usize) {
        loop {
            let start = place;
            place = self.item(place, end);
            if place == start {
                return;
            }
            place = self.join_condition(place, end);
            if self.kind(place, end) == Some(TokenKind::Comma) {
                place += 1;
            } else if self.word(place, end, &JOIN_WORDS) {
                while self.word(place, end, &JOIN_WORDS) {
                    place += 1;
                }
            } else {
                return;
            }
        }
    }

    fn item(&mut self, mut place: usize, end: usize) -> usize {
        while self.word(place, end, &["lateral", "only"]) {
            place += 1;
        }
        let mut item = FromItem::default();
        if self.kind(place, end) == Some(TokenKind::Open) {
            if !self.tokens.get(place + 1).is_some_and(starts_subselect) {
                let close = self.partners[place].min(end);
                self.items(place + 1, close);
                return (close + 1).min(end);
            }
            place = self.after_group(place, end);
        } else {
            let Some(mut name) = self.name(&mut place, end) else { return place };
            if self.kind(place, end) == Some(TokenKind::Open) {
                // A function: its arguments are expressions like any other, its name an implied alias.
                item.alias = name.pop();
                place = self.after_group(place, end);
            } else {
                item.name = name;
            }
        }
        if self.word(place, end, &["as"]) {
            place += 1;
        }
        if let Some(alias) = (place < end).then(|| self.tokens.get(place)).flatten().filter(|token| token.is_name()) {
            item.alias = Some(alias.value.clone());
            self.clause.names.push(place);
            place += 1;
        }
        if self.kind(place, end) == Some(TokenKind::Open) {
            self.mark_group(place, end);
            place = self.after_group(place, end);
        }
        self.clause.items.push(item);
        place
    }

    /// `a`, `a.b`, `a.b.c`, and a star after it.
    fn name(&mut self, place: &mut usize, end: usize) -> Option<Vec<String>> {
        let mut parts = Vec::new();
        loop {
            let token = (*place < end).then(|| self.tokens.get(*place)).flatten()?;
            // The name before a parenthesis may be a keyword: unnest() is none, but coalesce() is.
            if !(token.is_name() || (token.kind == TokenKind::Word && !parts.is_empty())) {
                return None;
            }
            parts.push(token.value.clone());
            self.clause.names.push(*place);
            *place += 1;
            if self.kind(*place, end) != Some(TokenKind::Dot) {
                break;
            }
            *place += 1;
        }
        if self.tokens.get(*place).is_some_and(|token| token.is_operator("*")) {
            *place += 1;
        }
        Some(parts)
    }

    /// Steps over ON and USING; inner parts of an expression are no concern here.
    fn join_condition(&mut self, mut place: usize, end: usize) -> usize {
        if self.word(place, end, &["using"]) && self.kind(place + 1, end) == Some(TokenKind::Open) {
            self.mark_group(place + 1, end);
            return self.after_group(place + 1, end);
        }
        if !self.word(place, end, &["on"]) {
            return place;
        }
        const ENDS: [&str; 14] = [
            "where",
            "group",
            "having",
            "window",
            "order",
            "limit",
            "offset",
            "fetch",
            "for",
            "union",
            "intersect",
            "except",
            "returning",
            "on",
        ];
        place += 1;
        while place < end {
            let token = &self.tokens[place];
            // `left(…)` is a function.
            let call = self.kind(place + 1, end) == Some(TokenKind::Open);
            if matches!(token.kind, TokenKind::Comma | TokenKind::Semicolon)
                || (self.word(place, end, &JOIN_WORDS) && !call)
                || self.word(place, end, &ENDS)
            {
                break;
            }
            place = if token.kind == TokenKind::Open { self.after_group(place, end) } else { place + 1 };
        }
        place
    }

    fn mark_group(&mut self, place: usize, end: usize) {
        self.clause.names.extend(place + 1..self.partners[place].min(end));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aliases(text: &str) -> Vec<String> {
        relations(text).into_iter().map(|relation| format!("{}={}", relation.alias, relation.name)).collect()
    }

    #[test]
    fn reads_joins_functions_and_subselects() {
        assert_eq!(
            aliases(
                "SELECT 1 FROM ((public.a x JOIN public.b ON ((b.id = x.id))) LEFT JOIN public.\"C d\" USING (id)), \
                 unnest(ARRAY[1]) u(v), LATERAL ( SELECT 2 FROM z.y) q WHERE extract(day FROM now()) = 1"
            ),
            ["x=a", "b=b", "C d=C d", "y=y"]
        );
        assert_eq!(aliases("(a IS DISTINCT FROM b)"), [] as [&str; 0]);
        assert_eq!(aliases("select * from a, b as c join d on a.x = d.x where true"), ["a=a", "c=b", "d=d"]);
    }

    #[test]
    fn tells_the_query_from_its_subselects() {
        let found = outermost_relations("SELECT ( SELECT 1 FROM x.a) FROM x.b WHERE c IN ( SELECT 1 FROM x.d)");
        assert_eq!(found.iter().map(|relation| relation.name.as_str()).collect::<Vec<_>>(), ["b"]);
    }

    #[test]
    fn broken_text_ends_quietly() {
        for text in ["SELECT FROM", "SELECT FROM (", "FROM a.", "FROM (a JOIN", "( SELECT FROM a ON", "FROM ("] {
            let _ = relations(text);
        }
    }
}
