//! Whose an object is.

use pgmason_model::{Identifier, Object, ObjectId, ObjectKind};

pub(crate) fn owner_of(object: &Object) -> Option<&Identifier> {
    Some(match object {
        Object::Schema(found) => &found.owner,
        Object::Collation(found) => &found.owner,
        Object::EnumType(found) => &found.owner,
        Object::DomainType(found) => &found.owner,
        Object::CompositeType(found) => &found.owner,
        Object::RangeType(found) => &found.owner,
        Object::BaseType(found) => &found.owner,
        Object::Sequence(found) => &found.owner,
        Object::Table(found) => &found.owner,
        Object::View(found) => &found.owner,
        Object::MaterializedView(found) => &found.owner,
        Object::Function(found) => &found.owner,
        Object::EventTrigger(found) => &found.owner,
        Object::Publication(found) => &found.owner,
        Object::ExtendedStatistics(found) => &found.owner,
        Object::Subscription(found) => &found.owner,
        Object::TextSearchDictionary(found) => &found.owner,
        Object::TextSearchConfiguration(found) => &found.owner,
        Object::Operator(found) => &found.owner,
        Object::OperatorClass(found) => &found.owner,
        Object::OperatorFamily(found) => &found.owner,
        Object::ForeignDataWrapper(found) => &found.owner,
        Object::ForeignServer(found) => &found.owner,
        _ => return None,
    })
}

pub(super) fn set_owner(object: &mut Object, owner: Identifier) {
    let place = match object {
        Object::Schema(found) => &mut found.owner,
        Object::Collation(found) => &mut found.owner,
        Object::EnumType(found) => &mut found.owner,
        Object::DomainType(found) => &mut found.owner,
        Object::CompositeType(found) => &mut found.owner,
        Object::RangeType(found) => &mut found.owner,
        Object::BaseType(found) => &mut found.owner,
        Object::Sequence(found) => &mut found.owner,
        Object::Table(found) => &mut found.owner,
        Object::View(found) => &mut found.owner,
        Object::MaterializedView(found) => &mut found.owner,
        Object::Function(found) => &mut found.owner,
        Object::EventTrigger(found) => &mut found.owner,
        Object::Publication(found) => &mut found.owner,
        Object::ExtendedStatistics(found) => &mut found.owner,
        Object::Subscription(found) => &mut found.owner,
        Object::TextSearchDictionary(found) => &mut found.owner,
        Object::TextSearchConfiguration(found) => &mut found.owner,
        Object::Operator(found) => &mut found.owner,
        Object::OperatorClass(found) => &mut found.owner,
        Object::OperatorFamily(found) => &mut found.owner,
        Object::ForeignDataWrapper(found) => &mut found.owner,
        Object::ForeignServer(found) => &mut found.owner,
        _ => return,
    };
    *place = owner;
}

/// `ALTER … OWNER TO` for the object. None where an owner comes with something else: the sequence of an identity or
/// of a serial column has its table's.
pub(super) fn set_owner_sql(reference: &str, id: &ObjectId, owner: &Identifier) -> Option<String> {
    let reference = match id.kind {
        ObjectKind::Function => format!("ROUTINE {}", id.to_string().replacen(" ORDER BY ", ", ", 1)),
        _ => reference.to_owned(),
    };
    Some(format!("ALTER {reference} OWNER TO {owner}"))
}
