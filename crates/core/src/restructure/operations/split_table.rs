//! `split_table`: columns of a table go into a table of their own, one row for each.

use serde::{Deserialize, Serialize};

use pgmason_model::catalog::{Column, Constraint, ConstraintKind, ForeignKeyAction, Index, References, Table};
use pgmason_model::restructure::{
    Action, Derived, KeyColumn, LockMode, NameChange, NameKind, NamePath, PlannedOperation, RelationLock,
    RestructureStep, StepUndo,
};
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind, QualifiedName};

use crate::restructure::both_ways::BothWays;
use crate::restructure::context::PlanContext;
use crate::restructure::dependents::listed;
use crate::restructure::limits::functions_naming;
use crate::restructure::make::make;
use crate::restructure::merge_mapping::{columns_of, refused};
use crate::restructure::mirror::{all_rows_are_seen, primary_key};
use crate::restructure::name::{or_public, parts};
use crate::restructure::own_name::fitting;
use crate::restructure::refusal::OperationRefusal;
use crate::restructure::tracking::tell_postgrest;

/// See the file's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SplitTable {
    pub table: String,
    pub into: String,
    pub columns: Vec<String>,
}

pub fn plan(asked: &SplitTable, context: &mut PlanContext<'_>) -> Result<PlannedOperation, OperationRefusal> {
    Split::of(asked, context)?.planned(context)
}

struct Split {
    id: ObjectId,
    name: QualifiedName,
    into: QualifiedName,
    key: Vec<KeyColumn>,
    columns: Vec<Identifier>,
    /// May not be null, and have no default: whoever knows the new shape does not give them any more.
    required: Vec<Identifier>,
    /// What the new table is made of.
    objects: Vec<(ObjectId, Object)>,
    both_ways: BothWays,
}

impl Split {
    fn of(asked: &SplitTable, context: &PlanContext<'_>) -> Result<Self, OperationRefusal> {
        let catalog = context.catalog;
        let (id, name) = context.table(&asked.table)?;
        all_rows_are_seen(context, &id)?;
        let wanted = or_public(&asked.into);
        let into = match parts(&asked.into).len() {
            1 => QualifiedName { schema: name.schema.clone(), name: wanted.name },
            _ => wanted,
        };
        context.free(&into)?;
        if catalog.get(&ObjectId::global(ObjectKind::Schema, into.schema.clone())).is_none() {
            return Err(refused(format!("there is no schema {}", into.schema), "make it in an earlier stage"));
        }
        let key = primary_key(context, &id).ok_or_else(|| {
            refused(format!("{name} has no primary key"), "add one in an earlier stage: the rows are joined by it")
        })?;
        if asked.columns.is_empty() {
            return Err(refused("`columns` is empty".to_owned(), "name the columns that are to go"));
        }
        let mut columns = Vec::new();
        for written in &asked.columns {
            let column = context.column(&id, written)?.sub.unwrap_or_default();
            if key.iter().any(|key| key.name == column) {
                return Err(refused(
                    format!("{name}.{column} is part of the key, which both tables have"),
                    "take it out of `columns`",
                ));
            }
            columns.push(column);
        }
        nothing_needs_them(catalog, &id, &columns)?;
        let mut required = Vec::new();
        let mut defaults = Vec::new();
        for column in &columns {
            let of = |kind| ObjectId { kind, sub: Some(column.clone()), ..id.clone() };
            let default = match catalog.get(&of(ObjectKind::Default)) {
                Some(Object::Default(default)) => Some(default),
                _ => None,
            };
            let Some(Object::Column(found)) = catalog.get(&of(ObjectKind::Column)) else { continue };
            let counted = found.identity.is_some() || default.is_some_and(|default| default.sequence.is_some());
            if counted || found.generated.is_some() {
                return Err(refused(
                    format!("{name}.{column} gets its value by itself"),
                    "leave it where it is: both tables would give it one",
                ));
            }
            if found.not_null && default.is_none() {
                required.push(column.clone());
            }
            let value = default.map_or_else(|| "NULL".to_owned(), |default| default.expression.clone());
            defaults.push(format!("CAST({value} AS {})", found.type_name));
        }
        let both_ways = BothWays {
            first: name.clone(),
            second: into.clone(),
            key: key.clone(),
            others: columns_of(catalog, &id)
                .into_iter()
                .filter(|(name, column)| column.generated.is_none() && !columns.contains(name))
                .map(|(name, _)| name)
                .collect(),
            columns: columns.clone(),
            defaults,
            required: required.clone(),
        };
        let mut split = Self { id, name, into, key, columns, required, objects: Vec::new(), both_ways };
        split.objects = split.new_table(context)?;
        Ok(split)
    }

