//! The command line of `pgmason restructure`.

use clap::{Args, Subcommand};

use super::ScratchArguments;
use super::migration::DatabaseArguments;

#[derive(Debug, Args)]
pub(crate) struct RestructureArguments {
    #[command(subcommand)]
    pub(crate) command: RestructureCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RestructureCommand {
    /// Show what each stage would do: steps, locks, notes, and what does not work through a view
    Plan(PlanArguments),
    /// Play stages through on a scratch database with made-up rows, forth and back
    ///
    /// Shows that access is the same under both names for every role, that the end is what was predicted, and that a
    /// rollback leads back to the last grant. `start` asks for a rehearsal against the schema as it is.
    Rehearse(RehearseArguments),
    /// Start the next stage: afterwards old names and new ones both work
    Start(RunArguments),
    /// Show where each stage stands, how fast rows are filled, and who still uses old names
    Status(FileArguments),
    /// Print the checklist of the deployment, each line checked or marked as a person's
    Checklist(FileArguments),
    /// Complete the stage that is started: afterwards only the new names work
    Complete(RunArguments),
    /// Take back the stage that was begun last, from wherever it is
    Rollback(RunArguments),
}

#[derive(Debug, Args)]
pub(crate) struct FileArguments {
    /// The restructuring: `prefix` for restructure/prefix.toml, or a path; the only one when left out
    pub(crate) name: Option<String>,

    #[command(flatten)]
    pub(crate) database: DatabaseArguments,

    /// Only this stage
    #[arg(long, value_name = "STAGE")]
    pub(crate) stage: Option<String>,

    /// Do not look for old names in the project's code
    #[arg(long)]
    pub(crate) no_code: bool,

    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PlanArguments {
    /// Write restructure/NAME.toml (names.toml) from what the rulebook says about names
    #[arg(long)]
    pub(crate) from_rulebook: bool,

    #[command(flatten)]
    pub(crate) file: FileArguments,

    #[command(flatten)]
    pub(crate) scratch: ScratchArguments,
}

#[derive(Debug, Args)]
pub(crate) struct RehearseArguments {
    #[command(flatten)]
    pub(crate) file: FileArguments,

    /// Statements of the project to try under both names, beside those in pg_stat_statements [can be repeated]
    #[arg(long, value_name = "FILE")]
    pub(crate) statements: Vec<String>,

    /// Leave no record in the database
    #[arg(long)]
    pub(crate) no_record: bool,

    #[command(flatten)]
    pub(crate) scratch: ScratchArguments,
}

#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    #[command(flatten)]
    pub(crate) file: FileArguments,

    /// Show what would run, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,

    /// Seconds to wait for sessions that are in the way, and for another pgmason
    #[arg(long, value_name = "SECONDS")]
    pub(crate) lock_wait: Option<u64>,

    /// Milliseconds that one try for locks may keep others waiting
    #[arg(long, value_name = "MILLISECONDS")]
    pub(crate) lock_timeout: Option<u64>,

    /// Start a stage that was not rehearsed against the schema as it is
    #[arg(long)]
    pub(crate) unrehearsed: bool,

    /// Go on although somebody else has changed the schema
    #[arg(long)]
    pub(crate) accept_changes: bool,

    /// Complete although this old name is in use; `*` for all [can be repeated]
    #[arg(long, value_name = "NAME")]
    pub(crate) accept_use: Vec<String>,

    /// With rollback: take back only the end of a stage, so that both names work again
    #[arg(long)]
    pub(crate) to_started: bool,

    /// Complete a stage that was not watched as long as its file says
    #[arg(long)]
    pub(crate) no_soak: bool,

    /// With start: what is free on the server's disk, where pgmason cannot look itself: `50GB`
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) free_disk: Option<i64>,

    /// Run a statement again of which nobody knows whether it did its work
    #[arg(long)]
    pub(crate) rerun: bool,

    #[command(flatten)]
    pub(crate) scratch: ScratchArguments,
}

/// Bytes, or one of PostgreSQL's units, which are powers of 1024.
fn size(text: &str) -> Result<i64, String> {
    let units = [("kB", 10), ("MB", 20), ("GB", 30), ("TB", 40)];
    let with_unit = units.into_iter().find_map(|(unit, power)| Some((text.strip_suffix(unit)?, power)));
    let (number, power) = with_unit.unwrap_or((text, 0));
    let number = number.trim().parse::<f64>().ok().filter(|number| *number >= 0.0 && number.is_finite());
    #[expect(clippy::cast_possible_truncation, reason = "what is too large becomes the largest there is")]
    number.map(|number| (number * 2_f64.powi(power)) as i64).ok_or_else(|| "not a size as `50GB` or `800MB`".to_owned())
}
