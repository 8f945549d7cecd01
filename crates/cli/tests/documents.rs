//! The documents say what the program says: `make reference` writes them anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn reference(page: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_pgmason")).args(["reference", page]).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn references_are_current() {
    for page in ["commands", "rules"] {
        let written = fs::read_to_string(root().join(format!("docs/{page}.md"))).unwrap();
        assert!(written == reference(page), "docs/{page}.md is not what the program says: run `make reference`");
    }
}

#[test]
fn rule_pages_are_where_the_reference_says() {
    for line in reference("rules").lines() {
        let Some((_, rest)) = line.split_once("](") else { continue };
        let path = rest.split(')').next().unwrap();
        assert!(root().join("docs").join(path).is_file(), "{path}");
    }
}

#[test]
fn the_architecture_lists_exactly_the_crates() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    for entry in fs::read_dir(root().join("crates")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(text.contains(&format!("`crates/{name}`")), "ARCHITECTURE.md does not know crates/{name}");
    }
    let listed = text.matches("| `crates/").count();
    assert_eq!(listed, fs::read_dir(root().join("crates")).unwrap().count());
}
