//! `schema split`: a schema as files that people can read, one for each domain's tables and one for each other matter.
//!
//! The files are proven before they are written: run in the order of their names on a scratch database they build the
//! schema that was read.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use pgmason_core::diff::{DiffOptions, plan};
use pgmason_core::migrations::{Layout, MigrationFile};
use pgmason_core::squash::{Entry, Section, grouped, section_text};
use pgmason_model::difference::ChangeStatement;
use pgmason_model::{Catalog, ObjectId, ObjectKind};
use pgmason_scratch::MIGRATION_ROLE;
use serde::Serialize;

use super::baseline::only_managed;
use super::domains::domain_of;
use super::proof::{Proof, differences_beside, refusal_in_words};
use crate::JobError;
use crate::folder::SqlFiles;
use crate::open::{OpenOptions, OpenScratch, open, open_scratch, read_catalog};
use crate::other_words::in_other_words;
use crate::progress::{Event, Reporter};
use crate::project::Project;
use crate::replay::{ReplayFailure, replay};
use crate::snapshot::write;
use crate::source::Source;

/// The version of the JSON output.
pub const SPLIT_SCHEMA_VERSION: u32 = 1;

#[derive(Clone, Debug, Default)]
pub struct SplitOptions {
    /// None: nothing is written.
    pub output: Option<PathBuf>,
    pub open: OpenOptions,
}

#[derive(Clone, Debug, Serialize)]
pub struct SplitReport {
    pub schema_version: u32,
    pub source: String,
    pub scratch: String,
    pub files: Vec<SplitFile>,
    /// What of the source does not run. Nothing is written then.
    pub failures: Vec<ReplayFailure>,
    pub refusals: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
    pub written: bool,
    pub notes: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct SplitFile {
    /// Where it is to be; its name alone where no folder was named.
    pub path: String,
    pub title: String,
    pub statements: usize,
    #[serde(skip)]
    pub text: String,
}

impl SplitReport {
    pub fn is_clean(&self) -> bool {
        self.failures.is_empty() && self.refusals.is_empty() && self.proof.as_ref().is_some_and(|proof| proof.holds)
    }
}

pub fn split(
    project: &Project,
    source: &Source,
    options: &SplitOptions,
    reporter: Reporter<'_>,
) -> Result<SplitReport, JobError> {
    if let Some(folder) = options.output.as_ref().filter(|folder| holds_files(folder)) {
        return Err(JobError::AlreadyThere { path: folder.clone() });
    }
    let opened = open(project, source, &options.open, reporter)?;
    let OpenScratch { database, mut server } = open_scratch(project, opened.baseline, &options.open, reporter)?;
    let mut report = SplitReport {
        schema_version: SPLIT_SCHEMA_VERSION,
        source: source.to_string(),
        scratch: server.describe(),
        files: Vec::new(),
        failures: opened.replay.map(|replay| replay.failures).unwrap_or_default(),
        refusals: Vec::new(),
        proof: None,
        written: false,
        notes: Vec::new(),
    };
    if !report.failures.is_empty() {
        return Ok(report);
    }
    let mut wanted = opened.catalog;
    let known_platform = wanted.platform.clone();
    let mut baseline = read_catalog(&server, &database)?;
    only_managed(&mut baseline, &mut wanted, opened.baseline);
    if matches!(source, Source::Database(_) | Source::Snapshot(_)) {
        // What a hosted platform has beyond the scratch's is the platform's as well.
        wanted.platform.extend(known_platform);
    }
    let diff = DiffOptions {
        owners: true,
        creator: MIGRATION_ROLE.into(),
        allow: ["*".to_owned()].into(),
        ..DiffOptions::default()
    };
    let plan = plan(&baseline, &wanted, &diff);
    report.refusals = plan.refusals.iter().map(refusal_in_words).collect();
    if !report.refusals.is_empty() {
        return Ok(report);
    }
    report.files = files(project, &plan.statements, &wanted, options);
    let read = SqlFiles {
        layout: Layout::Numbered,
        migrations: false,
        files: report
            .files
            .iter()
            .map(|file| MigrationFile::read_plain(file.path.clone(), file.text.clone()))
            .collect(),
        not_utf8: Vec::new(),
    };
    let replayed = replay(project, &read, &database, &options.open.replay, reporter)?;
    report.proof = Some(match replayed.failures.into_iter().next() {
        Some(failure) => Proof::failed(failure),
        None => {
            reporter(Event::ReadingCatalog);
            let found = read_catalog(&server, &database)?;
            let mut settled: BTreeSet<ObjectId> = in_other_words(project, &mut server, &database, &wanted, &found)?;
            settled.extend(wanted.platform.iter().chain(&baseline.platform).cloned());
            Proof::of(differences_beside(&wanted, &found, &settled))
        }
    });
    if let Some(folder) = options.output.as_ref().filter(|_| report.is_clean()) {
        fs::create_dir_all(folder).map_err(JobError::file("make", folder))?;
        for file in &report.files {
            let name = std::path::Path::new(&file.path).file_name().unwrap_or_default();
            write(&folder.join(name), file.text.as_bytes())?;
        }
        report.written = true;
    }
    Ok(report)
}

fn holds_files(folder: &std::path::Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}

/// One file for each section, numbered in the order in which they run.
fn files(project: &Project, statements: &[ChangeStatement], to: &Catalog, options: &SplitOptions) -> Vec<SplitFile> {
    let domain = domain_of(to, &project.configuration.domains);
    let mut sections: Vec<(Section, Vec<&ChangeStatement>)> = Vec::new();
    for (place, section) in grouped(statements, to, &domain) {
        let Some(statement) = statements.get(place) else { continue };
        match sections.last_mut() {
            Some((last, list)) if *last == section => list.push(statement),
            _ => sections.push((section, vec![statement])),
        }
    }
    let digits = sections.len().to_string().len().max(2);
    let of = |(place, (section, list)): (usize, (Section, Vec<&ChangeStatement>))| {
        let name = format!("{:0digits$}_{}.sql", place + 1, section.file_name());
        let entries: Vec<Entry> = list
            .iter()
            .map(|statement| Entry { section: section.clone(), statements: vec![statement.sql.clone()] })
            .collect();
        let has_functions = list.iter().any(|statement| statement.object.kind == ObjectKind::Function);
        SplitFile {
            path: match &options.output {
                Some(folder) => project.display_path(&folder.join(&name)),
                None => name,
            },
            title: section.title(),
            statements: list.len(),
            text: section_text(&section.title(), &entries, has_functions),
        }
    };
    sections.into_iter().enumerate().map(of).collect()
}
