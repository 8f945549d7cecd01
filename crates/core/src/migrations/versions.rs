//! What kind of number a migration's version is, and which moment it names.

use std::collections::BTreeMap;

use super::{Direction, Layout, MigrationFile};

/// Seconds of a day.
pub const DAY: i64 = 86_400;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VersionFormat {
    /// `1`, `001`, `0042`.
    Sequence,
    /// `20240131`
    Date,
    /// `202401311200`
    Minute,
    /// `20240131120000`
    Second,
    /// Seconds or milliseconds since 1970.
    Unix,
    /// `1.2`, or so many digits that no tool writes them.
    Other,
}

impl VersionFormat {
    pub fn of(version: &str) -> Self {
        if !version.bytes().all(|byte| byte.is_ascii_digit()) {
            return Self::Other;
        }
        match version.len() {
            0 => Self::Other,
            8 if calendar_seconds(version).is_some() => Self::Date,
            1..=9 => Self::Sequence,
            12 => Self::Minute,
            14 => Self::Second,
            10 | 13 => Self::Unix,
            _ => Self::Other,
        }
    }

    /// As a person would say it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Sequence => "a running number",
            Self::Date => "a date of 8 digits",
            Self::Minute => "a timestamp of 12 digits",
            Self::Second => "a timestamp of 14 digits",
            Self::Unix => "a count of seconds since 1970",
            Self::Other => "neither a running number nor a timestamp",
        }
    }
}

impl VersionFormat {
    /// Of a folder's versions together.
    pub fn words_of_many(self) -> &'static str {
        match self {
            Self::Sequence => "running numbers",
            Self::Date => "dates of 8 digits",
            Self::Minute => "timestamps of 12 digits",
            Self::Second => "timestamps of 14 digits",
            Self::Unix => "seconds since 1970",
            Self::Other => "versions of another kind",
        }
    }
}

/// A folder's usual format, from how many versions have each. A folder in two minds between days and seconds goes by
/// seconds: a day has only one version.
pub fn usual_format(counts: &BTreeMap<VersionFormat, usize>) -> Option<VersionFormat> {
    let (usual, count) = counts.iter().max_by_key(|(format, count)| (**count, **format))?;
    let seconds = counts.get(&VersionFormat::Second).copied().unwrap_or_default();
    Some(if *usual == VersionFormat::Date && seconds * 4 >= *count { VersionFormat::Second } else { *usual })
}

/// What a running folder counts by: who writes 10, 20, 30 leaves no gap.
pub fn step(numbers: impl IntoIterator<Item = u64>) -> u64 {
    numbers.into_iter().reduce(greatest_common_divisor).unwrap_or(1).max(1)
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

/// The version as the layout's tool compares it: those that read a number take `001` and `1` for the same.
pub fn as_compared(layout: Layout, version: &str) -> String {
    if !compares_numbers(layout) {
        return version.to_owned();
    }
    let parts: Vec<_> = version.split(['.', '_']).map(|part| part.trim_start_matches('0')).collect();
    parts.join(".")
}

/// True for layouts whose tool compares versions as numbers, and not the names of files as text.
pub fn compares_numbers(layout: Layout) -> bool {
    matches!(layout, Layout::Sqlx | Layout::Refinery)
}

/// True for a version that stands above all that will ever come: nothing but nines, or a year that nobody here sees.
/// `999` may well follow `998`: `previous_exists` says whether that one is there.
pub fn is_sentinel(version: &str, previous_exists: impl Fn(&str) -> bool) -> bool {
    if version.len() >= 3 && version.bytes().all(|byte| byte == b'9') {
        let previous = format!("{}8", &version[..version.len() - 1]);
        return version.len() >= 8 || !previous_exists(&previous);
    }
    version.len() == 14 && version.bytes().all(|byte| byte.is_ascii_digit()) && version >= "2100"
}

/// The moment that a version names, in seconds since 1970, read as UTC.
pub fn seconds(version: &str) -> Option<i64> {
    match VersionFormat::of(version) {
        VersionFormat::Date | VersionFormat::Minute | VersionFormat::Second => calendar_seconds(version),
        VersionFormat::Unix if version.len() == 10 => version.parse().ok(),
        VersionFormat::Unix => version.parse::<i64>().ok().map(|milliseconds| milliseconds / 1000),
        VersionFormat::Sequence | VersionFormat::Other => None,
    }
}

/// `YYYYMMDD[HHMM[SS]]`. Minutes and seconds above 59 are let pass: people count on in them.
fn calendar_seconds(version: &str) -> Option<i64> {
    let part = |from: usize, to: usize| version.get(from..to).map_or(Some(0), |digits| digits.parse::<i64>().ok());
    let (year, month, day) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
    let (hour, minute, second) = (part(8, 10)?, part(10, 12)?, part(12, 14)?);
    let plausible = (1970..2100).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    plausible.then(|| days_since_1970(year, month, day) * DAY + hour * 3600 + minute * 60 + second)
}

/// In the Gregorian calendar, with years that begin in March so that the leap day comes last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719_468
}

/// A down file that the layout's tool takes for a migration: its name says down in words that the tool does not read.
pub fn down_file_runs(layout: Layout, file: &MigrationFile) -> bool {
    if file.direction != Direction::Down {
        return false;
    }
    // No tool looks into a folder of down files.
    if file.name_in_folder.contains('/') {
        return false;
    }
    match layout {
        // Supabase: any `<digits>_*.sql`.
        Layout::Numbered => file.version.is_some(),
        Layout::Sqlx => file.version.is_some() && !file.name_in_folder.ends_with(".down.sql"),
        Layout::Prisma | Layout::Diesel | Layout::Dbmate | Layout::Refinery => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_told() {
        assert_eq!(seconds("19700101000000"), Some(0));
        assert_eq!(seconds("20000301"), Some(951_868_800));
        assert_eq!(seconds("20240229120000"), Some(1_709_208_000));
        assert_eq!(seconds("1709208000"), Some(1_709_208_000));
        assert_eq!(seconds("20251399000000"), None);
        assert_eq!(seconds("042"), None);
    }

    #[test]
    fn formats_are_told_apart() {
        use VersionFormat::{Date, Minute, Other, Second, Sequence, Unix};
        for (version, format) in [
            ("1", Sequence),
            ("0042", Sequence),
            ("20240131", Date),
            ("12345678", Sequence),
            ("202401311200", Minute),
            ("20240131120000", Second),
            ("1709208000", Unix),
            ("1.2", Other),
        ] {
            assert_eq!(VersionFormat::of(version), format, "{version}");
        }
    }

    #[test]
    fn seconds_win_over_days_unless_they_are_few() {
        let usual = |date, second| {
            usual_format(&BTreeMap::from([(VersionFormat::Date, date), (VersionFormat::Second, second)]))
        };
        assert_eq!(usual(100, 85), Some(VersionFormat::Second));
        assert_eq!(usual(100, 3), Some(VersionFormat::Date));
        assert_eq!(usual_format(&BTreeMap::new()), None);
    }

    #[test]
    fn sentinels() {
        assert!(is_sentinel("99999999999999", |_| false));
        assert!(is_sentinel("9999", |_| false));
        assert!(!is_sentinel("999", |version| version == "998"));
        assert!(is_sentinel("29990101000000", |_| false));
        assert!(!is_sentinel("20240101000000", |_| false));
    }
}
