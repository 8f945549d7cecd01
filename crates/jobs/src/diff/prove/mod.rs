//! Proves a plan on a copy of the first schema, with rows in it.
//!
//! - Each stage is a row of the proof, in the order in which they ran; what was not done says why.
//! - What the plan left otherwise than it should is planned again, at most [`MOST_REPAIRS`] times, and the whole is
//!   proven from the start.

mod apply;
mod bodies;
mod copied;
mod dump;
mod read_back;
mod recorder;
mod rewrites;
mod rows;
mod seeding;
mod touched;

use std::collections::BTreeSet;
use std::time::Duration;

use pgmason_core::diff::{self, DiffOptions};
use pgmason_model::difference::{ChangeStatement, DifferencePlan};
use pgmason_model::{Catalog, ObjectId};
use pgmason_scratch::{Scratch, ScratchDatabase};

use super::report::{Proof, Stage};
use crate::JobError;
use crate::other_words::in_other_words;
use crate::other_words::with_words_of;
use crate::project::Project;
use crate::replay::ReplaySession;
pub(super) use copied::discard;
pub use copied::release;
pub(super) use read_back::{catalog as read_catalog, is_equal};
use recorder::Recorder;
use touched::Touched;

/// Where a plan is proven.
pub struct Bench<'a> {
    pub project: &'a Project,
    pub server: &'a mut Scratch,
    /// For one statement.
    pub limit: Duration,
}

/// A schema and the scratch database that holds it.
pub struct Ground<'a> {
    pub database: &'a ScratchDatabase,
    pub catalog: &'a Catalog,
}

const MOST_REPAIRS: usize = 3;

/// Proves the plan, and adds to it what the read back shows to be missing. `renamed`: the first schema once the renames
/// of the plan ran.
pub fn prove(
    bench: &mut Bench<'_>,
    from: &Ground<'_>,
    to: &Ground<'_>,
    renamed: Option<&Catalog>,
    options: &DiffOptions,
    plan: &mut DifferencePlan,
    notes: &mut Vec<String>,
) -> Result<Proof, JobError> {
    let mut without_rows = BTreeSet::new();
    let mut repairs = 0;
    loop {
        let mut attempt = Attempt {
            from,
            to,
            renamed: renamed.unwrap_or(from.catalog),
            options,
            plan,
            touched: Touched::by(plan, from.catalog, to.catalog),
            without_rows: &without_rows,
            recorder: Recorder::default(),
            notes: Vec::new(),
        };
        let next = attempt.run(bench)?;
        let Attempt { recorder, notes: said, .. } = attempt;
        match next {
            Next::WithoutRows(tables) if !tables.is_subset(&without_rows) => without_rows.extend(tables),
            Next::Repair(statements) if repairs < MOST_REPAIRS => {
                repairs += 1;
                append(plan, statements);
            }
            _ => {
                for note in said {
                    if !notes.contains(&note) {
                        notes.push(note);
                    }
                }
                return Ok(Proof { stages: recorder.stages, repairs });
            }
        }
    }
}

/// The statements come last, in transactions of their own.
fn append(plan: &mut DifferencePlan, statements: Vec<ChangeStatement>) {
    let last = plan.statements.last().map_or(0, |statement| statement.transaction);
    plan.statements.extend(statements.into_iter().map(|statement| ChangeStatement {
        transaction: last + statement.transaction,
        why: Some("what the statements before leave otherwise".to_owned()),
        ..statement
    }));
}

/// One run through all stages, on a copy that is thrown away.
struct Attempt<'a> {
    from: &'a Ground<'a>,
    to: &'a Ground<'a>,
    /// The first schema once the renames of the plan ran.
    renamed: &'a Catalog,
    options: &'a DiffOptions,
    plan: &'a DifferencePlan,
    touched: Touched,
    /// A statement fails on rows that were made up for these, as it may.
    without_rows: &'a BTreeSet<ObjectId>,
    recorder: Recorder,
    notes: Vec<String>,
}

enum Next {
    Done,
    WithoutRows(BTreeSet<ObjectId>),
    Repair(Vec<ChangeStatement>),
}

impl Attempt<'_> {
    fn run(&mut self, bench: &mut Bench<'_>) -> Result<Next, JobError> {
        let copy = bench.server.copy_database(self.from.database)?;
        let next = self.run_on(bench, &copy);
        copied::discard(bench.server, copy)?;
        next
    }

    fn run_on(&mut self, bench: &mut Bench<'_>, copy: &ScratchDatabase) -> Result<Next, JobError> {
        let mut session = ReplaySession::open(bench.project, copy, bench.limit)?;
        if !self.materialise(&mut session)? {
            return Ok(Next::Done);
        }
        self.seed(&mut session, copy)?;
        let before = rows::read(session.session.client(), &mut self.notes)?;
        if let Some(next) = self.apply(&mut session)? {
            self.recorder.skip_rest("the plan did not apply");
            return Ok(next);
        }
        let mut result = read_back::catalog(session.session.client(), self.from.catalog)?;
        let expected = diff::expected(self.renamed, self.to.catalog, self.options);
        let mut other_words = BTreeSet::new();
        if read_back::differs(&result, &expected) {
            // A copy is taken of the database, to which nobody may be connected.
            drop(session);
            other_words = in_other_words(bench.project, bench.server, copy, &expected, &result)?;
            result = with_words_of(&expected, &result, &other_words);
            session = ReplaySession::open(bench.project, copy, bench.limit)?;
        }
        if let Some(next) = self.read_back(&result, &expected) {
            return Ok(next);
        }
        self.second_plan(&result);
        let after = rows::read(session.session.client(), &mut self.notes)?;
        self.rows_kept(&before, &after);
        self.rewrites(&before, &after);
        self.bodies(&mut session)?;
        drop(session);
        if other_words.is_empty() {
            self.dump(bench.server, copy, &result);
        } else {
            let reason = format!("PostgreSQL writes {} objects in other words than it did before", other_words.len());
            self.recorder.not_done(Stage::Dump, reason);
        }
        Ok(Next::Done)
    }
}

/// Everything after a stage that ends an attempt.
pub(super) fn stages_after(stage: Stage) -> impl Iterator<Item = Stage> {
    Stage::ALL.into_iter().skip_while(move |other| *other != stage).skip(1)
}
