//! Cuts pending files into stages, between which a staged run stops and looks. Their order is never changed.
//!
//! A new stage begins where the phase of a file is another than that of the file before; without phases its risk.

use std::str::FromStr;
use std::time::Duration;

use glob::Pattern;
use pgmason_model::plan::{PlannedFile, Risk};
use serde::{Serialize, Serializer};

/// What stages check that no phase says otherwise of.
pub const USUAL_CHECKS: &[&str] = &["health", "replication-lag"];

/// What the project says of some of its files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Phase {
    pub name: String,
    /// Files of these risks; empty: of every risk.
    pub risk: Vec<Risk>,
    /// Files of these names; empty: of every name.
    pub files: Vec<FileGlob>,
    /// Names of checks that must pass after it.
    pub checks: Vec<String>,
    pub statement_timeout: Option<Duration>,
    pub lock_timeout: Option<Duration>,
    /// To wait after it, before its checks.
    pub pause: Option<Duration>,
}

/// Files that run between two stops.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Stage {
    /// From 1.
    pub number: usize,
    /// The phase's, else the risk's; told apart by a number where it repeats.
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<String>,
    /// That of its riskiest file.
    pub risk: Risk,
    pub files: Vec<StageFile>,
    /// What must pass before the next stage.
    pub checks: Vec<String>,
    #[serde(rename = "statement_timeout_seconds", serialize_with = "seconds", skip_serializing_if = "Option::is_none")]
    pub statement_timeout: Option<Duration>,
    #[serde(rename = "lock_timeout_seconds", serialize_with = "seconds", skip_serializing_if = "Option::is_none")]
    pub lock_timeout: Option<Duration>,
    #[serde(rename = "pause_seconds", serialize_with = "seconds", skip_serializing_if = "Option::is_none")]
    pub pause: Option<Duration>,
}

/// A file of a stage.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StageFile {
    pub path: String,
    pub version: String,
    pub risk: Risk,
}

impl Stage {
    pub fn versions(&self) -> Vec<String> {
        self.files.iter().map(|file| file.version.clone()).collect()
    }
}

/// A pattern of file names: `2025*_backfill*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileGlob(Pattern);

impl FromStr for FileGlob {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Pattern::new(text).map(Self).map_err(|error| format!("`{text}` is no pattern of file names: {}", error.msg))
    }
}

impl FileGlob {
    /// With its ending or without.
    fn matches(&self, name: &str) -> bool {
        self.0.matches(name) || name.strip_suffix(".sql").is_some_and(|stem| self.0.matches(stem))
    }
}

impl Phase {
    fn takes(&self, file: &PlannedFile) -> bool {
        (self.risk.is_empty() || self.risk.contains(&file.risk))
            && (self.files.is_empty() || self.files.iter().any(|glob| glob.matches(file_name(&file.path))))
    }
}

/// The stages of a plan. Of several phases that take a file the first wins; a phase without files is none.
pub fn stages(files: &[PlannedFile], phases: &[Phase]) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::new();
    for file in files {
        let phase = phases.iter().find(|phase| phase.takes(file));
        let goes_on = stages.last().is_some_and(|last| match phase {
            Some(phase) => last.phase.as_ref() == Some(&phase.name),
            None => last.phase.is_none() && last.risk == file.risk,
        });
        if !goes_on {
            let number = stages.len() + 1;
            stages.push(begin(number, phase, file.risk));
        }
        if let Some(stage) = stages.last_mut() {
            stage.risk = stage.risk.max(file.risk);
            stage.files.push(StageFile { path: file.path.clone(), version: file.version.clone(), risk: file.risk });
        }
    }
    tell_apart(&mut stages);
    stages
}

