//! Arguments of `diff`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::ScratchArguments;

#[derive(Debug, Args)]
pub(crate) struct DiffArguments {
    /// What is there: migrations:DIR, schema:PATH, db:URL, snapshot:FILE or empty; --db when left out
    #[arg(long, value_name = "SOURCE")]
    pub(crate) from: Option<String>,

    /// What there should be; the project's own files when left out
    #[arg(long, value_name = "SOURCE")]
    pub(crate) to: Option<String>,

    /// The database that --from stands for
    #[arg(long, value_name = "URL", env = "PGMASON_DATABASE_URL", hide_env_values = true)]
    pub(crate) db: Option<String>,

    /// Allow what a refusal names: drop-table:public.x [can be repeated]
    #[arg(long, value_name = "WORD")]
    pub(crate) allow: Vec<String>,

    /// Compare owners too
    #[arg(long)]
    pub(crate) owners: bool,

    /// Keep others working while it runs: indexes CONCURRENTLY, constraints NOT VALID first
    ///
    /// The default where --from is a database.
    #[arg(long, overrides_with = "offline")]
    pub(crate) online: bool,

    /// The shortest way, for a database that nobody uses
    #[arg(long, overrides_with = "online")]
    pub(crate) offline: bool,

    /// Write tables anew to bring their columns into order
    #[arg(long)]
    pub(crate) reorder_columns: bool,

    /// Rename instead of dropping and making: public.old=public.new [can be repeated]
    #[arg(long, value_name = "FROM=TO")]
    pub(crate) rename: Vec<String>,

    /// Show each stage of the proof
    #[arg(long)]
    pub(crate) explain: bool,

    /// The format of the output
    #[arg(long, value_enum, default_value_t = DiffFormat::Human, value_name = "FORMAT")]
    pub(crate) output: DiffFormat,

    /// Short for --output json
    #[arg(long, conflicts_with = "output")]
    pub(crate) json: bool,

    /// Write the output to a file
    #[arg(short = 'o', long, value_name = "FILE")]
    pub(crate) output_file: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) scratch: ScratchArguments,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    Human,
    Sql,
    Json,
    Markdown,
}

impl DiffArguments {
    pub(crate) fn format(&self) -> DiffFormat {
        if self.json { DiffFormat::Json } else { self.output }
    }
}
