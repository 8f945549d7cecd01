//! A Prisma schema as a source: its files are read, written as DDL, and run in a scratch database.

mod files;
mod version;

use std::path::Path;

use pgmason_core::migrations::{Layout, MigrationFile};
use pgmason_core::prisma::{self, Place, PrismaSchema, PrismaStatement};
use pgmason_scratch::{Scratch, ScratchDatabase};

pub use files::find;

use crate::JobError;
use crate::folder::SqlFiles;
use crate::open::{self, OpenOptions, OpenScratch, Opened};
use crate::progress::{Event, Reporter};
use crate::project::Project;
use crate::replay::ReplayReport;
use crate::source::Source;

/// A Prisma schema, read, and the DDL that says the same.
#[derive(Clone, Debug)]
pub struct PrismaSource {
    pub schema: PrismaSchema,
    pub statements: Vec<PrismaStatement>,
}

/// Reads the file, or the files of the folder.
pub fn read(project: &Project, path: &Path) -> Result<PrismaSource, JobError> {
    let files = files::read(project, path)?;
    let mut document = prisma::Document::default();
    for (name, text) in &files {
        prisma::parse(name, text, &mut document)?;
    }
    let version = version::detect(project, path);
    let schema = prisma::read(&document, version, &project.display_path(path))?;
    let statements = prisma::statements(&schema);
    Ok(PrismaSource { schema, statements })
}

impl PrismaSource {
    /// The DDL as one schema file.
    pub(crate) fn sql_files(&self) -> SqlFiles {
        let text: String = self.statements.iter().map(|statement| format!("{};\n", statement.sql)).collect();
        SqlFiles {
            layout: Layout::Numbered,
            migrations: false,
            files: vec![MigrationFile::read_plain("prisma".to_owned(), text)],
            not_utf8: Vec::new(),
        }
    }

    /// What failed, told of the place in the Prisma schema rather than of the DDL.
    pub(crate) fn translate(&self, report: &mut ReplayReport) {
        for failure in &mut report.failures {
            if let Some(place) = self.place_of_line(failure.line) {
                failure.file = place.file.to_string();
                failure.line = place.line;
            }
        }
        if report.stopped_after.is_some() {
            report.stopped_after = report.failures.last().map(|failure| failure.file.clone());
        }
    }

    /// `line`: of the DDL.
    fn place_of_line(&self, line: u32) -> Option<&Place> {
        let mut first = 1_u32;
        for statement in &self.statements {
            let lines = u32::try_from(statement.sql.matches('\n').count()).unwrap_or(0) + 1;
            if line < first + lines {
                return Some(&statement.place);
            }
            first += lines;
        }
        None
    }
}

/// Opens a Prisma schema as `open` does any source.
pub(crate) fn open(
    project: &Project,
    path: &Path,
    options: &OpenOptions,
    reporter: Reporter<'_>,
) -> Result<Opened, JobError> {
    let source = read(project, path)?;
    let files = source.sql_files();
    let baseline = project.baseline(&Source::Prisma(path.to_owned()), Some(&files));
    let OpenScratch { database, server } = open::open_scratch(project, baseline, options, reporter)?;
    let (catalog, replay) = execute_in(project, &source, &server, &database, options, reporter)?;
    // The DDL stands in no file that anybody could open.
    Ok(Opened { catalog, files: None, replay: Some(replay), baseline, scratch: Some(OpenScratch { database, server }) })
}

/// Runs the schema's DDL in a database of a server that is there already.
pub(crate) fn execute_in(
    project: &Project,
    source: &PrismaSource,
    server: &Scratch,
    database: &ScratchDatabase,
    options: &OpenOptions,
    reporter: Reporter<'_>,
) -> Result<(pgmason_model::Catalog, ReplayReport), JobError> {
    reporter(Event::Reading { files: 1 });
    let files = source.sql_files();
    let (catalog, replay) = open::execute_in(project, Some(&files), server, database, options, reporter)?;
    let mut replay = replay.unwrap_or_default();
    source.translate(&mut replay);
    Ok((catalog, replay))
}
