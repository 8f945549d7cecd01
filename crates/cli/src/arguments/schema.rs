//! The command line of `pgmason schema`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::ScratchArguments;
use super::drift::ValidateArguments;

#[derive(Debug, Args)]
pub(crate) struct SchemaArguments {
    #[command(subcommand)]
    pub(crate) command: SchemaCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SchemaCommand {
    /// Put modular schema files together: one file for the schema, one for its first rows
    ///
    /// The files run in the order of their names. What fails because something is missing runs again later, and stands
    /// later in the result. The result is proven to build the same on a scratch database before it is written.
    Assemble(AssembleArguments),
    /// Write a schema as files: one for each domain's tables, one for each other matter
    ///
    /// Domains are those of pgmason.toml, else the prefixes of the tables' names. The files are proven to build the same
    /// schema on a scratch database before they are written. Rows are no part of them.
    Split(SplitArguments),
    /// Check and drift as one gate: one report, one exit code
    Validate(ValidateArguments),
}

#[derive(Debug, Args)]
pub(crate) struct AssembleArguments {
    /// The folder with the modular files
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,

    /// The folder to write 000_initial_schema.sql and 001_seed_data.sql into; without it nothing is written
    #[arg(short = 'o', long, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,

    /// Write nothing: fail where the files that are there are not what would be written
    #[arg(long, requires = "output")]
    pub(crate) check: bool,

    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) scratch: ScratchArguments,
}

#[derive(Debug, Args)]
pub(crate) struct SplitArguments {
    /// migrations:DIR, schema:PATH, db:URL or snapshot:FILE; the project's own when left out
    #[arg(value_name = "SOURCE")]
    pub(crate) source: Option<String>,

    /// The folder to write the files into, empty or not there yet; without it nothing is written
    #[arg(short = 'o', long, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,

    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) scratch: ScratchArguments,
}
