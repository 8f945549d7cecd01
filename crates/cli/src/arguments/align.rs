//! The arguments of `pgmason align`.

use clap::{Args, ValueEnum};

use super::drift::ComparedArguments;

#[derive(Debug, Args)]
pub(crate) struct AlignArguments {
    /// What the files are to agree with; `files` tells what to change in schema.prisma instead
    #[arg(long, value_enum, value_name = "SOURCE")]
    pub(crate) to: Option<AlignTo>,

    /// The files, instead of the project's own: migrations:DIR or schema:PATH
    #[arg(long, value_name = "SOURCE", conflicts_with_all = ["migrations", "schema", "source"])]
    pub(crate) from: Option<String>,

    /// What the migration is called: align_with_database when left out
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,

    /// Write the migration; without it nothing is changed
    #[arg(long)]
    pub(crate) write: bool,

    /// Allow what a refusal names: drop-table:public.x [can be repeated]
    #[arg(long, value_name = "WORD")]
    pub(crate) allow: Vec<String>,

    /// Rename instead of dropping and making: public.old=public.new [can be repeated]
    #[arg(long, value_name = "FROM=TO")]
    pub(crate) rename: Vec<String>,

    #[command(flatten)]
    pub(crate) compared: ComparedArguments,

    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AlignTo {
    Prisma,
    Files,
    Database,
    Snapshot,
}
