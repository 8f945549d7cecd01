//! INSERT, UPDATE, DELETE, MERGE, SELECT, WITH, COPY.

use super::cursor::{Cursor, Read};
use super::query::{Found, scan};
use crate::Name;
use crate::ir::{Copy, CopyEnd, DataChange, DataChangeKind, Fragment, NameAt, Select, StatementKind};

/// What a query statement turned out to be.
#[derive(Default)]
pub(crate) struct QueryParts {
    pub(crate) with_changes: Vec<DataChange>,
    pub(crate) found: Found,
}

/// `[WITH …] SELECT | INSERT | UPDATE | DELETE | MERGE | VALUES | TABLE`, to the end of the cursor.
pub(crate) fn query(cursor: &mut Cursor<'_>, parts: &mut QueryParts) -> Read<StatementKind> {
    let mut hidden = Vec::new();
    if cursor.eat("with") {
        with(cursor, parts, &mut hidden)?;
    }
    match cursor.word().to_ascii_lowercase().as_str() {
        "insert" | "update" | "delete" | "merge" => {
            let (change, body) = data_change(cursor)?;
            scan(&body, &hidden, &mut parts.found);
            Ok(StatementKind::Change(change))
        }
        "select" | "values" | "table" => {
            scan(cursor, &hidden, &mut parts.found);
            Ok(StatementKind::Select(select(cursor)?))
        }
        _ if cursor.is_mark("(") => {
            scan(cursor, &hidden, &mut parts.found);
            cursor.rest();
            Ok(StatementKind::Select(Select::default()))
        }
        _ => Err(cursor.problem("SELECT, INSERT, UPDATE, DELETE or MERGE")),
    }
}

fn with(cursor: &mut Cursor<'_>, parts: &mut QueryParts, hidden: &mut Vec<String>) -> Read<()> {
    let recursive = cursor.eat("recursive");
    loop {
        let name = cursor.identifier()?;
        if recursive {
            hidden.push(name.clone());
        }
        cursor.optional_parentheses()?;
        cursor.expect("as")?;
        cursor.eat("not");
        cursor.eat("materialized");
        let mut inside = cursor.parentheses()?;
        if inside.is_one(&["insert", "update", "delete", "merge"]) {
            let (change, body) = data_change(&mut inside)?;
            scan(&body, hidden, &mut parts.found);
            parts.with_changes.push(change);
        } else {
            scan(&inside, hidden, &mut parts.found);
        }
        hidden.push(name);
        while cursor.is_one(&["search", "cycle"]) {
            cursor.at += 1;
            cursor.skip_until(|here| {
                here.is_mark(",") || here.is_one(&["select", "insert", "update", "delete", "merge", "cycle", "values"])
            });
        }
        if !cursor.eat_mark(",") {
            return Ok(());
        }
    }
}

fn select(cursor: &mut Cursor<'_>) -> Read<Select> {
    let mut select = Select::default();
    if cursor.ahead(1).is_none() {
        // `SELECT` alone is a query without columns; VALUES and TABLE need more.
        if !cursor.is("select") {
            cursor.at += 1;
            return Err(cursor.problem("more"));
        }
    }
    while !cursor.at_end() {
        if cursor.eat("into") {
            cursor.eat_one(&["temporary", "temp", "unlogged"]);
            cursor.eat("table");
            select.into = Some(cursor.name()?.name);
        } else if cursor.is("for") {
            select.for_update |= cursor.is_ahead(1, "update")
                || cursor.is_ahead(1, "share")
                || cursor.is_ahead(1, "no")
                || cursor.is_ahead(1, "key");
            cursor.at += 1;
        } else {
            cursor.skip_one();
        }
    }
    Ok(select)
}

