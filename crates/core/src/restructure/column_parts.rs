//! What hangs on a column: what goes with it without a word, what keeps it from going, and how the former comes back beside the
//! traffic.

use pgmason_model::catalog::{Constraint, ConstraintKind, Index};
use pgmason_model::restructure::{LockMode, RelationLock, RestructureStep, StepUndo};
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind, QualifiedName, quote_literal};

use super::index_steps::of_index;
use super::own_name::own_name;
use super::shadow_column::indexes_with;
use super::step::{build_index, check_with_undo, transaction, validate};
use crate::diff::access::not_null_of;

/// Indexes and constraints of the table that hold the column.
pub(super) struct ColumnParts<'a> {
    /// Those of constraints are among them.
    pub(super) indexes: Vec<(&'a ObjectId, &'a Index)>,
    pub(super) constraints: Vec<(&'a ObjectId, &'a Identifier, &'a Constraint)>,
}

pub(super) fn parts_of<'a>(catalog: &'a Catalog, table: &ObjectId, column: &Identifier) -> ColumnParts<'a> {
    let name = table.qualified_name();
    let constraints: Vec<_> = catalog
        .of_relation(ObjectKind::Constraint, table)
        .filter_map(|(id, object)| match object {
            Object::Constraint(constraint)
                if constraint.columns.contains(column) && constraint.kind != ConstraintKind::NotNull =>
            {
                Some((id, id.sub.as_ref()?, constraint))
            }
            _ => None,
        })
        .collect();
    let indexes = name.map(|name| indexes_with(catalog, &name, column)).unwrap_or_default();
    ColumnParts { indexes, constraints }
}

/// Foreign keys of any table that refer to the column.
pub(super) fn inbound<'a>(
    catalog: &'a Catalog,
    table: &QualifiedName,
    column: &Identifier,
) -> Vec<(&'a ObjectId, &'a Constraint)> {
    catalog
        .of_kind(ObjectKind::Constraint)
        .filter_map(|(id, object)| match object {
            Object::Constraint(constraint) => {
                let references = constraint.references.as_ref()?;
                (references.table == *table && references.columns.contains(column)).then_some((id, constraint))
            }
            _ => None,
        })
        .collect()
}

