//! Tests one file: applies it where tables hold rows, takes it back, applies it again, and runs it on top of itself.

use std::collections::BTreeSet;
use std::rc::Rc;

use pgmason_core::migrations::MigrationFile;
use pgmason_core::migrations::inverse::{Difference, inverse, renames, rows_changed};
use pgmason_core::migrations::steps::Step;
use pgmason_core::migrations::undo::down_part;
use pgmason_model::{Catalog, Object, ObjectId, ObjectKind, QualifiedName};

use super::adapt::adapt;
use super::compare::{compare, what_differs};
use super::report::{Check, FailureKind, FileTest, Outcome, UndoSource};
use super::rows::TableRows;
use super::seed::{Seeded, Style};
use super::statements::Says;
use super::survive::{differences, survival};
use super::trial::{Bench, Trial};
use crate::JobError;
use crate::folder::SqlFiles;
use crate::replay::{ReplayFailure, explain};

/// What is asked beside what is always tested.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Asked {
    pub(super) idempotent: bool,
    pub(super) require_rollback: bool,
}

/// Other rows are tried so often, and other tables once more.
const MOST_TRIES: usize = 4;

/// Tests a file, and applies it to the base.
pub(super) fn test_file(
    bench: &mut Bench<'_>,
    files: &SqlFiles,
    file: &MigrationFile,
    steps: &[&Step<'_>],
    asked: Asked,
) -> Result<FileTest, JobError> {
    let mut report =
        FileTest { file: file.path.clone(), version: file.version.clone().unwrap_or_default(), ..FileTest::default() };
    let roles = bench.roles()?;
    let platform = bench.server.platform().clone();
    let mut attempt = Attempt { before: bench.carried.take(), ..Attempt::default() };
    loop {
        let copy = bench.copy()?;
        let again = {
            let mut trial = Trial::open(bench.project, &copy, &platform, bench.limit)?;
            let mut test = Test { files, file, steps, asked, report: &mut report, notes: &mut bench.notes };
            test.run(&mut trial, &mut attempt)?
        };
        bench.discard(copy, &roles)?;
        if !again {
            break;
        }
    }
    if asked.idempotent && attempt.second_run_needs_a_copy {
        let copy = bench.copy()?;
        {
            let mut trial = Trial::open(bench.project, &copy, &platform, bench.limit)?;
            let mut test = Test { files, file, steps, asked, report: &mut report, notes: &mut bench.notes };
            test.second_run_anew(&mut trial, &attempt)?;
        }
        bench.discard(copy, &roles)?;
    }
    apply_for_good(bench, &platform, files, file, &mut report)?;
    if report.apply.outcome == Outcome::Passed {
        bench.carried = attempt.after;
    }
    Ok(report)
}

/// Brings the base to where the next file begins.
fn apply_for_good(
    bench: &mut Bench<'_>,
    platform: &BTreeSet<ObjectId>,
    files: &SqlFiles,
    file: &MigrationFile,
    report: &mut FileTest,
) -> Result<(), JobError> {
    let failed = {
        let mut trial = Trial::open(bench.project, &bench.base, platform, bench.limit)?;
        if report.apply.outcome == Outcome::Passed {
            trial.apply(file, &mut bench.notes)?.0
        } else {
            // What the executor refuses may still be what later files stand on.
            trial.replay(file, &mut bench.notes)?
        }
    };
    match failed {
        Some(failure) if report.apply.outcome == Outcome::Passed => {
            let failure = explain::complete(failure, &files.files);
            report.apply = Check::failed_at(FailureKind::Apply, failure);
            report.apply.reasons.push("it applies only where the tables hold rows".to_owned());
        }
        None if report.apply.outcome == Outcome::Failed => {
            report.apply.reasons.push("it applies where the tables are empty".to_owned());
        }
        _ => {}
    }
    Ok(())
}

/// What one try teaches the next.
#[derive(Default)]
struct Attempt {
    style: Style,
    /// Tables found to change only when the file ran.
    also: BTreeSet<ObjectId>,
    looked_for_more: bool,
    tries: usize,
    /// How it failed at first, with rows as they come.
    first_failure: Option<ReplayFailure>,
    before: Option<Rc<Catalog>>,
    /// The catalog with the file applied, where rows make no difference to it.
    after: Option<Rc<Catalog>>,
    /// The copy does not stand where the file was applied.
    second_run_needs_a_copy: bool,
}

struct Test<'a> {
    files: &'a SqlFiles,
    file: &'a MigrationFile,
    steps: &'a [&'a Step<'a>],
    asked: Asked,
    report: &'a mut FileTest,
    notes: &'a mut BTreeSet<String>,
}

