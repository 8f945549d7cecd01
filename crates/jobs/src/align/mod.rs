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
use crate::drift::{self, DriftOptions, Found, Ignores, SourceKind};
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
    let mut found = drift::sources_of(project, &options.compared)?;
    let files = found.iter().find_map(|found| match found {
        Found::Source(source @ (Source::Migrations(_) | Source::Schema(_))) => Some(source.clone()),
        _ => None,
    });
    let files = files.ok_or_else(|| JobError::NothingToRead { path: project.folder.clone() })?;
    match options.with {
        Some(AlignWith::Files) => prisma_to_files(project, options, &files, &found, reporter),
        Some(with) => {
            let place = found.iter().position(|found| Some(found.kind()) == with.kind());
            let with = place.map(|place| found.swap_remove(place)).ok_or(match with {
                AlignWith::Prisma => JobError::NoPrismaSchema { path: project.folder.clone() },
                AlignWith::Database => JobError::NeedsDatabase,
                _ => JobError::NothingToCompare { only: Some(files.to_string()) },
            })?;
            files_to(project, options, &files, with, reporter)
        }
        None => {
            found.retain(|found| !matches!(found.kind(), SourceKind::Migrations | SourceKind::Schema));
            match found.len() {
                0 => Err(JobError::NothingToCompare { only: Some(files.to_string()) }),
                1 => files_to(project, options, &files, found.remove(0), reporter),
                _ => Err(JobError::SeveralTargets { names: found.iter().map(|found| found.kind().name()).collect() }),
            }
        }
    }
}

impl AlignWith {
    fn kind(self) -> Option<SourceKind> {
        match self {
            Self::Database => Some(SourceKind::Database),
            Self::Prisma => Some(SourceKind::Prisma),
            Self::Snapshot => Some(SourceKind::Snapshot),
            Self::Files => None,
        }
    }
}

/// A migration that makes the files agree with the other source.
fn files_to(
    project: &Project,
    options: &AlignOptions,
    files: &Source,
    with: Found,
    reporter: Reporter<'_>,
) -> Result<AlignReport, JobError> {
    let with = &match with {
        Found::Source(source) => source,
        Found::Unclear { error, .. } => return Err(error),
    };
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
    found: &[Found],
    reporter: Reporter<'_>,
) -> Result<AlignReport, JobError> {
    let prisma = found.iter().find_map(|source| match source {
        Found::Source(Source::Prisma(path)) => Some(path.clone()),
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
