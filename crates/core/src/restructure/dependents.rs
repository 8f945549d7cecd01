//! What hangs on a table beside its own parts: views, functions, policies of other tables, row types in columns.

use std::collections::BTreeSet;

use pgmason_model::catalog::ConstraintKind;
use pgmason_model::{Catalog, Object, ObjectId, ObjectKind};

/// Objects that PostgreSQL would drop with the table, or that keep it from being dropped; foreign keys are not told here.
pub(super) fn dependents(catalog: &Catalog, table: &ObjectId) -> Vec<ObjectId> {
    let parts: BTreeSet<&ObjectId> = catalog.objects.keys().filter(|id| is_part(catalog, table, id)).collect();
    let mut found = BTreeSet::new();
    for (dependent, needed) in &catalog.dependencies {
        if !(needed == table || parts.contains(needed)) || dependent == table || parts.contains(dependent) {
            continue;
        }
        let is_key = matches!(catalog.get(dependent),
            Some(Object::Constraint(constraint)) if constraint.kind == ConstraintKind::ForeignKey);
        // Publications, grants and comments follow by themselves.
        let follows = matches!(dependent.kind, ObjectKind::Publication | ObjectKind::Grant | ObjectKind::Comment);
        if !is_key && !follows {
            found.insert(dependent.clone());
        }
    }
    let qualified = table.qualified_name();
    for (id, object) in catalog.of_kind(ObjectKind::Table) {
        if let Object::Table(other) = object
            && id != table
            && other.parents().any(|parent| Some(parent) == qualified.as_ref())
        {
            found.insert(id.clone());
        }
    }
    found.into_iter().collect()
}

/// Something that goes with the table.
fn is_part(catalog: &Catalog, table: &ObjectId, id: &ObjectId) -> bool {
    let of_table = |id: &ObjectId| id.schema == table.schema && id.name == table.name;
    match id.kind {
        ObjectKind::Column
        | ObjectKind::Default
        | ObjectKind::Constraint
        | ObjectKind::Trigger
        | ObjectKind::Rule
        | ObjectKind::Policy => of_table(id),
        ObjectKind::Index => {
            matches!(catalog.get(id), Some(Object::Index(index)) if Some(&index.table) == table.qualified_name().as_ref())
        }
        ObjectKind::Sequence => matches!(catalog.get(id), Some(Object::Sequence(sequence))
            if sequence.owned_by.as_ref().is_some_and(of_table)),
        ObjectKind::ExtendedStatistics => matches!(catalog.get(id), Some(Object::ExtendedStatistics(statistics))
            if Some(&statistics.table) == table.qualified_name().as_ref()),
        _ => false,
    }
}

/// `view public.a, function public.b()`.
pub(super) fn listed(ids: &[ObjectId]) -> String {
    ids.iter().map(|id| format!("{} {id}", id.kind.label())).collect::<Vec<_>>().join(", ")
}
