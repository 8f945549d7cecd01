//! `pgmason check`: read the project, replay it, hold files and schema against the rulebook.

mod checklist;
pub(crate) mod history;
mod known_findings;
pub mod report;
mod suppress;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Instant;

use pgmason_core::files::{FilesContext, MigrationFolder};
use pgmason_core::findings::{Findings, number_repeats};
use pgmason_core::locations::Locations;
use pgmason_core::migrations::locate;
use pgmason_core::observations::Observations;
use pgmason_core::rulebook::Rulebook;
use pgmason_core::rules::{self, Check, Rule};
use pgmason_core::schema::{Schema, SchemaContext};
use pgmason_model::catalog::NotChecked;
use pgmason_model::{Catalog, Finding, Level};
use pgmason_pg::ConnectionString;
use pgmason_scratch::ScratchDatabase;

pub use known_findings::{KNOWN_FINDINGS_SCHEMA_VERSION, write as write_known_findings};
pub use report::*;

use crate::JobError;
use crate::folder::SqlFiles;
use crate::observe::observe;
use crate::open::{OpenOptions, OpenScratch, Opened, execute, open};
use crate::progress::{Event, Reporter};
use crate::project::Project;
use crate::source::Source;

/// What to check and how.
#[derive(Clone, Debug, Default)]
pub struct CheckOptions {
    /// None: the project's usual one.
    pub source: Option<Source>,
    pub open: OpenOptions,
    /// Judge this database's schema instead of the replayed one, and only files that it has not seen for locks.
    pub database: Option<ConnectionString>,
    /// Only the rules about files; no server is started.
    pub files_only: bool,
    /// Only these rules.
    pub only: Vec<String>,
    /// Findings that this file lists do not count.
    pub known_findings: Option<PathBuf>,
}

pub fn check(project: &Project, options: &CheckOptions, reporter: Reporter<'_>) -> Result<CheckReport, JobError> {
    let started = Instant::now();
    let source = match (&options.source, &options.database) {
        (Some(source), _) => source.clone(),
        (None, Some(database)) => match project.source() {
            Ok(source) => source,
            // A database alone is enough to look at.
            Err(JobError::NothingToRead { .. }) => Source::Database(database.clone()),
            Err(error) => return Err(error),
        },
        (None, None) => project.source()?,
    };
    let (mut work, mut files) = open_all(project, &source, options, reporter)?;
    reporter(Event::Judging);
    let rulebook = project.configuration.rulebook(project.access(work.baseline));
    let locations = files.as_ref().map(|files| locate(&files.files)).unwrap_or_default();
    let judge = Judge { rulebook: &rulebook, locations: &locations, only: &options.only };

    let mut findings = Vec::new();
    if let Some(files) = &mut files {
        if let Some(database) = &options.database {
            history::mark_applied(&mut files.files, database, &mut work.not_checked)?;
        }
        // Schema files are no history: nothing in them meets data that an earlier file made.
        if files.migrations {
            judge.files(files, &mut findings);
        }
    }
    let mut checklist = Vec::new();
    if let Some(catalog) = work.catalog.as_ref().filter(|_| !work.stopped) {
        let schema = Schema::new(catalog);
        let database = work.scratch.as_ref().map(|scratch| &scratch.database);
        findings.extend(judge.schema(catalog, &schema, database, &mut work.not_checked)?);
        let judged: BTreeSet<&str> = judge.rules_that_are_on().map(|(rule, _)| rule.name).collect();
        checklist = checklist::checklist(&schema, &judged, &findings);
    }
    if work.stopped {
        work.not_checked.push(NotChecked {
            what: "the schema".to_owned(),
            reason: "the replay stopped at a file that failed; `--keep-going` judges what the other files build"
                .to_owned(),
        });
    }
    work.not_checked.extend(judge.live_rules_not_run(work.catalog.as_ref()));
    number_repeats(&mut findings);
    findings.sort_by(|a, b| order(a).cmp(&order(b)));

    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let file_list = files.as_ref().map_or(&[][..], |files| &files.files);
    let mut outcome = suppress::suppress(findings, &rulebook, file_list, today, !options.only.is_empty());
    if let Some(path) = &options.known_findings {
        known_findings::apply(path, &mut outcome)?;
    }
    if let Some(catalog) = &work.catalog {
        work.not_checked.extend(catalog.not_checked.iter().cloned());
    }
    if let Some(files) = &files {
        work.not_checked.extend(unread_statements(files));
    }
    Ok(CheckReport {
        schema_version: CHECK_SCHEMA_VERSION,
        project: project.name.clone(),
        source: source.to_string(),
        scratch: work.scratch.as_ref().map(|scratch| scratch.server.describe()),
        counts: Counts::of(&outcome.findings),
        findings: outcome.findings,
        suppressed: outcome.suppressed,
        unused_ignores: outcome.unused,
        replay: work.replay,
        not_checked: work.not_checked,
        checklist,
        notes: work.notes,
        seconds: started.elapsed().as_secs_f64(),
    })
}

