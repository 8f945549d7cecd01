//! Old names as whole words, wherever no parser has said more.
//!
//! A column's word, or an enum value's, counts only in a file that speaks of its table or type: `name` is everywhere.

use std::collections::BTreeSet;

use super::Grade;
use super::finder::Finder;
use super::names::{is_of_word, words_of};

const KIND: &str = "word";

pub(super) fn find(finder: &mut Finder<'_>) {
    let text = finder.text;
    let present: BTreeSet<&str> = words_of(text).map(|(_, word)| word).collect();
    let names = finder.names;
    let speaks_of = |change: usize| {
        let is_member = names.changes[change].old.member.is_some();
        !is_member
            || names.owners(change).iter().any(|owner| present.contains(owner) || is_odd(owner) && text.contains(owner))
    };
    let mut taken: Vec<(usize, usize)> = finder.hits.iter().map(|hit| (hit.span.start, hit.span.end)).collect();
    taken.sort_unstable();
    let is_taken = |start: usize, end: usize| {
        // Spans are short, and few overlap.
        let after = taken.partition_point(|span| span.0 < end);
        taken[after.saturating_sub(8)..after].iter().any(|span| start < span.1)
    };
    let mut found = Vec::new();
    for (start, word) in words_of(text) {
        let Some(change) = names.of_word(word).iter().copied().find(|change| speaks_of(*change)) else { continue };
        let end = start + word.len();
        if !is_taken(start, end) {
            found.push((start..end, change));
        }
    }
    // Names that no word can be: `user emails`, `a.b`.
    for (word, changes) in names.each_word().filter(|(word, _)| is_odd(word) && !word.is_empty()) {
        let Some(change) = changes.iter().copied().find(|change| speaks_of(*change)) else { continue };
        for (start, _) in text.match_indices(word) {
            let end = start + word.len();
            let is_free = |byte: Option<&u8>| byte.is_none_or(|byte| !is_of_word(*byte));
            let bytes = text.as_bytes();
            if is_free(start.checked_sub(1).and_then(|before| bytes.get(before)))
                && is_free(bytes.get(end))
                && !is_taken(start, end)
            {
                found.push((start..end, change));
            }
        }
    }
    for (span, change) in found {
        finder.hit(span, change, Grade::Word, KIND, Err(String::new()));
    }
}

fn is_odd(word: &str) -> bool {
    !word.bytes().all(is_of_word)
}
