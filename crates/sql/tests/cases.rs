//! Golden reading of every file in `tests/cases`: kind, calls, reads, locks and facts of each statement.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // Helpers of tests stand outside #[test].

use std::fmt::Write;

use pgmason_sql::split::{PieceKind, split};
use pgmason_sql::{facts, parse_statement};

#[test]
fn cases_read_as_recorded() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let mut read = String::new();
        for piece in split(&text).pieces {
            let sql = &text[piece.span.clone()];
            writeln!(read, "{}: {}", piece.line, sql.lines().next().unwrap_or("")).unwrap();
            if piece.kind != PieceKind::Statement {
                writeln!(read, "  {:?}\n", piece.kind).unwrap();
                continue;
            }
            let statement = parse_statement(sql);
            // One line per statement keeps the diff of a changed reader readable.
            writeln!(read, "  {:?}", statement.kind).unwrap();
            if let Some(problem) = &statement.syntax_error {
                writeln!(read, "  grammar: {problem}").unwrap();
            }
            let calls: Vec<String> = statement.calls.iter().map(|call| call.name.to_string()).collect();
            let reads: Vec<String> = statement.reads.iter().map(|read| read.name.to_string()).collect();
            let locks: Vec<String> =
                facts::locks(&statement).iter().map(|(name, level)| format!("{name}: {}", level.name())).collect();
            for (what, list) in [("calls", calls), ("reads", reads), ("locks", locks)] {
                if !list.is_empty() {
                    writeln!(read, "  {what}: {}", list.join(", ")).unwrap();
                }
            }
            for change in &statement.with_changes {
                writeln!(read, "  with: {change:?}").unwrap();
            }
            if let Some(why) = facts::cannot_run_in_transaction(&statement) {
                writeln!(read, "  no transaction: {why}").unwrap();
            }
            for need in facts::superuser_needs(&statement) {
                writeln!(read, "  superuser: {need:?}").unwrap();
            }
            for way in facts::leaves_server(&statement) {
                writeln!(read, "  leaves: {way:?}").unwrap();
            }
            read.push('\n');
        }
        insta::assert_snapshot!(file.file_stem().unwrap().to_string_lossy().into_owned(), read);
    }
}
