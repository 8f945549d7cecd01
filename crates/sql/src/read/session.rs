//! SET, RESET, transactions, LOCK, VACUUM and the like.

use super::cursor::{Cursor, Read};
use super::dml::{only_names, table_list};
use crate::ir::{LockLevel, SetVariable, StatementKind, TransactionControl};
use crate::lexer::{TokenKind, identifier_value, string_value};

/// After `SET`.
pub(crate) fn set(cursor: &mut Cursor<'_>) -> Read<StatementKind> {
    let local = cursor.eat("local");
    let session = !local && cursor.is("session") && !cursor.is_ahead(1, "authorization") && !cursor.is_ahead(1, "to");
    cursor.at += usize::from(session);
    if cursor.is_one(&["transaction", "constraints", "characteristics"]) {
        cursor.rest();
        return Ok(StatementKind::Transaction(TransactionControl::Characteristics));
    }
    let spelled = |name: &str| Ok::<_, crate::ir::SyntaxProblem>(name.to_owned());
    let name = if cursor.eat_all(&["time", "zone"]) {
        spelled("timezone")?
    } else if cursor.eat_all(&["session", "authorization"]) {
        spelled("session_authorization")?
    } else if cursor.eat("role") {
        spelled("role")?
    } else if cursor.eat("names") {
        spelled("client_encoding")?
    } else if cursor.is("schema") && !cursor.is_ahead(1, "to") {
        cursor.at += 1;
        spelled("search_path")?
    } else {
        let name = cursor.name()?.name.to_string();
        if !cursor.eat_operator("=") && !cursor.eat("to") && !cursor.is("from") {
            return Err(cursor.problem("TO or ="));
        }
        name
    };
    let from = cursor.at;
    let mut values = Vec::new();
    while let Some(token) = cursor.peek() {
        let text = token.text(cursor.sql);
        if let Some(value) = string_value(cursor.sql, token) {
            values.push(value);
        } else if token.kind == TokenKind::Word && text.eq_ignore_ascii_case("default") {
        } else if let Some(value) = identifier_value(cursor.sql, token) {
            values.push(value);
        } else if token.kind != TokenKind::Punctuation {
            values.push(text.to_owned());
        }
        cursor.at += 1;
    }
    let text = cursor.since(from).text;
    Ok(StatementKind::Set(SetVariable { name, values, local, text }))
}

/// Transaction commands, whose first word stands at the cursor; `None` where it is none.
pub(crate) fn transaction(cursor: &mut Cursor<'_>) -> Read<Option<StatementKind>> {
    let word = cursor.word().to_ascii_lowercase();
    let prepared = cursor.is_ahead(1, "prepared") || (word == "prepare" && cursor.is_ahead(1, "transaction"));
    let control = match word.as_str() {
        "begin" => TransactionControl::Begin,
        "start" if cursor.is_ahead(1, "transaction") => TransactionControl::Begin,
        _ if prepared => TransactionControl::Prepared,
        "commit" | "end" => TransactionControl::Commit,
        "savepoint" => {
            cursor.at += 1;
            TransactionControl::Savepoint(cursor.identifier()?)
        }
        "release" => {
            cursor.at += 1;
            cursor.eat("savepoint");
            TransactionControl::Release(cursor.identifier()?)
        }
        "rollback" | "abort" => {
            cursor.at += 1;
            cursor.eat_one(&["work", "transaction"]);
            if cursor.eat("to") {
                cursor.eat("savepoint");
                TransactionControl::RollbackTo(cursor.identifier()?)
            } else {
                TransactionControl::Rollback
            }
        }
        _ => return Ok(None),
    };
    cursor.rest();
    Ok(Some(StatementKind::Transaction(control)))
}

/// After `LOCK`.
pub(crate) fn lock(cursor: &mut Cursor<'_>) -> Read<StatementKind> {
    let tables = table_list(cursor)?;
    let mut mode = LockLevel::AccessExclusive;
    if cursor.eat("in") {
        mode = lock_mode(cursor)?;
        cursor.expect("mode")?;
    }
    let nowait = cursor.eat("nowait");
    Ok(StatementKind::LockTable { tables, mode, nowait })
}

fn lock_mode(cursor: &mut Cursor<'_>) -> Read<LockLevel> {
    let modes: [(&[&str], LockLevel); 8] = [
        (&["access", "share"], LockLevel::AccessShare),
        (&["row", "share"], LockLevel::RowShare),
        (&["row", "exclusive"], LockLevel::RowExclusive),
        (&["share", "update", "exclusive"], LockLevel::ShareUpdateExclusive),
        (&["share", "row", "exclusive"], LockLevel::ShareRowExclusive),
        (&["share"], LockLevel::Share),
        (&["exclusive"], LockLevel::Exclusive),
        (&["access", "exclusive"], LockLevel::AccessExclusive),
    ];
    let found = modes.into_iter().find(|(words, _)| cursor.eat_all(words));
    found.map(|(_, level)| level).ok_or_else(|| cursor.problem("a lock mode"))
}

/// After `VACUUM` or `ANALYZE`.
pub(crate) fn vacuum(cursor: &mut Cursor<'_>, vacuum: bool) -> Read<StatementKind> {
    let mut full = false;
    if cursor.is_mark("(") {
        full = cursor
            .options()?
            .iter()
            .any(|(name, value)| name == "full" && !matches!(value.as_deref(), Some("false" | "off" | "0")));
    }
    loop {
        if cursor.eat("full") {
            full = true;
        } else if !cursor.eat_one(&["freeze", "verbose", "analyze", "analyse"]) {
            break;
        }
    }
    let tables = if cursor.at_end() { Vec::new() } else { only_names(table_list(cursor)?) };
    Ok(if vacuum { StatementKind::Vacuum { full, tables } } else { StatementKind::Analyze { tables } })
}

/// After `CLUSTER` or `REPACK`.
pub(crate) fn cluster(cursor: &mut Cursor<'_>, repack: bool) -> Read<StatementKind> {
    let mut concurrently = false;
    if cursor.is_mark("(") {
        concurrently =
            cursor.options()?.iter().any(|(name, value)| name == "concurrently" && value.as_deref() != Some("false"));
    }
    cursor.eat("verbose");
    let table = if cursor.at_end() || cursor.is("using") { None } else { Some(cursor.name()?.name) };
    cursor.rest();
    Ok(if repack { StatementKind::Repack { table, concurrently } } else { StatementKind::Cluster { table } })
}