impl Test<'_> {
    /// True: it has to be done over with other rows.
    fn run(&mut self, trial: &mut Trial<'_>, attempt: &mut Attempt) -> Result<bool, JobError> {
        let before = match &attempt.before {
            Some(known) => Rc::clone(known),
            None => Rc::new(trial.catalog()?),
        };
        attempt.before = Some(Rc::clone(&before));
        let says = Says::read(self.steps, &before);
        self.report.notes.clear();
        let (seeded, rows_before) = self.seed(trial, &before, &says, attempt)?;
        let (failure, seconds) = trial.apply(self.file, self.notes)?;
        self.report.seeded = seeded;
        self.report.seconds = seconds;
        if let Some(failure) = failure {
            let next = adapt(&attempt.style, &failure, self.file, self.steps, &before, attempt.tries);
            let first = attempt.first_failure.get_or_insert(failure).clone();
            attempt.tries += 1;
            match next.filter(|_| attempt.tries < MOST_TRIES && !self.report.seeded.tables.is_empty()) {
                Some(style) => {
                    attempt.style = style;
                    return Ok(true);
                }
                None => {
                    self.fail_to_apply(first);
                    return Ok(false);
                }
            }
        }
        let after = Rc::new(trial.catalog()?);
        // Dynamic SQL may do something else where no rows were made up.
        attempt.after = (!says.unread).then(|| Rc::clone(&after));
        let more = self.changed_tables(&before, &after, &says);
        if !attempt.looked_for_more && !more.is_subset(&attempt.also) {
            attempt.looked_for_more = true;
            attempt.also.extend(more);
            return Ok(true);
        }
        self.report.apply = Check::passed();
        if let Some(failure) = &attempt.first_failure {
            self.report
                .notes
                .push(format!("it depends on the rows: with some, line {} fails: {}", failure.line, failure.message));
        }
        let rows_after = trial.rows_again(&rows_before)?;
        self.check_rows(&rows_before, &rows_after, &says);
        let state = Applied { before: &before, after: &after, rows_before: &rows_before, says: &says };
        let stands = self.check_rollback(trial, &state)?;
        if self.asked.idempotent {
            if stands {
                self.second_run(trial, &after)?;
            } else {
                attempt.second_run_needs_a_copy = true;
            }
        }
        Ok(false)
    }

    fn seed(
        &mut self,
        trial: &mut Trial<'_>,
        before: &Catalog,
        says: &Says,
        attempt: &Attempt,
    ) -> Result<(Seeded, Vec<TableRows>), JobError> {
        let tables: BTreeSet<ObjectId> = says.touched.union(&attempt.also).cloned().collect();
        let seeded = trial.seed(before, &tables, &attempt.style)?;
        let mut names: BTreeSet<QualifiedName> = tables.iter().filter_map(ObjectId::qualified_name).collect();
        // What was seeded for the sake of others can be lost as well.
        for (id, _) in before.of_kind(ObjectKind::Table) {
            let seeded_too = seeded.tables.iter().any(|table| table.table == id.to_string());
            names.extend(id.qualified_name().filter(|_| seeded_too));
        }
        let names: Vec<QualifiedName> = names.into_iter().collect();
        let rows = trial.rows_of(&names)?;
        for table in trial.unreadable() {
            self.report.notes.push(format!("not checked: the rows of {table}, which may not be read"));
        }
        Ok((seeded, rows))
    }

    fn fail_to_apply(&mut self, failure: ReplayFailure) {
        let failure = explain::complete(failure, &self.files.files);
        self.report.apply = Check::failed_at(FailureKind::Apply, failure);
        let reason = "the file does not apply";
        self.report.rows = Check::not_possible(reason);
        self.report.rollback = Check::not_possible(reason);
        self.report.again = Check::not_possible(reason);
        if self.asked.idempotent {
            self.report.idempotent = Check::not_possible(reason);
        }
    }

    /// Tables that changed, or whose parts did, and that the statements do not name.
    fn changed_tables(&self, before: &Catalog, after: &Catalog, says: &Says) -> BTreeSet<ObjectId> {
        let difference = Difference::between(before, after);
        let changed = difference.removed.iter().chain(&difference.changed).chain(&difference.added);
        changed
            .filter_map(|id| {
                use ObjectKind::{Column, Constraint, Default, Index, Table, Trigger};
                let table = match id.kind {
                    Table | Column | Default | Constraint | Trigger => id.relation(Table),
                    Index => match before.get(id).or_else(|| after.get(id)) {
                        Some(Object::Index(index)) => {
                            ObjectId::in_schema(Table, index.table.schema.clone(), index.table.name.clone())
                        }
                        _ => return None,
                    },
                    _ => return None,
                };
                let is_old = matches!(before.get(&table), Some(Object::Table(_)));
                (is_old && !says.touched.contains(&table)).then_some(table)
            })
            .collect()
    }

    fn check_rows(&mut self, before: &[TableRows], after: &[TableRows], says: &Says) {
        let survival = survival(before, after, says);
        self.report.notes.extend(survival.notes);
        self.report.rows = if !survival.lost.is_empty() {
            Check::failed(FailureKind::RowsLost, survival.lost)
        } else if before.is_empty() {
            Check::not_possible("it touches no table that was there before")
        } else if before.iter().all(|table| table.count == 0) {
            Check::not_possible("no table that it touches could be given rows")
        } else {
            Check::passed()
        };
    }

    /// True: the database stands where the file was applied.
    fn check_rollback(&mut self, trial: &mut Trial<'_>, state: &Applied<'_>) -> Result<bool, JobError> {
        let layout = self.files.layout;
        if let Some(down) = down_part(layout, &self.files.files, self.file) {
            self.report.undo = UndoSource::DownFile;
            return self.undo_with(trial, &down, state);
        }
        let mut reasons = rows_changed(self.steps, self.file, state.before);
        let renamed = renames(self.steps, state.after);
        let mut catalog_now = None;
        if reasons.is_empty() && !renamed.is_empty() {
            let file = MigrationFile::read_plain(DERIVED.to_owned(), text_of(&renamed));
            match trial.apply(&file, self.notes)?.0 {
                Some(failure) => reasons.push(format!("a rename cannot be taken back: {}", failure.message)),
                None => catalog_now = Some(trial.catalog()?),
            }
        }
        let found = inverse(state.before, catalog_now.as_ref().unwrap_or(state.after));
        reasons.extend(found.impossible);
        let moved = !renamed.is_empty();
        if !reasons.is_empty() {
            self.without_undo(reasons);
            return Ok(!moved);
        }
        if found.statements.is_empty() && renamed.is_empty() {
            let same = state.before.objects == state.after.objects;
            self.report.undo = UndoSource::Nothing;
            self.report.rollback = if same {
                Check::passed()
            } else {
                Check::not_possible("what it changed has no way back that is known")
            };
            self.report.again = Check::not_possible("there is nothing to take back");
            return Ok(true);
        }
        self.report.undo = UndoSource::Derived;
        let text = text_of(&found.statements);
        let stands = self.undo_with(trial, &MigrationFile::read_plain(DERIVED.to_owned(), text.clone()), state)?;
        let proven = self.report.rollback.outcome == Outcome::Passed && self.report.again.outcome == Outcome::Passed;
        if proven {
            self.report.undo_sql = Some([text_of(&renamed), text].concat());
        } else {
            // Not the file's fault.
            let mut reasons = vec!["the derived undo does not lead back".to_owned()];
            for check in [&self.report.rollback, &self.report.again] {
                if check.outcome == Outcome::Failed {
                    reasons.extend(what_differs(check));
                }
            }
            self.without_undo(reasons);
        }
        Ok(stands)
    }

    fn without_undo(&mut self, reasons: Vec<String>) {
        self.report.undo = UndoSource::None;
        self.report.again = Check::not_possible("there is no way back to apply it from");
        self.report.rollback = if self.asked.require_rollback {
            Check::failed(FailureKind::RollbackMissing, reasons)
        } else {
            Check { outcome: Outcome::NotPossible, reasons, ..Check::default() }
        };
    }

    fn undo_with(
        &mut self,
        trial: &mut Trial<'_>,
        down: &MigrationFile,
        state: &Applied<'_>,
    ) -> Result<bool, JobError> {
        if let (Some(failure), _) = trial.apply(down, self.notes)? {
            self.report.rollback = Check::failed_at(FailureKind::RollbackFails, failure);
            self.report.again = Check::not_possible("the rollback failed");
            return Ok(false);
        }
        let own = self.report.undo == UndoSource::DownFile;
        let back = trial.catalog()?;
        let forgive = own.then_some(state.says);
        let rows = differences(state.rows_before, &trial.rows_again(state.rows_before)?, forgive);
        let check = compare(state.before, &back, FailureKind::RollbackDiffers, rows, forgive);
        let differs = check.outcome == Outcome::Failed;
        self.report.rollback = check;
        if differs {
            self.report.again = Check::not_possible("the rollback does not lead back");
            return Ok(false);
        }
        if let (Some(failure), _) = trial.apply(self.file, self.notes)? {
            self.report.again = Check::failed_at(FailureKind::ApplyAgainFails, failure);
            return Ok(false);
        }
        let again = trial.catalog()?;
        self.report.again = compare(state.after, &again, FailureKind::ApplyAgainDiffers, Vec::new(), forgive);
        Ok(self.report.again.outcome == Outcome::Passed)
    }

    fn second_run_anew(&mut self, trial: &mut Trial<'_>, attempt: &Attempt) -> Result<(), JobError> {
        let before = match &attempt.before {
            Some(known) => Rc::clone(known),
            None => Rc::new(trial.catalog()?),
        };
        let says = Says::read(self.steps, &before);
        self.seed(trial, &before, &says, attempt)?;
        if let (Some(failure), _) = trial.apply(self.file, self.notes)? {
            self.report.idempotent = Check::not_possible(format!("it did not apply once more: {}", failure.message));
            return Ok(());
        }
        let after = trial.catalog()?;
        self.second_run(trial, &after)
    }

    fn second_run(&mut self, trial: &mut Trial<'_>, after: &Catalog) -> Result<(), JobError> {
        let names: Vec<QualifiedName> = after
            .of_kind(ObjectKind::Table)
            .filter(|(id, _)| !after.is_platform(id))
            .filter_map(|(id, _)| id.qualified_name())
            .collect();
        let rows = trial.rows_of(&names)?;
        if let (Some(failure), _) = trial.apply(self.file, self.notes)? {
            self.report.idempotent = Check::failed_at(FailureKind::SecondRunFails, failure);
            return Ok(());
        }
        let twice = trial.catalog()?;
        let counts = trial.rows_of(&names)?;
        let changed = rows
            .iter()
            .filter_map(|table| {
                let now = counts.iter().find(|other| other.name == table.name)?;
                (now.count != table.count)
                    .then(|| format!("{} has {} rows instead of {}", table.name, now.count, table.count))
            })
            .collect();
        self.report.idempotent = compare(after, &twice, FailureKind::SecondRunChanges, changed, None);
        Ok(())
    }
}

/// How the derived undo is called in messages.
const DERIVED: &str = "(derived undo)";

struct Applied<'a> {
    before: &'a Catalog,
    after: &'a Catalog,
    rows_before: &'a [TableRows],
    says: &'a Says,
}

fn text_of(statements: &[String]) -> String {
    statements.iter().map(|statement| format!("{statement};\n")).collect()
}
