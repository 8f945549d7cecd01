//! SQL: names at the places of relations and columns, in statements and in the bodies that they define.

use std::ops::Range;

use pgmason_sql::mentions::{Mention, Mentioned, Mentions, TextContext, mentions_in_body, mentions_in_statement};
use pgmason_sql::split::{PieceKind, split};
use pgmason_sql::{Name, fold_identifier};

use super::finder::Finder;
use super::{Grade, embedded};

/// Functions whose argument is the name of a relation.
const TAKE_A_RELATION: &[&str] = &[
    "to_regclass",
    "has_table_privilege",
    "has_any_column_privilege",
    "has_column_privilege",
    "pg_get_serial_sequence",
    "pg_relation_size",
    "pg_table_size",
    "pg_total_relation_size",
    "pg_indexes_size",
    "row_security_active",
];

/// Columns of catalogs that hold names of relations.
const HOLD_A_RELATION: &[&str] =
    &["relname", "table_name", "tablename", "tg_table_name", "tg_relname", "viewname", "matviewname"];

pub(super) fn find(finder: &mut Finder<'_>) -> Result<(), String> {
    let text = finder.text;
    statements(finder, text, 0, Grade::Sure, "sql statement");
    Ok(())
}

/// The text of a body, as the catalog has it.
pub(super) fn find_in_body(language: &str, finder: &mut Finder<'_>) -> Result<(), String> {
    let Some(mentions) = mentions_in_body(language, finder.text) else {
        return Err(format!("functions in {language} are not looked into"));
    };
    take(finder, mentions, 0, Grade::Sure, "function body");
    Ok(())
}

/// All statements of a text that stands at `base`. True where every one of them was wholly read, and there is one.
pub(super) fn statements(finder: &mut Finder<'_>, sql: &str, base: usize, best: Grade, kind: &'static str) -> bool {
    let split = split(sql);
    let (mut complete, mut any) = (split.problems.is_empty(), false);
    for piece in split.pieces.into_iter().filter(|piece| piece.kind == PieceKind::Statement) {
        let Some(statement) = sql.get(piece.span.clone()) else { continue };
        any = true;
        if !finder.names.occur_in(statement) {
            continue;
        }
        let mentions = mentions_in_statement(statement);
        complete &= mentions.complete;
        take(finder, mentions, base + piece.span.start, best, kind);
    }
    complete && any
}

fn take(finder: &mut Finder<'_>, mentions: Mentions, base: usize, best: Grade, kind: &'static str) {
    let best = if mentions.complete { best } else { best.min(Grade::Likely) };
    let relations: Vec<Name> = mentions
        .found
        .iter()
        .filter_map(|mention| match &mention.what {
            Mentioned::Relation { name } => Some(name.clone()),
            _ => None,
        })
        .collect();
    for Mention { what, span, certain } in mentions.found {
        let span = base + span.start..base + span.end;
        match what {
            Mentioned::Relation { name } => {
                finder.sql_table(span, &name, best, kind);
            }
            Mentioned::Type { name } => {
                finder.sql_table(span, &name, best, kind);
            }
            Mentioned::Qualifier { name } => qualifier(finder, span, &name, best, kind),
            Mentioned::Column { name, of, output, joined } => {
                column(finder, span, &name, &of, best, kind, &Place { certain, output, joined, relations: &relations });
            }
            Mentioned::Text { value, context } => constant(finder, span, &value, &context, best, kind),
        }
    }
}

/// `emails` in `emails.subject`: the table's own name, never its schema.
fn qualifier(finder: &mut Finder<'_>, span: Range<usize>, name: &Name, best: Grade, kind: &'static str) {
    let Some((change, grade)) = finder.names.table(name) else { return };
    match finder.names.table_parts(change) {
        // It is moved, and called the same.
        Ok((new, _)) if new.as_str() == name.name => {}
        other => {
            let instead = other.map(|(new, _)| new.to_string());
            finder.hit(span, change, grade.min(best), kind, instead);
        }
    }
}

struct Place<'a> {
    certain: bool,
    output: bool,
    joined: bool,
    /// All relations of the statement.
    relations: &'a [Name],
}

fn column(
    finder: &mut Finder<'_>,
    span: Range<usize>,
    name: &str,
    of: &[Name],
    best: Grade,
    kind: &'static str,
    place: &Place<'_>,
) {
    let candidates = if of.is_empty() { place.relations } else { of };
    let Some(change) = candidates.iter().find_map(|table| finder.names.column(table, name)) else { return };
    let grade = if place.certain { best } else { best.min(Grade::Likely) };
    let old = finder.text.get(span.clone()).unwrap_or(name);
    let instead = match finder.names.member_instead(change) {
        _ if place.joined => Err("USING needs the column on both sides: write ON instead".to_owned()),
        // Whoever reads the result goes on to find the column under its old name.
        Ok(new) if place.output => Ok(format!("{new} AS {}", last_part(old))),
        Ok(new) => Ok(new.to_string()),
        Err(why) => Err(why),
    };
    // `emails.subject` is two places; the column is the last.
    let span = span.end - last_part(old).len()..span.end;
    finder.hit(span, change, grade, kind, instead);
}

/// `subject` of `e.subject`, as written.
fn last_part(written: &str) -> &str {
    if let Some(before) = written.strip_suffix('"') {
        return &written[before.rfind('"').unwrap_or(0)..];
    }
    written.rsplit('.').next().unwrap_or(written).trim_start()
}

fn constant(
    finder: &mut Finder<'_>,
    span: Range<usize>,
    value: &str,
    context: &TextContext,
    best: Grade,
    kind: &'static str,
) {
    if let TextContext::Cast(type_name) = context
        && let Some(change) = finder.names.enum_value(type_name, value)
    {
        let instead = finder.names.member_instead(change).map(|new| new.as_str().replace('\'', "''"));
        finder.hit(span, change, best, kind, instead);
        return;
    }
    let grade = match context {
        TextContext::Cast(name) if name.name == "regclass" => best,
        TextContext::Argument(function) if TAKE_A_RELATION.contains(&function.as_str()) => best,
        TextContext::Compared(column) if HOLD_A_RELATION.contains(&column.as_str()) => best.min(Grade::Likely),
        _ => {
            // SQL to be run later: EXECUTE, cron.schedule.
            embedded::maybe_sql(finder, &[span], &[], None, "sql in a text");
            return;
        }
    };
    let is_quoted = matches!(context, TextContext::Compared(_));
    let name = if is_quoted { Name::new(value) } else { dotted(value) };
    if is_quoted {
        finder.text_table(span, &name, grade, kind);
    } else {
        finder.sql_table(span, &name, grade, kind);
    }
}

/// `public.emails` of a text that PostgreSQL reads as a name.
pub(super) fn dotted(written: &str) -> Name {
    match written.rsplit_once('.') {
        Some((schema, name)) => Name::qualified(fold_identifier(schema), fold_identifier(name)),
        None => Name::new(fold_identifier(written)),
    }
}
