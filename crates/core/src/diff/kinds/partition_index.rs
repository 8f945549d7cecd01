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
    if !builder.states.comes(id) && !apart_with_table(builder, id, index) {
        return false;
    }
    // A kept partition gets nothing by itself from an index of the parent that was there before.
    let kept_both = !builder.states.comes(&parent) && !builder.states.comes(&table::table_id(&index.table));
    kept_both || id.name.as_str() != usual_name(builder, index)
}

fn apart_with_table(builder: &Builder<'_>, _id: &ObjectId, index: &Index) -> bool {
    builder.states.comes(&table::table_id(&index.table))
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
    let kind = index.constraint.as_ref().and_then(|name| {
        let id = ObjectId::sub_object(
            ObjectKind::Constraint,
            index.table.schema.clone(),
            index.table.name.clone(),
            name.clone(),
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
