//! However a run ends, no server and no folder stay behind.

use std::path::Path;
use std::process::Child;
use std::time::Duration;

use pgmason_testkit::{
    Folder, PATIENCE, Pgmason, Process, Signal, kill, kill_group, local_binaries, processes_about, until,
};

use crate::support::{NO_KEY, pgmason, project};

/// A run that hangs in its first migration, with temporary files of its own.
struct Hanging {
    child: Child,
    temporary: Folder,
    project: Folder,
}

impl Hanging {
    fn start(engine: &str) -> Self {
        let project = project("SELECT pg_sleep(300);\n");
        let temporary = Folder::shared();
        let mut run = check(&project, &temporary).args(["--scratch", engine]);
        // A process group of its own, as a shell gives it.
        std::os::unix::process::CommandExt::process_group(run.command(), 0);
        let child = run.spawn();
        let hanging = Self { child, temporary, project };
        let asleep = || hanging.processes().iter().any(|process| process.command.contains("SELECT"));
        assert!(until(PATIENCE, asleep), "it does not run: {:?}", hanging.processes());
        hanging
    }

    fn id(&self) -> i32 {
        i32::try_from(self.child.id()).unwrap()
    }

    fn processes(&self) -> Vec<Process> {
        processes_about(&self.temporary.path().to_string_lossy())
            .into_iter()
            .filter(|process| process.id != self.id())
            .collect()
    }

    fn left(&self) -> Vec<String> {
        names(self.temporary.path())
    }

    #[track_caller]
    fn assert_gone_within(&self, limit: Duration) {
        let gone = until(limit, || self.processes().is_empty() && self.left().is_empty());
        assert!(gone, "after {limit:?}: {:?} {:?}", self.processes(), self.left());
    }
}

fn check(project: &Folder, temporary: &Folder) -> Pgmason {
    pgmason(project.path()).args(["check"]).temporary_folder(temporary.path())
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

fn engines() -> [&'static str; 2] {
    let _ = local_binaries(None);
    ["embedded", "local"]
}

#[test]
fn a_run_that_ends_by_itself_leaves_nothing() {
    for engine in engines() {
        let (project, temporary) = (project(NO_KEY), Folder::shared());
        check(&project, &temporary).args(["--scratch", engine]).run().assert_code(1);
        let path = temporary.path().to_string_lossy().into_owned();
        let gone =
            until(Duration::from_secs(20), || processes_about(&path).is_empty() && names(temporary.path()).is_empty());
        assert!(gone, "{engine}: {:?} {:?}", processes_about(&path), names(temporary.path()));
    }
}

#[test]
fn killed_it_leaves_nothing_after_five_seconds() {
    for engine in engines() {
        let mut hanging = Hanging::start(engine);
        kill(hanging.id(), Signal::KILL);
        hanging.child.wait().unwrap();
        hanging.assert_gone_within(Duration::from_secs(5));
    }
}

#[test]
fn interrupted_it_ends_with_130_and_leaves_nothing() {
    for signal in [Signal::INT, Signal::TERM] {
        let mut hanging = Hanging::start("embedded");
        // Ctrl-C reaches the whole foreground group.
        kill_group(hanging.id(), signal);
        let ended = until(Duration::from_secs(20), || hanging.child.try_wait().unwrap().is_some());
        assert!(ended, "{signal:?}: it goes on");
        assert_eq!(hanging.child.wait().unwrap().code(), Some(130), "{signal:?}");
        hanging.assert_gone_within(Duration::from_secs(5));
    }
}

#[test]
fn killed_with_its_guard_it_is_swept_by_the_next_run() {
    for engine in engines() {
        let mut hanging = Hanging::start(engine);
        let guards: Vec<Process> =
            hanging.processes().into_iter().filter(|process| process.command.contains("pgmason-guard")).collect();
        assert_eq!(guards.len(), 1, "{:?}", hanging.processes());
        // The guard first: it would do its work the moment its owner dies.
        kill(guards[0].id, Signal::KILL);
        kill_group(hanging.id(), Signal::KILL);
        hanging.child.wait().unwrap();
        assert!(!hanging.left().is_empty() && !hanging.processes().is_empty(), "there is nothing to sweep");

        hanging.project.write("migrations/001_it.sql", NO_KEY);
        check(&hanging.project, &hanging.temporary).args(["--scratch", engine]).run().assert_code(1);
        // Left alone, the server itself would notice within a minute that its folder is gone.
        hanging.assert_gone_within(Duration::from_secs(5));
    }
}

#[test]
fn a_server_in_use_is_not_swept() {
    let hanging = Hanging::start("embedded");
    let other = project(NO_KEY);
    check(&other, &hanging.temporary).run().assert_code(1);
    assert!(hanging.processes().iter().any(|process| process.command.contains("SELECT")), "{:?}", hanging.processes());
    let mut hanging = hanging;
    kill(hanging.id(), Signal::KILL);
    hanging.child.wait().unwrap();
    hanging.assert_gone_within(PATIENCE);
}

#[test]
fn two_runs_at_once() {
    let (project, temporary) = (project(NO_KEY), Folder::shared());
    let children: Vec<Child> = (0..3).map(|_| check(&project, &temporary).spawn()).collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn two_first_runs_at_once_on_an_empty_cache() {
    let (project, temporary, cache) = (project(NO_KEY), Folder::shared(), Folder::new());
    let start = || check(&project, &temporary).args(["--scratch", "embedded"]).cache(cache.path()).spawn();
    let children: Vec<Child> = (0..2).map(|_| start()).collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("only this once"), "{said}");
    }
    // Prepared now, and nothing half made is left beside it.
    let again = check(&project, &temporary).args(["--scratch", "embedded"]).cache(cache.path()).run();
    again.assert_code(1).assert_never_says("only this once");
    let made = names(cache.path());
    assert!(!made.is_empty() && made.iter().all(|name| !name.starts_with("making-")), "{made:?}");
}