/// One of the four, and a cursor on what of it may call functions and read relations: everything behind the table.
fn data_change<'a>(cursor: &mut Cursor<'a>) -> Read<(DataChange, Cursor<'a>)> {
    let word = cursor.word().to_ascii_lowercase();
    cursor.at += 1;
    let kind = match word.as_str() {
        "insert" => DataChangeKind::Insert,
        "update" => DataChangeKind::Update,
        "delete" => DataChangeKind::Delete,
        _ => DataChangeKind::Merge,
    };
    match kind {
        DataChangeKind::Insert => cursor.expect("into")?,
        DataChangeKind::Delete => cursor.expect("from")?,
        DataChangeKind::Merge => {
            cursor.eat("into");
        }
        DataChangeKind::Update => {}
    }
    cursor.eat("only");
    let NameAt { name: table, span: table_span } = cursor.name()?;
    cursor.eat_operator("*");
    let mut change = DataChange {
        kind,
        table,
        table_span,
        on_conflict: false,
        filter: None,
        from_query: false,
        guarded: false,
        values_rows: 0,
    };
    if kind == DataChangeKind::Insert {
        if cursor.eat("as") {
            cursor.identifier()?;
        }
        if cursor.is_mark("(") && !(cursor.is_ahead(1, "select") || cursor.is_ahead(1, "with")) {
            cursor.parentheses()?;
        }
    }
    let body = *cursor;
    if cursor.at_end() && kind != DataChangeKind::Delete {
        return Err(cursor.problem("more"));
    }
    match kind {
        DataChangeKind::Insert => insert(cursor, &mut change),
        DataChangeKind::Update | DataChangeKind::Delete => change.filter = filter(cursor),
        DataChangeKind::Merge => {
            cursor.rest();
        }
    }
    Ok((change, body))
}

fn insert(cursor: &mut Cursor<'_>, change: &mut DataChange) {
    let mut values = false;
    change.from_query = !cursor.is_one(&["values", "default", "overriding"]);
    while !cursor.at_end() {
        if cursor.is("values") {
            values = true;
        } else if cursor.is_all(&["on", "conflict"]) {
            change.on_conflict = true;
            values = false;
        } else if cursor.is("select") {
            change.from_query = true;
            values = false;
        } else if cursor.is("except") {
            change.guarded = true;
        } else if values && cursor.is_mark("(") {
            change.values_rows += 1;
        }
        if cursor.is("not") && cursor.is_ahead(1, "exists") || cursor.is_all(&["not", "in"]) {
            change.guarded = true;
        }
        cursor.skip_one();
    }
}

fn filter(cursor: &mut Cursor<'_>) -> Option<Fragment> {
    cursor.skip_until(|here| here.is_one(&["where", "returning"]));
    let filter = if cursor.eat("where") {
        let from = cursor.at;
        cursor.skip_until(|here| here.is("returning"));
        (cursor.at > from).then(|| cursor.since(from))
    } else {
        None
    };
    cursor.rest();
    filter
}

/// After `COPY`.
pub(crate) fn copy(cursor: &mut Cursor<'_>, parts: &mut QueryParts) -> Read<Copy> {
    let table = if cursor.is_mark("(") {
        let mut inside = cursor.parentheses()?;
        if let StatementKind::Change(change) = query(&mut inside, parts)? {
            parts.with_changes.push(change);
        }
        None
    } else {
        cursor.eat("binary");
        let table = cursor.name()?;
        cursor.optional_parentheses()?;
        Some(table)
    };
    let from = cursor.eat("from");
    if !from {
        cursor.expect("to")?;
    }
    let end = if cursor.eat("program") {
        CopyEnd::Program(cursor.string()?)
    } else if cursor.eat_one(&["stdin", "stdout"]) {
        CopyEnd::Client
    } else {
        CopyEnd::File(cursor.string()?)
    };
    cursor.rest();
    Ok(Copy { table, from, end })
}

/// Tables after VACUUM, ANALYZE, LOCK: `[TABLE] [ONLY] name [(columns)], …`.
pub(crate) fn table_list(cursor: &mut Cursor<'_>) -> Read<Vec<NameAt>> {
    let mut tables = Vec::new();
    cursor.eat("table");
    loop {
        cursor.eat("only");
        tables.push(cursor.name()?);
        cursor.eat_operator("*");
        cursor.optional_parentheses()?;
        if !cursor.eat_mark(",") {
            return Ok(tables);
        }
    }
}

/// The names alone.
pub(crate) fn only_names(tables: Vec<NameAt>) -> Vec<Name> {
    tables.into_iter().map(|table| table.name).collect()
}
