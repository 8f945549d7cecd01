//! Functions, procedures, DO, triggers.

use super::cursor::{Cursor, Read};
use super::data_type::data_type;
use crate::ir::{AlterFunction, Body, CreateFunction, CreateTrigger, DoBlock, TriggerTiming, Volatility};
use crate::lexer::{TokenKind, string_value};

/// A body in a string constant at the cursor.
fn string_body(cursor: &mut Cursor<'_>) -> Read<Body> {
    let Some(token) = cursor.peek().copied() else { return Err(cursor.problem("a body")) };
    let written = token.text(cursor.sql);
    let (open, close) = match token.kind {
        TokenKind::DollarText(delimiter) => (delimiter as usize, delimiter as usize),
        TokenKind::Text | TokenKind::EscapeText | TokenKind::UnicodeText => (written.find('\'').unwrap_or(0) + 1, 1),
        _ => return Err(cursor.problem("a body")),
    };
    let text = string_value(cursor.sql, &token).unwrap_or_default();
    cursor.at += 1;
    let end = if token.terminated { token.end - close } else { token.end };
    let span = token.start + open..end.max(token.start + open);
    let verbatim = cursor.sql.get(span.clone()) == Some(text.as_str());
    Ok(Body { text, span, verbatim })
}

/// After `DO`.
pub(crate) fn do_block(cursor: &mut Cursor<'_>) -> Read<DoBlock> {
    let mut block = DoBlock { language: "plpgsql".to_owned(), body: Body::default() };
    let mut has_body = false;
    while !cursor.at_end() {
        if cursor.eat("language") {
            block.language = language(cursor)?;
        } else {
            block.body = string_body(cursor)?;
            has_body = true;
        }
    }
    if has_body { Ok(block) } else { Err(cursor.problem("a body")) }
}

/// `LANGUAGE plpgsql` or `LANGUAGE 'plpgsql'`.
fn language(cursor: &mut Cursor<'_>) -> Read<String> {
    match cursor.string() {
        Ok(name) => Ok(name.to_ascii_lowercase()),
        Err(_) => cursor.identifier(),
    }
}

/// After `CREATE [OR REPLACE] FUNCTION | PROCEDURE`.
pub(crate) fn create_function(cursor: &mut Cursor<'_>, or_replace: bool, procedure: bool) -> Read<CreateFunction> {
    let mut function = CreateFunction { or_replace, procedure, ..CreateFunction::default() };
    let name = cursor.name()?;
    (function.name, function.name_span) = (name.name, name.span);
    function.arguments = cursor.parentheses()?.all();
    while !cursor.at_end() {
        clause(cursor, &mut function)?;
    }
    if function.sql_standard_body && function.language.is_none() {
        function.language = Some("sql".to_owned());
    }
    if function.body.is_none() {
        return Err(cursor.problem("a body"));
    }
    Ok(function)
}

fn clause(cursor: &mut Cursor<'_>, function: &mut CreateFunction) -> Read<()> {
    if cursor.eat_all(&["returns", "null", "on", "null", "input"]) || cursor.eat_all(&["called", "on", "null", "input"])
    {
    } else if cursor.eat("returns") {
        if cursor.is("table") && cursor.is_mark_ahead(1, "(") {
            cursor.at += 1;
            function.returns_table = Some(cursor.parentheses()?.all());
        } else {
            function.returns = Some(data_type(cursor)?);
        }
    } else if cursor.eat("language") {
        function.language = Some(language(cursor)?);
    } else if cursor.eat("as") {
        let body = string_body(cursor)?;
        if cursor.eat_mark(",") {
            cursor.string()?;
        }
        function.body = Some(body);
    } else if cursor.is("begin") || cursor.is("return") {
        let body = cursor.rest();
        function.sql_standard_body = true;
        function.body = Some(Body { text: body.text, span: body.span, verbatim: true });
    } else if cursor.eat("transform") {
        cursor.skip_until(|here| here.is_one(&["as", "language", "begin", "return"]));
    } else {
        attribute(cursor, function)?;
    }
    Ok(())
}

fn attribute(cursor: &mut Cursor<'_>, function: &mut CreateFunction) -> Read<()> {
    cursor.eat("external");
    if cursor.eat("security") {
        function.security_definer = cursor.eat("definer");
        cursor.eat("invoker");
    } else if cursor.eat("immutable") {
        function.volatility = Volatility::Immutable;
    } else if cursor.eat("stable") {
        function.volatility = Volatility::Stable;
    } else if cursor.eat("volatile") {
        function.volatility = Volatility::Volatile;
    } else if cursor.eat("leakproof") {
        function.leakproof = true;
    } else if cursor.eat("support") {
        cursor.name()?;
        function.has_support_function = true;
    } else if cursor.eat("set") {
        function.settings.push(setting(cursor)?);
    } else if cursor.eat_one(&["cost", "rows", "parallel"]) {
        cursor.at += 1;
    } else if !(cursor.eat_all(&["not", "leakproof"]) || cursor.eat_one(&["strict", "window"])) {
        return Err(cursor.problem("a clause of CREATE FUNCTION"));
    }
    Ok(())
}

