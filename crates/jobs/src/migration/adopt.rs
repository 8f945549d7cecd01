//! `pgmason migration adopt`: takes over the history that another tool keeps in the database.
//!
//! The other tool's table stays as it is. Its checksums are held against the files where the way they are made is known.

use std::fs;
use std::time::Duration;

use pgmason_core::migrations::{MigrationFile, fingerprint};
use pgmason_model::QualifiedName;
use pgmason_pg::execute::Settings;
use pgmason_pg::history::{self, Entry, ForeignTable, Keeper};
use pgmason_pg::{ConnectionString, Pipeline};
use serde::Serialize;

use super::database::{keeper, open_locked, operator};
use super::entry::entry_of;
use super::folder::{Folder, version_of};
use crate::JobError;
use crate::progress::Reporter;
use crate::project::Project;
use crate::source::Source;

/// The version of the JSON output. Raised when a field changes its meaning or goes.
pub const ADOPT_SCHEMA_VERSION: u32 = 1;

#[derive(Clone, Debug, Default, Serialize)]
pub struct AdoptReport {
    pub schema_version: u32,
    pub target: String,
    /// Whose history it is: `Prisma`, `dbmate`, …
    pub tool: String,
    pub table: String,
    /// The history's table from now on.
    pub history: String,
    pub dry_run: bool,
    pub migrations: Vec<Adopted>,
    /// Entries that the history did not have yet.
    pub taken_over: usize,
    /// Nothing was taken over because of these.
    pub refusals: Vec<String>,
    pub notes: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Adopted {
    /// As the other tool calls it.
    pub key: String,
    pub path: Option<String>,
    pub state: AdoptedState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AdoptedState {
    /// Its checksum is that of the file.
    Same,
    /// The tool keeps no checksum, or one that nobody else can make.
    NotVerified,
    /// The file is no longer what the tool applied.
    Edited,
    /// No file of the folder is it.
    Missing,
    /// The tool began it, and it failed.
    Failed,
}

/// A tool whose history can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tool {
    Supabase,
    Prisma,
    Sqlx,
    Diesel,
    Refinery,
    Flyway,
    Dbmate,
    GolangMigrate,
}

/// What a tool says of one migration.
struct Said {
    key: String,
    checksum: Option<String>,
    failed: bool,
}

pub fn adopt(
    project: &Project,
    source: &Source,
    database: &ConnectionString,
    dry_run: bool,
    reporter: Reporter<'_>,
) -> Result<AdoptReport, JobError> {
    let folder = Folder::read(project, source)?;
    let settings = Settings { operator: operator(), ..Settings::default() };
    let (mut executor, history) = open_locked(database, settings, Duration::from_secs(30), reporter)?;
    let keeper = keeper(project, &folder, &history);
    let mut report = AdoptReport {
        schema_version: ADOPT_SCHEMA_VERSION,
        target: database.to_string(),
        history: keeper.table().to_owned(),
        dry_run,
        ..AdoptReport::default()
    };
    let pipeline = executor.pipeline();
    let (tool, said) = match history.keeper {
        // The table stays the truth; what it has no room for is added beside it.
        Some(Keeper::Supabase) => {
            report.table = Keeper::Supabase.table().to_owned();
            let known = |version: &str| history.runs.iter().any(|run| run.version == version);
            let said = history
                .applied
                .iter()
                .filter(|applied| !known(&applied.version))
                .map(|applied| Said {
                    key: applied.version.clone(),
                    checksum: applied
                        .statements
                        .as_ref()
                        .filter(|statements| !statements.is_empty())
                        .map(|statements| fingerprint::of_statements(statements.iter().map(String::as_str))),
                    failed: false,
                })
                .collect();
            (Tool::Supabase, said)
        }
        _ => {
            let Some((tool, table)) = find(pipeline)? else { return Err(JobError::NothingToAdopt) };
            report.table = format!("{}.{}", table.schema, table.name);
            (tool, read(pipeline, tool, &table)?)
        }
    };
    report.tool = tool.name().to_owned();
    let mut entries = Vec::new();
    for said in &said {
        let found = folder.up_files_with_places().filter(|(_, file)| is_it(tool, file, &said.key));
        let mut any = false;
        for (place, file) in found {
            any = true;
            let state = state(tool, &folder, file, said);
            if !said.failed && !history.applied.iter().any(|applied| applied.version == version_of(file))
                || tool == Tool::Supabase
            {
                entries.push(taken_over(entry_of(&folder, place), state));
            }
            report.migrations.push(Adopted { key: said.key.clone(), path: Some(file.path.clone()), state });
        }
        if !any {
            let state = if said.failed { AdoptedState::Failed } else { AdoptedState::Missing };
            let known = history.applied.iter().any(|applied| applied.version == said.key);
            if !said.failed && !known && !matches!(tool, Tool::Supabase | Tool::GolangMigrate) {
                // It is in the database; that its file is missing is for `status` to say.
                entries.push(Entry { version: said.key.clone(), ..Entry::default() });
            }
            report.migrations.push(Adopted { key: said.key.clone(), path: None, state });
        }
    }
    refuse(&mut report);
    report.taken_over = entries.len();
    if dry_run || !report.refusals.is_empty() || entries.is_empty() {
        return Ok(report);
    }
    history::create(executor.pipeline(), &history, keeper)?;
    match tool {
        Tool::Supabase => history::mark(executor.pipeline(), &entries)?,
        _ => history::enter(executor.pipeline(), keeper, &entries)?,
    }
    report.notes.push(format!("{} stays as it is; from now on {} is the truth", report.table, report.history));
    Ok(report)
}

/// What a tool applied and what the file now says may be two things; then neither is put on record as the other.
fn taken_over(entry: Entry, state: AdoptedState) -> Entry {
    if state == AdoptedState::Edited {
        return Entry { statements: Vec::new(), sha256: String::new(), statements_sha256: String::new(), ..entry };
    }
    entry
}

fn refuse(report: &mut AdoptReport) {
    for adopted in &report.migrations {
        match adopted.state {
            AdoptedState::Failed => report.refusals.push(format!(
                "{} failed under {}: finish it or take it back with that tool first",
                adopted.key, report.tool
            )),
            AdoptedState::Edited => report.notes.push(format!(
                "{} was edited after {} applied it",
                adopted.path.as_deref().unwrap_or(&adopted.key),
                report.tool
            )),
            AdoptedState::Missing => {
                report.notes.push(format!("{} applied {}, and no file is it", report.tool, adopted.key));
            }
            AdoptedState::Same | AdoptedState::NotVerified => {}
        }
    }
}

impl Tool {
    fn name(self) -> &'static str {
        match self {
            Self::Supabase => "Supabase",
            Self::Prisma => "Prisma",
            Self::Sqlx => "sqlx",
            Self::Diesel => "diesel",
            Self::Refinery => "refinery",
            Self::Flyway => "Flyway",
            Self::Dbmate => "dbmate",
            Self::GolangMigrate => "golang-migrate",
        }
    }

