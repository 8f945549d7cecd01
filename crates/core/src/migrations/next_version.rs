//! The version of the next file in a folder, written as the folder writes its versions.
//!
//! A sentinel is nobody's predecessor. A version is never older than the newest sound one.

use std::collections::BTreeMap;

use super::versions::{DAY, VersionFormat, compares_numbers, is_sentinel, seconds, step, usual_format};
use super::{Layout, version_clock};

/// What comes next, and what has to be known about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextVersion {
    pub version: String,
    pub format: VersionFormat,
}

/// `versions`: of the files that run. `now`: seconds since 1970.
pub fn next_version(layout: Layout, versions: &[&str], now: i64) -> NextVersion {
    let sound: Vec<&str> =
        versions.iter().copied().filter(|version| !is_sentinel(version, |other| versions.contains(&other))).collect();
    let mut counts: BTreeMap<VersionFormat, usize> = BTreeMap::new();
    for version in &sound {
        *counts.entry(VersionFormat::of(version)).or_default() += 1;
    }
    let first_of_a_folder = if layout == Layout::Refinery { VersionFormat::Sequence } else { VersionFormat::Second };
    let format = usual_format(&counts).unwrap_or(first_of_a_folder);
    let same_format: Vec<&str> = sound.iter().copied().filter(|version| VersionFormat::of(version) == format).collect();
    let version = match format {
        VersionFormat::Sequence => next_number(layout, &same_format),
        VersionFormat::Other => next_dotted(&same_format),
        VersionFormat::Date | VersionFormat::Minute | VersionFormat::Second | VersionFormat::Unix => {
            next_moment(format, &sound, &same_format, now)
        }
    };
    NextVersion { version, format }
}

fn next_number(layout: Layout, versions: &[&str]) -> String {
    let numbers: Vec<u64> = versions.iter().filter_map(|version| version.parse().ok()).collect();
    let step = if numbers.len() > 1 { step(numbers.iter().copied()) } else { 1 };
    let number = numbers.iter().max().map_or(1, |newest| newest + step);
    let padded = versions.iter().any(|version| version.len() > 1 && version.starts_with('0'));
    let width = if compares_numbers(layout) && !padded { 0 } else { usual_width(versions) };
    format!("{number:0width$}")
}

/// How many digits most of the versions have.
pub(super) fn usual_width(versions: &[&str]) -> usize {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for version in versions {
        *counts.entry(version.len()).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(width, count)| (*count, *width)).map_or(0, |(width, _)| width)
}

/// `1.2` is followed by `1.3`.
fn next_dotted(versions: &[&str]) -> String {
    let parts = |version: &str| -> Vec<u64> {
        version.split(['.', '_']).map(|part| part.parse().unwrap_or(u64::MAX - 1)).collect()
    };
    let newest = versions.iter().copied().max_by_key(|version| parts(version)).unwrap_or("0");
    let last = newest.rfind(['.', '_']).map_or(0, |place| place + 1);
    let (head, tail) = newest.split_at(last);
    format!("{head}{}", tail.parse::<u64>().map_or(1, |number| number + 1))
}

fn next_moment(format: VersionFormat, sound: &[&str], same_format: &[&str], now: i64) -> String {
    let newest = sound.iter().filter_map(|version| seconds(version)).max().unwrap_or(i64::MIN);
    let after = |unit: i64| if newest / unit >= now / unit { newest.saturating_add(unit) } else { now };
    let clock = |unit: i64| version_clock::of_seconds(after(unit)).map(version_clock::text).unwrap_or_default();
    match format {
        VersionFormat::Unix if usual_width(same_format) == 13 => (i128::from(after(1)) * 1000).to_string(),
        VersionFormat::Unix => after(1).to_string(),
        VersionFormat::Date => clock(DAY).chars().take(8).collect(),
        VersionFormat::Minute => clock(60).chars().take(12).collect(),
        // Versions whose digits are no moment count too.
        _ => {
            let written = same_format.iter().filter_map(|version| version.parse::<u64>().ok()).max();
            let clock = version_clock::of_seconds(after(1)).unwrap_or_default();
            let after_written = written.filter(|written| *written >= clock).map(version_clock::next);
            version_clock::text(after_written.unwrap_or(clock))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-01-01 12:00:00 UTC.
    const NOW: i64 = 1_767_268_800;

    #[test]
    fn the_folders_own_format_goes_on() {
        for (layout, versions, expected) in [
            (Layout::Numbered, &[][..], "20260101120000"),
            (Layout::Numbered, &["20240101000000"][..], "20260101120000"),
            (Layout::Numbered, &["20260301000000"], "20260301000001"),
            (Layout::Numbered, &["20260301235959", "99999999999999"], "20260302000000"),
            (Layout::Numbered, &["20240101"], "20260101"),
            (Layout::Numbered, &["20240101", "20260101"], "20260102"),
            (Layout::Numbered, &["202401011200", "202601011200"], "202601011201"),
            (Layout::Numbered, &["1700000000"], "1767268800"),
            (Layout::Numbered, &["001", "002", "999"], "003"),
            (Layout::Numbered, &["010", "020"], "030"),
            (Layout::Sqlx, &["8", "9"], "10"),
            (Layout::Numbered, &["0009"], "0010"),
            (Layout::Refinery, &[], "1"),
            (Layout::Refinery, &["1.9", "1.10"], "1.11"),
        ] {
            assert_eq!(next_version(layout, versions, NOW).version, expected, "{versions:?}");
        }
    }

    #[test]
    fn a_sentinel_alone_says_nothing_about_the_format() {
        assert_eq!(next_version(Layout::Numbered, &["99999999999999"], NOW).version, "20260101120000");
    }
}
