//! The command line of `pgmason migration`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{FailOn, OutputArguments, ScratchArguments};

#[derive(Debug, Args)]
pub(crate) struct MigrationArguments {
    #[command(subcommand)]
    pub(crate) command: MigrationCommand,

    /// The migrations folder; the project's own when left out
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) migrations: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum MigrationCommand {
    /// Write the next migration, with an empty rollback in the folder's own convention
    Create(CreateArguments),
    /// Show what pending files will do: locks, rewrites, scans, hazards, undo
    Plan(PlanArguments),
    /// Prove pending files on a scratch database with rows in it: they apply, keep rows, roll back
    Test(TestArguments),
    /// Apply pending files to a database, or to many
    Apply(ApplyArguments),
    /// Apply pending files stage by stage, with checks between
    RunStaged(RunStagedArguments),
    /// Take applied files back by their stored undo
    Rollback(RollbackArguments),
    /// Show what is applied, pending, edited, missing, out of order or half done
    Status(StatusArguments),
    /// Correct the history: mark files, set a baseline, follow renamed files
    Repair(RepairArguments),
    /// Take over the history that another tool keeps in the database
    Adopt(AdoptArguments),
    /// Report on the folder's numbering and content
    Audit(AuditArguments),
    /// Give files sound versions in the order in which they run
    Renumber(RenumberArguments),
    /// Move files up to a version into the archive folder
    Archive(ArchiveArguments),
    /// Write all files as one that can run again, proven on scratch databases
    ///
    /// The file builds the schema on an empty database and the rows that the migrations leave, and changes nothing where
    /// all is there. It is written only when a scratch database has shown that: on an empty database, a second time
    /// there, and over a database that the migrations built.
    Squash(SquashArguments),
}

#[derive(Debug, Args)]
pub(crate) struct DatabaseArguments {
    /// The database
    #[arg(long, value_name = "URL", env = "PGMASON_DATABASE_URL", hide_env_values = true)]
    pub(crate) db: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct CreateArguments {
    /// What the migration does, in a few words: add_notifications
    #[arg(long, value_name = "NAME")]
    pub(crate) name: String,

    /// Write into it what turns the schema of the files into this one, proven on a scratch database: schema:PATH, db:URL,
    /// prisma:PATH, snapshot:FILE; the configuration's schema when nothing is named
    #[arg(long, value_name = "SOURCE", num_args = 0..=1, default_missing_value = "")]
    pub(crate) from_diff: Option<String>,

    /// Allow what a refusal names: drop-table:public.x [can be repeated]
    #[arg(long, value_name = "WORD", requires = "from_diff")]
    pub(crate) allow: Vec<String>,

    /// Rename instead of dropping and making: public.old=public.new [can be repeated]
    #[arg(long, value_name = "FROM=TO", requires = "from_diff")]
    pub(crate) rename: Vec<String>,

    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) scratch: ScratchArguments,
}

#[derive(Debug, Args)]
pub(crate) struct PlanArguments {
    #[command(flatten)]
    pub(crate) database: DatabaseArguments,

    /// Only files up to this version
    #[arg(long, value_name = "VERSION")]
    pub(crate) to: Option<String>,

    /// Write the plan to this file, for `apply --plan`
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,

    /// Start no scratch server: read locks, scans and rewrites from the statements alone
    #[arg(long)]
    pub(crate) no_scratch: bool,

    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) scratch: ScratchArguments,
}

#[derive(Debug, Args)]
pub(crate) struct TestArguments {
    #[command(flatten)]
    pub(crate) database: DatabaseArguments,

    /// Test files after this version; without it and without a database, every file
    // No conflict with --db: that may come from the environment, and what is said here wins.
    #[arg(long, value_name = "VERSION")]
    pub(crate) after: Option<String>,

    /// Only files up to this version
    #[arg(long, value_name = "VERSION")]
    pub(crate) to: Option<String>,

    /// Run each file a second time: nothing may fail, and nothing may change
    #[arg(long)]
    pub(crate) idempotent: bool,

    /// A file without a way back fails
    #[arg(long)]
    pub(crate) require_rollback: bool,

    /// Write the way back that was derived and proven for files that have none
    #[arg(long)]
    pub(crate) write_undo: bool,

    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) scratch: ScratchArguments,
}

/// What steers every run against a live database.
#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// Show what would run, and run nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Allow what can lose data, by the name that the refusal gives: drop-table:public.x, data-loss; also out-of-order,
    /// edited [can be repeated]
    #[arg(long, value_name = "WHAT", value_parser = allowed)]
    pub(crate) allow: Vec<String>,

    /// Seconds to wait for another runner; 0 leaves at once
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(crate) lock_wait: u64,

    /// Milliseconds that a statement waits for a table in a first, short try
    #[arg(long, value_name = "MILLISECONDS")]
    pub(crate) lock_timeout: Option<u64>,

    /// Seconds that a statement may run
    #[arg(long, value_name = "SECONDS")]
    pub(crate) statement_timeout: Option<u64>,

    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|number| *number > 0).ok_or_else(|| "it is a number from 1 on".to_owned())
}

/// A word that a refusal gives.
fn allowed(word: &str) -> Result<String, String> {
    const WORDS: &[&str] = &["data-loss", "edited", "missing", "out-of-order", "other-history"];
    const KINDS: &[&str] = &[
        "drop-table",
        "drop-column",
        "drop-schema",
        "drop-type",
        "drop-extension",
        "drop-owned",
        "drop-database",
        "truncate",
        "delete-all",
    ];
    let named = word.split_once(':').is_some_and(|(kind, name)| KINDS.contains(&kind) && !name.is_empty());
    if named || WORDS.contains(&word) {
        return Ok(word.to_owned());
    }
    Err(format!("it is {}, or one of {} with a name: drop-table:public.x", WORDS.join(", "), KINDS.join(", ")))
}

