//! Indexes, views, sequences and what ALTER does to relations by name.

use super::cursor::{Cursor, Read};
use crate::ir::{AlterRelation, CreateIndex, CreateView, ObjectKind, Reindex, RelationChange, StatementKind};
use crate::lexer::TokenKind;

/// After `CREATE [UNIQUE] INDEX`.
pub(crate) fn create_index(cursor: &mut Cursor<'_>, unique: bool) -> Read<CreateIndex> {
    let mut index = CreateIndex { unique, method: "btree".to_owned(), ..CreateIndex::default() };
    index.concurrently = cursor.eat("concurrently");
    index.if_not_exists = cursor.if_not_exists();
    if !cursor.is("on") {
        // PostgreSQL takes no schema here; where one is written the grammar objects.
        index.name = Some(cursor.name()?.name.name);
    }
    cursor.expect("on")?;
    index.only = cursor.eat("only");
    let table = cursor.name()?;
    (index.table, index.table_span) = (table.name, table.span);
    if cursor.eat("using") {
        index.method = cursor.identifier()?;
    }
    index.columns = cursor.parentheses()?.comma_parts().iter().map(Cursor::all).collect();
    if cursor.eat("include") {
        index.include = cursor.column_list()?;
    }
    index.nulls_not_distinct = cursor.eat_all(&["nulls", "not", "distinct"]);
    cursor.eat_all(&["nulls", "distinct"]);
    let from = cursor.at;
    if cursor.eat("with") {
        cursor.parentheses()?;
        index.storage_parameters = Some(cursor.since(from));
    }
    if cursor.eat("tablespace") {
        cursor.identifier()?;
    }
    if cursor.eat("where") {
        index.predicate = Some(cursor.rest());
    }
    Ok(index)
}

/// After `CREATE [OR REPLACE] [TEMP] [RECURSIVE] [MATERIALIZED] VIEW`.
pub(crate) fn create_view(cursor: &mut Cursor<'_>, view: CreateView) -> Read<CreateView> {
    let mut view = CreateView { if_not_exists: cursor.if_not_exists(), ..view };
    let name = cursor.name()?;
    (view.name, view.name_span) = (name.name, name.span);
    if cursor.is_mark("(") {
        view.columns = cursor.column_list()?;
    }
    if cursor.eat("using") {
        cursor.identifier()?;
    }
    if cursor.eat("with") {
        view.options = cursor.options()?;
    }
    if cursor.eat("tablespace") {
        cursor.identifier()?;
    }
    cursor.expect("as")?;
    let from = cursor.at;
    if cursor.at_end() {
        return Err(cursor.problem("a query"));
    }
    // WITH [NO] DATA and WITH … CHECK OPTION stand behind the query.
    cursor.skip_until(|here| {
        here.is("with")
            && here.at > from
            && (here.is_ahead(1, "data")
                || here.is_all(&["with", "no", "data"])
                || here.is_ahead(1, "check")
                || here.is_ahead(2, "check"))
    });
    view.query = cursor.since(from);
    view.with_no_data = cursor.eat_all(&["with", "no", "data"]);
    cursor.rest();
    Ok(view)
}

/// After `REFRESH`.
pub(crate) fn refresh(cursor: &mut Cursor<'_>) -> Read<StatementKind> {
    cursor.expect("materialized")?;
    cursor.expect("view")?;
    let concurrently = cursor.eat("concurrently");
    let name = cursor.name()?.name;
    let with_no_data = cursor.eat_all(&["with", "no", "data"]);
    cursor.eat_all(&["with", "data"]);
    Ok(StatementKind::RefreshMaterializedView { name, concurrently, with_no_data })
}

