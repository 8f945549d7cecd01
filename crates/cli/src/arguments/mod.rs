//! The command line, in the words that help and man page print.

pub(crate) mod align;
mod diff;
pub(crate) mod drift;
pub(crate) mod migration;
pub(crate) mod references;
pub(crate) mod restructure;
pub(crate) mod schema;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use pgmason_model::Level;

pub(crate) use diff::{DiffArguments, DiffFormat};
use drift::DriftArguments;
use migration::MigrationArguments;
use schema::SchemaArguments;

/// Keeps a PostgreSQL or Supabase schema in order
///
/// Reads the schema from a migrations folder, schema files or a live database, holds it against a rulebook, and proves
/// what it says on a scratch PostgreSQL that it brings along.
#[derive(Debug, Parser)]
#[command(name = "pgmason", version, max_term_width = 100, propagate_version = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// The project's folder
    #[arg(short = 'C', long, global = true, value_name = "DIR", default_value = ".")]
    pub(crate) project: PathBuf,

    /// Colours: auto, always or never
    #[arg(long = "color", global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    pub(crate) colour: Colour,

    /// Show no progress
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Hold the project's files and schema against the rulebook
    Check(CheckArguments),
    /// Compare files, database, Prisma schema and snapshot with each other
    Drift(DriftArguments),
    /// Write the migration that makes the files agree with the database, the Prisma schema or a snapshot
    Align(align::AlignArguments),
    /// List the tables, show one, or preview its rows
    Tables(TablesArguments),
    /// The whole life of a migrations folder
    #[command(visible_alias = "migrations")]
    Migration(MigrationArguments),
    /// Change a database in use, in phases, without stopping it
    Restructure(restructure::RestructureArguments),
    /// Find in code what names a table or a column, and rewrite it
    References(references::ReferencesArguments),
    /// Write files of what pgmason knows: TypeScript aliases, API_CHANGES.md
    Generate(references::GenerateArguments),
    /// Print the SQL that turns one schema into another, proven on a scratch database
    Diff(DiffArguments),
    /// Put schema files together, or a schema into files
    Schema(SchemaArguments),
    /// Write a source's schema to a JSON file
    Snapshot(SnapshotArguments),
    /// Print a rule's page
    Explain {
        /// The rule
        rule: String,
    },
    /// List all rules
    Rules(RulesArguments),
    /// Write a commented pgmason.toml for this project
    Init(InitArguments),
    /// Look at the surroundings: configuration, sources, servers
    Doctor(DoctorArguments),
    /// Show the main job on a sample project
    Demo {
        #[command(flatten)]
        scratch: ScratchArguments,
    },
    /// Print a completion script for a shell
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Print the man page
    Man,
    /// Print a page of the reference as Markdown
    #[command(hide = true)]
    Reference {
        /// The page
        #[arg(value_enum)]
        page: ReferencePage,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReferencePage {
    Commands,
    Rules,
}

#[derive(Debug, Args)]
pub(crate) struct SourceArguments {
    /// Read this migrations folder
    #[arg(long, global = true, value_name = "DIR", conflicts_with_all = ["schema", "source"])]
    pub(crate) migrations: Option<PathBuf>,

    /// Read this schema file, or a folder of them, run in order
    #[arg(long, global = true, value_name = "PATH", conflicts_with = "source")]
    pub(crate) schema: Option<PathBuf>,

    /// Read this source: migrations:DIR, schema:PATH, db:URL, prisma:PATH, snapshot:FILE or empty
    #[arg(long, global = true, value_name = "SOURCE")]
    pub(crate) source: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ScratchArguments {
    /// The scratch PostgreSQL: auto, embedded, local, or the URL of a server
    #[arg(long, global = true, value_name = "ENGINE", env = "PGMASON_SCRATCH", hide_env_values = true)]
    pub(crate) scratch: Option<String>,

    /// Seconds that one statement may take in the replay
    #[arg(long, global = true, value_name = "SECONDS")]
    pub(crate) replay_timeout: Option<u64>,

    /// Go on with the next file after one that failed
    #[arg(long, global = true)]
    pub(crate) keep_going: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    /// The project's folder, as with -C
    #[arg(value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) source: SourceArguments,

    /// Judge the schema of this database, and only files that it has not seen for locks
    #[arg(long, value_name = "URL", env = "PGMASON_DATABASE_URL", hide_env_values = true)]
    pub(crate) db: Option<String>,

    /// Only the rules about files; starts no server
    // No conflict with --db: that may come from the environment, and what is said here wins.
    #[arg(long)]
    pub(crate) files_only: bool,

    /// Only this rule [can be repeated]
    #[arg(long, value_name = "RULE")]
    pub(crate) rule: Vec<String>,

    /// Let only findings fail that this file does not list
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,

    /// Write the findings to this file, for --baseline
    #[arg(long, value_name = "FILE", conflicts_with = "baseline")]
    pub(crate) write_baseline: Option<PathBuf>,

    /// Fail from this level on
    #[arg(long, value_enum, default_value_t = FailOn::Warning, value_name = "LEVEL")]
    pub(crate) fail_on: FailOn,

    /// Show findings from this level on
    #[arg(long, value_enum, default_value_t = FailOn::Info, value_name = "LEVEL")]
    pub(crate) level: FailOn,

    #[command(flatten)]
    pub(crate) scratch: ScratchArguments,

    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    Error,
    Warning,
    Info,
    Never,
}

impl FailOn {
    pub(crate) fn level(self) -> Option<Level> {
        match self {
            Self::Error => Some(Level::Error),
            Self::Warning => Some(Level::Warning),
            Self::Info => Some(Level::Info),
            Self::Never => None,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct OutputArguments {
    /// The format of the output
    #[arg(long, value_enum, default_value_t = Format::Human, value_name = "FORMAT")]
    pub(crate) output: Format,

    /// Short for --output json
    #[arg(long, conflicts_with = "output")]
    pub(crate) json: bool,

    /// Write the output to a file
    #[arg(short = 'o', long, value_name = "FILE")]
    pub(crate) output_file: Option<PathBuf>,
}

impl OutputArguments {
    pub(crate) fn format(&self) -> Format {
        if self.json { Format::Json } else { self.output }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Human,
    Json,
    Sarif,
    Github,
    Gitlab,
    Junit,
    Markdown,
}

#[derive(Debug, Args)]
pub(crate) struct TablesArguments {
    #[command(subcommand)]
    pub(crate) command: Option<TablesCommand>,

    #[command(flatten)]
    pub(crate) common: TablesCommon,
}

#[derive(Debug, Args)]
pub(crate) struct TablesCommon {
    #[command(flatten)]
    pub(crate) source: SourceArguments,

    /// Read this database
    #[arg(long, value_name = "URL", env = "PGMASON_DATABASE_URL", hide_env_values = true, global = true)]
    pub(crate) db: Option<String>,

    #[command(flatten)]
    pub(crate) scratch: ScratchArguments,

    /// Print JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TablesCommand {
    /// List all tables and views by domain
    List,
    /// Show a table: columns, constraints, indexes, policies, triggers, grants, references both ways
    Show {
        /// The table, with or without its schema
        name: String,
    },
    /// Show the first ten rows of a table
    Preview {
        /// The table, with or without its schema
        name: String,

        /// Characters of a value to show
        #[arg(long, value_name = "N", default_value_t = 60)]
        longest_value: usize,
    },
}

#[derive(Debug, Args)]
pub(crate) struct SnapshotArguments {
    /// migrations:DIR, schema:PATH, db:URL, prisma:PATH, snapshot:FILE or empty; the project's own when left out
    pub(crate) source: Option<String>,

    /// The file to write; standard output when left out
    #[arg(short = 'o', long, value_name = "FILE")]
    pub(crate) output_file: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) scratch: ScratchArguments,
}

#[derive(Debug, Args)]
pub(crate) struct RulesArguments {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct InitArguments {
    /// The project's folder, as with -C
    #[arg(value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,

    /// Write a workflow that checks pull requests instead
    #[arg(long, value_enum, value_name = "SERVICE")]
    pub(crate) ci: Option<CiService>,

    #[command(flatten)]
    pub(crate) scratch: ScratchArguments,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CiService {
    Github,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorArguments {
    /// Look at this database too
    #[arg(long, value_name = "URL", env = "PGMASON_DATABASE_URL", hide_env_values = true)]
    pub(crate) db: Option<String>,

    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
