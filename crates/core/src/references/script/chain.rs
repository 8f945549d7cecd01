//! Chains of calls: `client.schema("chat").from("messages").select(…).eq(…)`.

use oxc_ast::ast::*;
use pgmason_sql::Name;

use super::text_of;

/// What a chain of calls begins with.
pub(super) struct Chain {
    pub(super) table: Name,
    /// The chain went through `.data`, `.rows` or the like.
    pub(super) result: bool,
    /// The text of `select(…)`, where one stands in the chain.
    pub(super) selected: Option<String>,
}

/// The table that the chain in front of a call, or of a property, is about.
pub(super) fn chain(mut expression: &Expression<'_>) -> Option<Chain> {
    let (mut result, mut selected) = (false, None);
    loop {
        expression = expression.get_inner_expression();
        match expression {
            Expression::AwaitExpression(awaited) => expression = &awaited.argument,
            Expression::StaticMemberExpression(member) => {
                result |= member.property.name.as_str() == "data";
                expression = &member.object;
            }
            Expression::ComputedMemberExpression(member) => expression = &member.object,
            Expression::ChainExpression(chained) => match &chained.expression {
                ChainElement::StaticMemberExpression(member) => {
                    result |= member.property.name.as_str() == "data";
                    expression = &member.object;
                }
                ChainElement::ComputedMemberExpression(member) => expression = &member.object,
                ChainElement::CallExpression(call) => match step(call, &mut selected)? {
                    Step::Table(table) => return Some(Chain { table, result, selected }),
                    Step::Before(before) => expression = before,
                },
                _ => return None,
            },
            Expression::CallExpression(call) => match step(call, &mut selected)? {
                Step::Table(table) => return Some(Chain { table, result, selected }),
                Step::Before(before) => expression = before,
            },
            _ => return None,
        }
    }
}

enum Step<'e, 'a> {
    Table(Name),
    Before(&'e Expression<'a>),
}

fn step<'e, 'a>(call: &'e CallExpression<'a>, selected: &mut Option<String>) -> Option<Step<'e, 'a>> {
    if let Some(table) = table_of(call) {
        return Some(Step::Table(table));
    }
    match call.callee.get_inner_expression() {
        Expression::StaticMemberExpression(member) => {
            if member.property.name.as_str() == "select" {
                let text = call.arguments.first().and_then(|argument| text_of(argument.as_expression()?));
                *selected = Some(text.map_or_else(|| "*".to_owned(), |text| text.value));
            }
            Some(Step::Before(&member.object))
        }
        _ => None,
    }
}

/// The table that this very call names: `from("t")` of a client, `knex("t")`.
pub(super) fn table_of(call: &CallExpression<'_>) -> Option<Name> {
    let text = text_of(call.arguments.first()?.as_expression()?)?;
    match call.callee.get_inner_expression() {
        Expression::StaticMemberExpression(member) => {
            let takes = matches!(member.property.name.as_str(), "from" | "into" | "table");
            if !takes || !is_client(&member.object) || call.arguments.len() > 2 {
                return None;
            }
            Some(Name { schema: schema_of(&member.object), name: text.value })
        }
        Expression::Identifier(function) if matches!(function.name.as_str(), "knex" | "trx") => {
            Some(Name::new(text.value))
        }
        _ => None,
    }
}

/// `.schema("chat")` before `.from`.
fn schema_of(expression: &Expression<'_>) -> Option<String> {
    let Expression::CallExpression(call) = expression.get_inner_expression() else { return None };
    let Expression::StaticMemberExpression(member) = call.callee.get_inner_expression() else { return None };
    if !matches!(member.property.name.as_str(), "schema" | "withSchema") {
        return None;
    }
    Some(text_of(call.arguments.first()?.as_expression()?)?.value)
}

/// `Array.from`, `Buffer.from`, `observable.from`, and `from` of a storage client name no table.
fn is_client(expression: &Expression<'_>) -> bool {
    match expression.get_inner_expression() {
        Expression::Identifier(identifier) => {
            let name = identifier.name.as_str();
            let lower = name.to_ascii_lowercase();
            !name.starts_with(|first: char| first.is_ascii_uppercase())
                || ["supabase", "client", "db", "postgrest"].iter().any(|mark| lower.contains(mark))
        }
        Expression::StaticMemberExpression(member) => {
            !matches!(member.property.name.as_str(), "storage" | "Array" | "Buffer" | "Observable")
        }
        Expression::StringLiteral(_) | Expression::ArrayExpression(_) | Expression::TemplateLiteral(_) => false,
        _ => true,
    }
}