    /// Key and columns, with what of the table's parts is about them alone.
    fn new_table(&self, context: &PlanContext<'_>) -> Result<Vec<(ObjectId, Object)>, OperationRefusal> {
        let catalog = context.catalog;
        let new = ObjectId::in_schema(ObjectKind::Table, self.into.schema.clone(), self.into.name.clone());
        let there = |id: &ObjectId| ObjectId { schema: new.schema.clone(), name: new.name.clone(), ..id.clone() };
        let is_key = |column: &Identifier| self.key.iter().any(|key| key.name == *column);
        let is_there = |column: &Identifier| is_key(column) || self.columns.contains(column);
        let mut objects = Vec::new();
        if let Some(Object::Table(table)) = catalog.get(&self.id) {
            let table = Table { replica_identity: "default".to_owned(), ..table.clone() };
            objects.push((new.clone(), Object::Table(table)));
        }
        let order: Vec<&Identifier> = self.key.iter().map(|key| &key.name).chain(&self.columns).collect();
        for (id, object) in catalog.of_relation(ObjectKind::Column, &self.id) {
            let (Object::Column(column), Some(name)) = (object, &id.sub) else { continue };
            let Some(place) = order.iter().position(|own| *own == name) else { continue };
            let position = i32::try_from(place).unwrap_or(i32::MAX).saturating_add(1);
            let column = Column { position, identity: None, ..column.clone() };
            objects.push((there(id), Object::Column(column)));
            let default = ObjectId { kind: ObjectKind::Default, ..id.clone() };
            if let Some(default_object) = catalog.get(&default).filter(|_| !is_key(name)) {
                objects.push((there(&default), default_object.clone()));
            }
        }
        self.constraints(context, &new, &mut objects)?;
        for (id, object) in catalog.of_relation(ObjectKind::Policy, &self.id) {
            let lacking: Vec<String> = catalog
                .dependencies
                .iter()
                .filter(|(dependent, needed)| {
                    dependent == id
                        && needed.kind == ObjectKind::Column
                        && needed.relation(ObjectKind::Table) == self.id
                        && needed.sub.as_ref().is_some_and(|column| !is_there(column))
                })
                .map(|(_, needed)| needed.to_string())
                .collect();
            if !lacking.is_empty() {
                return Err(refused(
                    format!("the policy {id} needs {}, which {} would not have", lacking.join(", "), self.into),
                    "let the policy decide by the key, in an earlier stage, or take such columns along",
                ));
            }
            objects.push((there(id), object.clone()));
        }
        for (id, object) in catalog.of_kind(ObjectKind::Grant).chain(catalog.of_kind(ObjectKind::Comment)) {
            let Some(of) = id.of.as_deref() else { continue };
            let is_ours = of.schema == self.id.schema
                && of.name == self.id.name
                && match of.kind {
                    ObjectKind::Table => id.kind == ObjectKind::Grant,
                    ObjectKind::Column => of.sub.as_ref().is_some_and(&is_there),
                    ObjectKind::Policy => true,
                    _ => false,
                };
            if is_ours {
                objects.push((ObjectId { of: Some(Box::new(there(of))), ..id.clone() }, object.clone()));
            }
        }
        Ok(objects)
    }

