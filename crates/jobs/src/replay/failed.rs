//! How a file fails: at a statement, at a psql command, by a refusal, or as a whole when it commits.

use pgmason_core::migrations::{FileStatement, MigrationFile};
use pgmason_model::plan::beginning;
use pgmason_pg::run::StatementError;
use pgmason_sql::split::Piece;

use super::report::ReplayFailure;

/// Characters of a failing statement.
const SHOWN: usize = 160;

/// A failure on its way out of a file.
pub(super) struct Failed {
    pub(super) report: ReplayFailure,
    /// The connection is gone.
    pub(super) lost: bool,
}

impl Failed {
    pub(super) fn statement(file: &MigrationFile, statement: &FileStatement, error: StatementError) -> Box<Self> {
        let sql = file.statement_text(statement);
        let line = match error.position {
            Some(position) => {
                let before = sql.chars().take(position).filter(|c| *c == '\n').count();
                statement.line + u32::try_from(before).unwrap_or(0)
            }
            None => statement.line,
        };
        let message = if error.timed_out {
            "the statement took longer than the replay timeout and was cancelled".to_owned()
        } else if error.connection_lost {
            format!("the scratch server ended the connection: {}", error.message)
        } else {
            error.message
        };
        let hint = if error.timed_out { Some("allow more: `--replay-timeout SECONDS`".to_owned()) } else { error.hint };
        Box::new(Self {
            lost: error.connection_lost,
            report: ReplayFailure {
                file: file.path.clone(),
                line,
                statement: beginning(sql, SHOWN),
                sqlstate: error.sqlstate,
                message,
                detail: error.detail.or(error.context),
                hint,
                further: Vec::new(),
            },
        })
    }

    pub(super) fn refused(file: &MigrationFile, statement: &FileStatement, way_out: &str) -> Box<Self> {
        Box::new(Self {
            lost: false,
            report: ReplayFailure {
                file: file.path.clone(),
                line: statement.line,
                statement: beginning(file.statement_text(statement), SHOWN),
                message: format!("refused: {way_out} would leave the scratch database"),
                hint: Some("a migration that reads files or starts programs cannot be replayed safely".to_owned()),
                ..ReplayFailure::default()
            },
        })
    }

    pub(super) fn meta(file: &MigrationFile, piece: &Piece, name: &str, reason: &str) -> Box<Self> {
        Box::new(Self {
            lost: false,
            report: ReplayFailure {
                file: file.path.clone(),
                line: piece.line,
                statement: format!("\\{name}"),
                message: format!("psql command \\{name}: {reason}"),
                ..ReplayFailure::default()
            },
        })
    }

    /// At the end of the file: a deferred constraint, say.
    pub(super) fn whole(file: &MigrationFile, error: StatementError) -> Box<Self> {
        let last = file.statements.last();
        Box::new(Self {
            lost: error.connection_lost,
            report: ReplayFailure {
                file: file.path.clone(),
                line: last.map_or(1, |statement| statement.line),
                statement: "COMMIT".to_owned(),
                sqlstate: error.sqlstate,
                message: error.message,
                detail: error.detail.or(error.context),
                hint: error.hint,
                further: Vec::new(),
            },
        })
    }
}
