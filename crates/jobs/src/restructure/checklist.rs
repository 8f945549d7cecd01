//! `pgmason restructure checklist`: what to do before, while and after, each line done by pgmason, or marked as a person's.

use std::collections::BTreeSet;

use pgmason_core::migrations::fingerprint::sha256;
use pgmason_core::restructure::name_changes;
use pgmason_pg::restructure::{StageRow, blockers_of, rehearsals, stages};
use pgmason_pg::{ConnectionString, Pipeline};
use serde::Serialize;

use super::code;
use super::live::{self, connect_options};
use super::planning::plan_stage;
use super::privileges;
use super::read::ReadFile;
use super::report::RESTRUCTURE_REPORT_VERSION;
use super::running::plan_of;
use super::status::problems;
use crate::JobError;
use crate::progress::Reporter;
use crate::project::Project;

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Checklist {
    pub schema_version: u32,
    pub restructure: String,
    pub title: String,
    pub database: String,
    pub sections: Vec<Section>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Section {
    pub title: String,
    pub items: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Item {
    pub text: String,
    pub state: ItemState,
    /// What was found, or the command that does it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ItemState {
    /// Looked at, and as it should be.
    Done,
    /// Looked at, and not.
    Failed,
    /// Its turn comes later.
    Open,
    /// Nobody but a person can.
    Person,
}

impl Checklist {
    pub fn is_clean(&self) -> bool {
        self.sections.iter().flat_map(|section| &section.items).all(|item| item.state != ItemState::Failed)
    }
}

fn item(text: impl Into<String>, state: ItemState, detail: Option<String>) -> Item {
    Item { text: text.into(), state, detail }
}

fn looked_at(text: &str, wrong: Vec<String>) -> Item {
    match wrong.is_empty() {
        true => item(text, ItemState::Done, None),
        false => item(text, ItemState::Failed, Some(wrong.join("; "))),
    }
}

pub fn checklist(
    project: &Project,
    file: &ReadFile,
    database: &ConnectionString,
    reporter: Reporter<'_>,
) -> Result<Checklist, JobError> {
    let live = live::read(database, reporter)?;
    let mut pipeline = Pipeline::connect(database, &connect_options())?;
    let begun = stages(&mut pipeline, Some(&file.name))?;
    let used = code::references(project, &name_changes(&file.file), reporter)?;
    let rehearsed: BTreeSet<String> = rehearsals(&mut pipeline, &file.name)?
        .into_iter()
        .filter(|rehearsal| rehearsal.passed && rehearsal.file_sha256 == sha256(&file.text))
        .map(|rehearsal| rehearsal.stage)
        .collect();
    let mut list = Checklist {
        schema_version: RESTRUCTURE_REPORT_VERSION,
        restructure: file.name.clone(),
        title: file.file.title.clone(),
        database: database.to_string(),
        sections: vec![before(file, &rehearsed, used.values().map(Vec::len).sum())],
    };
    for stage in &file.file.stages {
        let row = begun.iter().rev().find(|row| row.stage == stage.name && row.phase != "rolled back");
        let mut section = Section {
            title: format!("Stage {}: {}", stage.name, stage.title.as_deref().unwrap_or(&stage.name)),
            items: Vec::new(),
        };
        if row.is_none() {
            match plan_stage(stage, &live.catalog, &live.role, &live.in_use) {
                Ok(planned) => {
                    let lacking = privileges::refusals(&mut pipeline, &live.catalog, &planned)?;
                    let lacking = lacking.into_iter().map(|refusal| refusal.message).collect();
                    section.items.push(looked_at("the role has the privileges", lacking));
                    let in_the_way = blockers_of(&mut pipeline, &planned)?;
                    let in_the_way = in_the_way.iter().map(pgmason_pg::restructure::Blocker::describe).collect();
                    section.items.push(looked_at("no long transaction is in the way now", in_the_way));
                    let notes = planned.operations.iter().flat_map(|operation| &operation.notes);
                    section.items.extend(notes.map(|note| item(note.clone(), ItemState::Person, None)));
                }
                // It stands on what earlier stages lead to.
                Err(refusal) => section.items.push(item(
                    "it can be planned",
                    ItemState::Open,
                    Some(format!("not on the schema as it is now: {refusal}")),
                )),
            }
        }
        section.items.extend(of_stage(&mut pipeline, file, &stage.name, row)?);
        list.sections.push(section);
    }
    list.sections.push(after(file));
    Ok(list)
}

fn before(file: &ReadFile, rehearsed: &BTreeSet<String>, in_code: usize) -> Section {
    let missing: Vec<&str> =
        file.file.stages.iter().map(|stage| stage.name.as_str()).filter(|name| !rehearsed.contains(*name)).collect();
    let rehearsal = match missing.is_empty() {
        true => item("every stage was rehearsed with this file", ItemState::Done, None),
        false => item(
            "every stage was rehearsed with this file",
            ItemState::Failed,
            Some(format!("not {}: `pgmason restructure rehearse {}`", missing.join(", "), file.name)),
        ),
    };
    let code = match in_code {
        0 => item("no code names what changes", ItemState::Done, None),
        count => item(
            "code names what changes",
            ItemState::Open,
            Some(format!("{count} places: `pgmason references find --restructure {}`", file.name)),
        ),
    };
    Section {
        title: "Before".to_owned(),
        items: vec![
            item("review the plan", ItemState::Person, Some(format!("`pgmason restructure plan {}`", file.name))),
            rehearsal,
            code,
            item("back up the database, and know that the backup can be restored", ItemState::Person, None),
            item("agree on a time, and on who watches", ItemState::Person, None),
            item("update environment variables and types where code needs them", ItemState::Person, None),
        ],
    }
}

fn of_stage(
    pipeline: &mut Pipeline,
    file: &ReadFile,
    stage: &str,
    row: Option<&StageRow>,
) -> Result<Vec<Item>, JobError> {
    let phase = row.map_or("not begun", |row| row.phase.as_str());
    let command = |what: &str| Some(format!("`pgmason restructure {what} {} --stage {stage}`", file.name));
    let is_past_start = matches!(phase, "started" | "completing" | "completed");
    let mut items = vec![match is_past_start {
        true => item("start", ItemState::Done, None),
        false => item("start", ItemState::Open, command("start")),
    }];
    if let (Some(row), "started") = (row, phase) {
        items.push(looked_at("views that stand for tables are right", problems(pipeline, &plan_of(row)?)?));
    }
    items.push(item("code that names what changes is deployed", ItemState::Person, None));
    items.push(item("error rates and logs are as before", ItemState::Person, None));
    items.push(match phase {
        "completed" => item("complete", ItemState::Done, None),
        _ => item("complete", ItemState::Open, command("complete")),
    });
    Ok(items)
}

fn after(file: &ReadFile) -> Section {
    let generate = format!("`pgmason generate changes --restructure {}`", file.name);
    Section {
        title: "After".to_owned(),
        items: vec![
            item("the schema keeps to its rulebook", ItemState::Open, Some("`pgmason check --db URL`".to_owned())),
            item("files and database agree", ItemState::Open, Some("`pgmason drift --db URL`".to_owned())),
            item("tell who uses the API what changed", ItemState::Open, Some(generate)),
            item("key functions were tried by hand", ItemState::Person, None),
            item("the time of the slowest queries is as before", ItemState::Person, None),
        ],
    }
}
