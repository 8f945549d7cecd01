//! Plans which files of a folder get another name, so that every version is sound and the order stays.
//!
//! - What runs goes on to run, in the same order; what never ran never starts to.
//! - A down file keeps to the file that it takes back.
//! - A plan carried out leaves nothing to plan.

mod assign;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::versions::down_file_runs;
use super::{Direction, Layout, MigrationFile};
use assign::assign;

/// What kind of file is renamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RenamedKind {
    Up,
    Down,
    /// It leaves the folder.
    Archived,
}

/// A file (for Prisma and diesel: a folder) that gets another name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renaming {
    pub kind: RenamedKind,
    /// Inside the migrations folder.
    pub from: String,
    /// Inside the migrations folder; of what is archived, inside the archive folder.
    pub to: String,
    pub from_version: Option<String>,
    pub to_version: Option<String>,
    pub description: String,
    pub reason: String,
}

/// What renumbering does to a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RenumberPlan {
    pub renamings: Vec<Renaming>,
    pub notes: Vec<String>,
}

/// `files`: in the order in which they run. `supabase`: the Supabase CLI runs them, which passes over names without an
/// underscore. `now`: seconds since 1970.
pub fn plan(layout: Layout, files: &[MigrationFile], supabase: bool, now: i64) -> RenumberPlan {
    let is_up = |file: &&MigrationFile| {
        file.direction == Direction::Up && file.version.is_some() && !(supabase && passed_over(layout, file))
    };
    let ups: Vec<&MigrationFile> = files.iter().filter(is_up).collect();
    let versions: Vec<&str> = ups.iter().map(|file| version_of(file)).collect();
    let assignment = assign(layout, &versions, now);
    let mut plan = RenumberPlan::default();
    if assignment.reordered {
        plan.notes.push(
            "the files run in the order of their numbers from now on; until now they ran in the order of their names as text"
                .to_owned(),
        );
    }
    plan.notes.extend(assignment.left.map(str::to_owned));
    // Which version each up file gets, by its path.
    let mut new_versions: BTreeMap<&str, String> = BTreeMap::new();
    for assigned in assignment.files {
        let file = ups[assigned.place];
        let to = up_name(layout, file, &assigned.version);
        let from = unit(layout, &file.name_in_folder);
        if to != from {
            let reason = if assigned.reason.is_empty() {
                "its name has no underscore after the version"
            } else {
                assigned.reason
            };
            plan.renamings.push(renaming(RenamedKind::Up, from, to, file, Some(assigned.version.clone()), reason));
        }
        new_versions.insert(&file.name_in_folder, assigned.version);
    }
    plan.down_files(layout, files, &new_versions);
    for file in files {
        let never_ran = file.direction == Direction::NotAMigration
            || (file.direction == Direction::Up && supabase && passed_over(layout, file));
        if never_ran {
            let from = unit(layout, &file.name_in_folder);
            plan.renamings.push(renaming(
                RenamedKind::Archived,
                from,
                from.to_owned(),
                file,
                None,
                "its name is no migration's: it never ran, and must not start to",
            ));
        }
    }
    plan
}

impl RenumberPlan {
    fn down_files(&mut self, layout: Layout, files: &[MigrationFile], new_versions: &BTreeMap<&str, String>) {
        // They lie in the folder of their up file.
        if matches!(layout, Layout::Prisma | Layout::Diesel) {
            return;
        }
        let (ups, downs): (Vec<&MigrationFile>, Vec<&MigrationFile>) = files
            .iter()
            .filter(|file| file.version.is_some() || file.direction == Direction::Down)
            .partition(|file| file.direction == Direction::Up);
        let rollback_folder = downs
            .iter()
            .filter_map(|file| file.name_in_folder.split_once('/'))
            .map(|(folder, _)| folder)
            .next()
            .unwrap_or("rollback");
        let claimed: BTreeSet<&str> = new_versions.values().map(String::as_str).collect();
        let mut taken: BTreeSet<String> = BTreeSet::new();
        let mut moved = 0;
        for file in downs {
            let from = file.name_in_folder.as_str();
            let runs = down_file_runs(layout, file);
            // The up file itself may leave the folder.
            let up = up_file_of(&ups, file).filter(|up| new_versions.contains_key(up.name_in_folder.as_str()));
            let Some(up) = up else {
                // Under a version that another file has it would pass for that file's way back.
                if runs || claimed.contains(version_of(file)) {
                    let reason = "it takes back no file that runs";
                    self.renamings.push(renaming(RenamedKind::Archived, from, flat(from), file, None, reason));
                }
                continue;
            };
            let version = &new_versions[up.name_in_folder.as_str()];
            let mut to = down_name(layout, file, version, runs, rollback_folder);
            while !taken.insert(to.clone()) {
                to = to.strip_suffix(".sql").unwrap_or(&to).to_owned() + "_down.sql";
            }
            if to != from {
                moved += usize::from(runs);
                let reason =
                    if runs { "it would run as a migration" } else { "it follows the file that it takes back" };
                self.renamings.push(renaming(RenamedKind::Down, from, to, file, Some(version.clone()), reason));
            }
        }
        if moved > 0 && layout == Layout::Numbered {
            self.notes.push(format!(
                "the Supabase CLI ran {moved} down files as migrations, right after what they take back; it no longer does"
            ));
        }
    }
}

