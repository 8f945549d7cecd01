//! The SQL inside function, procedure and DO bodies: static statements parsed, dynamic ones marked, guards noted.
//!
//! Bodies of other languages than plpgsql and SQL are not looked at, and said so (`None`).

mod scan;
mod words;

use std::ops::Range;

use crate::ir::{Fragment, Statement, StatementKind};
use crate::split::{PieceKind, split};

/// How a body brings a statement about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// Written out.
    Static,
    /// `PERFORM`: read as SELECT.
    Perform,
    /// The query of a FOR loop, of RETURN QUERY, or of a cursor.
    Query,
    /// `EXECUTE 'text'`: the text is known and was parsed.
    ExecuteLiteral,
    /// `EXECUTE format('text', …)`: parsed with a stand-in for every placeholder, so names may be missing.
    ExecuteFormat,
    /// `EXECUTE` of anything else: unknown.
    ExecuteDynamic,
}

/// What keeps a statement from running, or from failing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guard {
    /// It stands in an IF, ELSIF or ELSE.
    If {
        /// The condition.
        condition: Fragment,
        /// It stands in a later branch than the condition's own.
        otherwise: bool,
        /// The condition reads the catalog: `pg_…`, `information_schema`, `to_regclass`, `has_…_privilege`.
        reads_catalog: bool,
    },
    /// Its block has an EXCEPTION part for these conditions, folded: `duplicate_object`, `others`, `sqlstate 42710`.
    Handler {
        /// The conditions.
        conditions: Vec<String>,
    },
}

/// A statement in a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embedded {
    /// Where it stands in the body.
    pub span: Range<usize>,
    /// How it runs.
    pub origin: Origin,
    /// The SQL that was parsed, as long as the span for static statements (INTO targets blanked); `None` where it is unknown.
    pub text: Option<String>,
    /// What it is; `None` for unknown dynamic SQL.
    pub statement: Option<Statement>,
    /// What guards it, outermost first.
    pub guards: Vec<Guard>,
    /// It stands in a loop.
    pub in_loop: bool,
}

impl Embedded {
    /// It runs only when the catalog says so, or its failing on what exists already (or no longer) is caught: it may be run again.
    pub fn is_guarded(&self) -> bool {
        self.guards.iter().any(|guard| match guard {
            Guard::If { reads_catalog, .. } => *reads_catalog,
            Guard::Handler { conditions } => conditions.iter().any(|condition| {
                condition == "others"
                    || condition.starts_with("duplicate_")
                    || condition.starts_with("undefined_")
                    || is_exists_state(condition)
            }),
        })
    }
}

/// `sqlstate 42710` and its kin.
fn is_exists_state(condition: &str) -> bool {
    let states = ["42710", "42p07", "42701", "42723", "42p06", "42p04", "23505", "42704", "42p01", "42703", "42883"];
    condition.strip_prefix("sqlstate ").is_some_and(|state| states.contains(&state.trim()))
}

/// What was found in a body.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BodyScan {
    /// Its statements in order.
    pub statements: Vec<Embedded>,
    /// Offset in the body where the scan lost the structure and gave up.
    pub gave_up_at: Option<usize>,
}

/// Scans a body; `None` for a language that is not looked into.
pub fn scan_body(language: &str, body: &str) -> Option<BodyScan> {
    match language {
        "plpgsql" => Some(scan::scan(body)),
        "sql" => Some(scan_sql(body)),
        _ => None,
    }
}

/// Scans what a statement defines or runs: a function's, procedure's or DO's body. Offsets are the body's (`Body::offset_in_statement`).
pub fn scan_statement(statement: &Statement) -> Option<BodyScan> {
    match &statement.kind {
        StatementKind::Do(block) => scan_body(&block.language, &block.body.text),
        StatementKind::CreateFunction(function) => {
            scan_body(function.language.as_deref()?, &function.body.as_ref()?.text)
        }
        _ => None,
    }
}

/// A SQL-language body: statements, `BEGIN ATOMIC … END`, or `RETURN expression`.
fn scan_sql(body: &str) -> BodyScan {
    if let Some(found) = scan::scan_atomic(body) {
        return found;
    }
    let statements = split(body)
        .pieces
        .into_iter()
        .filter(|piece| piece.kind == PieceKind::Statement)
        .map(|piece| {
            let text = body.get(piece.span.clone()).unwrap_or("").to_owned();
            let statement = Some(crate::parse_statement(&text));
            Embedded {
                span: piece.span,
                origin: Origin::Static,
                text: Some(text),
                statement,
                guards: Vec::new(),
                in_loop: false,
            }
        })
        .collect();
    BodyScan { statements, gave_up_at: None }
}

/// The condition asks what the catalog holds.
fn reads_catalog(condition: &str) -> bool {
    let condition = condition.to_ascii_lowercase();
    let signs = [
        "information_schema",
        "pg_",
        "to_reg",
        "::regclass",
        "::regtype",
        "has_",
        "::regproc",
        "::regnamespace",
        "cron.job",
    ];
    signs.iter().any(|sign| condition.contains(sign))
}

#[cfg(test)]
mod tests;
