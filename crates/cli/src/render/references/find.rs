//! What `references find` found, file by file, with what was counted and what was not looked at.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use pgmason_core::references::Grade;
use pgmason_jobs::references::{FoundReference, ReferencesReport, Role};

use super::counts_text;
use crate::render::table::borderless;
use crate::ui::{BOLD, DIM, GOOD};

/// What is listed; all is counted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown {
    pub(crate) from: Grade,
    pub(crate) migrations: bool,
}

/// Files that were not read are listed up to here; JSON has them all.
const LISTED: usize = 10;

pub(crate) fn render(report: &ReferencesReport, shown: Shown, out: &mut dyn Write) -> io::Result<()> {
    let listed = |reference: &&FoundReference| {
        reference.grade >= shown.from && (shown.migrations || reference.role != Role::Migration)
    };
    let mut file = "";
    for reference in report.references.iter().filter(listed) {
        if reference.file != file {
            if !file.is_empty() {
                writeln!(out)?;
            }
            file = &reference.file;
            let role = match reference.role {
                Role::Code | Role::Database => "",
                Role::Generated => "  generated: write it anew",
                Role::Migration => "  a migration: history",
            };
            writeln!(out, "{BOLD}{file}{BOLD:#}{DIM}{role}{DIM:#}")?;
        }
        one(reference, out)?;
    }
    if !file.is_empty() {
        writeln!(out)?;
    }
    let row = |change: &pgmason_jobs::references::ChangeCounts| {
        let new = change.new.as_ref().filter(|new| **new != change.old);
        let new = new.map_or_else(String::new, |new| format!("→ {new}"));
        let counts = [change.counts.sure, change.counts.likely, change.counts.word].map(|count| count.to_string());
        [vec![change.old.clone(), new], counts.to_vec()].concat()
    };
    let rows = report.changes.iter().map(row).collect();
    writeln!(out, "{}\n", borderless(&["Name", "", "sure", "likely", "words"], rows, &[2, 3, 4]))?;
    if report.languages.len() > 1 {
        let row = |language: &pgmason_jobs::references::LanguageCounts| {
            let counts = [language.files, language.counts.sure, language.counts.likely, language.counts.word];
            [vec![language.language.to_owned()], counts.map(|count| count.to_string()).to_vec()].concat()
        };
        let rows = report.languages.iter().map(row).collect();
        writeln!(out, "{}\n", borderless(&["Language", "files", "sure", "likely", "words"], rows, &[1, 2, 3, 4]))?;
    }
    tail(report, shown, out)
}

fn one(reference: &FoundReference, out: &mut dyn Write) -> io::Result<()> {
    let style = match reference.grade {
        Grade::Sure => GOOD,
        Grade::Likely => AnsiColor::Yellow.on_default(),
        Grade::Word => Style::new().dimmed(),
    };
    let place = format!("{}:{}", reference.line, reference.column);
    let grade = reference.grade.name();
    let written = shortened(&reference.written, 40);
    write!(out, "  {place:<8} {style}{grade:<6}{style:#} {BOLD}{written}{BOLD:#}")?;
    if let Some(instead) = &reference.instead {
        write!(out, " → {}", shortened(instead, 60))?;
    }
    write!(out, "  {}", shortened(&reference.text, 100))?;
    let mut told = vec![reference.kind.to_owned()];
    if let Some(why) = &reference.by_hand {
        told.push(format!("by hand: {why}"));
    }
    if reference.grade > Grade::Word {
        write!(out, "  {DIM}({}){DIM:#}", told.join("; "))?;
    }
    writeln!(out)
}

/// On one line, and no longer than this.
fn shortened(text: &str, longest: usize) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn tail(report: &ReferencesReport, shown: Shown, out: &mut dyn Write) -> io::Result<()> {
    if report.in_migrations.at_least(Grade::Word) > 0 && !shown.migrations {
        let counts = counts_text(&report.in_migrations);
        writeln!(out, "In migrations, which ran already: {counts} (--migrations lists them)")?;
    }
    let words = report.counts.word;
    if shown.from > Grade::Word && words > 0 {
        let places = if words == 1 { "1 place has" } else { &format!("{words} places have") };
        writeln!(out, "{places} the word alone (--grade word lists them)")?;
    }
    for missing in report.not_checked.iter().take(LISTED) {
        writeln!(out, "not checked: {} ({})", missing.what, missing.reason)?;
    }
    if report.not_checked.len() > LISTED {
        writeln!(out, "not checked: {} more (--json has all)", report.not_checked.len() - LISTED)?;
    }
    let binary = match report.binary_files {
        0 => String::new(),
        count => format!(", {count} of them binary and passed over"),
    };
    writeln!(out, "{} searched{binary}: {}", files(report.files_searched), counts_text(&report.counts))
}

fn files(count: usize) -> String {
    if count == 1 { "1 file".to_owned() } else { format!("{count} files") }
}
