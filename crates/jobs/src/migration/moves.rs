//! Renames many files of a migrations folder and edits what names them, so that an interruption loses nothing.
//!
//! - A journal in the folder says what is to be done before anything is, and goes when all is done.
//! - Nothing is overwritten. A file whose new name another one still has waits under a name aside.
//! - Each step can be taken a second time without harm: the next run goes on where the last one stopped.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use pgmason_core::migrations::fingerprint::sha256;
use serde::{Deserialize, Serialize};

use super::repository::Repository;
use crate::JobError;

/// The journal's name, in the migrations folder.
pub const JOURNAL: &str = ".pgmason-moves.json";
/// Behind the name of a file that waits for its new one.
pub const ASIDE: &str = ".pgmason-aside";

/// What was begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journal {
    /// `renumber`, `archive`.
    pub command: String,
    phase: Phase,
    pub edits: Vec<Edit>,
    pub moves: Vec<Move>,
    /// For the histories of databases, also when it is another run that ends the work.
    #[serde(default)]
    pub versions: Vec<RenamedVersion>,
}

/// A row that changes in a history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenamedVersion {
    pub old_version: String,
    pub new_version: String,
    /// What follows the version in the file's name.
    pub name: String,
    /// Inside the migrations folder: the file, for Prisma and diesel the folder that their histories name.
    pub old_file: String,
    pub new_file: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Phase {
    Edits,
    Aside,
    IntoPlace,
}

/// Paths from the repository's root, or whole ones outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    pub from: PathBuf,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    aside: Option<PathBuf>,
    pub to: PathBuf,
}

/// Replacements in a file that still has this content, in the order of their places.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    pub path: PathBuf,
    pub sha256: String,
    pub replacements: Vec<Replacement>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replacement {
    /// Bytes.
    pub start: usize,
    pub end: usize,
    pub text: String,
}

impl Journal {
    /// Whole paths become paths from the root. `renames`: from and to.
    pub fn new(command: &str, repository: &Repository, edits: Vec<Edit>, renames: &[(PathBuf, PathBuf)]) -> Self {
        let inside = |path: &Path| path.strip_prefix(&repository.root).unwrap_or(path).to_owned();
        let (from, to): (BTreeSet<&PathBuf>, BTreeSet<&PathBuf>) =
            (renames.iter().map(|it| &it.0).collect(), renames.iter().map(|it| &it.1).collect());
        let moves = renames.iter().map(|(old, new)| {
            let in_the_way = from.contains(new) || to.contains(old);
            let mut aside = new.clone().into_os_string();
            aside.push(ASIDE);
            Move { from: inside(old), aside: in_the_way.then(|| inside(Path::new(&aside))), to: inside(new) }
        });
        let moves = moves.collect();
        let edits = edits.into_iter().map(|edit| Edit { path: inside(&edit.path), ..edit }).collect();
        Self { command: command.to_owned(), phase: Phase::Edits, edits, moves, versions: Vec::new() }
    }

    /// How many steps it takes.
    pub fn steps(&self) -> usize {
        self.edits.len() + self.moves.len() + self.moves.iter().filter(|it| it.aside.is_some()).count()
    }

    /// Fails where something lies in the way that is not going to move.
    pub fn check(&self, repository: &Repository) -> Result<(), JobError> {
        let leaving: BTreeSet<&Path> = self.moves.iter().map(|it| it.from.as_path()).collect();
        for it in &self.moves {
            let to = repository.root.join(&it.to);
            if !leaving.contains(it.to.as_path()) && fs::symlink_metadata(&to).is_ok() {
                return Err(JobError::AlreadyThere { path: to });
            }
        }
        Ok(())
    }
}

