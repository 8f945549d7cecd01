//! Writes the new names where code has the old ones: as a difference to read, or into the files.
//!
//! - Each file is written whole or not at all, and only where it still parses; its bytes around the names stay.
//! - All files are worked out before the first is written.

use std::path::PathBuf;

use pgmason_core::references::{Edit, Grade, Names, apply, still_parses};
use pgmason_model::restructure::NameChange;
use serde::Serialize;
use similar::TextDiff;

use super::git;
use super::report::{FoundReference, REFERENCES_SCHEMA_VERSION, Role, report};
use super::search::{Searched, SearchedFile, search, without_mark};
use crate::JobError;
use crate::migration::moves::replace_file;
use crate::project::Project;

#[derive(Clone, Debug)]
pub struct RewriteOptions {
    pub paths: Vec<String>,
    /// References of this grade and surer ones; words never are.
    pub from: Grade,
    pub write: bool,
    /// Write although git could not take it back.
    pub allow_dirty: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RewriteReport {
    pub schema_version: u32,
    /// The files were written.
    pub written: bool,
    /// Why they were not, although that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refusal>,
    pub files: Vec<RewrittenFile>,
    /// Sure and likely references that are left, with the reason in `by_hand`.
    pub by_hand: Vec<FoundReference>,
    /// Files with sure or likely references that are not touched.
    pub left_alone: Vec<LeftAlone>,
    /// Words, which are never rewritten: how many.
    pub words: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RewrittenFile {
    pub file: String,
    pub replacements: usize,
    /// A unified difference.
    pub difference: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftAlone {
    pub file: String,
    pub references: usize,
    pub reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    pub reason: String,
    pub hint: String,
}

struct Rewritten {
    path: PathBuf,
    text: String,
    told: RewrittenFile,
}

pub fn rewrite(project: &Project, changes: &[NameChange], options: &RewriteOptions) -> Result<RewriteReport, JobError> {
    let refused = if options.write && !options.allow_dirty { git::refusal(&project.folder) } else { None };
    let write = options.write && refused.is_none();
    let from = options.from.max(Grade::Likely);
    let searched = search(project, &Names::new(changes), &options.paths)?;
    let (mut files, mut left_alone) = (Vec::new(), Vec::new());
    for file in &searched.files {
        match one(file, from) {
            Ok(Some(rewritten)) => files.push(rewritten),
            Ok(None) => {}
            Err(left) => left_alone.push(left),
        }
    }
    if write {
        for file in &files {
            replace_file(&file.path, file.text.as_bytes())?;
        }
    }
    let by_hand = by_hand(changes, &searched, from);
    let words = report(changes, &searched).counts.word;
    Ok(RewriteReport {
        schema_version: REFERENCES_SCHEMA_VERSION,
        written: write,
        refused,
        files: files.into_iter().map(|file| file.told).collect(),
        by_hand,
        left_alone,
        words,
    })
}

/// None: there is nothing to rewrite in it.
fn one(file: &SearchedFile, from: Grade) -> Result<Option<Rewritten>, LeftAlone> {
    let Some(path) = &file.path else { return Ok(None) };
    let wanted: Vec<_> = file.found.references.iter().filter(|reference| reference.grade >= from).collect();
    let left = |reason: &str, hint: Option<&str>| LeftAlone {
        file: file.display.clone(),
        references: wanted.len(),
        reason: reason.to_owned(),
        hint: hint.map(str::to_owned),
    };
    if wanted.is_empty() {
        return Ok(None);
    }
    match file.role {
        Role::Migration => return Err(left("it is a migration: what databases have run is not edited", None)),
        Role::Generated => return Err(left("it is generated", Some(regenerate(file)))),
        Role::Code | Role::Database => {}
    }
    let edits: Vec<Edit> = wanted.iter().filter_map(|reference| reference.edit.clone()).collect();
    if edits.is_empty() {
        return Ok(None);
    }
    let text = apply(&file.text, &edits);
    if let Err(problem) = still_parses(&file.display, &without_mark(&file.text), &without_mark(&text)) {
        return Err(left(&format!("it would not parse any more: {problem}"), Some("edit it by hand")));
    }
    let difference = TextDiff::from_lines(file.text.as_str(), text.as_str())
        .unified_diff()
        .header(&format!("a/{}", file.display), &format!("b/{}", file.display))
        .to_string();
    let told = RewrittenFile { file: file.display.clone(), replacements: edits.len(), difference };
    Ok(Some(Rewritten { path: path.clone(), text, told }))
}

fn regenerate(file: &SearchedFile) -> &'static str {
    if file.text.contains("export type Database") || file.text.contains("export interface Database") {
        "write it anew once the database has the new names: `supabase gen types typescript`"
    } else {
        "write it anew with the tool that made it"
    }
}

fn by_hand(changes: &[NameChange], searched: &Searched, from: Grade) -> Vec<FoundReference> {
    let all = report(changes, searched).references.into_iter();
    all.filter(|reference| reference.role == Role::Code && reference.grade >= from && reference.instead.is_none())
        .collect()
}
