//! One file of a migrations folder, read: its statements with their places, and what silences rules in it.

use std::ops::Range;

use pgmason_sql::directive;
use pgmason_sql::ignore::{Ignore, IgnoreScope};
use pgmason_sql::split::{Piece, PieceKind, SplitProblem, split};
use pgmason_sql::{Statement, parse_statement};

use super::layout::{Direction, FileName, Layout};

/// A file and all that its text says.
#[derive(Clone, Debug)]
pub struct MigrationFile {
    /// As the user would name it, from the project's folder.
    pub path: String,
    /// Its path inside the migrations folder.
    pub name_in_folder: String,
    pub version: Option<String>,
    pub description: String,
    pub direction: Direction,
    pub text: String,
    /// SHA-256 of the file's bytes, in hexadecimal; empty where nobody asked for it.
    pub sha256: String,
    /// The part that runs: all of it, or dbmate's up section.
    pub runs: Range<usize>,
    /// The tool would run it in one transaction.
    pub in_transaction: bool,
    /// Not yet in the history of the database at hand. Without a database every file is.
    pub pending: bool,
    pub statements: Vec<FileStatement>,
    /// psql meta commands and COPY data, in order with the statements by their spans.
    pub other_pieces: Vec<Piece>,
    pub problems: Vec<SplitProblem>,
    pub ignores: Vec<Ignore>,
}

/// A statement in its file.
#[derive(Clone, Debug)]
pub struct FileStatement {
    pub statement: Statement,
    /// Byte range in the file's text, without the semicolon.
    pub span: Range<usize>,
    /// 1-based.
    pub line: u32,
    /// Comments that stand before it.
    pub comments: Vec<Range<usize>>,
}

impl MigrationFile {
    /// Reads a file of the layout.
    pub fn read(layout: Layout, path: String, name_in_folder: String, name: FileName, text: String) -> Self {
        let mut runs = 0..text.len();
        let mut in_transaction = true;
        match layout {
            Layout::Dbmate => {
                if let Some(sections) = directive::dbmate_sections(&text) {
                    runs = sections.up.span;
                    in_transaction = sections.up.transaction;
                }
            }
            Layout::Sqlx => in_transaction = !directive::sqlx_no_transaction(&text),
            _ => {}
        }
        let mut file = Self {
            path,
            name_in_folder,
            version: name.version,
            description: name.description,
            direction: name.direction,
            text,
            sha256: String::new(),
            runs,
            in_transaction,
            pending: true,
            statements: Vec::new(),
            other_pieces: Vec::new(),
            problems: Vec::new(),
            ignores: Vec::new(),
        };
        file.read_statements();
        file
    }

    /// A schema file, or any other SQL: all of it runs, as it stands.
    pub fn read_plain(path: String, text: String) -> Self {
        let name = FileName { version: None, description: path.clone(), direction: Direction::Up };
        Self::read(Layout::Numbered, path.clone(), path, name, text)
    }

    /// dbmate's down section, as a file of its own that runs down.
    pub fn down_section(&self, layout: Layout) -> Option<Self> {
        if layout != Layout::Dbmate {
            return None;
        }
        let down = directive::dbmate_sections(&self.text)?.down?;
        let mut file = Self {
            direction: Direction::Down,
            runs: down.span,
            in_transaction: down.transaction,
            statements: Vec::new(),
            other_pieces: Vec::new(),
            problems: Vec::new(),
            ignores: Vec::new(),
            ..self.clone()
        };
        file.read_statements();
        Some(file)
    }

    /// The statement with the comments before it.
    pub fn statement_with_comments(&self, statement: &FileStatement) -> &str {
        let start = statement.comments.first().map_or(statement.span.start, |comment| comment.start);
        self.text.get(start..statement.span.end).unwrap_or_default()
    }

    pub fn statement_text(&self, statement: &FileStatement) -> &str {
        self.text.get(statement.span.clone()).unwrap_or_default()
    }

    /// 1-based line and column (in characters) of a byte offset.
    pub fn line_and_column(&self, offset: usize) -> (u32, u32) {
        let before = self.text.get(..offset).unwrap_or(&self.text);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |text| text.chars().count()) + 1;
        (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
    }

    fn read_statements(&mut self) {
        let base = self.runs.start;
        let part = self.text.get(self.runs.clone()).unwrap_or_default();
        let first_line = pgmason_sql::split::line_of(&self.text, base) - 1;
        let mut found = split(part);
        self.ignores = pgmason_sql::ignore::ignores(part, &found.pieces);
        if base > 0 {
            for piece in &mut found.pieces {
                shift(&mut piece.span, base);
                shift(&mut piece.full, base);
                piece.comments.iter_mut().for_each(|comment| shift(comment, base));
                piece.line += first_line;
            }
            for problem in &mut found.problems {
                problem.offset += base;
                problem.line += first_line;
            }
            for ignore in &mut self.ignores {
                shift_ignore(ignore, base, first_line);
            }
        }
        self.problems = found.problems;
        for piece in found.pieces {
            if piece.kind == PieceKind::Statement {
                let statement = parse_statement(self.text.get(piece.span.clone()).unwrap_or_default());
                self.statements.push(FileStatement {
                    statement,
                    span: piece.span,
                    line: piece.line,
                    comments: piece.comments,
                });
            } else {
                self.other_pieces.push(piece);
            }
        }
    }
}

fn shift_ignore(ignore: &mut Ignore, bytes: usize, lines: u32) {
    ignore.offset += bytes;
    ignore.line += lines;
    if let IgnoreScope::Lines(covered) = &mut ignore.scope {
        *covered = covered.start() + lines..=covered.end() + lines;
    }
}

fn shift(span: &mut Range<usize>, by: usize) {
    span.start += by;
    span.end += by;
}
