//! Why a job could not be done. Findings are never errors.

use std::io;
use std::path::{Path, PathBuf};

use pgmason_core::migrations::groups::CannotRun;
use pgmason_core::prisma::PrismaError;
use pgmason_core::references::WrittenError;
use pgmason_pg::connect::ConnectError;
use pgmason_pg::execute::ExecuteError;
use pgmason_pg::history::HistoryError;
use pgmason_pg::introspect::IntrospectError;
use pgmason_scratch::ScratchError;
use pgmason_sql::decode::NotText;
use thiserror::Error;

use crate::diff::FailedProof;
use crate::replay::ReplayFailure;

#[derive(Debug, Error)]
pub enum JobError {
    #[error("cannot {action} `{}`", path.display())]
    File { action: &'static str, path: PathBuf, source: io::Error },
    #[error("`{}` is not a folder", path.display())]
    NotAFolder { path: PathBuf },
    #[error("no migrations or schema files in `{}`", path.display())]
    NothingToRead { path: PathBuf },
    #[error("the folder `{}` holds no SQL files", path.display())]
    EmptyFolder { path: PathBuf },
    #[error("several folders could be the migrations: {}", list(candidates))]
    Ambiguous { candidates: Vec<PathBuf> },
    #[error("`{}`: {problem}", path.display())]
    NotText { path: PathBuf, problem: NotText },
    #[error("`{}` is {megabytes} MB, more than the {limit} MB that are read", path.display())]
    TooLarge { path: PathBuf, megabytes: u64, limit: u64 },
    #[error("`{}`: {message}", path.display())]
    Configuration { path: PathBuf, message: String },
    #[error("`{text}` names no source")]
    UnknownSource { text: String },
    #[error("`{}` is not a snapshot that this pgmason can read: {message}", path.display())]
    Snapshot { path: PathBuf, message: String },
    #[error(transparent)]
    Prisma(#[from] PrismaError),
    #[error("there is no Prisma schema in `{}`", path.display())]
    NoPrismaSchema { path: PathBuf },
    #[error("there is nothing to compare{}", only.as_ref().map_or_else(String::new, |only| format!(": `{only}` is the only source")))]
    NothingToCompare { only: Option<String> },
    #[error("`{}` is there already", path.display())]
    AlreadyThere { path: PathBuf },
    #[error("no table is called `{name}`")]
    NoSuchTable { name: String, similar: Vec<String> },
    #[error("several tables are called `{name}`: {}", candidates.join(", "))]
    AmbiguousTable { name: String, candidates: Vec<String> },
    #[error("this needs a database to read from")]
    NeedsDatabase,
    #[error(transparent)]
    Connect(#[from] ConnectError),
    #[error(transparent)]
    Introspect(#[from] IntrospectError),
    #[error(transparent)]
    Execute(#[from] ExecuteError),
    #[error(transparent)]
    History(#[from] HistoryError),
    #[error("{path}, {problem}")]
    CannotRun { path: String, problem: CannotRun },
    #[error("`{}` is not a plan that this pgmason can run: {message}", path.display())]
    PlanFile { path: PathBuf, message: String },
    #[error("there is no restructuring in `{}`", folder.display())]
    NoRestructureFile { folder: PathBuf },
    #[error("there are several restructurings: {}", names.join(", "))]
    SeveralRestructureFiles { names: Vec<String> },
    #[error("there is no stage `{name}`")]
    NoSuchStage { name: String, known: Vec<String> },
    #[error(transparent)]
    Restructure(#[from] pgmason_pg::restructure::RestructureError),
    #[error("{operation}: {reason}")]
    CannotDerive { operation: String, reason: String },
    #[error("no database is named in {}", named.join(", "))]
    NoTargets { named: Vec<String> },
    #[error("the database holds no history of another tool")]
    NothingToAdopt,
    #[error("`{path}` is not UTF-8, and what its characters mean nobody can tell for sure")]
    NotUtf8 { path: String },
    #[error("no migration has version `{version}`")]
    NoSuchVersion { version: String, nearest: Vec<String> },
    #[error(transparent)]
    Scratch(#[from] ScratchError),
    #[error("the database refused: {0}")]
    Database(String),
    #[error("`{source_name}` is no migrations folder")]
    NotMigrations { source_name: String },
    #[error("`{}` cannot be read: {message}", path.display())]
    Journal { path: PathBuf, message: String },
    #[error("`pgmason migration {command}` was interrupted in `{}`", folder.display())]
    Unfinished { command: String, folder: PathBuf },
    #[error("there is no migrations folder in `{}`", path.display())]
    NoMigrationsFolder { path: PathBuf },
    #[error("`{name}` is no name for a migration: {problem}")]
    MigrationName { name: String, problem: &'static str },
    #[error("the migration `{}` has the name `{name}` already", path.display())]
    DuplicateMigrationName { name: String, path: PathBuf },
    #[error("`{argument} {source_name}` cannot be replayed: {}:{}: {}", failure.file, failure.line, failure.message)]
    SideNotReplayed { argument: &'static str, source_name: String, failure: Box<ReplayFailure> },
    #[error("the schema of `{argument}` cannot be made on the scratch server: {reason}")]
    NotMaterialised { argument: &'static str, reason: String },
    #[error("`{words}` cannot be renamed: {problem}")]
    CannotRename { words: String, problem: String },
    #[error("the plan did not prove right on the scratch database; {failed}")]
    NotProven { failed: Box<FailedProof> },
    #[error("the folder with `{file}` in it does not build the target: `{left}` would be left to do")]
    NotRebuilt { file: String, left: String },
    #[error("{} could be aligned with: {}", if names.len() == 2 { "both" } else { "several sources" }, names.join(", "))]
    SeveralTargets { names: Vec<&'static str> },
    #[error("`{source_name}` cannot be read: {problem}")]
    NotReadable { source_name: String, problem: String, hint: Option<String> },
    #[error("the migration does not close the drift of {object}: Prisma has {expected}, the files would have {found}")]
    NotAligned { object: String, expected: String, found: String },
    #[error(transparent)]
    Written(#[from] WrittenError),
    #[error("`{pattern}` is no pattern of paths: {message}")]
    PathPattern { pattern: String, message: String },
    #[error("interrupted")]
    Interrupted,
}

impl JobError {
    /// One thing to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NothingToRead { .. } | Self::EmptyFolder { .. } => {
                Some("run pgmason in the project's folder, or name the files: `pgmason check --migrations DIR`".into())
            }
            Self::File { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                Some("correct the path; it is taken from the folder that pgmason runs in".into())
            }
            Self::File { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                Some("give the user that runs pgmason the right to it".into())
            }
            Self::File { path, .. } => {
                Some(format!("see what stands at `{}`, and whether its disk has room and works", path.display()))
            }
            Self::Configuration { path, .. } => {
                Some(format!("correct `{}`; `pgmason init` in an empty folder shows a whole one", path.display()))
            }
            Self::NotAFolder { .. } => Some("name the folder that holds the project".into()),
            Self::Ambiguous { candidates } => {
                candidates.first().map(|path| format!("name one: `pgmason check --migrations {}`", path.display()))
            }
            Self::NotText { problem: NotText::Binary { utf16: true, .. }, path } => {
                Some(format!("`iconv -f utf-16 -t utf-8 {0} > {0}.new`, and put that in its place", path.display()))
            }
            Self::NotText { problem: NotText::Binary { .. }, .. } => Some("take it out of the folder".into()),
            Self::NotText { .. } => Some("save the file as UTF-8: `iconv -f latin1 -t utf-8 FILE`".into()),
            Self::TooLarge { .. } => Some("load data from outside the migrations; keep only DDL in the folder".into()),
            Self::UnknownSource { .. } => {
                Some("a source is `migrations:DIR`, `schema:PATH`, `db:URL`, `prisma:PATH`, `snapshot:FILE` or `empty`".into())
            }
            Self::Snapshot { .. } => Some("write it anew: `pgmason snapshot SOURCE -o FILE`".into()),
            Self::Prisma(error) => Some(error.hint()),
            Self::NoPrismaSchema { .. } => Some("name the file, or the folder that holds it: `prisma:prisma/schema.prisma`".into()),
            Self::NothingToCompare { .. } => Some("name a second source: `--db URL`, `--prisma PATH` or `--snapshot FILE`".into()),
            Self::AlreadyThere { path } => Some(format!("edit `{}`, or remove it first", path.display())),
            Self::NoSuchTable { similar, .. } => match similar.first() {
                Some(name) => Some(format!("did you mean `{name}`?")),
                None => Some("run `pgmason tables list` to see what there is".into()),
            },
            Self::AmbiguousTable { candidates, .. } => {
                candidates.first().map(|name| format!("name it with its schema: `pgmason tables show {name}`"))
            }
            Self::NotMigrations { .. } => Some("name the folder: `pgmason migration … --migrations DIR`".into()),
            Self::Journal { path, .. } => Some(format!(
                "it says what an interrupted run has left to do: bring it back from a backup, or finish by hand and remove `{}`",
                path.display()
            )),
            Self::Unfinished { .. } => Some("finish it: `pgmason migration renumber --write`".into()),
            Self::NoMigrationsFolder { .. } => {
                Some("make one: `mkdir migrations` (for Supabase: `mkdir -p supabase/migrations`), or name one: `--migrations DIR`".into())
            }
            Self::MigrationName { .. } => {
                Some("say in a few words what it does: `--name add_notifications`".into())
            }
            Self::DuplicateMigrationName { .. } => Some("edit that file where no database has run it; else choose another name".into()),
            Self::SideNotReplayed { failure, .. } => Some(match &failure.hint {
                Some(hint) => format!("{hint}; mend the file, then run again"),
                None => format!("mend {}:{}, then run again", failure.file, failure.line),
            }),
            Self::NotMaterialised { .. } => Some(
                "name a server that has what the schema needs, in the same major version: `--scratch URL`".into(),
            ),
            Self::CannotRename { .. } => {
                Some("name both as they stand in the two schemas: `--rename public.old=public.new`".into())
            }
            Self::NotProven { .. } => Some(
                "this is a mistake of pgmason, not yours: please report it with what stands above and the two schemas".into(),
            ),
            Self::NotRebuilt { .. } => Some("bring its files into an order in which new ones run last: `pgmason migration renumber`".into()),
            Self::SeveralTargets { names } => names.first().map(|name| format!("name one: `--to {name}`")),
            Self::NotReadable { hint, .. } => hint.clone(),
            Self::NotAligned { object, .. } => Some(format!(
                "this is a mistake of pgmason, not yours: please report it; `--ignore {object}` leaves it out"
            )),
            Self::Written(error) => Some(error.hint().into()),
            Self::PathPattern { .. } => Some("write it like `src/**/*.ts`, or name a folder".into()),
            Self::NeedsDatabase => Some("name one: `--db postgres://user@host/database`, or set PGMASON_DATABASE_URL".into()),
            Self::Connect(error) => Some(error.hint()),
            Self::Introspect(error) => Some(error.hint()),
            Self::Scratch(error) => error.hint(),
            Self::Execute(error) => Some(error.hint()),
            Self::History(error) => Some(error.hint()),
            Self::PlanFile { path, .. } => {
                Some(format!("make it anew: `pgmason migration plan --out {}`", path.display()))
            }
            Self::NotUtf8 { path } => Some(format!("save it as UTF-8: `iconv -f windows-1252 -t utf-8 {path}`")),
            Self::NoRestructureFile { .. } => {
                Some("write one: `pgmason restructure plan --from-rulebook`".into())
            }
            Self::SeveralRestructureFiles { names } => {
                Some(format!("name one: `pgmason restructure plan {}`", names.first().map_or("", String::as_str)))
            }
            Self::NoSuchStage { known, .. } => Some(format!("the stages are {}", known.join(", "))),
            Self::CannotDerive { .. } => Some("do it with a migration, or change what is in the way first".into()),
            Self::Restructure(error) => Some(error.hint()),
            Self::NoTargets { .. } => Some("write one connection string on each line".into()),
            Self::NothingToAdopt => Some(
                "where the schema was there before the files: `pgmason migration repair --baseline VERSION`".into(),
            ),
            Self::CannotRun { problem, .. } => Some(problem.hint()),
            Self::NoSuchVersion { nearest, .. } => match nearest.as_slice() {
                [] => Some("there are no versions; `pgmason migration audit` shows what the folder holds".into()),
                [only] => Some(format!("the nearest is {only}")),
                nearest => Some(format!("the nearest are {}", nearest.join(" and "))),
            },
            _ => None,
        }
    }

    /// With the versions that stand next to it.
    pub(crate) fn no_such_version<'a>(version: &str, known: impl Iterator<Item = &'a str>) -> Self {
        let mut known: Vec<String> = known.map(str::to_owned).collect();
        known.sort();
        known.dedup();
        let place = known.partition_point(|known| known.as_str() < version);
        let nearest = known.into_iter().skip(place.saturating_sub(1)).take(2).collect();
        Self::NoSuchVersion { version: version.to_owned(), nearest }
    }

    /// What a server said, in its own words: the driver's are `db error`.
    pub fn from_server(error: &postgres::Error) -> Self {
        Self::Database(server_words(error))
    }

    pub(crate) fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { action, path, source }
    }
}

pub(crate) fn server_words(error: &postgres::Error) -> String {
    error.as_db_error().map_or_else(|| error.to_string(), |error| error.message().to_owned())
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| format!("`{}`", path.display())).collect::<Vec<_>>().join(", ")
}
