//! `pgmason restructure plan --from-rulebook`: writes a restructuring's file from what the rulebook says about names.

use std::fs;
use std::path::PathBuf;

use pgmason_core::restructure::from_rulebook::{restructure_file, wanted_names};
use pgmason_core::restructure::name_changes;
use pgmason_core::restructure::operations::Operation;
use serde::Serialize;

use super::code;
use super::read::FOLDER;
use super::report::RESTRUCTURE_REPORT_VERSION;
use crate::JobError;
use crate::open::{self, OpenOptions};
use crate::progress::Reporter;
use crate::project::Project;
use crate::source::Source;

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct FromRulebookReport {
    pub schema_version: u32,
    /// The file that was written; none where there was nothing to rename.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    pub stages: usize,
    pub tables: usize,
    pub text: String,
}

pub fn from_rulebook(
    project: &Project,
    source: &Source,
    name: &str,
    options: &OpenOptions,
    reporter: Reporter<'_>,
) -> Result<FromRulebookReport, JobError> {
    let path = project.folder.join(FOLDER).join(format!("{name}.toml"));
    if path.exists() {
        return Err(JobError::AlreadyThere { path });
    }
    let opened = open::open(project, source, options, reporter)?;
    let rulebook = project.configuration.rulebook(Default::default());
    let mut wanted = wanted_names(&opened.catalog, &rulebook);
    // The file's own way to name changes is what the search takes.
    let first = restructure_file("", wanted.clone());
    let used = code::references(project, &name_changes(&first), reporter)?;
    for one in &mut wanted {
        one.references = used.iter().filter(|(path, _)| path.of == one.table).map(|(_, places)| places.len()).sum();
    }
    let mut report = FromRulebookReport {
        schema_version: RESTRUCTURE_REPORT_VERSION,
        tables: wanted.len(),
        ..FromRulebookReport::default()
    };
    if wanted.is_empty() {
        return Ok(report);
    }
    let file = restructure_file(&format!("Names of {}", project.name), wanted);
    report.stages = file.stages.len();
    let mut text = String::from(
        "# Made from the rulebook's names. Edit it: put stages together, change their order, take tables out.\n\
         # `pgmason restructure rehearse` shows what each stage leads to.\n",
    );
    text.push_str(&format!("title = {}\n", toml::Value::from(file.title.as_str())));
    for stage in &file.stages {
        text.push_str(&format!("\n[[stages]]\nname = {}\n", toml::Value::from(stage.name.as_str())));
        if let Some(title) = &stage.title {
            text.push_str(&format!("title = {}\n", toml::Value::from(title.as_str())));
        }
        if let Some(soak) = &stage.soak {
            text.push_str(&format!("soak = {}\n", toml::Value::from(soak.as_str())));
        }
        text.push_str("operations = [\n");
        for operation in &stage.operations {
            if let Operation::RenameTable(rename) = operation {
                let (table, to) = (toml::Value::from(rename.table.as_str()), toml::Value::from(rename.to.as_str()));
                text.push_str(&format!("  {{ kind = \"rename_table\", table = {table}, to = {to} }},\n"));
            }
        }
        text.push_str("]\n");
    }
    let folder = project.folder.join(FOLDER);
    fs::create_dir_all(&folder).map_err(JobError::file("make", &folder))?;
    fs::write(&path, &text).map_err(JobError::file("write", &path))?;
    report.path = Some(path);
    report.text = text;
    Ok(report)
}
