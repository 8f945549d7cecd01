//! The finder against cases: `references/cases/NAME/input.EXT`, what is found in it, and what a rewriting makes of it.
//!
//! `PGMASON_BLESS=1` writes what is found as the expectation: read it before it is kept.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use pgmason_core::references::{Grade, Names, apply, find, read_change, still_parses};
use pgmason_model::QualifiedName;
use pgmason_model::restructure::{NameChange, NameKind, NamePath};

/// What every case is about, but for those with a `changes.txt` of their own.
fn usual() -> Vec<NameChange> {
    let mut changes = read("emails=email_messages\nemails.subject=title\nmessages=chat.messages");
    let table = |name: &str| NamePath::relation(QualifiedName::new("public", name));
    changes.push(NameChange {
        kind: NameKind::Table,
        old: table("drafts"),
        new: Some(table("email_messages")),
        note: Some("its rows are those with kind = 'draft'".into()),
    });
    let mood = QualifiedName::new("public", "mood");
    changes.push(NameChange {
        kind: NameKind::EnumValue,
        old: NamePath::member(mood.clone(), "sad"),
        new: Some(NamePath::member(mood, "blue")),
        note: None,
    });
    changes
}

fn read(text: &str) -> Vec<NameChange> {
    let is_schema = |name: &str| name == "public" || name == "chat";
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| read_change(line, &is_schema).unwrap_or_else(|error| panic!("{line}: {error}"))).collect()
}

fn input(folder: &Path) -> PathBuf {
    let mut files = fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path());
    files.find(|path| path.file_stem().is_some_and(|stem| stem == "input")).expect("a case has an input")
}

#[test]
fn cases() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/references/cases");
    let mut folders: Vec<PathBuf> = fs::read_dir(&folder).expect("cases").flatten().map(|entry| entry.path()).collect();
    folders.sort();
    assert!(folders.len() >= 40, "only {} cases", folders.len());
    let mut wrong = Vec::new();
    for folder in folders {
        let path = input(&folder);
        let text = fs::read_to_string(&path).expect("text");
        let own = fs::read_to_string(folder.join("changes.txt"));
        let changes = own.map_or_else(|_| usual(), |own| read(&own));
        let told = told(&path, &text, &changes);
        let expected = folder.join("expected.txt");
        if std::env::var_os("PGMASON_BLESS").is_some() {
            fs::write(&expected, &told).expect("written");
        }
        let wanted = fs::read_to_string(&expected).unwrap_or_default();
        if wanted != told {
            wrong.push(format!("== {}\nexpected:\n{wanted}\nfound:\n{told}", folder.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// One line for each reference, then the lines that a rewriting changes.
fn told(path: &Path, text: &str, changes: &[NameChange]) -> String {
    let path = path.to_string_lossy();
    let found = find(&path, text, &Names::new(changes));
    let mut told = String::new();
    if let Some(unread) = &found.unread {
        let _ = writeln!(told, "not read: {unread}");
    }
    for reference in &found.references {
        let change = &changes[reference.change];
        let place = &text[reference.span.clone()];
        let instead = match &reference.by_hand {
            Some(why) => format!(" (by hand: {why})"),
            None => String::new(),
        };
        let _ = writeln!(
            told,
            "{}:{} {} `{place}` {} [{}]{instead}",
            reference.line,
            reference.column,
            reference.grade.name(),
            change.old,
            reference.kind
        );
    }
    let edits: Vec<_> = found
        .references
        .iter()
        .filter(|reference| reference.grade > Grade::Word)
        .filter_map(|reference| reference.edit.clone())
        .collect();
    let rewritten = apply(text, &edits);
    if let Err(problem) = still_parses(&path, text, &rewritten) {
        let _ = writeln!(told, "BROKEN: {problem}");
    }
    // What was rewritten is rewritten: a second run has nothing to do.
    for left in find(&path, &rewritten, &Names::new(changes)).references.iter().filter(|left| left.edit.is_some()) {
        let _ = writeln!(told, "AGAIN: {}:{} `{}`", left.line, left.column, &rewritten[left.span.clone()]);
    }
    let old: Vec<&str> = text.lines().collect();
    for line in rewritten.lines().filter(|line| !old.contains(line)) {
        let _ = writeln!(told, "+{line}");
    }
    told
}
