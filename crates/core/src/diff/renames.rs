//! Renames that a person asked for: found in both catalogs, and as statements.
//!
//! Names inside views, policies and defaults follow a rename on the server alone, so the statements are run there and
//! the catalog is read anew before anything else is planned.

use pgmason_model::difference::{ActionKind, ChangeStatement};
use pgmason_model::identifier::quote_literal;
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind};
use pgmason_sql::Name;
use pgmason_sql::rename_directive::{RenameDirective, RenamedThing};

use super::kinds::table;

/// One rename, by the names before and after all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rename {
    Object { from: ObjectId, to: ObjectId },
    EnumValue { of: ObjectId, from: String, to: String },
}

/// The renames that directives ask for and that are still to be done. What speaks of nothing that is there is passed
/// over: a directive stays in its file long after the rename was made.
pub fn of_directives(from: &Catalog, to: &Catalog, directives: &[RenameDirective]) -> Vec<Rename> {
    directives.iter().filter_map(|directive| of_directive(from, to, directive)).collect()
}

/// A rename in the words of the command line: `public.old=public.new`, `public.t.old=public.t.new`.
///
/// The error says what is wrong with it.
pub fn of_words(from: &Catalog, to: &Catalog, old: &str, new: &str) -> Result<Rename, String> {
    let (before, after) = (parts(old), parts(new));
    if before.len() != after.len() || !(2..=3).contains(&before.len()) {
        return Err("a rename is SCHEMA.OLD=SCHEMA.NEW, or SCHEMA.TABLE.OLD=SCHEMA.TABLE.NEW for a column".to_owned());
    }
    let kinds: &[ObjectKind] = if before.len() == 3 { &[ObjectKind::Column] } else { NAMED };
    let id = |kind: ObjectKind, parts: &[Identifier]| ObjectId {
        kind,
        schema: parts.first().cloned(),
        name: parts.get(1).cloned().unwrap_or_default(),
        sub: parts.get(2).cloned(),
        of: None,
    };
    let there = |catalog: &Catalog, parts: &[Identifier]| {
        kinds.iter().map(|kind| id(*kind, parts)).find(|id| catalog.get(id).is_some())
    };
    let Some(old_id) = there(from, &before) else { return Err(format!("the first schema has no {old}")) };
    let new_id = ObjectId { kind: old_id.kind, ..id(old_id.kind, &after) };
    if to.get(&new_id).is_none() {
        return Err(format!("the second schema has no {} {new}", old_id.kind.label()));
    }
    if from.get(&new_id).is_some() {
        return Err(format!("the first schema has a {} {new} already", old_id.kind.label()));
    }
    Ok(Rename::Object { from: old_id, to: new_id })
}

const NAMED: &[ObjectKind] = &[
    ObjectKind::Table,
    ObjectKind::View,
    ObjectKind::MaterializedView,
    ObjectKind::EnumType,
    ObjectKind::DomainType,
    ObjectKind::CompositeType,
    ObjectKind::RangeType,
    ObjectKind::Sequence,
    ObjectKind::Index,
];

/// `public."Odd.Name".x` in its parts, unquoted.
fn parts(text: &str) -> Vec<Identifier> {
    let mut list = Vec::new();
    let mut part = String::new();
    let mut quoted = false;
    for character in text.chars() {
        match character {
            '"' => quoted = !quoted,
            '.' if !quoted => list.push(Identifier::new(std::mem::take(&mut part))),
            _ => part.push(character),
        }
    }
    list.push(Identifier::new(part));
    list
}

