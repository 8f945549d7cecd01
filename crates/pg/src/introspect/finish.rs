//! Turns what the readers collected into the catalog: facts that need the whole, then order.

use std::collections::{BTreeMap, BTreeSet};

use pgmason_model::catalog::{CATALOG_SCHEMA_VERSION, NotChecked};
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind, QualifiedName, ServerVersion};
use rustc_hash::FxHashMap as HashMap;

use super::builder::Builder;

pub(super) fn finish(
    mut builder: Builder,
    version: ServerVersion,
    with_statistics: bool,
    forbidden: &BTreeMap<&'static str, String>,
) -> Catalog {
    let default_sequences = default_sequences(&builder.dependencies);
    let owners = std::mem::take(&mut builder.sequence_owners);
    builder.dependencies.retain(|(dependent, needed)| {
        let called_by_default = || {
            let default = ObjectId { kind: ObjectKind::Default, ..needed.clone() };
            default_sequences.get(&default) == dependent.qualified_name().as_ref()
        };
        !(dependent.kind == ObjectKind::Sequence && needed.kind == ObjectKind::Column && called_by_default())
    });
    for (id, object) in &mut builder.objects {
        match object {
            Object::Default(default) => default.sequence = default_sequences.get(id).cloned(),
            Object::Sequence(sequence) => {
                if let Some((column, identity)) = owners.get(id) {
                    sequence.owned_by = Some(column.clone());
                    sequence.identity = *identity;
                }
            }
            _ => {}
        }
    }
    builder.unmodelled.sort();

    let mut not_checked: Vec<NotChecked> = forbidden
        .iter()
        .map(|(query, reason)| NotChecked { what: (*query).to_owned(), reason: reason.clone() })
        .collect();
    not_checked.extend(builder.unreadable.into_iter().map(|(what, reason)| NotChecked { what, reason }));
    let roles = builder.roles;
    let mut catalog = Catalog {
        schema_version: CATALOG_SCHEMA_VERSION,
        server: version,
        objects: in_order(builder.objects).collect(),
        dependencies: builder.dependencies.into_iter().collect(),
        platform: BTreeSet::new(),
        roles: BTreeMap::new(),
        unmodelled: builder.unmodelled,
        not_checked,
        statistics: with_statistics.then_some(builder.statistics),
    };
    let named = roles_named_by(&catalog);
    catalog.roles = roles;
    keep_relevant_roles(&mut catalog, named);
    catalog
}

/// The objects in the order of their ids. An object is several hundred bytes, so places are sorted and not objects; the
/// map is then built from a sequence that is already sorted.
fn in_order(objects: Vec<(ObjectId, Object)>) -> impl Iterator<Item = (ObjectId, Object)> {
    let mut places: Vec<usize> = (0..objects.len()).collect();
    places.sort_by(|&left, &right| objects.get(left).map(|(id, _)| id).cmp(&objects.get(right).map(|(id, _)| id)));
    let mut objects: Vec<Option<(ObjectId, Object)>> = objects.into_iter().map(Some).collect();
    places.into_iter().filter_map(move |place| objects.get_mut(place).and_then(Option::take))
}

/// Which sequence a default calls: one `nextval('…'::regclass)` makes one edge.
fn default_sequences(dependencies: &[(ObjectId, ObjectId)]) -> HashMap<ObjectId, QualifiedName> {
    dependencies
        .iter()
        .filter(|(dependent, needed)| dependent.kind == ObjectKind::Default && needed.kind == ObjectKind::Sequence)
        .filter_map(|(dependent, needed)| needed.qualified_name().map(|name| (dependent.clone(), name)))
        .collect()
}

/// Drops PostgreSQL's own `pg_…` roles that neither an object nor a membership of a kept role names.
fn keep_relevant_roles(catalog: &mut Catalog, mut named: BTreeSet<Identifier>) {
    let own = |name: &Identifier| name.as_str().starts_with("pg_");
    for (name, role) in &catalog.roles {
        if !own(name) {
            named.extend(role.member_of.iter().cloned());
        }
    }
    catalog.roles.retain(|name, _| !own(name) || named.contains(name));
}

/// Roles that grants, default privileges and policies name. Owners are never `pg_…` roles but for pg_database_owner,
/// which owns public since PostgreSQL 15.
fn roles_named_by(catalog: &Catalog) -> BTreeSet<Identifier> {
    let mut named = BTreeSet::new();
    for (id, object) in &catalog.objects {
        match object {
            Object::Grant(_) => {
                named.insert(id.name.clone());
            }
            Object::DefaultPrivilege(privilege) => {
                named.extend([id.name.clone(), privilege.grantee.clone()]);
            }
            Object::Policy(policy) => named.extend(policy.roles.iter().cloned()),
            Object::Schema(schema) => {
                named.insert(schema.owner.clone());
            }
            _ => {}
        }
    }
    named
}