fn begin(number: usize, phase: Option<&Phase>, risk: Risk) -> Stage {
    match phase {
        Some(phase) => Stage {
            number,
            name: phase.name.clone(),
            phase: Some(phase.name.clone()),
            checks: phase.checks.clone(),
            statement_timeout: phase.statement_timeout,
            lock_timeout: phase.lock_timeout,
            pause: phase.pause,
            ..Stage::default()
        },
        None => Stage {
            number,
            name: risk.name().to_owned(),
            risk,
            checks: USUAL_CHECKS.iter().map(|name| (*name).to_owned()).collect(),
            ..Stage::default()
        },
    }
}

/// `scan`, `scan 2`: a run is resumed by the name of its stage.
fn tell_apart(stages: &mut [Stage]) {
    for at in 0..stages.len() {
        let (before, rest) = stages.split_at_mut(at);
        let Some(stage) = rest.first_mut() else { return };
        let same = |other: &&Stage| other.phase == stage.phase && (stage.phase.is_some() || other.risk == stage.risk);
        let earlier = before.iter().filter(same).count();
        if earlier > 0 {
            stage.name = format!("{} {}", stage.name, earlier + 1);
        }
    }
}

/// The last part of the path; the folder's where a folder is the migration.
fn file_name(path: &str) -> &str {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    match name {
        "migration.sql" | "up.sql" if !folder.is_empty() => folder.rsplit('/').next().unwrap_or(folder),
        _ => name,
    }
}

fn seconds<S: Serializer>(duration: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    duration.map(|duration| duration.as_secs_f64()).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(version: &str, risk: Risk) -> PlannedFile {
        PlannedFile { path: format!("m/{version}_it.sql"), version: version.to_owned(), risk, ..PlannedFile::default() }
    }

    fn phase(name: &str, risk: &[Risk], globs: &[&str]) -> Phase {
        Phase {
            name: name.to_owned(),
            risk: risk.to_vec(),
            files: globs.iter().map(|glob| glob.parse().unwrap()).collect(),
            ..Phase::default()
        }
    }

    /// `name: versions` of each stage.
    fn shown(files: &[PlannedFile], phases: &[Phase]) -> Vec<String> {
        let shown = |stage: Stage| format!("{}: {}", stage.name, stage.versions().join(" "));
        stages(files, phases).into_iter().map(shown).collect()
    }

    #[test]
    fn a_stage_ends_where_the_risk_changes() {
        use Risk::{Destructive, Metadata, Scan};
        let files =
            [file("1", Metadata), file("2", Metadata), file("3", Scan), file("4", Metadata), file("5", Destructive)];
        assert_eq!(shown(&files, &[]), ["metadata: 1 2", "scan: 3", "metadata 2: 4", "destructive: 5"]);
        assert_eq!(stages(&files, &[])[0].checks, USUAL_CHECKS);
        assert!(stages(&[], &[]).is_empty());
    }

    #[test]
    fn phases_take_files_by_risk_and_by_name() {
        use Risk::{Concurrent, Metadata, Rewrite, Scan};
        let files = [
            file("1", Metadata),
            file("2", Concurrent),
            file("20250101", Scan),
            file("4", Rewrite),
            file("5", Metadata),
        ];
        let phases = [
            phase("backfill", &[], &["2025*_it"]),
            phase("quick", &[Metadata, Concurrent], &[]),
            phase("never", &[], &["nothing*"]),
        ];
        assert_eq!(shown(&files, &phases), ["quick: 1 2", "backfill: 20250101", "rewrite: 4", "quick 2: 5"]);
        let found = stages(&files, &phases);
        assert_eq!((found[0].risk, found[0].phase.as_deref(), found[0].checks.len()), (Concurrent, Some("quick"), 0));
        // Both, where a phase names both.
        assert_eq!(shown(&files[..1], &[phase("both", &[Metadata], &["2025*"])]), ["metadata: 1"]);
        assert!("a[".parse::<FileGlob>().is_err());
    }

    #[test]
    fn a_folder_s_name_is_its_file_s() {
        let files = [PlannedFile { path: "prisma/2025_x/migration.sql".to_owned(), ..PlannedFile::default() }];
        assert_eq!(shown(&files, &[phase("x", &[], &["*_x"])]), ["x: "]);
    }
}
