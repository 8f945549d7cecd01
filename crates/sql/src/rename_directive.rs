//! Comments that say what something was called before: `-- pgmason: renamed from old`, `-- atlas:renamed_from old`,
//! `-- @renamed from=old`.
//!
//! One speaks of what it follows on its line: a column, a value of an enum, or the object that the statement makes.
//! Alone on its line, it speaks of what comes next.

use crate::ir::{CreateTable, CreateType, Statement, StatementKind, TypeKind};
use crate::lexer::{TokenKind, next_token};
use crate::name::fold_identifier;
use crate::{Name, Span};

/// What was renamed, by the names in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenameDirective {
    pub of: RenamedThing,
    /// The old name, folded; with a schema where the comment says one.
    pub from: Name,
    /// Where the comment stands, relative to the text.
    pub offset: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RenamedThing {
    Table(Name),
    Column(Name, String),
    Type(Name),
    EnumValue(Name, String),
    Sequence(Name),
    View(Name),
    Schema(String),
}

/// A statement where it stands in a file.
#[derive(Debug, Clone)]
pub struct Placed<'a> {
    pub statement: &'a Statement,
    /// Without comments before it and without its semicolon.
    pub span: Span,
}

/// The directives of a file, whose statements are given in order.
pub fn rename_directives(text: &str, statements: &[Placed<'_>]) -> Vec<RenameDirective> {
    let mut found: Vec<RenameDirective> = Vec::new();
    if ["renamed from", "renamed_from"]
        .into_iter()
        .all(|words| memchr::memmem::find(text.as_bytes(), words.as_bytes()).is_none())
    {
        return found;
    }
    let mut at = 0;
    while let Some(token) = next_token(text, at) {
        at = token.end;
        if !token.is_comment() {
            continue;
        }
        let Some(from) = text.get(token.start..token.end).and_then(old_name) else { continue };
        let alone = text[..token.start].rsplit('\n').next().is_none_or(|before| before.trim().is_empty());
        let next = statements.partition_point(|placed| placed.span.end <= token.start);
        let of = match statements.get(next) {
            Some(placed) if placed.span.start < token.start => inside(text, placed, token.start, alone),
            Some(placed) if alone => whole(placed.statement),
            // Behind a statement on its last line.
            _ if !alone => {
                next.checked_sub(1).and_then(|before| statements.get(before)).and_then(|placed| whole(placed.statement))
            }
            _ => None,
        };
        // The first one is meant where there are two.
        if let Some(of) = of
            && found.iter().all(|known| known.of != of)
        {
            found.push(RenameDirective { of, from, offset: token.start });
        }
    }
    found
}

/// The name that a comment says.
fn old_name(comment: &str) -> Option<Name> {
    let words = match comment.strip_prefix("/*") {
        Some(block) => block.strip_suffix("*/").unwrap_or(block),
        None => comment.trim_start_matches('-'),
    };
    let words = words.trim();
    let rest = ["pgmason: renamed from ", "pgmason:renamed from ", "atlas:renamed_from ", "@renamed from="]
        .into_iter()
        .find_map(|start| words.strip_prefix(start))?;
    let (first, rest) = identifier(rest.trim_start())?;
    match rest.strip_prefix('.').and_then(identifier) {
        Some((second, _)) => Some(Name::qualified(first, second)),
        None => Some(Name::new(first)),
    }
}

/// An identifier at the start, folded, and what follows.
fn identifier(text: &str) -> Option<(String, &str)> {
    if let Some(rest) = text.strip_prefix('"') {
        let mut name = String::new();
        let mut characters = rest.char_indices().peekable();
        while let Some((place, character)) = characters.next() {
            if character != '"' {
                name.push(character);
            } else if matches!(characters.peek(), Some((_, '"'))) {
                characters.next();
                name.push('"');
            } else {
                return Some((name, &rest[place + 1..]));
            }
        }
        return None;
    }
    let end = text
        .find(|character: char| !(character.is_alphanumeric() || matches!(character, '_' | '$')))
        .unwrap_or(text.len());
    (end > 0).then(|| (fold_identifier(&text[..end]), &text[end..]))
}

/// What the statement makes.
fn whole(statement: &Statement) -> Option<RenamedThing> {
    Some(match &statement.kind {
        StatementKind::CreateTable(table) => RenamedThing::Table(table.name.clone()),
        StatementKind::CreateType(created) => RenamedThing::Type(created.name.clone()),
        StatementKind::CreateView(view) => RenamedThing::View(view.name.clone()),
        StatementKind::CreateSequence { name, .. } => RenamedThing::Sequence(name.clone()),
        StatementKind::CreateSchema { name, .. } => RenamedThing::Schema(name.clone()),
        _ => return None,
    })
}

/// What a comment inside a statement speaks of.
fn inside(text: &str, placed: &Placed<'_>, comment: usize, alone: bool) -> Option<RenamedThing> {
    match &placed.statement.kind {
        StatementKind::CreateTable(table) => column_at(table, comment - placed.span.start, alone),
        StatementKind::CreateType(created) => match &created.kind {
            TypeKind::Enum(_) => value_at(text, placed.span.start, created, comment, alone),
            _ => whole(placed.statement),
        },
        _ => whole(placed.statement),
    }
}

fn column_at(table: &CreateTable, place: usize, alone: bool) -> Option<RenamedThing> {
    let column = if alone {
        table.columns.iter().find(|column| column.span.start > place)
    } else {
        table.columns.iter().rfind(|column| column.span.start < place)
    };
    // Behind a constraint of the table, it speaks of that; those are renamed by what they say.
    let constraint_between = table.constraints.iter().any(|constraint| {
        constraint.span.start < place && column.is_none_or(|column| constraint.span.start > column.span.start)
    });
    match column {
        Some(column) if alone || !constraint_between => {
            Some(RenamedThing::Column(table.name.clone(), column.name.clone()))
        }
        None if !constraint_between => Some(RenamedThing::Table(table.name.clone())),
        _ => None,
    }
}

/// Between the name and AS the comment speaks of the type, behind a label of that.
fn value_at(text: &str, start: usize, created: &CreateType, comment: usize, alone: bool) -> Option<RenamedThing> {
    let TypeKind::Enum(labels) = &created.kind else { return None };
    let mut at = start + created.name_span.end;
    let mut open = None;
    // AS or ENUM came: neither the type nor a value.
    let mut headed = false;
    let mut seen = 0;
    let mut behind: Option<usize> = None;
    while let Some(token) = next_token(text, at) {
        at = token.end;
        if token.start >= comment {
            break;
        }
        match token.kind {
            TokenKind::LineComment | TokenKind::BlockComment => {}
            _ if open.is_none() && text.get(token.start..token.end) == Some("(") => open = Some(token.start),
            TokenKind::Text | TokenKind::EscapeText | TokenKind::UnicodeText if open.is_some() => {
                behind = Some(seen);
                seen += 1;
            }
            _ if open.is_none() => headed = true,
            _ => {}
        }
    }
    match (open, behind, alone) {
        (None, ..) if headed => None,
        (None, ..) => Some(RenamedThing::Type(created.name.clone())),
        (Some(_), _, true) => {
            labels.get(seen).map(|label| RenamedThing::EnumValue(created.name.clone(), label.clone()))
        }
        (Some(_), Some(place), false) => {
            labels.get(place).map(|label| RenamedThing::EnumValue(created.name.clone(), label.clone()))
        }
        (Some(_), None, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse_statement;
    use crate::split::{PieceKind, split};

    fn found(text: &str) -> Vec<String> {
        let pieces: Vec<_> =
            split(text).pieces.into_iter().filter(|piece| piece.kind == PieceKind::Statement).collect();
        let statements: Vec<Statement> =
            pieces.iter().map(|piece| parse_statement(&text[piece.span.clone()])).collect();
        let placed: Vec<Placed<'_>> = statements
            .iter()
            .zip(&pieces)
            .map(|(statement, piece)| Placed { statement, span: piece.span.clone() })
            .collect();
        let name = |name: &Name| match &name.schema {
            Some(schema) => format!("{schema}.{}", name.name),
            None => name.name.clone(),
        };
        rename_directives(text, &placed)
            .iter()
            .map(|directive| {
                let of = match &directive.of {
                    RenamedThing::Table(table) => format!("table {}", name(table)),
                    RenamedThing::Column(table, column) => format!("column {}.{column}", name(table)),
                    RenamedThing::Type(of) => format!("type {}", name(of)),
                    RenamedThing::EnumValue(of, label) => format!("value {}.{label}", name(of)),
                    RenamedThing::Sequence(of) => format!("sequence {}", name(of)),
                    RenamedThing::View(of) => format!("view {}", name(of)),
                    RenamedThing::Schema(of) => format!("schema {of}"),
                };
                format!("{of} from {}", name(&directive.from))
            })
            .collect()
    }

    #[test]
    fn a_directive_speaks_of_what_it_follows_or_stands_before() {
        assert_eq!(found("-- pgmason: renamed from people\nCREATE TABLE users (id int);"), ["table users from people"]);
        assert_eq!(
            found("CREATE TABLE s.users ( -- @renamed from=\"The People\"\n  id int\n);"),
            ["table s.users from The People"]
        );
        assert_eq!(
            found(
                "CREATE TABLE t (\n  id int,\n  b text, -- atlas:renamed_from a\n  -- pgmason: renamed from c\n  d int\n);"
            ),
            ["column t.b from a", "column t.d from c"]
        );
        assert_eq!(found("CREATE TABLE t (\n  b text -- @renamed from=a\n);"), ["column t.b from a"]);
        assert_eq!(found("CREATE TYPE b /* @renamed from=s.a */ AS ENUM ('x');"), ["type b from s.a"]);
        assert_eq!(found("CREATE TYPE b AS ENUM /* @renamed from=a */ ('x');"), [""; 0]);
        assert_eq!(found("CREATE TYPE b AS ENUM ('x', 'z' /* @renamed from=y */, 'w');"), ["value b.z from y"]);
        assert_eq!(found("CREATE SEQUENCE b; -- pgmason: renamed from a\nCREATE TABLE t ();"), ["sequence b from a"]);
        assert_eq!(found("CREATE SCHEMA b; -- renamed from nobody"), [""; 0]);
    }
}
