//! What becomes of each object: kept, made, dropped, altered, or made anew.
//!
//! An object is made anew only where PostgreSQL cannot alter it, or where something that it needs is made anew and
//! would not go with it in place. Nothing else is touched.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use pgmason_model::catalog::{FunctionKind, Index};
use pgmason_model::{Object, ObjectId, ObjectKind};

use super::context::Context;
use super::kinds;
use super::retype::in_one_family;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Create,
    Drop,
    Alter,
    /// Dropped and made again. A table keeps its rows, a type the values of columns.
    Replace,
}

#[derive(Default)]
pub(super) struct States {
    /// Objects that are not here stay as they are.
    pub(super) of: BTreeMap<ObjectId, State>,
    /// Columns of both sides whose values are converted.
    pub(super) retyped: BTreeSet<ObjectId>,
    /// Why an object is made anew although it does not differ, or not so much.
    pub(super) because: BTreeMap<ObjectId, ObjectId>,
    /// Publications, by the tables that have to leave them for a while.
    pub(super) rejoin: BTreeSet<(ObjectId, ObjectId)>,
}

impl States {
    pub(super) fn is(&self, id: &ObjectId, state: State) -> bool {
        self.of.get(id) == Some(&state)
    }

    /// It is not there, or not as it was, after everything was taken down.
    pub(super) fn goes(&self, id: &ObjectId) -> bool {
        matches!(self.of.get(id), Some(State::Drop | State::Replace))
    }

    /// It is made by the plan.
    pub(super) fn comes(&self, id: &ObjectId) -> bool {
        matches!(self.of.get(id), Some(State::Create | State::Replace))
    }
}

pub(super) fn decide(context: &Context<'_>) -> States {
    let mut states = States::default();
    let mut queue = VecDeque::new();
    for (id, new) in &context.to.objects {
        if context.platform.contains(id) {
            continue;
        }
        let Some(old) = context.from.get(id) else {
            states.of.insert(id.clone(), State::Create);
            continue;
        };
        if old == new {
            continue;
        }
        match kinds::verdict(context, id, old, new) {
            kinds::Verdict::Same => {}
            kinds::Verdict::Alter => {
                states.of.insert(id.clone(), State::Alter);
            }
            kinds::Verdict::Retype => {
                states.of.insert(id.clone(), State::Alter);
                states.retyped.insert(id.clone());
                queue.push_back(id.clone());
            }
            kinds::Verdict::Replace => {
                states.of.insert(id.clone(), State::Replace);
                queue.push_back(id.clone());
            }
        }
    }
    for id in context.from.objects.keys() {
        if context.to.get(id).is_none() && !context.platform.contains(id) {
            states.of.insert(id.clone(), State::Drop);
            queue.push_back(id.clone());
        }
    }
    if context.options.reorder_columns {
        for table in kinds::table::out_of_order(context) {
            if !states.goes(&table) {
                states.of.insert(table.clone(), State::Replace);
                queue.push_back(table);
            }
        }
    }
    for (id, object) in context.to.of_kind(ObjectKind::Index) {
        if let Object::Index(index) = object
            && made_anew_for_partition(context, id, index)
        {
            let constraint = index.constraint.as_ref().map(|name| {
                let table = &index.table;
                ObjectId::sub_object(ObjectKind::Constraint, table.schema.clone(), table.name.clone(), name.clone())
            });
            for id in constraint.iter().chain([id]) {
                if !states.goes(id) && !states.is(id, State::Create) {
                    states.of.insert(id.clone(), State::Replace);
                    queue.push_back(id.clone());
                }
            }
        }
    }
    while let Some(needed) = queue.pop_front() {
        disturb(context, &mut states, &mut queue, &needed);
    }
    states
}

/// An index of a partitioned table that lost one of its parts, or one of a partition that would be taken for the part.
fn made_anew_for_partition(context: &Context<'_>, id: &ObjectId, new: &Index) -> bool {
    let Some(Object::Index(old)) = context.from.get(id) else { return false };
    if context.platform.contains(id) {
        return false;
    }
    if old.valid && !new.valid && new.partition_of.is_none() {
        return true;
    }
    let table = kinds::table::table_id(&new.table);
    let joins = matches!(
        (context.from.get(&table), context.to.get(&table)),
        (Some(Object::Table(before)), Some(Object::Table(after)))
            if before.partition_of != after.partition_of && after.partition_of.is_some()
    );
    joins && kinds::partition_index::twin(context.to, id, new).is_some()
}

