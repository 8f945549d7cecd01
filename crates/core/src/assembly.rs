//! One file from the statements of several, each under the name of the file that it comes from.
//!
//! The settings that hold for a statement in its own file are set before it, and reset where they no longer hold.

use pgmason_sql::plpgsql::scan_statement;
use pgmason_sql::{Statement, StatementKind};

/// A statement on its way into the file.
#[derive(Clone, Debug, Default)]
pub struct Part<'a> {
    pub file: &'a str,
    /// 1-based.
    pub line: u32,
    /// With the comments before it, without its semicolon.
    pub text: &'a str,
    /// The rows of `COPY … FROM STDIN`.
    pub copy_data: Option<&'a str>,
    /// Statements that set what holds for it, itself not among them.
    pub settings: Vec<&'a str>,
    /// It is one of them itself.
    pub is_setting: bool,
    /// What it waits for, where it stands later than in its own file.
    pub waited_for: Option<&'a str>,
    /// Parts of an index's condition that PostgreSQL does not take.
    pub removed: &'a [String],
}

/// True for a statement about rows: it can run once the whole schema is there.
pub fn is_about_rows(statement: &Statement) -> bool {
    match &statement.kind {
        StatementKind::Change(_) | StatementKind::Truncate { .. } | StatementKind::Call { .. } => true,
        StatementKind::Copy(copy) => copy.from,
        StatementKind::Select(select) => select.into.is_none(),
        StatementKind::Do(_) => scan_statement(statement).is_some_and(|found| {
            let known = found.gave_up_at.is_none() && !found.statements.is_empty();
            known
                && found.statements.iter().all(|inner| inner.statement.as_ref().is_some_and(is_about_rows))
                && found.statements.iter().any(|inner| {
                    inner.statement.as_ref().is_some_and(|inner| matches!(inner.kind, StatementKind::Change(_)))
                })
        }),
        _ => false,
    }
}

/// The file's text. `title`: the comment at its top, one line each.
pub fn render(title: &[String], parts: &[Part<'_>]) -> String {
    let mut text: String = title.iter().map(|line| format!("-- {line}\n")).collect();
    let (mut current, mut file): (Vec<&str>, &str) = (Vec::new(), "");
    let mut moved_before = false;
    for part in parts {
        let moved = part.waited_for.is_some();
        if part.file != file || moved || moved_before {
            text.push_str(&format!("\n-- ==== {}:{} ====\n", part.file, part.line));
            file = part.file;
        }
        moved_before = moved;
        if let Some(reason) = part.waited_for {
            text.push_str(&format!("-- moved down to here: {}\n", one_line(reason)));
        }
        for removed in part.removed {
            text.push_str(&format!(
                "-- taken out of the index's condition, since it is not immutable: {}\n",
                one_line(removed)
            ));
        }
        if current != part.settings {
            if !current.is_empty() {
                text.push_str("RESET ALL;\n");
            }
            text.extend(part.settings.iter().map(|setting| format!("{setting};\n")));
            current.clone_from(&part.settings);
        }
        text.push_str(&format!("\n{};\n", part.text.trim()));
        if let Some(data) = part.copy_data {
            let newline = if data.is_empty() || data.ends_with('\n') { "" } else { "\n" };
            text.push_str(&format!("{}{newline}\\.\n", data.trim_start_matches('\n')));
        }
        if part.is_setting {
            current.push(part.text);
        }
    }
    if !current.is_empty() {
        text.push_str("\nRESET ALL;\n");
    }
    text
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use pgmason_sql::parse_statement;

    use super::*;

    fn part<'a>(file: &'a str, line: u32, text: &'a str) -> Part<'a> {
        Part { file, line, text, ..Part::default() }
    }

    #[test]
    fn each_statement_stands_under_its_file() {
        let parts = [
            part("01_a.sql", 1, "-- first\nSELECT 1"),
            part("01_a.sql", 4, "SELECT 2"),
            Part { waited_for: Some("relation \"t\" does not\n exist"), ..part("01_a.sql", 3, "SELECT 3") },
            part("02_b.sql", 1, "SELECT 4"),
        ];
        assert_eq!(
            render(&["Assembled.".to_owned()], &parts),
            "-- Assembled.\n\n-- ==== 01_a.sql:1 ====\n\n-- first\nSELECT 1;\n\nSELECT 2;\n\n-- ==== 01_a.sql:3 ====\n\
             -- moved down to here: relation \"t\" does not exist\n\nSELECT 3;\n\n-- ==== 02_b.sql:1 ====\n\nSELECT 4;\n"
        );
    }

    #[test]
    fn settings_hold_where_they_held() {
        let set = "SET search_path = app";
        let parts = [
            Part { is_setting: true, ..part("a", 1, set) },
            Part { settings: vec![set], ..part("a", 2, "SELECT 1") },
            part("b", 1, "SELECT 2"),
            Part { settings: vec![set], ..part("a", 3, "SELECT 3") },
        ];
        let text = render(&[], &parts);
        let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty() && !line.starts_with("--")).collect();
        assert_eq!(
            lines,
            [
                "SET search_path = app;",
                "SELECT 1;",
                "RESET ALL;",
                "SELECT 2;",
                "SET search_path = app;",
                "SELECT 3;",
                "RESET ALL;"
            ]
        );
    }

    #[test]
    fn rows_are_told_from_the_schema() {
        let about_rows = |sql: &str| is_about_rows(&parse_statement(sql));
        assert!(about_rows("INSERT INTO t VALUES (1)"));
        assert!(about_rows("SELECT setval('s', 3)"));
        assert!(about_rows("DO $$ BEGIN IF NOT EXISTS (SELECT FROM t) THEN INSERT INTO t VALUES (1); END IF; END $$"));
        assert!(!about_rows(
            "DO $$ BEGIN CREATE TYPE a AS ENUM ('b'); EXCEPTION WHEN duplicate_object THEN NULL; END $$"
        ));
        assert!(!about_rows("CREATE TABLE t AS SELECT 1"));
        assert!(!about_rows("REFRESH MATERIALIZED VIEW v"));
    }
}
