//! Reads one statement into the IR: our own reader over tokens says what it is, squawk's grammar says whether it is well-formed.
//!
//! The reader keeps what it could read even where the grammar objects; the objection stands in `syntax_error`.

mod access;
mod alter_table;
mod create;
mod cursor;
mod data_type;
mod dml;
mod grammar;
mod object;
mod query;
mod relation;
mod routine;
mod session;
mod table;

pub(crate) use cursor::{Cursor, tokens};
pub(crate) use data_type::data_type;
pub(crate) use grammar::is_too_deep;
pub(crate) use query::{Found, scan};

use crate::ir::{ObjectKind, Statement, StatementKind, SyntaxProblem};
use crate::lexer::{Token, next_token};
use cursor::Read;
use dml::QueryParts;

/// Above this size an INSERT is read by its head and tail only, so that a dump of rows costs no memory.
const LARGE_INSERT: usize = 1 << 18;

/// Reads one statement, without its `;`. Never fails: what cannot be read is `StatementKind::Unparsed`.
pub fn parse_statement(sql: &str) -> Statement {
    parse(sql, true)
}

/// As `parse_statement`, without asking the grammar: for text that is known to be well-formed, or not to be SQL in its own right.
pub(crate) fn parse(sql: &str, ask_grammar: bool) -> Statement {
    if sql.len() > LARGE_INSERT && first_word_is(sql, "insert") {
        return large_insert(sql);
    }
    let tokens = tokens(sql);
    let mut statement = read_tokens(sql, &tokens);
    if ask_grammar && grammar::is_worth_asking(&statement.kind) {
        statement.syntax_error = grammar::syntax_error(sql, &tokens);
    }
    if let (StatementKind::Unparsed { error }, Some(problem)) = (&mut statement.kind, &statement.syntax_error) {
        // The grammar sees the whole statement and knows better where it goes wrong.
        *error = problem.clone();
        statement.syntax_error = None;
    }
    statement
}

fn read_tokens(sql: &str, tokens: &[Token]) -> Statement {
    let mut cursor = Cursor::new(sql, tokens);
    let mut parts = QueryParts::default();
    let kind = read_kind(&mut cursor, &mut parts)
        .and_then(|kind| if cursor.at_end() { Ok(kind) } else { Err(cursor.problem("the end of the statement")) });
    let kind = kind.unwrap_or_else(|error| StatementKind::Unparsed { error });
    Statement {
        kind,
        calls: parts.found.calls,
        reads: parts.found.reads,
        with_changes: parts.with_changes,
        syntax_error: None,
    }
}

fn read_kind(cursor: &mut Cursor<'_>, parts: &mut QueryParts) -> Read<StatementKind> {
    if cursor.tokens.iter().any(|token| !token.terminated) {
        let offset = cursor.tokens.iter().find(|token| !token.terminated).map_or(0, |token| token.start);
        return Err(SyntaxProblem { message: "unterminated quote".to_owned(), offset });
    }
    let Some(first) = cursor.peek() else { return Ok(StatementKind::Empty) };
    if first.is(cursor.sql, "(") {
        return dml::query(cursor, parts);
    }
    let word = cursor.word().to_ascii_lowercase();
    if let Some(transaction) = session::transaction(cursor)? {
        return Ok(transaction);
    }
    let start = cursor.at;
    cursor.at += 1;
    match word.as_str() {
        "select" | "values" | "table" | "insert" | "update" | "delete" | "merge" | "with" => {
            cursor.at = start;
            dml::query(cursor, parts)
        }
        "create" => create::create(cursor, parts),
        "alter" => alter(cursor),
        "drop" => object::drop_objects(cursor).map(StatementKind::Drop),
        "truncate" => {
            let tables = dml::table_list(cursor)?;
            let restart_identity = cursor.eat_all(&["restart", "identity"]);
            cursor.eat_all(&["continue", "identity"]);
            let cascade = cursor.cascade();
            Ok(StatementKind::Truncate { tables, cascade, restart_identity })
        }
        "copy" => dml::copy(cursor, parts).map(StatementKind::Copy),
        "do" => routine::do_block(cursor).map(StatementKind::Do),
        "call" => {
            let name = cursor.name()?.name;
            let call = Cursor { at: start, ..*cursor };
            scan(&call, &[], &mut parts.found);
            cursor.parentheses()?;
            Ok(StatementKind::Call { name })
        }
        "set" => session::set(cursor),
        "reset" => {
            let setting = cursor.rest().text.to_ascii_lowercase();
            Ok(StatementKind::Reset { name: Some(setting).filter(|name| name != "all") })
        }
        "discard" => {
            cursor.rest();
            Ok(StatementKind::Reset { name: None })
        }
        "show" => Ok(StatementKind::Show { name: cursor.rest().text.to_ascii_lowercase() }),
        "grant" | "revoke" => {
            access::grant(cursor, word == "revoke").map(|grant| StatementKind::Grant(Box::new(grant)))
        }
        "comment" => object::comment(cursor).map(StatementKind::Comment),
        "vacuum" | "analyze" | "analyse" => session::vacuum(cursor, word == "vacuum"),
        "cluster" | "repack" => session::cluster(cursor, word == "repack"),
        "lock" => session::lock(cursor),
        "reindex" => relation::reindex(cursor).map(StatementKind::Reindex),
        "refresh" => relation::refresh(cursor),
        "explain" => explain(cursor, parts),
        "prepare" => prepare(cursor),
        _ => Ok(simple(cursor, &word)?),
    }
}

