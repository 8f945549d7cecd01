//! Objects that two catalogs only write in other words: PostgreSQL's own writing of an expression is no fixed point, so a
//! schema that was made from a plan reads otherwise than the one that the plan was made for.

use std::collections::BTreeSet;

use pgmason_model::{Catalog, ObjectId};
use pgmason_scratch::ScratchDatabase;

use super::prove::{Bench, Ground};
use crate::JobError;
use crate::schema::settle::in_other_words;

/// The second catalog, with what is the first's in other words written as there. None: there is nothing of that kind.
/// Both have to say so, each in its own surroundings: `f(a)` is another call where `f` takes another type. `database`:
/// that of the first, where it reads as its catalog does. Nobody may be connected to either.
pub(super) fn in_words_of(
    bench: &mut Bench<'_>,
    from: &Catalog,
    database: Option<&ScratchDatabase>,
    to: &Ground<'_>,
) -> Result<Option<Catalog>, JobError> {
    let mut same = in_other_words(bench.project, bench.server, to.database, from, to.catalog)?;
    if let (Some(database), false) = (database, same.is_empty()) {
        let there = in_other_words(bench.project, bench.server, database, to.catalog, from)?;
        same.retain(|id| there.contains(id));
    }
    Ok((!same.is_empty()).then(|| with_words_of(from, to.catalog, &same)))
}

/// `of`, with these objects as the other catalog writes them.
pub(crate) fn with_words_of(words: &Catalog, of: &Catalog, objects: &BTreeSet<ObjectId>) -> Catalog {
    let mut catalog = of.clone();
    for id in objects {
        if let Some(object) = words.get(id) {
            catalog.objects.insert(id.clone(), object.clone());
        }
    }
    catalog
}