/// What an earlier run began in the folder and did not end.
pub fn unfinished(folder: &Path) -> Result<Option<Journal>, JobError> {
    let path = folder.join(JOURNAL);
    match fs::read(&path) {
        Ok(bytes) => match serde_json::from_slice(&bytes) {
            Ok(journal) => Ok(Some(journal)),
            Err(error) => Err(JobError::Journal { path, message: error.to_string() }),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => left_aside(folder),
        Err(source) => Err(JobError::File { action: "read", path, source }),
    }
}

/// Somebody may have removed the journal: what waits says itself what it is to be called.
fn left_aside(folder: &Path) -> Result<Option<Journal>, JobError> {
    let whole = fs::canonicalize(folder).map_err(JobError::file("open", folder))?;
    let mut moves = Vec::new();
    let mut folders = vec![whole.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(JobError::file("read", &folder))?.flatten() {
            let from = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            match name.strip_suffix(ASIDE) {
                Some(name) => moves.push(Move { to: folder.join(name), from, aside: None }),
                None if folder == whole && entry.file_type().is_ok_and(|kind| kind.is_dir()) => folders.push(from),
                None => {}
            }
        }
    }
    let (edits, versions) = (Vec::new(), Vec::new());
    let journal = Journal { command: "renumber".to_owned(), phase: Phase::IntoPlace, edits, moves, versions };
    Ok((!journal.moves.is_empty()).then_some(journal))
}

/// Carries a journal out, from wherever it stands. Returns the files whose edits were left out because they have
/// changed meanwhile. `before_step` is told how many steps are done, and may end the work.
pub fn carry_out(
    folder: &Path,
    repository: &mut Repository,
    mut journal: Journal,
    before_step: &dyn Fn(usize) -> Result<(), JobError>,
) -> Result<Vec<PathBuf>, JobError> {
    let root = repository.root.clone();
    journal.save(folder)?;
    let mut changed_meanwhile = Vec::new();
    let mut done = 0;
    let mut step = || {
        done += 1;
        before_step(done - 1)
    };
    if journal.phase == Phase::Edits {
        for edit in &journal.edits {
            step()?;
            if !edit.apply(&root)? {
                changed_meanwhile.push(root.join(&edit.path));
            }
        }
        journal.enter(Phase::Aside, folder)?;
    }
    if journal.phase == Phase::Aside {
        for (from, aside) in journal.moves.iter().filter_map(|it| Some((&it.from, it.aside.as_ref()?))) {
            let (from, aside) = (root.join(from), root.join(aside));
            // Nothing takes the old name in this phase: a file of that name has not moved yet.
            if exists(&from) {
                step()?;
                repository.rename(&from, &aside)?;
                repository.renamed(&from, &aside);
            }
        }
        journal.enter(Phase::IntoPlace, folder)?;
    }
    for it in &journal.moves {
        let from = root.join(it.aside.as_ref().unwrap_or(&it.from));
        if exists(&from) {
            step()?;
            let to = root.join(&it.to);
            repository.rename(&from, &to)?;
            repository.renamed(&from, &to);
        }
    }
    let path = folder.join(JOURNAL);
    fs::remove_file(&path).map_err(JobError::file("remove", &path))?;
    Ok(changed_meanwhile)
}

impl Journal {
    fn enter(&mut self, phase: Phase, folder: &Path) -> Result<(), JobError> {
        self.phase = phase;
        self.save(folder)
    }

    fn save(&self, folder: &Path) -> Result<(), JobError> {
        let path = folder.join(JOURNAL);
        let text = serde_json::to_vec_pretty(self)
            .map_err(|error| JobError::Journal { path: path.clone(), message: error.to_string() })?;
        replace_file(&path, &text)
    }
}

impl Edit {
    /// False where the file is not what it was. A second time that is so because the edit was made.
    fn apply(&self, root: &Path) -> Result<bool, JobError> {
        let path = root.join(&self.path);
        let old = fs::read(&path).map_err(JobError::file("read", &path))?;
        if sha256(&old) != self.sha256 {
            return Ok(false);
        }
        let mut new = Vec::with_capacity(old.len());
        let mut at = 0;
        for replacement in &self.replacements {
            new.extend_from_slice(old.get(at..replacement.start).unwrap_or_default());
            new.extend_from_slice(replacement.text.as_bytes());
            at = replacement.end;
        }
        new.extend_from_slice(old.get(at..).unwrap_or_default());
        replace_file(&path, &new)?;
        Ok(true)
    }
}

/// Whole or not at all, with the rights that the file had.
pub(crate) fn replace_file(path: &Path, content: &[u8]) -> Result<(), JobError> {
    let parent = path.parent().unwrap_or(Path::new("."));
    let mut file =
        tempfile::Builder::new().prefix(".pgmason-").tempfile_in(parent).map_err(JobError::file("write", path))?;
    file.write_all(content).map_err(JobError::file("write", path))?;
    if let Ok(metadata) = fs::metadata(path) {
        fs::set_permissions(file.path(), metadata.permissions()).map_err(JobError::file("write", path))?;
    }
    file.persist(path).map_err(|error| JobError::File {
        action: "write",
        path: path.to_owned(),
        source: error.error,
    })?;
    Ok(())
}

fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::process::Command;

    use super::*;

    /// A swap, a chain, a move into a folder, and a text that names all of them.
    fn scene(folder: &Path) -> (Repository, Journal) {
        for name in ["1.sql", "2.sql", "3.sql", "5.sql"] {
            fs::write(folder.join(name), name).unwrap();
        }
        let note = folder.join("note.md");
        fs::write(&note, "see 1.sql, 2.sql").unwrap();
        let repository = Repository::of(folder, folder).unwrap();
        let at = |name: &str| repository.root.join(name);
        let renames = [("1.sql", "2.sql"), ("2.sql", "1.sql"), ("3.sql", "4.sql"), ("5.sql", "old/5.sql")];
        let renames: Vec<_> = renames.iter().map(|(from, to)| (at(from), at(to))).collect();
        let replacement = |start, text: &str| Replacement { start, end: start + 5, text: text.to_owned() };
        let edit = Edit {
            path: at("note.md"),
            sha256: sha256(fs::read(&note).unwrap()),
            replacements: vec![replacement(4, "2.sql"), replacement(11, "1.sql")],
        };
        let journal = Journal::new("renumber", &repository, vec![edit], &renames);
        (repository, journal)
    }

    fn assert_done(folder: &Path) {
        for (name, content) in [("2.sql", "1.sql"), ("1.sql", "2.sql"), ("4.sql", "3.sql"), ("old/5.sql", "5.sql")] {
            assert_eq!(fs::read_to_string(folder.join(name)).unwrap(), content, "{name}");
        }
        assert_eq!(fs::read_to_string(folder.join("note.md")).unwrap(), "see 2.sql, 1.sql");
        assert!(unfinished(folder).unwrap().is_none());
        assert_eq!(fs::read_dir(folder).unwrap().count(), 5, "{:?}", fs::read_dir(folder).unwrap().collect::<Vec<_>>());
    }

    fn git_repository(folder: &Path) {
        for arguments in [&["init", "-q"][..], &["add", "-A"]] {
            let done = Command::new("git").arg("-C").arg(folder).args(arguments).status().unwrap();
            assert!(done.success());
        }
    }

    #[test]
    fn an_interruption_before_any_step_is_made_good_by_the_next_run() {
        for with_git in [false, true] {
            for stop_at in 0..20 {
                let folder = tempfile::tempdir().unwrap();
                let (mut repository, journal) = scene(folder.path());
                if with_git {
                    git_repository(folder.path());
                    repository = Repository::of(folder.path(), folder.path()).unwrap();
                    assert!(repository.has_git());
                }
                let steps = Cell::new(0);
                let stop = |_| {
                    steps.set(steps.get() + 1);
                    if steps.get() > stop_at { Err(JobError::Interrupted) } else { Ok(()) }
                };
                journal.check(&repository).unwrap();
                let first = carry_out(folder.path(), &mut repository, journal, &stop);
                if first.is_err() {
                    let journal = unfinished(folder.path()).unwrap().unwrap();
                    let mut repository = Repository::of(folder.path(), folder.path()).unwrap();
                    carry_out(folder.path(), &mut repository, journal, &|_| Ok(())).unwrap();
                }
                if with_git {
                    fs::remove_dir_all(folder.path().join(".git")).unwrap();
                }
                assert_done(folder.path());
            }
        }
    }

    #[test]
    fn what_lies_in_the_way_stays() {
        let folder = tempfile::tempdir().unwrap();
        let (repository, journal) = scene(folder.path());
        fs::write(folder.path().join("4.sql"), "precious").unwrap();
        assert!(matches!(journal.check(&repository), Err(JobError::AlreadyThere { .. })));
        let mut again = repository.clone();
        assert!(carry_out(folder.path(), &mut again, journal, &|_| Ok(())).is_err());
        assert_eq!(fs::read_to_string(folder.path().join("4.sql")).unwrap(), "precious");
        assert_eq!(fs::read_to_string(folder.path().join("3.sql")).unwrap(), "3.sql");
    }

    #[test]
    fn a_file_that_was_edited_meanwhile_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (mut repository, journal) = scene(folder.path());
        fs::write(folder.path().join("note.md"), "another text with 1.sql").unwrap();
        let changed = carry_out(folder.path(), &mut repository, journal, &|_| Ok(())).unwrap();
        assert_eq!(changed.len(), 1);
        assert_eq!(fs::read_to_string(folder.path().join("note.md")).unwrap(), "another text with 1.sql");
    }
}
