//! Indexes of partitions that are part of an index of the parent.
//!
//! PostgreSQL makes them with the parent's, under names of its own choice, unless an equal one is there already, which
//! it then takes. So one that has another name is made first.

use pgmason_model::catalog::{ConstraintKind, Index};
use pgmason_model::{Object, ObjectId, ObjectKind};

use crate::diff::action::Action;
use crate::diff::builder::Builder;

use super::table;

/// It has a name that PostgreSQL would not choose, so it has to be made on its own.
pub(super) fn is_made_apart(builder: &Builder<'_>, id: &ObjectId, index: &Index) -> bool {
    let Some(parent) = parent_of(index) else { return false };
    let table_id = table::table_id(&index.table);
    if !builder.states.comes(id) && !builder.states.comes(&table_id) {
        return false;
    }
    // A kept partition gets nothing by itself from an index of the parent that was there before.
    let kept_both = !builder.states.comes(&parent) && !builder.states.comes(&table_id);
    kept_both || id.name.as_str() != usual_name(builder, index) && !comes_with_partition(builder, &parent, &table_id)
}

/// PARTITION OF makes it, since the parent's is there.
fn comes_with_partition(builder: &Builder<'_>, parent: &ObjectId, table_id: &ObjectId) -> bool {
    builder.states.comes(table_id)
        && !builder.states.comes(parent)
        && table::columns(builder.context.to, table_id).iter().all(|(_, column)| column.inherited)
}

/// Gives an index that came with its partition the name that it should have.
pub(super) fn rename(builder: &mut Builder<'_>, id: &ObjectId, index: &Index) {
    let Some(parent) = parent_of(index) else { return };
    let usual = usual_name(builder, index);
    let table_id = table::table_id(&index.table);
    if id.name.as_str() == usual || !comes_with_partition(builder, &parent, &table_id) {
        return;
    }
    if let Some(Object::Index(of)) = builder.new_object(&parent)
        && of.constraint.is_some() != index.constraint.is_some()
    {
        let message = format!("PostgreSQL takes it as the part of {parent} only where it was there before that");
        builder.refuse(id, message);
        return;
    }
    let made = ObjectId { name: usual.into(), ..id.clone() };
    let mut action =
        Action::alter(crate::diff::action::Rank::Index, id, format!("ALTER INDEX {made} RENAME TO {}", id.name));
    action.needs.insert(table_id);
    builder.push(action);
}

pub(super) fn parent_of(index: &Index) -> Option<ObjectId> {
    index
        .partition_of
        .as_ref()
        .map(|name| ObjectId::in_schema(ObjectKind::Index, name.schema.clone(), name.name.clone()))
}

/// What has to be there before the parent's index is made: what of its partitions is made apart.
pub(super) fn made_before(builder: &Builder<'_>, parent: &ObjectId) -> Vec<ObjectId> {
    builder
        .context
        .to
        .of_kind(ObjectKind::Index)
        .filter_map(|(id, object)| match object {
            Object::Index(index) if parent_of(index).as_ref() == Some(parent) && is_made_apart(builder, id, index) => {
                Some(id.clone())
            }
            _ => None,
        })
        .collect()
}

/// What of a partition has to be there before it is attached.
pub(super) fn made_before_attaching(builder: &Builder<'_>, table_id: &ObjectId) -> Vec<ObjectId> {
    let indexes = builder.context.new.parts_of(table_id).iter().filter(|part| part.kind == ObjectKind::Index);
    indexes
        .filter(|id| match builder.new_object(id) {
            Some(Object::Index(index)) => {
                is_made_apart(builder, id, index)
                    && parent_of(index).is_some_and(|parent| !builder.states.comes(&parent))
            }
            _ => false,
        })
        .map(|id| (*id).clone())
        .collect()
}

