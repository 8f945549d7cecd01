//! Whether a text that was rewritten still reads as it did.

use super::language::{Language, language_of};
use super::{component, script};

/// The parser's complaint about the new text, where it had none about the old one.
pub fn still_parses(path: &str, old: &str, new: &str) -> Result<(), String> {
    match problem(path, old) {
        // It was not readable before: nothing can be said.
        Some(_) => Ok(()),
        None => problem(path, new).map_or(Ok(()), Err),
    }
}

fn problem(path: &str, text: &str) -> Option<String> {
    match language_of(path) {
        Language::Sql => {
            let split = pgmason_sql::split::split(text);
            let statements = split.pieces.iter().filter(|piece| piece.kind == pgmason_sql::split::PieceKind::Statement);
            let broken = statements
                .filter_map(|piece| text.get(piece.span.clone()))
                .map(pgmason_sql::parse_statement)
                .find(|statement| !statement.is_fully_read());
            split
                .problems
                .first()
                .map(ToString::to_string)
                .or_else(|| broken.map(|_| "a statement does not parse".to_owned()))
        }
        Language::Script => script::with_program(path, text, |_| ()).err(),
        Language::Component => {
            component::scripts(text).iter().find_map(|script| script::with_program("script.ts", script, |_| ()).err())
        }
        Language::Prisma => {
            let mut document = crate::prisma::Document::default();
            crate::prisma::parse(path, text, &mut document).err().map(|error| error.to_string())
        }
        Language::Python => ruff_python_parser::parse_module(text).err().map(|error| error.to_string()),
        Language::Rust => text.parse::<proc_macro2::TokenStream>().err().map(|error| error.to_string()),
        Language::Text => None,
    }
}
