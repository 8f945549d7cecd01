//! What exists while the statements of a folder run one after the other, and since when.
//!
//! It knows only what the files say. What it has never heard of is taken to exist from before; it never refuses a
//! statement, and where PostgreSQL would (a table created twice) it goes by the later one.

mod alter_table;
mod create;
mod drop;

use std::collections::{HashMap, HashSet};

use pgmason_model::QualifiedName;
use pgmason_sql::facts::locks;
use pgmason_sql::{
    DataChangeKind, DataType, LockLevel, Name, ObjectKind, RelationChange, Statement, StatementKind, TypeChange,
    TypeKind,
};

use super::history::{Cascaded, EnumBefore, History, Moment, RelationKind, Standing, TableLife, Touched};
use super::steps::Step;

/// Where temporary relations live.
const TEMPORARY_SCHEMA: &str = "pg_temp";

/// Everything known at one time.
#[derive(Debug, Default)]
pub(super) struct State {
    relations: HashMap<QualifiedName, Relation>,
    /// Index → life of its table.
    indexes: HashMap<QualifiedName, usize>,
    types: HashMap<QualifiedName, Type>,
    /// Names that were a table's and are no longer.
    former_tables: HashMap<QualifiedName, usize>,
    gone: HashSet<QualifiedName>,
}

#[derive(Clone, Debug)]
struct Relation {
    kind: RelationKind,
    /// None: it was there before the first file.
    file: Option<usize>,
    temporary: bool,
    life: usize,
    columns: Vec<Column>,
    /// All of its columns are known.
    columns_known: bool,
    constraints: Vec<ConstraintState>,
    /// Of a view: the moment that defined it.
    defined: usize,
}

#[derive(Clone, Debug)]
struct Column {
    name: String,
    data_type: Option<DataType>,
    not_null: bool,
    file: usize,
}

impl Column {
    /// A column without a schema in its type is taken to mean any type of that name.
    fn is_of(&self, data_type: &QualifiedName) -> bool {
        self.data_type.as_ref().is_some_and(|own| {
            let schema = own.base.schema.as_deref();
            own.base.name == data_type.name.as_str() && schema.is_none_or(|schema| schema == data_type.schema.as_str())
        })
    }
}

#[derive(Clone, Debug)]
struct ConstraintState {
    name: String,
    columns: Vec<String>,
    /// A CHECK that proves these columns not to be NULL.
    proves_not_null: Vec<String>,
    validated: bool,
    added: usize,
}

#[derive(Clone, Copy, Debug)]
struct Type {
    transaction: usize,
    /// A domain with NOT NULL or CHECK.
    constrained_domain: bool,
}

/// The statement at hand.
struct Now<'s> {
    path: &'s [String],
    file: usize,
    transaction: usize,
    /// Its index among the moments.
    at: usize,
}

impl State {
    /// Temporary relations end with the session.
    pub(super) fn end_session(&mut self) {
        self.relations.retain(|_, relation| !relation.temporary);
    }

