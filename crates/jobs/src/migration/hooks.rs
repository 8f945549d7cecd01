//! The project's own commands around a run: they get the plan as JSON on standard input.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use pgmason_model::plan::Plan;

use super::run_report::{HookRun, RunReport};
use crate::progress::{Event, Reporter};

/// Shell commands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hooks {
    pub before: Vec<String>,
    /// After success; where types are generated anew.
    pub after: Vec<String>,
    /// Whom to alert.
    pub on_failure: Vec<String>,
}

/// What the commands run in, and what they are given.
pub(super) struct Around<'a> {
    pub(super) folder: &'a Path,
    pub(super) plan: &'a Plan,
    pub(super) reporter: Reporter<'a>,
}

impl Around<'_> {
    /// Runs the commands, and stops at the first that fails. True when all went well.
    pub(super) fn run(&self, when: &'static str, commands: &[String], report: &mut RunReport) -> bool {
        if commands.is_empty() {
            return true;
        }
        // The value is our own, and it has no map whose keys are no text.
        let json = serde_json::to_vec(self.plan).unwrap_or_default();
        for command in commands {
            (self.reporter)(Event::Told(format!("hook {when}: {command}")));
            let started = Instant::now();
            let exit_code = one(command, self.folder, when, &json);
            let seconds = started.elapsed().as_secs_f64();
            report.hooks.push(HookRun { when, command: command.clone(), exit_code, seconds });
            if exit_code != Some(0) {
                return false;
            }
        }
        true
    }
}

fn one(command: &str, folder: &Path, when: &str, json: &[u8]) -> Option<i32> {
    let mut child = Command::new("/bin/sh")
        .args(["-c", command])
        .current_dir(folder)
        .env("PGMASON_HOOK", when)
        .stdin(Stdio::piped())
        // Standard output is the report's.
        .stdout(std::io::stderr())
        .spawn()
        .ok()?;
    if let Some(mut stdin) = child.stdin.take() {
        // A hook that reads nothing closes the pipe; that is its own affair.
        drop(stdin.write_all(json));
    }
    child.wait().ok()?.code()
}
