//! Grants and default privileges as they were.

use std::collections::{BTreeMap, BTreeSet};

use pgmason_model::catalog::TableKind;
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind};

type Privileges = BTreeMap<String, bool>;

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
            statements.extend(change(&target, &id.name, there, wanted));
        }
    }
    for of in remade.iter().filter(|of| is_grantable(of.kind)) {
        let Some(target) = target(before, of) else { continue };
        let owner = owner(before, of);
        let mut grantees: BTreeSet<Identifier> = after
            .of_kind(ObjectKind::DefaultPrivilege)
            .filter_map(|(_, object)| match object {
                Object::DefaultPrivilege(privilege) => Some(privilege.grantee.clone()),
                _ => None,
            })
            .collect();
        grantees.insert(Identifier::from("public"));
        for grantee in grantees.into_iter().filter(|grantee| Some(grantee) != owner.as_ref()) {
            statements.push(format!("REVOKE ALL ON {} FROM {}", target.name, role(&grantee)));
        }
        for id in ids.iter().filter(|id| id.of.as_deref() == Some(of) && Some(&id.name) != owner.as_ref()) {
            if let Some(wanted) = grant(before, id) {
                statements.extend(change(&target, &id.name, &none, wanted));
            }
        }
    }
    statements
}

struct Target {
    /// `TABLE public.users`.
    name: String,
    column: Option<Identifier>,
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

fn target(catalog: &Catalog, of: &ObjectId) -> Option<Target> {
    let plain = |name: String| Some(Target { name, column: None });
    match of.kind {
        ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView => plain(format!("TABLE {of}")),
        ObjectKind::Sequence => plain(format!("SEQUENCE {of}")),
        ObjectKind::Function => plain(format!("ROUTINE {of}")),
        ObjectKind::Schema => plain(format!("SCHEMA {of}")),
        ObjectKind::DomainType => plain(format!("DOMAIN {of}")),
        ObjectKind::EnumType | ObjectKind::CompositeType | ObjectKind::RangeType | ObjectKind::BaseType => {
            plain(format!("TYPE {of}"))
        }
        ObjectKind::ForeignDataWrapper => plain(format!("FOREIGN DATA WRAPPER {of}")),
        ObjectKind::ForeignServer => plain(format!("FOREIGN SERVER {of}")),
        ObjectKind::Column => {
            // A foreign table's columns are granted like any other's.
            let is_table = matches!(
                catalog.get(&of.relation(ObjectKind::Table)),
                Some(Object::Table(table)) if table.kind != TableKind::Foreign
            );
            let known = is_table || catalog.get(of).is_some();
            known.then(|| Some(Target { name: format!("TABLE {}", of.qualified_name()?), column: of.sub.clone() }))?
        }
        _ => None,
    }
}

fn change(target: &Target, grantee: &Identifier, there: &Privileges, wanted: &Privileges) -> Vec<String> {
    let list = |privileges: Vec<&String>| {
        let words: Vec<String> = privileges
            .into_iter()
            .map(|privilege| match &target.column {
                Some(column) => format!("{privilege} ({column})"),
                None => privilege.clone(),
            })
            .collect();
        words.join(", ")
    };
    let (on, who) = (&target.name, role(grantee));
    let mut statements = Vec::new();
    let too_many: Vec<&String> = there.keys().filter(|privilege| !wanted.contains_key(*privilege)).collect();
    if !too_many.is_empty() {
        statements.push(format!("REVOKE {} ON {on} FROM {who}", list(too_many)));
    }
    let with_option = |privilege: &&String| there[*privilege] && wanted.get(*privilege) == Some(&false);
    let option_too_much: Vec<&String> = there.keys().filter(with_option).collect();
    if !option_too_much.is_empty() {
        statements.push(format!("REVOKE GRANT OPTION FOR {} ON {on} FROM {who}", list(option_too_much)));
    }
    for option in [false, true] {
        let missing: Vec<&String> = wanted
            .iter()
            .filter(|(privilege, wanted)| **wanted == option && there.get(*privilege).is_none_or(|has| option && !has))
            .map(|(privilege, _)| privilege)
            .collect();
        if !missing.is_empty() {
            let suffix = if option { " WITH GRANT OPTION" } else { "" };
            statements.push(format!("GRANT {} ON {on} TO {who}{suffix}", list(missing)));
        }
    }
    statements
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
        for statement in change(&target, &known.grantee, there, wanted) {
            statements.push(format!("ALTER DEFAULT PRIVILEGES FOR ROLE {}{schema} {statement}", id.name));
        }
    }
    statements
}

fn role(grantee: &Identifier) -> String {
    if *grantee == "public" { "PUBLIC".to_owned() } else { grantee.to_string() }
}

fn owner(catalog: &Catalog, id: &ObjectId) -> Option<Identifier> {
    match catalog.get(id)? {
        Object::View(view) => Some(view.owner.clone()),
        Object::MaterializedView(view) => Some(view.owner.clone()),
        Object::Function(function) => Some(function.owner.clone()),
        Object::Schema(schema) => Some(schema.owner.clone()),
        Object::EnumType(found) => Some(found.owner.clone()),
        Object::DomainType(found) => Some(found.owner.clone()),
        Object::CompositeType(found) => Some(found.owner.clone()),
        Object::RangeType(found) => Some(found.owner.clone()),
        _ => None,
    }
}
