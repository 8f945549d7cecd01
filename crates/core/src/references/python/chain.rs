//! Chains of calls: `client.schema("chat").table("messages").select(…)`.

use pgmason_sql::Name;
use ruff_python_ast::{Expr, ExprCall};

use super::text::{called, text_of};

/// `.schema("chat")` before `.table`.
pub(super) fn chained_schema(call: &ExprCall) -> Option<String> {
    let Expr::Attribute(attribute) = &*call.func else { return None };
    let Expr::Call(before) = &*attribute.value else { return None };
    (called(before)? == "schema").then(|| before.arguments.args.first().and_then(text_of).map(|text| text.value))?
}

/// The list of the `select` in a chain of calls.
pub(super) fn chained_select(mut expression: &Expr) -> Option<String> {
    loop {
        match expression {
            Expr::Call(call) => {
                if called(call).as_deref() == Some("select") {
                    return call.arguments.args.first().and_then(text_of).map(|text| text.value);
                }
                expression = &call.func;
            }
            Expr::Attribute(attribute) => expression = &attribute.value,
            _ => return None,
        }
    }
}

/// The table that a chain of calls begins with.
pub(super) fn chained_table(mut expression: &Expr) -> Option<Name> {
    loop {
        match expression {
            Expr::Call(call) => {
                let Expr::Attribute(attribute) = &*call.func else { return None };
                if matches!(attribute.attr.as_str(), "table" | "from_") {
                    let text = text_of(call.arguments.args.first()?)?;
                    return Some(Name { schema: chained_schema(call), name: text.value });
                }
                expression = &attribute.value;
            }
            Expr::Attribute(attribute) => expression = &attribute.value,
            Expr::Await(awaited) => expression = &awaited.value,
            _ => return None,
        }
    }
}
