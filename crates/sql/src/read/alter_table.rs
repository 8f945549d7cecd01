//! `ALTER TABLE` and its actions.

use super::cursor::{Cursor, Read};
use super::data_type::data_type;
use super::table::{column_definition, starts_table_constraint, table_constraint};
use crate::ir::{AlterTable, AlterTableAction, AlterTableActionKind as Action};

/// After `ALTER [FOREIGN] TABLE`.
pub(crate) fn alter_table(cursor: &mut Cursor<'_>, foreign: bool) -> Read<AlterTable> {
    let mut table = AlterTable { foreign, ..AlterTable::default() };
    if cursor.eat_all(&["all", "in", "tablespace"]) {
        table.all_in_tablespace = true;
        cursor.rest();
        return Ok(table);
    }
    table.if_exists = cursor.if_exists();
    table.only = cursor.eat("only");
    let group = cursor.eat_mark("(");
    let name = cursor.name()?;
    (table.name, table.name_span) = (name.name, name.span);
    if group {
        cursor.expect_mark(")")?;
    }
    cursor.eat_operator("*");
    if cursor.at_end() {
        return Err(cursor.problem("an action"));
    }
    for mut part in cursor.comma_parts() {
        let kind = action(&mut part)?;
        if !part.at_end() {
            return Err(part.problem("the end of the action"));
        }
        table.actions.push(AlterTableAction { span: part.span(0, part.tokens.len()), kind });
    }
    Ok(table)
}

fn action(part: &mut Cursor<'_>) -> Read<Action> {
    let word = part.word().to_ascii_lowercase();
    match word.as_str() {
        "add" => add(part),
        "drop" => drop(part),
        "alter" => alter(part),
        "rename" => rename(part),
        "set" => set(part),
        "validate" => {
            part.at += 1;
            part.expect("constraint")?;
            Ok(Action::ValidateConstraint { name: part.identifier()? })
        }
        "enable" | "disable" => enable(part, word == "enable"),
        "force" | "no" if part.is_ahead(usize::from(word == "no"), "force") => {
            let no = part.eat("no");
            part.at += 1;
            for word in ["row", "level", "security"] {
                part.expect(word)?;
            }
            Ok(if no { Action::NoForceRowSecurity } else { Action::ForceRowSecurity })
        }
        "no" | "inherit" => {
            let no = part.eat("no");
            part.expect("inherit")?;
            let parent = part.name()?.name;
            Ok(if no { Action::NoInherit { parent } } else { Action::Inherit { parent } })
        }
        "owner" => {
            part.at += 1;
            part.expect("to")?;
            Ok(Action::OwnerTo { role: part.identifier()? })
        }
        "attach" => {
            part.at += 1;
            part.expect("partition")?;
            let partition = part.name()?.name;
            Ok(Action::AttachPartition { partition, bound: part.rest().text })
        }
        "detach" => {
            part.at += 1;
            part.expect("partition")?;
            let partition = part.name()?.name;
            Ok(Action::DetachPartition {
                partition,
                concurrently: part.eat("concurrently"),
                finalize: part.eat("finalize"),
            })
        }
        "replica" => {
            part.at += 1;
            part.expect("identity")?;
            Ok(Action::ReplicaIdentity { text: part.rest().text })
        }
        "reset" => {
            part.at += 1;
            Ok(Action::ResetStorageParameters { text: part.rest().text })
        }
        "cluster" => {
            part.at += 1;
            part.expect("on")?;
            Ok(Action::ClusterOn { index: part.identifier()? })
        }
        "of" | "not" | "options" | "split" | "merge" => Ok(Action::Other { text: part.rest().text }),
        _ => Err(part.problem("an action of ALTER TABLE")),
    }
}

fn add(part: &mut Cursor<'_>) -> Read<Action> {
    part.at += 1;
    if !part.is("column") && starts_table_constraint(part) {
        return Ok(Action::AddConstraint(Box::new(table_constraint(part)?)));
    }
    part.eat("column");
    let if_not_exists = part.if_not_exists();
    let column = column_definition(part, false)?;
    if column.data_type.is_none() {
        return Err(part.problem("a type"));
    }
    Ok(Action::AddColumn { column: Box::new(column), if_not_exists })
}

