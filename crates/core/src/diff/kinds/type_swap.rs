//! A type that takes the place of one of the same name: the old one steps aside, columns are converted, then it goes.

use pgmason_model::catalog::FunctionKind;
use pgmason_model::difference::ActionKind;
use pgmason_model::{Identifier, Object, ObjectId, ObjectKind};

use crate::diff::action::{Action, Rank};
use crate::diff::builder::Builder;
use crate::diff::reference;

/// Renames the old type, and drops it once nothing uses it.
pub(super) fn take_down(builder: &mut Builder<'_>, id: &ObjectId) {
    let Some(name) = reference::of(builder.context.from, id) else { return };
    let Some((word, _)) = name.split_once(' ') else { return };
    let is_used = builder.context.old.dependents_of(id).iter().any(|dependent| is_kept(builder, dependent));
    if !is_used {
        builder.push(Action::drop(Rank::DropPart, id, format!("DROP {name}")));
        return;
    }
    // A range type's constructors are functions of its multirange type's name (PostgreSQL 14 and newer). They keep their
    // names when the types step aside, belong to the bootstrap superuser, and an index on the column would not stand its
    // way through text.
    if matches!(builder.old(id), Some(Object::RangeType(range)) if range.multirange.is_some()) {
        builder.refuse(
            id,
            "PostgreSQL makes a range type's constructors with it, and they cannot step aside while columns have the \
             type: give the new type another name",
        );
        return;
    }
    let aside = aside(builder, id);
    let mut rename = Action::new(ActionKind::Alter, Rank::Type, id, format!("ALTER {name} RENAME TO {}", aside.name));
    // DROP FUNCTION f(mood) would mean the new type once it has the name.
    let dependents = builder.context.old.dependents_of(id).iter().map(|id| (*id).clone());
    rename = rename.after_removal_of(dependents.filter(|dependent| builder.states.goes(dependent)));
    let mut drop = Action::drop(Rank::DropType, id, format!("DROP {word} {aside}"));
    rename.why = Some(format!("a new {} of that name takes its place", id.kind.label()));
    // Pushed without what the new type needs: it is the old one.
    builder.actions.push(rename);
    let place = builder.actions.len() - 1;
    drop.after.push(place);
    builder.actions.push(drop);
}

/// Makes the new type, after the old one stepped aside.
pub(super) fn create(builder: &mut Builder<'_>, id: &ObjectId, sql: String) {
    let mut action = Action::create(Rank::Type, id, sql);
    if builder.states.goes(id) {
        let mut actions = builder.actions.iter();
        action.after.extend(actions.position(|action| action.object == *id && action.kind == ActionKind::Alter));
    }
    builder.push(action);
}

/// The name that the old one has meanwhile.
pub(in crate::diff) fn aside(builder: &Builder<'_>, id: &ObjectId) -> ObjectId {
    let mut name = id.name.as_str().to_owned();
    loop {
        while name.len() > 59 {
            name.pop();
        }
        name.push_str("_old");
        let free = [ObjectKind::Table, ObjectKind::View, ObjectKind::Index, ObjectKind::Sequence, id.kind]
            .into_iter()
            .all(|kind| {
                let id = ObjectId { kind, name: Identifier::new(name.clone()), ..id.clone() };
                builder.old(&id).is_none() && builder.new_object(&id).is_none()
            });
        if free {
            return ObjectId { name: Identifier::new(name), ..id.clone() };
        }
        name = format!("{}x", name.trim_end_matches("_old"));
    }
}

/// Columns are converted; all else that used the type is taken down before.
fn is_kept(builder: &Builder<'_>, dependent: &ObjectId) -> bool {
    match builder.old(dependent) {
        Some(Object::Column(_)) => builder.new_object(dependent).is_some() && !builder.states.goes(dependent),
        Some(Object::Function(function)) => function.kind != FunctionKind::Aggregate && !builder.states.goes(dependent),
        _ => false,
    }
}
