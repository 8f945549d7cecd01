//! Experiments in the scratch database, each rolled back, for rules that would otherwise have to guess.

mod updated_at;

use pgmason_core::observations::Observations;
use pgmason_core::schema::Schema;
use pgmason_model::Catalog;
use pgmason_scratch::ScratchDatabase;

use crate::JobError;

/// Makes every experiment that a rule wants. `updated_at`: names of columns that say when a row last changed.
pub fn observe(
    catalog: &Catalog,
    schema: &Schema<'_>,
    database: &ScratchDatabase,
    updated_at: &[String],
) -> Result<Observations, JobError> {
    let mut client = database.connect()?;
    let type_of = |id: &_| catalog.get(id).cloned();
    let seen = updated_at::observe(schema, &mut client, database.secret(), updated_at, &type_of)?;
    Ok(Observations { updated_at: seen })
}
