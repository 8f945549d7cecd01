//! `merge_tables`: the rows of a table go into another one, and a view stands under its name.
//!
//! - Both tables are used the whole time: a mirror and a backfill bring the rows over, one transaction changes what the old
//!   name is, and a mirror the other way keeps the archive as it would be, so that a rollback loses nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use pgmason_model::catalog::Identity;
use pgmason_model::restructure::{
    Action, CompatibilityView, KeyColumn, LockMode, PlannedOperation, RelationLock, RestructureStep, StepUndo,
};
use pgmason_model::{Identifier, Object, ObjectId, ObjectKind, QualifiedName, quote_literal};

use crate::diff::DiffOptions;
use crate::restructure::compatibility_view::ViewStatements;
use crate::restructure::context::{PlanContext, short_enough};
use crate::restructure::dependents::dependents;
use crate::restructure::merge_mapping::{Mapping, columns_of, mapping, refused, subselect};
use crate::restructure::merge_sequences::advance;
use crate::restructure::merged_keys::{Repointed, repointed};
use crate::restructure::merged_view::MergedView;
use crate::restructure::mirror::{Mirror, MirroredValue, OfKind, Taken, all_rows_are_seen};
use crate::restructure::name::parts;
use crate::restructure::refusal::OperationRefusal;
use crate::restructure::relocate::nothing_depends_on;
use crate::restructure::repoint::{Repointing, repointing};
use crate::restructure::table_archive::{Archive, archive, lock_of};
use crate::restructure::tracking::{rename_recorded, rename_taken_back, tell_postgrest, view_recorded};
use crate::restructure::way_back::{ComingBack, first_on_the_way_back, keys_will_hold};

/// See the file's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MergeTables {
    /// The table that goes.
    pub table: String,
    pub into: String,
    /// Column of `into` → expression over the columns of `table`. Columns that are called alike need no entry.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, String>,
    /// Columns of `table` that are left behind, in the archive alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
    /// What tells the rows apart afterwards: `{ column = "kind", value = "document" }`. The column is made where it is
    /// not there, with `existing` for the rows of `into`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discriminator: Option<Discriminator>,
    /// What becomes of a row whose key `into` has already.
    #[serde(default, skip_serializing_if = "OnCollision::is_refuse")]
    pub on_collision: OnCollision,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Discriminator {
    pub column: String,
    /// For the rows that come in.
    pub value: String,
    /// For the rows that were there; null when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub existing: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnCollision {
    /// The operation refuses to begin.
    #[default]
    Refuse,
    /// The row of `into` stays, and the other is left in the archive alone.
    KeepExisting,
}

impl OnCollision {
    fn is_refuse(&self) -> bool {
        *self == Self::Refuse
    }
}

pub fn plan(asked: &MergeTables, context: &mut PlanContext<'_>) -> Result<PlannedOperation, OperationRefusal> {
    Merge::of(asked, context)?.planned(context)
}

/// What is known once nothing speaks against it.
pub(in crate::restructure) struct Merge {
    pub(in crate::restructure) table: ObjectId,
    pub(in crate::restructure) old: QualifiedName,
    pub(in crate::restructure) into_id: ObjectId,
    pub(in crate::restructure) into: QualifiedName,
    pub(in crate::restructure) mapping: Mapping,
    pub(in crate::restructure) discriminator: Identifier,
    pub(in crate::restructure) discriminator_type: String,
    /// Both as literals.
    pub(in crate::restructure) value: String,
    pub(in crate::restructure) existing: Option<String>,
    pub(in crate::restructure) column_is_new: bool,
    pub(in crate::restructure) taken: Taken,
    pub(in crate::restructure) archive: Archive,
    /// Policies and views that read the table.
    pub(in crate::restructure) repointing: Repointing,
}

