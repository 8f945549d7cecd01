//! Holds a migrations folder against the history of a database: what is applied, pending, edited, missing, half done.
//!
//! No IO. A file counts as edited only when what it runs differs; comments and layout may change.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use pgmason_core::migrations::{Layout, MigrationFile, fingerprint};
use pgmason_pg::history::{Applied, History, Run};
use serde::Serialize;
use similar::TextDiff;

use super::folder::{Folder, version_of};

/// A folder against a history.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// Every version that either knows, in the order in which files run; what no file has stands where it sorts.
    pub entries: Vec<Entry>,
    /// What needs a person.
    pub problems: Vec<Problem>,
}

/// One version.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub version: String,
    pub state: State,
    /// Its place in `Folder::files`.
    pub file: Option<usize>,
    pub applied: Option<Applied>,
    pub run: Option<Run>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    Applied,
    Pending,
    /// Some of its statements are done, the others not.
    HalfDone,
    /// Applied, and some statements of its undo are done.
    HalfUndone,
    /// What it runs is no longer what ran.
    Edited,
    /// In the history, and in no file.
    Missing,
    /// In the history, and its file lies in the archive.
    Archived,
}

/// Something that needs a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Problem {
    DuplicateVersion {
        version: String,
        files: Vec<String>,
    },
    Edited {
        version: String,
        file: String,
        difference: String,
    },
    Missing {
        version: String,
        name: Option<String>,
    },
    /// Newer than every file: the folder is behind.
    AheadOfFolder {
        version: String,
        name: Option<String>,
    },
    /// Pending, and a later file is applied.
    OutOfOrder {
        version: String,
        file: String,
        applied: String,
    },
    HalfDone {
        version: String,
        file: String,
        steps_done: usize,
        message: Option<String>,
        statement: Option<String>,
    },
    HalfUndone {
        version: String,
        steps_done: usize,
    },
    /// Some of its statements ran, and no file has its version any more.
    HalfDoneWithoutFile {
        version: String,
        name: String,
        steps_done: usize,
    },
    /// Pending, since its last run failed and left nothing.
    Failed {
        version: String,
        file: String,
        message: String,
    },
    /// The same statements are in the history under another version.
    Renamed {
        version: String,
        file: String,
        to: String,
    },
    /// Names sort as text, and as numbers they would run in another order.
    OrderByText {
        first: String,
        second: String,
    },
}

