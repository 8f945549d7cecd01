//! Finds migrations that say the same.

use std::collections::HashMap;
use std::mem::{Discriminant, discriminant};

use pgmason_sql::StatementKind;

use crate::expression::{TokenKind, tokens};
use crate::files::FilesContext;
use crate::findings::Findings;
use crate::migrations::{Direction, MigrationFile};
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};

pub(super) static RULE: Rule = Rule {
    name: "identical-files",
    section: Section::Migration,
    default_level: RuleLevel::Warning,
    summary: "two migration files hold the same statements",
    page: include_str!("identical_files.md"),
    options: &[],
    check: Check::Files(check),
};

fn check(ctx: &FilesContext<'_>, findings: &mut Findings<'_>) {
    // Telling words apart costs time: only files with the same kinds of statements are looked at closely.
    let mut by_kinds: HashMap<Vec<Discriminant<StatementKind>>, Vec<&MigrationFile>> = HashMap::new();
    for file in ctx.folder.files.iter().filter(|file| file.direction != Direction::Down && !file.statements.is_empty())
    {
        let kinds = file.statements.iter().map(|statement| discriminant(&statement.statement.kind)).collect();
        by_kinds.entry(kinds).or_default().push(file);
    }
    let mut found: Vec<(&MigrationFile, &MigrationFile)> = Vec::new();
    for files in by_kinds.values().filter(|files| files.len() > 1) {
        let mut first_with: HashMap<String, &MigrationFile> = HashMap::new();
        for file in files {
            match first_with.get(&words(file)) {
                Some(first) => found.push((file, first)),
                None => {
                    first_with.insert(words(file), file);
                }
            }
        }
    }
    found.sort_by(|a, b| a.0.path.cmp(&b.0.path));
    for (file, first) in found {
        findings.in_file(
            &file.path,
            format!("{} holds the same statements as {}", file.name_in_folder, first.name_in_folder),
            "delete the one that no database has run; a copy that must stay is worth a comment that says why",
        );
    }
}

/// The statements without comments, white space and the case of keywords.
fn words(file: &MigrationFile) -> String {
    let mut words = String::new();
    for statement in &file.statements {
        for token in tokens(file.text.get(statement.span.clone()).unwrap_or_default()) {
            words.push(match token.kind {
                TokenKind::String => '\'',
                TokenKind::QuotedName => '"',
                _ => ' ',
            });
            words.push_str(&token.value);
        }
        words.push(';');
    }
    words
}