/// Statements of which the first words are all that anybody asks.
fn simple(cursor: &mut Cursor<'_>, word: &str) -> Read<StatementKind> {
    let kind = match word {
        "security" => StatementKind::SecurityLabel,
        "notify" | "listen" | "unlisten" => StatementKind::Notify,
        "load" => StatementKind::Load,
        "checkpoint" => StatementKind::Checkpoint,
        "import" => StatementKind::ImportForeignSchema,
        "reassign" => StatementKind::ReassignOwned,
        "execute" | "deallocate" | "declare" | "fetch" | "move" | "close" => StatementKind::PreparedOrCursor,
        "wait" => StatementKind::Other { keywords: word.to_ascii_uppercase() },
        _ => {
            cursor.at -= 1;
            return Err(cursor.problem("a SQL command"));
        }
    };
    cursor.rest();
    Ok(kind)
}

fn alter(cursor: &mut Cursor<'_>) -> Read<StatementKind> {
    let from = cursor.at;
    if cursor.eat_all(&["default", "privileges"]) {
        return access::alter_default_privileges(cursor)
            .map(|altered| StatementKind::AlterDefaultPrivileges(Box::new(altered)));
    }
    if cursor.eat("system") {
        cursor.rest();
        return Ok(StatementKind::AlterSystem);
    }
    let Some(object) = object::object_kind(cursor) else { return Err(cursor.problem("a kind of object")) };
    match object {
        ObjectKind::Table | ObjectKind::ForeignTable => {
            alter_table::alter_table(cursor, object == ObjectKind::ForeignTable).map(StatementKind::AlterTable)
        }
        ObjectKind::Index => {
            relation::alter_relation(cursor, object).map(StatementKind::AlterIndex).inspect(|_| skip_tail(cursor))
        }
        ObjectKind::View | ObjectKind::MaterializedView => {
            relation::alter_relation(cursor, object).map(StatementKind::AlterView).inspect(|_| skip_tail(cursor))
        }
        ObjectKind::Sequence => relation::alter_relation(cursor, object).map(StatementKind::AlterSequence),
        ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Routine => {
            routine::alter_function(cursor).map(StatementKind::AlterFunction)
        }
        ObjectKind::Policy => access::alter_policy(cursor).map(|policy| StatementKind::AlterPolicy(Box::new(policy))),
        ObjectKind::Type | ObjectKind::Domain => {
            object::alter_type(cursor, object == ObjectKind::Domain).map(StatementKind::AlterType)
        }
        ObjectKind::Extension => object::alter_extension(cursor),
        ObjectKind::Role => access::alter_role(cursor),
        ObjectKind::Publication => object::alter_publication(cursor),
        ObjectKind::Database => {
            let name = cursor.identifier()?;
            let setting = if cursor.is("set") && !cursor.is_ahead(1, "tablespace") || cursor.is("reset") {
                cursor.at += 1;
                Some(cursor.name()?.name.to_string())
            } else {
                cursor.at = from;
                return object::alter_other(cursor);
            };
            cursor.rest();
            Ok(StatementKind::AlterDatabase { name, setting })
        }
        _ => {
            cursor.at = from;
            object::alter_other(cursor)
        }
    }
}

