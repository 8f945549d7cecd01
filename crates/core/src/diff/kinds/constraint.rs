//! Constraints of tables.

use pgmason_model::catalog::{Constraint, ConstraintKind, Table, TableKind};
use pgmason_model::difference::HazardKind;
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind};

use super::{Verdict, online, partition_index, table};
use crate::diff::action::{Action, FoldInto, Rank};
use crate::diff::builder::{Builder, hazard};
use crate::diff::context::Context;

pub(super) fn verdict(_context: &Context<'_>, old: &Constraint, new: &Constraint) -> Verdict {
    if (old.inherited && new.inherited) || is_not_null(old) && is_not_null(new) || new.kind == ConstraintKind::Trigger {
        return Verdict::Same;
    }
    // Whether a parent has it too follows from what the parent has.
    let known = Constraint { inherited: old.inherited, ..new.clone() };
    if *old == known {
        return Verdict::Same;
    }
    let validated = Constraint { validated: true, definition: without_not_valid(&old.definition), ..old.clone() };
    if !old.validated && validated == known {
        return Verdict::Alter;
    }
    let deferred = Constraint {
        deferrable: new.deferrable,
        initially_deferred: new.initially_deferred,
        definition: new.definition.clone(),
        ..old.clone()
    };
    if old.kind == ConstraintKind::ForeignKey && deferred == known && same_but_deferral(old, new) {
        return Verdict::Alter;
    }
    Verdict::Replace
}

/// NOT NULL of the column as a constraint, which it is in the catalog since PostgreSQL 18.
pub(crate) fn not_null_of<'c>(
    catalog: &'c Catalog,
    table: &ObjectId,
    column: &Identifier,
) -> Option<(&'c ObjectId, &'c Constraint)> {
    not_null_constraints(catalog, table).find(|(_, held)| held.columns.contains(column))
}

pub(super) fn not_null_constraints<'c>(
    catalog: &'c Catalog,
    table: &ObjectId,
) -> impl Iterator<Item = (&'c ObjectId, &'c Constraint)> {
    catalog.of_relation(ObjectKind::Constraint, table).filter_map(|(id, object)| match object {
        Object::Constraint(held) if is_not_null(held) => Some((id, held)),
        _ => None,
    })
}

fn is_not_null(constraint: &Constraint) -> bool {
    constraint.kind == ConstraintKind::NotNull
}

fn without_not_valid(definition: &str) -> String {
    definition.trim_end_matches(" NOT VALID").to_owned()
}

fn same_but_deferral(old: &Constraint, new: &Constraint) -> bool {
    let plain = |text: &str| text.replace(" INITIALLY DEFERRED", "").replace(" DEFERRABLE", "");
    plain(&old.definition) == plain(&new.definition)
}

pub(super) fn create(builder: &mut Builder<'_>, id: &ObjectId, new: &Constraint) {
    let Some(name) = &id.sub else { return };
    let table_id = id.relation(ObjectKind::Table);
    let Some(Object::Table(of)) = builder.new_object(&table_id) else { return };
    if is_not_null(new) {
        return rename_not_null(builder, id, new, &table_id);
    }
    let own_index = new
        .index
        .as_ref()
        .filter(|_| new.references.is_none())
        .map(|index| ObjectId::in_schema(ObjectKind::Index, index.schema.clone(), index.name.clone()));
    let index = own_index.as_ref().and_then(|id| match builder.new_object(id) {
        Some(Object::Index(index)) => Some((id, index)),
        _ => None,
    });
    let apart = index.filter(|(id, index)| partition_index::is_made_apart(builder, id, index));
    if comes_by_itself(builder, &table_id, of, new) && apart.is_none() {
        return;
    }
    if apart.is_none()
        && online::is_wanted(builder, &table_id)
        && (online::check_or_foreign_key(builder, id, new, &table_id, of)
            || online::unique_or_primary_key(builder, id, new, &table_id, of))
    {
        return;
    }
    let word = table::word(of);
    // An index that is not valid waits for those of its partitions.
    let only = if index.is_some_and(|(_, index)| !index.valid) { "ONLY " } else { "" };
    let mut action = Action::create(
        rank(new),
        id,
        format!("ALTER {word} {only}{table_id} ADD CONSTRAINT {name} {}", new.definition),
    );
    action.makes.extend(own_index.clone());
    let before = own_index.as_ref().map(|id| partition_index::made_before(builder, id)).unwrap_or_default();
    let alone = !before.is_empty() || apart.is_some() || !only.is_empty();
    action.needs.extend(before);
    if builder.states.comes(&table_id) {
        if !alone && new.validated && new.kind != ConstraintKind::Trigger {
            action = action.foldable(
                table_id.clone(),
                FoldInto::Constraint,
                format!("CONSTRAINT {name} {}", new.definition),
            );
        }
    } else {
        action.hazards.extend(hazards(id, new, &table_id));
    }
    let place = builder.push(action);
    if let Some((index_id, index)) = apart {
        super::index::leave_parent_out(builder, place, index);
        partition_index::attach(builder, index_id, index);
    }
    if let Some(index) = &own_index {
        super::index::follow(builder, index);
    }
}

