//! A file system that is soon full.

use std::path::Path;
use std::process::Command;

use crate::Folder;
use crate::cluster::give_away;

/// A few megabytes in memory, owned by the user that servers run as.
pub struct SmallFileSystem {
    folder: Folder,
}

impl SmallFileSystem {
    /// Only root may mount; for others there is none, which is said.
    pub fn mount(megabytes: u32) -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            eprintln!("skipped: only root may mount a file system");
            return None;
        }
        let folder = Folder::new();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={megabytes}m"), "tmpfs"])
            .arg(folder.path())
            .status()
            .unwrap();
        assert!(mounted.success(), "cannot mount a file system in memory");
        give_away(folder.path());
        Some(Self { folder })
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for SmallFileSystem {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(self.folder.path()).status());
    }
}
