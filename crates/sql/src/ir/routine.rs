//! Functions, procedures, DO blocks and triggers.

use super::{DataType, Fragment, Span};
use crate::Name;

/// A body in the text of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Body {
    /// The body, decoded: quotes removed, doubled quotes halved, escapes replaced.
    pub text: String,
    /// Where the body's text stands in the statement, inside its quotes.
    pub span: Span,
    /// The text is the statement's own bytes (dollar quotes, `BEGIN ATOMIC`, or nothing to unescape): an offset into the body is
    /// `span.start` + offset in the statement. False where decoding moved the bytes.
    pub verbatim: bool,
}

impl Body {
    /// The statement's byte offset of an offset in the body; the body's start where decoding moved the bytes.
    pub fn offset_in_statement(&self, offset: usize) -> usize {
        if self.verbatim { (self.span.start + offset).min(self.span.end) } else { self.span.start }
    }
}

/// `IMMUTABLE`, `STABLE`, `VOLATILE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[allow(missing_docs)] // PostgreSQL's own words.
pub enum Volatility {
    Immutable,
    Stable,
    #[default]
    Volatile,
}

/// `CREATE FUNCTION` or `CREATE PROCEDURE`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CreateFunction {
    /// The function.
    pub name: Name,
    /// Where its name stands.
    pub name_span: Span,
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// `CREATE PROCEDURE`.
    pub procedure: bool,
    /// The arguments, verbatim, without the parentheses.
    pub arguments: Fragment,
    /// `RETURNS type`; `None` for procedures, OUT arguments and `RETURNS TABLE`.
    pub returns: Option<DataType>,
    /// `RETURNS TABLE (…)`, verbatim.
    pub returns_table: Option<Fragment>,
    /// `LANGUAGE`, folded. `sql` where a SQL body stands without it.
    pub language: Option<String>,
    /// `SECURITY DEFINER`.
    pub security_definer: bool,
    /// `IMMUTABLE`, `STABLE` or `VOLATILE`.
    pub volatility: Volatility,
    /// `LEAKPROOF`: needs a superuser.
    pub leakproof: bool,
    /// `SUPPORT function`: needs a superuser.
    pub has_support_function: bool,
    /// `SET name …` clauses: names folded, values verbatim.
    pub settings: Vec<(String, String)>,
    /// The body; of a C function the object file.
    pub body: Option<Body>,
    /// The body is `BEGIN ATOMIC … END` or `RETURN …`, not a string.
    pub sql_standard_body: bool,
}

impl CreateFunction {
    /// `RETURNS trigger`.
    pub fn returns_trigger(&self) -> bool {
        self.returns.as_ref().is_some_and(|returns| returns.base.name == "trigger")
    }

    /// `SET search_path`: its value as written.
    pub fn search_path(&self) -> Option<&str> {
        self.settings.iter().find(|(name, _)| name == "search_path").map(|(_, value)| value.as_str())
    }
}

/// `ALTER FUNCTION | PROCEDURE | ROUTINE | AGGREGATE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlterFunction {
    /// The function.
    pub name: Name,
    /// Its arguments, verbatim; `None` where they were not written.
    pub arguments: Option<String>,
    /// `RENAME TO`.
    pub rename_to: Option<String>,
    /// `SET SCHEMA`.
    pub set_schema: Option<String>,
    /// `OWNER TO`.
    pub owner_to: Option<String>,
    /// `SET name …`: names folded, values verbatim.
    pub settings: Vec<(String, String)>,
    /// `SECURITY DEFINER` (true) or `SECURITY INVOKER` (false).
    pub security_definer: Option<bool>,
    /// `LEAKPROOF` or `SUPPORT`: needs a superuser.
    pub needs_superuser: bool,
}

/// `DO`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DoBlock {
    /// The language, `plpgsql` where not written.
    pub language: String,
    /// The body.
    pub body: Body,
}

/// When a trigger fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[allow(missing_docs)] // PostgreSQL's own words.
pub enum TriggerTiming {
    #[default]
    Before,
    After,
    InsteadOf,
}

/// `CREATE TRIGGER`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CreateTrigger {
    /// The trigger.
    pub name: String,
    /// `OR REPLACE` (PostgreSQL 14).
    pub or_replace: bool,
    /// `CONSTRAINT`.
    pub constraint: bool,
    /// When.
    pub timing: TriggerTiming,
    /// `insert`, `update`, `delete`, `truncate`.
    pub events: Vec<String>,
    /// `UPDATE OF` columns.
    pub update_of: Vec<String>,
    /// Its table.
    pub table: Name,
    /// `FOR EACH ROW`.
    pub for_each_row: bool,
    /// `WHEN (…)` without the parentheses.
    pub when: Option<Fragment>,
    /// The function.
    pub function: Name,
}