/// What the fate of one object means for those that hang on it or need it.
fn disturb(context: &Context<'_>, states: &mut States, queue: &mut VecDeque<ObjectId>, needed: &ObjectId) {
    let gone = states.goes(needed);
    if gone {
        for part in context.old.parts_of(needed) {
            set(context, states, queue, part, State::Replace, needed);
        }
        // Parts that only the new one has are made as they are anyway; those on both sides are made again.
    }
    for dependent in context.old.dependents_of(needed) {
        let Some(old) = context.from.get(dependent) else { continue };
        if context.to.get(dependent).is_none() || context.platform.contains(*dependent) {
            continue;
        }
        match react(context, states, dependent, old, needed) {
            Reaction::None => {}
            Reaction::Replace => set(context, states, queue, dependent, State::Replace, needed),
            Reaction::Alter => {
                states.of.entry((*dependent).clone()).or_insert(State::Alter);
            }
            Reaction::Retype => {
                if !states.goes(dependent) && states.retyped.insert((*dependent).clone()) {
                    states.of.insert((*dependent).clone(), State::Alter);
                    states.because.entry((*dependent).clone()).or_insert_with(|| needed.clone());
                    queue.push_back((*dependent).clone());
                }
            }
            Reaction::Rejoin(table) => {
                states.of.entry((*dependent).clone()).or_insert(State::Alter);
                states.rejoin.insert(((*dependent).clone(), table));
            }
        }
    }
    // A default stands in the way of its column's new type, whether or not it would fit.
    if states.retyped.contains(needed) {
        let default = ObjectId { kind: ObjectKind::Default, ..needed.clone() };
        if context.from.get(&default).is_some() && context.to.get(&default).is_some() {
            set(context, states, queue, &default, State::Replace, needed);
        }
    }
}

fn set(
    context: &Context<'_>,
    states: &mut States,
    queue: &mut VecDeque<ObjectId>,
    id: &ObjectId,
    state: State,
    because: &ObjectId,
) {
    if context.to.get(id).is_none() || context.platform.contains(id) || states.goes(id) || states.is(id, State::Create)
    {
        return;
    }
    states.of.insert(id.clone(), state);
    states.because.entry(id.clone()).or_insert_with(|| because.clone());
    queue.push_back(id.clone());
}

enum Reaction {
    None,
    Replace,
    Alter,
    Retype,
    /// The publication lets the table go for a while.
    Rejoin(ObjectId),
}

fn react(context: &Context<'_>, states: &States, dependent: &ObjectId, old: &Object, needed: &ObjectId) -> Reaction {
    use ObjectKind as K;
    let retyped = states.retyped.contains(needed) && !states.goes(needed);
    let table_of = |id: &ObjectId| id.relation(K::Table);
    match (dependent.kind, needed.kind) {
        (K::Publication, K::Column | K::Table) => Reaction::Rejoin(table_of(needed)),
        (K::Publication, _) => Reaction::Alter,
        // PostgreSQL alters indexes, constraints and statistics with their column.
        (K::Index | K::ExtendedStatistics, K::Column) if retyped => Reaction::None,
        (K::Constraint, K::Column) if retyped => {
            if is_foreign_key(old) && !compatible(context, needed) {
                Reaction::Replace
            } else {
                Reaction::None
            }
        }
        (K::Default, K::Column) if retyped => Reaction::Replace,
        (K::Sequence, _) => Reaction::None,
        (K::Column, K::Column) => match old {
            Object::Column(column) if column.generated.is_some() => Reaction::Replace,
            _ => Reaction::None,
        },
        (K::Column, K::EnumType | K::DomainType | K::CompositeType | K::RangeType | K::BaseType) => {
            match (context.from.get(dependent), context.to.get(dependent)) {
                (Some(Object::Column(old)), Some(Object::Column(new))) if old.inherited && new.inherited => {
                    Reaction::None
                }
                (Some(Object::Column(old)), _) if old.generated.is_some() => Reaction::Replace,
                _ => Reaction::Retype,
            }
        }
        // A column of a typed table, or whose row type is another table's.
        (K::Column, K::Table | K::View | K::MaterializedView) => Reaction::Retype,
        (K::Column, K::Function | K::Operator | K::Collation) => match old {
            Object::Column(column) if column.generated.is_some() => Reaction::Replace,
            _ if needed.kind == K::Collation => Reaction::Retype,
            _ => Reaction::None,
        },
        (K::Column, _) => Reaction::None,
        // A partition or an heir of a table that is made anew is taken off and put on again.
        (K::Table, K::Table) => Reaction::Alter,
        (K::Table, K::CompositeType) => Reaction::Replace,
        (K::Table, _) => Reaction::Alter,
        (K::Schema | K::Extension, _) => Reaction::None,
        // What it is in does not matter where only the schema's name would.
        (_, K::Schema) => Reaction::Replace,
        (K::Function, K::Function) => match old {
            // A body is text to PostgreSQL; only BEGIN ATOMIC, defaults of arguments and aggregates tie it.
            Object::Function(function) if function.kind == FunctionKind::Aggregate => Reaction::Replace,
            _ => Reaction::Replace,
        },
        _ => Reaction::Replace,
    }
}

fn is_foreign_key(object: &Object) -> bool {
    matches!(object, Object::Constraint(constraint) if constraint.references.is_some())
}

/// The column's old and new type can be compared with each other.
fn compatible(context: &Context<'_>, column: &ObjectId) -> bool {
    match (context.from.get(column), context.to.get(column)) {
        (Some(Object::Column(old)), Some(Object::Column(new))) => in_one_family(&old.type_name, &new.type_name),
        _ => true,
    }
}
