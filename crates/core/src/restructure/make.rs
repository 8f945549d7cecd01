//! Statements that make objects which a step brings along: with their owner, and exactly the privileges they should have.
//!
//! Default privileges give a new object grants that nobody asked for (on Supabase: everything to `anon`); the diff
//! engine knows them and takes them away.

use std::collections::BTreeSet;

use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind, QualifiedName};

use super::refusal::OperationRefusal;
use crate::diff::{self, DiffOptions};

/// The statements, in order. Names that the objects take are free by then, whatever the catalog says.
pub(super) fn make(
    catalog: &Catalog,
    objects: Vec<(ObjectId, Object)>,
    creator: &Identifier,
) -> Result<Vec<String>, OperationRefusal> {
    let taken: BTreeSet<QualifiedName> =
        objects.iter().filter(|(id, _)| is_relation(id.kind)).filter_map(|(id, _)| id.qualified_name()).collect();
    let from = without(catalog, &taken);
    let mut to = from.clone();
    to.objects.extend(objects);
    let options = DiffOptions {
        owners: true,
        creator: creator.clone(),
        allow: ["*".to_owned()].into(),
        ..DiffOptions::default()
    };
    let plan = diff::plan(&from, &to, &options);
    match plan.refusals.first() {
        Some(refusal) => Err(OperationRefusal::Refused {
            message: format!("what the operation needs cannot be made: {refusal:?}"),
            hint: "please report it".to_owned(),
        }),
        None => Ok(plan.statements.into_iter().map(|statement| statement.sql).collect()),
    }
}

fn is_relation(kind: ObjectKind) -> bool {
    matches!(kind, ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView | ObjectKind::Sequence)
}

/// The catalog as if relations of these names were not there.
fn without(catalog: &Catalog, names: &BTreeSet<QualifiedName>) -> Catalog {
    let named = |id: &ObjectId| {
        let of = id.of.as_deref().unwrap_or(id);
        let on_relation = is_relation(of.kind)
            || matches!(
                of.kind,
                ObjectKind::Column
                    | ObjectKind::Default
                    | ObjectKind::Constraint
                    | ObjectKind::Trigger
                    | ObjectKind::Rule
                    | ObjectKind::Policy
            );
        on_relation && of.qualified_name().is_some_and(|name| names.contains(&name))
    };
    let mut rest = catalog.clone();
    rest.objects.retain(|id, object| {
        let of_index = matches!(object, Object::Index(index) if names.contains(&index.table));
        !named(id) && !of_index
    });
    rest.dependencies.retain(|(dependent, needed)| !named(dependent) && !named(needed));
    rest.statistics = None;
    rest
}
