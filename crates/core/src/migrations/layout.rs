//! Whose conventions a migration folder follows, and what each file's name says under them.
//!
//! Down files are recognised in every layout, so that none of them ever runs as up.

use std::cmp::Ordering;

/// The tool whose conventions hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Layout {
    /// `<digits>_name.sql`: Supabase, and any numbered folder. Runs in the order of file names, byte by byte.
    Numbered,
    /// `<timestamp>_name/migration.sql`.
    Prisma,
    /// `<digits>_name.up.sql` and `.down.sql`, in the order of the numbers.
    Sqlx,
    /// `<version>_name/up.sql` and `down.sql`.
    Diesel,
    /// `<digits>_name.sql` with `-- migrate:up` and `-- migrate:down` in it.
    Dbmate,
    /// `V<version>__name.sql` and `U<version>__name.sql` (refinery, Flyway), in the order of the numbers.
    Refinery,
}

/// Which way a file goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    Up,
    Down,
    /// The layout's tool would pass the file over: its name is not a migration's.
    NotAMigration,
}

/// What a file's name says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileName {
    /// Digits (refinery: digits and dots), as written.
    pub version: Option<String>,
    pub description: String,
    pub direction: Direction,
}

impl Layout {
    pub fn name(self) -> &'static str {
        match self {
            Self::Numbered => "numbered",
            Self::Prisma => "prisma",
            Self::Sqlx => "sqlx",
            Self::Diesel => "diesel",
            Self::Dbmate => "dbmate",
            Self::Refinery => "refinery",
        }
    }

    /// Told from the paths inside the folder (`/` as separator) and, for dbmate, from whether a file's text has its
    /// markers.
    pub fn detect<'a>(paths: impl IntoIterator<Item = &'a str>, has_dbmate_markers: impl Fn(&str) -> bool) -> Self {
        let (mut up_files, mut refinery, mut dbmate) = (false, false, false);
        for path in paths {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            match name {
                "migration.sql" if !folder.is_empty() => return Self::Prisma,
                "up.sql" if !folder.is_empty() => return Self::Diesel,
                _ => {}
            }
            if !folder.is_empty() {
                continue;
            }
            up_files |= name.ends_with(".up.sql");
            refinery |= versioned_name(name).is_some();
            dbmate |= name.ends_with(".sql") && has_dbmate_markers(path);
        }
        match (dbmate, refinery, up_files) {
            (true, ..) => Self::Dbmate,
            (_, true, _) => Self::Refinery,
            (_, _, true) => Self::Sqlx,
            _ => Self::Numbered,
        }
    }

    /// What a path inside the folder is. None: not a file of this layout at all (another folder's, not SQL).
    pub fn read_name(self, path: &str) -> Option<FileName> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        if !name.to_ascii_lowercase().ends_with(".sql") || folder.contains('/') {
            return None;
        }
        match self {
            Self::Prisma => (name == "migration.sql" && !folder.is_empty()).then(|| numbered(folder, Direction::Up)),
            Self::Diesel => match name {
                "up.sql" => Some(diesel(folder, Direction::Up)),
                "down.sql" => Some(diesel(folder, Direction::Down)),
                _ => None,
            },
            // Down files of their own folder, which no tool reads.
            Self::Numbered | Self::Sqlx if is_rollback_folder(folder) => {
                let stem = stem(name);
                Some(numbered(down_stem(&stem).unwrap_or(&stem), Direction::Down))
            }
            _ if !folder.is_empty() => None,
            Self::Refinery => Some(match versioned_name(name) {
                Some(found) => found,
                None => FileName { version: None, description: stem(name), direction: Direction::NotAMigration },
            }),
            Self::Numbered | Self::Sqlx | Self::Dbmate => {
                let stem = stem(name);
                match down_stem(&stem) {
                    Some(up_stem) => Some(numbered(up_stem, Direction::Down)),
                    None => {
                        let up_stem = stem.strip_suffix(".up").or_else(|| stem.strip_suffix("_up")).unwrap_or(&stem);
                        Some(numbered(up_stem, Direction::Up))
                    }
                }
            }
        }
    }

    /// The order in which the layout's tool runs two files, by name as read and path inside the folder.
    pub fn order(self, a: (&FileName, &str), b: (&FileName, &str)) -> Ordering {
        match self {
            Self::Sqlx | Self::Refinery => version_numbers(a.0).cmp(&version_numbers(b.0)).then_with(|| a.1.cmp(b.1)),
            // Go, Rust and JavaScript tools all sort the bare names, bytes first; so does the Supabase CLI.
            _ => a.1.cmp(b.1),
        }
    }
}

/// Folders inside a migrations folder whose files take migrations back.
pub fn is_rollback_folder(name: &str) -> bool {
    matches!(name.to_ascii_lowercase().as_str(), "rollback" | "rollbacks" | "down" | "undo" | "revert")
}

fn version_numbers(name: &FileName) -> Vec<u128> {
    name.version
        .as_deref()
        .unwrap_or_default()
        .split(['.', '_'])
        .map(|part| part.parse().unwrap_or(u128::MAX))
        .collect()
}

fn stem(name: &str) -> String {
    name[..name.len() - ".sql".len()].to_owned()
}

