//! One file per kind of object: whether it can be altered, and the statements that make, alter and drop it.

pub(super) mod cast;
pub(super) mod collation;
pub(super) mod column;
pub(super) mod comment;
pub(super) mod composite_type;
pub(super) mod constraint;
pub(super) mod default;
pub(super) mod default_privilege;
pub(super) mod domain;
pub(super) mod enum_type;
pub(super) mod event_trigger;
pub(super) mod extended_statistics;
pub(super) mod extension;
pub(super) mod foreign_data;
pub(super) mod function;
pub(super) mod grant;
pub(super) mod identity;
pub(super) mod index;
pub(super) mod materialized_view;
pub(super) mod online;
pub(super) mod operator;
pub(super) mod operator_class;
pub(super) mod partition_index;
pub(super) mod policy;
pub(super) mod publication;
pub(super) mod range_type;
pub(super) mod rule;
pub(super) mod schema;
pub(super) mod sequence;
pub(super) mod subscription;
pub(super) mod table;
pub(super) mod table_copy;
pub(super) mod text_search;
pub(super) mod trigger;
pub(super) mod type_swap;
pub(super) mod view;

use pgmason_model::{Object, ObjectId};

use super::action::Action;
use super::builder::Builder;
use super::context::Context;
use super::owners::{owner_of, set_owner, set_owner_sql};
use super::reference;
use super::states::State;

/// What a difference asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing: it follows from another difference.
    Same,
    Alter,
    /// A column's values are converted.
    Retype,
    Replace,
}

pub(super) fn verdict(context: &Context<'_>, id: &ObjectId, old: &Object, new: &Object) -> Verdict {
    // Only the owner: every object can be handed over.
    if let Some(owner) = owner_of(new) {
        let mut same_owner = old.clone();
        set_owner(&mut same_owner, owner.clone());
        if same_owner == *new {
            return Verdict::Alter;
        }
    }
    match (old, new) {
        (Object::Schema(_), _) => Verdict::Alter,
        (Object::Extension(_), _) => Verdict::Alter,
        (Object::Collation(_), _) => Verdict::Replace,
        (Object::EnumType(old), Object::EnumType(new)) => enum_type::verdict(old, new),
        (Object::DomainType(old), Object::DomainType(new)) => domain::verdict(old, new),
        (Object::CompositeType(old), Object::CompositeType(new)) => composite_type::verdict(context, id, old, new),
        (Object::RangeType(_) | Object::BaseType(_), _) => Verdict::Replace,
        (Object::Sequence(old), Object::Sequence(new)) if old.identity != new.identity => Verdict::Replace,
        (Object::Sequence(_), _) => Verdict::Alter,
        (Object::Table(old), Object::Table(new)) => table::verdict(old, new),
        (Object::Column(old), Object::Column(new)) => column::verdict(context, id, old, new),
        (Object::Default(old), Object::Default(new)) => default::verdict(context, id, old, new),
        (Object::Constraint(old), Object::Constraint(new)) => constraint::verdict(context, old, new),
        (Object::DomainConstraint(old), Object::DomainConstraint(new)) => domain::constraint_verdict(old, new),
        (Object::Index(old), Object::Index(new)) => index::verdict(old, new),
        (Object::View(old), Object::View(new)) => view::verdict(old, new),
        (Object::MaterializedView(old), Object::MaterializedView(new)) => materialized_view::verdict(old, new),
        (Object::Function(old), Object::Function(new)) => function::verdict(old, new),
        (Object::Trigger(old), Object::Trigger(new)) => trigger::verdict(old, new),
        (Object::EventTrigger(old), Object::EventTrigger(new)) => event_trigger::verdict(old, new),
        // CREATE OR REPLACE RULE takes any change.
        (Object::Rule(_), _) => Verdict::Alter,
        (Object::Policy(old), Object::Policy(new)) => policy::verdict(old, new),
        (Object::Publication(old), Object::Publication(new)) => publication::verdict(old, new),
        (Object::ExtendedStatistics(old), Object::ExtendedStatistics(new)) => extended_statistics::verdict(old, new),
        (Object::ForeignDataWrapper(_) | Object::UserMapping(_), _) => Verdict::Alter,
        (Object::ForeignServer(old), Object::ForeignServer(new)) => foreign_data::server_verdict(old, new),
        (Object::Subscription(_), _) => Verdict::Alter,
        (Object::TextSearchDictionary(old), Object::TextSearchDictionary(new)) => {
            text_search::dictionary_verdict(old, new)
        }
        (Object::TextSearchConfiguration(old), Object::TextSearchConfiguration(new)) => {
            text_search::configuration_verdict(old, new)
        }
        // Its members are its classes'.
        (Object::OperatorFamily(old), Object::OperatorFamily(new)) if old.members != new.members => Verdict::Same,
        (Object::Grant(_) | Object::DefaultPrivilege(_) | Object::Comment(_), _) => Verdict::Alter,
        _ => Verdict::Replace,
    }
}