fn renaming(
    kind: RenamedKind,
    from: &str,
    to: String,
    file: &MigrationFile,
    to_version: Option<String>,
    reason: &str,
) -> Renaming {
    Renaming {
        kind,
        from: from.to_owned(),
        to,
        from_version: file.version.clone(),
        to_version,
        description: file.description.clone(),
        reason: reason.to_owned(),
    }
}

/// The up file that a down file takes back: of those with its version the one with its name, or the only one.
pub fn up_file_of<'a>(ups: &[&'a MigrationFile], down: &MigrationFile) -> Option<&'a MigrationFile> {
    down.version.as_ref()?;
    let mut same_version = ups.iter().copied().filter(|up| up.version == down.version);
    let first = same_version.clone().next()?;
    let exact = same_version.clone().find(|up| up.description == down.description);
    exact.or_else(|| same_version.nth(1).is_none().then_some(first))
}

fn version_of(file: &MigrationFile) -> &str {
    file.version.as_deref().unwrap_or_default()
}

/// What is renamed: the file, or the folder that it lies in.
pub fn unit(layout: Layout, name_in_folder: &str) -> &str {
    match layout {
        Layout::Prisma | Layout::Diesel => name_in_folder.split('/').next().unwrap_or(name_in_folder),
        _ => name_in_folder,
    }
}

/// The Supabase CLI reads `<digits>_name.sql`, and nothing else.
fn passed_over(layout: Layout, file: &MigrationFile) -> bool {
    layout == Layout::Numbered && !after_version(file).starts_with('_')
}

fn after_version(file: &MigrationFile) -> &str {
    file.name_in_folder.strip_prefix(version_of(file)).unwrap_or_default()
}

fn flat(path: &str) -> String {
    path.rsplit('/').next().unwrap_or(path).to_owned()
}

fn up_name(layout: Layout, file: &MigrationFile, version: &str) -> String {
    let unit = unit(layout, &file.name_in_folder);
    match layout {
        Layout::Refinery => format!("V{version}__{}.sql", file.description),
        Layout::Diesel => {
            let (old, name) = unit.split_once('_').unwrap_or((unit, ""));
            let dashed = old.contains('-') && version.len() == 14;
            let version = if old.replace('-', "") == version {
                old.to_owned()
            } else if dashed {
                format!("{}-{}-{}-{}", &version[..4], &version[4..6], &version[6..8], &version[8..])
            } else {
                version.to_owned()
            };
            if name.is_empty() { version } else { format!("{version}_{name}") }
        }
        Layout::Prisma | Layout::Sqlx | Layout::Dbmate => {
            format!("{version}{}", unit.strip_prefix(version_of(file)).unwrap_or_default())
        }
        Layout::Numbered => match after_version(file) {
            rest if rest.starts_with('_') => format!("{version}{rest}"),
            rest if rest.starts_with('-') => format!("{version}_{}", &rest[1..]),
            rest => format!("{version}_unnamed{rest}"),
        },
    }
}

fn down_name(layout: Layout, file: &MigrationFile, version: &str, runs: bool, rollback_folder: &str) -> String {
    let (folder, name) = match file.name_in_folder.rsplit_once('/') {
        Some((folder, name)) => (format!("{folder}/"), name),
        None => (String::new(), file.name_in_folder.as_str()),
    };
    let described = if file.description.is_empty() { String::new() } else { format!("_{}", file.description) };
    match layout {
        Layout::Refinery => format!("U{version}__{}.sql", file.description),
        Layout::Sqlx if runs => format!("{version}{described}.down.sql"),
        _ if runs => format!("{rollback_folder}/{version}{described}.sql"),
        _ => format!("{folder}{version}{}", name.strip_prefix(version_of(file)).unwrap_or_default()),
    }
}
