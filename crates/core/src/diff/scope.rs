//! What of two catalogs is compared: the project's own objects, with the owners that the options leave.

use std::collections::{BTreeMap, BTreeSet};

use pgmason_model::catalog::Publication;
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind};

use super::DiffOptions;
use super::owners::{owner_of, set_owner};

/// `to` with the owners that its objects will have after the plan: those of `from`, or the creator's where it is new.
/// What an owner may do with its own objects goes by whoever owns them.
pub(super) fn with_owners_of(from: &Catalog, to: &Catalog, options: &DiffOptions) -> Catalog {
    if options.owners {
        return to.clone();
    }
    let mut adopted = to.clone();
    let mut moved: BTreeMap<ObjectId, (Identifier, Identifier)> = BTreeMap::new();
    for (id, object) in &mut adopted.objects {
        let Some(theirs) = owner_of(object).cloned() else { continue };
        let kept = from.get(id).and_then(owner_of).cloned();
        // A remade object belongs to its creator, which then hands it over; to compare, both are the owner.
        let wanted = kept.unwrap_or_else(|| options.creator.clone());
        if wanted != theirs {
            set_owner(object, wanted.clone());
            moved.insert(id.clone(), (theirs, wanted));
        }
    }
    let grants: Vec<ObjectId> = adopted.of_kind(ObjectKind::Grant).map(|(id, _)| id.clone()).collect();
    for id in grants {
        let Some((old, new)) = id.of.as_deref().and_then(|of| moved.get(of)) else { continue };
        if id.name == *new {
            // What the new owner was granted as somebody else is part of what it has as the owner.
            adopted.objects.remove(&id);
        }
        if id.name == *old
            && let Some(object) = adopted.objects.remove(&id)
        {
            adopted.objects.insert(ObjectId { name: new.clone(), ..id }, object);
        }
    }
    adopted
}

/// Objects that neither side may change. A platform's publication is there for the project's tables: which of them it
/// holds is the project's to say.
pub(super) fn platform(from: &Catalog, to: &Catalog) -> BTreeSet<ObjectId> {
    let all = from.platform.union(&to.platform);
    all.filter(|id| !differs_in_tables_alone(from, to, id)).cloned().collect()
}

fn differs_in_tables_alone(from: &Catalog, to: &Catalog, id: &ObjectId) -> bool {
    match (from.get(id), to.get(id)) {
        (Some(Object::Publication(old)), Some(Object::Publication(new))) => {
            old.tables != new.tables && Publication { tables: old.tables.clone(), ..new.clone() } == *old
        }
        _ => false,
    }
}
