//! Stage: bodies of new and changed functions compile, now that everything is there.
//!
//! The plan runs with check_function_bodies off, since bodies mention what comes later. Here each function is made once
//! more with the check on, and rolled back. A body that is broken in the second schema too is noted, not a failure.

use std::collections::BTreeMap;

use pgmason_model::difference::ActionKind;
use pgmason_model::{ObjectId, ObjectKind};
use postgres::Client;

use super::Attempt;
use crate::JobError;
use crate::diff::report::Stage;
use crate::replay::ReplaySession;

impl Attempt<'_> {
    pub(super) fn bodies(&mut self, session: &mut ReplaySession<'_>) -> Result<(), JobError> {
        let changed: Vec<&ObjectId> = self
            .plan
            .statements
            .iter()
            .filter(|statement| statement.object.kind == ObjectKind::Function && statement.action == ActionKind::Create)
            .map(|statement| &statement.object)
            .collect();
        if changed.is_empty() {
            self.recorder.passed(Stage::FunctionBodies, "none changed");
            return Ok(());
        }
        let found = broken(session.session.client(), &changed)?;
        let mut wrong = Vec::new();
        if found.iter().any(|(_, broken)| broken.is_some()) {
            let there = broken(&mut self.to.database.connect()?, &changed)?;
            for (name, message) in found.iter().filter_map(|(name, broken)| Some((name, broken.as_ref()?))) {
                if there.get(name) == Some(&None) {
                    wrong.push(format!("{name}: {message}"));
                } else {
                    self.notes
                        .push(format!("the body of {name} does not compile, in the new schema either: {message}"));
                }
            }
        }
        let what = format!("{} functions", found.len());
        if wrong.is_empty() {
            self.recorder.passed(Stage::FunctionBodies, what);
        } else {
            self.recorder.failed(Stage::FunctionBodies, what, wrong.join("; "));
        }
        Ok(())
    }
}

/// Functions by name, with what is wrong with their bodies.
fn broken(client: &mut Client, ids: &[&ObjectId]) -> Result<BTreeMap<String, Option<String>>, JobError> {
    let refused = |error: postgres::Error| JobError::from_server(&error);
    let mut columns: [Vec<&str>; 3] = Default::default();
    for id in ids {
        columns[0].push(id.schema.as_ref().map_or("", |schema| schema.as_str()));
        columns[1].push(id.name.as_str());
        columns[2].push(id.sub.as_ref().map_or("", |arguments| arguments.as_str()));
    }
    let [schemas, names, arguments] = &columns;
    let rows = client.query(include_str!("functions.sql"), &[schemas, names, arguments]).map_err(refused)?;
    let mut found = BTreeMap::new();
    client.batch_execute("BEGIN; SET LOCAL check_function_bodies = on").map_err(refused)?;
    for row in rows {
        client.batch_execute("SAVEPOINT pgmason_body").map_err(refused)?;
        let outcome = client.batch_execute(row.get(1));
        client.batch_execute("ROLLBACK TO SAVEPOINT pgmason_body").map_err(refused)?;
        // Whose function it is, is not the question.
        let broken =
            outcome.err().filter(|error| error.code() != Some(&postgres::error::SqlState::INSUFFICIENT_PRIVILEGE));
        found.insert(row.get(0), broken.map(|error| crate::error::server_words(&error)));
    }
    client.batch_execute("ROLLBACK").map_err(refused)?;
    Ok(found)
}