/// The statements for one object that does not stay as it is.
pub(super) fn emit(builder: &mut Builder<'_>, id: &ObjectId, state: State) {
    if matches!(state, State::Drop | State::Replace)
        && let Some(old) = builder.old(id)
    {
        drop(builder, id, old, state == State::Replace);
    }
    match state {
        State::Create | State::Replace => {
            if let Some(new) = builder.new_object(id) {
                create(builder, id, new, state == State::Replace);
            }
        }
        State::Alter => {
            if let (Some(old), Some(new)) = (builder.old(id), builder.new_object(id)) {
                alter(builder, id, old, new);
                hand_over(builder, id, old, new);
            }
        }
        State::Drop => {}
    }
}

fn create(builder: &mut Builder<'_>, id: &ObjectId, new: &Object, replaces: bool) {
    match new {
        Object::Schema(found) => schema::create(builder, id, found),
        Object::Extension(found) => extension::create(builder, id, found),
        Object::Collation(found) => collation::create(builder, id, found),
        Object::EnumType(found) => enum_type::create(builder, id, found),
        Object::DomainType(found) => domain::create(builder, id, found),
        Object::CompositeType(found) => composite_type::create(builder, id, found),
        Object::RangeType(found) => range_type::create(builder, id, found),
        Object::Sequence(found) => sequence::create(builder, id, found),
        Object::Table(found) => table::create(builder, id, found, replaces),
        Object::Column(found) => column::create(builder, id, found, replaces),
        Object::Default(found) => default::create(builder, id, found),
        Object::Constraint(found) => constraint::create(builder, id, found),
        Object::DomainConstraint(found) => domain::create_constraint(builder, id, found),
        Object::Index(found) => index::create(builder, id, found),
        Object::View(found) => view::create(builder, id, found),
        Object::MaterializedView(found) => materialized_view::create(builder, id, found),
        Object::Function(found) => function::create(builder, id, found),
        Object::Trigger(found) => trigger::create(builder, id, found),
        Object::EventTrigger(found) => event_trigger::create(builder, id, found),
        Object::Rule(found) => rule::create(builder, id, found),
        Object::Policy(found) => policy::create(builder, id, found),
        Object::Publication(found) => publication::create(builder, id, found),
        Object::ExtendedStatistics(found) => extended_statistics::create(builder, id, found),
        Object::Operator(found) => operator::create(builder, id, found),
        Object::Cast(found) => cast::create(builder, id, found),
        Object::ForeignDataWrapper(found) => foreign_data::create_wrapper(builder, id, found),
        Object::ForeignServer(found) => foreign_data::create_server(builder, id, found),
        Object::UserMapping(found) => foreign_data::create_mapping(builder, id, found),
        // Their own pass, with what default privileges give.
        Object::Grant(_) => {}
        Object::DefaultPrivilege(_) => default_privilege::change(builder, id),
        Object::Comment(found) => comment::set(builder, id, Some(found)),
        Object::Subscription(found) => subscription::create(builder, id, found),
        Object::TextSearchDictionary(found) => text_search::create_dictionary(builder, id, found),
        Object::TextSearchConfiguration(found) => text_search::create_configuration(builder, id, found),
        Object::OperatorClass(found) => operator_class::create(builder, id, found),
        Object::OperatorFamily(found) => operator_class::create_family(builder, id, found),
        Object::BaseType(_) => {
            builder.not_modelled(id, "pgmason writes no statements for this kind of object");
        }
    }
    let options = builder.context.options;
    // What is made again belongs to whoever makes it, and goes back to its owner.
    let changes_hands = replaces && owner_of(new).is_some_and(|owner| *owner != options.creator);
    if (options.owners || changes_hands) && !matches!(new, Object::Sequence(sequence) if sequence.identity) {
        hand_to(builder, id, new);
    }
}

