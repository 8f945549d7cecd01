//! What tells two versions of a migration apart: its bytes, and its statements without comments and layout.

use sha2::{Digest, Sha256, Sha384};

use super::MigrationFile;

/// SHA-256 in hexadecimal.
pub fn sha256(bytes: impl AsRef<[u8]>) -> String {
    hexadecimal(&Sha256::digest(bytes.as_ref()))
}

/// SHA-384 in hexadecimal: what sqlx keeps of a file.
pub fn sha384(bytes: impl AsRef<[u8]>) -> String {
    hexadecimal(&Sha384::digest(bytes.as_ref()))
}

/// Bytes as lower-case hexadecimal digits.
pub fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // A String takes whatever is written to it.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// SHA-256 of what a file runs, whatever its comments and its layout.
pub fn statements_sha256(file: &MigrationFile) -> String {
    of_statements(file.statements.iter().map(|statement| file.statement_text(statement)))
}

/// The same of statements that are at hand as text. Where one tool splits and another does not makes no difference.
pub fn of_statements<'a>(statements: impl IntoIterator<Item = &'a str>) -> String {
    let mut digest = Sha256::new();
    let mut first = true;
    for statement in statements {
        let normal = pgmason_sql::normalise(statement);
        if normal.is_empty() {
            continue;
        }
        if !std::mem::take(&mut first) {
            digest.update(b" ; ");
        }
        digest.update(normal.as_bytes());
    }
    hexadecimal(&digest.finalize())
}

#[cfg(test)]
mod tests {
    use super::of_statements;

    #[test]
    fn where_a_tool_splits_makes_no_difference() {
        let apart = of_statements(["create table a ()", "-- why\ncreate table b ()", "-- end"]);
        assert_eq!(of_statements(["CREATE TABLE a (); create  table b()"]), apart);
        assert_ne!(of_statements(["create table a ()"]), apart);
    }
}