impl Problem {
    /// The word for `--allow`, where going on is possible at all.
    pub fn allow(&self) -> Option<&'static str> {
        match self {
            Self::Edited { .. } => Some("edited"),
            Self::Missing { .. } | Self::AheadOfFolder { .. } => Some("missing"),
            Self::OutOfOrder { .. } | Self::OrderByText { .. } => Some("out-of-order"),
            Self::DuplicateVersion { .. }
            | Self::Renamed { .. }
            | Self::HalfUndone { .. }
            | Self::HalfDoneWithoutFile { .. } => None,
            // Running them is what `apply` is for.
            Self::HalfDone { .. } | Self::Failed { .. } => None,
        }
    }

    /// One next step.
    pub fn hint(&self) -> String {
        match self {
            Self::DuplicateVersion { .. } | Self::OrderByText { .. } => {
                "`pgmason migration renumber` shows sound versions".to_owned()
            }
            Self::Edited { version, .. } => format!(
                "restore the file and write a new migration; where the database is right as it is: \
                 `pgmason migration repair --mark applied {version}`"
            ),
            Self::Missing { version, .. } => format!(
                "bring the file back; where it never mattered: `pgmason migration repair --mark reverted {version}`"
            ),
            Self::AheadOfFolder { .. } => "fetch the newest files: `git pull`".to_owned(),
            Self::OutOfOrder { .. } => {
                "give it a version after the applied ones, or run it late: `--allow out-of-order`".to_owned()
            }
            Self::Failed { .. } => "mend the file, or what it met, and run `pgmason migration apply` again".to_owned(),
            Self::HalfDone { .. } => "`pgmason migration apply` goes on at the next statement".to_owned(),
            Self::HalfDoneWithoutFile { version, .. } => format!(
                "bring the file back under its old name; where nothing of it matters any more: \
                 `pgmason migration repair --mark reverted {version}`"
            ),
            Self::HalfUndone { .. } => "`pgmason migration rollback --last 1` goes on at the next statement".to_owned(),
            Self::Renamed { .. } => "`pgmason migration repair --renamed` follows it".to_owned(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |name: &Option<String>| name.as_deref().map_or_else(String::new, |name| format!(" ({name})"));
        match self {
            Self::DuplicateVersion { version, files } => {
                write!(f, "version {version} is that of several files: {}", files.join(", "))
            }
            Self::Edited { file, .. } => write!(f, "{file} was edited after it was applied"),
            Self::Missing { version, name } => {
                write!(f, "version {version}{} is applied, and has no file", named(name))
            }
            Self::AheadOfFolder { version, name } => {
                write!(f, "version {version}{} is applied, and newer than every file", named(name))
            }
            Self::OutOfOrder { file, applied, .. } => {
                write!(f, "{file} is pending, and the later {applied} is applied")
            }
            Self::HalfDone { file, steps_done, message, .. } => {
                write!(f, "{file} stopped after {steps_done} of its statements")?;
                message.as_ref().map_or(Ok(()), |message| write!(f, ": {message}"))
            }
            Self::Failed { file, message, .. } => write!(f, "{file} failed when it was last run: {message}"),
            Self::HalfDoneWithoutFile { version, name, steps_done } => {
                write!(
                    f,
                    "{version} ({name}) stopped after {steps_done} of its statements, and no file has its version"
                )
            }
            Self::HalfUndone { version, steps_done } => {
                write!(f, "the rollback of {version} stopped after {steps_done} of its statements")
            }
            Self::Renamed { version, file, .. } => write!(f, "{file} is applied under its old version {version}"),
            Self::OrderByText { first, second } => {
                write!(f, "{first} runs before {second}: versions sort as text, not as numbers")
            }
        }
    }
}

/// Compares. `archived`: versions whose files lie in the archive.
pub fn compare(folder: &Folder, history: &History, archived: &BTreeSet<String>) -> Comparison {
    let files: Vec<(usize, &MigrationFile)> = folder.up_files_with_places().collect();
    let applied: BTreeMap<&str, &Applied> =
        history.applied.iter().map(|applied| (applied.version.as_str(), applied)).collect();
    let runs: BTreeMap<&str, &Run> = history.runs.iter().map(|run| (run.version.as_str(), run)).collect();
    let mut comparison = Comparison::default();
    let known: BTreeSet<&str> = files.iter().map(|(_, file)| version_of(file)).collect();

    for (place, file) in &files {
        let version = version_of(file);
        let applied = applied.get(version).copied();
        let run = runs.get(version).copied();
        let state = match (applied, run) {
            (Some(_), Some(run)) if run.is_half_undone() => State::HalfUndone,
            (Some(applied), run) if runs_something_else(file, applied, run) => State::Edited,
            (Some(_), _) => State::Applied,
            (None, Some(run)) if run.is_half_done() => State::HalfDone,
            (None, _) => State::Pending,
        };
        comparison.entries.push(Entry {
            version: version.to_owned(),
            state,
            file: Some(*place),
            applied: applied.cloned(),
            run: run.cloned(),
        });
    }
    let without_file = history.applied.iter().filter(|applied| !known.contains(applied.version.as_str()));
    for applied in without_file {
        let state = if archived.contains(&applied.version) { State::Archived } else { State::Missing };
        let run = runs.get(applied.version.as_str()).map(|run| (*run).clone());
        let entry = Entry { version: applied.version.clone(), state, file: None, applied: Some(applied.clone()), run };
        let place = comparison.entries.partition_point(|known| known.version < entry.version);
        comparison.entries.insert(place, entry);
    }
    comparison.problems = problems(folder, &comparison.entries);
    let lost = history.runs.iter().filter(|run| run.is_half_done() && !known.contains(run.version.as_str()));
    comparison.problems.extend(lost.map(|run| Problem::HalfDoneWithoutFile {
        version: run.version.clone(),
        name: run.name.clone(),
        steps_done: run.steps_done,
    }));
    comparison
}

impl Comparison {
    /// Places in `Folder::files` of what is still to be run, in order.
    pub fn pending(&self) -> impl Iterator<Item = usize> {
        self.entries
            .iter()
            .filter(|entry| matches!(entry.state, State::Pending | State::HalfDone))
            .filter_map(|entry| entry.file)
    }

    pub fn count(&self, state: State) -> usize {
        self.entries.iter().filter(|entry| entry.state == state).count()
    }
}

/// By the bytes where they are on record, else by the statements.
fn runs_something_else(file: &MigrationFile, applied: &Applied, run: Option<&Run>) -> bool {
    let run = run.filter(|run| run.direction != "down");
    if run.and_then(|run| run.sha256.as_deref()) == Some(file.sha256.as_str()) {
        return false;
    }
    let recorded = run.and_then(|run| run.statements_sha256.clone());
    let recorded = recorded.or_else(|| {
        // The Supabase CLI leaves no statements for an entry that was only marked.
        let statements = applied.statements.as_ref().filter(|statements| !statements.is_empty())?;
        Some(fingerprint::of_statements(statements.iter().map(String::as_str)))
    });
    recorded.is_some_and(|recorded| recorded != fingerprint::statements_sha256(file))
}

fn problems(folder: &Folder, entries: &[Entry]) -> Vec<Problem> {
    let path = |entry: &Entry| entry.file.map_or_else(String::new, |file| folder.files.files[file].path.clone());
    let mut problems = duplicates(folder);
    let newest_file = entries.iter().filter(|entry| entry.file.is_some()).map(|entry| &entry.version).max();
    let last_applied =
        entries.iter().rposition(|entry| entry.file.is_some() && matches!(entry.state, State::Applied | State::Edited));
    for (place, entry) in entries.iter().enumerate() {
        let version = entry.version.clone();
        match entry.state {
            State::Edited => problems.push(Problem::Edited {
                version,
                file: path(entry),
                difference: entry.file.map_or_else(String::new, |file| difference(entry, &folder.files.files[file])),
            }),
            State::Missing => problems.push(match renamed_to(folder, entries, entry) {
                Some(other) => Problem::Renamed { version, file: path(other), to: other.version.clone() },
                None => {
                    let name = entry.applied.as_ref().and_then(|applied| applied.name.clone());
                    if newest_file.is_some_and(|newest| *newest < version) {
                        Problem::AheadOfFolder { version, name }
                    } else {
                        Problem::Missing { version, name }
                    }
                }
            }),
            State::HalfDone => {
                let run = entry.run.as_ref();
                let text = |key: &str| run.and_then(|run| error_text(run, key));
                problems.push(Problem::HalfDone {
                    version,
                    file: path(entry),
                    steps_done: run.map_or(0, |run| run.steps_done),
                    message: text("message"),
                    statement: text("statement"),
                });
            }
            State::Pending => {
                let failed = entry.run.as_ref().filter(|run| run.direction == "up" && run.outcome == "failed");
                if let Some(message) = failed.and_then(|run| error_text(run, "message")) {
                    problems.push(Problem::Failed { version: version.clone(), file: path(entry), message });
                }
                if let Some(last) = last_applied.filter(|last| *last > place) {
                    problems.push(Problem::OutOfOrder { version, file: path(entry), applied: path(&entries[last]) });
                }
            }
            State::HalfUndone => {
                let steps_done = entry.run.as_ref().map_or(0, |run| run.steps_done);
                problems.push(Problem::HalfUndone { version, steps_done });
            }
            State::Applied | State::Archived => {}
        }
    }
    // A renamed file is no pending one that comes too late.
    let renamed: BTreeSet<String> = problems
        .iter()
        .filter_map(|problem| match problem {
            Problem::Renamed { to, .. } => Some(to.clone()),
            _ => None,
        })
        .collect();
    problems.retain(|problem| !matches!(problem, Problem::OutOfOrder { version, .. } if renamed.contains(version)));
    problems.extend(order_by_text(folder, entries));
    problems
}

/// What the history keeps of a failure.
pub(super) fn error_text(run: &Run, key: &str) -> Option<String> {
    let error: serde_json::Value = serde_json::from_str(run.error.as_deref()?).ok()?;
    Some(error.get(key)?.as_str()?.to_owned())
}

fn duplicates(folder: &Folder) -> Vec<Problem> {
    let mut files: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for file in folder.up_files() {
        files.entry(version_of(file)).or_default().push(file.path.clone());
    }
    files
        .into_iter()
        .filter(|(_, files)| files.len() > 1)
        .map(|(version, files)| Problem::DuplicateVersion { version: version.to_owned(), files })
        .collect()
}

/// A pending file that runs what the missing one ran.
fn renamed_to<'e>(folder: &Folder, entries: &'e [Entry], missing: &Entry) -> Option<&'e Entry> {
    let applied = missing.applied.as_ref()?;
    entries.iter().filter(|entry| entry.state == State::Pending).find(|entry| {
        entry.file.is_some_and(|file| {
            let file = &folder.files.files[file];
            let on_record = missing.run.as_ref().is_some_and(|run| run.statements_sha256.is_some())
                || applied.statements.as_ref().is_some_and(|statements| !statements.is_empty());
            on_record && !file.statements.is_empty() && !runs_something_else(file, applied, missing.run.as_ref())
        })
    })
}

