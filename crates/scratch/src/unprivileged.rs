//! Whom to run PostgreSQL as: it refuses to run as root.

use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use crate::ScratchError;

/// A user and group id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct User {
    uid: u32,
    gid: u32,
}

/// None when this process is not root, and so needs nobody else.
pub(crate) fn user() -> Result<Option<User>, ScratchError> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let passwd = fs::read_to_string("/etc/passwd").map_err(ScratchError::file("read", "/etc/passwd"))?;
    ["postgres", "nobody"]
        .into_iter()
        .find_map(|name| find(&passwd, name))
        .map(Some)
        .ok_or(ScratchError::NoUnprivilegedUser)
}

/// `name:password:uid:gid:…`, one user a line.
fn find(passwd: &str, name: &str) -> Option<User> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next()? != name {
            return None;
        }
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some(User { uid, gid })
    })
}

/// Lets the command run as the unprivileged user, if there is one to be.
pub(crate) fn run_as(command: &mut Command, user: Option<User>) -> &mut Command {
    if let Some(user) = user {
        command.uid(user.uid).gid(user.gid);
    }
    command
}

/// Gives a file or folder (not what is in it) to the unprivileged user.
pub(crate) fn give(path: &Path, user: Option<User>) -> Result<(), ScratchError> {
    match user {
        Some(user) => chown(path, Some(user.uid), Some(user.gid)).map_err(ScratchError::file("give away", path)),
        None => Ok(()),
    }
}