    /// Notes how things stand before the step, then lets it happen.
    pub(super) fn meet<'a>(&mut self, step: Step<'a>, history: &mut History<'a>) {
        let path = std::rc::Rc::clone(&step.search_path);
        let now = Now { path: &path, file: step.file, transaction: step.transaction, at: history.moments.len() };
        let touched = self.touched(&step.statement, &now);
        let mut moment = Moment {
            step,
            touched,
            actions: Vec::new(),
            cascaded: Vec::new(),
            takes_name_of: None,
            superseded: false,
            enum_type: None,
            domain_users: Vec::new(),
        };
        let statement = moment.step.statement.clone();
        self.happen(&statement, &now, &mut moment, history);
        history.moments.push(moment);
    }

    fn happen(&mut self, statement: &Statement, now: &Now<'_>, moment: &mut Moment<'_>, history: &mut History<'_>) {
        match &statement.kind {
            StatementKind::CreateTable(table) => {
                self.create_table(table, now, history);
                if table.as_select.is_some() {
                    self.note_copies(statement, now, history);
                }
            }
            StatementKind::AlterTable(table) => self.alter_table(table, now, moment, history),
            StatementKind::CreateIndex(index) => {
                let name = super::generated_names::index_name(index);
                let table = self.resolve(&index.table, now);
                let life = self.relation_or_placeholder(&table, history).life;
                if let Some(name) = name {
                    self.indexes.insert(QualifiedName::new(table.schema, name), life);
                }
            }
            StatementKind::AlterIndex(index) => {
                let name = self.resolve_index(&index.name, now);
                if let (RelationChange::RenameTo(new), Some(life)) = (&index.change, self.indexes.remove(&name)) {
                    self.indexes.insert(QualifiedName::new(name.schema, new.as_str()), life);
                }
            }
            StatementKind::CreateView(view) => self.create_view(view, now, moment, history),
            StatementKind::AlterView(view) => {
                let name = self.resolve(&view.name, now);
                self.change_relation(&name, &view.change, now, history);
            }
            StatementKind::CreateType(created) => {
                self.create_type(created, now);
                if let TypeKind::Enum(_) = created.kind {
                    history.enums.insert(created.name.name.clone());
                }
            }
            StatementKind::AlterType(altered) => {
                let name = self.resolve_type(&altered.name, now);
                match &altered.change {
                    TypeChange::AddValue { .. } => {
                        let made_here = self.types.get(&name).is_some_and(|found| found.transaction == now.transaction);
                        let users = self.columns_of_type(&name);
                        moment.enum_type = Some(EnumBefore { name, made_here, users });
                    }
                    TypeChange::RenameTo(new) => {
                        let renamed = QualifiedName::new(name.schema.clone(), new.as_str());
                        self.rename_type(&name, renamed);
                    }
                    TypeChange::SetSchema(schema) => {
                        let moved = QualifiedName::new(schema.as_str(), name.name.clone());
                        self.rename_type(&name, moved);
                    }
                    TypeChange::ValidateConstraint { .. } => moment.domain_users = self.old_users(&name, now),
                    TypeChange::AddConstraint { .. } | TypeChange::SetNotNull => {
                        if !matches!(altered.change, TypeChange::AddConstraint { not_valid: true, .. }) {
                            moment.domain_users = self.old_users(&name, now);
                        }
                        if let Some(found) = self.types.get_mut(&name) {
                            found.constrained_domain = true;
                        }
                    }
                    _ => {}
                }
            }
            StatementKind::CreateFunction(function) => {
                let name = self.for_creation(&function.name, now);
                history.functions.insert(name, function.volatility);
            }
            StatementKind::CreateSequence { name, temporary, .. } => {
                let name = self.for_creation(name, now);
                self.relations.insert(name, plain_relation(RelationKind::Sequence, now, *temporary));
            }
            StatementKind::Drop(dropped) => self.drop(dropped, now, moment, history),
            StatementKind::Change(change) => match change.kind {
                DataChangeKind::Insert if change.from_query => self.note_copies(statement, now, history),
                DataChangeKind::Update => {
                    if let Some(life) = self.life(&change.table, now, history) {
                        life.updates.push(now.at);
                    }
                }
                _ => {}
            },
            StatementKind::Select(select) => {
                if moment.step.is_loop_query {
                    self.note_copies(statement, now, history);
                }
                if let Some(into) = &select.into {
                    let name = self.for_creation(into, now);
                    self.add_table(name, false, now, history);
                    self.note_copies(statement, now, history);
                }
            }
            StatementKind::Copy(copy) if !copy.from => {
                if let Some(life) = copy.table.as_ref().and_then(|table| self.life(&table.name, now, history)) {
                    life.copies.push(now.at);
                }
            }
            _ => {}
        }
    }

    fn touched(&self, statement: &Statement, now: &Now<'_>) -> Vec<Touched> {
        let names_indexes = match &statement.kind {
            StatementKind::AlterIndex(_) => true,
            StatementKind::Drop(dropped) => dropped.object == ObjectKind::Index,
            StatementKind::Reindex(reindex) => reindex.target == ObjectKind::Index,
            _ => false,
        };
        let strong = locks(statement).into_iter().filter(|(_, level)| *level > LockLevel::RowShare);
        strong
            .map(
                |(written, level)| {
                    if names_indexes {
                        self.touched_index(written, level, now)
                    } else {
                        self.touch(written, level, now)
                    }
                },
            )
            .collect()
    }

    fn touch(&self, written: Name, level: LockLevel, now: &Now<'_>) -> Touched {
        let name = self.resolve(&written, now);
        let relation = self.relations.get(&name);
        let standing = match relation {
            Some(relation) => standing_of(relation, now),
            None if self.gone.contains(&name) => Standing::Gone,
            None => Standing::Unknown,
        };
        let kind = relation.map_or(RelationKind::Unknown, |relation| relation.kind);
        let table = relation.map(|relation| relation.life);
        Touched { written, name, level, kind, standing, table, index_of: None }
    }

    fn touched_index(&self, written: Name, level: LockLevel, now: &Now<'_>) -> Touched {
        let name = self.resolve_index(&written, now);
        let life = self.indexes.get(&name).copied();
        let table = life.and_then(|life| self.relations.iter().find(|(_, relation)| relation.life == life));
        let standing = table.map_or(Standing::Unknown, |(_, table)| standing_of(table, now));
        let index_of = table.map(|(name, _)| name.clone());
        Touched { written, name, level, kind: RelationKind::Index, standing, table: life, index_of }
    }

    /// Tables that the statement's query reads are copied by it.
    fn note_copies(&mut self, statement: &Statement, now: &Now<'_>, history: &mut History<'_>) {
        for read in &statement.reads {
            let name = self.resolve(&read.name, now);
            self.relation_or_placeholder(&name, history);
            if let Some(life) = self.life(&read.name, now, history) {
                life.copies.push(now.at);
            }
        }
    }

    /// ALTER VIEW, and what ALTER TABLE can do to any relation.
    fn change_relation(
        &mut self,
        name: &QualifiedName,
        change: &RelationChange,
        now: &Now<'_>,
        history: &mut History<'_>,
    ) {
        match change {
            RelationChange::RenameTo(new) => {
                self.rename(name, QualifiedName::new(name.schema.clone(), new.as_str()), now, history);
            }
            RelationChange::SetSchema(schema) => {
                self.rename(name, QualifiedName::new(schema.as_str(), name.name.clone()), now, history);
            }
            RelationChange::SetOptions(options) if options.iter().any(|(option, _)| option == "security_invoker") => {
                let on = |value: &Option<String>| {
                    value.as_deref().is_none_or(|value| matches!(value, "on" | "true" | "1" | "yes" | "t" | "y"))
                };
                let invoker = options.iter().any(|(option, value)| option == "security_invoker" && on(value));
                if let Some(view) = self.relations.get(name)
                    && invoker
                    && let Some(moment) = history.moments.get_mut(view.defined)
                {
                    moment.superseded = true;
                }
            }
            _ => {}
        }
    }

    fn rename(&mut self, from: &QualifiedName, to: QualifiedName, now: &Now<'_>, history: &mut History<'_>) {
        let Some(relation) = self.relations.remove(from) else { return };
        if let Some(table) = history.tables.get_mut(relation.life) {
            table.renames.push((now.at, from.clone()));
        }
        if matches!(relation.kind, RelationKind::Table | RelationKind::Unknown) {
            self.former_tables.insert(from.clone(), relation.life);
        }
        self.gone.insert(from.clone());
        self.gone.remove(&to);
        self.relations.insert(to, relation);
    }

    fn columns_of_type(&self, data_type: &QualifiedName) -> Vec<(QualifiedName, Vec<String>)> {
        let of_type = |relation: &Relation| -> Vec<String> {
            let columns = relation.columns.iter().filter(|column| column.is_of(data_type));
            columns.map(|column| column.name.clone()).collect()
        };
        let users = self.relations.iter().map(|(table, relation)| (table.clone(), of_type(relation)));
        users.filter(|(_, columns)| !columns.is_empty()).collect()
    }

    /// Tables from before this file with columns of the type.
    fn old_users(&self, data_type: &QualifiedName, now: &Now<'_>) -> Vec<QualifiedName> {
        let is_old =
            |name: &QualifiedName| self.relations.get(name).is_some_and(|relation| standing_of(relation, now).is_old());
        let mut users: Vec<QualifiedName> =
            self.columns_of_type(data_type).into_iter().map(|(table, _)| table).filter(is_old).collect();
        users.sort();
        users
    }

    fn rename_type(&mut self, from: &QualifiedName, to: QualifiedName) {
        if let Some(found) = self.types.remove(from) {
            self.types.insert(to, found);
        }
    }

    fn life<'h>(&self, name: &Name, now: &Now<'_>, history: &'h mut History<'_>) -> Option<&'h mut TableLife> {
        let relation = self.find(name, now)?;
        history.tables.get_mut(relation.life)
    }

    fn find(&self, name: &Name, now: &Now<'_>) -> Option<&Relation> {
        self.relations.get(&self.resolve(name, now))
    }

    /// The relation that a name means: the first in the search path, and where none is known the path's first schema.
    fn resolve(&self, name: &Name, now: &Now<'_>) -> QualifiedName {
        resolve_among(name, now.path, |candidate| self.relations.contains_key(candidate))
    }

    fn resolve_index(&self, name: &Name, now: &Now<'_>) -> QualifiedName {
        resolve_among(name, now.path, |candidate| self.indexes.contains_key(candidate))
    }

    fn resolve_type(&self, name: &Name, now: &Now<'_>) -> QualifiedName {
        resolve_among(name, now.path, |candidate| self.types.contains_key(candidate))
    }

    /// Where CREATE puts a name.
    fn for_creation(&self, name: &Name, now: &Now<'_>) -> QualifiedName {
        resolve_among(name, now.path, |_| false)
    }

    /// The relation; one that no file made is noted as having been there before.
    fn relation_or_placeholder(&mut self, name: &QualifiedName, history: &mut History<'_>) -> &mut Relation {
        self.relations.entry(name.clone()).or_insert_with(|| {
            history.tables.push(TableLife::default());
            Relation {
                kind: RelationKind::Unknown,
                file: None,
                temporary: false,
                life: history.tables.len() - 1,
                columns: Vec::new(),
                columns_known: false,
                constraints: Vec::new(),
                defined: 0,
            }
        })
    }
}

