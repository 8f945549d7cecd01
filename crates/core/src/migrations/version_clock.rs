//! Calendar arithmetic on versions of 14 digits, `YYYYMMDDHHMMSS`, held as numbers: their order is that of the text.
//!
//! People count on past 59; such a version keeps its place in the order, and what is made from it is a real moment.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// The first real moment after the version.
pub fn next(version: u64) -> u64 {
    shifted(moment_up_to(version), 1).unwrap_or(version + 1)
}

/// The last real moment before the version.
pub fn previous(version: u64) -> u64 {
    let moment = moment_up_to(version);
    if digits(moment) < version { digits(moment) } else { shifted(moment, -1).unwrap_or(version.saturating_sub(1)) }
}

/// Seconds since 1970, UTC, as a version.
pub fn of_seconds(seconds: i64) -> Option<u64> {
    let time = Timestamp::from_second(seconds).ok()?;
    Some(digits(time.to_zoned(TimeZone::UTC).datetime()))
}

/// With all its 14 digits.
pub fn text(version: u64) -> String {
    format!("{version:014}")
}

fn shifted(moment: DateTime, seconds: i64) -> Option<u64> {
    moment.checked_add(Span::new().try_seconds(seconds).ok()?).ok().filter(|new| new.year() >= 0).map(digits)
}

fn digits(moment: DateTime) -> u64 {
    let fields = [moment.month(), moment.day(), moment.hour(), moment.minute(), moment.second()];
    let year = u64::from(moment.year().unsigned_abs());
    fields.into_iter().fold(year, |number, field| number * 100 + u64::from(field.unsigned_abs()))
}

/// The last real moment that is not after the version.
fn moment_up_to(version: u64) -> DateTime {
    // Two digits, and at most four for the year: each fits.
    let two = |divisor: u64| i8::try_from(version / divisor % 100).unwrap_or(i8::MAX);
    let year = i16::try_from(version / 10_000_000_000).unwrap_or(9999).min(9999);
    let (month, day) = (two(100_000_000), two(1_000_000));
    let time = (two(10_000), two(100), two(1));
    let end_of = |date: Date| date.at(23, 59, 59, 0);
    let first_of_year = Date::constant(year, 1, 1);
    let end_of_year_before = || first_of_year.yesterday().map_or_else(|_| first_of_year.at(0, 0, 0, 0), end_of);
    if month == 0 {
        return end_of_year_before();
    }
    let Ok(first) = Date::new(year, month, 1) else { return end_of(Date::constant(year, 12, 31)) };
    if day == 0 {
        return first.yesterday().map_or_else(|_| first.at(0, 0, 0, 0), end_of);
    }
    let Ok(date) = Date::new(year, month, day) else { return end_of(first.last_of_month()) };
    match time {
        (24.., _, _) => end_of(date),
        (hour, 60.., _) => date.at(hour, 59, 59, 0),
        (hour, minute, second) => date.at(hour, minute, second.min(59), 0),
    }
}

#[cfg(test)]
#[expect(clippy::inconsistent_digit_grouping, reason = "the groups are those of a date")]
mod tests {
    use super::*;

    #[test]
    fn seconds_carry() {
        assert_eq!(next(2024_02_28_23_59_59), 2024_02_29_00_00_00);
        assert_eq!(next(2023_02_28_23_59_59), 2023_03_01_00_00_00);
        assert_eq!(next(2024_12_31_23_59_59), 2025_01_01_00_00_00);
        assert_eq!(previous(2024_03_01_00_00_00), 2024_02_29_23_59_59);
    }

    #[test]
    fn what_is_no_moment_gets_the_nearest_one() {
        assert_eq!(next(2024_01_01_00_00_75), 2024_01_01_00_01_00);
        assert_eq!(previous(2024_01_01_00_00_75), 2024_01_01_00_00_59);
        assert_eq!(next(2024_13_01_00_00_00), 2025_01_01_00_00_00);
        assert_eq!(next(2023_02_31_00_00_00), 2023_03_01_00_00_00);
        assert_eq!(previous(2024_00_00_00_00_00), 2023_12_31_23_59_59);
        assert_eq!(text(next(0)), "00000101000000");
    }

    #[test]
    fn clocks_agree() {
        assert_eq!(of_seconds(1_709_208_000), Some(2024_02_29_12_00_00));
    }
}
