//! Defaults of columns.

use pgmason_model::catalog::Default;
use pgmason_model::{Object, ObjectId, ObjectKind};

use super::Verdict;
use crate::diff::action::{Action, FoldInto, Rank};
use crate::diff::builder::Builder;
use crate::diff::context::Context;
use crate::diff::states::State;

/// A default that calls what goes and comes under one name cannot be altered: it would need both at once.
pub(super) fn verdict(context: &Context<'_>, id: &ObjectId, _old: &Default, _new: &Default) -> Verdict {
    let gone = |needed: &&&ObjectId| needed.kind == ObjectKind::Function && context.to.get(needed).is_none();
    let old_names: Vec<_> = context.old.needed_by(id).iter().filter(gone).map(|id| (&id.schema, &id.name)).collect();
    let clashes = context.new.needed_by(id).iter().any(|needed| old_names.contains(&(&needed.schema, &needed.name)));
    if clashes { Verdict::Replace } else { Verdict::Alter }
}

pub(super) fn create(builder: &mut Builder<'_>, id: &ObjectId, new: &Default) {
    let (Some(relation), Some(column)) = (id.qualified_name(), &id.sub) else { return };
    let column_id = ObjectId { kind: ObjectKind::Column, ..id.clone() };
    let table = id.relation(ObjectKind::Table);
    let typed = matches!(builder.new_object(&table), Some(Object::Table(table)) if table.of_type.is_some());
    if builder.states.is(&column_id, State::Create)
        && !builder.states.comes(&table)
        && !typed
        && has_column(builder, &column_id)
    {
        // Inside ADD COLUMN, so that rows that are there get it.
        return;
    }
    if inherits_it(builder, id, new) {
        return;
    }
    let word = if builder.new_object(&table).is_some() { "TABLE" } else { "VIEW" };
    let sql = format!("ALTER {word} {relation} ALTER COLUMN {column} SET DEFAULT {}", new.expression);
    let mut action = Action::create(Rank::Default, id, sql);
    if builder.states.comes(&table) && !is_inherited(builder, &column_id) {
        action = action.foldable(table, FoldInto::Column(column_id), new.expression.clone());
    }
    builder.push(action);
}

pub(super) fn drop(builder: &mut Builder<'_>, id: &ObjectId) {
    let (Some(relation), Some(column)) = (id.qualified_name(), &id.sub) else { return };
    let column_id = ObjectId { kind: ObjectKind::Column, ..id.clone() };
    let table = id.relation(ObjectKind::Table);
    let view = id.relation(ObjectKind::View);
    let apart = builder.apart.contains(id);
    if !apart && (builder.states.goes(&column_id) || builder.states.goes(&table) || builder.states.goes(&view)) {
        return;
    }
    // An heir's goes with its parent's only where it was never set there; dropping what is gone does no harm.
    let word = if builder.old(&table).is_some() { "TABLE" } else { "VIEW" };
    let sql = format!("ALTER {word} {relation} ALTER COLUMN {column} DROP DEFAULT");
    builder.push(Action::drop(Rank::DropPart, id, sql));
}

fn has_column(builder: &Builder<'_>, column: &ObjectId) -> bool {
    builder.new_object(column).is_some() && !is_inherited(builder, column)
}

fn is_inherited(builder: &Builder<'_>, column: &ObjectId) -> bool {
    matches!(builder.new_object(column), Some(Object::Column(column)) if column.inherited)
}

/// The default that a new heir or partition gets from its parent.
fn inherits_it(builder: &Builder<'_>, id: &ObjectId, new: &Default) -> bool {
    let column = ObjectId { kind: ObjectKind::Column, ..id.clone() };
    let table_id = id.relation(ObjectKind::Table);
    let comes = builder.states.comes(&table_id) || builder.states.is(&column, State::Create);
    let Some(Object::Table(table)) = builder.new_object(&table_id) else { return false };
    let mut parents = table.parents();
    comes && is_inherited(builder, &column) && parents.any(|parent| {
        let of_parent = ObjectId { schema: Some(parent.schema.clone()), name: parent.name.clone(), ..id.clone() };
        matches!(builder.new_object(&of_parent), Some(Object::Default(default)) if default.expression == new.expression)
    })
}
