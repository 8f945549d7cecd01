//! `pgmason doctor`: looks at the surroundings and changes nothing.

use pgmason_pg::{ConnectOptions, ConnectionString};
use pgmason_scratch::{Baseline, Engine, Scratch, ScratchOptions};
use serde::Serialize;

use crate::configuration::FILE_NAME;
use crate::folder;
use crate::progress::{Reporter, scratch_event};
use crate::project::Project;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Ok,
    Warn,
    Fail,
}

/// One thing that was looked at.
#[derive(Clone, Debug, Serialize)]
pub struct DoctorRow {
    pub check: &'static str,
    pub outcome: Outcome,
    pub detail: String,
    /// What to do, unless it is in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct DoctorReport {
    pub schema_version: u32,
    pub rows: Vec<DoctorRow>,
}

impl DoctorReport {
    pub fn fails(&self) -> bool {
        self.rows.iter().any(|row| row.outcome == Outcome::Fail)
    }
}

pub fn doctor(project: &Project, database: Option<&ConnectionString>, reporter: Reporter<'_>) -> DoctorReport {
    let mut rows = vec![row("pgmason", Outcome::Ok, env!("CARGO_PKG_VERSION").to_owned(), None)];
    rows.push(configuration(project));
    rows.push(sources(project));
    let engines = [("embedded PostgreSQL", Engine::Embedded), ("local PostgreSQL", Engine::Local)];
    let tried: Vec<DoctorRow> =
        engines.into_iter().map(|(name, engine)| scratch(name, engine, project, reporter)).collect();
    // One engine is enough; what is missing of the other is only worth knowing.
    let any = tried.iter().any(|row| row.outcome == Outcome::Ok);
    rows.extend(tried.into_iter().map(|mut row| {
        if row.outcome != Outcome::Ok && any {
            row.outcome = Outcome::Warn;
        }
        row
    }));
    if let Some(database) = database {
        rows.extend(live(database));
    }
    DoctorReport { schema_version: 1, rows }
}

fn row(check: &'static str, outcome: Outcome, detail: String, remedy: Option<String>) -> DoctorRow {
    DoctorRow { check, outcome, detail, remedy }
}

fn configuration(project: &Project) -> DoctorRow {
    if project.folder.join(FILE_NAME).exists() {
        row("configuration", Outcome::Ok, project.folder.join(FILE_NAME).display().to_string(), None)
    } else {
        row("configuration", Outcome::Ok, format!("no {FILE_NAME}; defaults hold"), Some("run `pgmason init`".into()))
    }
}

fn sources(project: &Project) -> DoctorRow {
    let read = project.source().and_then(|source| Ok((source.to_string(), folder::read(project, &source)?)));
    match read {
        Ok((source, files)) => {
            let (count, layout) = files.map_or((0, "no"), |files| (files.files.len(), files.layout.name()));
            row("source", Outcome::Ok, format!("{source}: {count} files, {layout} layout"), None)
        }
        Err(error) => row("source", Outcome::Warn, error.to_string(), error.hint()),
    }
}

fn scratch(name: &'static str, engine: Engine, project: &Project, reporter: Reporter<'_>) -> DoctorRow {
    let options = ScratchOptions {
        engine,
        baseline: Baseline::Plain,
        major: project.major_version(),
        project: Some(project.folder.clone()),
    };
    let started = std::time::Instant::now();
    match Scratch::open(&options, &|progress| reporter(scratch_event(progress))) {
        Ok(scratch) => {
            let seconds = started.elapsed().as_secs_f64();
            row(name, Outcome::Ok, format!("{} answers after {seconds:.2} s", scratch.describe()), None)
        }
        Err(error) => row(name, Outcome::Fail, error.to_string(), error.hint()),
    }
}

fn live(database: &ConnectionString) -> Vec<DoctorRow> {
    let mut client = match pgmason_pg::connect(database, &ConnectOptions::default()) {
        Ok(client) => client,
        Err(error) => return vec![row("database", Outcome::Fail, error.to_string(), Some(error.hint()))],
    };
    match pgmason_pg::server_facts(&mut client) {
        Ok(facts) => {
            let mut rows = vec![row(
                "database",
                Outcome::Ok,
                format!("PostgreSQL {}, database {}, as {}", facts.version, facts.database, facts.user),
                None,
            )];
            if facts.in_recovery {
                let remedy = "name the primary to change anything; its counters are not this server's".to_owned();
                rows.push(row("role of the server", Outcome::Warn, "a standby, in recovery".to_owned(), Some(remedy)));
            }
            rows
        }
        Err(error) => vec![row("database", Outcome::Fail, error.to_string(), None)],
    }
}
