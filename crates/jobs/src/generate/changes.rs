//! `API_CHANGES.md`: every change of a restructuring that code has to follow, by stage, with where the code is.

use std::fmt::Write;

use pgmason_core::references::Grade;
use pgmason_core::restructure::file::{RestructureFile, Stage};
use pgmason_core::restructure::name_changes;
use pgmason_model::restructure::{NameChange, NameKind};

use crate::references::{FoundReference, ReferencesReport};
use crate::restructure::read::ReadFile;

/// The whole file. `report` is about `name_changes` of the same restructuring.
pub fn changes(read: &ReadFile, report: &ReferencesReport) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "<!-- Written by `pgmason generate changes --restructure {}`. -->\n", read.name);
    let _ = writeln!(text, "# API changes: {}\n", line(&read.file.title));
    if let Some(description) = &read.file.description {
        let _ = writeln!(text, "{}\n", description.trim());
    }
    let _ = writeln!(
        text,
        "While a stage is started, old names and new ones both work. Once it is completed, only the new ones do.\n"
    );
    overview(&mut text, report);
    let mut place = 0;
    for stage in &read.file.stages {
        let of_stage = changes_of(stage);
        let title = stage.title.as_deref().map(|title| format!(": {}", line(title))).unwrap_or_default();
        let _ = writeln!(text, "## Stage `{}`{title}\n", stage.name);
        if of_stage.is_empty() {
            let _ = writeln!(text, "No name changes.\n");
        }
        for change in of_stage {
            one(&mut text, &change, place, report);
            place += 1;
        }
    }
    not_checked(&mut text, report);
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// What a stage changes about names, in the order of `name_changes` of the whole file.
fn changes_of(stage: &Stage) -> Vec<NameChange> {
    name_changes(&RestructureFile { stages: vec![stage.clone()], ..RestructureFile::default() })
}

fn overview(text: &mut String, report: &ReferencesReport) {
    if report.changes.is_empty() {
        return;
    }
    let _ = writeln!(text, "| What | Before | After | References |\n|---|---|---|---|");
    for change in &report.changes {
        let new = match &change.new {
            Some(new) if *new == change.old => format!("the same name; {}", cell(change.note.as_deref().unwrap_or(""))),
            Some(new) => format!("`{new}`"),
            None => "goes".to_owned(),
        };
        let counts = change.counts;
        let _ = writeln!(
            text,
            "| {} | `{}` | {new} | {} sure, {} likely |",
            kind(change.kind),
            change.old,
            counts.sure,
            counts.likely
        );
    }
    text.push('\n');
}

fn one(text: &mut String, change: &NameChange, place: usize, report: &ReferencesReport) {
    let old = &change.old;
    let what = kind(change.kind);
    let heading = match &change.new {
        Some(new) if new == old => format!("{what} `{old}` changes"),
        Some(new) => format!("{what} `{old}` is `{new}`"),
        None => format!("{what} `{old}` goes"),
    };
    let _ = writeln!(text, "### {heading}\n");
    if let Some(note) = &change.note {
        let _ = writeln!(text, "Beside the name: {}.\n", line(note));
    }
    examples(text, change);
    let of_change: Vec<&FoundReference> =
        report.in_use(Grade::Likely).filter(|reference| reference.change == place).collect();
    if of_change.is_empty() {
        let _ = writeln!(text, "No sure or likely reference in the code.\n");
        return;
    }
    for reference in of_change {
        let by_hand = reference.by_hand.as_deref().map(|why| format!("; by hand: {}", line(why))).unwrap_or_default();
        let _ = writeln!(
            text,
            "- `{}:{}` {}, {}{by_hand}",
            reference.file,
            reference.line,
            reference.grade.name(),
            reference.kind
        );
    }
    text.push('\n');
}

/// Before and after, for supabase-js and for SQL.
fn examples(text: &mut String, change: &NameChange) {
    let old = &change.old;
    let (script, sql) = match (change.kind, &change.new) {
        (_, Some(new)) if new == old => return,
        (NameKind::Table, Some(new)) => {
            let filter = discriminator(change);
            let script_filter =
                filter.as_ref().map(|(column, value)| format!(".eq({column:?}, {value:?})")).unwrap_or_default();
            let sql_filter = filter.map(|(column, value)| format!(" WHERE {column} = '{value}'")).unwrap_or_default();
            (
                (format!("{}.select()", from(&old.of)), format!("{}.select(){script_filter}", from(&new.of))),
                (format!("SELECT * FROM {}", old.of), format!("SELECT * FROM {}{sql_filter}", new.of)),
            )
        }
        (NameKind::Table, None) => {
            let _ = writeln!(text, "Code that reads or writes it has nothing to go to: take it out.\n");
            return;
        }
        (NameKind::Column, Some(new)) => {
            let (Some(column), Some(renamed)) = (&old.member, &new.member) else { return };
            (
                (
                    format!("{}.select({:?})", from(&old.of), column.as_str()),
                    format!("{}.select({:?})", from(&new.of), renamed.as_str()),
                ),
                (format!("SELECT {column} FROM {}", old.of), format!("SELECT {renamed} FROM {}", new.of)),
            )
        }
        (NameKind::Column, None) => {
            let _ = writeln!(text, "Take it out of lists of columns, filters and values.\n");
            return;
        }
        (NameKind::EnumValue, Some(new)) => {
            let (Some(value), Some(renamed)) = (&old.member, &new.member) else { return };
            let column = old.of.name.as_str();
            (
                (format!(".eq({column:?}, {:?})", value.as_str()), format!(".eq({column:?}, {:?})", renamed.as_str())),
                (
                    format!("'{}'::{}", value.as_str().replace('\'', "''"), old.of),
                    format!("'{}'::{}", renamed.as_str().replace('\'', "''"), new.of),
                ),
            )
        }
        (NameKind::EnumValue, None) => return,
    };
    let _ = writeln!(text, "```ts\n// before\n{}\n// after\n{}\n```\n", script.0, script.1);
    let _ = writeln!(text, "```sql\n-- before\n{}\n-- after\n{}\n```\n", sql.0, sql.1);
}

/// `its rows are those with kind = 'document'`, as `name_changes` puts it.
fn discriminator(change: &NameChange) -> Option<(String, String)> {
    let rest = change.note.as_deref()?.strip_prefix("its rows are those with ")?;
    let (column, value) = rest.split_once(" = ")?;
    Some((column.to_owned(), value.trim_matches('\'').to_owned()))
}

fn from(table: &pgmason_model::QualifiedName) -> String {
    let name = table.name.as_str();
    if table.schema.as_str() == "public" {
        format!("supabase.from({name:?})")
    } else {
        format!("supabase.schema({:?}).from({name:?})", table.schema.as_str())
    }
}

fn not_checked(text: &mut String, report: &ReferencesReport) {
    if report.not_checked.is_empty() {
        return;
    }
    let _ = writeln!(text, "## Not checked\n");
    for missing in &report.not_checked {
        let _ = writeln!(text, "- `{}`: {}", missing.what, line(&missing.reason));
    }
}

fn kind(kind: NameKind) -> &'static str {
    match kind {
        NameKind::Table => "Table",
        NameKind::Column => "Column",
        NameKind::EnumValue => "Enum value",
    }
}

fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn cell(text: &str) -> String {
    line(text).replace('|', "\\|")
}