/// After `REINDEX`.
pub(crate) fn reindex(cursor: &mut Cursor<'_>) -> Read<Reindex> {
    let mut concurrently = false;
    if cursor.is_mark("(") {
        let options = cursor.options()?;
        concurrently = options
            .iter()
            .any(|(name, value)| name == "concurrently" && !matches!(value.as_deref(), Some("false" | "off" | "0")));
    }
    let target = match cursor.word().to_ascii_lowercase().as_str() {
        "index" => ObjectKind::Index,
        "table" => ObjectKind::Table,
        "schema" => ObjectKind::Schema,
        "database" | "system" => ObjectKind::Database,
        _ => return Err(cursor.problem("what to reindex")),
    };
    cursor.at += 1;
    concurrently |= cursor.eat("concurrently");
    let name = if cursor.at_end() { None } else { Some(cursor.name()?.name) };
    Ok(Reindex { target, name, concurrently })
}

/// After `CREATE [TEMP] SEQUENCE`.
pub(crate) fn create_sequence(cursor: &mut Cursor<'_>, temporary: bool) -> Read<StatementKind> {
    let if_not_exists = cursor.if_not_exists();
    let name = cursor.name()?.name;
    let mut owned_by = None;
    while !cursor.at_end() {
        if cursor.is_all(&["owned", "by"]) {
            owned_by = owner_column(cursor)?;
        } else {
            cursor.at += 1;
        }
    }
    Ok(StatementKind::CreateSequence { name, if_not_exists, temporary, owned_by })
}

/// `OWNED BY table.column` or `OWNED BY NONE`.
fn owner_column(cursor: &mut Cursor<'_>) -> Read<Option<(crate::Name, String)>> {
    cursor.at += 2;
    let mut parts = vec![cursor.identifier()?];
    while cursor.eat_mark(".") {
        parts.push(cursor.identifier()?);
    }
    let Some(column) = parts.pop() else { return Ok(None) };
    Ok(parts.pop().map(|table| (crate::Name { schema: parts.pop(), name: table }, column)))
}

/// After `ALTER VIEW` and its kin.
pub(crate) fn alter_relation(cursor: &mut Cursor<'_>, object: ObjectKind) -> Read<AlterRelation> {
    if cursor.is_all(&["all", "in", "tablespace"]) {
        let change = RelationChange::Other(cursor.rest().text);
        return Ok(AlterRelation { object, name: crate::Name::default(), if_exists: false, change });
    }
    let if_exists = cursor.if_exists();
    let name = cursor.name()?.name;
    let change = relation_change(cursor)?;
    Ok(AlterRelation { object, name, if_exists, change })
}

/// What stands behind the name.
pub(crate) fn relation_change(cursor: &mut Cursor<'_>) -> Read<RelationChange> {
    if cursor.eat_all(&["rename", "to"]) {
        return Ok(RelationChange::RenameTo(cursor.identifier()?));
    }
    if cursor.is("rename") && !cursor.is_ahead(1, "constraint") {
        cursor.at += 1;
        cursor.eat_one(&["column", "attribute"]);
        let from = cursor.identifier()?;
        cursor.expect("to")?;
        return Ok(RelationChange::RenameColumn(from, cursor.identifier()?));
    }
    if cursor.eat_all(&["set", "schema"]) {
        return Ok(RelationChange::SetSchema(cursor.identifier()?));
    }
    if cursor.eat_all(&["owner", "to"]) {
        return Ok(RelationChange::OwnerTo(cursor.identifier()?));
    }
    if cursor.is("set") && cursor.is_mark_ahead(1, "(") {
        cursor.at += 1;
        return Ok(RelationChange::SetOptions(cursor.options()?));
    }
    if cursor.is("reset") && cursor.is_mark_ahead(1, "(") {
        cursor.at += 1;
        return Ok(RelationChange::ResetOptions(cursor.column_list()?));
    }
    if cursor.eat_all(&["attach", "partition"]) {
        return Ok(RelationChange::AttachPartition(cursor.name()?.name));
    }
    if cursor.at_end() {
        return Err(cursor.problem("what to alter"));
    }
    let from = cursor.at;
    let mut owner = None;
    while let Some(token) = cursor.peek() {
        if token.kind == TokenKind::Word && cursor.is_all(&["owned", "by"]) {
            owner = Some(owner_column(cursor)?);
        } else {
            cursor.at += 1;
        }
    }
    Ok(match owner {
        Some(owner) => RelationChange::OwnedBy(owner),
        None => RelationChange::Other(cursor.since(from).text),
    })
}
