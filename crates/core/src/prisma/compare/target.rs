//! The database as it would be if it agreed with the Prisma schema: what Prisma cannot see stays as it is.

use std::collections::BTreeSet;

use pgmason_model::catalog::{Column, ConstraintKind};
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind};
use serde::Serialize;

use super::defaults::{Filled, filled, same};
use super::tables::same_type;
use super::{DifferenceClass, PrismaDifference};
use crate::diff::graft;
use crate::prisma::schema::{PrismaDefault, PrismaSchema};

/// Where a database is to arrive.
#[derive(Clone, Debug, Default)]
pub struct Aligned {
    pub catalog: Catalog,
    pub left: Vec<LeftDifference>,
}

/// A difference that stays.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LeftDifference {
    pub object: ObjectId,
    pub reason: String,
}

/// `found` with these differences closed. `creator`: the role that will make what is new.
pub fn align<'a>(
    schema: &PrismaSchema,
    expected: &Catalog,
    found: &Catalog,
    differences: impl IntoIterator<Item = &'a PrismaDifference>,
    creator: &Identifier,
) -> Aligned {
    let differences: Vec<&PrismaDifference> = differences.into_iter().collect();
    let mut work = Work {
        schema,
        expected,
        found,
        creator,
        aligned: Aligned { catalog: found.clone(), left: Vec::new() },
        taken: BTreeSet::new(),
    };
    work.take_out(&differences);
    work.rename(&differences);
    // Types before the columns that are of them.
    for difference in &differences {
        work.put(difference);
    }
    graft::connect(&mut work.aligned.catalog, expected, &work.taken);
    work.aligned
}

struct Work<'a> {
    schema: &'a PrismaSchema,
    expected: &'a Catalog,
    found: &'a Catalog,
    creator: &'a Identifier,
    aligned: Aligned,
    taken: BTreeSet<ObjectId>,
}

