//! What runs on this machine, to see that nothing is left of a scratch server.

use std::fs;
use std::process::Command;

use rustix::process::{Pid, kill_process, kill_process_group};

pub use rustix::process::Signal;

/// A process whose command line or working folder speaks of the text asked for.
#[derive(Clone, Debug)]
pub struct Process {
    pub id: i32,
    pub command: String,
}

/// All processes that have to do with a path. Ones that have ended and are not yet buried do not count.
pub fn processes_about(path: &str) -> Vec<Process> {
    let Ok(entries) = fs::read_dir("/proc") else { return from_ps(path) };
    let mut list = Vec::new();
    for entry in entries.flatten() {
        let Ok(id) = entry.file_name().to_string_lossy().parse::<i32>() else { continue };
        let bytes = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let command = String::from_utf8_lossy(&bytes).replace('\0', " ");
        let folder = fs::read_link(entry.path().join("cwd")).unwrap_or_default();
        let speaks = command.contains(path) || folder.to_string_lossy().contains(path);
        if speaks && u32::try_from(id) != Ok(std::process::id()) {
            list.push(Process { id, command });
        }
    }
    list
}

fn from_ps(path: &str) -> Vec<Process> {
    let output = Command::new("ps").args(["-A", "-o", "pid=,command="]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines()
        .filter(|line| line.contains(path))
        .filter_map(|line| {
            let (id, command) = line.trim().split_once(' ')?;
            Some(Process { id: id.parse().ok()?, command: command.to_owned() })
        })
        .collect()
}

/// SIGKILL, or whatever else the signal.
pub fn kill(id: i32, signal: Signal) {
    // It may have ended by itself.
    let _ = kill_process(Pid::from_raw(id).unwrap(), signal);
}

/// The same for a whole process group.
pub fn kill_group(id: i32, signal: Signal) {
    let _ = kill_process_group(Pid::from_raw(id).unwrap(), signal);
}
