//! Policies, grants and roles.

use super::cursor::{Cursor, Read};
use super::object::object_kind;
use crate::ir::{
    AlterDefaultPrivileges, AlterPolicy, CreatePolicy, Grant, GrantTarget, ObjectKind, PolicyCommand, StatementKind,
};
use crate::lexer::TokenKind;

/// After `CREATE POLICY`.
pub(crate) fn create_policy(cursor: &mut Cursor<'_>) -> Read<CreatePolicy> {
    let mut policy = CreatePolicy { permissive: true, name: cursor.identifier()?, ..CreatePolicy::default() };
    cursor.expect("on")?;
    policy.table = cursor.name()?.name;
    if cursor.eat("as") {
        policy.permissive = cursor.eat("permissive");
        cursor.eat("restrictive");
    }
    if cursor.eat("for") {
        policy.command = match cursor.word().to_ascii_lowercase().as_str() {
            "all" => PolicyCommand::All,
            "select" => PolicyCommand::Select,
            "insert" => PolicyCommand::Insert,
            "update" => PolicyCommand::Update,
            "delete" => PolicyCommand::Delete,
            _ => return Err(cursor.problem("ALL, SELECT, INSERT, UPDATE or DELETE")),
        };
        cursor.at += 1;
    }
    policy.roles = if cursor.eat("to") { roles(cursor)? } else { vec!["public".to_owned()] };
    if cursor.eat("using") {
        policy.using = Some(cursor.parentheses()?.all());
    }
    if cursor.eat_all(&["with", "check"]) {
        policy.with_check = Some(cursor.parentheses()?.all());
    }
    Ok(policy)
}

/// After `ALTER POLICY`.
pub(crate) fn alter_policy(cursor: &mut Cursor<'_>) -> Read<AlterPolicy> {
    cursor.if_exists();
    let mut policy = AlterPolicy { name: cursor.identifier()?, ..AlterPolicy::default() };
    cursor.expect("on")?;
    policy.table = cursor.name()?.name;
    if cursor.eat_all(&["rename", "to"]) {
        policy.rename_to = Some(cursor.identifier()?);
    }
    if cursor.eat("to") {
        policy.roles = roles(cursor)?;
    }
    if cursor.eat("using") {
        policy.using = Some(cursor.parentheses()?.all());
    }
    if cursor.eat_all(&["with", "check"]) {
        policy.with_check = Some(cursor.parentheses()?.all());
    }
    Ok(policy)
}

/// `[GROUP] role, …`.
fn roles(cursor: &mut Cursor<'_>) -> Read<Vec<String>> {
    let mut roles = Vec::new();
    loop {
        if cursor.is("group")
            && cursor.ahead(1).is_some_and(|token| matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdentifier))
        {
            cursor.at += 1;
        }
        roles.push(cursor.identifier()?);
        if !cursor.eat_mark(",") {
            return Ok(roles);
        }
    }
}

/// After `GRANT` or `REVOKE`.
pub(crate) fn grant(cursor: &mut Cursor<'_>, revoke: bool) -> Read<Grant> {
    let text = cursor.all().text;
    let mut with_grant_option = cursor.eat_all(&["grant", "option", "for"]);
    with_grant_option |= cursor.is_ahead(1, "option") && cursor.is_ahead(2, "for") && {
        cursor.at += 3;
        true
    };
    let mut privileges = Vec::new();
    loop {
        privileges.push(privilege(cursor)?);
        if !cursor.eat_mark(",") {
            break;
        }
    }
    let target = if cursor.eat("on") { grant_target(cursor)? } else { GrantTarget::Roles };
    cursor.expect(if revoke { "from" } else { "to" })?;
    let grantees = roles(cursor)?;
    with_grant_option |= cursor.eat_all(&["with", "grant", "option"]) || cursor.eat_all(&["with", "admin"]);
    cursor.rest();
    Ok(Grant { revoke, privileges, target, grantees, with_grant_option, text })
}

/// A privilege or a role; `ALTER SYSTEM` is the only one of two words beside ALL PRIVILEGES.
fn privilege(cursor: &mut Cursor<'_>) -> Read<String> {
    if cursor.eat_all(&["alter", "system"]) {
        return Ok("alter system".to_owned());
    }
    let name = cursor.identifier()?;
    cursor.eat("privileges");
    cursor.optional_parentheses()?;
    Ok(name)
}