/// What there is to judge.
struct Work {
    catalog: Option<Catalog>,
    replay: Option<crate::replay::ReplayReport>,
    scratch: Option<OpenScratch>,
    baseline: pgmason_scratch::Baseline,
    /// The replay stopped early: the catalog is not the schema.
    stopped: bool,
    not_checked: Vec<NotChecked>,
    notes: Vec<String>,
}

fn open_all(
    project: &Project,
    source: &Source,
    options: &CheckOptions,
    reporter: Reporter<'_>,
) -> Result<(Work, Option<SqlFiles>), JobError> {
    let files = crate::folder::read(project, source)?;
    if let Some(files) = &files {
        reporter(Event::Reading { files: files.files.len() });
    }
    let mut notes: Vec<String> = files
        .iter()
        .flat_map(|files| files.not_utf8.iter())
        .map(|path| format!("{path} is not UTF-8; it was read as Latin-1"))
        .collect();
    if options.files_only {
        let baseline = project.baseline(source, files.as_ref());
        let work =
            Work { catalog: None, replay: None, scratch: None, baseline, stopped: false, not_checked: vec![], notes };
        return Ok((work, files));
    }
    let (opened, files) = match &options.database {
        Some(database) => {
            let opened = open(project, &Source::Database(database.clone()), &options.open, reporter)?;
            (opened, files)
        }
        None if files.is_some() => {
            let mut opened = execute(project, source, files, &options.open, reporter)?;
            let files = opened.files.take();
            (opened, files)
        }
        None => (open(project, source, &options.open, reporter)?, None),
    };
    let Opened { catalog, replay, baseline, scratch, .. } = opened;
    if let (Some(scratch), Some(wanted)) = (&scratch, project.major_version()) {
        let major = scratch.server.version().major();
        if major != wanted {
            notes.push(format!(
                "the project runs on PostgreSQL {wanted}; this check ran on {major}: install PostgreSQL {wanted} for an exact answer"
            ));
        }
    }
    let stopped = replay.as_ref().is_some_and(|replay| replay.stopped_after.is_some());
    Ok((Work { catalog: Some(catalog), replay, scratch, baseline, stopped, not_checked: vec![], notes }, files))
}

/// Holds the rules that are on against what there is.
struct Judge<'a> {
    rulebook: &'a Rulebook,
    locations: &'a Locations,
    only: &'a [String],
}

