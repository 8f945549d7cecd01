//! Cuts a file into transactions: one for the whole file where that is possible, else at points where nothing is torn.
//!
//! What cannot run in a transaction is told from the statement, never from a declaration. BEGIN and COMMIT of the file
//! itself are its groups' bounds and are not run: the executor opens and closes each group, with its bookkeeping inside.

use pgmason_model::plan::GroupKind;
use pgmason_sql::facts::cannot_run_in_transaction;
use pgmason_sql::split::PieceKind;
use pgmason_sql::{CopyEnd, StatementKind, TransactionControl};
use thiserror::Error;

use super::psql::{MetaEffect, effect};
use super::{FileStatement, MigrationFile};

/// Statements that stand or fall together, as places in `MigrationFile::statements`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub kind: GroupKind,
    pub statements: Vec<usize>,
}

/// Why a file cannot be run as it stands. Lines are 1-based.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CannotRun {
    #[error("{problem}")]
    Unterminated { line: u32, problem: String },
    #[error("line {line}: only psql can run \\{command}")]
    PsqlCommand { line: u32, command: String },
    #[error("line {line}: {what} cannot run inside the transaction that line {begin} begins")]
    InsideTransaction { line: u32, begin: u32, what: &'static str },
    #[error(
        "line {line}: what {what} sets would end at line {split}, where {alone} has to run outside of a transaction"
    )]
    TornApart { line: u32, what: &'static str, split: u32, alone: &'static str },
    #[error("line {line}: a prepared transaction outlives the migration")]
    PreparedTransaction { line: u32 },
    #[error("line {line}: the transaction that begins there never ends")]
    NeverEnds { line: u32 },
    #[error("line {line}: COPY … TO STDOUT sends rows to a client that has no use for them")]
    CopyToClient { line: u32 },
    #[error("line {line}: it would let go of the lock that keeps other runs of migrations away")]
    LetsGoOfLock { line: u32 },
    #[error("line {line}: AND CHAIN begins a transaction that nobody sees begin")]
    Chain { line: u32 },
}

impl CannotRun {
    pub fn line(&self) -> u32 {
        match self {
            Self::Unterminated { line, .. }
            | Self::PsqlCommand { line, .. }
            | Self::InsideTransaction { line, .. }
            | Self::TornApart { line, .. }
            | Self::PreparedTransaction { line }
            | Self::NeverEnds { line }
            | Self::CopyToClient { line }
            | Self::LetsGoOfLock { line }
            | Self::Chain { line } => *line,
        }
    }

    /// One next step.
    pub fn hint(&self) -> String {
        match self {
            Self::Unterminated { .. } => "close it; everything after it was taken into it".to_owned(),
            Self::PsqlCommand { .. } => "write out what it does as SQL".to_owned(),
            Self::InsideTransaction { what, .. } => {
                format!("end the transaction before {what}, or move it to a migration of its own")
            }
            Self::TornApart { alone, .. } => format!("move {alone} to a migration of its own"),
            Self::PreparedTransaction { .. } => "COMMIT instead".to_owned(),
            Self::NeverEnds { .. } => "add COMMIT at the end, or take BEGIN out".to_owned(),
            Self::CopyToClient { .. } => "take it out".to_owned(),
            Self::LetsGoOfLock { .. } => "write RESET ALL instead of DISCARD ALL, and unlock by number".to_owned(),
            Self::Chain { .. } => "write COMMIT or ROLLBACK, and BEGIN after it".to_owned(),
        }
    }
}

/// The groups of a file in order. Empty for a file without statements.
pub fn groups(file: &MigrationFile) -> Result<Vec<Group>, CannotRun> {
    refuse_what_is_no_sql(file)?;
    let mut cutter = Cutter { file, groups: Vec::new(), open: Vec::new(), begun: None };
    for place in 0..file.statements.len() {
        cutter.take(place)?;
    }
    cutter.finish()
}

fn refuse_what_is_no_sql(file: &MigrationFile) -> Result<(), CannotRun> {
    if let Some(problem) = file.problems.first() {
        return Err(CannotRun::Unterminated { line: problem.line, problem: problem.to_string() });
    }
    for piece in &file.other_pieces {
        if let PieceKind::MetaCommand { name, arguments } = &piece.kind
            && effect(name, arguments) != MetaEffect::Nothing
        {
            return Err(CannotRun::PsqlCommand { line: piece.line, command: name.clone() });
        }
    }
    Ok(())
}

