//! Strings of Python with their places, and the names of what is called.

use std::ops::Range;

use pgmason_model::Identifier;
use ruff_python_ast::{Expr, ExprCall, FStringPart, InterpolatedStringElement, Operator, StringFlags, StringLiteral};
use ruff_text_size::Ranged;

/// A string without escapes.
pub(super) struct Text {
    pub(super) value: String,
    pub(super) span: Range<usize>,
}

pub(super) fn bare(new: &Identifier) -> String {
    new.as_str().to_owned()
}

pub(super) fn range(node: &impl Ranged) -> Range<usize> {
    node.range().start().to_usize()..node.range().end().to_usize()
}

/// The last name of what is called.
pub(super) fn called(call: &ExprCall) -> Option<String> {
    match &*call.func {
        Expr::Name(name) => Some(name.id.to_string()),
        Expr::Attribute(attribute) => Some(attribute.attr.to_string()),
        _ => None,
    }
}

pub(super) fn is_named_after_tables(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with("table") || name.ends_with("table") || name.ends_with("table_name")
}

pub(super) fn inside(literal: &StringLiteral) -> Range<usize> {
    let all = range(literal);
    let (open, close) = (literal.flags.opener_len().to_usize(), literal.flags.closer_len().to_usize());
    all.start + open..all.end.saturating_sub(close).max(all.start + open)
}

pub(super) fn text_of(expression: &Expr) -> Option<Text> {
    let Expr::StringLiteral(literal) = expression else { return None };
    let [only] = literal.value.as_slice() else { return None };
    let span = inside(only);
    (span.len() == only.value.len()).then(|| Text { value: only.value.to_string(), span })
}

/// False where there is something that is no string.
pub(super) fn pieces_of(expression: &Expr, pieces: &mut Vec<Range<usize>>, holes: &mut Vec<Range<usize>>) -> bool {
    match expression {
        Expr::StringLiteral(literal) => pieces.extend(literal.value.as_slice().iter().map(inside)),
        Expr::FString(formatted) => {
            for part in formatted.value.as_slice() {
                match part {
                    FStringPart::Literal(literal) => pieces.push(inside(literal)),
                    FStringPart::FString(formatted) => {
                        for element in formatted.elements.iter() {
                            match element {
                                InterpolatedStringElement::Literal(literal) => pieces.push(range(literal)),
                                InterpolatedStringElement::Interpolation(hole) => holes.push(range(hole)),
                            }
                        }
                    }
                }
            }
        }
        Expr::BinOp(operation) if operation.op == Operator::Add => {
            return pieces_of(&operation.left, pieces, holes) && {
                if !pieces_of(&operation.right, pieces, holes) {
                    holes.push(range(&*operation.right));
                }
                true
            };
        }
        _ => return false,
    }
    !pieces.is_empty()
}
