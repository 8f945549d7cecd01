//! Where the text of a file names what a change renames, and what to write there instead. No file is read here.
//!
//! - Each language is read by a parser of its own. What the parser does not tell is found as a whole word, at most.
//! - `Sure`: the place can be nothing but the name. `Likely`: it reads like it. `Word`: the word stands there.
//! - An edit is offered only where writing it leaves the code with its old meaning. Elsewhere `by_hand` says why not.

mod component;
mod embedded;
mod finder;
mod language;
mod names;
mod postgrest;
mod prisma;
mod python;
mod rust;
mod script;
mod sql;
mod verify;
mod words;
mod written;

use std::ops::Range;

use serde::{Deserialize, Serialize};

pub use language::{Language, language_of};
pub use names::Names;
pub use verify::still_parses;
pub use written::{WrittenError, read_change};

use finder::Finder;

/// How sure it is that a place means the name, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    Word,
    Likely,
    Sure,
}

impl Grade {
    pub fn name(self) -> &'static str {
        match self {
            Self::Word => "word",
            Self::Likely => "likely",
            Self::Sure => "sure",
        }
    }
}

/// A place that names what changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// 1-based.
    pub line: usize,
    /// 1-based, in characters.
    pub column: usize,
    /// Bytes of the text.
    pub span: Range<usize>,
    /// Place in the list of changes.
    pub change: usize,
    pub grade: Grade,
    /// `supabase-js from`, `sql statement`.
    pub kind: &'static str,
    /// What to write. None for words, and where `by_hand` says why.
    pub edit: Option<Edit>,
    pub by_hand: Option<String>,
}

/// Text to put in the place of other text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Bytes of the text; empty to insert.
    pub span: Range<usize>,
    pub text: String,
}

/// What was found in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// In the order of their places; no two overlap.
    pub references: Vec<Reference>,
    /// Why the file's language could not be read: only words were looked for.
    pub unread: Option<String>,
}

/// All references of a file. `path` tells the language.
pub fn find(path: &str, text: &str, names: &Names<'_>) -> Found {
    if !names.occur_in(text) {
        return Found::default();
    }
    let mut finder = Finder::new(text, names);
    let read = match language_of(path) {
        Language::Sql => sql::find(&mut finder),
        Language::Script => script::find(path, &mut finder),
        Language::Component => component::find(&mut finder),
        Language::Prisma => prisma::find(path, &mut finder),
        Language::Python => python::find(&mut finder),
        Language::Rust => rust::find(&mut finder),
        Language::Text => Ok(()),
    };
    words::find(&mut finder);
    Found { references: finder.finish(), unread: read.err() }
}

/// References in the body of a function of a database.
pub fn find_in_body(language: &str, body: &str, names: &Names<'_>) -> Found {
    if !names.occur_in(body) {
        return Found::default();
    }
    let mut finder = Finder::new(body, names);
    let read = sql::find_in_body(language, &mut finder);
    words::find(&mut finder);
    Found { references: finder.finish(), unread: read.err() }
}

/// Writes edits into a text. Of two that overlap the first wins.
pub fn apply(text: &str, edits: &[Edit]) -> String {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    edits.dedup();
    let (mut written, mut at) = (String::with_capacity(text.len()), 0);
    for edit in edits {
        if edit.span.start < at {
            continue;
        }
        written.push_str(text.get(at..edit.span.start).unwrap_or(""));
        written.push_str(&edit.text);
        at = edit.span.end;
    }
    written.push_str(text.get(at..).unwrap_or(""));
    written
}
