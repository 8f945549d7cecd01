//! Asks git whether what is rewritten can be taken back.

use std::path::Path;
use std::process::Command;

use super::rewrite::Refusal;

/// Refuses where changes of a person could not be told from ours afterwards.
pub(super) fn refusal(folder: &Path) -> Option<Refusal> {
    let output = Command::new("git").arg("-C").arg(folder).args(["status", "--porcelain", "--", "."]).output();
    let changed = match output {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).lines().count(),
        _ => {
            return Some(Refusal {
                reason: format!(
                    "`{}` is in no git repository, so nothing could take the rewriting back",
                    folder.display()
                ),
                hint: "make a copy, and say `--allow-dirty`".into(),
            });
        }
    };
    let files = if changed == 1 { "1 file is" } else { &format!("{changed} files are") };
    (changed > 0).then(|| Refusal {
        reason: format!("the work tree is not clean: {files} changed or new"),
        hint: "commit or stash first, or say `--allow-dirty`".into(),
    })
}