fn alter(builder: &mut Builder<'_>, id: &ObjectId, old: &Object, new: &Object) {
    match (old, new) {
        (Object::Extension(old), Object::Extension(new)) => extension::alter(builder, id, old, new),
        (Object::EnumType(old), Object::EnumType(new)) => enum_type::alter(builder, id, old, new),
        (Object::DomainType(old), Object::DomainType(new)) => domain::alter(builder, id, old, new),
        (Object::CompositeType(old), Object::CompositeType(new)) => composite_type::alter(builder, id, old, new),
        (Object::Sequence(old), Object::Sequence(new)) => sequence::alter(builder, id, old, new),
        (Object::Table(old), Object::Table(new)) => table::alter(builder, id, old, new),
        (Object::Column(old), Object::Column(new)) => column::alter(builder, id, old, new),
        (Object::Default(_), Object::Default(new)) => default::create(builder, id, new),
        (Object::Constraint(old), Object::Constraint(new)) => constraint::alter(builder, id, old, new),
        (Object::DomainConstraint(_), Object::DomainConstraint(_)) => domain::validate(builder, id),
        (Object::Index(old), Object::Index(new)) => index::alter(builder, id, old, new),
        (Object::View(old), Object::View(new)) => view::alter(builder, id, old, new),
        (Object::MaterializedView(old), Object::MaterializedView(new)) => {
            materialized_view::alter(builder, id, old, new);
        }
        (Object::Function(old), Object::Function(new)) => function::alter(builder, id, old, new),
        (Object::Trigger(old), Object::Trigger(new)) => trigger::alter(builder, id, old, new),
        (Object::EventTrigger(_), Object::EventTrigger(new)) => event_trigger::set_state(builder, id, new),
        (Object::Rule(old), Object::Rule(new)) => rule::alter(builder, id, old, new),
        (Object::Policy(old), Object::Policy(new)) => policy::alter(builder, id, old, new),
        (Object::Publication(old), Object::Publication(new)) => publication::alter(builder, id, old, new),
        (Object::ExtendedStatistics(_), Object::ExtendedStatistics(new)) => {
            extended_statistics::set_target(builder, id, new);
        }
        (Object::ForeignDataWrapper(old), Object::ForeignDataWrapper(new)) => {
            foreign_data::alter_wrapper(builder, id, old, new);
        }
        (Object::ForeignServer(old), Object::ForeignServer(new)) => foreign_data::alter_server(builder, id, old, new),
        (Object::UserMapping(old), Object::UserMapping(new)) => foreign_data::alter_mapping(builder, id, old, new),
        (Object::Subscription(old), Object::Subscription(new)) => subscription::alter(builder, id, old, new),
        (Object::TextSearchDictionary(old), Object::TextSearchDictionary(new)) => {
            text_search::alter_dictionary(builder, id, old, new);
        }
        (Object::TextSearchConfiguration(old), Object::TextSearchConfiguration(new)) => {
            text_search::alter_configuration(builder, id, old, new);
        }
        (Object::DefaultPrivilege(_), _) => default_privilege::change(builder, id),
        (Object::Comment(_), Object::Comment(new)) => comment::set(builder, id, Some(new)),
        _ => {}
    }
}