    fn constraints(
        &self,
        context: &PlanContext<'_>,
        new: &ObjectId,
        objects: &mut Vec<(ObjectId, Object)>,
    ) -> Result<(), OperationRefusal> {
        let catalog = context.catalog;
        let named = |suffix: &str| fitting(format!("{}_{suffix}", self.into.name.as_str()));
        let key: Vec<Identifier> = self.key.iter().map(|key| key.name.clone()).collect();
        let list = |columns: &[Identifier]| columns.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let mut add = |name: Identifier, constraint: Constraint| {
            let id = ObjectId { kind: ObjectKind::Constraint, sub: Some(name), ..new.clone() };
            objects.push((id, Object::Constraint(constraint)));
        };
        let plain = |kind, definition: String, columns: &[Identifier]| Constraint {
            kind,
            definition,
            columns: columns.to_vec(),
            expression: None,
            references: None,
            validated: true,
            enforced: true,
            deferrable: false,
            initially_deferred: false,
            no_inherit: true,
            inherited: false,
            index: None,
        };
        add(named("pkey"), plain(ConstraintKind::PrimaryKey, format!("PRIMARY KEY ({})", list(&key)), &key));
        let references =
            format!("FOREIGN KEY ({0}) REFERENCES {1}({0}) ON UPDATE CASCADE ON DELETE CASCADE", list(&key), self.name);
        let mut foreign = plain(ConstraintKind::ForeignKey, references, &key);
        foreign.references = Some(References {
            table: self.name.clone(),
            columns: key.clone(),
            on_update: ForeignKeyAction::Cascade,
            on_delete: ForeignKeyAction::Cascade,
            match_full: false,
        });
        add(named(&format!("{}_fkey", joined(&key))), foreign);
        for (id, object) in catalog.of_relation(ObjectKind::Constraint, &self.id) {
            let Object::Constraint(constraint) = object else { continue };
            let about = constraint.columns.iter().filter(|column| self.columns.contains(column)).count();
            if about == 0 {
                continue;
            }
            if about < constraint.columns.len() || constraint.kind == ConstraintKind::Exclusion {
                return Err(refused(
                    format!("{id} is about columns of both tables"),
                    "drop it in an earlier stage, or move all of its columns",
                ));
            }
            let name = match constraint.kind {
                ConstraintKind::Unique => named(&format!("{}_key", joined(&constraint.columns))),
                _ => id.sub.clone().unwrap_or_default(),
            };
            let definition = constraint.definition.trim_end_matches(" NOT VALID").to_owned();
            add(name, Constraint { index: None, validated: true, definition, ..constraint.clone() });
        }
        for (id, object) in catalog.of_kind(ObjectKind::Index) {
            let Object::Index(index) = object else { continue };
            if index.table != self.name || index.constraint.is_some() {
                continue;
            }
            let needed: Vec<&ObjectId> = catalog
                .dependencies
                .iter()
                .filter(|(dependent, needed)| dependent == id && needed.kind == ObjectKind::Column)
                .map(|(_, needed)| needed)
                .collect();
            let about = needed.iter().filter(|id| id.sub.as_ref().is_some_and(|column| self.columns.contains(column)));
            let about = about.count();
            if about == 0 {
                continue;
            }
            let simple: Option<Vec<Identifier>> = index.keys.iter().map(|key| key.column.clone()).collect();
            let Some(simple) = simple.filter(|_| about == needed.len() && index.predicate.is_none()) else {
                return Err(refused(
                    format!("the index {id} has an expression, a condition, or columns of both tables"),
                    "drop it in an earlier stage, and add one to the new table",
                ));
            };
            let name =
                QualifiedName { schema: self.into.schema.clone(), name: named(&format!("{}_idx", joined(&simple))) };
            let unique = if index.unique { "UNIQUE " } else { "" };
            let head = format!("CREATE {unique}INDEX {} ON {} ", id.name, index.table);
            let Some(rest) = index.definition.strip_prefix(&head) else { continue };
            let index = Index {
                definition: format!("CREATE {unique}INDEX {} ON {} {rest}", name.name, self.into),
                table: self.into.clone(),
                clustered: false,
                replica_identity: false,
                ..index.clone()
            };
            objects.push((ObjectId::in_schema(ObjectKind::Index, name.schema, name.name), Object::Index(index)));
        }
        Ok(())
    }

