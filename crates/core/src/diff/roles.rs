//! Roles that the new schema names and the old one's server has not.

use std::collections::BTreeMap;

use pgmason_model::difference::Refusal;
use pgmason_model::{Catalog, Identifier, Object, ObjectId};

/// Roles belong to the server, so a plan does not make them.
pub(super) fn missing(from: &Catalog, to: &Catalog) -> Vec<Refusal> {
    let mut needed: BTreeMap<Identifier, ObjectId> = BTreeMap::new();
    let mut need = |role: &Identifier, id: &ObjectId| {
        needed.entry(role.clone()).or_insert_with(|| id.clone());
    };
    for (id, object) in &to.objects {
        if from.get(id) == Some(object) || to.is_platform(id) {
            continue;
        }
        match object {
            Object::Grant(_) => need(&id.name, id.of.as_deref().unwrap_or(id)),
            Object::DefaultPrivilege(found) => {
                need(&found.grantee, id);
                need(&id.name, id);
            }
            Object::Policy(policy) => policy.roles.iter().for_each(|role| need(role, id)),
            _ => {}
        }
    }
    let known = |role: &Identifier| {
        *role == "public" || role.as_str().starts_with("pg_") || from.roles.contains_key(role) || from.roles.is_empty()
    };
    needed
        .into_iter()
        .filter(|(role, _)| !known(role))
        .map(|(role, needed_by)| Refusal::NoSuchRole { role: role.as_str().to_owned(), needed_by })
        .collect()
}
