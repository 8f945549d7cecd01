//! The changes, looked up by the names that code has now.
//!
//! - A name without a schema means the table of `public`; another schema's only where the name is no `public` table's.
//! - Changes may be written about a table under its name before or after another change of the same list.

use std::collections::{BTreeMap, BTreeSet};

use pgmason_model::restructure::{NameChange, NameKind, NamePath};
use pgmason_model::{Identifier, QualifiedName};
use pgmason_sql::Name;

use super::Grade;

/// Changes, ready to be looked up.
pub struct Names<'a> {
    pub changes: &'a [NameChange],
    /// Old names as words.
    words: BTreeMap<&'a str, Vec<usize>>,
    /// What a table is called before all of the changes, by what a later change calls it.
    earlier: BTreeMap<&'a QualifiedName, Vec<&'a QualifiedName>>,
}

/// What stands in the place of a name.
pub(super) enum Instead {
    Write(String),
    /// Why nothing can be written.
    ByHand(String),
}

impl<'a> Names<'a> {
    pub fn new(changes: &'a [NameChange]) -> Self {
        let mut words: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut earlier: BTreeMap<&QualifiedName, Vec<&QualifiedName>> = BTreeMap::new();
        for (place, change) in changes.iter().enumerate() {
            words.entry(old_word(change).as_str()).or_default().push(place);
            // A table that is merged into another one has columns of its own.
            if change.kind == NameKind::Table
                && change.note.is_none()
                && let Some(new) = &change.new
            {
                earlier.entry(&new.of).or_default().push(&change.old.of);
            }
        }
        Self { changes, words, earlier }
    }

    /// One of the old names stands in the text.
    pub(super) fn occur_in(&self, text: &str) -> bool {
        // A few names are looked for one by one; many cost less in one pass.
        if self.words.len() <= 4 {
            return self.words.keys().any(|word| text.contains(*word) || contains_folded(text, word));
        }
        words_of(text).any(|(_, word)| {
            self.words.contains_key(word) || self.words.contains_key(word.to_ascii_lowercase().as_str())
        })
    }

    /// Changes whose old name is this word.
    pub(super) fn of_word(&self, word: &str) -> &[usize] {
        self.words.get(word).map_or(&[], Vec::as_slice)
    }

    pub(super) fn each_word(&self) -> impl Iterator<Item = (&'a str, &[usize])> {
        self.words.iter().map(|(word, places)| (*word, places.as_slice()))
    }

    /// The change of the table that a written name means, and how sure that is.
    pub(super) fn table(&self, written: &Name) -> Option<(usize, Grade)> {
        let mut found: Vec<usize> = self
            .of_word(&written.name)
            .iter()
            .copied()
            .filter(|place| self.changes[*place].kind == NameKind::Table)
            .filter(|place| {
                let schema = self.changes[*place].old.of.schema.as_str();
                written.schema.as_deref().is_none_or(|written| written == schema)
            })
            .collect();
        found.sort_by_key(|place| self.changes[*place].old.of.schema.as_str() != "public");
        let first = *found.first()?;
        let is_public = self.changes[first].old.of.schema.as_str() == "public";
        Some((first, if written.schema.is_some() || is_public { Grade::Sure } else { Grade::Likely }))
    }

    /// The change of a column of the table that a written name means.
    pub(super) fn column(&self, table: &Name, column: &str) -> Option<usize> {
        self.columns_called(column).find(|place| self.is_of(*place, table))
    }

    /// All changes of columns of this name.
    pub(super) fn columns_called(&self, column: &str) -> impl Iterator<Item = usize> {
        let places = self.of_word(column).iter().copied();
        places.filter(|place| self.changes[*place].kind == NameKind::Column)
    }

    pub(super) fn enum_value(&self, type_name: &Name, value: &str) -> Option<usize> {
        let values = self.of_word(value).iter().copied();
        values
            .into_iter()
            .find(|place| self.changes[*place].kind == NameKind::EnumValue && self.is_of(*place, type_name))
    }

