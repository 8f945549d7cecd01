//! A column that changes its type while its table is in use: a second one is kept beside it, filled, and takes its place.
//!
//! - Until the swap the old column counts, and a trigger converts it; from then on the new one does, and another trigger
//!   converts back, so that the stage can be taken back without a loss until it is completed.
//! - The swap is one transaction of catalog work. Indexes are built before it for either way. Constraints that are made
//!   again on the way back are NOT VALID in it, and validated right after: they hold all the while.

use pgmason_model::catalog::{Column, Constraint, ConstraintKind, Sequence};
use pgmason_model::restructure::{
    Derived, KeyColumn, LockMode, PlannedOperation, RelationLock, RestructureStep, StepUndo,
};
use pgmason_model::{Identifier, Object, ObjectId, ObjectKind, QualifiedName};

use super::column_parts::{not_null_check, not_null_name, set_not_null};
use super::context::PlanContext;
use super::index_steps::build;
use super::own_name::own_name;
use super::refusal::OperationRefusal;
use super::retyped_identity::move_identity;
use super::retyped_parts::{ConstraintCopy, IndexCopy, constraints, indexes};
use super::retyped_values::{Conversion, is_whole};
use super::shadow_column;
use super::step::{both_ways, check, exclusive, locks, transaction, validate};
use super::sync_trigger::{SyncTrigger, differs, fill, is_backfill, trigger};
use super::table_facts::{constraint_is_free, default_of};
use super::tracking::tell_postgrest;

pub(super) struct Retyped<'a> {
    pub(super) context: &'a PlanContext<'a>,
    pub(super) table: ObjectId,
    pub(super) name: QualifiedName,
    pub(super) column: Identifier,
    pub(super) found: &'a Column,
    pub(super) new_user_type: Option<ObjectId>,
    pub(super) conversion: Conversion,
    /// Along which rows are visited before the swap.
    pub(super) key: Vec<KeyColumn>,
}

/// Everything that the steps are made of.
pub(super) struct Parts<'a> {
    pub(super) shadow: Identifier,
    pub(super) old: Identifier,
    pub(super) indexes: Vec<IndexCopy<'a>>,
    pub(super) constraints: Vec<ConstraintCopy<'a>>,
    /// Name, what adds it NOT VALID to the second column, and to the old one again after a way back.
    pub(super) not_null: Option<(Identifier, String, String)>,
    /// The name of NOT NULL, and what it is kept under for the way back. PostgreSQL 18 and newer.
    pub(super) not_null_named: Option<(Identifier, Identifier)>,
    pub(super) default: Option<String>,
    /// A sequence that is the column's.
    pub(super) sequence: Option<(QualifiedName, &'a Sequence)>,
    pub(super) locks: Vec<RelationLock>,
}

/// The steps of both phases, and which one is to be written out.
pub(super) fn steps(retyped: &Retyped<'_>, operation: &mut PlannedOperation) -> Result<(), OperationRefusal> {
    let parts = retyped.parts()?;
    let expand = retyped.expand(&parts)?;
    operation.start = expand;
    operation.derived = Some(Derived { in_complete: false, step: operation.start.len() });
    operation.start.push(retyped.swap(&parts));
    operation.complete = retyped.contract(&parts)?;
    if parts.constraints.iter().any(|copy| copy.inbound) {
        operation.notes.push(format!(
            "foreign keys that refer to {}.{} go over to the new column, their own columns stay as they are",
            retyped.name, retyped.column
        ));
    }
    Ok(())
}

/// The columns' names, for whoever describes the plan.
pub(super) fn names_of(column: &Identifier) -> (Identifier, Identifier) {
    (own_name(&["new", column.as_str()]), own_name(&["old", column.as_str()]))
}

