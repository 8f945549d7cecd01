//! Who may do what, as grants, role membership and PUBLIC add up to it.

use std::collections::{HashMap, HashSet};

use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind};

use crate::schema::GrantsOf;

/// Effective privileges of roles.
pub struct Access<'a> {
    grants: GrantsOf<'a>,
    /// Relation → its columns on which somebody holds a grant of their own.
    column_grants: HashMap<(&'a str, &'a str), Vec<&'a ObjectId>>,
    effective: HashMap<&'a str, HashSet<&'a str>>,
}

impl<'a> Access<'a> {
    pub(crate) fn new(catalog: &'a Catalog) -> Self {
        let mut grants: GrantsOf<'a> = HashMap::new();
        let mut column_grants: HashMap<(&str, &str), Vec<&ObjectId>> = HashMap::new();
        for (id, object) in catalog.of_kind(ObjectKind::Grant) {
            let (Object::Grant(grant), Some(of)) = (object, &id.of) else { continue };
            if of.kind == ObjectKind::Column {
                let relation = (of.schema.as_ref().map_or("", Identifier::as_str), of.name.as_str());
                column_grants.entry(relation).or_default().push(of);
            }
            grants.entry(of).or_default().push((&id.name, grant));
        }
        let effective =
            catalog.roles.keys().map(|role| (role.as_str(), effective_roles(catalog, role.as_str()))).collect();
        Self { grants, column_grants, effective }
    }

    /// True when the role holds the privilege on the object: by a grant to itself, to PUBLIC, or to a role whose
    /// privileges it inherits. Superusers and owners are not counted: what matters is what was given.
    pub fn has(&self, role: &str, privilege: &str, object: &ObjectId) -> bool {
        let Some(grants) = self.grants.get(object) else { return false };
        grants.iter().any(|(grantee, grant)| self.speaks_for(role, grantee.as_str()) && grant.allows(privilege))
    }

    /// Like [`Self::has`] for a table or view, a grant on some of its columns included.
    pub fn has_on_any_column(&self, role: &str, privilege: &str, relation: &ObjectId) -> bool {
        if self.has(role, privilege, relation) {
            return true;
        }
        let key = (relation.schema.as_ref().map_or("", Identifier::as_str), relation.name.as_str());
        self.column_grants
            .get(&key)
            .is_some_and(|columns| columns.iter().any(|column| self.has(role, privilege, column)))
    }

    /// True when the role can look into the schema at all.
    pub fn can_use_schema(&self, role: &str, schema: &str) -> bool {
        self.has(role, "USAGE", &ObjectId::global(ObjectKind::Schema, schema))
    }

    /// True when what is granted to `grantee` is the role's: itself, `public`, or a group whose privileges it has
    /// without SET ROLE.
    pub fn speaks_for(&self, role: &str, grantee: &str) -> bool {
        grantee == role
            || grantee == "public"
            || self.effective.get(role).is_some_and(|effective| effective.contains(grantee))
    }
}

fn effective_roles<'a>(catalog: &'a Catalog, role: &'a str) -> HashSet<&'a str> {
    let mut found = HashSet::new();
    let mut waiting = vec![role];
    while let Some(name) = waiting.pop() {
        if !found.insert(name) {
            continue;
        }
        // NOINHERIT keeps a group's privileges away until SET ROLE.
        if let Some(attributes) = catalog.roles.get(name).filter(|attributes| attributes.inherit) {
            waiting.extend(attributes.member_of.iter().map(Identifier::as_str));
        }
    }
    found
}
