//! Finds where the text files of a repository name migration files that get another name.
//!
//! - A name counts only as a whole: what stands before and after it is no part of a name.
//! - In SQL, names are changed in comments and psql commands only. A statement stays as it is.
//! - What is not sure to mean the file is left alone, and listed.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use pgmason_core::migrations::fingerprint::sha256;
use pgmason_sql::split::{PieceKind, split};
use serde::Serialize;

use super::moves::{Edit, Replacement};
use super::repository::Repository;

/// A place that names a file which is renamed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reference {
    pub file: String,
    /// 1-based.
    pub line: usize,
    pub from: String,
    pub to: String,
    /// Why it is not changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_alone: Option<&'static str>,
}

/// Names and what they become.
#[derive(Clone, Debug, Default)]
pub(super) struct NewNames {
    /// File names, and file names without `.sql`.
    words: HashMap<String, String>,
    /// Words that two files go by.
    ambiguous: BTreeSet<String>,
    /// `migrations/[timestamp]_x.sql`: a path whose last part stays.
    paths: Vec<(String, String)>,
}

/// More is data, not text that a person wrote.
const LIMIT_BYTES: u64 = 4 << 20;

impl NewNames {
    /// `from` and `to`: paths inside the migrations folder.
    pub(super) fn rename(&mut self, from: &str, to: &str) {
        let (old_folder, old) = split_path(from);
        let (new_folder, new) = split_path(to);
        let new = if old_folder == new_folder { new.to_owned() } else { to.to_owned() };
        if old == new {
            return;
        }
        let stem = |name: &str| name.strip_suffix(".sql").map(str::to_owned);
        // Prisma and diesel: a folder's name, and nothing but.
        self.word(old, &new);
        if let (Some(old), Some(new)) = (stem(old), stem(&new))
            && old.contains(|c: char| c.is_alphabetic())
        {
            self.word(&old, &new);
            // sqlx: `1_a` for both of `1_a.up.sql` and `1_a.down.sql`.
            let base = |stem: &str| stem.strip_suffix(".up").or_else(|| stem.strip_suffix(".down")).map(str::to_owned);
            if let (Some(old), Some(new)) = (base(&old), base(&new)) {
                self.word(&old, &new);
            }
        }
    }

    /// A path whose end stays the same.
    pub(super) fn path(&mut self, from: String, to: String) {
        self.paths.push((from, to));
    }

    fn word(&mut self, from: &str, to: &str) {
        match self.words.get(from) {
            Some(known) if known != to => {
                self.ambiguous.insert(from.to_owned());
            }
            _ => {
                self.words.insert(from.to_owned(), to.to_owned());
            }
        }
    }
}

/// Where references are looked for.
pub(super) struct Search<'a> {
    pub(super) repository: &'a Repository,
    /// The migrations folder, without links.
    pub(super) folder: &'a Path,
    /// The tool keeps a checksum of what it ran.
    pub(super) checksums: bool,
    /// A path as the user would name it.
    pub(super) display: &'a dyn Fn(&Path) -> String,
}

impl Search<'_> {
    /// All references, and the edits for those that can be changed.
    pub(super) fn run(&self, names: &NewNames, files: &[PathBuf]) -> (Vec<Reference>, Vec<Edit>) {
        let elsewhere = self.names_elsewhere(names, files);
        let (mut references, mut edits) = (Vec::new(), Vec::new());
        for path in files {
            let Some(text) = read_text(path) else { continue };
            let found = find(names, &text);
            if found.is_empty() {
                continue;
            }
            let is_sql = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("sql"));
            let fixed = if is_sql { fixed_places(&text) } else { Vec::new() };
            let checksum = self.checksums && is_sql && path.starts_with(self.folder);
            let mut replacements = Vec::new();
            for hit in found {
                let old = &text[hit.place.clone()];
                let left_alone = if names.ambiguous.contains(old) {
                    Some("two files go by this name")
                } else if elsewhere.contains(old) {
                    Some("a file of another folder has this name too")
                } else if checksum {
                    Some("the tool keeps a checksum of this file")
                } else if fixed.iter().any(|range| range.start < hit.place.end && hit.place.start < range.end) {
                    Some("it is part of a statement")
                } else {
                    None
                };
                references.push(Reference {
                    file: (self.display)(path),
                    line: text[..hit.place.start].bytes().filter(|byte| *byte == b'\n').count() + 1,
                    from: old.to_owned(),
                    to: hit.new.clone(),
                    left_alone,
                });
                if left_alone.is_none() {
                    replacements.push(Replacement { start: hit.place.start, end: hit.place.end, text: hit.new });
                }
            }
            if !replacements.is_empty() {
                edits.push(Edit { path: path.clone(), sha256: sha256(&text), replacements });
            }
        }
        (references, edits)
    }

    /// Names that files outside the migrations folder go by as well.
    fn names_elsewhere(&self, names: &NewNames, files: &[PathBuf]) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for path in files.iter().filter(|path| !path.starts_with(self.folder)) {
            let inside = path.strip_prefix(&self.repository.root).unwrap_or(path);
            for part in inside.iter().filter_map(|part| part.to_str()) {
                for word in [part, part.strip_suffix(".sql").unwrap_or(part)] {
                    if names.words.contains_key(word) {
                        found.insert(word.to_owned());
                    }
                }
            }
        }
        found
    }
}

