//! Folders to check, and how to check them.

use std::path::Path;

use pgmason_testkit::{Folder, Outcome, Pgmason};

/// The binary, run in a folder.
pub(crate) fn pgmason(folder: &Path) -> Pgmason {
    Pgmason::new(env!("CARGO_BIN_EXE_pgmason"), folder)
}

pub(crate) fn run(folder: &Folder, arguments: &[&str]) -> Outcome {
    pgmason(folder.path()).args(arguments).run()
}

/// A project of one migration.
pub(crate) fn project(sql: &str) -> Folder {
    Folder::with(&[("migrations/001_it.sql", sql)])
}

/// One table without a primary key, which is one finding of `no-primary-key`.
pub(crate) const NO_KEY: &str = "CREATE TABLE public.heap (note text);\n";
