//! Takes a condition apart at AND, OR and NOT.

use super::tokens::{Token, TokenKind, partners, tokens};

/// A condition as a tree. The leaves are pieces of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition<'t> {
    And(Vec<Condition<'t>>),
    Or(Vec<Condition<'t>>),
    Not(Box<Condition<'t>>),
    Leaf(&'t str),
}

/// The tree of a condition. Parentheses around a part are gone, those of a subselect stay.
pub fn condition(text: &str) -> Condition<'_> {
    let tokens = tokens(text);
    let tree = Tree { text, partners: partners(&tokens), tokens: &tokens };
    tree.read(0, tokens.len())
}

/// What the outermost ANDs join: the whole text where there is none.
pub fn conjuncts(text: &str) -> Vec<&str> {
    split(text, "and")
}

/// What the outermost ORs join: the whole text where there is none.
pub fn disjuncts(text: &str) -> Vec<&str> {
    split(text, "or")
}

/// True for `true` and comparisons of equal constants such as `1 = 1`, and what AND, OR and NOT make of them.
pub fn is_constant_true(text: &str) -> bool {
    constant(&condition(text)) == Some(true)
}

pub fn is_constant_false(text: &str) -> bool {
    constant(&condition(text)) == Some(false)
}

fn constant(condition: &Condition<'_>) -> Option<bool> {
    match condition {
        Condition::And(parts) => {
            let values: Vec<_> = parts.iter().map(constant).collect();
            if values.contains(&Some(false)) {
                return Some(false);
            }
            values.iter().all(|value| *value == Some(true)).then_some(true)
        }
        Condition::Or(parts) => {
            let values: Vec<_> = parts.iter().map(constant).collect();
            if values.contains(&Some(true)) {
                return Some(true);
            }
            values.iter().all(|value| *value == Some(false)).then_some(false)
        }
        Condition::Not(part) => constant(part).map(|value| !value),
        Condition::Leaf(text) => constant_leaf(text),
    }
}

fn constant_leaf(text: &str) -> Option<bool> {
    let tokens = tokens(text);
    let value = |token: &Token| match token.kind {
        TokenKind::Number | TokenKind::String => Some((token.kind, token.value.clone())),
        TokenKind::Word if matches!(token.value.as_str(), "true" | "false") => Some((token.kind, token.value.clone())),
        _ => None,
    };
    // A constant of the deparse carries its type: 'a'::text.
    let mut plain: Vec<&Token> = Vec::new();
    let mut rest = tokens.iter();
    while let Some(token) = rest.next() {
        if token.is_operator("::") {
            rest.next();
        } else {
            plain.push(token);
        }
    }
    match plain.as_slice() {
        [one] if one.is_word("true") => Some(true),
        [one] if one.is_word("false") => Some(false),
        // Also `'t'::boolean`.
        [one] if one.kind == TokenKind::String && tokens.last().is_some_and(|last| last.is_word("boolean")) => {
            match one.value.as_str() {
                "t" | "true" => Some(true),
                "f" | "false" => Some(false),
                _ => None,
            }
        }
        [left, operator, right] if operator.kind == TokenKind::Operator => {
            let (left, right) = (value(left)?, value(right)?);
            // Two texts that differ may still be the same number.
            match operator.value.as_str() {
                "=" if left == right => Some(true),
                "=" if left.0 != TokenKind::Number && left.0 == right.0 => Some(false),
                "<>" | "!=" if left == right => Some(false),
                "<>" | "!=" if left.0 != TokenKind::Number && left.0 == right.0 => Some(true),
                _ => None,
            }
        }
        _ => None,
    }
}

fn split<'t>(text: &'t str, word: &str) -> Vec<&'t str> {
    let tokens = tokens(text);
    let tree = Tree { text, partners: partners(&tokens), tokens: &tokens };
    let (from, to) = tree.strip(0, tokens.len());
    // AND binds tighter: with an OR outside, there is one conjunct.
    if word == "and" && tree.split(from, to, "or").len() > 1 {
        return vec![tree.slice(from, to)];
    }
    tree.split(from, to, word)
        .into_iter()
        .map(|(from, to)| {
            let (from, to) = tree.strip(from, to);
            tree.slice(from, to)
        })
        .collect()
}

struct Tree<'t, 'k> {
    text: &'t str,
    tokens: &'k [Token],
    partners: Vec<usize>,
}

