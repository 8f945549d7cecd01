//! Folders to check, and how to check them.

use std::path::Path;

use pgmason_testkit::{Folder, Outcome, Pgmason};

/// The binary, run in a folder.
pub(crate) fn pgmason(folder: &Path) -> Pgmason {
    Pgmason::new(env!("CARGO_BIN_EXE_pgmason"), folder)
}

pub(crate) fn run(folder: &Folder, arguments: &[&str]) -> Outcome {
    pgmason(folder.path()).args(arguments).run()
}

/// What git says. It asks for nothing that this machine may have set.
pub(crate) fn git(folder: &Folder, arguments: &[&str]) -> String {
    let mut command = std::process::Command::new("git");
    command.arg("-C").arg(folder.path()).args([
        "-c",
        "user.name=test",
        "-c",
        "user.email=test@example.com",
        "-c",
        "commit.gpgsign=false",
    ]);
    let output = command.args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A project of one migration.
pub(crate) fn project(sql: &str) -> Folder {
    Folder::with(&[("migrations/001_it.sql", sql)])
}

/// One table without a primary key, which is one finding of `no-primary-key`.
pub(crate) const NO_KEY: &str = "CREATE TABLE public.heap (note text);\n";

/// Values that differ from run to run become their kind.
pub(crate) fn settled(value: &mut serde_json::Value, volatile: &[&str]) {
    use serde_json::Value;
    match value {
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                // Not every surroundings tell who sits there.
                if name == "operator" {
                    *field = Value::Null;
                } else if volatile.contains(&name.as_str())
                    && !field.is_null()
                    && !field.is_array()
                    && !field.is_object()
                {
                    *field = Value::String(format!("<{name}>"));
                } else {
                    settled(field, volatile);
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|item| settled(item, volatile)),
        _ => {}
    }
}
