//! `partition_table`: a table becomes a partitioned one.
//!
//! - The new table is filled beside the old one, in pgmason's own schema, and takes its place in one transaction that
//!   only touches catalogs. What hangs on the old one by its OID (views, parsed functions, policies) is brought over then.
//! - A materialized view that reads it is computed over the new one before that, and takes its place too.
//! - Until `complete` the old table is kept in step in the archive, so that a rollback loses nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use pgmason_model::catalog::{Persistence, Table};
use pgmason_model::difference::ActionKind;
use pgmason_model::restructure::{
    Action, Derived, KeyColumn, LockMode, PlannedOperation, RelationLock, RestructureStep, StepUndo,
};
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind, QualifiedName, quote_literal};

use super::is_false;
use crate::diff::{self, DiffOptions};
use crate::restructure::compatibility_view::OWN_SCHEMA;
use crate::restructure::context::PlanContext;
use crate::restructure::make::make;
use crate::restructure::merge_mapping::{columns_of, refused};
use crate::restructure::mirror::{Mirror, Taken, all_rows_are_seen, primary_key, same_values};
use crate::restructure::partitioned::{partitioned, under_construction};
use crate::restructure::partitions::{MadePartitions, Partitions, move_partitions, partitions_are_closed};
use crate::restructure::partitions_asked::{names_are_free, partitions_of};
use crate::restructure::refusal::OperationRefusal;
use crate::restructure::table_archive::{Archive, archive_without, in_archive, inbound, lock_of, outbound};
use crate::restructure::tracking::tell_postgrest;
use crate::restructure::view_computed_anew::{ViewOver, views_over};
use crate::restructure::way_back::{ComingBack, first_on_the_way_back, keys_will_hold};

/// See the file's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartitionTable {
    pub table: String,
    pub by: PartitionBy,
    pub column: String,
    /// For `range` over time: `day`, `week`, `month`, `quarter` or `year`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<String>,
    /// For `range`: partitions ahead of now. For `hash`: how many in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partitions: Option<u32>,
    /// For `list`: partition → its values, as SQL literals.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lists: BTreeMap<String, Vec<String>>,
    /// A partition for everything else; needed where values are not known.
    #[serde(default, skip_serializing_if = "is_false")]
    pub default_partition: bool,
    /// Foreign keys of other tables that cannot refer to it any more, since its key has to hold the partition column:
    /// they go when this says so.
    #[serde(default, skip_serializing_if = "is_false")]
    pub drop_foreign_keys: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartitionBy {
    Range,
    List,
    Hash,
}

pub fn plan(asked: &PartitionTable, context: &mut PlanContext<'_>) -> Result<PlannedOperation, OperationRefusal> {
    Partitioning::of(asked, context)?.planned(context)
}

/// What is known once nothing speaks against it.
struct Partitioning<'a> {
    id: ObjectId,
    name: QualifiedName,
    /// While it is filled.
    building: QualifiedName,
    table: &'a Table,
    column: Identifier,
    partitions: Partitions,
    with_default: bool,
    wanted: Catalog,
    notes: Vec<String>,
    /// Sequences of serial columns: both tables use them.
    shared: Vec<(QualifiedName, Identifier)>,
    /// Sequences of identity columns: each table has its own.
    identities: Vec<QualifiedName>,
    key: Vec<KeyColumn>,
    archive: Archive,
    dropped_keys: Vec<String>,
    /// Materialized views that read it.
    views: Vec<ViewOver>,
}