    fn planned(&self, context: &PlanContext<'_>) -> Result<PlannedOperation, OperationRefusal> {
        let Self { name, into, both_ways, .. } = self;
        let create = make(context.catalog, self.objects.clone(), context.creator)?;
        let told = tell_postgrest(context.catalog);
        let lock = |relation: &QualifiedName, mode| RelationLock { relation: relation.clone(), mode };
        let exclusive = LockMode::AccessExclusive;
        let not_null = |word: &str| -> Vec<String> {
            self.required
                .iter()
                .map(|column| format!("ALTER TABLE {name} ALTER COLUMN {column} {word} NOT NULL"))
                .collect()
        };
        let both = vec![lock(name, exclusive), lock(into, exclusive)];
        let mut made = create.clone();
        made.extend(told.clone());
        let mut unmade = vec![format!("DROP TABLE {into}")];
        unmade.extend(told.clone());
        let mut synchronised = both_ways.create();
        synchronised.splice(0..0, not_null("DROP"));
        let mut apart = both_ways.drop();
        apart.extend(not_null("SET"));
        let mut direct = create;
        direct.push(both_ways.fill_second().write.replace("batch AS source", &format!("{name} AS source")));
        direct.extend(self.columns.iter().map(|column| format!("ALTER TABLE {name} DROP COLUMN {column}")));
        let mut filled = both_ways.is_in_step();
        filled.undo = StepUndo::Action(Action::Backfill(both_ways.fill_first()));
        let mut contract = both_ways.drop();
        contract.extend(told.clone());
        let mut again = both_ways.create();
        again.extend(told);
        Ok(PlannedOperation {
            title: format!("split {into} off {name}"),
            relations: vec![name.clone(), into.clone()],
            names: self.names(),
            start: vec![
                RestructureStep {
                    title: format!("make {into}"),
                    action: Action::Transaction {
                        locks: vec![lock(name, LockMode::ShareRowExclusive)],
                        statements: made,
                    },
                    undo: StepUndo::Action(Action::Transaction { locks: both.clone(), statements: unmade }),
                },
                RestructureStep {
                    title: format!("keep the columns of {name} and {into} alike"),
                    action: Action::Transaction { locks: both.clone(), statements: synchronised },
                    undo: StepUndo::Action(Action::Transaction { locks: both.clone(), statements: apart }),
                },
                RestructureStep {
                    title: format!("copy the columns of {name} into {into}"),
                    action: Action::Backfill(both_ways.fill_second()),
                    undo: StepUndo::Nothing,
                },
                both_ways.is_in_step(),
            ],
            complete: vec![
                RestructureStep {
                    title: format!("give every row of {name} its row in {into}"),
                    action: Action::Backfill(both_ways.fill_second()),
                    undo: StepUndo::Nothing,
                },
                filled,
                RestructureStep {
                    title: format!("drop the columns of {name}"),
                    action: Action::Transaction { locks: both.clone(), statements: contract },
                    undo: StepUndo::Action(Action::Transaction { locks: both, statements: again }),
                },
            ],
            derived: Some(Derived { in_complete: true, step: 2 }),
            direct,
            notes: self.notes(context),
            limits: vec![format!(
                "a row of {into} is made for each row of {name} that has other than defaults: whoever knows the new shape \
                 puts theirs in with ON CONFLICT ({}) DO UPDATE",
                self.key.iter().map(|key| key.name.to_string()).collect::<Vec<_>>().join(", ")
            )],
            ..PlannedOperation::default()
        })
    }

    fn names(&self) -> Vec<NameChange> {
        let change = |column: &Identifier| NameChange {
            kind: NameKind::Column,
            old: NamePath::member(self.name.clone(), column.clone()),
            new: Some(NamePath::member(self.into.clone(), column.clone())),
            note: None,
        };
        self.columns.iter().map(change).collect()
    }

    fn notes(&self, context: &PlanContext<'_>) -> Vec<String> {
        let mut notes: Vec<String> = functions_naming(context, &self.name)
            .into_iter()
            .map(|function| {
                format!("function {function} names {} in its text: see whether it uses the columns that go", self.name)
            })
            .collect();
        notes.push(
            "old and new code that write the same row at the same time may deadlock: PostgreSQL ends one of them"
                .to_owned(),
        );
        notes
    }
}

/// Views, functions, policies, triggers and generated columns that PostgreSQL would take down, or be kept by.
fn nothing_needs_them(catalog: &Catalog, table: &ObjectId, columns: &[Identifier]) -> Result<(), OperationRefusal> {
    for column in columns {
        let id = ObjectId { kind: ObjectKind::Column, sub: Some(column.clone()), ..table.clone() };
        let needs: Vec<ObjectId> = catalog
            .dependencies
            .iter()
            .filter(|(dependent, needed)| *needed == id && dependent != table)
            .map(|(dependent, _)| dependent.clone())
            .filter(|dependent| {
                !matches!(
                    dependent.kind,
                    ObjectKind::Constraint
                        | ObjectKind::Index
                        | ObjectKind::Default
                        | ObjectKind::Grant
                        | ObjectKind::Comment
                )
            })
            .collect();
        if !needs.is_empty() {
            return Err(refused(
                format!("{id} is needed by {}", listed(&needs)),
                "change or drop what needs it first, in an earlier stage or a migration",
            ));
        }
    }
    let name = table.qualified_name();
    for (id, object) in catalog.of_kind(ObjectKind::Constraint) {
        if let Object::Constraint(constraint) = object
            && let Some(references) = &constraint.references
            && Some(&references.table) == name.as_ref()
            && references.columns.iter().any(|column| columns.contains(column))
        {
            return Err(refused(
                format!("{id} refers to a column that goes"),
                "let it refer to the primary key in an earlier stage",
            ));
        }
    }
    Ok(())
}

fn joined(columns: &[Identifier]) -> String {
    columns.iter().map(Identifier::as_str).collect::<Vec<_>>().join("_")
}
