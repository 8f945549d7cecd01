//! Holds two catalogs against each other that should be one, and says how they differ.

use pgmason_core::migrations::inverse::Difference;
use pgmason_model::{Catalog, Object, ObjectId};

use super::report::{CatalogDifference, Check, FailureKind};
use super::statements::Says;

/// Two catalogs that should be one. Of a table that lost a column by the file's own words the places of columns do not
/// count: a column that is added again stands last.
pub(super) fn compare(
    wanted: &Catalog,
    found: &Catalog,
    failure: FailureKind,
    mut reasons: Vec<String>,
    forgive: Option<&Says>,
) -> Check {
    let mut difference = Difference::between(wanted, found);
    if let Some(says) = forgive {
        difference.changed.retain(|id| !only_moved(wanted, found, id, says));
    }
    if wanted.roles != found.roles {
        reasons.push("roles or their memberships differ".to_owned());
    }
    if difference.is_empty() && wanted.dependencies != found.dependencies {
        let other = wanted.dependencies.symmetric_difference(&found.dependencies);
        reasons.extend(other.take(5).map(|(dependent, needed)| {
            format!("whether {} {dependent} needs {} {needed} differs", dependent.kind.label(), needed.kind.label())
        }));
    }
    if difference.is_empty() && reasons.is_empty() {
        return Check::passed();
    }
    let mut check = Check::failed(failure, reasons);
    if !difference.is_empty() {
        check.difference = Some(CatalogDifference::from(&difference));
    }
    check
}

fn only_moved(wanted: &Catalog, found: &Catalog, id: &ObjectId, says: &Says) -> bool {
    let lost_a_column =
        id.qualified_name().is_some_and(|table| says.dropped_columns.iter().any(|(dropped, _)| *dropped == table));
    match (wanted.get(id), found.get(id)) {
        (Some(Object::Column(old)), Some(Object::Column(new))) if lost_a_column => {
            let mut moved = new.clone();
            moved.position = old.position;
            moved == *old
        }
        _ => false,
    }
}

/// The same as words, one for each thing.
pub(super) fn what_differs(check: &Check) -> Vec<String> {
    let mut list = check.reasons.clone();
    if let Some(failure) = &check.statement {
        list.push(format!("{}: {}", failure.statement, failure.message));
    }
    if let Some(difference) = &check.difference {
        for (word, names) in
            [("added", &difference.added), ("missing", &difference.removed), ("changed", &difference.changed)]
        {
            list.extend(names.iter().map(|name| format!("{word}: {name}")));
        }
    }
    list
}
