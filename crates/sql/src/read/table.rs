//! `CREATE TABLE`: columns, constraints, partitions.

use super::cursor::{Cursor, Read};
use super::data_type::data_type;
use crate::ir::{ColumnDefinition, Constraint, ConstraintKind, CreateTable, Fragment, Generated, References};
use crate::lexer::TokenKind;

/// After `CREATE [TEMP | UNLOGGED | FOREIGN] TABLE`.
pub(crate) fn create_table(cursor: &mut Cursor<'_>, table: CreateTable) -> Read<CreateTable> {
    let mut table = CreateTable { if_not_exists: cursor.if_not_exists(), ..table };
    let name = cursor.name()?;
    (table.name, table.name_span) = (name.name, name.span);
    if cursor.eat_all(&["partition", "of"]) {
        table.partition_of = Some(cursor.name()?.name);
    } else if cursor.eat("of") {
        table.of_type = Some(cursor.name()?.name);
    }
    if cursor.is_mark("(") {
        let mut inside = cursor.parentheses()?;
        let typed = table.partition_of.is_some() || table.of_type.is_some();
        for mut part in inside.comma_parts() {
            table_element(&mut part, &mut table, typed)?;
        }
    }
    if table.columns.iter().all(|column| column.data_type.is_none())
        && !table.columns.is_empty()
        && table.partition_of.is_none()
        && table.of_type.is_none()
    {
        // `CREATE TABLE t (a, b) AS …`; without AS the grammar objects.
        let is_as = cursor.tokens[cursor.at..].iter().any(|token| token.is_word(cursor.sql, "as"));
        if !is_as {
            return Err(cursor.problem("a type for each column"));
        }
    }
    while !cursor.at_end() {
        if cursor.eat("inherits") {
            let mut inside = cursor.parentheses()?;
            if !inside.at_end() {
                table.inherits = inside.names()?.into_iter().map(|name| name.name).collect();
            }
        } else if cursor.eat_all(&["partition", "by"]) {
            let from = cursor.at;
            cursor.identifier()?;
            cursor.parentheses()?;
            table.partition_by = Some(cursor.since(from));
        } else if cursor.eat_all(&["for", "values"]) {
            partition_bound(cursor)?;
        } else if cursor.eat("as") {
            table.as_select = Some(cursor.rest());
        } else if cursor.eat_one(&["with", "without", "using", "tablespace", "on", "default", "server", "options"]) {
            cursor.skip_until(|here| {
                here.is_one(&["as", "inherits", "partition", "using", "with", "tablespace", "on", "server", "options"])
            });
        } else {
            return Err(cursor.problem("a clause of CREATE TABLE"));
        }
    }
    Ok(table)
}

/// After `FOR VALUES`.
fn partition_bound(cursor: &mut Cursor<'_>) -> Read<()> {
    let range = cursor.eat("from");
    if !range && !cursor.eat_one(&["in", "with"]) {
        return Err(cursor.problem("IN, FROM or WITH"));
    }
    cursor.parentheses()?;
    if range {
        cursor.expect("to")?;
        cursor.parentheses()?;
    }
    Ok(())
}

/// One part between the parentheses.
fn table_element(part: &mut Cursor<'_>, table: &mut CreateTable, typed: bool) -> Read<()> {
    if part.at_end() {
        return Err(part.problem("a column"));
    }
    if part.eat("like") {
        table.like.push(part.name()?.name);
        return Ok(());
    }
    if starts_table_constraint(part) {
        let constraint = table_constraint(part)?;
        table.constraints.push(constraint);
        return Ok(());
    }
    let column = column_definition(part, typed)?;
    table.columns.push(column);
    Ok(())
}

pub(crate) fn starts_table_constraint(part: &Cursor<'_>) -> bool {
    part.is_one(&["constraint", "primary", "unique", "check", "foreign"])
        || (part.is("exclude") && (part.is_ahead(1, "using") || part.is_mark_ahead(1, "(")))
        || part.is_all(&["not", "null"])
}