impl Merge {
    fn of(asked: &MergeTables, context: &PlanContext<'_>) -> Result<Self, OperationRefusal> {
        let (table, old) = context.table(&asked.table)?;
        let (into_id, into) = context.table(&asked.into)?;
        if table == into_id {
            return Err(refused(format!("{old} cannot be merged into itself"), "name two tables"));
        }
        let Some(discriminator) = &asked.discriminator else {
            return Err(refused(
                format!("nothing would tell the rows of {old} from those of {into}"),
                "add `discriminator = { column = \"kind\", value = \"…\", existing = \"…\" }`: the view under the old name \
                 shows the rows that have its value",
            ));
        };
        all_rows_are_seen(context, &table)?;
        all_rows_are_seen(context, &into_id)?;
        let column = parts(&discriminator.column).pop().unwrap_or_default();
        short_enough(&column)?;
        let column_id = ObjectId { kind: ObjectKind::Column, sub: Some(column.clone()), ..into_id.clone() };
        let there = match context.catalog.get(&column_id) {
            Some(Object::Column(found)) => Some(found.type_name.clone()),
            _ => None,
        };
        if there.is_some() && discriminator.existing.is_some() {
            return Err(refused(
                format!("{into} has the column {column} already: its rows have their values"),
                "take `existing` out",
            ));
        }
        let source_has = ObjectId { kind: ObjectKind::Column, sub: Some(column.clone()), ..table.clone() };
        if context.catalog.get(&source_has).is_some() {
            return Err(refused(
                format!("{old} has a column {column} of its own"),
                "choose another name for the discriminator's column",
            ));
        }
        let mapping = mapping(asked, context, &table, &into_id, &column)?;
        let value = quote_literal(&discriminator.value);
        let rows = subselect(&mapping, &into, &format!("shown.{column} = {value}"));
        let options = DiffOptions {
            owners: true,
            creator: context.creator.clone(),
            allow: ["*".to_owned()].into(),
            ..DiffOptions::default()
        };
        let needing = dependents(context.catalog, &table);
        Ok(Self {
            repointing: repointing(context.catalog, &old, &rows, &needing, &options)?,
            mapping,
            discriminator_type: there.clone().unwrap_or_else(|| "text".to_owned()),
            column_is_new: there.is_none(),
            discriminator: column,
            value,
            existing: discriminator.existing.as_deref().map(quote_literal),
            taken: match asked.on_collision {
                OnCollision::Refuse => Taken::Refuse,
                OnCollision::KeepExisting => Taken::Keep,
            },
            archive: archive(context, &table)?,
            table,
            old,
            into_id,
            into,
        })
    }

    /// From the table into the other one, until the table is archived.
    fn forth(&self) -> Mirror {
        let mut values = self.mapping.values.clone();
        values.push(MirroredValue {
            column: self.discriminator.clone(),
            type_name: self.discriminator_type.clone(),
            expression: self.value.clone(),
            only_on_insert: false,
        });
        Mirror {
            source: self.old.clone(),
            target: self.into.clone(),
            source_key: self.mapping.source_key.clone(),
            visited_by: self.mapping.source_key.clone(),
            target_key: self.mapping.target_key.clone(),
            source_columns: self.mapping.source_columns(),
            values,
            source_filter: None,
            target_filter: Some(OfKind { column: self.discriminator.clone(), value: self.value.clone() }),
            taken: self.taken,
        }
    }

    /// From the merged rows into the archive: what is written after the cutover is not lost by a rollback.
    fn back(&self, context: &PlanContext<'_>) -> Mirror {
        let values = self
            .mapping
            .source
            .iter()
            .filter(|(_, column)| column.generated.is_none())
            .filter_map(|(name, column)| {
                Some(MirroredValue {
                    column: name.clone(),
                    type_name: column.type_name.clone(),
                    expression: format!("source.{}", self.mapping.back.get(name)?),
                    // The archive has what it was computed from.
                    only_on_insert: column.identity == Some(Identity::Always) || self.is_computed(name),
                })
            })
            .collect();
        let key = self.mapping.target_key.iter().zip(&self.mapping.source_key);
        let mut columns: Vec<Identifier> =
            columns_of(context.catalog, &self.into_id).into_iter().map(|(name, _)| name).collect();
        if self.column_is_new {
            columns.push(self.discriminator.clone());
        }
        let source_key: Vec<KeyColumn> =
            key.map(|(own, key)| KeyColumn { name: own.clone(), type_name: key.type_name.clone() }).collect();
        Mirror {
            source: self.into.clone(),
            target: self.archive.name.clone(),
            visited_by: source_key.clone(),
            source_key,
            target_key: self.mapping.source_key.iter().map(|key| key.name.clone()).collect(),
            source_columns: columns,
            values,
            source_filter: Some(self.of_kind("source")),
            target_filter: None,
            taken: Taken::Keep,
        }
    }

    pub(in crate::restructure) fn is_computed(&self, column: &Identifier) -> bool {
        let own = self.mapping.back.get(column);
        self.mapping.values.iter().any(|value| Some(&value.column) == own && !value.expression.starts_with("source."))
    }

