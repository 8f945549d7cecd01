//! The command line of `pgmason references` and of `pgmason generate`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use pgmason_core::references::Grade;

use super::ScratchArguments;

#[derive(Debug, Args)]
pub(crate) struct ReferencesArguments {
    #[command(subcommand)]
    pub(crate) command: ReferencesCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ReferencesCommand {
    /// List every use of a name: SQL, TypeScript, Prisma, Python, Rust, and function bodies of a database
    Find(FindArguments),
    /// Write new names where code has old ones: prints the difference, or writes the files
    Rewrite(RewriteArguments),
}

/// What it is about.
#[derive(Debug, Args)]
pub(crate) struct NamesArguments {
    /// A table or a column: emails, public.emails, emails.subject; with its new name: emails=email_messages
    #[arg(value_name = "NAME[=NEW]")]
    pub(crate) names: Vec<String>,

    /// All names that a restructuring changes: `prefix` for restructure/prefix.toml, or a path
    #[arg(long, value_name = "NAME", conflicts_with = "names")]
    pub(crate) restructure: Option<String>,

    /// Only files in this folder, or that match this pattern: src/**/*.ts [can be repeated]
    #[arg(long = "path", value_name = "PATH")]
    pub(crate) paths: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct FindArguments {
    #[command(flatten)]
    pub(crate) names: NamesArguments,

    /// Look into the functions and the cron jobs of this database too
    // Not from the environment: a search in files is no reason to connect.
    #[arg(long, value_name = "URL", conflicts_with = "functions")]
    pub(crate) db: Option<String>,

    /// Build the project's schema on a scratch server, and look into its functions too
    #[arg(long)]
    pub(crate) functions: bool,

    /// List references from this grade on; all are counted
    #[arg(long, value_enum, default_value_t = GradeArgument::Likely, value_name = "GRADE")]
    pub(crate) grade: GradeArgument,

    /// List those in migrations too, which ran already
    #[arg(long)]
    pub(crate) migrations: bool,

    /// Fail where there is a reference of this grade, or a surer one, outside of migrations
    #[arg(long, value_enum, value_name = "GRADE")]
    pub(crate) fail_on: Option<GradeArgument>,

    #[command(flatten)]
    pub(crate) scratch: ScratchArguments,

    /// Print JSON: all references, whatever is listed
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RewriteArguments {
    #[command(flatten)]
    pub(crate) names: NamesArguments,

    /// Leave references alone that are less sure
    #[arg(long, value_enum, default_value_t = RewrittenGrade::Likely, value_name = "GRADE")]
    pub(crate) only: RewrittenGrade,

    /// Write the files
    #[arg(long)]
    pub(crate) write: bool,

    /// Write although the git work tree is not clean, or there is none
    #[arg(long, requires = "write")]
    pub(crate) allow_dirty: bool,

    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GradeArgument {
    /// The place can be nothing but the name
    Sure,
    /// It reads like it
    Likely,
    /// The word stands there
    Word,
}

impl GradeArgument {
    pub(crate) fn grade(self) -> Grade {
        match self {
            Self::Sure => Grade::Sure,
            Self::Likely => Grade::Likely,
            Self::Word => Grade::Word,
        }
    }
}

/// Words are never rewritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RewrittenGrade {
    /// Sure ones only
    Sure,
    /// Sure and likely ones
    Likely,
}

#[derive(Debug, Args)]
pub(crate) struct GenerateArguments {
    #[command(subcommand)]
    pub(crate) command: GenerateCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum GenerateCommand {
    /// Write TypeScript with old names over the types that Supabase generates, for the transition
    Aliases(AliasesArguments),
    /// Write API_CHANGES.md: every change of a restructuring, what to write instead, and where the code is
    Changes(ChangesArguments),
}

#[derive(Debug, Args)]
pub(crate) struct AliasesArguments {
    /// The restructuring: `prefix` for restructure/prefix.toml, or a path; the only one when left out
    #[arg(long, value_name = "NAME")]
    pub(crate) restructure: Option<String>,

    /// The module that has the type `Database`
    #[arg(long, value_name = "MODULE", default_value = "./database.types")]
    pub(crate) types: String,

    /// The file to write; standard output when left out
    #[arg(short = 'o', long, value_name = "FILE")]
    pub(crate) output_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ChangesArguments {
    /// The restructuring: `prefix` for restructure/prefix.toml, or a path; the only one when left out
    #[arg(long, value_name = "NAME")]
    pub(crate) restructure: Option<String>,

    /// Look into the functions and the cron jobs of this database too
    #[arg(long, value_name = "URL")]
    pub(crate) db: Option<String>,

    /// Only files in this folder, or that match this pattern: src/**/*.ts [can be repeated]
    #[arg(long = "path", value_name = "PATH")]
    pub(crate) paths: Vec<String>,

    /// The file to write; standard output when left out
    #[arg(short = 'o', long, value_name = "FILE")]
    pub(crate) output_file: Option<PathBuf>,
}