struct Hit {
    place: Range<usize>,
    new: String,
}

fn find(names: &NewNames, text: &str) -> Vec<Hit> {
    let mut hits = Vec::new();
    let mut at = 0;
    let bytes = text.as_bytes();
    while at < bytes.len() {
        let length = bytes[at..].iter().take_while(|byte| is_part_of_a_name(**byte)).count();
        if length == 0 {
            at += 1;
            continue;
        }
        let word = text[at..at + length].trim_end_matches(['.', '-']);
        if let Some(new) = names.words.get(word) {
            hits.push(Hit { place: at..at + word.len(), new: new.clone() });
        }
        at += length;
    }
    for (old, new) in &names.paths {
        for (start, _) in text.match_indices(old.as_str()) {
            let end = start + old.len();
            let free = |byte: Option<&u8>| byte.is_none_or(|byte| !is_part_of_a_name(*byte));
            let before = start.checked_sub(1).and_then(|place| bytes.get(place));
            let after = match bytes.get(end) {
                Some(b'.') => bytes.get(end + 1),
                other => other,
            };
            if free(before) && free(after) {
                hits.push(Hit { place: start..end, new: new.clone() });
            }
        }
    }
    hits.sort_by_key(|hit| hit.place.start);
    hits.dedup_by(|later, earlier| later.place.start < earlier.place.end);
    hits
}

/// Letters beyond ASCII too: what they are is not looked at.
fn is_part_of_a_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.') || !byte.is_ascii()
}

/// Statements and COPY data, with the comments inside them.
fn fixed_places(text: &str) -> Vec<Range<usize>> {
    let pieces = split(text).pieces.into_iter();
    pieces.filter(|piece| !matches!(piece.kind, PieceKind::MetaCommand { .. })).map(|piece| piece.span).collect()
}

/// None for what is no text that a person wrote.
fn read_text(path: &Path) -> Option<String> {
    if fs::metadata(path).ok()?.len() > LIMIT_BYTES {
        return None;
    }
    let text = String::from_utf8(fs::read(path).ok()?).ok()?;
    (!text.contains('\0')).then_some(text)
}

fn split_path(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(text: &str) -> String {
        let mut names = NewNames::default();
        names.rename("20240101_a.sql", "20240101000001_a.sql");
        names.rename("20240101_a_down.sql", "rollback/20240101000001_a.sql");
        names.path("migrations/[x]_b.sql".into(), "migrations_archive/[x]_b.sql".into());
        let mut text = text.to_owned();
        for hit in find(&names, &text).into_iter().rev() {
            text.replace_range(hit.place, &hit.new);
        }
        text
    }

    #[test]
    fn whole_names_are_found_wherever_they_stand() {
        for (before, after) in [
            ("see 20240101_a.sql.", "see 20240101000001_a.sql."),
            ("(`migrations/20240101_a.sql:12`)", "(`migrations/20240101000001_a.sql:12`)"),
            ("run 20240101_a, then", "run 20240101000001_a, then"),
            ("\\i 20240101_a_down.sql", "\\i rollback/20240101000001_a.sql"),
            ("[it](db/migrations/[x]_b.sql)", "[it](db/migrations_archive/[x]_b.sql)"),
        ] {
            assert_eq!(changed(before), after);
        }
    }

    #[test]
    fn parts_of_names_are_none() {
        for text in ["x20240101_a.sql", "20240101_a.sql.bak", "20240101_ab", "20240101_a.ts", "20240101", "é20240101_a"]
        {
            assert_eq!(changed(text), text);
        }
    }

    #[test]
    fn a_name_that_two_files_get_is_ambiguous() {
        let mut names = NewNames::default();
        names.rename("1_a.sql", "2_a.sql");
        names.rename("rollback/1_a.sql", "rollback/2_a.sql");
        assert!(names.ambiguous.is_empty());
        names.rename("down/1_a.sql", "down/3_a.sql");
        assert!(names.ambiguous.contains("1_a.sql") && names.ambiguous.contains("1_a"));
    }

    #[test]
    fn statements_are_fixed_and_comments_are_not() {
        let sql = "-- after 1_a.sql\n\\i 1_a.sql\nSELECT '1_a.sql' -- 1_a.sql\n;\n-- 1_a.sql\n";
        let fixed = fixed_places(sql);
        let is_fixed = |start: usize| fixed.iter().any(|range| range.contains(&start));
        let places: Vec<bool> = sql.match_indices("1_a.sql").map(|(start, _)| is_fixed(start)).collect();
        assert_eq!(places[..3], [false, false, true]);
        assert!(!places[4]);
    }
}