/// An index of the same partition that is equal, and part of the parent's: PostgreSQL would take this one instead, were
/// it there before the parent's.
pub(in crate::diff) fn twin<'c>(
    catalog: &'c pgmason_model::Catalog,
    id: &ObjectId,
    index: &Index,
) -> Option<(&'c ObjectId, &'c Index)> {
    let is_partition = matches!(
        catalog.get(&table::table_id(&index.table)),
        Some(Object::Table(of)) if of.partition_of.is_some()
    );
    if index.partition_of.is_some() || !is_partition {
        return None;
    }
    catalog.of_kind(ObjectKind::Index).find_map(|(other, object)| match object {
        Object::Index(twin)
            if other != id
                && twin.table == index.table
                && twin.partition_of.is_some()
                && twin.keys == index.keys
                && twin.include == index.include
                && twin.predicate == index.predicate
                && twin.unique == index.unique =>
        {
            Some((other, twin))
        }
        _ => None,
    })
}

/// Constraints of partitions whose indexes are part of a parent's index that no constraint carries.
pub(super) fn keys_on_parts(builder: &Builder<'_>, id: &ObjectId, old: &Index) -> Vec<ObjectId> {
    if old.constraint.is_some() {
        return Vec::new();
    }
    let parts = builder.context.from.of_kind(ObjectKind::Index).filter_map(|(_, object)| match object {
        Object::Index(part) if parent_of(part).as_ref() == Some(id) => Some(part),
        _ => None,
    });
    parts
        .filter_map(|part| {
            let table = &part.table;
            let name = part.constraint.clone()?;
            Some(ObjectId::sub_object(ObjectKind::Constraint, table.schema.clone(), table.name.clone(), name))
        })
        .collect()
}

/// The key goes with the parent's index.
pub(super) fn goes_with_parent(builder: &Builder<'_>, index: &Index) -> bool {
    parent_of(index).is_some_and(|parent| {
        builder.states.goes(&parent)
            && matches!(builder.old(&parent), Some(Object::Index(parent)) if parent.constraint.is_none())
    })
}

/// Joins an index that was made apart to one of the parent that was there before, where nothing else does.
pub(super) fn attach(builder: &mut Builder<'_>, id: &ObjectId, index: &Index) {
    let Some(parent) = parent_of(index) else { return };
    if builder.states.comes(&parent) || builder.states.comes(&table::table_id(&index.table)) {
        return;
    }
    let mut action =
        Action::alter(crate::diff::action::Rank::Index, id, format!("ALTER INDEX {parent} ATTACH PARTITION {id}"));
    action.releases.clear();
    builder.push(action);
}

/// The name that PostgreSQL chooses: table, columns, and what it is.
fn usual_name(builder: &Builder<'_>, index: &Index) -> String {
    let table = index.table.name.as_str();
    // What the parent's index is decides, whatever the partition's own is.
    let parent = parent_of(index).and_then(|id| match builder.new_object(&id) {
        Some(Object::Index(parent)) => Some(parent),
        _ => None,
    });
    let kind = parent.and_then(|parent| {
        let id = ObjectId::sub_object(
            ObjectKind::Constraint,
            parent.table.schema.clone(),
            parent.table.name.clone(),
            parent.constraint.clone()?,
        );
        match builder.new_object(&id) {
            Some(Object::Constraint(constraint)) => Some(constraint.kind),
            _ => None,
        }
    });
    if kind == Some(ConstraintKind::PrimaryKey) {
        return format!("{table}_pkey");
    }
    let mut expressions = 0;
    let mut names: Vec<String> = index
        .keys
        .iter()
        .map(|key| match &key.column {
            Some(column) => column.as_str().to_owned(),
            None => {
                expressions += 1;
                if expressions == 1 { "expr".to_owned() } else { format!("expr{}", expressions - 1) }
            }
        })
        .collect();
    names.extend(index.include.iter().map(|column| column.as_str().to_owned()));
    let ending = match kind {
        Some(ConstraintKind::Unique) => "key",
        Some(ConstraintKind::Exclusion) => "excl",
        _ => "idx",
    };
    format!("{table}_{}_{ending}", names.join("_"))
}