impl<'a> Partitioning<'a> {
    fn of(asked: &PartitionTable, context: &PlanContext<'a>) -> Result<Self, OperationRefusal> {
        let catalog = context.catalog;
        let (id, name) = context.table(&asked.table)?;
        let Some(Object::Table(table)) = catalog.get(&id) else {
            return Err(OperationRefusal::NoSuchTable { name: name.to_string(), similar: Vec::new() });
        };
        all_rows_are_seen(context, &id)?;
        if table.persistence != Persistence::Permanent {
            return Err(refused(
                format!("{name} is unlogged"),
                "`ALTER TABLE … SET LOGGED` in an earlier stage: a partitioned table has no such state",
            ));
        }
        let column = context.column(&id, &asked.column)?.sub.unwrap_or_default();
        let columns = columns_of(catalog, &id);
        let Some((_, found)) = columns.iter().find(|(own, _)| *own == column) else {
            return Err(OperationRefusal::NoSuchColumn { table: name.to_string(), column: asked.column.clone() });
        };
        if !found.not_null {
            return Err(refused(
                format!("{name}.{column} may be null, and the primary key has to have it"),
                "`set_not_null` in an earlier stage",
            ));
        }
        let key = primary_key(context, &id).ok_or_else(|| {
            refused(format!("{name} has no primary key"), "add one in an earlier stage: rows are told apart by it")
        })?;
        let partitions = partitions_of(asked, &name, &column, &found.type_name)?;
        names_are_free(context, &name, &partitions, asked.default_partition)?;
        let word = match asked.by {
            PartitionBy::Range => "RANGE",
            PartitionBy::List => "LIST",
            PartitionBy::Hash => "HASH",
        };
        let (mut wanted, mut notes) = partitioned(catalog, &id, &format!("{word} ({column})"), &column)?;
        let mut dropped_keys = Vec::new();
        for key in inbound(catalog, &name) {
            if !asked.drop_foreign_keys {
                return Err(refused(
                    format!("{} refers to {name}, whose key has to have {column} then", key.id),
                    "say `drop_foreign_keys = true` to let such keys go, or let them refer to another table first",
                ));
            }
            notes.push(format!("the foreign key {} goes", key.id));
            wanted.objects.remove(key.id);
            wanted.objects.remove(&ObjectId::comment(key.id.clone()));
            wanted.dependencies.retain(|(dependent, _)| dependent != key.id);
            if key.table != name {
                dropped_keys.push(key.drop_statement());
            }
        }
        let mut shared = Vec::new();
        let mut identities = Vec::new();
        for (sequence_id, object) in catalog.of_kind(ObjectKind::Sequence) {
            let (Object::Sequence(sequence), Some(sequence_name)) = (object, sequence_id.qualified_name()) else {
                continue;
            };
            let Some(owner) = &sequence.owned_by else { continue };
            if owner.schema != id.schema || owner.name != id.name {
                continue;
            }
            match (&owner.sub, sequence.identity) {
                (_, true) => identities.push(sequence_name),
                (Some(column), false) => shared.push((sequence_name, column.clone())),
                (None, false) => {}
            }
        }
        let stay: Vec<QualifiedName> = shared.iter().map(|(sequence, _)| sequence.clone()).collect();
        let building = QualifiedName::new(OWN_SCHEMA, name.name.clone());
        let mut archive = archive_without(context, &id, &stay)?;
        archive.also_takes(building.clone());
        let views = views_over(context, &id, &wanted, &archive.name)?;
        for name in views.iter().flat_map(ViewOver::taken) {
            archive.also_takes(name.clone());
        }
        Ok(Self {
            building,
            archive,
            with_default: asked.default_partition,
            id,
            name,
            table,
            column,
            partitions,
            wanted,
            notes,
            shared,
            identities,
            key,
            dropped_keys,
            views,
        })
    }