    fn of_kind(&self, row: &str) -> String {
        OfKind { column: self.discriminator.clone(), value: self.value.clone() }.of(row)
    }

    fn planned(&self, context: &PlanContext<'_>) -> Result<PlannedOperation, OperationRefusal> {
        let (forth, back) = (self.forth(), self.back(context));
        let view = MergedView {
            table: &self.table,
            view: &self.old,
            into: &self.into_id,
            shown: &self.into,
            mapping: &self.mapping,
            discriminator: &self.discriminator,
            discriminator_type: &self.discriminator_type,
            value: &self.value,
        }
        .statements(context)?;
        let keys = repointed(context, &self.old, &self.into, &self.mapping)?;
        let mut operation = PlannedOperation {
            title: format!("merge {} into {}", self.old, self.into),
            relations: vec![self.old.clone(), self.into.clone()],
            drawn_anew: self.mapping.drawn_anew(context.catalog, &self.into_id),
            names: self.names(),
            direct: self.direct(&forth, &keys),
            notes: self.notes(context),
            limits: self.limits(),
            compatibility: vec![CompatibilityView { view: self.old.clone(), table: self.into.clone(), inverse: false }],
            ..PlannedOperation::default()
        };
        operation.start.push(self.archive.is_free());
        operation.start.extend(self.collisions(context, &forth));
        let locked = |relation: &QualifiedName, mode| vec![RelationLock { relation: relation.clone(), mode }];
        if self.column_is_new {
            operation.start.push(RestructureStep {
                title: format!("add the column {} to {}", self.discriminator, self.into),
                action: Action::Transaction {
                    locks: locked(&self.into, LockMode::AccessExclusive),
                    statements: vec![self.add_column()],
                },
                undo: StepUndo::Action(Action::Transaction {
                    locks: locked(&self.into, LockMode::AccessExclusive),
                    statements: vec![format!("ALTER TABLE {} DROP COLUMN {}", self.into, self.discriminator)],
                }),
            });
        }
        // On the way back the mirror is gone before the rows are taken out: nothing comes in behind.
        operation.start.push(RestructureStep {
            title: format!("see that {} has no rows of this kind yet", self.into),
            action: Action::Check {
                query: format!(
                    "SELECT NOT EXISTS (SELECT FROM {} AS target WHERE {})",
                    self.into,
                    self.of_kind("target")
                ),
                failure: format!(
                    "{} has rows with {} = {} already: choose another value",
                    self.into, self.discriminator, self.value
                ),
            },
            undo: StepUndo::Action(Action::Backfill(forth.empty())),
        });
        operation.start.push(RestructureStep {
            title: format!("mirror writes of {} into {}", self.old, self.into),
            action: Action::Transaction {
                locks: locked(&self.old, LockMode::ShareRowExclusive),
                statements: forth.create(),
            },
            undo: StepUndo::Action(Action::Transaction {
                locks: locked(&self.old, LockMode::AccessExclusive),
                statements: forth.drop(),
            }),
        });
        operation.start.push(RestructureStep {
            title: format!("copy the rows of {} into {}", self.old, self.into),
            action: Action::Backfill(forth.backfill()),
            undo: StepUndo::Nothing,
        });
        operation.start.push(self.archive.validated_on_the_way_back(forth.is_in_step()));
        operation.start.push(self.cutover(context, (&forth, &back), &view, &keys));
        if !keys.is_empty() {
            operation.start.push(RestructureStep {
                title: format!("validate the foreign keys that refer to {} now", self.into),
                action: Action::Transaction {
                    locks: Vec::new(),
                    statements: keys.iter().map(|key| key.validate.clone()).collect(),
                },
                undo: StepUndo::Nothing,
            });
        }
        operation.start.push(first_on_the_way_back(back.is_in_step()));
        operation.start.extend(self.keys_will_hold(context));
        operation.complete = self.contract(context, &back, &view);
        operation.complete.extend(self.keys_will_hold(context));
        Ok(operation)
    }

    /// Its rows are those of the other table that have its value.
    fn keys_will_hold(&self, context: &PlanContext<'_>) -> Vec<RestructureStep> {
        keys_will_hold(
            context.catalog,
            &ComingBack {
                table: &self.old,
                rows: &self.into,
                filter: &|row| Some(self.of_kind(row)),
                column: &|column| self.mapping.back.get(column).cloned(),
                may_be_broken: &|_| true,
            },
        )
    }

