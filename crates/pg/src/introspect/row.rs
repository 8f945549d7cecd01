//! One row of an introspection query, with errors that name the query and the column.

use std::collections::BTreeMap;

use pgmason_model::{Identifier, QualifiedName};
use postgres::types::FromSql;

use super::IntrospectError;

/// A row and the query that it came from.
pub(super) struct Row<'a> {
    pub(super) query: &'static str,
    pub(super) row: &'a postgres::Row,
}

impl<'a> Row<'a> {
    pub(super) fn get<T: FromSql<'a>>(&self, column: &'static str) -> Result<T, IntrospectError> {
        self.row.try_get(column).map_err(|source| IntrospectError::Decode { query: self.query, column, source })
    }

    pub(super) fn text(&self, column: &'static str) -> Result<String, IntrospectError> {
        self.get::<&str>(column).map(str::to_owned)
    }

    pub(super) fn identifier(&self, column: &'static str) -> Result<Identifier, IntrospectError> {
        self.get::<&str>(column).map(Identifier::from)
    }

    pub(super) fn optional_identifier(&self, column: &'static str) -> Result<Option<Identifier>, IntrospectError> {
        Ok(self.get::<Option<&str>>(column)?.map(Identifier::from))
    }

    pub(super) fn identifiers(&self, column: &'static str) -> Result<Vec<Identifier>, IntrospectError> {
        Ok(self.get::<Option<Vec<&str>>>(column)?.unwrap_or_default().into_iter().map(Identifier::from).collect())
    }

    /// A name in two columns; none when they are NULL.
    pub(super) fn optional_name(
        &self,
        schema: &'static str,
        name: &'static str,
    ) -> Result<Option<QualifiedName>, IntrospectError> {
        let schema = self.get::<Option<&str>>(schema)?;
        let name = self.get::<Option<&str>>(name)?;
        Ok(schema.zip(name).map(|(schema, name)| QualifiedName::new(schema, name)))
    }

    pub(super) fn name(&self, schema: &'static str, name: &'static str) -> Result<QualifiedName, IntrospectError> {
        Ok(QualifiedName::new(self.get::<&str>(schema)?, self.get::<&str>(name)?))
    }

    /// Names in two arrays of the same length.
    pub(super) fn names(
        &self,
        schemas: &'static str,
        names: &'static str,
    ) -> Result<Vec<QualifiedName>, IntrospectError> {
        let schemas = self.get::<Option<Vec<&str>>>(schemas)?.unwrap_or_default();
        let names = self.get::<Option<Vec<&str>>>(names)?.unwrap_or_default();
        Ok(schemas.into_iter().zip(names).map(|(schema, name)| QualifiedName::new(schema, name)).collect())
    }

    /// An array of `key=value`, as PostgreSQL keeps options.
    pub(super) fn options(&self, column: &'static str) -> Result<BTreeMap<String, String>, IntrospectError> {
        Ok(split_options(self.get::<Option<Vec<&str>>>(column)?.unwrap_or_default()))
    }

    /// A one-letter code of the system catalogs, translated by `meaning`.
    pub(super) fn code<T>(
        &self,
        column: &'static str,
        meaning: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, IntrospectError> {
        let value = self.get::<&str>(column)?;
        meaning(value).ok_or_else(|| IntrospectError::UnknownCode {
            query: self.query,
            column,
            value: value.to_owned(),
        })
    }
}

/// `key=value` pairs; a value may hold `=` itself.
pub(super) fn split_options<'a>(options: impl IntoIterator<Item = &'a str>) -> BTreeMap<String, String> {
    options
        .into_iter()
        .map(|option| option.split_once('=').unwrap_or((option, "")))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

/// What PostgreSQL itself takes for true in a stored option: `on`, `yes`, `1`, or a beginning of `true`.
pub(super) fn is_true(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    value == "on" || value == "1" || (!value.is_empty() && ("true".starts_with(&value) || "yes".starts_with(&value)))
}