impl<'a> Retyped<'a> {
    fn parts(&self) -> Result<Parts<'a>, OperationRefusal> {
        let Self { context, table, name, column, .. } = self;
        let (shadow, old) = names_of(column);
        let constraints = constraints(context, table, name, column, &shadow)?;
        let indexes = indexes(context.catalog, table, name, column, &shadow, &old)?;
        let not_null = self.found.not_null.then(|| {
            let (check_name, add) = not_null_check(name, &shadow);
            let again = format!("ALTER TABLE {name} ADD CONSTRAINT {check_name} CHECK ({old} IS NOT NULL) NOT VALID");
            (check_name, add, again)
        });
        if let Some((check_name, ..)) = &not_null {
            constraint_is_free(context, table, check_name)?;
        }
        let mut locks = exclusive(name);
        locks.extend(constraints.iter().flat_map(ConstraintCopy::locks));
        locks.sort();
        locks.dedup();
        Ok(Parts {
            shadow,
            old,
            indexes,
            constraints,
            not_null,
            not_null_named: not_null_name(context.catalog, table, column).map(|constraint| {
                let kept = own_name(&[constraint.as_str(), "kept"]);
                (constraint, kept)
            }),
            default: default_of(context.catalog, table, column),
            sequence: sequence_of(context, name, column),
            locks,
        })
    }

    /// While the old column counts.
    fn forth_trigger(&self, parts: &Parts<'_>) -> SyncTrigger {
        let (shadow, column) = (&parts.shadow, &self.column);
        let body = format!(
            "IF {} THEN
        NEW := OLD;
    END IF;
    NEW.{shadow} := {};",
            is_backfill(&self.name, shadow),
            self.conversion.assigned("NEW", &format!("NEW.{column}"))
        );
        trigger(&self.name, "retype", &self.words(shadow), &body, false)
    }

    /// While the new column counts: the old one follows where that changes, and keeps what it had where it does not.
    pub(super) fn back_trigger(&self, parts: &Parts<'_>) -> SyncTrigger {
        let (old, column) = (&parts.old, &self.column);
        let body = format!(
            "DECLARE
        given {old_type};
    BEGIN
        IF {is_backfill} THEN
            given := NEW.{old};
            NEW := OLD;
            NEW.{old} := given;
        ELSIF TG_OP = 'INSERT' OR {changed} THEN
            NEW.{old} := {back};
        ELSE
            NEW.{old} := OLD.{old};
        END IF;
    END;",
            old_type = self.conversion.old_type,
            is_backfill = is_backfill(&self.name, old),
            changed = differs(&format!("NEW.{column}"), &format!("OLD.{column}")),
            back = self.conversion.back("NEW", &format!("NEW.{column}")),
        );
        trigger(&self.name, "retype", &self.words(old), &body, false)
    }

    fn words<'w>(&'w self, column: &'w Identifier) -> [&'w str; 3] {
        [self.name.schema.as_str(), self.name.name.as_str(), column.as_str()]
    }

    fn expand(&self, parts: &Parts<'_>) -> Result<Vec<RestructureStep>, OperationRefusal> {
        let Self { context, name, column, conversion, .. } = self;
        let Parts { shadow, .. } = parts;
        let told = tell_postgrest(context.catalog);
        let shape = Column {
            type_name: conversion.new_type.clone(),
            user_type: self.new_user_type.clone(),
            collation: None,
            storage: None,
            compression: None,
            ..self.found.clone()
        };
        let sync = self.forth_trigger(parts);
        let mut make = shadow_column::add(context, &self.table, column, shadow, shape)?;
        make.extend(sync.create);
        make.extend(told.clone());
        let mut unmake = sync.drop;
        unmake.push(format!("ALTER TABLE {name} DROP COLUMN {shadow}"));
        unmake.extend(told);
        let different = conversion.forth_differs("source", column, shadow);
        let mut steps = vec![
            check(
                format!(
                    "see that every value of {name}.{column} becomes {}, and {} again",
                    conversion.new_type, conversion.old_type
                ),
                conversion.holds(name, self.found.not_null),
                format!("values of {name}.{column} are lost or cut by the change of type"),
            ),
            both_ways(
                format!("add {name}.{shadow} of type {}, and keep it current", conversion.new_type),
                &exclusive(name),
                make,
                unmake,
            ),
            RestructureStep {
                title: format!("fill {name}.{shadow}"),
                action: fill(
                    name,
                    &self.key,
                    shadow,
                    &conversion.forth("source", &format!("source.{column}")),
                    &different,
                ),
                undo: StepUndo::Nothing,
            },
        ];
        if let Some((check_name, add, _)) = &parts.not_null {
            steps.push(both_ways(
                format!("{name}.{shadow} is not null from now on"),
                &exclusive(name),
                vec![add.clone()],
                vec![format!("ALTER TABLE {name} DROP CONSTRAINT IF EXISTS {check_name}")],
            ));
            steps.push(validate(name, check_name));
        }
        for copy in &parts.indexes {
            steps.extend(build(context, &copy.fresh)?.0);
        }
        for copy in &parts.constraints {
            steps.extend(copy.make_fresh());
        }
        for copy in parts.indexes.iter().filter(|copy| copy.constraint.is_some()) {
            // The way back puts the constraint on it at once.
            let spare = copy.spare(column)?;
            steps.extend(build(context, &spare)?.0);
        }
        steps.push(RestructureStep {
            title: format!("count the values of {name}.{shadow} for the planner"),
            action: transaction(locks(name, LockMode::ShareUpdateExclusive), vec![format!("ANALYZE {name}")]),
            undo: StepUndo::Nothing,
        });
        for copy in &parts.constraints {
            steps.extend(copy.validated_on_the_way_back());
        }
        steps.push(check(
            format!("see that {name}.{shadow} has the value of every row"),
            format!("SELECT NOT EXISTS (SELECT FROM {name} AS source WHERE {different})"),
            format!("rows of {name} have another value in {shadow} than {column} leads to"),
        ));
        Ok(steps)
    }

    fn swap(&self, parts: &Parts<'_>) -> RestructureStep {
        let Self { name, column, conversion, .. } = self;
        let Parts { shadow, old, indexes, constraints, not_null, not_null_named, default, sequence, locks } = parts;
        let rename_constraint =
            |from: &Identifier, to: &Identifier| format!("ALTER TABLE {name} RENAME CONSTRAINT {from} TO {to}");
        let catalog = self.context.catalog;
        let rename = |from: &Identifier, to: &Identifier| format!("ALTER TABLE {name} RENAME COLUMN {from} TO {to}");
        let drop_default = |column: &Identifier| format!("ALTER TABLE {name} ALTER COLUMN {column} DROP DEFAULT");
        let set_default =
            |column: &Identifier, value: &str| format!("ALTER TABLE {name} ALTER COLUMN {column} SET DEFAULT {value}");
        let owned = sequence.as_ref().filter(|(_, sequence)| !sequence.identity);
        let identity = sequence.as_ref().filter(|(_, sequence)| sequence.identity);
        let told = tell_postgrest(catalog);

        let mut forth = self.forth_trigger(parts).drop;
        forth.extend(constraints.iter().map(ConstraintCopy::drop_original));
        forth.extend(indexes.iter().map(IndexCopy::put_away));
        forth.extend(default.as_ref().map(|_| drop_default(column)));
        forth.extend([rename(column, old), rename(shadow, column)]);
        if let Some((check_name, ..)) = not_null {
            // The CHECK, which is valid, spares PostgreSQL the look at every row (12 and newer).
            forth.extend(not_null_named.as_ref().map(|(constraint, kept)| rename_constraint(constraint, kept)));
            let named = not_null_named.as_ref().map(|(constraint, _)| constraint);
            forth.push(set_not_null(name, column, named));
            forth.push(format!("ALTER TABLE {name} DROP CONSTRAINT {check_name}"));
        }
        forth.extend(indexes.iter().map(IndexCopy::put_in_place));
        forth.extend(constraints.iter().map(ConstraintCopy::put_in_place));
        if let Some((sequence, found)) = owned {
            forth.extend(self.sequence_type(sequence, found, &conversion.new_type));
            forth.push(format!("ALTER SEQUENCE {sequence} OWNED BY {name}.{column}"));
        }
        forth.extend(default.as_ref().map(|default| set_default(column, &conversion.default(default))));
        if let (Some((sequence, found)), Some(kind)) = (identity, self.found.identity) {
            forth.push(move_identity(name, old, column, kind, sequence, found));
        }
        forth.extend(self.back_trigger(parts).create);
        forth.extend(told.clone());

        let mut back = self.back_trigger(parts).drop;
        back.extend(constraints.iter().map(ConstraintCopy::drop_new));
        back.extend(indexes.iter().map(IndexCopy::take_out));
        back.extend(default.as_ref().map(|_| drop_default(column)));
        if let (Some((sequence, found)), Some(kind)) = (identity, self.found.identity) {
            back.push(move_identity(name, column, old, kind, sequence, found));
        }
        if not_null.is_some() {
            back.push(format!("ALTER TABLE {name} ALTER COLUMN {column} DROP NOT NULL"));
        }
        back.extend([rename(column, shadow), rename(old, column)]);
        back.extend(not_null_named.as_ref().map(|(constraint, kept)| rename_constraint(kept, constraint)));
        for copy in indexes {
            back.extend(copy.put_back(catalog));
        }
        if let Some((sequence, found)) = owned {
            back.extend(self.sequence_type(sequence, found, &conversion.old_type));
            back.push(format!("ALTER SEQUENCE {sequence} OWNED BY {name}.{column}"));
        }
        back.extend(default.as_ref().map(|default| set_default(column, default)));
        for copy in constraints {
            back.extend(copy.add_again(catalog));
        }
        back.extend(self.forth_trigger(parts).create);
        back.extend(told);
        both_ways(format!("put the new column in the place of {name}.{column}"), locks, forth, back)
    }

    /// The sequence of a serial column stays as narrow as it was (PostgreSQL 13 to 18).
    fn sequence_type(&self, sequence: &QualifiedName, found: &Sequence, type_name: &str) -> Option<String> {
        let is_of_column = found.type_name == self.conversion.old_type && is_whole(&self.conversion.new_type);
        is_of_column.then(|| format!("ALTER SEQUENCE {sequence} AS {type_name}"))
    }
}