fn of_directive(from: &Catalog, to: &Catalog, directive: &RenameDirective) -> Option<Rename> {
    let object = |kinds: &[ObjectKind], name: &Name, old: &Name| {
        let new_id = find(to, kinds, name)?;
        let schema = old.schema.as_deref().map(Identifier::from).or_else(|| new_id.schema.clone());
        let old_id = ObjectId { schema, name: old.name.as_str().into(), ..new_id.clone() };
        let old_id =
            kinds.iter().map(|kind| ObjectId { kind: *kind, ..old_id.clone() }).find(|id| from.get(id).is_some())?;
        let taken = from.get(&ObjectId { kind: old_id.kind, ..new_id.clone() }).is_some();
        (!taken && old_id.kind == new_id.kind).then_some(Rename::Object { from: old_id, to: new_id })
    };
    match &directive.of {
        RenamedThing::Table(name) => object(&[ObjectKind::Table], name, &directive.from),
        RenamedThing::View(name) => object(&[ObjectKind::View, ObjectKind::MaterializedView], name, &directive.from),
        RenamedThing::Sequence(name) => object(&[ObjectKind::Sequence], name, &directive.from),
        RenamedThing::Type(name) => object(
            &[ObjectKind::EnumType, ObjectKind::DomainType, ObjectKind::CompositeType, ObjectKind::RangeType],
            name,
            &directive.from,
        ),
        RenamedThing::Schema(name) => {
            let of = |name: &str| ObjectId::global(ObjectKind::Schema, name);
            let (old, new) = (of(&directive.from.name), of(name));
            (from.get(&old).is_some() && from.get(&new).is_none() && to.get(&new).is_some())
                .then_some(Rename::Object { from: old, to: new })
        }
        RenamedThing::Column(name, column) => {
            let table = find(to, &[ObjectKind::Table], name)?;
            let of = |table: &ObjectId, column: &str| ObjectId {
                kind: ObjectKind::Column,
                sub: Some(column.into()),
                ..table.clone()
            };
            let new = of(&table, column);
            to.get(&new)?;
            // The table may be renamed too: its old name is looked for by whoever runs the statements.
            let old = of(&table, &directive.from.name);
            let known = from.get(&table).is_none() || from.get(&old).is_some() && from.get(&new).is_none();
            known.then_some(Rename::Object { from: old, to: new })
        }
        RenamedThing::EnumValue(name, label) => {
            let of = find(to, &[ObjectKind::EnumType], name)?;
            let labels = |catalog: &Catalog| match catalog.get(&of) {
                Some(Object::EnumType(found)) => found.labels.clone(),
                _ => Vec::new(),
            };
            let old = &directive.from.name;
            let before = labels(from);
            let known = before.is_empty() || before.contains(old) && !before.contains(label);
            known.then(|| Rename::EnumValue { of: of.clone(), from: old.clone(), to: label.clone() })
        }
    }
}

/// The object that a file's name means: the schema as written, else public's, else the only one.
fn find(catalog: &Catalog, kinds: &[ObjectKind], name: &Name) -> Option<ObjectId> {
    let bare = Identifier::from(name.name.as_str());
    let candidates: Vec<&ObjectId> = kinds
        .iter()
        .flat_map(|kind| catalog.of_kind(*kind))
        .map(|(id, _)| id)
        .filter(|id| id.name == bare && id.sub.is_none() && !catalog.is_platform(id))
        .collect();
    let in_schema =
        |schema: &str| candidates.iter().find(|id| id.schema.as_ref().is_some_and(|found| *found == *schema));
    match (&name.schema, candidates.as_slice()) {
        (Some(schema), _) => in_schema(schema).map(|id| (*id).clone()),
        (None, [only]) => Some((*only).clone()),
        (None, _) => in_schema("public").map(|id| (*id).clone()),
    }
}

/// The statements, in an order in which each finds what it names: schemas, then what is in them, then columns and values.
pub fn statements(from: &Catalog, renames: &[Rename]) -> Vec<ChangeStatement> {
    let mut list: Vec<(u8, ObjectId, String)> = Vec::new();
    for rename in renames {
        match rename {
            Rename::EnumValue { of, from, to } => {
                let sql = format!("ALTER TYPE {of} RENAME VALUE {} TO {}", quote_literal(from), quote_literal(to));
                list.push((3, of.clone(), sql));
            }
            Rename::Object { from: old, to: new } if old.kind == ObjectKind::Schema => {
                list.push((0, new.clone(), format!("ALTER SCHEMA {old} RENAME TO {}", new.name)));
            }
            Rename::Object { from: old, to: new } if old.kind == ObjectKind::Column => {
                if let (Some(table), Some(before), Some(after)) = (new.qualified_name(), &old.sub, &new.sub) {
                    list.push((3, new.clone(), format!("ALTER TABLE {table} RENAME COLUMN {before} TO {after}")));
                }
            }
            Rename::Object { from: old, to: new } => {
                let word = match (old.kind, from.get(old)) {
                    (_, Some(Object::Table(found))) => table::word(found).to_owned(),
                    (ObjectKind::EnumType | ObjectKind::CompositeType | ObjectKind::RangeType, _) => "TYPE".to_owned(),
                    (kind, _) => kind.label().to_uppercase(),
                };
                if old.schema != new.schema
                    && let Some(schema) = &new.schema
                {
                    list.push((1, new.clone(), format!("ALTER {word} {old} SET SCHEMA {schema}")));
                }
                if old.name != new.name {
                    let moved = ObjectId { schema: new.schema.clone(), ..old.clone() };
                    list.push((2, new.clone(), format!("ALTER {word} {moved} RENAME TO {}", new.name)));
                }
            }
        }
    }
    list.sort_by_key(|(rank, ..)| *rank);
    list.into_iter()
        .map(|(_, object, sql)| ChangeStatement {
            sql,
            object,
            action: ActionKind::Alter,
            transaction: 1,
            alone: false,
            why: Some("renamed".to_owned()),
            hazards: Vec::new(),
            rewrites: Vec::new(),
        })
        .collect()
}
