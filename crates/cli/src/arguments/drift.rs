//! The arguments of `pgmason drift` and of `pgmason schema validate`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{FailOn, ScratchArguments, SourceArguments};

/// What to compare.
#[derive(Debug, Args)]
pub(crate) struct ComparedArguments {
    #[command(flatten)]
    pub(crate) source: SourceArguments,

    /// Compare with this database
    #[arg(long, value_name = "URL", env = "PGMASON_DATABASE_URL", hide_env_values = true)]
    pub(crate) db: Option<String>,

    /// Compare with this Prisma schema: a file, or a folder of them
    #[arg(long, value_name = "PATH")]
    pub(crate) prisma: Option<PathBuf>,

    /// Compare with this snapshot
    #[arg(long, value_name = "FILE")]
    pub(crate) snapshot: Option<PathBuf>,

    /// Let objects of such names differ: public.tmp_* [can be repeated]
    #[arg(long, value_name = "PATTERN")]
    pub(crate) ignore: Vec<String>,

    #[command(flatten)]
    pub(crate) scratch: ScratchArguments,
}

#[derive(Debug, Args)]
pub(crate) struct DriftArguments {
    #[command(flatten)]
    pub(crate) compared: ComparedArguments,

    /// The format of the output
    #[arg(long, value_enum, default_value_t = DriftFormat::Human, value_name = "FORMAT")]
    pub(crate) output: DriftFormat,

    /// Short for --output json
    #[arg(long, conflicts_with = "output")]
    pub(crate) json: bool,

    /// Write the output to a file
    #[arg(short = 'o', long, value_name = "FILE")]
    pub(crate) output_file: Option<PathBuf>,
}

impl DriftArguments {
    pub(crate) fn format(&self) -> DriftFormat {
        if self.json { DriftFormat::Json } else { self.output }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DriftFormat {
    Human,
    Json,
    Markdown,
    Sarif,
    Github,
}

#[derive(Debug, Args)]
pub(crate) struct ValidateArguments {
    #[command(flatten)]
    pub(crate) compared: ComparedArguments,

    /// Fail from this level of findings on
    #[arg(long, value_enum, default_value_t = FailOn::Warning, value_name = "LEVEL")]
    pub(crate) fail_on: FailOn,

    /// Let only findings fail that this file does not list
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,

    /// The format of the output
    #[arg(long, value_enum, default_value_t = ValidateFormat::Human, value_name = "FORMAT")]
    pub(crate) output: ValidateFormat,

    /// Short for --output json
    #[arg(long, conflicts_with = "output")]
    pub(crate) json: bool,
}

impl ValidateArguments {
    pub(crate) fn format(&self) -> ValidateFormat {
        if self.json { ValidateFormat::Json } else { self.output }
    }
}

/// Formats in which one report can follow another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ValidateFormat {
    Human,
    Json,
    Markdown,
    Github,
}