fn refuse_what_the_executor_cannot_follow(statement: &FileStatement, text: &str) -> Result<(), CannotRun> {
    let line = statement.line;
    let unlocks = statement.statement.calls.iter().any(|call| call.name.name == "pg_advisory_unlock_all");
    match &statement.statement.kind {
        StatementKind::Copy(copy) if !copy.from && copy.end == CopyEnd::Client => Err(CannotRun::CopyToClient { line }),
        StatementKind::Transaction(TransactionControl::Commit | TransactionControl::Rollback) => {
            // `AND NO CHAIN` is what happens anyway.
            if pgmason_sql::normalise(text).ends_with(" and chain") { Err(CannotRun::Chain { line }) } else { Ok(()) }
        }
        StatementKind::Reset { .. } if pgmason_sql::normalise(text) == "discard all" => {
            Err(CannotRun::LetsGoOfLock { line })
        }
        _ if unlocks => Err(CannotRun::LetsGoOfLock { line }),
        _ => Ok(()),
    }
}

struct Cutter<'a> {
    file: &'a MigrationFile,
    groups: Vec<Group>,
    /// Statements of the transaction at hand.
    open: Vec<usize>,
    /// Line of the file's own BEGIN.
    begun: Option<u32>,
}

impl Cutter<'_> {
    fn take(&mut self, place: usize) -> Result<(), CannotRun> {
        let statement = &self.file.statements[place];
        let line = statement.line;
        refuse_what_the_executor_cannot_follow(statement, self.file.statement_text(statement))?;
        match &statement.statement.kind {
            StatementKind::Empty => {}
            StatementKind::Transaction(TransactionControl::Begin) => {
                // A second BEGIN is only a warning.
                if self.begun.is_none() {
                    self.close(GroupKind::Transaction);
                    self.begun = Some(line);
                }
            }
            StatementKind::Transaction(TransactionControl::Commit) => {
                self.close(GroupKind::Transaction);
                self.begun = None;
            }
            StatementKind::Transaction(TransactionControl::Rollback) => {
                if self.begun.take().is_some() {
                    self.close(GroupKind::RolledBack);
                }
            }
            StatementKind::Transaction(TransactionControl::Prepared) => {
                return Err(CannotRun::PreparedTransaction { line });
            }
            _ => match (cannot_run_in_transaction(&statement.statement), self.begun) {
                (Some(what), Some(begin)) => return Err(CannotRun::InsideTransaction { line, begin, what }),
                (Some(what), None) => {
                    self.refuse_to_tear(place, what)?;
                    self.alone(place);
                }
                (None, Some(_)) => self.open.push(place),
                (None, None) if self.file.in_transaction => self.open.push(place),
                // The file asks for no transaction. One statement in one is the same, and its bookkeeping goes along;
                // only what may commit by itself has to stand alone.
                (None, None) if may_commit(statement) => self.alone(place),
                (None, None) => {
                    self.open.push(place);
                    self.close(GroupKind::Transaction);
                }
            },
        }
        Ok(())
    }

    fn alone(&mut self, place: usize) {
        self.close(GroupKind::Transaction);
        self.groups.push(Group { kind: GroupKind::Alone, statements: vec![place] });
    }

    fn close(&mut self, kind: GroupKind) {
        if !self.open.is_empty() {
            self.groups.push(Group { kind, statements: std::mem::take(&mut self.open) });
        }
    }

    /// What holds only until the end of a transaction must not be cut off from what it is for.
    fn refuse_to_tear(&self, place: usize, alone: &'static str) -> Result<(), CannotRun> {
        let split = self.file.statements[place].line;
        for open in &self.open {
            let statement = &self.file.statements[*open];
            if let Some(what) = holds_for_the_transaction(statement) {
                return Err(CannotRun::TornApart { line: statement.line, what, split, alone });
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Vec<Group>, CannotRun> {
        if let Some(line) = self.begun {
            // Most runners commit here; psql would roll back.
            return Err(CannotRun::NeverEnds { line });
        }
        self.close(GroupKind::Transaction);
        Ok(self.groups)
    }
}

/// CALL and DO may hold a COMMIT of their own (PostgreSQL 11 and later), which a transaction block forbids.
fn may_commit(statement: &FileStatement) -> bool {
    matches!(statement.statement.kind, StatementKind::Call { .. } | StatementKind::Do(_))
}

fn holds_for_the_transaction(statement: &FileStatement) -> Option<&'static str> {
    match &statement.statement.kind {
        StatementKind::Set(set) if set.local => Some("SET LOCAL"),
        StatementKind::Transaction(TransactionControl::Characteristics) => Some("SET TRANSACTION or SET CONSTRAINTS"),
        StatementKind::Transaction(TransactionControl::Savepoint(_)) => Some("SAVEPOINT"),
        StatementKind::LockTable { .. } => Some("LOCK TABLE"),
        StatementKind::CreateTable(table) if table.temporary => Some("CREATE TEMPORARY TABLE"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Result<Vec<(GroupKind, Vec<usize>)>, CannotRun> {
        let file = MigrationFile::read_plain("1_a.sql".to_owned(), text.to_owned());
        Ok(groups(&file)?.into_iter().map(|group| (group.kind, group.statements)).collect())
    }

    #[test]
    fn a_plain_file_is_one_transaction() {
        assert_eq!(cut("create table a (); create table b ();").unwrap(), [(GroupKind::Transaction, vec![0, 1])]);
        assert_eq!(cut("begin; create table a (); commit;").unwrap(), [(GroupKind::Transaction, vec![1])]);
        assert_eq!(cut("-- nothing").unwrap(), []);
    }

    #[test]
    fn what_cannot_run_in_one_runs_apart() {
        use GroupKind::{Alone, Transaction};
        let found = cut("create table a (x int); create index concurrently i on a (x); select 1; vacuum a;").unwrap();
        assert_eq!(found, [(Transaction, vec![0]), (Alone, vec![1]), (Transaction, vec![2]), (Alone, vec![3])]);
        let found = cut("begin; select 1; rollback; select 2;").unwrap();
        assert_eq!(found, [(GroupKind::RolledBack, vec![1]), (Transaction, vec![3])]);
    }

    #[test]
    fn nothing_is_torn() {
        let torn = cut("set local lock_timeout = '1s'; create index concurrently i on a (x);").unwrap_err();
        assert!(matches!(torn, CannotRun::TornApart { line: 1, split: 1, .. }), "{torn}");
        let inside = cut("begin;\ncreate index concurrently i on a (x);\ncommit;").unwrap_err();
        assert!(matches!(inside, CannotRun::InsideTransaction { line: 2, begin: 1, .. }), "{inside}");
        assert!(matches!(cut("begin; select 1;").unwrap_err(), CannotRun::NeverEnds { line: 1 }));
        assert!(matches!(cut("select 1; COPY t TO stdout").unwrap_err(), CannotRun::CopyToClient { line: 1 }));
        assert!(matches!(cut("begin; rollback and  chain;").unwrap_err(), CannotRun::Chain { line: 1 }));
        assert!(matches!(cut("Discard All").unwrap_err(), CannotRun::LetsGoOfLock { line: 1 }));
        assert!(matches!(cut("select pg_advisory_unlock_all()").unwrap_err(), CannotRun::LetsGoOfLock { line: 1 }));
        assert!(cut("begin; commit and no chain; reset all; discard temp").is_ok());
        assert!(matches!(cut("\\gexec").unwrap_err(), CannotRun::PsqlCommand { line: 1, .. }));
        assert!(matches!(cut("select 'a").unwrap_err(), CannotRun::Unterminated { line: 1, .. }));
    }

    #[test]
    fn a_file_that_asks_for_no_transaction_is_cut_at_every_statement() {
        let name = super::super::Layout::Sqlx.read_name("1_a.up.sql").unwrap();
        let text = "-- no-transaction\nselect 1; call p(); select 2;".to_owned();
        let file = MigrationFile::read(super::super::Layout::Sqlx, "a".into(), "1_a.up.sql".into(), name, text);
        let kinds: Vec<GroupKind> = groups(&file).unwrap().iter().map(|group| group.kind).collect();
        assert_eq!(kinds, [GroupKind::Transaction, GroupKind::Alone, GroupKind::Transaction]);
    }
}
