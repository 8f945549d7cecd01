//! A migration whose content is the proven difference from what its folder builds to another schema.
//!
//! - Before anything is written, the folder with the new file is run: what it builds is the target.
//! - The way back is the difference the other way; where that would lose what was there before, there is none.

use std::path::Path;

use pgmason_core::migrations::{FileName, MigrationFile};
use pgmason_model::Catalog;
use pgmason_model::difference::{ChangeStatement, DifferencePlan, Refusal};
use serde::Serialize;

use super::create::{CreateReport, NextMigration};
use crate::JobError;
use crate::diff::{DiffReport, DifferenceOptions, Target, Ways, sql_text};
use crate::folder::{self, SqlFiles};
use crate::progress::Reporter;
use crate::project::Project;
use crate::source::Source;

/// The version of the JSON output.
pub const FROM_DIFFERENCE_SCHEMA_VERSION: u32 = 1;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FromDifferenceReport {
    pub schema_version: u32,
    /// What the migration does, and how that was proven.
    pub difference: DiffReport,
    /// None: nothing differs, the way is refused, or the first source is no migrations folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub migration: Option<CreateReport>,
    /// The text of the migration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sql: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub way_back: Option<WayBack>,
    /// The folder was run with the new file in it, and built the target.
    pub rebuilt: bool,
    pub written: bool,
}

/// What takes the migration back.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WayBack {
    /// Proven SQL.
    Sql(String),
    /// Why there is none.
    None(String),
}

/// What to write where.
#[derive(Clone, Debug)]
pub struct FromDifferenceOptions {
    pub difference: DifferenceOptions,
    pub name: String,
    pub write: bool,
}

/// `pgmason migration create --from-diff`.
pub fn create_from_difference(
    project: &Project,
    folder: &Source,
    to: &Source,
    options: &FromDifferenceOptions,
    reporter: Reporter<'_>,
) -> Result<FromDifferenceReport, JobError> {
    Ok(derive(project, folder, to, options, None, reporter)?.0)
}

/// The same, for another target than `to` as it stands. With the catalog that the folder and its new file build.
pub(crate) fn derive(
    project: &Project,
    folder: &Source,
    to: &Source,
    options: &FromDifferenceOptions,
    target: Option<Target<'_>>,
    reporter: Reporter<'_>,
) -> Result<(FromDifferenceReport, Option<Catalog>), JobError> {
    let next = match folder {
        Source::Migrations(_) => Some(NextMigration::find(project, folder, &options.name)?),
        // What is no folder of migrations gets no next one: the statements are told.
        _ => None,
    };
    let files = match folder::read(project, folder) {
        Err(JobError::EmptyFolder { .. }) => None,
        read => read?,
    };
    let empty = files.is_none() && next.is_some();
    let from = if empty { &Source::Empty } else { folder };
    let mut ways = Ways::find(project, (from, to), &options.difference, target, reporter)?;
    if empty {
        ways.report.from = folder.to_string();
    }
    let mut report = FromDifferenceReport {
        schema_version: FROM_DIFFERENCE_SCHEMA_VERSION,
        difference: ways.report.clone(),
        migration: None,
        sql: None,
        way_back: None,
        rebuilt: false,
        written: false,
    };
    let Some(mut next) = next.filter(|_| !ways.report.plan.statements.is_empty()) else { return Ok((report, None)) };
    next.opens_transactions = several_transactions(&ways.report.plan.statements);
    let words = Words { next: &next, to };
    let up = words.up(&ways.report.plan);
    let without_way_back = next.up_text(&up, "");
    let files = with_new_file(project, folder, files, &next, without_way_back)?;
    if let Some(left) = ways.build(folder, files)? {
        return Err(JobError::NotRebuilt { file: next.report.file.clone(), left });
    }
    report.rebuilt = true;
    let back = if next.has_way_back() { Some(ways.back()?) } else { None };
    let way_back = back.map(|plan| way_back(&plan));
    let down = match &way_back {
        Some(WayBack::Sql(sql)) => words.down(sql),
        Some(WayBack::None(reason)) => words.no_way_back(reason),
        None => String::new(),
    };
    if options.write {
        next.write(&up, &down)?;
        report.written = true;
    }
    report.sql = Some(next.up_text(&up, &down));
    report.way_back = way_back;
    let mut created = next.report.clone();
    if next.opens_transactions {
        created.notes.push("the migration opens its own transactions, since one is not enough".to_owned());
    }
    report.migration = Some(created);
    Ok((report, ways.built().cloned()))
}

