//! Dependencies between objects, and the facts that only they tell: whose a sequence is, which sequence a default calls.
//!
//! A sequence's edge to its owning column is left out when the column's default calls it: with the default written
//! inside CREATE TABLE the two would wait for each other. `Sequence::owned_by` keeps the fact.

use pgmason_model::{ObjectId, ObjectKind};

use super::IntrospectError;
use super::address::{Address, PG_CLASS};
use super::builder::Builder;
use super::row::Row;

pub(super) fn decode(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let dependent = Address { class: row.get("class")?, object: row.get("object")?, sub: row.get("sub")? };
    let needed =
        Address { class: row.get("needed_class")?, object: row.get("needed_object")?, sub: row.get("needed_sub")? };
    // What a member of an extension needs is the extension's business.
    if builder.extension_members.contains_key(&Address { sub: 0, ..dependent }) {
        return Ok(());
    }
    let (Some(dependent_id), Some(needed_id)) = (object_at(builder, dependent), object_at(builder, needed)) else {
        return Ok(());
    };
    // A foreign key needs the unique index that it found; to the project that is the constraint.
    let constraint = builder.index_constraints.get(&needed.object);
    let needed_id = match constraint {
        Some(constraint) if needed.class == PG_CLASS && dependent_id.kind == ObjectKind::Constraint => constraint,
        _ => needed_id,
    };
    let own_table = || dependent_id.kind == ObjectKind::Column && dependent_id.relation(needed_id.kind) == *needed_id;
    if dependent_id == needed_id || own_table() {
        return Ok(());
    }
    let edge = (dependent_id.clone(), needed_id.clone());
    if edge.0.kind == ObjectKind::Sequence && edge.1.kind == ObjectKind::Column {
        let identity = row.get::<&str>("kind")? == "i";
        builder.sequence_owners.insert(edge.0.clone(), (edge.1.clone(), identity));
    }
    builder.dependencies.push(edge);
    Ok(())
}

/// The object at an address. An attribute of a view or composite type is no object: the whole is.
fn object_at(builder: &Builder, address: Address) -> Option<&ObjectId> {
    if address.sub != 0 && !builder.column_facts.contains_key(&address) {
        return builder.resolve(Address { sub: 0, ..address });
    }
    builder.resolve(address)
}