fn sequence_of<'a>(
    context: &PlanContext<'a>,
    table: &QualifiedName,
    column: &Identifier,
) -> Option<(QualifiedName, &'a Sequence)> {
    context.catalog.of_kind(ObjectKind::Sequence).find_map(|(id, object)| match object {
        Object::Sequence(sequence)
            if sequence
                .owned_by
                .as_ref()
                .is_some_and(|of| of.qualified_name().as_ref() == Some(table) && of.sub.as_ref() == Some(column)) =>
        {
            Some((id.qualified_name()?, sequence))
        }
        _ => None,
    })
}

/// What of `direct` the diff engine does not know: the sequence's type and the default.
pub(super) fn direct(retyped: &Retyped<'_>, between: Vec<String>) -> Vec<String> {
    let Retyped { context, table, name, column, conversion, .. } = retyped;
    let head = format!("ALTER TABLE {name} ALTER COLUMN {column} ");
    let default = default_of(context.catalog, table, column);
    let mut direct = Vec::new();
    for statement in between {
        // The default of before may be none of the new type.
        if statement.starts_with(&format!("{head}SET DEFAULT ")) {
            continue;
        }
        if !statement.starts_with(&format!("{head}TYPE ")) {
            direct.push(statement);
            continue;
        }
        direct.extend(default.as_ref().map(|_| format!("{head}DROP DEFAULT")));
        let using = conversion.for_alter().map(|using| format!(" USING {using}")).unwrap_or_default();
        direct.push(format!("{head}TYPE {}{using}", conversion.new_type));
    }
    if let Some((sequence, found)) = sequence_of(context, name, column).filter(|(_, found)| !found.identity) {
        direct.extend(retyped.sequence_type(&sequence, found, &conversion.new_type));
    }
    direct.extend(default.map(|default| format!("{head}SET DEFAULT {}", conversion.default(&default))));
    direct
}

/// A constraint that is an index's.
pub(super) fn is_key(constraint: &Constraint) -> bool {
    matches!(constraint.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique)
}