fn way_back(plan: &DifferencePlan) -> WayBack {
    match plan.refusals.first() {
        Some(Refusal::NotAllowed { object, message, .. } | Refusal::NoSafeWay { object, message }) => {
            WayBack::None(format!("{} {object}: {message}", object.kind.label()))
        }
        Some(_) => WayBack::None("the way back cannot be planned".to_owned()),
        None if plan.statements.is_empty() => WayBack::None("nothing is left to take back".to_owned()),
        None => WayBack::Sql(sql_text(&plan.statements)),
    }
}

/// The folder's files in the order in which they run once the new one is there.
fn with_new_file(
    project: &Project,
    folder: &Source,
    files: Option<SqlFiles>,
    next: &NextMigration,
    text: String,
) -> Result<SqlFiles, JobError> {
    let layout = next.layout;
    let read = |path: &str| layout.read_name(path);
    let Some(name) = read(&next.file) else {
        return Err(JobError::NotMigrations { source_name: folder.to_string() });
    };
    let path = project.display_path(&folder.path().unwrap_or(Path::new("")).join(&next.file));
    let new = MigrationFile::read(layout, path, next.file.clone(), name.clone(), text);
    let mut files = files.unwrap_or(SqlFiles { layout, migrations: true, files: Vec::new(), not_utf8: Vec::new() });
    let comes_later = |other: &MigrationFile| {
        let other_name: Option<FileName> = read(&other.name_in_folder);
        other_name.is_some_and(|other_name| {
            layout.order((&name, &next.file), (&other_name, &other.name_in_folder)) == std::cmp::Ordering::Less
        })
    };
    let place = files.files.iter().position(comes_later).unwrap_or(files.files.len());
    files.files.insert(place, new);
    Ok(files)
}

fn several_transactions(statements: &[ChangeStatement]) -> bool {
    statements.first().map(|first| first.transaction) != statements.last().map(|last| last.transaction)
        || statements.iter().any(|statement| statement.alone)
}

/// What the files say.
struct Words<'a> {
    next: &'a NextMigration,
    to: &'a Source,
}

impl Words<'_> {
    fn up(&self, plan: &DifferencePlan) -> String {
        let header = "-- {title}\n-- Created {date} as what leads to {to}, proven on a scratch database\n\n";
        format!("{}{}", self.header(header), sql_text(&plan.statements))
    }

    fn down(&self, sql: &str) -> String {
        let header = "-- Takes back: {title}\n-- Created {date} as what leads back, proven on a scratch database\n\n";
        format!("{}{sql}", self.header(header))
    }

    fn no_way_back(&self, reason: &str) -> String {
        let header =
            "-- Takes back: {title}\n-- Created {date}\n--\n-- Nothing leads back without loss:\n-- {reason}\n";
        self.header(header).replace("{reason}", &reason.replace('\n', "\n-- "))
    }

    fn header(&self, text: &str) -> String {
        self.next.template(text).replace("{to}", self.target())
    }

    /// Where a database is stands in no file that others read.
    fn target(&self) -> &'static str {
        match self.to {
            Source::Migrations(_) => "the migrations",
            Source::Schema(_) => "the schema files",
            Source::Database(_) => "the database",
            Source::Prisma(_) => "the Prisma schema",
            Source::Snapshot(_) => "the snapshot",
            Source::Empty => "an empty schema",
        }
    }
}