/// With the parent's, or with its column.
fn comes_by_itself(builder: &Builder<'_>, table_id: &ObjectId, of: &Table, new: &Constraint) -> bool {
    if matches!(new.kind, ConstraintKind::Trigger) {
        return true;
    }
    // A table taken off its parent keeps what it had from there.
    new.inherited && (of.partition_of.is_some() || !of.inherits.is_empty() || builder.states.comes(table_id))
}

/// It comes with its column; but where that had one before, of another name, a table was renamed, or taken off its parent,
/// whose name it has (PostgreSQL 18). One that becomes a partition has its parent's name, and gets it before: afterwards
/// it is inherited, and cannot be renamed.
fn rename_not_null(builder: &mut Builder<'_>, id: &ObjectId, new: &Constraint, table_id: &ObjectId) {
    let stays = !builder.states.comes(table_id) && (!new.inherited || table::is_attached(builder, table_id));
    let before = new.columns.first().and_then(|column| not_null_of(builder.context.from, table_id, column));
    let before = before.filter(|(old_id, _)| builder.new_object(old_id).is_none());
    if let (true, Some(Some(old_name)), Some(name)) = (stays, before.map(|(old_id, _)| old_id.sub.clone()), &id.sub) {
        let sql = format!("ALTER TABLE {table_id} RENAME CONSTRAINT {old_name} TO {name}");
        builder.push(Action::alter(if new.inherited { Rank::Column } else { Rank::Finish }, id, sql));
    }
}

fn rank(constraint: &Constraint) -> Rank {
    match constraint.kind {
        ConstraintKind::ForeignKey => Rank::ForeignKey,
        ConstraintKind::PrimaryKey | ConstraintKind::Unique | ConstraintKind::Exclusion => Rank::Key,
        _ => Rank::Default,
    }
}

fn hazards(id: &ObjectId, new: &Constraint, table_id: &ObjectId) -> Vec<pgmason_model::difference::ChangeHazard> {
    if !new.validated {
        return Vec::new();
    }
    let reads = hazard(HazardKind::LongLock, format!("{table_id} is read as a whole while others wait"));
    let fails = |message: String| hazard(HazardKind::MayFail, message);
    match new.kind {
        ConstraintKind::PrimaryKey | ConstraintKind::Unique | ConstraintKind::Exclusion => {
            vec![fails(format!("fails where rows of {table_id} are equal in {}", names(new))), reads]
        }
        ConstraintKind::ForeignKey => vec![fails(format!("fails where a row of {table_id} refers to nothing")), reads],
        _ => vec![fails(format!("fails where a row of {table_id} breaks {id}")), reads],
    }
}

fn names(constraint: &Constraint) -> String {
    constraint.columns.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

pub(super) fn alter(builder: &mut Builder<'_>, id: &ObjectId, old: &Constraint, new: &Constraint) {
    let (Some(table), Some(name)) = (id.qualified_name(), &id.sub) else { return };
    if !old.validated && new.validated {
        let action = Action::alter(rank(new), id, format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name}"));
        builder.push(action.hazard(hazard(HazardKind::MayFail, format!("fails where a row of {table} breaks {id}"))));
        return;
    }
    let change = match (new.deferrable, new.initially_deferred) {
        (false, _) => "NOT DEFERRABLE",
        (true, false) => "DEFERRABLE INITIALLY IMMEDIATE",
        (true, true) => "DEFERRABLE INITIALLY DEFERRED",
    };
    builder.push(Action::alter(rank(new), id, format!("ALTER TABLE {table} ALTER CONSTRAINT {name} {change}")));
}

pub(super) fn drop(builder: &mut Builder<'_>, id: &ObjectId, old: &Constraint) {
    let Some(name) = &id.sub else { return };
    let table_id = id.relation(ObjectKind::Table);
    let Some(Object::Table(of)) = builder.old(&table_id) else { return };
    // A partition that is detached keeps what it had from its parent.
    let detached = old.inherited.then(|| table::detachment(builder, &table_id)).flatten();
    if matches!(old.kind, ConstraintKind::NotNull | ConstraintKind::Trigger) || old.inherited && detached.is_none() {
        return;
    }
    let apart = builder.apart.contains(id);
    if builder.states.is(&table_id, crate::diff::states::State::Drop) && !apart {
        return;
    }
    if builder.states.is(&table_id, crate::diff::states::State::Replace) && of.kind == TableKind::Foreign {
        return;
    }
    let index = old.index.as_ref().filter(|_| old.references.is_none());
    let index = index.map(|name| ObjectId::in_schema(ObjectKind::Index, name.schema.clone(), name.name.clone()));
    if let Some(Object::Index(index)) = index.and_then(|id| builder.old(&id))
        && partition_index::goes_with_parent(builder, index)
    {
        return;
    }
    let rank = if old.references.is_some() { Rank::DropForeignKey } else { Rank::DropKey };
    let word = table::word(of);
    let mut action = Action::drop(rank, id, format!("ALTER {word} {table_id} DROP CONSTRAINT {name}"));
    action.after.extend(detached);
    if let Some(index) = &old.index
        && old.references.is_none()
    {
        action.removes.push(ObjectId::in_schema(ObjectKind::Index, index.schema.clone(), index.name.clone()));
    }
    builder.push(action);
}
