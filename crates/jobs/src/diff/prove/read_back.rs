//! Stages: the result reads back as the second schema, and a second plan has nothing to do.

use std::collections::BTreeSet;

use pgmason_core::diff;
use pgmason_model::{Catalog, ObjectId};
use pgmason_pg::IntrospectOptions;
use postgres::Client;

use super::{Attempt, Next};
use crate::JobError;
use crate::diff::report::Stage;
use crate::open::remove_own_schema;

/// The database's catalog, with the platform of the first schema.
pub(in crate::diff) fn catalog(client: &mut Client, of: &Catalog) -> Result<Catalog, JobError> {
    let mut catalog = pgmason_pg::introspect(client, &IntrospectOptions::default())?;
    remove_own_schema(&mut catalog);
    catalog.platform = of.platform.iter().filter(|id| catalog.objects.contains_key(id)).cloned().collect();
    Ok(catalog)
}

/// Nothing differs, not even what no plan would change.
pub(in crate::diff) fn is_equal(from: &Catalog, to: &Catalog, options: &diff::DiffOptions) -> bool {
    different(from, &diff::expected(from, to, options)).is_empty()
}

impl Attempt<'_> {
    /// Some: there is a way to mend it.
    /// `result`: with what is only written in other words as the plan was asked for.
    pub(super) fn read_back(&mut self, result: &Catalog, expected: &Catalog) -> Option<Next> {
        let different = different(result, expected);
        let what = format!("{} objects", expected.objects.len());
        if different.is_empty() {
            self.recorder.passed(Stage::ReadBack, what);
            return None;
        }
        let repair = diff::plan(result, self.to.catalog, self.options).statements;
        if !repair.is_empty() && !self.is_repeated(&repair) {
            return Some(Next::Repair(repair));
        }
        self.recorder.failed(Stage::ReadBack, what, describe(&different, result, expected));
        None
    }

    /// The plan ends with the same statements: once more would not help.
    fn is_repeated(&self, repair: &[pgmason_model::difference::ChangeStatement]) -> bool {
        let texts = |list: &[pgmason_model::difference::ChangeStatement]| {
            list.iter().map(|statement| statement.sql.clone()).collect::<Vec<_>>()
        };
        texts(&self.plan.statements).ends_with(&texts(repair))
    }

    pub(super) fn second_plan(&mut self, result: &Catalog) {
        let second = diff::plan(result, self.to.catalog, self.options);
        if second.statements.is_empty() {
            self.recorder.passed(Stage::SecondPlan, "no statement is left");
            return;
        }
        let list: Vec<&str> = second.statements.iter().map(|statement| statement.sql.as_str()).collect();
        self.recorder.failed(Stage::SecondPlan, format!("{} statements", list.len()), list.join("; "));
    }
}

/// Some object differs, so it is worth asking whether it is only written in other words.
pub(super) fn differs(result: &Catalog, expected: &Catalog) -> bool {
    !different(result, expected).is_empty()
}

/// Objects that are not the same; those of the platform are nobody's to change.
fn different(result: &Catalog, expected: &Catalog) -> Vec<ObjectId> {
    let all: BTreeSet<&ObjectId> = result.objects.keys().chain(expected.objects.keys()).collect();
    all.into_iter()
        .filter(|id| !result.is_platform(id) && !expected.is_platform(id) && result.get(id) != expected.get(id))
        .cloned()
        .collect()
}

/// Each object with what it is and what it should be.
fn describe(different: &[ObjectId], result: &Catalog, expected: &Catalog) -> String {
    let side = |catalog: &Catalog, id: &ObjectId| match catalog.get(id) {
        Some(object) => serde_json::to_string(object).unwrap_or_default(),
        None => "not there".to_owned(),
    };
    let lines = different.iter().map(|id| {
        format!("{} {id}\n  should be: {}\n  is:        {}", id.kind.label(), side(expected, id), side(result, id))
    });
    lines.collect::<Vec<_>>().join("\n")
}
