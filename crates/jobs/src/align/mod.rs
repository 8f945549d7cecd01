//! `pgmason align`: what closes drift. For the files a migration, proven; for schema.prisma the lines to write by hand.
//!
//! - Only what `drift` would tell is changed: histories of tools, ignored names, and what Prisma cannot see stay.
//! - Nothing is written that does not make the folder agree with the target when it is run.

mod report;
mod target;

use std::collections::BTreeSet;

pub use report::{ALIGN_SCHEMA_VERSION, AlignReport, LeftDifference};

use crate::JobError;
use crate::diff::DifferenceOptions;
use crate::drift::{self, DriftOptions, Ignores, SourceKind};
use crate::migration::from_difference::{FromDifferenceOptions, derive};
use crate::progress::Reporter;
use crate::project::Project;
use crate::source::Source;

/// What the other is to agree with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlignWith {
    Database,
    Prisma,
    Snapshot,
    /// The Prisma schema is to agree with the files.
    Files,
}

#[derive(Clone, Debug, Default)]
pub struct AlignOptions {
    /// None: the only other source that there is.
    pub with: Option<AlignWith>,
    /// The sources, as `drift` takes them.
    pub compared: DriftOptions,
    /// The migration's; after the source when none is said.
    pub name: Option<String>,
    pub allow: BTreeSet<String>,
    pub renames: Vec<(String, String)>,
    /// Without it nothing is written.
    pub write: bool,
}

pub fn align(project: &Project, options: &AlignOptions, reporter: Reporter<'_>) -> Result<AlignReport, JobError> {
    let found = drift::sources_of(project, &options.compared)?;
    let files = found.iter().find(|source| matches!(source, Source::Migrations(_) | Source::Schema(_)));
    let files = files.cloned().ok_or_else(|| JobError::NothingToRead { path: project.folder.clone() })?;
    let with = with(options.with, &found, &files)?;
    match with {
        Source::Migrations(_) | Source::Schema(_) => prisma_to_files(project, options, &files, &found, reporter),
        _ => files_to(project, options, &files, &with, reporter),
    }
}

/// The source that is not to change.
fn with(stated: Option<AlignWith>, found: &[Source], files: &Source) -> Result<Source, JobError> {
    let is = |source: &Source, with: AlignWith| {
        matches!(
            (source, with),
            (Source::Database(_), AlignWith::Database)
                | (Source::Prisma(_), AlignWith::Prisma)
                | (Source::Snapshot(_), AlignWith::Snapshot)
        )
    };
    match stated {
        Some(AlignWith::Files) => Ok(files.clone()),
        Some(with) => found.iter().find(|source| is(source, with)).cloned().ok_or(match with {
            AlignWith::Prisma => {
                JobError::NoPrismaSchema { path: files.path().unwrap_or(std::path::Path::new(".")).into() }
            }
            AlignWith::Database => JobError::NeedsDatabase,
            _ => JobError::NothingToCompare { only: Some(files.to_string()) },
        }),
        None => {
            let others: Vec<&Source> =
                found.iter().filter(|source| !matches!(source, Source::Migrations(_) | Source::Schema(_))).collect();
            match others.as_slice() {
                [] => Err(JobError::NothingToCompare { only: Some(files.to_string()) }),
                [only] => Ok((*only).clone()),
                several => Err(JobError::SeveralTargets {
                    names: several.iter().map(|source| SourceKind::of(source).name()).collect(),
                }),
            }
        }
    }
}

/// A migration that makes the files agree with the other source.
fn files_to(
    project: &Project,
    options: &AlignOptions,
    files: &Source,
    with: &Source,
    reporter: Reporter<'_>,
) -> Result<AlignReport, JobError> {
    let ignores = Ignores::new(project, &options.compared.ignore)?;
    let mut target = target::Target::new(project, with, &ignores)?;
    let kind = SourceKind::of(with);
    let name = match &options.name {
        Some(name) => name.clone(),
        None => free_name(project, files, &format!("align with {}", kind.name()))?,
    };
    let derive_options = FromDifferenceOptions {
        difference: DifferenceOptions {
            open: options.compared.open.clone(),
            allow: options.allow.clone(),
            renames: options.renames.clone(),
            ..DifferenceOptions::default()
        },
        name,
        write: options.write,
    };
    let mut of = |from: &_, to: &_, creator: &_| target.of(from, to, creator);
    let (derived, built) = derive(project, files, with, &derive_options, Some(&mut of), reporter)?;
    if let Some(built) = built {
        target.check(&built)?;
    }
    Ok(AlignReport {
        schema_version: ALIGN_SCHEMA_VERSION,
        project: project.name.clone(),
        changes: SourceKind::of(files),
        with: kind,
        derived: Some(derived),
        drift: None,
        left: target.left,
        ignored: target.ignored,
    })
}

/// `align_with_database`, and a number where the folder has that.
fn free_name(project: &Project, files: &Source, usual: &str) -> Result<String, JobError> {
    use heck::ToSnakeCase;
    let known: BTreeSet<String> = match crate::folder::read(project, files) {
        Ok(read) => {
            let files = read.map(|read| read.files).unwrap_or_default();
            files.iter().map(|file| file.description.to_snake_case()).collect()
        }
        Err(JobError::EmptyFolder { .. }) => BTreeSet::new(),
        Err(error) => return Err(error),
    };
    let names = std::iter::once(usual.to_owned()).chain((2..).map(|number: u32| format!("{usual} {number}")));
    let free = names.into_iter().find(|name| !known.contains(&name.to_snake_case()));
    Ok(free.unwrap_or_else(|| usual.to_owned()))
}

/// What to write into the Prisma schema: a person does that.
fn prisma_to_files(
    project: &Project,
    options: &AlignOptions,
    files: &Source,
    found: &[Source],
    reporter: Reporter<'_>,
) -> Result<AlignReport, JobError> {
    let prisma = found.iter().find_map(|source| match source {
        Source::Prisma(path) => Some(path.clone()),
        _ => None,
    });
    let Some(prisma) = prisma else {
        return Err(JobError::NoPrismaSchema { path: project.folder.clone() });
    };
    let compared = DriftOptions {
        files: Some(files.clone()),
        prisma: Some(prisma),
        only: Some(vec![SourceKind::of(files), SourceKind::Prisma]),
        ..options.compared.clone()
    };
    let report = drift::drift(project, &compared, reporter)?;
    if let Some((source, problem)) = report.sources.iter().find_map(|source| Some((source, source.problem.clone()?))) {
        return Err(JobError::NotReadable { source_name: source.source.clone(), problem, hint: source.hint.clone() });
    }
    Ok(AlignReport {
        schema_version: ALIGN_SCHEMA_VERSION,
        project: project.name.clone(),
        changes: SourceKind::Prisma,
        with: SourceKind::of(files),
        derived: None,
        ignored: report.ignored,
        drift: Some(report),
        left: Vec::new(),
    })
}