impl Judge<'_> {
    fn rules_that_are_on(&self) -> impl Iterator<Item = (&'static Rule, Level)> {
        rules::all()
            .filter(|rule| self.only.is_empty() || self.only.iter().any(|name| name == rule.name))
            // A rule that is asked for by name is on.
            .filter_map(|rule| match self.rulebook.level_of(rule) {
                Some(level) => Some((rule, level)),
                None if !self.only.is_empty() => Some((rule, Level::Warning)),
                None => None,
            })
    }

    fn files(&self, files: &SqlFiles, findings: &mut Vec<Finding>) {
        let folder = MigrationFolder::new(files.layout, &files.files, Some(jiff::Timestamp::now().as_second()));
        for (rule, level) in self.rules_that_are_on() {
            if let Check::Files(judge) = rule.check {
                let mut found = Findings::new(rule, level, self.locations);
                judge(&FilesContext { rule, folder: &folder, rulebook: self.rulebook }, &mut found);
                findings.extend(found.into_list());
            }
        }
    }

    fn schema(
        &self,
        catalog: &Catalog,
        schema: &Schema<'_>,
        database: Option<&ScratchDatabase>,
        not_checked: &mut Vec<NotChecked>,
    ) -> Result<Vec<Finding>, JobError> {
        let observations = self.observe(catalog, schema, database, not_checked)?;
        let mut findings = Vec::new();
        for (rule, level) in self.rules_that_are_on() {
            let judge = match rule.check {
                Check::Schema(judge) => judge,
                Check::Live(judge) if catalog.statistics.is_some() => judge,
                _ => continue,
            };
            let context = SchemaContext { rule, catalog, schema, rulebook: self.rulebook, observations: &observations };
            let mut found = Findings::new(rule, level, self.locations);
            judge(&context, &mut found);
            findings.extend(found.into_list());
        }
        Ok(findings)
    }

    /// Rules about a live server's counters, where there are none.
    fn live_rules_not_run(&self, catalog: Option<&Catalog>) -> Option<NotChecked> {
        let live: Vec<&str> = self
            .rules_that_are_on()
            .filter(|(rule, _)| matches!(rule.check, Check::Live(_)))
            .map(|(rule, _)| rule.name)
            .collect();
        let reason = match catalog.and_then(|catalog| catalog.statistics.as_ref()) {
            None => "only a live database has counters; name one with --db",
            Some(statistics) if statistics.in_recovery => "a standby counts only its own reads; name the primary",
            Some(_) => return None,
        };
        (!live.is_empty()).then(|| NotChecked { what: live.join(", "), reason: reason.to_owned() })
    }

    /// Experiments, where a rule that is on asks for them and there is a scratch to make them in.
    fn observe(
        &self,
        catalog: &Catalog,
        schema: &Schema<'_>,
        database: Option<&ScratchDatabase>,
        not_checked: &mut Vec<NotChecked>,
    ) -> Result<Observations, JobError> {
        let Some((rule, _)) = self.rules_that_are_on().find(|(rule, _)| rule.name == "updated-at-not-maintained")
        else {
            return Ok(Observations::default());
        };
        let columns = self.rulebook.option_list(rule, "columns");
        match database {
            Some(database) => observe(catalog, schema, database, &columns),
            None => {
                not_checked.push(NotChecked {
                    what: rule.name.to_owned(),
                    reason: "it updates rows, and does that only in a scratch database".to_owned(),
                });
                Ok(Observations::default())
            }
        }
    }
}

/// Holds a schema alone against one rule, whatever its configured level.
pub fn check_rule(
    rule: &str,
    catalog: &Catalog,
    rulebook: &Rulebook,
    database: Option<&ScratchDatabase>,
) -> Result<Vec<Finding>, JobError> {
    let only = [rule.to_owned()];
    let judge = Judge { rulebook, locations: &Locations::default(), only: &only };
    judge.schema(catalog, &Schema::new(catalog), database, &mut Vec::new())
}

/// By file and line where there is one, then by object.
fn order(finding: &Finding) -> (bool, &Option<String>, Option<u32>, &Option<pgmason_model::FindingObject>, &str) {
    (finding.object.is_none(), &finding.file, finding.line, &finding.object, &finding.rule)
}

/// Statements that nobody could read: rules looked past them.
fn unread_statements(files: &SqlFiles) -> Vec<NotChecked> {
    let mut seen = BTreeSet::new();
    files
        .files
        .iter()
        .flat_map(|file| file.statements.iter().map(move |statement| (file, statement)))
        .filter(|(_, statement)| !statement.statement.is_fully_read())
        .filter(|(file, statement)| seen.insert((file.path.clone(), statement.line)))
        .map(|(file, statement)| NotChecked {
            what: format!("{}:{}", file.path, statement.line),
            reason: "the statement could not be read, so the rules about files passed over it".to_owned(),
        })
        .collect()
}
