//! CREATE TABLE, put together from columns and constraints.

use std::fmt;

use pgmason_model::{ObjectId, QualifiedName};

#[derive(Clone, Debug, Default)]
pub(super) struct CreateTable {
    /// `CREATE TABLE`, `CREATE UNLOGGED TABLE`, `CREATE FOREIGN TABLE`.
    pub(super) head: String,
    pub(super) name: Option<QualifiedName>,
    /// `PARTITION OF p`, `OF type`.
    pub(super) of: Option<String>,
    pub(super) columns: Vec<ColumnText>,
    pub(super) constraints: Vec<String>,
    /// What follows the closing parenthesis, a line each.
    pub(super) tail: Vec<String>,
}

#[derive(Clone, Debug)]
pub(super) struct ColumnText {
    pub(super) id: ObjectId,
    pub(super) name: String,
    pub(super) type_name: String,
    /// Collation, generation or identity.
    pub(super) middle: String,
    pub(super) default: Option<String>,
    /// NOT NULL, with its name where that is not PostgreSQL's own choice.
    pub(super) not_null: Option<String>,
}

impl fmt::Display for CreateTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.head)?;
        if let Some(name) = &self.name {
            write!(f, " {name}")?;
        }
        if let Some(of) = &self.of {
            write!(f, " {of}")?;
        }
        let mut lines: Vec<String> = self.columns.iter().map(ToString::to_string).collect();
        lines.extend(self.constraints.iter().cloned());
        if !lines.is_empty() {
            write!(f, " (\n    {}\n)", lines.join(",\n    "))?;
        } else if self.of.is_none() {
            write!(f, " ()")?;
        }
        for line in &self.tail {
            write!(f, "\n{line}")?;
        }
        Ok(())
    }
}

impl fmt::Display for ColumnText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        if !self.type_name.is_empty() {
            write!(f, " {}", self.type_name)?;
        }
        write!(f, "{}", self.middle)?;
        if let Some(default) = &self.default {
            write!(f, " DEFAULT {default}")?;
        }
        if let Some(not_null) = &self.not_null {
            write!(f, " {not_null}")?;
        }
        Ok(())
    }
}
