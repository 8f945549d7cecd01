//! From what a person types to a relation of the catalog. The name never reaches SQL but through the model.

use pgmason_model::{Catalog, ObjectId, ObjectKind};

use crate::JobError;

/// Kinds that have rows.
const KINDS: [ObjectKind; 3] = [ObjectKind::Table, ObjectKind::View, ObjectKind::MaterializedView];

/// `table` or `schema.table`, exact first, then whatever the case; the project's relations before the platform's.
pub(super) fn relation<'a>(catalog: &'a Catalog, typed: &str) -> Result<&'a ObjectId, JobError> {
    let all: Vec<&ObjectId> = KINDS.iter().flat_map(|kind| catalog.of_kind(*kind)).map(|(id, _)| id).collect();
    let written = |id: &ObjectId| {
        let schema = id.schema.as_ref().map_or("", |schema| schema.as_str());
        (id.name.as_str().to_owned(), format!("{schema}.{}", id.name.as_str()))
    };
    let tries: [&dyn Fn(&str) -> bool; 2] =
        [&|name| name == typed, &|name| name.to_lowercase() == typed.to_lowercase()];
    for matches in tries {
        let found: Vec<&ObjectId> = all
            .iter()
            .copied()
            .filter(|id| {
                let (bare, qualified) = written(id);
                matches(&bare) || matches(&qualified) || matches(&id.to_string())
            })
            .collect();
        let of_project: Vec<&ObjectId> = found.iter().copied().filter(|id| !catalog.is_platform(id)).collect();
        match (of_project.as_slice(), found.as_slice()) {
            ([only], _) | ([], [only]) => return Ok(only),
            ([], []) => {}
            ([], several) | (several, _) => {
                return Err(JobError::AmbiguousTable {
                    name: typed.to_owned(),
                    candidates: several.iter().map(ToString::to_string).collect(),
                });
            }
        }
    }
    let mut similar: Vec<(f64, String)> = all
        .iter()
        .map(|id| {
            let (bare, qualified) = written(id);
            (strsim::jaro_winkler(&bare, typed).max(strsim::jaro_winkler(&qualified, typed)), id.to_string())
        })
        .filter(|(likeness, _)| *likeness > 0.85)
        .collect();
    similar.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    Err(JobError::NoSuchTable {
        name: typed.to_owned(),
        similar: similar.into_iter().map(|(_, name)| name).take(3).collect(),
    })
}
