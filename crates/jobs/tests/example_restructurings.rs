//! The restructurings of the examples: they are read, and say what the example's rulebook says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use pgmason_core::restructure::operations::Operation;
use pgmason_jobs::project::Project;
use pgmason_jobs::restructure::read::{FOLDER, ReadFile, files, read};

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

fn read_example(folder: &Path, path: &Path) -> ReadFile {
    let project = Project::open(folder).unwrap();
    read(&project, Some(path.to_str().unwrap())).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_one_is_read() {
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(examples()).unwrap() {
        let folder = entry.unwrap().path();
        if !folder.is_dir() {
            continue;
        }
        for path in files(&folder.join(FOLDER)).unwrap() {
            let read = read_example(&folder, &path);
            let stages: BTreeSet<&str> = read.file.stages.iter().map(|stage| stage.name.as_str()).collect();
            assert_eq!(stages.len(), read.file.stages.len(), "{}: two stages of one name", path.display());
            assert!(read.file.stages.iter().all(|stage| !stage.operations.is_empty()), "{}", path.display());
            names.insert(read.name);
        }
    }
    assert_eq!(names, BTreeSet::from(["library".to_owned(), "prefix".to_owned()]));
}

#[test]
fn the_prefixes_are_those_of_the_rulebook() {
    let folder = examples().join("prefix");
    let project = Project::open(&folder).unwrap();
    let read = read_example(&folder, &folder.join(FOLDER).join("prefix.toml"));
    let renamed: BTreeMap<String, String> = read
        .file
        .stages
        .iter()
        .flat_map(|stage| &stage.operations)
        .map(|operation| match operation {
            Operation::RenameTable(rename) => (rename.table.clone(), rename.to.clone()),
            other => panic!("no renaming: {other:?}"),
        })
        .collect();
    let domains = &project.configuration.domains;
    let wanted: BTreeMap<String, String> = domains.values().flat_map(|domain| domain.old_names.clone()).collect();
    assert_eq!(renamed, wanted);
    assert_eq!(renamed.len(), 48);
    for (name, domain) in domains {
        assert!(domain.old_names.values().all(|new| new.starts_with(&format!("{name}_"))), "{name}");
    }
}