fn grant_target(cursor: &mut Cursor<'_>) -> Read<GrantTarget> {
    if cursor.eat("all") {
        let object = plural(cursor)?;
        cursor.expect("in")?;
        cursor.expect("schema")?;
        return Ok(GrantTarget::AllInSchema { object, schemas: cursor.identifiers()? });
    }
    let object = if cursor.is_mark_ahead(1, ".")
        || cursor.is_mark_ahead(1, ",")
        || cursor.is_ahead(1, "to")
        || cursor.is_ahead(1, "from")
    {
        ObjectKind::Table
    } else {
        object_kind(cursor).unwrap_or(ObjectKind::Table)
    };
    let mut names = Vec::new();
    loop {
        let name = if object == ObjectKind::LargeObject { cursor.value_token() } else { cursor.name()?.name };
        names.push(name);
        cursor.optional_parentheses()?;
        if !cursor.eat_mark(",") {
            return Ok(GrantTarget::Objects { object, names });
        }
    }
}

/// `TABLES`, `SEQUENCES`, `FUNCTIONS`, …
fn plural(cursor: &mut Cursor<'_>) -> Read<ObjectKind> {
    let object = match cursor.word().to_ascii_lowercase().as_str() {
        "tables" => ObjectKind::Table,
        "sequences" => ObjectKind::Sequence,
        "functions" => ObjectKind::Function,
        "procedures" => ObjectKind::Procedure,
        "routines" => ObjectKind::Routine,
        "types" => ObjectKind::Type,
        "schemas" => ObjectKind::Schema,
        "large" => {
            cursor.at += 1;
            ObjectKind::LargeObject
        }
        _ => return Err(cursor.problem("TABLES, SEQUENCES, FUNCTIONS, …")),
    };
    cursor.at += 1;
    Ok(object)
}

/// After `ALTER DEFAULT PRIVILEGES`.
pub(crate) fn alter_default_privileges(cursor: &mut Cursor<'_>) -> Read<AlterDefaultPrivileges> {
    let (mut for_roles, mut schemas) = (Vec::new(), Vec::new());
    loop {
        if cursor.eat("for") {
            if !cursor.eat("role") {
                cursor.expect("user")?;
            }
            for_roles = roles(cursor)?;
        } else if cursor.eat_all(&["in", "schema"]) {
            schemas = cursor.identifiers()?;
        } else {
            break;
        }
    }
    let revoke = cursor.eat("revoke");
    if !revoke {
        cursor.expect("grant")?;
    }
    let text = cursor.all().text;
    let mut with_grant_option = cursor.eat_all(&["grant", "option", "for"]);
    let mut privileges = vec![privilege(cursor)?];
    while cursor.eat_mark(",") {
        privileges.push(privilege(cursor)?);
    }
    cursor.expect("on")?;
    let object = plural(cursor)?;
    cursor.expect(if revoke { "from" } else { "to" })?;
    let grantees = roles(cursor)?;
    with_grant_option |= cursor.eat_all(&["with", "grant", "option"]);
    cursor.cascade();
    let target = GrantTarget::AllInSchema { object, schemas: schemas.clone() };
    Ok(AlterDefaultPrivileges {
        roles: for_roles,
        schemas,
        grant: Grant { revoke, privileges, target, grantees, with_grant_option, text },
    })
}

/// After `CREATE ROLE | USER | GROUP`.
pub(crate) fn create_role(cursor: &mut Cursor<'_>) -> Read<StatementKind> {
    let name = cursor.identifier()?;
    let (superuser, has_password) = role_options(cursor);
    Ok(StatementKind::CreateRole { name, superuser, has_password })
}

/// After `ALTER ROLE | USER | GROUP`.
pub(crate) fn alter_role(cursor: &mut Cursor<'_>) -> Read<StatementKind> {
    let name = Some(cursor.identifier()?).filter(|name| name != "all");
    if cursor.eat_all(&["in", "database"]) {
        cursor.identifier()?;
    }
    if cursor.eat_one(&["set", "reset"]) {
        let setting = cursor.name()?.name.to_string();
        cursor.rest();
        return Ok(StatementKind::AlterRole { name, superuser: false, has_password: false, setting: Some(setting) });
    }
    let (superuser, has_password) = role_options(cursor);
    Ok(StatementKind::AlterRole { name, superuser, has_password, setting: None })
}

fn role_options(cursor: &mut Cursor<'_>) -> (bool, bool) {
    let (mut superuser, mut password) = (false, false);
    while !cursor.at_end() {
        superuser |= cursor.is("superuser");
        password |= cursor.is("password") && !cursor.is_ahead(1, "null");
        cursor.at += 1;
    }
    (superuser, password)
}