/// `ALTER INDEX … SET TABLESPACE x NOWAIT` and the like leave words that nothing needs.
fn skip_tail(cursor: &mut Cursor<'_>) {
    if cursor.is("nowait") {
        cursor.at += 1;
    }
}

fn explain(cursor: &mut Cursor<'_>, parts: &mut QueryParts) -> Read<StatementKind> {
    let mut analyze = false;
    if cursor.is_mark("(") && !cursor.is_ahead(1, "select") && !cursor.is_ahead(1, "with") {
        analyze = cursor
            .options()?
            .iter()
            .any(|(name, value)| name == "analyze" && !matches!(value.as_deref(), Some("false" | "off" | "0")));
    }
    loop {
        if cursor.eat_one(&["analyze", "analyse"]) {
            analyze = true;
        } else if !cursor.eat("verbose") {
            break;
        }
    }
    let inner = nested(cursor)?;
    if analyze {
        parts.found.calls.extend(inner.calls.iter().cloned());
        parts.found.reads.extend(inner.reads.iter().cloned());
    }
    Ok(StatementKind::Explain { analyze, statement: Box::new(inner) })
}

fn prepare(cursor: &mut Cursor<'_>) -> Read<StatementKind> {
    cursor.identifier()?;
    cursor.optional_parentheses()?;
    cursor.expect("as")?;
    Ok(StatementKind::Prepare { statement: Box::new(nested(cursor)?) })
}

/// The rest as a statement of its own, with spans in the outer text. Only statements that cannot nest further are taken.
fn nested(cursor: &mut Cursor<'_>) -> Read<Statement> {
    if cursor.is_one(&["explain", "prepare"]) {
        return Err(cursor.problem("a statement that can be explained or prepared"));
    }
    let rest = &cursor.tokens[cursor.at.min(cursor.tokens.len())..];
    let statement = read_tokens(cursor.sql, rest);
    cursor.rest();
    match statement.kind {
        StatementKind::Unparsed { error } => Err(error),
        StatementKind::Empty => Err(cursor.problem("a statement")),
        _ => Ok(statement),
    }
}

fn first_word_is(sql: &str, word: &str) -> bool {
    let mut at = 0;
    while let Some(token) = next_token(sql, at) {
        if !token.is_comment() {
            return token.is_word(sql, word);
        }
        at = token.end;
    }
    false
}

/// An INSERT too large to hold as tokens: its head up to VALUES, then the rest as a stream.
fn large_insert(sql: &str) -> Statement {
    let mut head = Vec::new();
    let (mut at, mut depth, mut rows, mut conflict) = (0, 0usize, 0usize, false);
    let mut in_values = false;
    while let Some(token) = next_token(sql, at) {
        at = token.end;
        if token.is_comment() {
            continue;
        }
        if !in_values && head.len() < 4096 {
            head.push(token);
        }
        match token.text(sql) {
            "(" => {
                rows += usize::from(depth == 0 && in_values && !conflict);
                depth += 1;
            }
            ")" => depth = depth.saturating_sub(1),
            _ if depth == 0 && token.is_word(sql, "values") => in_values = true,
            _ if depth == 0 && token.is_word(sql, "conflict") => conflict = true,
            _ => {}
        }
    }
    let mut statement = read_tokens(sql, &head);
    if let StatementKind::Change(change) = &mut statement.kind {
        change.values_rows = rows;
        change.on_conflict |= conflict;
    }
    statement
}