/// What reads the column and would have to go first: views, policies, triggers, functions, columns computed from it, and so on.
pub(super) fn readers(catalog: &Catalog, table: &ObjectId, column: &Identifier) -> Vec<String> {
    let id = ObjectId { kind: ObjectKind::Column, sub: Some(column.clone()), ..table.clone() };
    let mut found: Vec<String> = Vec::new();
    for (dependent, needed) in &catalog.dependencies {
        let goes_along = matches!(
            dependent.kind,
            ObjectKind::Default | ObjectKind::Index | ObjectKind::Constraint | ObjectKind::Sequence | ObjectKind::Table
        );
        if *needed == id && *dependent != id && !goes_along {
            found.push(format!("{} {dependent}", dependent.kind.label()));
        }
    }
    // What PostgreSQL 13 and 14 know by no edge, or keeps as a list.
    for (publication, object) in catalog.of_kind(ObjectKind::Publication) {
        if let (Object::Publication(held), Some(name)) = (object, table.qualified_name()) {
            let lists = held.tables.iter().any(|published| {
                published.table == name && published.columns.as_ref().is_some_and(|columns| columns.contains(column))
            });
            if lists {
                found.push(format!("publication {}", publication.name));
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

/// What goes with the column, for whoever reads the plan.
pub(super) fn goes_along(parts: &ColumnParts<'_>) -> Vec<String> {
    let mut said: Vec<String> = parts
        .indexes
        .iter()
        .filter(|(_, index)| index.constraint.is_none())
        .map(|(id, index)| format!("the index {id} goes with it: {}", index.definition))
        .collect();
    said.extend(
        parts
            .constraints
            .iter()
            .map(|(_, name, constraint)| format!("the constraint {name} goes with it: {}", constraint.definition)),
    );
    said
}

/// Steps that look at something on the way forth, and on the way back, read from below, build every part again.
pub(super) fn rebuilt_on_the_way_back(
    catalog: &Catalog,
    table: &QualifiedName,
    parts: &ColumnParts<'_>,
) -> Vec<RestructureStep> {
    let mut steps = Vec::new();
    for (id, name, constraint) in &parts.constraints {
        let there = is_there(table, name);
        let failure = format!("the constraint {name} of {table} is gone since the stage was planned");
        let needs_rows = constraint.index.is_none() && constraint.validated;
        if needs_rows {
            let step = validate(table, name);
            steps.push(check_with_undo(
                format!("see that the constraint {name} is valid"),
                there.clone(),
                failure.clone(),
                StepUndo::Action(step.action),
            ));
        }
        let mut statements = vec![add_constraint(table, name, constraint)];
        if let Some(Object::Comment(comment)) = catalog.get(&ObjectId::comment((*id).clone())) {
            statements.push(format!("COMMENT ON CONSTRAINT {name} ON {table} IS {}", quote_literal(&comment.text)));
        }
        if let Some(index) = &constraint.index {
            let index_id = ObjectId::in_schema(ObjectKind::Index, index.schema.clone(), index.name.clone());
            if let Some(Object::Index(index)) = catalog.get(&index_id) {
                statements.extend(of_index(catalog, &index_id, index));
            }
        }
        steps.push(check_with_undo(
            format!("see that the constraint {name} is there"),
            there,
            failure,
            StepUndo::Action(transaction(locks_of(table, constraint), statements)),
        ));
    }
    for (id, index) in &parts.indexes {
        let Some(name) = id.qualified_name() else { continue };
        let there = format!("SELECT pg_catalog.to_regclass({}) IS NOT NULL", quote_literal(&name.to_string()));
        let failure = format!("the index {name} is gone since the stage was planned");
        let said = of_index(catalog, id, index);
        if index.constraint.is_none() && !said.is_empty() {
            let undo = StepUndo::Action(transaction(Vec::new(), said));
            steps.push(check_with_undo(
                format!("see what is said of the index {name}"),
                there.clone(),
                failure.clone(),
                undo,
            ));
        }
        steps.push(check_with_undo(
            format!("see that the index {name} is there"),
            there,
            failure,
            StepUndo::Action(build_index(&index.definition, &index.table, &name.name)),
        ));
    }
    steps
}

/// NOT VALID where rows would have to be read; of a unique index that is there where it has one.
fn add_constraint(table: &QualifiedName, name: &Identifier, constraint: &Constraint) -> String {
    let definition = match &constraint.index {
        Some(index) => {
            let kind = if constraint.kind == ConstraintKind::PrimaryKey { "PRIMARY KEY" } else { "UNIQUE" };
            let deferred = match (constraint.deferrable, constraint.initially_deferred) {
                (false, _) => "",
                (true, false) => " DEFERRABLE",
                (true, true) => " DEFERRABLE INITIALLY DEFERRED",
            };
            format!("{kind} USING INDEX {}{deferred}", index.name)
        }
        None if constraint.validated => format!("{} NOT VALID", constraint.definition),
        None => constraint.definition.clone(),
    };
    format!("ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
}

/// A foreign key puts triggers on both of its tables, and takes them away from both.
pub(super) fn locks_of(table: &QualifiedName, constraint: &Constraint) -> Vec<RelationLock> {
    let mut locks = vec![RelationLock { relation: table.clone(), mode: LockMode::AccessExclusive }];
    if let Some(references) = constraint.references.as_ref().filter(|references| references.table != *table) {
        locks.push(RelationLock { relation: references.table.clone(), mode: LockMode::AccessExclusive });
    }
    locks
}

/// All tables that lose or get something when the column goes.
pub(super) fn locks_of_parts(table: &QualifiedName, parts: &ColumnParts<'_>) -> Vec<RelationLock> {
    let mut locks = vec![RelationLock { relation: table.clone(), mode: LockMode::AccessExclusive }];
    for (.., constraint) in &parts.constraints {
        for lock in locks_of(table, constraint) {
            if !locks.contains(&lock) {
                locks.push(lock);
            }
        }
    }
    locks
}

fn is_there(table: &QualifiedName, constraint: &Identifier) -> String {
    format!(
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE conrelid = pg_catalog.to_regclass({}) AND conname = {})",
        quote_literal(&table.to_string()),
        quote_literal(constraint.as_str())
    )
}

/// The name of the column's NOT NULL, which is a constraint in the catalog since PostgreSQL 18.
pub(super) fn not_null_name(catalog: &Catalog, table: &ObjectId, column: &Identifier) -> Option<Identifier> {
    not_null_of(catalog, table, column)?.0.sub.clone()
}

/// NOT NULL, under its name where that is one: PostgreSQL would choose another for a column that was called otherwise.
pub(super) fn set_not_null(table: &QualifiedName, column: &Identifier, named: Option<&Identifier>) -> String {
    match named {
        Some(constraint) => format!("ALTER TABLE {table} ADD CONSTRAINT {constraint} NOT NULL {column}"),
        None => format!("ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL"),
    }
}

/// A CHECK that stands for NOT NULL while rows are looked at.
pub(super) fn not_null_check(table: &QualifiedName, column: &Identifier) -> (Identifier, String) {
    let name = own_name(&[table.name.as_str(), column.as_str(), "not_null"]);
    let add = format!("ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({column} IS NOT NULL) NOT VALID");
    (name, add)
}
