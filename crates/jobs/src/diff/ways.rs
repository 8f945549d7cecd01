//! The way to a target and the way back, with the scratch server that they were proven on still there.
//!
//! The target may be another one than the second source as it stands: what is nobody's to change stays as the first
//! source has it.

use pgmason_core::diff::{self, DiffOptions};
use pgmason_model::difference::{ChangeKind, DifferencePlan, Refusal};
use pgmason_model::{Catalog, Identifier};

use super::between::between;
use super::prove::{Bench, Ground, is_equal};
use super::report::{DIFF_SCHEMA_VERSION, DiffReport};
use super::sides::{self, Side, Sides};
use super::{DifferenceOptions, failed_case, renames};
use crate::JobError;
use crate::folder::SqlFiles;
use crate::other_words::in_other_words;
use crate::other_words::with_words_of;
use crate::progress::{Event, Reporter};
use crate::project::Project;
use crate::source::Source;

/// From both catalogs, and the role that makes what is new, the catalog to arrive at.
pub(crate) type Target<'a> = &'a mut dyn FnMut(&Catalog, &Catalog, &Identifier) -> Catalog;

pub(crate) struct Ways<'a> {
    project: &'a Project,
    options: &'a DifferenceOptions,
    reporter: Reporter<'a>,
    diff_options: DiffOptions,
    sides: Sides,
    /// Made by files that were to lead to the target.
    built: Option<Side>,
    pub(crate) report: DiffReport,
}

impl<'a> Ways<'a> {
    /// Plans and proves the way to the target.
    pub(crate) fn find(
        project: &'a Project,
        (from, to): (&Source, &Source),
        options: &'a DifferenceOptions,
        target: Option<Target<'_>>,
        reporter: Reporter<'a>,
    ) -> Result<Self, JobError> {
        let started = std::time::Instant::now();
        let mut sides = sides::open(project, from, to, &options.open, reporter)?;
        if let Some(target) = target {
            let creator = Identifier::from(sides.creator.as_str());
            sides.aim_at(target(&sides.from.catalog, &sides.to.catalog, &creator));
        }
        let online = options.online.unwrap_or(matches!(from, Source::Database(_)));
        let diff_options = DiffOptions {
            owners: options.owners,
            creator: Identifier::from(sides.creator.as_str()),
            online,
            reorder_columns: options.reorder_columns,
            allow: options.allow.clone(),
        };
        let renames = renames::asked(&sides.from.catalog, &sides.to.catalog, &sides.to.files, &options.renames)?;
        reporter(Event::Proving);
        let (plan, proof) = sides.between(project, &options.open, &diff_options, &renames)?;
        let notes = std::mem::take(&mut sides.notes);
        if let Some(failed) = proof.failure() {
            return Err(JobError::NotProven { failed: Box::new(failed_case(failed, &plan)) });
        }
        let mut not_checked = sides.from.catalog.not_checked.clone();
        not_checked.extend(
            sides.to.catalog.not_checked.iter().filter(|gap| !sides.from.catalog.not_checked.contains(gap)).cloned(),
        );
        let report = DiffReport {
            schema_version: DIFF_SCHEMA_VERSION,
            from: from.to_string(),
            to: to.to_string(),
            scratch: sides.server.describe(),
            online,
            owners: options.owners,
            plan,
            proof,
            not_checked,
            notes,
            seconds: started.elapsed().as_secs_f64(),
        };
        Ok(Self { project, options, reporter, diff_options, sides, built: None, report })
    }

    /// Runs files in a database of their own. None: they build the target. Else what they leave to be done.
    pub(crate) fn build(&mut self, source: &Source, files: SqlFiles) -> Result<Option<String>, JobError> {
        let built = self.sides.build(self.project, source, files, &self.options.open, self.reporter)?;
        let target = &self.sides.to.catalog;
        let mut left = diff::plan(&built.catalog, target, &self.diff_options);
        if let (false, Some(database)) = (left.statements.is_empty(), &built.database) {
            let same = in_other_words(self.project, &mut self.sides.server, database, target, &built.catalog)?;
            left = diff::plan(&with_words_of(target, &built.catalog, &same), target, &self.diff_options);
        }
        self.built = Some(built);
        let first = left.statements.first().map(|statement| statement.sql.clone());
        Ok(first.or_else(|| left.refusals.first().map(|_| "something that cannot be planned".to_owned())))
    }

    /// The catalog that the files of `build` made.
    pub(crate) fn built(&self) -> Option<&Catalog> {
        self.built.as_ref().map(|side| &side.catalog)
    }

    /// The way from what `build` made to the first source. What only the way there brought may be lost on it.
    pub(crate) fn back(&mut self) -> Result<DifferencePlan, JobError> {
        let (Some(from), Some(to)) = (&self.built, &self.sides.from.database) else {
            return Err(JobError::NeedsDatabase);
        };
        let Some(database) = &from.database else { return Err(JobError::NeedsDatabase) };
        let mut options = DiffOptions { allow: Default::default(), ..self.diff_options.clone() };
        let to_catalog = &self.sides.from.catalog;
        let added: Vec<_> = self
            .report
            .plan
            .changes
            .iter()
            .filter(|change| change.change == ChangeKind::Added)
            .map(|change| &change.object)
            .collect();
        let first = diff::plan(&from.catalog, to_catalog, &options);
        options.allow.extend(first.refusals.into_iter().filter_map(|refusal| match refusal {
            Refusal::NotAllowed { object, allow, .. } if added.contains(&&object) => Some(allow),
            _ => None,
        }));
        let mut bench = Bench {
            project: self.project,
            server: &mut self.sides.server,
            limit: self.options.open.replay.statement_timeout,
        };
        let from = Ground { database, catalog: &from.catalog };
        let to = Ground { database: to, catalog: to_catalog };
        if is_equal(from.catalog, to.catalog, &options) {
            return Ok(DifferencePlan::default());
        }
        let (plan, proof) = between(&mut bench, &from, &to, &options, &[], &mut Vec::new())?;
        match proof.failure() {
            Some(failed) => Err(JobError::NotProven { failed: Box::new(failed_case(failed, &plan)) }),
            None => Ok(plan),
        }
    }
}
