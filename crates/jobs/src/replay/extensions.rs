//! Extensions in the replay: the real one, a stand-in, or an empty one for a name that nobody foresaw.

use pgmason_core::migrations::FileStatement;
use pgmason_pg::run::StatementError;
use pgmason_sql::StatementKind;

use super::session::ReplaySession;
use crate::JobError;

impl ReplaySession<'_> {
    /// An index of pgvector's methods without its WITH clause, where a stand-in answers for them: it borrows a built-in
    /// method, which knows no `lists` and no `ef_construction`.
    pub(super) fn without_vector_parameters(
        &mut self,
        statement: &FileStatement,
        sql: &str,
    ) -> Result<Option<String>, Box<StatementError>> {
        let StatementKind::CreateIndex(index) = &statement.statement.kind else { return Ok(None) };
        let Some(parameters) = &index.storage_parameters else { return Ok(None) };
        if !matches!(index.method.as_str(), "hnsw" | "ivfflat") || !self.vector_is_a_stand_in()? {
            return Ok(None);
        }
        let (before, after) = (sql.get(..parameters.span.start), sql.get(parameters.span.end..));
        Ok(before.zip(after).map(|(before, after)| format!("{before}{after}")))
    }

    fn vector_is_a_stand_in(&mut self) -> Result<bool, Box<StatementError>> {
        if self.database.stand_in_script("vector").is_some() {
            return Ok(true);
        }
        let rows = self
            .session
            .client()
            .query(include_str!("stand_ins.sql"), &[])
            .map_err(|error| Box::new(pgmason_pg::run::statement_error(&error, false)))?;
        Ok(rows.iter().any(|row| row.get::<_, &str>(0) == "vector"))
    }

    /// Creates the extension or its stand-in; one that nobody foresaw becomes an empty one, and a note.
    pub(super) fn create_extension(
        &mut self,
        name: &str,
        statement: &FileStatement,
        notes: &mut Vec<String>,
    ) -> Result<(), Box<StatementError>> {
        let StatementKind::CreateExtension { if_not_exists, schema, cascade, .. } = &statement.statement.kind else {
            return Ok(());
        };
        let mut available = self.extension(name)?;
        if available.is_none() && self.database.allow_extension(name).unwrap_or(false) {
            available = self.extension(name)?;
        }
        // An earlier run may have made it.
        if available.as_ref().is_some_and(|extension| extension.is_empty) {
            notes.push(format!(
                "extension {name} is not installed and nothing is known about it: what needs its objects will fail"
            ));
        }
        if available.is_none()
            && let Some((script, fixed)) = self.database.stand_in_script(name)
        {
            notes.push(format!(
                "extension {name} is not installed; a stand-in answers, its objects look like the project's"
            ));
            let schema = pgmason_model::Identifier::from(fixed.as_deref().or(schema.as_deref()).unwrap_or("public"));
            return self.session.run(&format!(
                "CREATE SCHEMA IF NOT EXISTS {schema}; SET LOCAL search_path = {schema}; {script}; RESET search_path"
            ));
        }
        // Any version will do: the scratch has one of each. A fixed schema of the control file wins over the statement's.
        let schema = match available {
            Some(Extension { fixed_schema: Some(_), .. }) => None,
            _ => schema.as_ref(),
        };
        let sql = format!(
            "CREATE EXTENSION {}{}{}{}",
            if *if_not_exists { "IF NOT EXISTS " } else { "" },
            pgmason_model::Identifier::from(name),
            schema
                .map(|schema| format!(" SCHEMA {}", pgmason_model::Identifier::from(schema.as_str())))
                .unwrap_or_default(),
            if *cascade { " CASCADE" } else { "" },
        );
        self.as_superuser(&sql, false)
    }

    fn extension(&mut self, name: &str) -> Result<Option<Extension>, Box<StatementError>> {
        let row = self
            .session
            .client()
            .query_opt(include_str!("available_extension.sql"), &[&name])
            .map_err(|error| Box::new(pgmason_pg::run::statement_error(&error, false)))?;
        Ok(row.map(|row| Extension { fixed_schema: row.get(0), is_empty: row.get(1) }))
    }

    /// Extensions of the database that a stand-in answers for, those of `platform` left out.
    pub(super) fn stand_ins(&mut self, platform: &[String]) -> Result<Vec<String>, JobError> {
        let rows = self
            .session
            .client()
            .query(include_str!("stand_ins.sql"), &[])
            .map_err(|error| JobError::from_server(&error))?;
        Ok(rows.iter().map(|row| row.get(0)).filter(|name| !platform.contains(name)).collect())
    }
}

struct Extension {
    fixed_schema: Option<String>,
    /// Nothing but a name.
    is_empty: bool,
}
