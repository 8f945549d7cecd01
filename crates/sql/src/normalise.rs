//! A statement's text without what changes nothing: comments, layout, the case of keywords.
//!
//! Two statements of the same text mean the same; the reverse does not hold. Bodies in quotes stay as they are.

use crate::lexer::{TokenKind, next_token};

/// Tokens with one space between, unquoted words in lower case, comments left out.
pub fn normalise(sql: &str) -> String {
    let mut text = String::with_capacity(sql.len());
    let mut at = 0;
    while let Some(token) = next_token(sql, at) {
        at = token.end;
        if token.is_comment() {
            continue;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        let written = token.text(sql);
        match token.kind {
            TokenKind::Word => text.extend(written.chars().map(|c| c.to_ascii_lowercase())),
            _ => text.push_str(written),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::normalise;

    #[test]
    fn layout_comments_and_case_change_nothing() {
        let written = "CREATE  Table \"T\"( a int -- the key\n , b text DEFAULT 'X  y') /* done */";
        assert_eq!(normalise(written), "create table \"T\" ( a int , b text default 'X  y' )");
        assert_eq!(normalise("create table \"T\" (a INT, b text default 'X  y')"), normalise(written));
        assert_ne!(normalise("select $$ A $$"), normalise("select $$ a $$"));
    }
}