/// A column; the part holds nothing else.
pub(crate) fn column_definition(part: &mut Cursor<'_>, typed: bool) -> Read<ColumnDefinition> {
    let from = part.at;
    let mut column = ColumnDefinition { name: part.identifier()?, ..ColumnDefinition::default() };
    if typed {
        part.eat_all(&["with", "options"]);
    } else if !part.at_end() {
        let data_type = data_type(part)?;
        column.not_null = data_type.base.schema.is_none()
            && matches!(data_type.base.name.as_str(), "serial" | "bigserial" | "smallserial");
        column.data_type = Some(data_type);
    }
    while !part.at_end() {
        column_clause(part, &mut column)?;
    }
    column.span = part.span(from, part.at);
    Ok(column)
}

fn column_clause(part: &mut Cursor<'_>, column: &mut ColumnDefinition) -> Read<()> {
    let from = part.at;
    let name = if part.eat("constraint") { Some(part.identifier()?) } else { None };
    if part.eat_all(&["not", "null"]) {
        column.not_null = true;
        part.eat_all(&["no", "inherit"]);
        part.eat_all(&["not", "valid"]);
    } else if part.eat("null") {
    } else if part.eat("default") {
        column.default = Some(default_expression(part)?);
    } else if part.eat("collate") {
        column.collation = Some(part.name()?.name);
    } else if part.eat_one(&["storage", "compression"]) {
        part.identifier()?;
    } else if part.eat("options") {
        part.parentheses()?;
    } else if part.eat("generated") {
        generated(part, column)?;
    } else if part.is_one(&["primary", "unique", "check", "references", "exclude"]) {
        let mut constraint = constraint_body(part, name, from)?;
        if constraint.columns.is_empty() {
            constraint.columns = vec![column.name.clone()];
        }
        column.primary_key |= constraint.kind == ConstraintKind::PrimaryKey;
        column.not_null |= constraint.kind == ConstraintKind::PrimaryKey;
        column.unique |= constraint.kind == ConstraintKind::Unique;
        column.constraints.push(constraint);
    } else if !eat_constraint_attribute(part, None) {
        return Err(part.problem("a column constraint"));
    }
    Ok(())
}

fn generated(part: &mut Cursor<'_>, column: &mut ColumnDefinition) -> Read<()> {
    if !part.eat("always") {
        part.expect("by")?;
        part.expect("default")?;
    }
    part.expect("as")?;
    if part.eat("identity") {
        column.identity = true;
        column.not_null = true;
        part.optional_parentheses()?;
    } else {
        let expression = part.parentheses()?.all();
        let stored = part.eat("stored");
        if !stored {
            part.eat("virtual");
        }
        column.generated = Some(Generated { expression, stored });
    }
    Ok(())
}

/// A DEFAULT's expression: PostgreSQL's `b_expr`, which ends before the next column constraint.
fn default_expression(part: &mut Cursor<'_>) -> Read<Fragment> {
    let from = part.at;
    if part.at_end() {
        return Err(part.problem("an expression"));
    }
    part.skip_one();
    part.skip_until(|here| {
        here.is_one(&[
            "constraint",
            "null",
            "check",
            "unique",
            "primary",
            "references",
            "generated",
            "collate",
            "deferrable",
            "initially",
        ]) || (here.is("default") && !is_operator_before(here))
            || (here.is("not") && (here.is_ahead(1, "null") || here.is_ahead(1, "deferrable")))
    });
    Ok(part.since(from))
}

fn is_operator_before(here: &Cursor<'_>) -> bool {
    here.at > 0 && here.tokens[here.at - 1].kind == TokenKind::Operator
}

/// `[CONSTRAINT name] …` at a table.
pub(crate) fn table_constraint(part: &mut Cursor<'_>) -> Read<Constraint> {
    let from = part.at;
    let name = if part.eat("constraint") { Some(part.identifier()?) } else { None };
    constraint_body(part, name, from)
}