/// Two neighbours, one of them pending, that numbers would order the other way.
fn order_by_text(folder: &Folder, entries: &[Entry]) -> Option<Problem> {
    if !matches!(folder.files.layout, Layout::Numbered | Layout::Dbmate) {
        return None;
    }
    let number = |entry: &Entry| entry.version.parse::<u128>().ok().filter(|_| entry.version.len() < 8);
    let with_files: Vec<&Entry> = entries.iter().filter(|entry| entry.file.is_some()).collect();
    with_files.windows(2).find_map(|pair| {
        let [first, second] = pair else { return None };
        let pending = [first, second].iter().any(|entry| entry.state == State::Pending);
        let path = |entry: &Entry| entry.file.map_or_else(String::new, |file| folder.files.files[file].path.clone());
        (pending && number(first)? > number(second)?)
            .then(|| Problem::OrderByText { first: path(first), second: path(second) })
    })
}

/// What ran against what the file says, statement by statement, as a unified diff.
fn difference(entry: &Entry, file: &MigrationFile) -> String {
    let Some(ran) = entry.applied.as_ref().and_then(|applied| applied.statements.as_ref()) else {
        return String::new();
    };
    let text = |statements: &mut dyn Iterator<Item = &str>| {
        statements.map(|statement| format!("{};\n", statement.trim())).collect::<String>()
    };
    let old = text(&mut ran.iter().map(String::as_str));
    let new = text(&mut file.statements.iter().map(|statement| file.statement_with_comments(statement)));
    let diff = TextDiff::from_lines(&old, &new);
    diff.unified_diff().context_radius(2).header("applied", &file.path).to_string()
}