    /// Told from the table's name, and where several tools use one name, from its columns.
    fn of(table: &ForeignTable) -> Option<Self> {
        let has = |column: &str| table.columns.iter().any(|known| known == column);
        Some(match table.name.as_str() {
            "_prisma_migrations" => Self::Prisma,
            "_sqlx_migrations" => Self::Sqlx,
            "__diesel_schema_migrations" => Self::Diesel,
            "refinery_schema_history" => Self::Refinery,
            "flyway_schema_history" => Self::Flyway,
            "schema_migrations" if has("dirty") => Self::GolangMigrate,
            "schema_migrations" => Self::Dbmate,
            _ => return None,
        })
    }

    /// Key, checksum, and whether it failed.
    fn query(self, table: &QualifiedName) -> String {
        match self {
            Self::Prisma => format!(
                "SELECT migration_name, checksum, finished_at IS NULL FROM {table} WHERE rolled_back_at IS NULL ORDER BY 1"
            ),
            Self::Sqlx => {
                format!("SELECT version::text, encode(checksum, 'hex'), NOT success FROM {table} ORDER BY version")
            }
            // The last word on each version: one that was undone or deleted is not applied.
            Self::Flyway => format!(
                "SELECT version, checksum, failed FROM (SELECT DISTINCT ON (version) version::text, checksum::text, \
                 NOT success AS failed, type::text, installed_rank FROM {table} WHERE version IS NOT NULL \
                 ORDER BY version, installed_rank DESC) AS last \
                 WHERE type NOT LIKE 'UNDO%' AND type NOT LIKE 'DELETE%' ORDER BY installed_rank"
            ),
            // One row, the last version: everything up to it is applied.
            Self::GolangMigrate => format!("SELECT version::text, NULL::text, dirty FROM {table}"),
            Self::Diesel | Self::Refinery | Self::Dbmate | Self::Supabase => {
                format!("SELECT version::text, NULL::text, false FROM {table} ORDER BY version")
            }
        }
    }
}