/// From the constraint's first keyword to its last attribute.
fn constraint_body(part: &mut Cursor<'_>, name: Option<String>, from: usize) -> Read<Constraint> {
    let mut constraint = Constraint {
        kind: ConstraintKind::Check,
        name,
        span: 0..0,
        columns: Vec::new(),
        expression: None,
        references: None,
        not_valid: false,
        using_index: None,
        deferrable: false,
        nulls_not_distinct: false,
        no_inherit: false,
    };
    if part.eat("check") {
        constraint.expression = Some(part.parentheses()?.all());
    } else if part.is("primary") || part.is("unique") {
        constraint.kind = if part.eat("unique") { ConstraintKind::Unique } else { ConstraintKind::PrimaryKey };
        if constraint.kind == ConstraintKind::PrimaryKey {
            part.expect("primary")?;
            part.expect("key")?;
        }
        constraint.nulls_not_distinct = part.eat_all(&["nulls", "not", "distinct"]);
        part.eat_all(&["nulls", "distinct"]);
        if part.is_mark("(") {
            constraint.columns = part.column_list()?;
        } else if part.eat_all(&["using", "index"]) && !part.is("tablespace") {
            constraint.using_index = Some(part.identifier()?);
        }
    } else if part.eat("foreign") {
        constraint.kind = ConstraintKind::ForeignKey;
        part.expect("key")?;
        constraint.columns = part.column_list()?;
        constraint.references = Some(references(part)?);
    } else if part.is("references") {
        constraint.kind = ConstraintKind::ForeignKey;
        constraint.references = Some(references(part)?);
    } else if part.eat("exclude") {
        constraint.kind = ConstraintKind::Exclude;
        let body = part.at;
        if part.eat("using") {
            part.identifier()?;
        }
        part.parentheses()?;
        constraint.expression = Some(part.since(body));
        if part.eat("where") {
            part.parentheses()?;
        }
    } else if part.eat_all(&["not", "null"]) {
        constraint.kind = ConstraintKind::NotNull;
        constraint.columns = vec![part.identifier()?];
    } else {
        return Err(part.problem("a constraint"));
    }
    loop {
        if part.eat_one(&["include", "with"]) {
            part.parentheses()?;
        } else if part.eat_all(&["using", "index", "tablespace"]) {
            part.identifier()?;
        } else if !eat_constraint_attribute(part, Some(&mut constraint)) {
            break;
        }
    }
    constraint.span = part.span(from, part.at);
    Ok(constraint)
}

fn eat_constraint_attribute(part: &mut Cursor<'_>, constraint: Option<&mut Constraint>) -> bool {
    if part.eat_all(&["not", "valid"]) {
        constraint.into_iter().for_each(|constraint| constraint.not_valid = true);
    } else if part.eat("deferrable") || part.eat_all(&["initially", "deferred"]) {
        constraint.into_iter().for_each(|constraint| constraint.deferrable = true);
    } else if part.eat_all(&["no", "inherit"]) {
        constraint.into_iter().for_each(|constraint| constraint.no_inherit = true);
    } else {
        return part.eat_all(&["not", "deferrable"])
            || part.eat_all(&["initially", "immediate"])
            || part.eat_all(&["not", "enforced"])
            || part.eat("enforced");
    }
    true
}

fn references(part: &mut Cursor<'_>) -> Read<References> {
    part.expect("references")?;
    let mut references = References { table: part.name()?.name, ..References::default() };
    if part.is_mark("(") {
        references.columns = part.column_list()?;
    }
    loop {
        if part.eat("match") {
            part.identifier()?;
        } else if part.eat_all(&["on", "delete"]) {
            references.on_delete = Some(referential_action(part)?);
        } else if part.eat_all(&["on", "update"]) {
            references.on_update = Some(referential_action(part)?);
        } else {
            return Ok(references);
        }
    }
}

fn referential_action(part: &mut Cursor<'_>) -> Read<String> {
    for words in [["set", "null"], ["set", "default"], ["no", "action"]] {
        if part.eat_all(&words) {
            part.optional_parentheses()?;
            return Ok(words.join(" "));
        }
    }
    for word in ["cascade", "restrict"] {
        if part.eat(word) {
            return Ok(word.to_owned());
        }
    }
    Err(part.problem("a referential action"))
}
