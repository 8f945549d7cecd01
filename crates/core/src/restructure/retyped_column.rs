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
use pgmason_model::{Identifier, Object, ObjectId, ObjectKind, QualifiedName, quote_literal};

use super::column_parts::not_null_check;
use super::context::PlanContext;
use super::index_steps::{build, of_index};
use super::own_name::own_name;
use super::refusal::OperationRefusal;
use super::retyped_identity::move_identity;
use super::retyped_parts::{ConstraintCopy, IndexCopy, constraints, indexes};
use super::retyped_values::{Conversion, is_whole};
use super::shadow_column;
use super::step::{both_ways, build_index, check, check_with_undo, exclusive, locks, transaction, validate};
use super::sync_trigger::{SyncTrigger, differs, fill, is_backfill, quiet, trigger};
use super::table_facts::{constraint_is_free, default_of};
use super::tracking::tell_postgrest;
use super::value_archive::Archive;

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
struct Parts<'a> {
    shadow: Identifier,
    old: Identifier,
    indexes: Vec<IndexCopy<'a>>,
    constraints: Vec<ConstraintCopy<'a>>,
    /// Name, what adds it NOT VALID to the second column, and to the old one again after a way back.
    not_null: Option<(Identifier, String, String)>,
    default: Option<String>,
    /// A sequence that is the column's.
    sequence: Option<(QualifiedName, &'a Sequence)>,
    locks: Vec<RelationLock>,
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
    fn back_trigger(&self, parts: &Parts<'_>) -> SyncTrigger {
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
        let Parts { shadow, old, indexes, constraints, not_null, default, sequence, locks } = parts;
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
            forth.push(format!("ALTER TABLE {name} ALTER COLUMN {column} SET NOT NULL"));
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

    fn contract(&self, parts: &Parts<'_>) -> Result<Vec<RestructureStep>, OperationRefusal> {
        let Self { context, name, column, conversion, .. } = self;
        let Parts { old, .. } = parts;
        let told = tell_postgrest(context.catalog);
        // The key as it is by then.
        let mut key = self.key.clone();
        for part in key.iter_mut().filter(|part| part.name == *column) {
            part.type_name.clone_from(&conversion.new_type);
        }
        let own: Vec<QualifiedName> = parts.indexes.iter().map(|copy| copy.kept_name()).collect();
        let mut steps = vec![super::built_on::nothing_else_is_built_on(name, old, &own)];
        for copy in &parts.indexes {
            let kept = copy.spare(old)?;
            let kept_name = copy.kept_name();
            let unique = if kept.unique { "UNIQUE " } else { "" };
            let statement = format!("CREATE {unique}INDEX {} ON {name} {}", kept.name, kept.what);
            let there = format!("SELECT pg_catalog.to_regclass({}) IS NOT NULL", quote_literal(&kept_name.to_string()));
            let failure = format!("the index {kept_name} is gone since the stage was started");
            // What was said of it: the index of a constraint is a new one, and the way back says it later.
            let said: Vec<String> = match copy.constraint {
                None => of_index(context.catalog, copy.id, copy.index)
                    .into_iter()
                    .map(|statement| {
                        let (from, to) = (format!(" INDEX {} ", copy.id), format!(" INDEX {kept_name} "));
                        statement.replacen(&from, &to, 1)
                    })
                    .filter(|statement| !statement.contains(" CLUSTER ON "))
                    .collect(),
                Some(_) => Vec::new(),
            };
            if !said.is_empty() {
                let undo = StepUndo::Action(transaction(Vec::new(), said));
                let title = format!("see what is said of the index {kept_name}");
                steps.push(check_with_undo(title, there.clone(), failure.clone(), undo));
            }
            let title = format!("see that the index {kept_name} is there");
            let undo = StepUndo::Action(build_index(&statement, name, &kept.name));
            steps.push(check_with_undo(title, there, failure, undo));
        }
        if let Some((check_name, _, again)) = &parts.not_null {
            let is_true = |title: &str, undo| check_with_undo(title, "SELECT true", "", StepUndo::Action(undo));
            let set = vec![
                format!("ALTER TABLE {name} ALTER COLUMN {old} SET NOT NULL"),
                format!("ALTER TABLE {name} DROP CONSTRAINT {check_name}"),
            ];
            steps.push(is_true("on the way back the old column is NOT NULL", transaction(exclusive(name), set)));
            steps.push(is_true("on the way back every row is looked at", validate(name, check_name).action));
            steps.push(is_true("on the way back nulls are refused", transaction(exclusive(name), vec![again.clone()])));
        }
        let refill = fill(
            name,
            &key,
            old,
            &conversion.back("source", &format!("source.{column}")),
            &conversion.back_differs("source", old, column),
        );
        let failure = format!("rows of {name} have another value in {old} than {column} leads to");
        let different = conversion.back_differs("source", old, column);
        let mut query = format!("SELECT NOT EXISTS (SELECT FROM {name} AS source WHERE {different})");
        if !conversion.is_exact() {
            let collation =
                self.found.collation.as_ref().map(|collation| format!(" COLLATE {collation}")).unwrap_or_default();
            let value_type = format!("{}{collation}", conversion.old_type);
            let archive = Archive::new("retyped", name, key.clone(), column, value_type);
            steps.extend(archive.make(&format!("values of {column} that its new type cannot give back")));
            let value = format!("batch.{}", archive.value);
            // Of rows that still have the value which this one led to.
            let leads_to =
                format!("NOT {}", differs(&format!("{name}.{column}"), &conversion.forth(&name.to_string(), &value)));
            steps.push(RestructureStep {
                title: format!("keep the values of {name}.{old} that cannot be found again"),
                action: archive.take(&format!("batch.{old}"), Some(different.clone())),
                undo: StepUndo::Action(archive.give(
                    &format!("{old} = {value}"),
                    &format!("{} AND {leads_to}", differs(&format!("{name}.{old}"), &value)),
                    quiet(name, old),
                )),
            });
            query = format!(
                "SELECT NOT EXISTS (SELECT FROM {name} AS source LEFT JOIN {} AS archive ON {} WHERE {different} \
                 AND (archive.{} IS NULL OR {}))",
                archive.name,
                super::table_facts::same_key(&key, "source", "archive"),
                key.first().map(|part| part.name.to_string()).unwrap_or_default(),
                differs(&format!("source.{old}"), &format!("archive.{}", archive.value)),
            );
        }
        steps.push(check_with_undo(
            format!("see that no value of {name}.{old} is lost"),
            query,
            failure,
            StepUndo::Action(refill),
        ));
        let sync = self.back_trigger(parts);
        let mut forth = sync.drop;
        forth.push(format!("ALTER TABLE {name} DROP COLUMN {old}"));
        forth.extend(told.clone());
        let mut back = shadow_column::add(context, &self.table, column, old, self.found.clone())?;
        back.extend(sync.create);
        back.extend(told);
        steps.push(both_ways(format!("drop {name}.{old}"), &exclusive(name), forth, back));
        Ok(steps)
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
