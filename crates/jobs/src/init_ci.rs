//! `pgmason init --ci github`: the workflow that checks pull requests, as a file of the repository.

use std::fs;
use std::path::{Path, PathBuf};

use crate::JobError;
use crate::drift::{self, DriftOptions};
use crate::init::write_new;
use crate::project::Project;

/// What was written.
#[derive(Clone, Debug)]
pub struct CiReport {
    pub path: PathBuf,
    /// The project has several sources of its schema: a pull request compares them.
    pub compares: bool,
}

const WORKFLOW: &str = include_str!("init_ci_github.yml");

/// Where GitHub looks, from the repository's root.
const PLACE: &str = ".github/workflows/pgmason.yml";

pub fn github(project: &Project) -> Result<CiReport, JobError> {
    let folder = fs::canonicalize(&project.folder).map_err(JobError::file("open", &project.folder))?;
    let root = folder.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(&folder);
    let path = root.join(PLACE);
    let within = folder.strip_prefix(root).unwrap_or(Path::new(""));
    // A database that cannot be named here is no reason to write nothing.
    let compares = drift::sources_of(project, &DriftOptions::default()).is_ok_and(|sources| sources.len() > 1);
    let text = workflow(within, compares);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(JobError::file("make", parent))?;
    }
    write_new(&path, &text)?;
    Ok(CiReport { path, compares })
}

fn workflow(within: &Path, compares: bool) -> String {
    let folder = match within.to_string_lossy() {
        inside if inside.is_empty() => String::new(),
        // In single quotes for the shell.
        inside => format!(" -C '{}'", inside.replace('\'', r"'\''")),
    };
    let drift = if compares {
        "      - name: Drift\n        if: github.event_name != 'schedule'\n        run: pgmason@FOLDER@ drift --output github\n"
    } else {
        "      # With a second source (Prisma, schema files) beside the migrations, compare them here:\n      #   - run: pgmason@FOLDER@ drift --output github\n"
    };
    WORKFLOW
        .replace("@DRIFT@", drift)
        .replace("@FOLDER@", &folder)
        .replace("@VERSION@", env!("CARGO_PKG_VERSION"))
        .replace("@REPOSITORY@", env!("CARGO_PKG_REPOSITORY"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workflow_runs_in_the_projects_folder_and_leaves_no_blank() {
        let text = workflow(Path::new("packages/it's"), true);
        assert!(text.contains(r"pgmason -C 'packages/it'\''s' check --output github"), "{text}");
        for blank in ["@DRIFT@", "@FOLDER@", "@VERSION@", "@REPOSITORY@"] {
            assert!(WORKFLOW.contains(blank) && !text.contains(blank), "{blank}: {text}");
        }
        let text = workflow(Path::new(""), false);
        assert!(text.contains("run: pgmason check --output github") && !text.contains("name: Drift\n"), "{text}");
    }
}
