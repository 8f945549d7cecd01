//! How an object is named in DROP and COMMENT ON, and what a name stands for.

use pgmason_model::{Catalog, Identifier, ObjectId, ObjectKind};

pub(super) use crate::diff::reference::of;

/// The table or view of a name.
pub(super) fn relation_of(catalog: &Catalog, schema: &Identifier, name: &Identifier) -> Option<ObjectId> {
    [ObjectKind::Table, ObjectKind::View, ObjectKind::MaterializedView]
        .into_iter()
        .map(|kind| ObjectId::in_schema(kind, schema.clone(), name.clone()))
        .find(|id| catalog.get(id).is_some())
}