fn drop(builder: &mut Builder<'_>, id: &ObjectId, old: &Object, replaces: bool) {
    match old {
        Object::Table(found) => table::drop(builder, id, found, replaces),
        Object::Column(found) => column::drop(builder, id, found, replaces),
        Object::EnumType(_) | Object::DomainType(_) | Object::CompositeType(_) | Object::RangeType(_) if replaces => {
            type_swap::take_down(builder, id);
        }
        Object::Default(_) => default::drop(builder, id),
        Object::Constraint(found) => constraint::drop(builder, id, found),
        Object::DomainConstraint(_) => domain::drop_constraint(builder, id),
        Object::Index(found) => index::drop(builder, id, found),
        Object::Sequence(found) => sequence::drop(builder, id, found),
        Object::Trigger(found) => trigger::drop(builder, id, found),
        Object::Extension(_) => extension::drop(builder, id),
        Object::Subscription(found) => subscription::drop(builder, id, found),
        Object::OperatorClass(_) | Object::OperatorFamily(_) => operator_class::drop(builder, id),
        Object::Grant(_) => {}
        Object::DefaultPrivilege(_) => default_privilege::change(builder, id),
        Object::Comment(_) => comment::drop(builder, id, replaces),
        _ => drop_by_name(builder, id, old),
    }
}

/// `DROP KIND name`, for what has no file of its own for it.
fn drop_by_name(builder: &mut Builder<'_>, id: &ObjectId, old: &Object) {
    use super::action::Rank;
    let parent_goes = builder.context.old.parent_of(id).is_some_and(|parent| builder.states.goes(&parent));
    if parent_goes && !matches!(old, Object::UserMapping(_)) {
        return;
    }
    let rank = match old {
        Object::Schema(_) => Rank::DropSchema,
        Object::View(_) | Object::MaterializedView(_) => Rank::DropView,
        Object::Policy(_) | Object::Rule(_) | Object::EventTrigger(_) | Object::Publication(_) => Rank::DropPart,
        Object::Function(_) | Object::Cast(_) | Object::Operator(_) => Rank::DropFunction,
        Object::ExtendedStatistics(_) => Rank::DropIndex,
        Object::ForeignDataWrapper(_) | Object::ForeignServer(_) => Rank::DropExtension,
        _ => Rank::DropType,
    };
    match reference::of(builder.context.from, id) {
        Some(name) => {
            builder.push(Action::drop(rank, id, format!("DROP {name}")));
        }
        None => builder.not_modelled(id, "pgmason knows no statement that drops it"),
    }
}

fn hand_over(builder: &mut Builder<'_>, id: &ObjectId, old: &Object, new: &Object) {
    if let (Some(before), Some(after)) = (owner_of(old), owner_of(new))
        && before != after
    {
        hand_to(builder, id, new);
    }
}

/// Ownership of what was just made, or changed hands.
fn hand_to(builder: &mut Builder<'_>, id: &ObjectId, new: &Object) {
    use super::action::Rank;
    let Some(owner) = owner_of(new) else { return };
    let unchanged = builder.old(id).and_then(owner_of) == Some(owner) && !builder.states.comes(id);
    let made_by_owner = builder.states.comes(id) && *owner == builder.context.options.creator;
    // A sequence that belongs to a column changes hands with its table.
    let with_its_table =
        matches!(new, Object::Sequence(sequence) if sequence.owned_by.is_some()) && !builder.states.comes(id);
    if unchanged || made_by_owner || with_its_table {
        return;
    }
    if let Some(sql) = reference::of(builder.context.to, id).and_then(|name| set_owner_sql(&name, id, owner)) {
        let mut action = Action::alter(Rank::Owner, id, sql);
        action.makes.clear();
        action.needs.insert(id.clone());
        builder.push(action);
    }
}
