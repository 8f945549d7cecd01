//! Which English words name one thing and which name many.

use std::collections::HashMap;

/// Remembers answers: names repeat few words many times, and an answer is a search through a hundred patterns.
#[derive(Default)]
pub(super) struct Plurals {
    singulars: HashMap<String, String>,
}

impl Plurals {
    pub(super) fn singular(&mut self, word: &str) -> &str {
        self.singulars.entry(word.to_owned()).or_insert_with(|| pluralizer::pluralize(word, 1, false))
    }
}

/// True for words that can name many things: plurals, and words whose plural looks like the singular.
pub(super) fn is_plural(word: &str) -> bool {
    plural(word) == word
}

pub(in crate::rules) fn plural(word: &str) -> String {
    pluralizer::pluralize(word, 2, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_one_from_many() {
        for word in ["users", "addresses", "people", "children", "categories", "analyses", "series", "statuses", "data"]
        {
            assert!(is_plural(word), "{word}");
        }
        for word in ["user", "address", "person", "category", "status", "analysis", "process", "bus"] {
            assert!(!is_plural(word), "{word} → {}", plural(word));
        }
    }

    #[test]
    fn words_in_s_stay_what_they_are() {
        let mut plurals = Plurals::default();
        for word in ["status", "address", "analysis", "news", "bus", "class"] {
            assert_eq!(plurals.singular(word), word);
        }
    }
}