impl<'t> Tree<'t, '_> {
    fn read(&self, from: usize, to: usize) -> Condition<'t> {
        let (from, to) = self.strip(from, to);
        for (word, join) in [("or", Condition::Or as fn(_) -> _), ("and", Condition::And)] {
            let parts = self.split(from, to, word);
            if parts.len() > 1 {
                return join(parts.into_iter().map(|(from, to)| self.read(from, to)).collect());
            }
        }
        if from < to && self.tokens[from].is_word("not") {
            return Condition::Not(Box::new(self.read(from + 1, to)));
        }
        Condition::Leaf(self.slice(from, to))
    }

    fn slice(&self, from: usize, to: usize) -> &'t str {
        match self.tokens.get(from..to) {
            Some([first, .., last]) => &self.text[first.span.start..last.span.end],
            Some([only]) => &self.text[only.span.clone()],
            _ => "",
        }
    }

    /// Without the parentheses around the whole, unless they make it a subselect or a row.
    fn strip(&self, mut from: usize, mut to: usize) -> (usize, usize) {
        while to > from + 1
            && self.tokens[from].value == "("
            && self.tokens[from].kind == TokenKind::Open
            && self.partners[from] == to - 1
            && !starts_subselect(&self.tokens[from + 1])
            && !self.outermost(from + 1, to - 1).any(|place| self.tokens[place].kind == TokenKind::Comma)
        {
            (from, to) = (from + 1, to - 1);
        }
        (from, to)
    }

    fn split(&self, from: usize, to: usize, word: &str) -> Vec<(usize, usize)> {
        let mut parts = Vec::new();
        let mut start = from;
        let mut cases = 0_usize;
        let mut between = false;
        for place in self.outermost(from, to) {
            let token = &self.tokens[place];
            if token.is_word("case") {
                cases += 1;
            } else if token.is_word("end") {
                cases = cases.saturating_sub(1);
            } else if token.is_word("between") {
                between = true;
            } else if token.is_word("and") && between {
                between = false;
            } else if token.is_word(word) && cases == 0 {
                parts.push((start, place));
                start = place + 1;
            }
        }
        parts.push((start, to));
        parts
    }

    /// Places outside all inner brackets; of a pair, the opening one is given.
    fn outermost(&self, from: usize, to: usize) -> impl Iterator<Item = usize> {
        let mut place = from;
        std::iter::from_fn(move || {
            let here = place;
            if here >= to {
                return None;
            }
            place = if self.tokens[here].kind == TokenKind::Open { self.partners[here] + 1 } else { here + 1 };
            Some(here)
        })
    }
}

/// True for the word that makes parentheses a subselect.
pub(super) fn starts_subselect(token: &Token) -> bool {
    ["select", "with", "values", "table"].iter().any(|word| token.is_word(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_only_what_is_outermost() {
        assert_eq!(conjuncts("((a = 1) AND (b OR c) AND ('x AND y' = d))"), ["a = 1", "b OR c", "'x AND y' = d"]);
        assert_eq!(disjuncts("((a AND b) OR c)"), ["a AND b", "c"]);
        assert_eq!(conjuncts("a AND b OR c"), ["a AND b OR c"]);
        assert_eq!(conjuncts("x BETWEEN 1 AND 2 AND y"), ["x BETWEEN 1 AND 2", "y"]);
        assert_eq!(
            conjuncts("CASE WHEN a AND b THEN c ELSE d END AND e"),
            ["CASE WHEN a AND b THEN c ELSE d END", "e"]
        );
        assert_eq!(conjuncts("( SELECT a AND b)"), ["( SELECT a AND b)"]);
        assert_eq!(conjuncts("(a) = (b)"), ["(a) = (b)"]);
    }

    #[test]
    fn reads_the_tree() {
        assert_eq!(
            condition("(NOT (a OR (b AND c)))"),
            Condition::Not(Box::new(Condition::Or(vec![
                Condition::Leaf("a"),
                Condition::And(vec![Condition::Leaf("b"), Condition::Leaf("c")]),
            ])))
        );
        assert_eq!(condition(""), Condition::Leaf(""));
    }

    #[test]
    fn knows_constants() {
        for text in
            ["true", "(true)", "(1 = 1)", "('a'::text = 'a'::text)", "(a OR true)", "(NOT false)", "'t'::boolean"]
        {
            assert!(is_constant_true(text), "{text}");
        }
        for text in ["false", "(1 <> 1)", "(a AND false)", "('a'::text = 'b'::text)"] {
            assert!(is_constant_false(text), "{text}");
        }
        for text in ["(a = a)", "'true'", "(true AND a)", "f(true)", "\"true\"", "", "(1 = 1.0)"] {
            assert!(!is_constant_true(text) && !is_constant_false(text), "{text}");
        }
    }
}