impl Work<'_> {
    fn leave(&mut self, object: &ObjectId, reason: String) {
        self.aligned.left.push(LeftDifference { object: object.clone(), reason });
    }

    /// Everything that Prisma does not have, or has otherwise and cannot be altered.
    fn take_out(&mut self, differences: &[&PrismaDifference]) {
        let mut going: Vec<(&ObjectId, BTreeSet<ObjectId>)> = Vec::new();
        let mut changing = BTreeSet::new();
        for difference in differences.iter().filter(|difference| difference.class == DifferenceClass::Drift) {
            let Some(id) = &difference.found_id else { continue };
            let made_anew = matches!(id.kind, ObjectKind::Constraint | ObjectKind::Index);
            if difference.expected_id.is_none() || made_anew {
                going.push((id, self.whole(id)));
            } else {
                changing.insert(id);
            }
        }
        loop {
            let all: BTreeSet<&ObjectId> = going.iter().flat_map(|(_, whole)| whole).collect();
            let blocked = going.iter().position(|(_, whole)| self.needed_elsewhere(whole, &all, &changing).is_some());
            let Some(place) = blocked else { break };
            let needed = self.needed_elsewhere(&going[place].1, &all, &changing);
            let (id, _) = going.remove(place);
            if let Some(dependent) = needed {
                self.leave(id, format!("{} {dependent} needs it, which Prisma cannot see", dependent.kind.label()));
            }
        }
        let all = going.into_iter().flat_map(|(_, whole)| whole).collect();
        graft::take_out(&mut self.aligned.catalog, &all);
    }

    /// With what PostgreSQL drops along with a column or a constraint.
    fn whole(&self, id: &ObjectId) -> BTreeSet<ObjectId> {
        let mut id = id.clone();
        if let Some(Object::Index(index)) = self.found.get(&id)
            && let (Some(name), Some(schema)) = (&index.constraint, &id.schema)
        {
            id = ObjectId::sub_object(ObjectKind::Constraint, schema.clone(), index.table.name.clone(), name.clone());
        }
        let mut whole = graft::whole(self.found, &id);
        if id.kind == ObjectKind::Column {
            let goes_along = |dependent: &ObjectId| match self.found.get(dependent) {
                Some(Object::Index(index)) => Some(&index.table) == id.qualified_name().as_ref(),
                Some(Object::Constraint(_)) => dependent.qualified_name() == id.qualified_name(),
                Some(Object::ExtendedStatistics(_)) => true,
                _ => false,
            };
            let more: Vec<ObjectId> = self
                .found
                .dependencies
                .iter()
                .filter(|(dependent, needed)| *needed == id && goes_along(dependent))
                .map(|(dependent, _)| dependent.clone())
                .collect();
            whole.extend(more.iter().flat_map(|dependent| graft::whole(self.found, dependent)));
        }
        whole
    }

    /// Something that stays and depends on what goes.
    fn needed_elsewhere(
        &self,
        whole: &BTreeSet<ObjectId>,
        going: &BTreeSet<&ObjectId>,
        changing: &BTreeSet<&ObjectId>,
    ) -> Option<ObjectId> {
        let edges = self.found.dependencies.iter();
        let mut staying = edges
            .filter(|(dependent, needed)| whole.contains(needed) && !going.contains(dependent))
            .map(|(dependent, _)| dependent)
            // A column that gets another type needs the old one no more; its default is written anew with it.
            .filter(|dependent| {
                let column = ObjectId { kind: ObjectKind::Column, ..(*dependent).clone() };
                !(changing.contains(dependent) || dependent.kind == ObjectKind::Default && changing.contains(&column))
            })
            // A foreign key finds another index.
            .filter(|dependent| !self.is_foreign_key_on_index(dependent, whole));
        staying.next().cloned()
    }

    fn is_foreign_key_on_index(&self, dependent: &ObjectId, whole: &BTreeSet<ObjectId>) -> bool {
        let is_key = matches!(self.found.get(dependent), Some(Object::Constraint(constraint))
            if constraint.references.is_some());
        is_key
            && whole
                .iter()
                .all(|id| matches!(id.kind, ObjectKind::Index | ObjectKind::Constraint | ObjectKind::Comment))
    }

    fn rename(&mut self, differences: &[&PrismaDifference]) {
        let mut pairs = Vec::new();
        for difference in differences.iter().filter(|difference| difference.class == DifferenceClass::NameOnly) {
            let (Some(wanted), Some(has)) = (&difference.expected_id, &difference.found_id) else { continue };
            let name = wanted.sub.as_ref().unwrap_or(&wanted.name).clone();
            let pair = match self.found.get(has) {
                Some(Object::Index(index)) => match (&index.constraint, &has.schema) {
                    (Some(constraint), Some(schema)) => {
                        let of = |name: &Identifier| {
                            ObjectId::sub_object(
                                ObjectKind::Constraint,
                                schema.clone(),
                                index.table.name.clone(),
                                name.clone(),
                            )
                        };
                        (of(constraint), of(&name))
                    }
                    _ => (has.clone(), ObjectId { name, ..has.clone() }),
                },
                _ => (has.clone(), ObjectId { sub: Some(name), ..has.clone() }),
            };
            if self.aligned.catalog.get(&pair.1).is_some() {
                self.leave(has, format!("the name {} is taken", pair.1));
            } else {
                pairs.push(pair);
            }
        }
        graft::rename(&mut self.aligned.catalog, &pairs);
    }

    fn put(&mut self, difference: &PrismaDifference) {
        let (Some(wanted), DifferenceClass::Drift) = (&difference.expected_id, difference.class) else { return };
        let there = difference.found_id.is_some();
        match (self.expected.get(wanted), self.found.get(wanted)) {
            (Some(Object::Column(new)), Some(Object::Column(old))) if there => self.change_column(wanted, new, old),
            (Some(Object::EnumType(new)), Some(Object::EnumType(_))) if there => {
                if let Some(Object::EnumType(known)) = self.aligned.catalog.objects.get_mut(wanted) {
                    known.labels.retain(|label| new.labels.contains(label));
                    let more: Vec<String> =
                        new.labels.iter().filter(|label| !known.labels.contains(label)).cloned().collect();
                    known.labels.extend(more);
                }
            }
            // What depends on the old one keeps it.
            _ if self.aligned.left.iter().any(|left| Some(&left.object) == difference.found_id.as_ref()) => {}
            _ => graft::put(&mut self.aligned.catalog, self.expected, wanted, self.creator, &mut self.taken),
        }
    }

    fn change_column(&mut self, id: &ObjectId, new: &Column, old: &Column) {
        let model = id.qualified_name().and_then(|name| self.schema.model(&name));
        let field = model.and_then(|model| model.columns.iter().find(|column| id.sub.as_ref() == Some(&column.name)));
        let list = field.is_some_and(|field| field.list);
        let default = field.map_or(&PrismaDefault::None, |field| &field.default);
        let (wanted, has) = (filled(self.expected, id, new), filled(self.found, id, old));
        if old.generated.is_some() && !same(default, &wanted, &has) {
            return self.leave(id, "it is a generated column, which Prisma takes for one with a default".to_owned());
        }
        let retyped = !same_type(&new.type_name, &old.type_name);
        let refilled = !same(default, &wanted, &has);
        let Some(Object::Column(column)) = self.aligned.catalog.objects.get_mut(id) else { return };
        if retyped {
            column.type_name.clone_from(&new.type_name);
            column.user_type.clone_from(&new.user_type);
            // Those of the old type.
            (column.collation, column.storage, column.compression) = (None, None, None);
            self.taken.insert(id.clone());
            let types = |needed: &ObjectId| old.user_type.as_ref() == Some(needed);
            self.aligned.catalog.dependencies.retain(|(dependent, needed)| dependent != id || !types(needed));
        }
        if !list {
            column_null(&mut self.aligned.catalog, self.expected, id, new.not_null, &mut self.taken);
        }
        let worded_anew = retyped && matches!((&wanted, &has), (Filled::Expression(_), Filled::Expression(_)));
        if refilled || worded_anew {
            self.refill(id);
        }
    }

    /// Gives a column the default of the schema's own DDL, or none.
    fn refill(&mut self, id: &ObjectId) {
        let default = ObjectId { kind: ObjectKind::Default, ..id.clone() };
        let catalog = &mut self.aligned.catalog;
        let owned =
            |object: &Object| matches!(object, Object::Sequence(sequence) if sequence.owned_by.as_ref() == Some(id));
        let sequences: Vec<ObjectId> = catalog
            .of_kind(ObjectKind::Sequence)
            .filter(|(_, object)| owned(object))
            .map(|(id, _)| id.clone())
            .collect();
        let mut gone = graft::whole(catalog, &default);
        gone.extend(sequences.iter().flat_map(|sequence| graft::whole(catalog, sequence)));
        graft::take_out(catalog, &gone);
        if let Some(Object::Column(column)) = catalog.objects.get_mut(id) {
            column.identity = None;
        }
        let owned = self.expected.of_kind(ObjectKind::Sequence).filter(|(_, object)| owned(object));
        let sequences: Vec<ObjectId> = owned.map(|(id, _)| id.clone()).collect();
        for wanted in sequences.iter().chain([&default]) {
            if self.expected.get(wanted).is_some() {
                graft::put(catalog, self.expected, wanted, self.creator, &mut self.taken);
            }
        }
    }
}

/// PostgreSQL 18 keeps NOT NULL as a constraint beside.
fn column_null(
    catalog: &mut Catalog,
    expected: &Catalog,
    id: &ObjectId,
    not_null: bool,
    taken: &mut BTreeSet<ObjectId>,
) {
    let Some(Object::Column(column)) = catalog.objects.get_mut(id) else { return };
    if column.not_null == not_null {
        return;
    }
    column.not_null = not_null;
    let of_column = |object: &Object| {
        matches!(object, Object::Constraint(constraint) if constraint.kind == ConstraintKind::NotNull
            && constraint.columns.iter().eq(id.sub.iter()))
    };
    let constraints = |catalog: &Catalog| -> BTreeSet<ObjectId> {
        let all = catalog.of_relation(ObjectKind::Constraint, id);
        all.filter(|(_, object)| of_column(object)).map(|(id, _)| id.clone()).collect()
    };
    let gone = constraints(catalog);
    graft::take_out(catalog, &gone);
    if not_null {
        for constraint in constraints(expected) {
            if let Some(object) = expected.get(&constraint) {
                catalog.objects.insert(constraint.clone(), object.clone());
                taken.insert(constraint);
            }
        }
    }
}