#[derive(Debug, Args)]
pub(crate) struct TargetArguments {
    #[command(flatten)]
    pub(crate) database: DatabaseArguments,

    /// A database, or a file with one on each line [can be repeated]
    // No conflict with --db: that may come from the environment, and what is said here wins.
    #[arg(long, value_name = "URL|FILE")]
    pub(crate) target: Vec<String>,

    /// Databases to work on at once
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub(crate) jobs: Option<usize>,

    /// Start on no further database after so many failed
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub(crate) max_failures: Option<usize>,
}

#[derive(Debug, Args)]
pub(crate) struct ApplyArguments {
    #[command(flatten)]
    pub(crate) targets: TargetArguments,

    /// Only files up to this version
    #[arg(long, value_name = "VERSION")]
    pub(crate) to: Option<String>,

    /// Run this plan, if the database and the files are still those that it was made for
    #[arg(long, value_name = "FILE", conflicts_with_all = ["to", "target"])]
    pub(crate) plan: Option<PathBuf>,

    /// Run a statement again whose outcome nobody knows, since it was interrupted
    #[arg(long)]
    pub(crate) rerun: bool,

    #[command(flatten)]
    pub(crate) run: RunArguments,
}

#[derive(Debug, Args)]
pub(crate) struct RunStagedArguments {
    #[command(flatten)]
    pub(crate) database: DatabaseArguments,

    /// Only files up to this version
    #[arg(long, value_name = "VERSION")]
    pub(crate) to: Option<String>,

    /// Go on with the next stage, if the checks of the last one hold
    #[arg(long = "continue")]
    pub(crate) go_on: bool,

    /// Go on by itself from stage to stage while the checks hold
    #[arg(long)]
    pub(crate) all: bool,

    #[command(flatten)]
    pub(crate) run: RunArguments,
}

#[derive(Debug, Args)]
pub(crate) struct RollbackArguments {
    #[command(flatten)]
    pub(crate) database: DatabaseArguments,

    /// Take back everything after this version; 0 takes back all
    #[arg(long, value_name = "VERSION", conflicts_with = "last", required_unless_present = "last")]
    pub(crate) to: Option<String>,

    /// Take back the last N files
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub(crate) last: Option<usize>,

    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,

    #[command(flatten)]
    pub(crate) run: RunArguments,
}

#[derive(Debug, Args)]
pub(crate) struct StatusArguments {
    #[command(flatten)]
    pub(crate) targets: TargetArguments,

    /// Show the slowest runs, and how they changed
    #[arg(long)]
    pub(crate) slow: bool,

    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mark {
    Applied,
    Reverted,
}

#[derive(Debug, Args)]
#[group(id = "repair", required = true, multiple = false, args = ["mark", "baseline", "renamed"])]
pub(crate) struct RepairArguments {
    #[command(flatten)]
    pub(crate) database: DatabaseArguments,

    /// Enter versions as applied, or take them out, without running anything
    #[arg(long, value_enum, value_name = "STATE", requires = "versions")]
    pub(crate) mark: Option<Mark>,

    /// The versions
    #[arg(value_name = "VERSION")]
    pub(crate) versions: Vec<String>,

    /// Enter every file up to this version as applied (all files without one): the database existed first
    #[arg(long, value_name = "VERSION", num_args = 0..=1, default_missing_value = "")]
    pub(crate) baseline: Option<String>,

    /// Follow files that were renamed: the same statements under another version
    #[arg(long)]
    pub(crate) renamed: bool,

    /// Show what would change, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct AdoptArguments {
    #[command(flatten)]
    pub(crate) database: DatabaseArguments,

    /// Show what would be taken over, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct AuditArguments {
    /// Only what is wrong with names and versions
    #[arg(long)]
    pub(crate) numbering: bool,

    /// Fail from this level on
    #[arg(long, value_enum, default_value_t = FailOn::Warning, value_name = "LEVEL")]
    pub(crate) fail_on: FailOn,

    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

#[derive(Debug, Args)]
pub(crate) struct RenumberArguments {
    #[command(flatten)]
    pub(crate) database: DatabaseArguments,

    /// Rename the files; without it nothing is changed
    #[arg(long)]
    pub(crate) write: bool,

    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ArchiveArguments {
    /// Move files at or before this version
    #[arg(long, value_name = "VERSION")]
    pub(crate) to: String,

    /// The archive folder; the one that is there, else migrations_archive beside the migrations
    #[arg(long, value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,

    /// Move the files; without it nothing is changed
    #[arg(long)]
    pub(crate) write: bool,

    /// Move them although what remains does not build the schema on its own: where a squashed file is to follow
    #[arg(long)]
    pub(crate) allow_broken: bool,

    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) scratch: ScratchArguments,
}

#[derive(Debug, Args)]
pub(crate) struct SquashArguments {
    /// Only files at or before this version
    #[arg(long, value_name = "VERSION")]
    pub(crate) to: Option<String>,

    /// The file to write; standard output when left out
    #[arg(short = 'o', long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// For files that do not run: bring statements into an order that runs, take out of index conditions what is not
    /// immutable, leave out what cannot run, and say all of it
    #[arg(long)]
    pub(crate) fix: bool,

    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) scratch: ScratchArguments,
}