    fn made(&self) -> MadePartitions<'_> {
        MadePartitions {
            partitions: &self.partitions,
            column: &self.column,
            with_default: self.with_default,
            like: self.table,
        }
    }

    /// The key with the partition column.
    fn whole_key(&self, context: &PlanContext<'_>) -> Vec<KeyColumn> {
        let mut key = self.key.clone();
        if !key.iter().any(|column| column.name == self.column) {
            let id = ObjectId { kind: ObjectKind::Column, sub: Some(self.column.clone()), ..self.id.clone() };
            if let Some(Object::Column(column)) = context.catalog.get(&id) {
                key.push(KeyColumn { name: self.column.clone(), type_name: column.type_name.clone() });
            }
        }
        key
    }

    fn forth(&self, context: &PlanContext<'_>) -> Mirror {
        let key = self.whole_key(context);
        Mirror {
            source: self.name.clone(),
            target: self.building.clone(),
            target_key: key.iter().map(|column| column.name.clone()).collect(),
            source_key: key,
            visited_by: self.key.clone(),
            source_columns: columns_of(context.catalog, &self.id).into_iter().map(|(name, _)| name).collect(),
            values: same_values(context, &self.id),
            source_filter: None,
            target_filter: None,
            taken: Taken::Keep,
        }
    }

    fn back(&self, context: &PlanContext<'_>) -> Mirror {
        Mirror {
            target: self.archive.name.clone(),
            target_key: self.key.iter().map(|column| column.name.clone()).collect(),
            source_key: self.key.clone(),
            visited_by: self.whole_key(context),
            ..self.forth(context)
        }
    }

    fn planned(&self, context: &PlanContext<'_>) -> Result<PlannedOperation, OperationRefusal> {
        let (forth, back) = (self.forth(context), self.back(context));
        let mut operation = PlannedOperation {
            title: format!("partition {} by {}", self.name, self.column),
            relations: std::iter::once(&self.name).chain(self.views.iter().map(ViewOver::name)).cloned().collect(),
            direct: self.direct(context)?,
            notes: self.all_notes(context),
            ..PlannedOperation::default()
        };
        let referenced: Vec<QualifiedName> = outbound(context.catalog, &self.name)
            .into_iter()
            .filter_map(|key| key.constraint.references.as_ref().map(|references| references.table.clone()))
            .filter(|table| *table != self.name)
            .collect();
        let locks = |mode: LockMode| -> Vec<RelationLock> {
            let mut locks: Vec<RelationLock> =
                referenced.iter().filter_map(|relation| lock_of(context.catalog, relation.clone(), mode)).collect();
            locks.sort();
            locks.dedup();
            locks
        };
        let mut create: Vec<String> = self.made().look(&self.name).into_iter().collect();
        create.extend(make(context.catalog, under_construction(&self.wanted, &self.id), context.creator)?);
        create = with_partitions(create, &self.building, &self.made().make(&self.building));
        let owner = &self.table.owner;
        if context.creator != owner {
            // Whoever is no superuser gives a table only to a role that may CREATE beside it. Foreign keys look into the
            // table as its owner while it is filled (PostgreSQL 13 to 18).
            create.insert(0, format!("GRANT USAGE, CREATE ON SCHEMA {OWN_SCHEMA} TO {owner}"));
            create.push(format!("REVOKE CREATE ON SCHEMA {OWN_SCHEMA} FROM {owner}"));
        }
        let mut undo_locks = locks(LockMode::AccessExclusive);
        undo_locks.push(RelationLock { relation: self.building.clone(), mode: LockMode::AccessExclusive });
        undo_locks.sort();
        operation.start.push(self.archive.is_free());
        operation.start.push(RestructureStep {
            title: format!("make the partitioned table beside {}", self.name),
            action: Action::Transaction { locks: locks(LockMode::ShareRowExclusive), statements: create },
            undo: StepUndo::Action(Action::Transaction {
                locks: undo_locks,
                statements: vec![format!("DROP TABLE {}", self.building)],
            }),
        });
        let on_table = |mode| vec![RelationLock { relation: self.name.clone(), mode }];
        operation.start.push(RestructureStep {
            title: format!("mirror writes of {} into the partitions", self.name),
            action: Action::Transaction { locks: on_table(LockMode::ShareRowExclusive), statements: forth.create() },
            undo: StepUndo::Action(Action::Transaction {
                locks: on_table(LockMode::AccessExclusive),
                statements: forth.drop(),
            }),
        });
        operation.start.push(RestructureStep {
            title: format!("copy the rows of {} into the partitions", self.name),
            action: Action::Backfill(forth.backfill()),
            undo: StepUndo::Nothing,
        });
        operation.start.push(RestructureStep {
            title: "let the planner know the partitions".to_owned(),
            action: Action::Transaction { locks: Vec::new(), statements: vec![format!("ANALYZE {}", self.building)] },
            undo: StepUndo::Nothing,
        });
        operation.start.push(self.archive.validated_on_the_way_back(forth.is_in_step()));
        operation.start.extend(self.views.iter().flat_map(ViewOver::replaced));
        operation.derived = Some(Derived { in_complete: false, step: operation.start.len() });
        operation.start.push(self.swap(context, &forth, &back));
        operation.start.push(first_on_the_way_back(back.is_in_step()));
        operation.complete = self.contract(&back);
        let coming = ComingBack {
            table: &self.name,
            rows: &self.name,
            filter: &|_| None,
            column: &|column| Some(column.clone()),
            may_be_broken: &|_| false,
        };
        operation.start.extend(keys_will_hold(context.catalog, &coming));
        operation.complete.extend(keys_will_hold(context.catalog, &coming));
        Ok(operation)
    }

    fn swap(&self, context: &PlanContext<'_>, forth_mirror: &Mirror, back_mirror: &Mirror) -> RestructureStep {
        let told = tell_postgrest(context.catalog);
        let Self { name, building, archive, .. } = self;
        let mut forth = forth_mirror.drop();
        let mut back = back_mirror.drop();
        forth.extend(self.shared.iter().map(|(sequence, _)| format!("ALTER SEQUENCE {sequence} OWNED BY NONE")));
        forth.extend(archive.forth.iter().cloned());
        forth.push(format!("ALTER TABLE {building} SET SCHEMA {}", name.schema));
        forth.push(move_partitions(name, &name.schema));
        let owned: Vec<String> = self
            .shared
            .iter()
            .map(|(sequence, column)| format!("ALTER SEQUENCE {sequence} OWNED BY {name}.{column}"))
            .collect();
        forth.extend(owned.iter().cloned());
        for sequence in &self.identities {
            forth.push(goes_on(sequence, &in_archive(sequence)));
        }
        forth.extend(back_mirror.create());
        forth.extend(told.clone());
        back.extend(self.shared.iter().map(|(sequence, _)| format!("ALTER SEQUENCE {sequence} OWNED BY NONE")));
        back.push(format!("ALTER TABLE {name} SET SCHEMA {OWN_SCHEMA}"));
        back.push(move_partitions(building, &OWN_SCHEMA.into()));
        back.extend(archive.back.iter().cloned());
        back.extend(owned);
        for sequence in &self.identities {
            back.push(goes_on(sequence, &QualifiedName::new(OWN_SCHEMA, sequence.name.clone())));
        }
        back.extend(told);
        let with = |mut locks: Vec<RelationLock>, relation: &QualifiedName| {
            locks.push(RelationLock { relation: relation.clone(), mode: LockMode::AccessExclusive });
            locks.sort();
            locks.dedup();
            locks
        };
        RestructureStep {
            title: format!("put the partitioned table in the place of {name}, which goes into the archive"),
            action: Action::Transaction { locks: with(archive.locks.clone(), building), statements: forth },
            undo: StepUndo::Action(Action::Transaction {
                locks: with(archive.locks_back(name), name),
                statements: back,
            }),
        }
    }

    fn contract(&self, back: &Mirror) -> Vec<RestructureStep> {
        let lock = vec![RelationLock { relation: self.name.clone(), mode: LockMode::AccessExclusive }];
        let mut in_step = back.is_in_step();
        // The way back: the mirror again, then what it missed.
        in_step.undo = StepUndo::Action(Action::Backfill(back.take_out()));
        let mut there = partitions_are_closed(&self.name);
        there.undo = StepUndo::Action(Action::Backfill(back.catch_up()));
        // First of all, so that the way back computes them once the archive holds what was written since.
        let mut steps: Vec<RestructureStep> = self.views.iter().filter_map(ViewOver::emptied).collect();
        steps.extend([
            in_step,
            there,
            RestructureStep {
                title: format!("end the mirror into {}", self.archive.name),
                action: Action::Transaction { locks: lock.clone(), statements: back.drop() },
                undo: StepUndo::Action(Action::Transaction { locks: lock, statements: back.create() }),
            },
        ]);
        steps
    }

    /// As the diff engine would do it while nobody is around, with the partitions that the rows need.
    fn direct(&self, context: &PlanContext<'_>) -> Result<Vec<String>, OperationRefusal> {
        let options = DiffOptions {
            owners: true,
            creator: context.creator.clone(),
            allow: ["*".to_owned()].into(),
            ..DiffOptions::default()
        };
        let mut from = context.catalog.clone();
        from.statistics = None;
        let plan = diff::plan(&from, &self.wanted, &options);
        if let Some(refusal) = plan.refusals.first() {
            return Err(refused(
                format!("{} cannot be partitioned: {refusal:?}", self.name),
                "change what is in the way in an earlier stage",
            ));
        }
        let made = plan
            .statements
            .iter()
            .position(|statement| statement.object == self.id && statement.action == ActionKind::Create);
        let mut direct: Vec<String> = self.made().look(&self.name).into_iter().collect();
        for (place, statement) in plan.statements.into_iter().enumerate() {
            direct.push(statement.sql);
            if Some(place) == made {
                direct.push(self.made().make(&self.name));
            }
        }
        Ok(direct)
    }

    fn all_notes(&self, context: &PlanContext<'_>) -> Vec<String> {
        let mut notes = self.notes.clone();
        if let Partitions::Range { interval, .. } = &self.partitions {
            notes.push(format!(
                "there are partitions from the first row's {interval} on: make the next ones in time, pgmason does not; \
                 a row that none takes is an error for whoever writes it"
            ));
        }
        for (id, object) in context.catalog.of_kind(ObjectKind::Publication) {
            let Object::Publication(publication) = object else { continue };
            let has_it = publication.all_tables
                || publication.tables.iter().any(|published| published.table == self.name)
                || publication.schemas.contains(&self.name.schema);
            if has_it && !publication.via_partition_root {
                notes.push(format!(
                    "{} publishes changes under the partitions' names: ALTER PUBLICATION {} SET (publish_via_partition_root = true)",
                    id.name, id.name
                ));
            }
        }
        notes.push(format!("the rows as they were stay in {} until somebody drops it", self.archive.name));
        notes.extend(self.views.iter().flat_map(ViewOver::notes));
        notes.extend(self.dropped_keys.iter().map(|statement| format!("`{statement}` is part of the swap")));
        notes
    }
}

/// The sequence gives the values after those of the other one.
fn goes_on(sequence: &QualifiedName, other: &QualifiedName) -> String {
    format!("SELECT pg_catalog.setval({}, last_value, is_called) FROM {other}", quote_literal(&sequence.to_string()))
}

/// Partitions come right behind the table: what follows is theirs too.
fn with_partitions(statements: Vec<String>, table: &QualifiedName, partitions: &str) -> Vec<String> {
    let head = format!("CREATE TABLE {table} ");
    let mut all = Vec::new();
    for statement in statements {
        let is_table = statement.starts_with(&head);
        all.push(statement);
        if is_table {
            all.push(partitions.to_owned());
        }
    }
    all
}
