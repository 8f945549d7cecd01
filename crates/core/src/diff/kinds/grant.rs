//! Grants: what each grantee has once the rest of the plan ran, held against what it should have.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use pgmason_model::difference::{ActionKind, HazardKind};
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind};

use crate::diff::action::{Action, Rank};
use crate::diff::builder::{Builder, hazard};
use crate::diff::context::relation;
use crate::diff::owners::owner_of;

/// Privilege → with grant option.
pub(crate) type Privileges = BTreeMap<String, bool>;

pub(crate) struct Target {
    /// `TABLE public.users`.
    pub(crate) name: String,
    pub(crate) column: Option<Identifier>,
}

/// The statements for all grants.
pub(in crate::diff) fn emit(builder: &mut Builder<'_>) {
    let mut wanted = by_object(builder.context.to);
    let mut there = by_object(builder.context.from);
    let mut objects: BTreeSet<ObjectId> = wanted.keys().chain(there.keys()).cloned().collect();
    // What is made gets grants even where it should have none: by default privileges.
    objects.extend(builder.states.of.keys().filter(|id| is_grantable(id.kind) && builder.states.comes(id)).cloned());
    // Whole tables first: taking a privilege from a table takes it from its columns.
    let changed: BTreeSet<ObjectId> = builder
        .states
        .of
        .keys()
        .filter(|id| id.kind == ObjectKind::Grant)
        .filter_map(|id| id.of.as_deref().cloned())
        .collect();
    let mut places = Places::of(builder);
    let (columns, wholes): (Vec<ObjectId>, Vec<ObjectId>) =
        objects.into_iter().partition(|id| id.kind == ObjectKind::Column);
    for id in wholes.into_iter().chain(columns) {
        // A grant on an object of the platform is the project's where it is another one.
        let concerned = changed.contains(&id) || builder.states.of.contains_key(&id) || is_made(builder, &id);
        if !concerned {
            continue;
        }
        let made = is_made(builder, &id);
        let goes = builder.new_object(&id).is_none() && relation(builder.context.to, &id).is_none();
        if goes || (id.kind != ObjectKind::Column && builder.new_object(&id).is_none()) {
            continue;
        }
        let wanted = wanted.remove(&id).unwrap_or_default();
        let mut there = if made { initial(builder, &id) } else { there.remove(&id).unwrap_or_default() };
        if !made && id.kind != ObjectKind::Column {
            follow_owner(builder, &id, &mut there);
        }
        change(builder, &mut places, &id, &there, &wanted, made);
    }
}

/// Where the statements about owners and grants of an object stand.
struct Places {
    owners: HashMap<ObjectId, Vec<usize>>,
    grants: HashMap<ObjectId, Vec<usize>>,
    /// What was taken from a grantee of an object.
    taken: BTreeMap<(ObjectId, Identifier), Taken>,
}

/// What was taken from a whole table is taken from its columns as well.
#[derive(Default)]
struct Taken {
    /// REVOKE ALL.
    all: bool,
    words: BTreeSet<String>,
    options: BTreeSet<String>,
}

impl Taken {
    fn by(there: &Privileges, wanted: &Privileges) -> Self {
        let mut taken = Self { all: wanted.is_empty() && !there.is_empty(), ..Self::default() };
        for (word, option) in there {
            match wanted.get(word) {
                None => taken.words.insert(word.clone()),
                Some(false) if *option => taken.options.insert(word.clone()),
                Some(_) => false,
            };
        }
        taken
    }

    /// What a column's grantee has after it.
    fn left(&self, of_column: &Privileges) -> Privileges {
        let kept = of_column.iter().filter(|(word, _)| !self.all && !self.words.contains(*word));
        kept.map(|(word, option)| (word.clone(), *option && !self.options.contains(word))).collect()
    }
}

