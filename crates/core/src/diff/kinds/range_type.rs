//! Range types.

use pgmason_model::ObjectId;
use pgmason_model::catalog::RangeType;

use super::type_swap;
use crate::diff::builder::Builder;

pub(super) fn create(builder: &mut Builder<'_>, id: &ObjectId, new: &RangeType) {
    let mut options = vec![format!("subtype = {}", new.subtype)];
    // The default class has the type's own name; PostgreSQL takes it by itself as well.
    options.push(format!("subtype_opclass = {}", new.subtype_opclass));
    if let Some(collation) = &new.collation {
        options.push(format!("collation = {collation}"));
    }
    if let Some(function) = &new.canonical {
        options.push(format!("canonical = {function}"));
    }
    if let Some(function) = &new.subtype_diff {
        options.push(format!("subtype_diff = {function}"));
    }
    if let Some(multirange) = &new.multirange {
        options.push(format!("multirange_type_name = {multirange}"));
    }
    type_swap::create(builder, id, format!("CREATE TYPE {id} AS RANGE ({})", options.join(", ")));
}
