//! What is created: reads the words between CREATE and the kind.

use super::cursor::{Cursor, Read};
use super::dml::{self, QueryParts};
use super::query::scan;
use super::{access, object, relation, routine, table};
use crate::ir::{CreateTable, CreateView, ObjectKind, StatementKind};

/// After `CREATE`.
pub(crate) fn create(cursor: &mut Cursor<'_>, parts: &mut QueryParts) -> Read<StatementKind> {
    let or_replace = cursor.eat_all(&["or", "replace"]);
    let mut view = CreateView { or_replace, ..CreateView::default() };
    let mut new_table = CreateTable::default();
    cursor.eat_one(&["global", "local"]);
    let temporary = cursor.eat_one(&["temporary", "temp"]);
    (view.temporary, new_table.temporary) = (temporary, temporary);
    new_table.unlogged = cursor.eat("unlogged");
    view.recursive = cursor.eat("recursive");
    let word = cursor.word().to_ascii_lowercase();
    let from = cursor.at;
    cursor.at += 1;
    match word.as_str() {
        "table" => create_table(cursor, new_table, parts),
        "foreign" if cursor.eat("table") => {
            new_table.foreign = true;
            create_table(cursor, new_table, parts)
        }
        "view" => create_view(cursor, view, parts),
        "materialized" if cursor.eat("view") => {
            view.materialized = true;
            create_view(cursor, view, parts)
        }
        "unique" if cursor.eat("index") => {
            relation::create_index(cursor, true).map(|index| StatementKind::CreateIndex(Box::new(index)))
        }
        "index" => relation::create_index(cursor, false).map(|index| StatementKind::CreateIndex(Box::new(index))),
        "function" | "procedure" => routine::create_function(cursor, or_replace, word == "procedure")
            .map(|function| StatementKind::CreateFunction(Box::new(function))),
        "constraint" if cursor.eat("trigger") => trigger(cursor, or_replace, true),
        "trigger" => trigger(cursor, or_replace, false),
        "policy" => access::create_policy(cursor).map(|policy| StatementKind::CreatePolicy(Box::new(policy))),
        "type" => object::create_type(cursor).map(|created| StatementKind::CreateType(Box::new(created))),
        "domain" => object::create_domain(cursor).map(|created| StatementKind::CreateType(Box::new(created))),
        "sequence" => relation::create_sequence(cursor, temporary),
        "schema" => schema(cursor),
        "extension" => object::create_extension(cursor),
        "role" | "group" => access::create_role(cursor),
        "user" if !cursor.is("mapping") => access::create_role(cursor),
        "publication" => object::create_publication(cursor),
        "subscription" => object::create_subscription(cursor),
        "statistics" => object::create_statistics(cursor),
        "database" => named(cursor).map(|name| StatementKind::CreateDatabase { name }),
        "tablespace" => named(cursor).map(|name| StatementKind::CreateTablespace { name }),
        "aggregate" => {
            let name = cursor.name()?.name;
            cursor.rest();
            Ok(StatementKind::CreateAggregate { name, or_replace })
        }
        "event" if cursor.eat("trigger") => {
            let name = cursor.identifier()?;
            cursor.expect("on")?;
            let event = cursor.identifier()?;
            cursor.rest();
            Ok(StatementKind::CreateEventTrigger { name, event })
        }
        "rule" => rule(cursor, or_replace),
        _ => {
            cursor.at = from;
            let kind = object::create_other(cursor, or_replace)?;
            match kind {
                // These have readers of their own, which took them unless what stands before them does not belong there.
                StatementKind::CreateOther {
                    object: ObjectKind::Table | ObjectKind::View | ObjectKind::Index, ..
                } => Err(Cursor { at: from, ..*cursor }.problem("a kind of object")),
                kind => Ok(kind),
            }
        }
    }
}

fn create_table(cursor: &mut Cursor<'_>, new_table: CreateTable, parts: &mut QueryParts) -> Read<StatementKind> {
    let from = cursor.at;
    let created = table::create_table(cursor, new_table)?;
    if created.as_select.is_some() {
        // The query runs now; only it calls functions. The column list in front of AS holds names alone.
        let mut here = Cursor { at: from, ..*cursor };
        here.skip_until(|here| here.is("as"));
        here.eat("as");
        if !here.is("execute") {
            while here.is_mark("(") && here.is_mark_ahead(1, "(") {
                here.at += 1;
            }
            if here.is("with") || here.is("select") || here.is("values") || here.is("table") {
                dml::query(&mut here, parts)?;
            } else {
                scan(&here, &[], &mut parts.found);
            }
        }
    }
    Ok(StatementKind::CreateTable(Box::new(created)))
}

fn create_view(cursor: &mut Cursor<'_>, view: CreateView, parts: &mut QueryParts) -> Read<StatementKind> {
    let from = cursor.at;
    let created = relation::create_view(cursor, view)?;
    let mut here = Cursor { at: from, tokens: cursor.tokens, ..*cursor };
    here.skip_until(|here| here.is("as"));
    here.eat("as");
    let before = parts.found.calls.len();
    let hidden = if created.recursive { vec![created.name.name.clone()] } else { Vec::new() };
    scan(&here, &hidden, &mut parts.found);
    if !created.materialized || created.with_no_data {
        // A view reads its relations when it is defined (they are locked), but calls nothing.
        parts.found.calls.truncate(before);
    }
    Ok(StatementKind::CreateView(Box::new(created)))
}

fn trigger(cursor: &mut Cursor<'_>, or_replace: bool, constraint: bool) -> Read<StatementKind> {
    routine::create_trigger(cursor, or_replace, constraint)
        .map(|trigger| StatementKind::CreateTrigger(Box::new(trigger)))
}

/// A name, and whatever follows it.
fn named(cursor: &mut Cursor<'_>) -> Read<String> {
    let name = cursor.identifier()?;
    cursor.rest();
    Ok(name)
}

fn schema(cursor: &mut Cursor<'_>) -> Read<StatementKind> {
    let if_not_exists = cursor.if_not_exists();
    cursor.eat("authorization");
    let name = cursor.identifier()?;
    // `CREATE SCHEMA s CREATE TABLE …` is rare; its elements are not looked into.
    cursor.rest();
    Ok(StatementKind::CreateSchema { name, if_not_exists })
}

fn rule(cursor: &mut Cursor<'_>, or_replace: bool) -> Read<StatementKind> {
    let name = cursor.identifier()?;
    cursor.expect("as")?;
    cursor.expect("on")?;
    cursor.identifier()?;
    cursor.expect("to")?;
    let table = cursor.name()?.name;
    cursor.rest();
    Ok(StatementKind::CreateRule { name, table, or_replace })
}