impl Places {
    fn of(builder: &Builder<'_>) -> Self {
        let mut owners: HashMap<ObjectId, Vec<usize>> = HashMap::new();
        for (place, action) in builder.actions.iter().enumerate().filter(|(_, action)| action.rank == Rank::Owner) {
            owners.entry(action.object.clone()).or_default().push(place);
        }
        Self { owners, grants: HashMap::new(), taken: BTreeMap::new() }
    }
}

fn by_object(catalog: &Catalog) -> BTreeMap<ObjectId, BTreeMap<Identifier, Privileges>> {
    let mut found: BTreeMap<ObjectId, BTreeMap<Identifier, Privileges>> = BTreeMap::new();
    for (id, object) in catalog.of_kind(ObjectKind::Grant) {
        if let (Some(of), Object::Grant(grant)) = (id.of.as_deref(), object) {
            found.entry(of.clone()).or_default().insert(id.name.clone(), grant.privileges.clone());
        }
    }
    found
}

fn is_made(builder: &Builder<'_>, id: &ObjectId) -> bool {
    if builder.states.comes(id) {
        return true;
    }
    id.kind == ObjectKind::Column
        && relation(builder.context.to, id).is_some_and(|relation| builder.states.comes(&relation))
}

pub(super) fn is_grantable(kind: ObjectKind) -> bool {
    use ObjectKind as K;
    matches!(
        kind,
        K::Table
            | K::View
            | K::MaterializedView
            | K::Sequence
            | K::Function
            | K::Schema
            | K::EnumType
            | K::DomainType
            | K::CompositeType
            | K::RangeType
            | K::ForeignDataWrapper
            | K::ForeignServer
    )
}

/// Everything that an owner may do.
pub(super) fn all_of(kind: ObjectKind, major: u32) -> Privileges {
    use ObjectKind as K;
    let words: &[&str] = match kind {
        K::Table | K::View | K::MaterializedView if major >= 17 => {
            &["DELETE", "INSERT", "MAINTAIN", "REFERENCES", "SELECT", "TRIGGER", "TRUNCATE", "UPDATE"]
        }
        K::Table | K::View | K::MaterializedView => {
            &["DELETE", "INSERT", "REFERENCES", "SELECT", "TRIGGER", "TRUNCATE", "UPDATE"]
        }
        K::Sequence => &["SELECT", "UPDATE", "USAGE"],
        K::Function => &["EXECUTE"],
        K::Schema => &["CREATE", "USAGE"],
        K::EnumType | K::DomainType | K::CompositeType | K::RangeType | K::BaseType => &["USAGE"],
        K::ForeignDataWrapper | K::ForeignServer => &["USAGE"],
        _ => &[],
    };
    words.iter().map(|word| ((*word).to_owned(), false)).collect()
}

/// The grants that an object has right after it was made: PostgreSQL's own, or what default privileges say instead,
/// and what those of its schema add. They go by who makes it; then it is handed over, and what was the maker's is the
/// owner's.
fn initial(builder: &Builder<'_>, id: &ObjectId) -> BTreeMap<Identifier, Privileges> {
    let creator = &builder.context.options.creator;
    let mut found = made_with(&defaults_in_effect(builder), creator, builder.major(), id);
    let owner = builder.new_object(id).and_then(owner_of);
    hand_over(&mut found, creator, owner.unwrap_or(creator));
    found
}

/// A catalog of nothing but default privileges, as the plan leaves them: those of the platform stay as they are.
fn defaults_in_effect(builder: &Builder<'_>) -> Catalog {
    let platform = builder.context.platform;
    let old = builder.context.from.of_kind(ObjectKind::DefaultPrivilege).filter(|(id, _)| platform.contains(*id));
    let new = builder.context.to.of_kind(ObjectKind::DefaultPrivilege).filter(|(id, _)| !platform.contains(*id));
    let objects = old.chain(new).map(|(id, object)| (id.clone(), object.clone())).collect();
    Catalog { objects, ..Catalog::default() }
}

