//! Statements in use, asked of PostgreSQL under both names: parsed and analysed, never run.

use std::collections::BTreeMap;
use std::path::Path;

use pgmason_core::restructure::context::UsedStatement;
use pgmason_core::restructure::limits::with_other_names;
use pgmason_model::QualifiedName;
use pgmason_model::plan::beginning;
use pgmason_sql::split::PieceKind;
use postgres::Client;

use crate::JobError;
use crate::error::server_words;

/// The statements of a SQL file.
pub fn statements_of(path: &Path) -> Result<Vec<UsedStatement>, JobError> {
    let text = std::fs::read_to_string(path).map_err(JobError::file("read", path))?;
    let split = pgmason_sql::split::split(&text);
    let statements = split.pieces.iter().filter(|piece| piece.kind == PieceKind::Statement);
    Ok(statements
        .map(|piece| UsedStatement {
            text: text.get(piece.span.clone()).unwrap_or_default().trim().trim_end_matches(';').to_owned(),
            from: format!("{}:{}", path.display(), piece.line),
        })
        .filter(|used| !used.text.is_empty())
        .collect())
}

/// Those that PostgreSQL takes now, by their place.
pub(super) fn taken(client: &mut Client, statements: &[UsedStatement]) -> Vec<usize> {
    let all = statements.iter().enumerate();
    all.filter(|(_, used)| client.prepare(&used.text).is_ok()).map(|(place, _)| place).collect()
}

/// Those of them that it does not take any more, with its words.
pub(super) fn refused(client: &mut Client, statements: &[UsedStatement], taken: &[usize]) -> Vec<String> {
    let mut found = Vec::new();
    for place in taken {
        let Some(used) = statements.get(*place) else { continue };
        if let Err(error) = client.prepare(&used.text) {
            let code = error.code().map(|code| code.code().to_owned()).unwrap_or_default();
            found.push(format!("`{}` ({}): {} ({code})", beginning(&used.text, 100), used.from, server_words(&error)));
        }
    }
    found
}

/// The same statements with new names in place of old ones.
pub(super) fn renamed(
    statements: &[UsedStatement],
    names: &BTreeMap<QualifiedName, QualifiedName>,
) -> Vec<UsedStatement> {
    statements
        .iter()
        .map(|used| UsedStatement { text: with_other_names(&used.text, names), from: used.from.clone() })
        .collect()
}
