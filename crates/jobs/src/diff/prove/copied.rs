//! The copy that a plan is tried on: as the first schema is, also where CREATE DATABASE does not copy everything.
//!
//! Subscriptions belong to one database and do not go along with a template.

use pgmason_core::diff;
use pgmason_model::ObjectKind;
use pgmason_scratch::{Scratch, ScratchDatabase};

use super::{Attempt, read_back};
use crate::JobError;
use crate::diff::report::Stage;
use crate::replay::ReplaySession;

impl Attempt<'_> {
    /// False: the copy is not as it should be.
    pub(super) fn materialise(&mut self, session: &mut ReplaySession<'_>) -> Result<bool, JobError> {
        let what = format!("{} objects", self.from.catalog.objects.len());
        if self.from.catalog.of_kind(ObjectKind::Subscription).next().is_some() {
            let copied = read_back::catalog(session.session.client(), self.from.catalog)?;
            let missing = diff::plan(&copied, self.from.catalog, self.options);
            if let Err(failed) = session.run_planned(&missing.statements, &mut self.notes)? {
                self.recorder.failed(Stage::SourceMaterialised, what, failed.failure.message);
                self.recorder.skip_rest("the first schema could not be copied");
                return Ok(false);
            }
        }
        self.recorder.passed(Stage::SourceMaterialised, what);
        Ok(true)
    }
}

/// Drops the copy. A database with subscriptions cannot be dropped.
pub(in crate::diff) fn discard(server: &mut Scratch, copy: ScratchDatabase) -> Result<(), JobError> {
    release(&copy)?;
    Ok(server.drop_database(copy)?)
}

/// Lets go of what keeps a database from being dropped.
pub fn release(database: &ScratchDatabase) -> Result<(), JobError> {
    let mut client = database.connect()?;
    let refused = |error: postgres::Error| JobError::from_server(&error);
    let rows = client.query(include_str!("subscriptions.sql"), &[]).map_err(refused)?;
    if rows.is_empty() {
        return Ok(());
    }
    let elevate = |client: &mut postgres::Client, state: &str| match database.secret() {
        Some(secret) => client
            .execute("SELECT pgmason_scratch.elevate($1, $2, 'off')", &[&secret, &state])
            .map(drop)
            .map_err(|error| JobError::from_server(&error)),
        None => Ok(()),
    };
    elevate(&mut client, "on")?;
    for row in rows {
        let name = pgmason_model::Identifier::from(row.get::<_, &str>(0));
        client
            .batch_execute(&format!(
                "ALTER SUBSCRIPTION {name} DISABLE; ALTER SUBSCRIPTION {name} SET (slot_name = NONE); \
                 DROP SUBSCRIPTION {name}"
            ))
            .map_err(refused)?;
    }
    elevate(&mut client, "off")
}