/// After `SET` in a function: name and value as written.
fn setting(cursor: &mut Cursor<'_>) -> Read<(String, String)> {
    if cursor.eat_all(&["time", "zone"]) {
        let from = cursor.at;
        cursor.at += 1;
        return Ok(("timezone".to_owned(), cursor.since(from).text));
    }
    let name = cursor.name()?.name.to_string();
    if cursor.eat_all(&["from", "current"]) {
        return Ok((name, "from current".to_owned()));
    }
    if !cursor.eat_operator("=") {
        cursor.expect("to")?;
    }
    let from = cursor.at;
    cursor.at += 1;
    if cursor.tokens.get(cursor.at - 1).is_some_and(|token| token.kind == TokenKind::Operator) {
        cursor.at += 1;
    }
    while cursor.eat_mark(",") {
        cursor.at += 1;
    }
    cursor.at = cursor.at.min(cursor.tokens.len());
    Ok((name, cursor.since(from).text))
}

/// After `ALTER FUNCTION | PROCEDURE | ROUTINE | AGGREGATE`.
pub(crate) fn alter_function(cursor: &mut Cursor<'_>) -> Read<AlterFunction> {
    let name = cursor.name()?.name;
    let arguments = cursor.optional_parentheses()?.map(|inside| inside.all().text);
    let mut function = AlterFunction {
        name,
        arguments,
        rename_to: None,
        set_schema: None,
        owner_to: None,
        settings: Vec::new(),
        security_definer: None,
        needs_superuser: false,
    };
    while !cursor.at_end() {
        if cursor.eat_all(&["rename", "to"]) {
            function.rename_to = Some(cursor.identifier()?);
        } else if cursor.eat_all(&["set", "schema"]) {
            function.set_schema = Some(cursor.identifier()?);
        } else if cursor.eat_all(&["owner", "to"]) {
            function.owner_to = Some(cursor.identifier()?);
        } else if cursor.eat("reset") {
            cursor.name()?;
        } else if cursor.eat_all(&["depends", "on", "extension"])
            || cursor.eat_all(&["no", "depends", "on", "extension"])
        {
            cursor.identifier()?;
        } else if cursor.eat_all(&["returns", "null", "on", "null", "input"])
            || cursor.eat_all(&["called", "on", "null", "input"])
        {
        } else if !cursor.eat("restrict") {
            let mut read = CreateFunction::default();
            let security = cursor.is("security") || cursor.is("external");
            attribute(cursor, &mut read)?;
            function.settings.append(&mut read.settings);
            function.needs_superuser |= read.leakproof || read.has_support_function;
            if security {
                function.security_definer = Some(read.security_definer);
            }
        }
    }
    Ok(function)
}

/// After `CREATE [OR REPLACE] [CONSTRAINT] TRIGGER`.
pub(crate) fn create_trigger(cursor: &mut Cursor<'_>, or_replace: bool, constraint: bool) -> Read<CreateTrigger> {
    let mut trigger = CreateTrigger { or_replace, constraint, name: cursor.identifier()?, ..CreateTrigger::default() };
    trigger.timing = if cursor.eat("before") {
        TriggerTiming::Before
    } else if cursor.eat("after") {
        TriggerTiming::After
    } else {
        cursor.expect("instead")?;
        cursor.expect("of")?;
        TriggerTiming::InsteadOf
    };
    loop {
        if !cursor.is_one(&["insert", "update", "delete", "truncate"]) {
            return Err(cursor.problem("an event"));
        }
        trigger.events.push(cursor.identifier()?);
        if cursor.eat("of") {
            trigger.update_of.extend(cursor.identifiers()?);
        }
        if !cursor.eat("or") {
            break;
        }
    }
    cursor.expect("on")?;
    trigger.table = cursor.name()?.name;
    while !cursor.at_end() && !cursor.is("execute") {
        if cursor.eat("when") {
            trigger.when = Some(cursor.parentheses()?.all());
        } else if cursor.is("for") {
            cursor.at += 1;
            cursor.eat("each");
            trigger.for_each_row = cursor.eat("row");
            cursor.eat("statement");
        } else if cursor.eat("from") {
            cursor.name()?;
        } else {
            cursor.skip_one();
        }
    }
    cursor.expect("execute")?;
    if !cursor.eat("function") {
        cursor.expect("procedure")?;
    }
    trigger.function = cursor.name()?.name;
    cursor.parentheses()?;
    Ok(trigger)
}
