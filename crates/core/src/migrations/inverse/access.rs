//! Grants and default privileges as they were.

use std::collections::BTreeSet;

use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind};

use crate::diff::access::{Privileges, Target, changes, owner_of, role, target};

/// Statements that make every grant what it was. `remade`: objects that begin anew, with whatever grants PostgreSQL and
/// the default privileges give them.
pub(super) fn restore(
    before: &Catalog,
    after: &Catalog,
    remade: &BTreeSet<ObjectId>,
    dropped: &BTreeSet<ObjectId>,
) -> Vec<String> {
    let mut statements = default_privileges(before, after);
    let none = Privileges::new();
    let ids: BTreeSet<&ObjectId> =
        before.of_kind(ObjectKind::Grant).chain(after.of_kind(ObjectKind::Grant)).map(|(id, _)| id).collect();
    for id in &ids {
        let Some(of) = id.of.as_deref() else { continue };
        if before.get(of).is_none() || remade.contains(of) || dropped.contains(of) {
            continue;
        }
        let (wanted, there) = (grant(before, id).unwrap_or(&none), grant(after, id).unwrap_or(&none));
        if wanted != there
            && let Some(target) = target(before, of)
        {
            statements.extend(changes(&target, &id.name, there, wanted));
        }
    }
    for of in remade.iter().filter(|of| is_grantable(of.kind)) {
        let Some(target) = target(before, of) else { continue };
        let owner = before.get(of).and_then(owner_of);
        let mut grantees: BTreeSet<Identifier> = after
            .of_kind(ObjectKind::DefaultPrivilege)
            .filter_map(|(_, object)| match object {
                Object::DefaultPrivilege(privilege) => Some(privilege.grantee.clone()),
                _ => None,
            })
            .collect();
        grantees.insert(Identifier::from("public"));
        for grantee in grantees.into_iter().filter(|grantee| Some(grantee) != owner) {
            statements.push(format!("REVOKE ALL ON {} FROM {}", target.name, role(&grantee)));
        }
        for id in ids.iter().filter(|id| id.of.as_deref() == Some(of) && Some(&id.name) != owner) {
            if let Some(wanted) = grant(before, id) {
                statements.extend(changes(&target, &id.name, &none, wanted));
            }
        }
    }
    statements
}

fn is_grantable(kind: ObjectKind) -> bool {
    use ObjectKind::{CompositeType, DomainType, EnumType, Function, MaterializedView, RangeType, Schema, View};
    matches!(kind, View | MaterializedView | Function | Schema | EnumType | DomainType | CompositeType | RangeType)
}

fn grant<'c>(catalog: &'c Catalog, id: &ObjectId) -> Option<&'c Privileges> {
    match catalog.get(id)? {
        Object::Grant(grant) => Some(&grant.privileges),
        _ => None,
    }
}

fn default_privileges(before: &Catalog, after: &Catalog) -> Vec<String> {
    let ids: BTreeSet<&ObjectId> = before
        .of_kind(ObjectKind::DefaultPrivilege)
        .chain(after.of_kind(ObjectKind::DefaultPrivilege))
        .map(|(id, _)| id)
        .collect();
    let of = |catalog: &Catalog, id: &ObjectId| match catalog.get(id) {
        Some(Object::DefaultPrivilege(found)) => Some(found.clone()),
        _ => None,
    };
    let mut statements = Vec::new();
    for id in ids {
        let (wanted, there) = (of(before, id), of(after, id));
        let Some(known) = wanted.as_ref().or(there.as_ref()) else { continue };
        let schema = id.schema.as_ref().map(|schema| format!(" IN SCHEMA {schema}")).unwrap_or_default();
        let target = Target { name: format!("{}S", known.object_type.to_uppercase()), column: None };
        let none = Privileges::new();
        let wanted = wanted.as_ref().map_or(&none, |found| &found.privileges);
        let there = there.as_ref().map_or(&none, |found| &found.privileges);
        for statement in changes(&target, &known.grantee, there, wanted) {
            statements.push(format!("ALTER DEFAULT PRIVILEGES FOR ROLE {}{schema} {statement}", id.name));
        }
    }
    statements
}