/// The same while it is still its maker's, by the default privileges of the catalog.
pub(in crate::diff) fn made_with(
    catalog: &Catalog,
    creator: &Identifier,
    major: u32,
    id: &ObjectId,
) -> BTreeMap<Identifier, Privileges> {
    let mut found: BTreeMap<Identifier, Privileges> = BTreeMap::new();
    if id.kind == ObjectKind::Column {
        return found;
    }
    let object_type = match id.kind {
        ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView => "table",
        ObjectKind::Sequence => "sequence",
        ObjectKind::Function => "function",
        ObjectKind::Schema => "schema",
        ObjectKind::EnumType | ObjectKind::DomainType | ObjectKind::CompositeType | ObjectKind::RangeType => "type",
        _ => "",
    };
    let entries = catalog.of_kind(ObjectKind::DefaultPrivilege).filter_map(|(entry, object)| match object {
        Object::DefaultPrivilege(found) if entry.name == *creator && found.object_type == object_type => {
            Some((entry, found))
        }
        _ => None,
    });
    let (of_schema, of_all): (Vec<_>, Vec<_>) = entries.partition(|(entry, _)| entry.schema.is_some());
    if of_all.is_empty() {
        found.insert(creator.clone(), all_of(id.kind, major));
        let word = match id.kind {
            ObjectKind::Function => Some("EXECUTE"),
            ObjectKind::EnumType | ObjectKind::DomainType | ObjectKind::CompositeType | ObjectKind::RangeType => {
                Some("USAGE")
            }
            _ => None,
        };
        if let Some(word) = word {
            found.entry(Identifier::from("public")).or_default().insert(word.to_owned(), false);
        }
    }
    for (_, entry) in of_all {
        found.insert(entry.grantee.clone(), entry.privileges.clone());
    }
    for (_, entry) in of_schema.into_iter().filter(|(entry, _)| entry.schema == id.schema && id.schema.is_some()) {
        let list = found.entry(entry.grantee.clone()).or_default();
        for (word, option) in &entry.privileges {
            let known = list.entry(word.clone()).or_default();
            *known = *known || *option;
        }
    }
    found.retain(|_, list| !list.is_empty());
    found
}

/// The grants of something that changes hands in place.
fn follow_owner(builder: &Builder<'_>, id: &ObjectId, there: &mut BTreeMap<Identifier, Privileges>) {
    if let (Some(old), Some(new)) = (builder.old(id).and_then(owner_of), builder.new_object(id).and_then(owner_of)) {
        hand_over(there, old, new);
    }
}

/// ALTER … OWNER TO puts the new owner in the old one's place, and joins what both had.
fn hand_over(grants: &mut BTreeMap<Identifier, Privileges>, old: &Identifier, new: &Identifier) {
    if old == new {
        return;
    }
    if let Some(list) = grants.remove(old) {
        let of_new = grants.entry(new.clone()).or_default();
        for (word, option) in list {
            let known = of_new.entry(word).or_default();
            *known = *known || option;
        }
    }
}

fn change(
    builder: &mut Builder<'_>,
    places: &mut Places,
    id: &ObjectId,
    there: &BTreeMap<Identifier, Privileges>,
    wanted: &BTreeMap<Identifier, Privileges>,
    made: bool,
) {
    let none = Privileges::new();
    let grantees: BTreeSet<&Identifier> = there.keys().chain(wanted.keys()).collect();
    let Some(target) = target(builder.context.to, id) else {
        if there != wanted {
            builder.not_modelled(id, "pgmason knows no GRANT for it");
        }
        return;
    };
    for grantee in grantees {
        let (before, after) = (there.get(grantee).unwrap_or(&none), wanted.get(grantee).unwrap_or(&none));
        let grant_id = ObjectId::grant(id.clone(), grantee.clone());
        let relation = if id.kind == ObjectKind::Column { relation(builder.context.to, id) } else { None };
        // They get theirs again.
        let taken = relation.as_ref().and_then(|relation| places.taken.get(&(relation.clone(), grantee.clone())));
        let left = taken.map(|taken| taken.left(before));
        let before = left.as_ref().unwrap_or(before);
        places.taken.insert((id.clone(), grantee.clone()), Taken::by(before, after));
        for sql in changes(&target, grantee, before, after) {
            let mut action = Action::new(ActionKind::Alter, Rank::Grant, &grant_id, sql);
            action.needs.extend(builder.needs_of(&grant_id));
            action.after.extend(places.owners.get(id).into_iter().flatten());
            action.after.extend(relation.iter().flat_map(|relation| places.grants.get(relation)).flatten());
            if !made {
                action.hazards.push(hazard(HazardKind::Access, format!("what {grantee} may do with {id} changes")));
            }
            builder.actions.push(action);
            places.grants.entry(id.clone()).or_default().push(builder.actions.len() - 1);
        }
    }
}

