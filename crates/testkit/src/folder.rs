//! A folder for one test, readable by the user that servers run as.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// Removed with the test.
pub struct Folder {
    folder: TempDir,
}

impl Folder {
    #[expect(clippy::new_without_default, reason = "it makes a folder on the disk")]
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("pgmason-test-").tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        Self { folder }
    }

    /// Everybody may put files into it and take their own away, as with `/tmp`.
    pub fn shared() -> Self {
        let folder = Self::new();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o1777)).unwrap();
        folder
    }

    /// With files: `(path inside, content)`.
    pub fn with(files: &[(&str, &str)]) -> Self {
        let folder = Self::new();
        for (path, text) in files {
            folder.write(path, text);
        }
        folder
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn join(&self, inside: &str) -> PathBuf {
        self.folder.path().join(inside)
    }

    /// Writes a file and the folders that it lies in.
    pub fn write(&self, inside: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.join(inside);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    pub fn read(&self, inside: &str) -> String {
        fs::read_to_string(self.join(inside)).unwrap()
    }
}

/// Where SQL that gets out of a scratch leaves its trace.
const TRACE: &str = "/tmp/pgmason-was-here";

/// Fails when `/tmp/pgmason-was-here` is there, and removes it for the next run.
#[track_caller]
pub fn assert_no_trace() {
    let got_out = Path::new(TRACE).exists();
    drop(fs::remove_file(TRACE));
    assert!(!got_out, "something got out and wrote {TRACE}");
}
