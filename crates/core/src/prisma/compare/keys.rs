//! Primary keys and foreign keys.

use pgmason_model::catalog::{Constraint, ConstraintKind, ForeignKeyAction};
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind};

use super::{DifferenceClass, Work, column_list, edit};
use crate::prisma::schema::{PrismaModel, PrismaSchema};

type Named<'a> = (&'a ObjectId, &'a Constraint);

impl Work<'_> {
    pub(super) fn keys(&mut self, table: &ObjectId, model: Option<&PrismaModel>) {
        self.primary_key(table, model);
        self.foreign_keys(table, model);
    }

    fn primary_key(&mut self, table: &ObjectId, model: Option<&PrismaModel>) {
        let key = |constraint: &Constraint| constraint.kind == ConstraintKind::PrimaryKey;
        let wanted = constraints(self.expected, table, key).next();
        let has = constraints(self.found, table, key).next();
        let words = |(_, constraint): Named<'_>| format!("primary key {}", column_list(&constraint.columns));
        let class = match (wanted, has) {
            (None, None) => return,
            (Some((wanted_id, wanted)), Some((has_id, has))) if wanted.columns == has.columns => {
                if wanted_id == has_id {
                    return;
                }
                DifferenceClass::NameOnly
            }
            _ => DifferenceClass::Drift,
        };
        let Some((id, _)) = has.or(wanted) else { return };
        let edit = edit::primary_key(model, id, has.map(|(_, has)| has), class);
        let (mut expected, mut found) = (wanted.map(words), has.map(words));
        if let (DifferenceClass::NameOnly, Some((wanted, _)), Some((has, _))) = (class, wanted, has) {
            (expected, found) = (name_of(wanted), name_of(has));
        }
        let ids = (wanted.map(|(id, _)| id), has.map(|(id, _)| id));
        self.add_named(class, (id, table), ids, (expected, found), edit);
    }

    fn foreign_keys(&mut self, table: &ObjectId, model: Option<&PrismaModel>) {
        let (schema, expected, found) = (self.schema, self.expected, self.found);
        let seen = |constraint: &Constraint| is_seen_foreign_key(schema, constraint);
        let mut wanted: Vec<Named<'_>> = constraints(expected, table, seen).collect();
        let mut has: Vec<Named<'_>> = constraints(found, table, seen).collect();
        let mut pairs = Vec::new();
        // The same name first, so that of several alike each finds its own.
        for by_name in [true, false] {
            wanted.retain(|(wanted_id, wanted)| {
                let place =
                    has.iter().position(|(has_id, has)| alike(wanted, has) && (!by_name || wanted_id == has_id));
                place.is_none_or(|place| {
                    pairs.push((*wanted_id, has.remove(place).0));
                    false
                })
            });
        }
        // Nobody gives the keys of a join table names of their own.
        let join_table = model.is_none();
        for (wanted, has) in pairs.into_iter().filter(|(wanted, has)| wanted != has && !join_table) {
            let edit = edit::foreign_key(schema, model, wanted, None, DifferenceClass::NameOnly, has.sub.as_ref());
            let names = (name_of(wanted), name_of(has));
            self.add_named(DifferenceClass::NameOnly, (has, table), (Some(wanted), Some(has)), names, edit);
        }
        for (id, constraint) in wanted {
            let place = has.iter().position(|(_, other)| other.columns == constraint.columns);
            let other = place.map(|place| has.remove(place));
            let edit =
                edit::foreign_key(schema, model, id, other.map(|(_, other)| other), DifferenceClass::Drift, None);
            let ids = (Some(id), other.map(|(id, _)| id));
            let texts = (Some(words(constraint)), other.map(|(_, other)| words(other)));
            self.add_named(DifferenceClass::Drift, (id, table), ids, texts, edit);
        }
        for (id, constraint) in has {
            let edit = edit::foreign_key(schema, model, id, Some(constraint), DifferenceClass::Drift, None);
            self.add(DifferenceClass::Drift, (id, table), None, Some(words(constraint)), edit);
        }
    }
}

fn constraints<'a>(
    catalog: &'a Catalog,
    table: &ObjectId,
    wanted: impl Fn(&Constraint) -> bool,
) -> impl Iterator<Item = Named<'a>> {
    catalog.of_relation(ObjectKind::Constraint, table).filter_map(move |(id, object)| match object {
        Object::Constraint(constraint) if wanted(constraint) => Some((id, constraint)),
        _ => None,
    })
}

/// What points out of Prisma's schemas cannot be written there.
pub(super) fn is_seen_foreign_key(schema: &PrismaSchema, constraint: &Constraint) -> bool {
    constraint.kind == ConstraintKind::ForeignKey
        && !constraint.inherited
        && constraint.references.as_ref().is_some_and(|references| schema.schemas.contains(&references.table.schema))
}

/// Whether it is validated or deferrable Prisma does not see.
fn alike(a: &Constraint, b: &Constraint) -> bool {
    let parts = |constraint: &Constraint| {
        constraint.references.as_ref().map(|references| {
            (references.table.clone(), references.columns.clone(), references.on_update, references.on_delete)
        })
    };
    a.columns == b.columns && parts(a) == parts(b)
}

fn words(constraint: &Constraint) -> String {
    let Some(references) = &constraint.references else { return constraint.definition.clone() };
    format!(
        "foreign key {} to {}{} ON DELETE {} ON UPDATE {}",
        column_list(&constraint.columns),
        references.table,
        column_list(&references.columns),
        action(references.on_delete),
        action(references.on_update)
    )
}

fn action(action: ForeignKeyAction) -> &'static str {
    match action {
        ForeignKeyAction::NoAction => "NO ACTION",
        ForeignKeyAction::Restrict => "RESTRICT",
        ForeignKeyAction::Cascade => "CASCADE",
        ForeignKeyAction::SetNull => "SET NULL",
        ForeignKeyAction::SetDefault => "SET DEFAULT",
    }
}

fn name_of(id: &ObjectId) -> Option<String> {
    id.sub.as_ref().map(Identifier::to_string)
}
