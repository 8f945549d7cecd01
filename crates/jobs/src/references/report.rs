//! What was found, as data: for people, for JSON, and for whoever asks whether an old name may go.

use std::collections::BTreeMap;

use pgmason_core::references::Grade;
use pgmason_model::catalog::NotChecked;
use pgmason_model::restructure::{NameChange, NameKind};
use serde::Serialize;

use super::search::{Searched, SearchedFile};

/// Raised when a field changes its meaning or goes.
pub const REFERENCES_SCHEMA_VERSION: u32 = 1;

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// What a person edits.
    Code,
    /// What a tool writes anew.
    Generated,
    /// The body of a function, or a job of pg_cron, in a database.
    Database,
    /// What ran already: no use of a name.
    Migration,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct GradeCounts {
    pub sure: usize,
    pub likely: usize,
    pub word: usize,
}

impl GradeCounts {
    fn count(&mut self, grade: Grade) {
        match grade {
            Grade::Sure => self.sure += 1,
            Grade::Likely => self.likely += 1,
            Grade::Word => self.word += 1,
        }
    }

    /// References of this grade, or a surer one.
    pub fn at_least(&self, grade: Grade) -> usize {
        match grade {
            Grade::Sure => self.sure,
            Grade::Likely => self.sure + self.likely,
            Grade::Word => self.sure + self.likely + self.word,
        }
    }
}

/// A change with how often its old name was found outside of migrations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangeCounts {
    pub kind: NameKind,
    /// As SQL: `public.emails`, `public.emails.subject`.
    pub old: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(flatten)]
    pub counts: GradeCounts,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LanguageCounts {
    pub language: &'static str,
    /// Files with references.
    pub files: usize,
    #[serde(flatten)]
    pub counts: GradeCounts,
}

/// One reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FoundReference {
    /// From the project's folder; for a database `function public.f(uuid)` or `cron job 3`.
    pub file: String,
    /// 1-based.
    pub line: usize,
    /// 1-based, in characters.
    pub column: usize,
    pub role: Role,
    pub language: &'static str,
    /// Place in `changes`.
    pub change: usize,
    pub old: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
    pub grade: Grade,
    /// `supabase-js from`, `sql statement`.
    pub kind: &'static str,
    /// What stands there.
    pub written: String,
    /// Its line, without the space around it.
    pub text: String,
    /// What a rewriting writes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instead: Option<String>,
    /// Why no rewriting writes anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_hand: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReferencesReport {
    pub schema_version: u32,
    pub changes: Vec<ChangeCounts>,
    /// Outside of migrations.
    pub counts: GradeCounts,
    pub in_migrations: GradeCounts,
    /// Outside of migrations.
    pub languages: Vec<LanguageCounts>,
    pub files_searched: usize,
    /// Left out without a word: images and the like.
    pub binary_files: usize,
    pub references: Vec<FoundReference>,
    pub not_checked: Vec<NotChecked>,
}

impl ReferencesReport {
    /// References of this grade, or a surer one, that are no history: what breaks when the old name goes.
    pub fn in_use(&self, grade: Grade) -> impl Iterator<Item = &FoundReference> {
        self.references.iter().filter(move |reference| reference.grade >= grade && reference.role != Role::Migration)
    }
}

pub(super) fn report(changes: &[NameChange], searched: &Searched) -> ReferencesReport {
    let mut references = Vec::new();
    let (mut counts, mut in_migrations) = (GradeCounts::default(), GradeCounts::default());
    let mut by_change = vec![GradeCounts::default(); changes.len()];
    let mut by_language: BTreeMap<&'static str, (usize, GradeCounts)> = BTreeMap::new();
    for file in &searched.files {
        let of_file = of_file(changes, file);
        if file.role == Role::Migration {
            of_file.iter().for_each(|reference| in_migrations.count(reference.grade));
        } else {
            let (files, language) = by_language.entry(file.language).or_default();
            *files += 1;
            for reference in &of_file {
                counts.count(reference.grade);
                language.count(reference.grade);
                by_change[reference.change].count(reference.grade);
            }
        }
        references.extend(of_file);
    }
    let told = changes.iter().zip(by_change).map(|(change, counts)| ChangeCounts {
        kind: change.kind,
        old: change.old.to_string(),
        new: change.new.as_ref().map(ToString::to_string),
        note: change.note.clone(),
        counts,
    });
    let languages =
        by_language.into_iter().map(|(language, (files, counts))| LanguageCounts { language, files, counts });
    ReferencesReport {
        schema_version: REFERENCES_SCHEMA_VERSION,
        changes: told.collect(),
        counts,
        in_migrations,
        languages: languages.collect(),
        files_searched: searched.count,
        binary_files: searched.binary,
        references,
        not_checked: searched.not_checked.clone(),
    }
}

/// Longer lines are cut: minified code has one.
const LONGEST_LINE: usize = 160;

fn of_file(changes: &[NameChange], file: &SearchedFile) -> Vec<FoundReference> {
    let told = file.found.references.iter().map(|reference| {
        let change = &changes[reference.change];
        FoundReference {
            file: file.display.clone(),
            line: reference.line,
            column: reference.column,
            role: file.role,
            language: file.language,
            change: reference.change,
            old: change.old.to_string(),
            new: change.new.as_ref().map(ToString::to_string),
            grade: reference.grade,
            kind: reference.kind,
            written: file.text.get(reference.span.clone()).unwrap_or_default().to_owned(),
            text: line_around(&file.text, reference.span.start),
            instead: reference.edit.as_ref().map(|edit| edit.text.trim().to_owned()),
            by_hand: reference.by_hand.clone(),
        }
    });
    told.collect()
}

fn line_around(text: &str, place: usize) -> String {
    let start = text[..place].rfind('\n').map_or(0, |end| end + 1);
    let end = text[place..].find('\n').map_or(text.len(), |length| place + length);
    let line = &text[start..end];
    if line.len() <= LONGEST_LINE {
        return line.trim().to_owned();
    }
    // What is around the place, in whole characters.
    let before: Vec<char> = text[start..place].chars().rev().take(60).collect();
    let after = text[place..end].chars().take(LONGEST_LINE - 60);
    format!("…{}…", before.into_iter().rev().chain(after).collect::<String>().trim())
}