/// The stem without its mark of a down file: `.down`, `_down`, `-down`, `_rollback`, `.rollback`, `.undo`.
fn down_stem(stem: &str) -> Option<&str> {
    let lower = stem.to_ascii_lowercase();
    ["down", "rollback", "undo", "revert"].into_iter().find_map(|word| {
        let rest = lower.strip_suffix(word)?;
        let rest = rest.strip_suffix(['.', '_', '-'])?;
        stem.get(..rest.len())
    })
}

/// `<digits>_description`; a stem that begins otherwise is no migration. A lone `<digits>` is one.
fn numbered(stem: &str, direction: Direction) -> FileName {
    let digits = stem.bytes().take_while(u8::is_ascii_digit).count();
    let (version, rest) = stem.split_at(digits);
    match rest.strip_prefix(['_', '-']) {
        Some(description) if digits > 0 => {
            FileName { version: Some(version.to_owned()), description: description.to_owned(), direction }
        }
        None if digits > 0 && rest.is_empty() => {
            FileName { version: Some(version.to_owned()), description: String::new(), direction }
        }
        _ => {
            let direction = if direction == Direction::Down { direction } else { Direction::NotAMigration };
            FileName { version: None, description: stem.to_owned(), direction }
        }
    }
}

/// `2024-01-31-120000_name`: the version is what stands before the first underscore, without its dashes.
fn diesel(folder: &str, direction: Direction) -> FileName {
    match folder.split_once('_') {
        Some((version, description)) if version.contains('-') && !version.starts_with('-') => {
            let digits = version.replace('-', "");
            numbered(&format!("{digits}_{description}"), direction)
        }
        _ => numbered(folder, direction),
    }
}

/// `V1__name.sql`, `V1.2__name.sql`, `U1__name.sql`.
fn versioned_name(name: &str) -> Option<FileName> {
    let stem = name.strip_suffix(".sql")?;
    let direction = match stem.bytes().next()? {
        b'V' => Direction::Up,
        b'U' => Direction::Down,
        _ => return None,
    };
    let (version, description) = stem.get(1..)?.split_once("__")?;
    let is_version = !version.is_empty()
        && version.split(['.', '_']).all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    is_version.then(|| FileName { version: Some(version.to_owned()), description: description.to_owned(), direction })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(layout: Layout, path: &str) -> (Option<String>, Direction) {
        let name = layout.read_name(path).unwrap();
        (name.version, name.direction)
    }

    #[test]
    fn layouts_are_told_apart() {
        let detect = |paths: &[&str]| Layout::detect(paths.iter().copied(), |path| path.contains("dbmate"));
        assert_eq!(detect(&["20240101000000_a.sql"]), Layout::Numbered);
        assert_eq!(detect(&["20240101_a/migration.sql", "migration_lock.toml"]), Layout::Prisma);
        assert_eq!(detect(&["2024_a/up.sql", "2024_a/down.sql"]), Layout::Diesel);
        assert_eq!(detect(&["1_a.up.sql", "1_a.down.sql"]), Layout::Sqlx);
        assert_eq!(detect(&["V1__a.sql"]), Layout::Refinery);
        assert_eq!(detect(&["20240101000000_dbmate.sql"]), Layout::Dbmate);
    }

    #[test]
    fn down_files_never_look_like_up() {
        for path in ["1_a.down.sql", "1_a_down.sql", "1_a-DOWN.sql", "20240101000000_a_rollback.sql", "1_a.undo.sql"] {
            assert_eq!(
                read(Layout::Numbered, path),
                (path.split('_').next().map(str::to_owned), Direction::Down),
                "{path}"
            );
        }
        assert_eq!(read(Layout::Refinery, "U2__a.sql").1, Direction::Down);
        assert_eq!(read(Layout::Diesel, "1_a/down.sql").1, Direction::Down);
        assert_eq!(
            read(Layout::Diesel, "2024-01-31-120000_a/up.sql"),
            (Some("20240131120000".to_owned()), Direction::Up)
        );
        assert_eq!(read(Layout::Numbered, "1_shutdown.sql").1, Direction::Up);
        assert_eq!(read(Layout::Numbered, "rollback/1_a.sql"), (Some("1".to_owned()), Direction::Down));
        assert_eq!(read(Layout::Numbered, "rollback/1_a.down.sql"), (Some("1".to_owned()), Direction::Down));
    }

    #[test]
    fn names_without_digits_are_no_migrations() {
        for path in ["[timestamp]_a.sql", "setup.sql", "fix-table.sql", "v1_a.sql"] {
            assert_eq!(read(Layout::Numbered, path), (None, Direction::NotAMigration), "{path}");
        }
        assert_eq!(Layout::Numbered.read_name("archive/1_a.sql"), None);
        assert_eq!(Layout::Numbered.read_name("readme.md"), None);
    }

    #[test]
    fn order_is_the_tools_own() {
        let order = |layout: Layout, a: &str, b: &str| {
            layout.order((&layout.read_name(a).unwrap(), a), (&layout.read_name(b).unwrap(), b))
        };
        assert_eq!(order(Layout::Numbered, "10_a.sql", "9_a.sql"), Ordering::Less);
        assert_eq!(order(Layout::Sqlx, "10_a.up.sql", "9_a.up.sql"), Ordering::Greater);
        assert_eq!(order(Layout::Refinery, "V1.10__a.sql", "V1.9__a.sql"), Ordering::Greater);
    }
}