    /// The change's table, or enum type, is called so in code that was not changed yet.
    fn is_of(&self, place: usize, written: &Name) -> bool {
        let of = &self.changes[place].old.of;
        let means = |name: &QualifiedName| {
            name.name.as_str() == written.name
                && written.schema.as_deref().is_none_or(|schema| schema == name.schema.as_str())
        };
        means(of) || self.earlier.get(of).is_some_and(|names| names.iter().any(|name| means(name)))
    }

    /// Words that show that a file speaks of the change's table or type.
    pub(super) fn owners(&self, place: usize) -> BTreeSet<&'a str> {
        let of = &self.changes[place].old.of;
        let earlier = self.earlier.get(of).into_iter().flatten().map(|name| name.name.as_str());
        std::iter::once(of.name.as_str()).chain(earlier).collect()
    }

    /// What to write for a table. `schema`: one is written now.
    pub(super) fn table_instead(&self, place: usize, schema: bool) -> Instead {
        let change = &self.changes[place];
        match self.simple(place) {
            Err(why) => Instead::ByHand(why),
            Ok(new) if schema || new.of.schema != change.old.of.schema => Instead::Write(new.of.to_string()),
            Ok(new) => Instead::Write(new.of.name.to_string()),
        }
    }

    /// The new table's own name, unquoted; its schema where that changes.
    pub(super) fn table_parts(&self, place: usize) -> Result<(&'a Identifier, Option<&'a Identifier>), String> {
        let change = &self.changes[place];
        let new = self.simple(place)?;
        Ok((&new.of.name, (new.of.schema != change.old.of.schema).then_some(&new.of.schema)))
    }

    /// The new name of a column or of an enum's value, unquoted.
    pub(super) fn member_instead(&self, place: usize) -> Result<&'a Identifier, String> {
        let change = &self.changes[place];
        let new = self.simple(place)?;
        let moves = new.of != change.old.of && !self.becomes(&change.old.of, &new.of);
        match &new.member {
            Some(_) if moves => Err(format!("it is {new} now")),
            Some(member) => Ok(member),
            None => Err("it has no name of its own any more".into()),
        }
    }

    fn becomes(&self, old: &QualifiedName, new: &QualifiedName) -> bool {
        self.earlier.get(new).is_some_and(|names| names.contains(&old))
    }

    /// The new name, where writing it is all that there is to do.
    fn simple(&self, place: usize) -> Result<&'a NamePath, String> {
        let change = &self.changes[place];
        match (&change.new, &change.note) {
            (None, Some(note)) => Err(note.clone()),
            // Nothing takes its place, or nobody has asked what does.
            (None, None) => Err(String::new()),
            (Some(_), Some(note)) => Err(note.clone()),
            (Some(new), None) if *new == change.old => Err("its name stays".into()),
            (Some(new), None) => Ok(new),
        }
    }
}

/// The word that code has for what changes.
pub(super) fn old_word(change: &NameChange) -> &Identifier {
    change.old.member.as_ref().unwrap_or(&change.old.of.name)
}

fn contains_folded(text: &str, word: &str) -> bool {
    let (text, word) = (text.as_bytes(), word.as_bytes());
    !word.is_empty() && text.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word))
}

/// Words of a text with their places: letters, digits, `_`, `$`, `-`.
pub(super) fn words_of(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    let bytes = text.as_bytes();
    std::iter::from_fn(move || {
        while at < bytes.len() && !is_of_word(bytes[at]) {
            at += 1;
        }
        let start = at;
        while at < bytes.len() && is_of_word(bytes[at]) {
            at += 1;
        }
        (start < at).then(|| (start, &text[start..at]))
    })
}

/// Letters beyond ASCII too. A hyphen: `emails-list` is a name of its own.
pub(super) fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'-') || !byte.is_ascii()
}