/// The qualified name: as written, else the first schema of the path in which it is known, else the path's first.
pub(super) fn resolve_among(name: &Name, path: &[String], known: impl Fn(&QualifiedName) -> bool) -> QualifiedName {
    if let Some(schema) = &name.schema {
        return QualifiedName::new(schema.as_str(), name.name.as_str());
    }
    let first = path.first().map_or("public", String::as_str);
    let schemas = std::iter::once(TEMPORARY_SCHEMA).chain(path.iter().map(String::as_str));
    let mut candidates = schemas.map(|schema| QualifiedName::new(schema, name.name.as_str()));
    candidates.find(|candidate| known(candidate)).unwrap_or_else(|| QualifiedName::new(first, name.name.as_str()))
}

fn standing_of(relation: &Relation, now: &Now<'_>) -> Standing {
    match relation.file {
        _ if relation.temporary => Standing::Temporary,
        None => Standing::Unknown,
        Some(file) if file == now.file => Standing::ThisFile,
        Some(_) => Standing::EarlierFile,
    }
}

/// One of which only the existence matters.
fn plain_relation(kind: RelationKind, now: &Now<'_>, temporary: bool) -> Relation {
    Relation {
        kind,
        file: Some(now.file),
        temporary,
        life: usize::MAX,
        columns: Vec::new(),
        columns_known: false,
        constraints: Vec::new(),
        defined: now.at,
    }
}

fn cascaded(name: &QualifiedName, relation: &Relation, column: Option<&Column>, now: &Now<'_>) -> Cascaded {
    let standing = match column {
        Some(column) if column.file == now.file => Standing::ThisFile,
        _ => standing_of(relation, now),
    };
    Cascaded {
        table: name.clone(),
        life: relation.life,
        standing,
        made_by: column.map_or(relation.file, |column| Some(column.file)),
        column: column.map(|column| column.name.clone()),
    }
}
