//! Object names as PostgreSQL stores them: unquoted, folded to lower case where they were not quoted.

use std::fmt;

/// A possibly schema-qualified name. `Users` is `users`, `"Users"` stays `Users`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Name {
    /// The schema where it was written; `None` means that `search_path` decides.
    pub schema: Option<String>,
    /// The object's own name. Dotted names of more than two parts keep the last part here and the one before in `schema`.
    pub name: String,
}

impl Name {
    /// A name without a schema.
    pub fn new(name: impl Into<String>) -> Self {
        Self { schema: None, name: name.into() }
    }

    /// A name with a schema.
    pub fn qualified(schema: impl Into<String>, name: impl Into<String>) -> Self {
        Self { schema: Some(schema.into()), name: name.into() }
    }

    /// This name with `schema` filled in where none was written.
    pub fn or_schema(&self, schema: &str) -> Self {
        Self { schema: Some(self.schema.clone().unwrap_or_else(|| schema.to_owned())), name: self.name.clone() }
    }
}

impl fmt::Display for Name {
    /// For messages only: nothing is quoted.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schema {
            Some(schema) => write!(out, "{schema}.{}", self.name),
            None => out.write_str(&self.name),
        }
    }
}

/// An identifier as written to the identifier that PostgreSQL stores: quotes removed, `""` halved, otherwise ASCII folded to lower case.
/// Cut at 63 bytes as PostgreSQL (NAMEDATALEN 64) does.
pub fn fold_identifier(written: &str) -> String {
    let mut folded = match written.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"').unwrap_or(rest).replace("\"\"", "\""),
        None => written.to_ascii_lowercase(),
    };
    if folded.len() > 63 {
        let cut = (0..=63).rev().find(|at| folded.is_char_boundary(*at)).unwrap_or(0);
        folded.truncate(cut);
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_follows_postgresql() {
        assert_eq!(fold_identifier("Users"), "users");
        assert_eq!(fold_identifier("\"Us\"\"ers\""), "Us\"ers");
        assert_eq!(fold_identifier(&"A".repeat(70)), "a".repeat(63));
        assert_eq!(fold_identifier(&"é".repeat(40)), "é".repeat(31));
    }
}