fn drop(part: &mut Cursor<'_>) -> Read<Action> {
    part.at += 1;
    let constraint = part.eat("constraint");
    if !constraint {
        part.eat("column");
    }
    let if_exists = part.if_exists();
    let name = part.identifier()?;
    let cascade = part.cascade();
    Ok(if constraint {
        Action::DropConstraint { name, if_exists, cascade }
    } else {
        Action::DropColumn { name, if_exists, cascade }
    })
}

fn alter(part: &mut Cursor<'_>) -> Read<Action> {
    part.at += 1;
    if part.eat("constraint") {
        let name = part.identifier()?;
        part.rest();
        return Ok(Action::AlterConstraint { name });
    }
    part.eat("column");
    let column = part.identifier()?;
    let other = part.at;
    if part.eat("type") || part.eat_all(&["set", "data", "type"]) {
        let data_type = data_type(part)?;
        if part.eat("collate") {
            part.name()?;
        }
        let using = if part.eat("using") { Some(part.rest()) } else { None };
        return Ok(Action::AlterColumnType { column, data_type, using });
    }
    if part.eat_all(&["set", "not", "null"]) {
        return Ok(Action::SetNotNull { column });
    }
    if part.eat_all(&["drop", "not", "null"]) {
        return Ok(Action::DropNotNull { column });
    }
    if part.eat_all(&["set", "default"]) {
        if part.at_end() {
            return Err(part.problem("an expression"));
        }
        return Ok(Action::SetDefault { column, expression: part.rest() });
    }
    if part.eat_all(&["drop", "default"]) {
        return Ok(Action::DropDefault { column });
    }
    if part.eat_all(&["drop", "identity"]) {
        return Ok(Action::DropIdentity { column, if_exists: part.if_exists() });
    }
    if part.eat_all(&["drop", "expression"]) {
        return Ok(Action::DropExpression { column, if_exists: part.if_exists() });
    }
    if part.eat_all(&["set", "expression", "as"]) {
        let expression = part.parentheses()?.all();
        return Ok(Action::SetExpression { column, expression });
    }
    if part.eat_all(&["add", "generated"]) {
        part.rest();
        return Ok(Action::AddIdentity { column });
    }
    if part.is_one(&["set", "reset", "restart", "options"]) {
        part.rest();
        return Ok(Action::AlterColumnOther { column, text: part.since(other).text });
    }
    Err(part.problem("what to do with the column"))
}

fn rename(part: &mut Cursor<'_>) -> Read<Action> {
    part.at += 1;
    if part.eat("to") {
        return Ok(Action::RenameTo { name: part.identifier()? });
    }
    let constraint = part.eat("constraint");
    if !constraint {
        part.eat("column");
    }
    let from = part.identifier()?;
    part.expect("to")?;
    let to = part.identifier()?;
    Ok(if constraint { Action::RenameConstraint { from, to } } else { Action::RenameColumn { from, to } })
}

fn set(part: &mut Cursor<'_>) -> Read<Action> {
    part.at += 1;
    if part.is_mark("(") {
        return Ok(Action::SetStorageParameters { text: part.rest().text });
    }
    if part.eat("schema") {
        return Ok(Action::SetSchema { schema: part.identifier()? });
    }
    if part.eat("tablespace") {
        let name = part.identifier()?;
        part.eat("nowait");
        return Ok(Action::SetTablespace { name });
    }
    if part.eat_all(&["access", "method"]) {
        return Ok(Action::SetAccessMethod { name: part.identifier()? });
    }
    if part.eat("logged") {
        return Ok(Action::SetLogged);
    }
    if part.eat("unlogged") {
        return Ok(Action::SetUnlogged);
    }
    if part.eat_all(&["without", "cluster"]) {
        return Ok(Action::SetWithoutCluster);
    }
    if part.eat_all(&["without", "oids"]) {
        return Ok(Action::Other { text: "without oids".to_owned() });
    }
    Err(part.problem("what to set"))
}

fn enable(part: &mut Cursor<'_>, enable: bool) -> Read<Action> {
    part.at += 1;
    if part.eat_all(&["row", "level", "security"]) {
        return Ok(if enable { Action::EnableRowSecurity } else { Action::DisableRowSecurity });
    }
    if !part.eat("replica") {
        part.eat("always");
    }
    let rule = part.eat("rule");
    if !rule {
        part.expect("trigger")?;
    }
    let name = part.identifier()?;
    Ok(if rule { Action::Rule { enable, name } } else { Action::Trigger { enable, name } })
}