    fn add_column(&self) -> String {
        let default =
            self.existing.as_ref().map(|existing| format!(" NOT NULL DEFAULT {existing}")).unwrap_or_default();
        format!("ALTER TABLE {} ADD COLUMN {} {}{default}", self.into, self.discriminator, self.discriminator_type)
    }

    fn cutover(
        &self,
        context: &PlanContext<'_>,
        (forth_mirror, back_mirror): (&Mirror, &Mirror),
        view: &ViewStatements,
        keys: &[Repointed],
    ) -> RestructureStep {
        let told = tell_postgrest(context.catalog);
        let mut forth = forth_mirror.drop();
        forth.extend(self.archive.forth.iter().cloned());
        forth.extend(keys.iter().map(|key| key.add.clone()));
        forth.extend(self.repointing.forth.iter().cloned());
        forth.extend(view.create.iter().cloned());
        forth.extend(back_mirror.create());
        let sequences = self.sequences(context);
        forth.extend(sequences.iter().map(|(own, other)| advance(own, other)));
        forth.push(rename_recorded(&self.old, &self.into, true));
        forth.extend(told.clone());
        let mut back = back_mirror.drop();
        back.extend(view.drop.iter().cloned());
        back.extend(keys.iter().map(|key| key.drop.clone()));
        back.extend(self.archive.back.iter().cloned());
        back.extend(self.repointing.back.iter().cloned());
        // The sequence has its old name again.
        back.extend(sequences.iter().map(|(own, other)| advance(&self.named_back(context, other), own)));
        back.push(rename_taken_back(&self.old));
        back.extend(told);
        let with_into = |mut locks: Vec<RelationLock>| {
            let others = self.repointing.tables.iter().chain([&self.into]);
            locks.extend(others.filter_map(|table| lock_of(context.catalog, table.clone(), LockMode::AccessExclusive)));
            locks.sort();
            locks.dedup();
            locks
        };
        RestructureStep {
            title: format!("put {} into the archive and a view of its rows in {} under its name", self.old, self.into),
            action: Action::Transaction { locks: with_into(self.archive.locks.clone()), statements: forth },
            undo: StepUndo::Action(Action::Transaction {
                locks: with_into(self.archive.locks_back(&self.old)),
                statements: back,
            }),
        }
    }

    fn contract(&self, context: &PlanContext<'_>, back: &Mirror, view: &ViewStatements) -> Vec<RestructureStep> {
        let told = tell_postgrest(context.catalog);
        let mut forth = view.drop.clone();
        forth.extend(back.drop());
        forth.push(view_recorded(&self.old, false));
        forth.extend(told.clone());
        let mut again = view.create.clone();
        again.extend(back.create());
        again.push(view_recorded(&self.old, true));
        again.extend(told);
        let lock = vec![RelationLock { relation: self.into.clone(), mode: LockMode::AccessExclusive }];
        // The way back: the mirror again, then what it missed.
        let mut in_step = back.is_in_step();
        in_step.undo = StepUndo::Action(Action::Backfill(back.take_out()));
        let mut unused = nothing_depends_on(&self.old);
        unused.undo = StepUndo::Action(Action::Backfill(back.catch_up()));
        vec![
            in_step,
            unused,
            RestructureStep {
                title: format!("drop the view {}; its rows of before stay in {}", self.old, self.archive.name),
                action: Action::Transaction { locks: lock.clone(), statements: forth },
                undo: StepUndo::Action(Action::Transaction { locks: lock, statements: again }),
            },
        ]
    }

    fn direct(&self, forth: &Mirror, keys: &[Repointed]) -> Vec<String> {
        let mut direct = Vec::new();
        if self.column_is_new {
            direct.push(self.add_column());
        }
        let columns: Vec<String> = forth.values.iter().map(|value| value.column.to_string()).collect();
        let values: Vec<&str> = forth.values.iter().map(|value| value.expression.as_str()).collect();
        let key: Vec<String> = forth.target_key.iter().map(ToString::to_string).collect();
        let kept = match self.taken {
            Taken::Keep => format!(" ON CONFLICT ({}) DO NOTHING", key.join(", ")),
            Taken::Refuse => String::new(),
        };
        direct.push(format!(
            "INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {} AS source{kept}",
            self.into,
            columns.join(", "),
            values.join(", "),
            self.old
        ));
        direct.extend(keys.iter().flat_map(|key| [key.drop.clone(), key.directly.clone()]));
        direct.extend(self.repointing.forth.iter().cloned());
        direct.push(format!("DROP TABLE {}", self.old));
        direct
    }
}
