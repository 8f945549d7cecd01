//! Where the SQL that takes a migration back belongs, in the folder's own convention.

use super::layout::is_rollback_folder;
use super::{Direction, FileName, Layout};

/// Where a migration's undo is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RollbackPlace {
    /// A file of its own, by its path inside the migrations folder, and why it is there where that may surprise.
    File(String, Option<String>),
    /// At the end of the migration itself, after this line.
    Section(&'static str),
    /// The folder's tool knows no way back.
    Nowhere(&'static str),
}

/// Where the undo of the migration at `name_in_folder` goes. `existing`: paths of all files of the folder.
pub fn rollback_place<'a>(
    layout: Layout,
    existing: impl IntoIterator<Item = &'a str>,
    is_supabase: bool,
    name_in_folder: &str,
    name: &FileName,
) -> RollbackPlace {
    let (folder, file) = name_in_folder.rsplit_once('/').unwrap_or(("", name_in_folder));
    let stem = file.get(..file.len().saturating_sub(".sql".len())).unwrap_or(file);
    let last_down = existing
        .into_iter()
        .filter_map(|path| Some((path, layout.read_name(path)?)))
        .filter(|(_, name)| name.direction == Direction::Down && name.version.is_some())
        .last();
    match layout {
        Layout::Prisma => RollbackPlace::Nowhere("Prisma has no rollbacks; its folders hold only migration.sql"),
        Layout::Dbmate => RollbackPlace::Section("-- migrate:down"),
        Layout::Diesel => RollbackPlace::File(format!("{folder}/down.sql"), None),
        Layout::Sqlx => RollbackPlace::File(format!("{}.down.sql", stem.strip_suffix(".up").unwrap_or(stem)), None),
        // U files are Flyway's; refinery would run one as a migration.
        Layout::Refinery if last_down.is_none() => {
            RollbackPlace::Nowhere("refinery has no rollbacks, and the folder has no U files")
        }
        Layout::Refinery => {
            let version = name.version.as_deref().unwrap_or_default();
            RollbackPlace::File(format!("U{version}__{}.sql", name.description), None)
        }
        Layout::Numbered => {
            let stem = stem.strip_suffix(".up").or_else(|| stem.strip_suffix("_up")).unwrap_or(stem);
            let (path, note) = numbered(stem, last_down, is_supabase);
            RollbackPlace::File(path, note)
        }
    }
}

/// As the folder's last down file has it: in its folder, with its mark.
fn numbered(stem: &str, last_down: Option<(&str, FileName)>, is_supabase: bool) -> (String, Option<String>) {
    let usual = format!("rollback/{stem}.sql");
    let Some((path, last)) = last_down else { return (usual, None) };
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    // What the convention adds to the name: `.down`, `_down`, or nothing.
    let mark = file
        .strip_suffix(".sql")
        .and_then(|stem| stem.strip_prefix(last.version.as_deref().unwrap_or_default()))
        .and_then(|rest| rest.strip_prefix('_'))
        .and_then(|rest| rest.strip_prefix(last.description.as_str()))
        .unwrap_or_default();
    if is_rollback_folder(folder) {
        return (format!("{folder}/{stem}{mark}.sql"), None);
    }
    if is_supabase {
        let note = format!(
            "the rollback lies in rollback/ and not beside the file as {path} does: the Supabase CLI would run it as a \
             migration there"
        );
        return (usual, Some(note));
    }
    (format!("{stem}{mark}.sql"), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(layout: Layout, existing: &[&str], is_supabase: bool, path: &str) -> String {
        let name = layout.read_name(path).unwrap();
        match rollback_place(layout, existing.iter().copied(), is_supabase, path, &name) {
            RollbackPlace::File(path, _) => path,
            RollbackPlace::Section(marker) => format!("section {marker}"),
            RollbackPlace::Nowhere(_) => "nowhere".to_owned(),
        }
    }

    #[test]
    fn every_folder_keeps_its_own_convention() {
        assert_eq!(place(Layout::Numbered, &["001_a.sql"], false, "001_a.sql"), "rollback/001_a.sql");
        assert_eq!(place(Layout::Numbered, &["001_a.down.sql"], false, "002_b.sql"), "002_b.down.sql");
        assert_eq!(place(Layout::Numbered, &["001_a_down.sql"], false, "002_b_up.sql"), "002_b_down.sql");
        // The Supabase CLI would run such a file as a migration.
        assert_eq!(place(Layout::Numbered, &["001_a.down.sql"], true, "002_b.sql"), "rollback/002_b.sql");
        assert_eq!(place(Layout::Sqlx, &[], false, "1_a.up.sql"), "1_a.down.sql");
        assert_eq!(place(Layout::Diesel, &[], false, "2024-01-01-000000_a/up.sql"), "2024-01-01-000000_a/down.sql");
        assert_eq!(place(Layout::Numbered, &["down/001_a.undo.sql"], true, "002_b.sql"), "down/002_b.undo.sql");
        assert_eq!(place(Layout::Refinery, &[], false, "V1__a.sql"), "nowhere");
        assert_eq!(place(Layout::Refinery, &["U1__a.sql"], false, "V2__b.sql"), "U2__b.sql");
        assert_eq!(place(Layout::Dbmate, &[], false, "1_a.sql"), "section -- migrate:down");
        assert_eq!(place(Layout::Prisma, &[], false, "1_a/migration.sql"), "nowhere");
    }

    #[test]
    fn what_is_written_is_read_as_the_way_back() {
        for (layout, path) in [
            (Layout::Numbered, "001_a.sql"),
            (Layout::Sqlx, "1_a.up.sql"),
            (Layout::Diesel, "1_a/up.sql"),
            (Layout::Refinery, "V1__a.sql"),
        ] {
            let existing: &[&str] = if layout == Layout::Refinery { &["U0__z.sql"] } else { &[] };
            let up = layout.read_name(path).unwrap();
            let down = layout.read_name(&place(layout, existing, false, path)).unwrap();
            assert_eq!((down.version, down.direction), (up.version, Direction::Down), "{path}");
            assert_eq!(down.description, up.description);
        }
    }
}
