//! Operator classes and families.

use pgmason_model::ObjectId;
use pgmason_model::catalog::{OperatorClass, OperatorFamily};

use crate::diff::action::{Action, Rank};
use crate::diff::builder::Builder;
use crate::diff::states::State;
use pgmason_model::ObjectKind;

pub(super) fn create(builder: &mut Builder<'_>, id: &ObjectId, new: &OperatorClass) {
    let (Some(name), Some(method)) = (id.qualified_name(), &id.sub) else { return };
    let default = if new.is_default { " DEFAULT" } else { "" };
    let mut members = new.members.clone();
    if let Some(key) = &new.key_type {
        members.push(format!("STORAGE {key}"));
    }
    let sql = format!(
        "CREATE OPERATOR CLASS {name}{default} FOR TYPE {} USING {method} FAMILY {} AS\n    {}",
        new.input_type,
        new.family,
        members.join(",\n    ")
    );
    builder.push(Action::create(Rank::Function, id, sql));
}

pub(super) fn create_family(builder: &mut Builder<'_>, id: &ObjectId, new: &OperatorFamily) {
    let (Some(name), Some(method)) = (id.qualified_name(), &id.sub) else { return };
    builder.push(Action::create(Rank::Type, id, format!("CREATE OPERATOR FAMILY {name} USING {method}")));
    // Members come with their classes; what belongs to none would have to be added on its own.
    let classes: usize = builder
        .context
        .to
        .of_kind(ObjectKind::OperatorClass)
        .filter_map(|(_, object)| match object {
            pgmason_model::Object::OperatorClass(class) if class.family == name => Some(class.members.len()),
            _ => None,
        })
        .sum();
    if new.members.len() > classes {
        builder.not_modelled(id, "members that belong to no class are not written");
    }
}

pub(super) fn drop(builder: &mut Builder<'_>, id: &ObjectId) {
    let (Some(name), Some(method)) = (id.qualified_name(), &id.sub) else { return };
    let word = if id.kind == ObjectKind::OperatorClass { "CLASS" } else { "FAMILY" };
    let mut action = Action::drop(Rank::DropFunction, id, format!("DROP OPERATOR {word} {name} USING {method}"));
    if id.kind == ObjectKind::OperatorFamily && builder.states.is(id, State::Drop) {
        action.rank = Rank::DropType;
    }
    builder.push(action);
}
