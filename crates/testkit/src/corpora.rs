//! Real projects to test on, where the environment names them.

use std::path::PathBuf;

/// The folder that `PGMASON_CORPORA` names; without it a line that says what was skipped.
pub fn corpora() -> Option<PathBuf> {
    match std::env::var_os("PGMASON_CORPORA") {
        Some(folder) => {
            let folder = PathBuf::from(folder);
            assert!(folder.is_dir(), "PGMASON_CORPORA names {}, which is no folder", folder.display());
            Some(folder)
        }
        None => {
            eprintln!("skipped: PGMASON_CORPORA does not name the folder of real projects");
            None
        }
    }
}