/// The one history there is. Of several, the one with the most to say comes first in the list of names.
fn find(pipeline: &mut Pipeline) -> Result<Option<(Tool, ForeignTable)>, JobError> {
    let tables = history::foreign(pipeline)?;
    Ok(tables.into_iter().find_map(|table| Some((Tool::of(&table)?, table))))
}

fn read(pipeline: &mut Pipeline, tool: Tool, table: &ForeignTable) -> Result<Vec<Said>, JobError> {
    let name = QualifiedName::new(table.schema.as_str(), table.name.as_str());
    let rows = pipeline.query(&tool.query(&name), &[]).map_err(|error| JobError::from_server(&error))?;
    Ok(rows.iter().map(|row| Said { key: row.get(0), checksum: row.get(1), failed: row.get(2) }).collect())
}

fn is_it(tool: Tool, file: &MigrationFile, key: &str) -> bool {
    let digits = |text: &str| text.trim_start_matches('0').to_owned();
    let version = file.version.as_deref().unwrap_or_default();
    match tool {
        Tool::Prisma => version_of(file) == key,
        Tool::Supabase => version == key,
        Tool::GolangMigrate => {
            let number = |text: &str| text.parse::<u128>().unwrap_or(u128::MAX);
            number(version) <= number(key)
        }
        // sqlx, refinery and Flyway keep numbers; diesel drops what is no digit; Flyway's dots may be underscores.
        _ => version == key || digits(version) == digits(key) || version.replace('_', ".") == key,
    }
}

fn state(tool: Tool, folder: &Folder, file: &MigrationFile, said: &Said) -> AdoptedState {
    if said.failed {
        return AdoptedState::Failed;
    }
    let Some(theirs) = &said.checksum else { return AdoptedState::NotVerified };
    let ours = match tool {
        Tool::Prisma => Some(file.sha256.clone()),
        Tool::Supabase => Some(fingerprint::statements_sha256(file)),
        Tool::Sqlx => bytes(folder, file).map(fingerprint::sha384),
        Tool::Flyway => bytes(folder, file).map(|bytes| flyway_checksum(&bytes).to_string()),
        _ => None,
    };
    match ours {
        None => AdoptedState::NotVerified,
        Some(ours) if ours == *theirs => AdoptedState::Same,
        Some(_) => AdoptedState::Edited,
    }
}

fn bytes(folder: &Folder, file: &MigrationFile) -> Option<Vec<u8>> {
    fs::read(folder.path_of(&file.name_in_folder)).ok()
}

/// CRC-32 over the lines without their ends and without a byte order mark, as a signed number.
fn flyway_checksum(bytes: &[u8]) -> i32 {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let mut digest = crc32fast::Hasher::new();
    let lines = bytes.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    lines.for_each(|line| digest.update(line));
    digest.finalize().cast_signed()
}

#[cfg(test)]
mod tests {
    use super::flyway_checksum;

    #[test]
    fn line_ends_change_no_flyway_checksum() {
        // CRC-32 of "123456789" is 0xcbf43926.
        assert_eq!(flyway_checksum(b"1234\n56789\n"), 0xcbf4_3926_u32.cast_signed());
        assert_eq!(flyway_checksum(b"\xef\xbb\xbf1234\r\n56789"), 0xcbf4_3926_u32.cast_signed());
    }
}
