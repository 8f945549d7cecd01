//! Runs the `pgmason` binary as a user would.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A run being put together. The environment holds nothing that would change its answer.
pub struct Pgmason {
    command: Command,
}

/// How it ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// None when a signal ended it.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Pgmason {
    /// `binary`: `env!("CARGO_BIN_EXE_pgmason")` of the caller.
    pub fn new(binary: &str, folder: &Path) -> Self {
        let mut command = Command::new(binary);
        command.current_dir(folder).stdin(Stdio::null());
        for name in [
            "PGMASON_DATABASE_URL",
            "PGMASON_SCRATCH",
            "PGHOST",
            "PGPORT",
            "PGUSER",
            "PGPASSWORD",
            "PGDATABASE",
            "PGSSLMODE",
            "PGOPTIONS",
            "PGPASSFILE",
            "CLICOLOR_FORCE",
        ] {
            command.env_remove(name);
        }
        command.env("PGPASSFILE", "/dev/null").env("NO_COLOR", "1");
        Self { command }
    }

    pub fn args(mut self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.command.args(arguments);
        self
    }

    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// A cache folder of its own: the run unpacks and prepares as the first one ever does.
    pub fn cache(self, folder: &Path) -> Self {
        self.env("PGMASON_CACHE_DIR", folder)
    }

    /// Scratch servers and temporary files in a folder of its own, so that what is left can be seen.
    pub fn temporary_folder(self, folder: &Path) -> Self {
        self.env("TMPDIR", folder).env("PGMASON_SCRATCH_DIR", folder)
    }

    pub fn run(mut self) -> Outcome {
        let output = self.command.output().unwrap();
        let outcome = Outcome {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        outcome.assert_no_panic();
        outcome
    }

    pub fn spawn(mut self) -> Child {
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// For what the builder has no word for.
    pub fn command(&mut self) -> &mut Command {
        &mut self.command
    }
}

impl Outcome {
    #[track_caller]
    pub fn assert_no_panic(&self) {
        assert!(self.code != Some(101) && !self.stderr.contains("panicked at"), "it panicked: {self}");
        assert!(self.code.is_some(), "a signal ended it: {self}");
    }

    /// The exit code, with all that was said when it is another.
    #[track_caller]
    pub fn assert_code(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// Exit code 2 and a hint.
    #[track_caller]
    pub fn assert_refused(&self) -> &Self {
        self.assert_code(2);
        assert!(self.stderr.contains("error: "), "{self}");
        assert!(self.stderr.contains("hint: "), "no hint: {self}");
        self
    }

    #[track_caller]
    pub fn assert_says(&self, words: &str) -> &Self {
        assert!(self.stdout.contains(words) || self.stderr.contains(words), "{words:?} is not said: {self}");
        self
    }

    #[track_caller]
    pub fn assert_never_says(&self, words: &str) -> &Self {
        assert!(!self.stdout.contains(words) && !self.stderr.contains(words), "{words:?} is said: {self}");
        self
    }

    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("no JSON ({error}): {self}"))
    }

    /// `(rule, object or file)` of each finding of a JSON report.
    #[track_caller]
    pub fn findings(&self) -> Vec<(String, String)> {
        findings(&self.json()["findings"])
    }
}

fn findings(list: &serde_json::Value) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    list.as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            let object = &finding["object"];
            let subject = if object.is_null() {
                let file = text(&finding["file"]);
                PathBuf::from(file).file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
            } else {
                let parts = [&object["schema"], &object["name"], &object["column"]].map(text);
                parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".")
            };
            (text(&finding["rule"]), subject)
        })
        .collect()
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "exit code {:?}\n--- stdout\n{}\n--- stderr\n{}", self.code, self.stdout, self.stderr)
    }
}