/// What GRANT calls the object. None where there is no such privilege, or no such column.
pub(crate) fn target(catalog: &Catalog, of: &ObjectId) -> Option<Target> {
    let plain = |name: String| Some(Target { name, column: None });
    match of.kind {
        ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView => plain(format!("TABLE {of}")),
        ObjectKind::Sequence => plain(format!("SEQUENCE {of}")),
        // The arguments of an ordered-set aggregate are one list here.
        ObjectKind::Function => plain(format!("ROUTINE {}", of.to_string().replacen(" ORDER BY ", ", ", 1))),
        ObjectKind::Schema => plain(format!("SCHEMA {of}")),
        ObjectKind::DomainType => plain(format!("DOMAIN {of}")),
        ObjectKind::EnumType | ObjectKind::CompositeType | ObjectKind::RangeType | ObjectKind::BaseType => {
            plain(format!("TYPE {of}"))
        }
        ObjectKind::ForeignDataWrapper => plain(format!("FOREIGN DATA WRAPPER {of}")),
        ObjectKind::ForeignServer => plain(format!("FOREIGN SERVER {of}")),
        ObjectKind::Column => {
            relation(catalog, of)?;
            Some(Target { name: format!("TABLE {}", of.qualified_name()?), column: of.sub.clone() })
        }
        _ => None,
    }
}

/// GRANT and REVOKE that turn one list into another.
pub(crate) fn changes(target: &Target, grantee: &Identifier, there: &Privileges, wanted: &Privileges) -> Vec<String> {
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
    let (on, role) = (&target.name, role(grantee));
    let mut statements = Vec::new();
    let too_many: Vec<&String> = there.keys().filter(|privilege| !wanted.contains_key(*privilege)).collect();
    if !too_many.is_empty() {
        let words = if wanted.is_empty() && target.column.is_none() { "ALL".to_owned() } else { list(too_many) };
        statements.push(format!("REVOKE {words} ON {on} FROM {role}"));
    }
    let option_too_much: Vec<&String> = there
        .iter()
        .filter(|(word, option)| **option && wanted.get(*word) == Some(&false))
        .map(|(word, _)| word)
        .collect();
    if !option_too_much.is_empty() {
        statements.push(format!("REVOKE GRANT OPTION FOR {} ON {on} FROM {role}", list(option_too_much)));
    }
    for option in [false, true] {
        let missing: Vec<&String> = wanted
            .iter()
            .filter(|(word, wanted)| **wanted == option && there.get(*word).is_none_or(|has| option && !has))
            .map(|(word, _)| word)
            .collect();
        if !missing.is_empty() {
            let suffix = if option { " WITH GRANT OPTION" } else { "" };
            statements.push(format!("GRANT {} ON {on} TO {role}{suffix}", list(missing)));
        }
    }
    statements
}

/// A role as GRANT writes it.
pub(crate) fn role(grantee: &Identifier) -> String {
    if *grantee == "public" { "PUBLIC".to_owned() } else { grantee.to_string() }
}
