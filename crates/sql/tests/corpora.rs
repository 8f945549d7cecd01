//! Real files: everything splits, parses and scans without a panic, and little stays unread. Runs where `PGMASON_CORPORA` names a folder.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // Helpers of tests stand outside #[test].

use std::path::{Path, PathBuf};

use pgmason_sql::split::{PieceKind, split};
use pgmason_sql::{StatementKind, ignore, parse_statement, plpgsql};

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "sql") {
            files.push(path);
        }
    }
}

#[test]
fn every_file_is_read() {
    let Ok(folder) = std::env::var("PGMASON_CORPORA") else {
        println!("skipped: PGMASON_CORPORA is not set");
        return;
    };
    let verbose = std::env::var("PGMASON_VERBOSE").is_ok();
    let mut files = Vec::new();
    collect(Path::new(&folder), &mut files);
    files.sort();
    let (mut statements, mut unread, mut bodies, mut given_up, mut embedded, mut embedded_unread) = (0, 0, 0, 0, 0, 0);
    for file in files.iter().filter(|file| !file.to_string_lossy().contains("clickhouse")) {
        let bytes = std::fs::read(file).unwrap();
        let Ok(decoded) = pgmason_sql::decode::decode_lossy(&bytes) else { continue };
        let text = decoded.text;
        let pieces = split(&text);
        let mut at = 0;
        for piece in &pieces.pieces {
            assert_eq!(piece.full.start, at, "{}", file.display());
            at = piece.full.end;
        }
        assert_eq!(pieces.trailing, at..text.len(), "{}", file.display());
        if verbose {
            pieces.problems.iter().for_each(|problem| println!("{}: {problem}", file.display()));
        }
        ignore::ignores(&text, &pieces.pieces);
        for piece in pieces.pieces.iter().filter(|piece| piece.kind == PieceKind::Statement) {
            let statement = parse_statement(&text[piece.span.clone()]);
            statements += 1;
            if !statement.is_fully_read() {
                unread += 1;
                if verbose {
                    let error = match &statement.kind {
                        StatementKind::Unparsed { error } => Some(error),
                        _ => statement.syntax_error.as_ref(),
                    };
                    let error = error.unwrap();
                    let near: String = text[piece.span.start + error.offset..].chars().take(50).collect();
                    println!("{}:{}: {error}: {near:?}", file.display(), piece.line);
                }
            }
            if let Some(scan) = plpgsql::scan_statement(&statement) {
                bodies += 1;
                if let Some(at) = scan.gave_up_at {
                    given_up += 1;
                    if verbose {
                        println!("{}:{}: body given up at {at}", file.display(), piece.line);
                    }
                }
                for found in &scan.statements {
                    embedded += 1;
                    let Some(statement) = &found.statement else { continue };
                    if !statement.is_fully_read() {
                        embedded_unread += 1;
                        if verbose {
                            println!(
                                "{}:{}: in body {:?}: {:?} {:?}",
                                file.display(),
                                piece.line,
                                found.text,
                                statement.kind,
                                statement.syntax_error
                            );
                        }
                    }
                }
            }
        }
    }
    println!(
        "{} files, {statements} statements, {unread} unread; {bodies} bodies, {given_up} given up, {embedded} statements in them, {embedded_unread} unread",
        files.len()
    );
    assert!(statements > 1000, "the corpora are not there");
    assert!(unread * 200 < statements, "{unread} of {statements} statements unread");
    assert!(given_up * 100 < bodies, "{given_up} of {bodies} bodies given up");
}
