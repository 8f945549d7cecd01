//! Where the SQL that takes a migration back belongs, in the folder's own convention.

use super::{Direction, FileName, Layout};

/// Where a migration's undo is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RollbackPlace {
    /// A file of its own, by its path inside the migrations folder.
    File(String),
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
    match layout {
        Layout::Prisma => RollbackPlace::Nowhere("Prisma knows no way back; its folders hold only migration.sql"),
        Layout::Dbmate => RollbackPlace::Section("-- migrate:down"),
        Layout::Diesel => RollbackPlace::File(format!("{folder}/down.sql")),
        Layout::Sqlx => RollbackPlace::File(format!("{}.down.sql", stem.strip_suffix(".up").unwrap_or(stem))),
        Layout::Refinery => {
            RollbackPlace::File(format!("U{}__{}.sql", name.version.as_deref().unwrap_or_default(), name.description))
        }
        Layout::Numbered => {
            let stem = stem.strip_suffix(".up").or_else(|| stem.strip_suffix("_up")).unwrap_or(stem);
            match suffix_in_use(existing).filter(|_| !is_supabase) {
                Some(suffix) => RollbackPlace::File(format!("{stem}{suffix}")),
                None => RollbackPlace::File(format!("rollback/{stem}.sql")),
            }
        }
    }
}

/// `.down.sql` or `_down.sql`, where the folder has such files already.
fn suffix_in_use<'a>(existing: impl IntoIterator<Item = &'a str>) -> Option<&'static str> {
    let mut found = None;
    for path in existing.into_iter().filter(|path| !path.contains('/')) {
        for suffix in [".down.sql", "_down.sql"] {
            let is_down = Layout::Numbered.read_name(path).is_some_and(|name| name.direction == Direction::Down);
            if found.is_none() && is_down && path.ends_with(suffix) {
                found = Some(suffix);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(layout: Layout, existing: &[&str], is_supabase: bool, path: &str) -> String {
        let name = layout.read_name(path).unwrap();
        match rollback_place(layout, existing.iter().copied(), is_supabase, path, &name) {
            RollbackPlace::File(path) => path,
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
        assert_eq!(place(Layout::Refinery, &[], false, "V1__a.sql"), "U1__a.sql");
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
            let up = layout.read_name(path).unwrap();
            let down = layout.read_name(&place(layout, &[], false, path)).unwrap();
            assert_eq!((down.version, down.direction), (up.version, Direction::Down), "{path}");
            assert_eq!(down.description, up.description);
        }
    }
}
