//! What each statement of a folder meets when it runs: which tables are old, what their columns are, what locks it takes.
//!
//! Without a database, every file is taken to meet the data that earlier files made: a table is new only in the file
//! that creates it, and one that no file creates is taken to be old.

use std::collections::{HashMap, HashSet};

use pgmason_model::QualifiedName;
use pgmason_sql::{DataType, LockLevel, Name, Volatility};

use super::state::State;
use super::steps::{Step, steps, steps_in};
use super::{Layout, MigrationFile};

/// A folder's statements with what each of them meets.
#[derive(Clone, Debug, Default)]
pub struct History<'a> {
    pub moments: Vec<Moment<'a>>,
    pub tables: Vec<TableLife>,
    pub functions: HashMap<QualifiedName, Volatility>,
    /// Names of enum types, of whatever schema.
    pub enums: HashSet<String>,
}

/// A statement, and how things stood just before it.
#[derive(Clone, Debug)]
pub struct Moment<'a> {
    pub step: Step<'a>,
    /// Relations that it locks more strongly than a reader does.
    pub touched: Vec<Touched>,
    /// For each action of ALTER TABLE what it meets.
    pub actions: Vec<ActionBefore>,
    /// Tables and columns that go with a schema or type dropped with CASCADE.
    pub cascaded: Vec<Cascaded>,
    /// CREATE VIEW: the table that had this name before.
    pub takes_name_of: Option<usize>,
    /// CREATE VIEW: it was dropped, replaced, or made security_invoker later.
    pub superseded: bool,
    /// ALTER TYPE … ADD VALUE: the type.
    pub enum_type: Option<EnumBefore>,
    /// ALTER DOMAIN: tables from before this file whose rows it checks.
    pub domain_users: Vec<QualifiedName>,
}

/// A relation that a statement locks.
#[derive(Clone, Debug)]
pub struct Touched {
    pub written: Name,
    pub name: QualifiedName,
    pub level: LockLevel,
    pub kind: RelationKind,
    pub standing: Standing,
    /// Index into `History::tables`; of an index its table's.
    pub table: Option<usize>,
    /// Of an index: its table.
    pub index_of: Option<QualifiedName>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelationKind {
    Table,
    View,
    MaterializedView,
    Index,
    Sequence,
    /// No file says.
    Unknown,
}

/// How old something is when a statement meets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// An earlier file made it.
    EarlierFile,
    /// The file at hand made it.
    ThisFile,
    /// TEMPORARY, or made for this session alone.
    Temporary,
    /// An earlier statement dropped or renamed it.
    Gone,
    /// No file makes it: it was there before, or a statement made it that nobody can read.
    Unknown,
}

/// What an action of ALTER TABLE meets.
#[derive(Clone, Debug, Default)]
pub struct ActionBefore {
    pub column: Option<ColumnBefore>,
    pub constraint: Option<ConstraintBefore>,
    /// Columns of a new key that may still hold NULL as far as the files say.
    pub nullable_key: Vec<String>,
    /// ADD COLUMN: its type is a domain with a constraint.
    pub constrained_domain: bool,
}

#[derive(Clone, Debug)]
pub struct ColumnBefore {
    pub standing: Standing,
    /// The file that added it, where one did.
    pub made_by: Option<usize>,
    pub data_type: Option<DataType>,
    pub not_null: bool,
    /// A validated CHECK (column IS NOT NULL) proves it.
    pub proven_not_null: bool,
}

#[derive(Clone, Copy, Debug)]
pub struct ConstraintBefore {
    /// Index of the moment that added it.
    pub added: usize,
    pub validated: bool,
}

/// An enum type that gets a value.
#[derive(Clone, Debug)]
pub struct EnumBefore {
    pub name: QualifiedName,
    /// This very transaction made it: its new values can be used at once.
    pub made_here: bool,
    /// Tables with columns of it.
    pub users: Vec<(QualifiedName, Vec<String>)>,
}

/// What goes without being named.
#[derive(Clone, Debug)]
pub struct Cascaded {
    pub table: QualifiedName,
    pub life: usize,
    pub standing: Standing,
    /// The file that made the table or the column, where one did.
    pub made_by: Option<usize>,
    /// None: the whole table.
    pub column: Option<String>,
}

/// A table through its renames.
#[derive(Clone, Debug, Default)]
pub struct TableLife {
    /// Some file creates it.
    pub created: bool,
    /// Which one.
    pub made_by: Option<usize>,
    /// PARTITION BY.
    pub partitioned: bool,
    /// Row level security was enabled at some time.
    pub row_security: bool,
    /// Moments that copied its rows elsewhere.
    pub copies: Vec<usize>,
    /// Moments that updated rows of it.
    pub updates: Vec<usize>,
    /// Moments that gave it another name or schema, each with the name before.
    pub renames: Vec<(usize, QualifiedName)>,
}

impl<'a> History<'a> {
    pub fn read(layout: Layout, files: &'a [MigrationFile]) -> Self {
        Self::of_steps(steps(layout, files))
    }

    /// In sessions that begin with this search path.
    pub fn read_in(layout: Layout, files: &'a [MigrationFile], path: &[String]) -> Self {
        Self::of_steps(steps_in(layout, files, path))
    }

    fn of_steps(steps: Vec<Step<'a>>) -> Self {
        let mut state = State::default();
        let mut history = Self::default();
        let mut file = None;
        for step in steps {
            if file != Some(step.file) {
                state.end_session();
                file = Some(step.file);
            }
            state.meet(step, &mut history);
        }
        history
    }

    /// The moments of one file, with their indexes.
    pub fn of_file(&self, file: usize) -> impl Iterator<Item = (usize, &Moment<'a>)> {
        let start = self.moments.partition_point(|moment| moment.step.file < file);
        self.moments.iter().enumerate().skip(start).take_while(move |(_, moment)| moment.step.file == file)
    }
}

impl Moment<'_> {
    pub fn touched(&self, written: &Name) -> Option<&Touched> {
        self.touched.iter().find(|touched| touched.written == *written)
    }

    /// The relation, where it is a table that holds rows from before this file.
    pub fn old_table(&self, written: &Name) -> Option<&Touched> {
        self.touched(written).filter(|touched| touched.is_old_table())
    }
}

impl Touched {
    /// A table (or materialized view) that others may be using: not one that this file made.
    pub fn is_old_table(&self) -> bool {
        self.standing.is_old()
            && matches!(self.kind, RelationKind::Table | RelationKind::MaterializedView | RelationKind::Unknown)
    }
}

impl Standing {
    pub fn is_old(self) -> bool {
        matches!(self, Self::EarlierFile | Self::Unknown)
    }
}
