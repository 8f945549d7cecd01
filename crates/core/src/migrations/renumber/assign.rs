//! Gives the files that run sound versions in the order in which they run.
//!
//! A version that is sound stays wherever the order lets it. The new versions are unique, rise, and are what the rules
//! about numbering ask for; versions that are so already stay as they are, all of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::migrations::next_version::usual_width;
use crate::migrations::versions::{
    DAY, VersionFormat, as_compared, compares_numbers, is_sentinel, seconds, step, usual_format,
};
use crate::migrations::{Layout, version_clock};

/// A version that a file gets, and why it is another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Assigned {
    /// The file's place in the list that was given.
    pub(super) place: usize,
    pub(super) version: String,
    pub(super) reason: &'static str,
}

/// What the whole folder gets.
pub(super) struct Assignment {
    /// In the new order.
    pub(super) files: Vec<Assigned>,
    /// The files run in another order than before.
    pub(super) reordered: bool,
    /// What could not be mended.
    pub(super) left: Option<&'static str>,
}

/// `versions`: of the files that run, in the order in which they run. `now`: seconds since 1970.
pub(super) fn assign(layout: Layout, versions: &[&str], now: i64) -> Assignment {
    let folder = Versions::read(layout, versions, now);
    let unchanged = |left| Assignment {
        files: versions
            .iter()
            .enumerate()
            .map(|(place, version)| folder.assigned(place, (*version).to_owned()))
            .collect(),
        reordered: false,
        left,
    };
    if folder.is_sound() {
        return unchanged(None);
    }
    match folder.usual {
        VersionFormat::Sequence => folder.numbers(),
        VersionFormat::Other => unchanged(Some("versions with dots are left as they are: number them by hand")),
        VersionFormat::Unix => folder.moments(&folder.unix()),
        VersionFormat::Date | VersionFormat::Minute | VersionFormat::Second => folder.moments(&folder.clock()),
    }
}

/// The versions of a folder and what is known about them.
struct Versions<'a> {
    layout: Layout,
    now: i64,
    list: &'a [&'a str],
    sentinel: Vec<bool>,
    usual: VersionFormat,
}

/// The moment that a version names, on a scale.
type Moment<'s> = dyn Fn(&str) -> Option<u64> + 's;

/// How versions that name moments are counted.
struct Scale<'s> {
    own: Box<Moment<'s>>,
    next: fn(u64) -> u64,
    previous: fn(u64) -> u64,
    latest: u64,
    first: u64,
    text: Box<dyn Fn(u64) -> String + 's>,
}

impl<'a> Versions<'a> {
    fn read(layout: Layout, list: &'a [&'a str], now: i64) -> Self {
        let sentinel: Vec<bool> =
            list.iter().map(|version| is_sentinel(version, |other| list.contains(&other))).collect();
        let mut counts: BTreeMap<VersionFormat, usize> = BTreeMap::new();
        for (version, _) in list.iter().zip(&sentinel).filter(|(_, sentinel)| !**sentinel) {
            *counts.entry(VersionFormat::of(version)).or_default() += 1;
        }
        let long = list.iter().any(|version| version.len() == 14);
        let alone = if long { VersionFormat::Second } else { VersionFormat::Sequence };
        Self { layout, now, list, sentinel, usual: usual_format(&counts).unwrap_or(alone) }
    }

    fn is_sound(&self) -> bool {
        let odd = |place: &usize| self.sentinel[*place] || self.is_odd(self.list[*place]);
        !(0..self.list.len()).any(|place| odd(&place))
            && (self.layout == Layout::Prisma || self.duplicates().is_empty())
            && (self.usual != VersionFormat::Sequence || self.counts_soundly())
            // Seconds since 1970 have 10 digits, milliseconds 13.
            && (self.usual != VersionFormat::Unix || self.list.iter().all(|version| version.len() == self.list[0].len()))
    }

    /// In another format than the rest, or in the future.
    fn is_odd(&self, version: &str) -> bool {
        VersionFormat::of(version) != self.usual || self.is_future(version)
    }

    fn is_future(&self, version: &str) -> bool {
        seconds(version).is_some_and(|time| time > self.now + DAY)
    }

    /// Places of files whose version an earlier file has.
    fn duplicates(&self) -> BTreeSet<usize> {
        let mut seen = BTreeSet::new();
        let repeated = |(_, version): &(usize, &&str)| !seen.insert(as_compared(self.layout, version));
        self.list.iter().enumerate().filter(repeated).map(|(place, _)| place).collect()
    }

    /// Numbers that rise without a gap in the order in which the files run.
    fn counts_soundly(&self) -> bool {
        let numbers: Vec<u64> = self.list.iter().filter_map(|version| version.parse().ok()).collect();
        let step = step(numbers.iter().copied());
        numbers.windows(2).all(|pair| pair[0] < pair[1] && pair[1] - pair[0] == step)
    }

    fn reason(&self, place: usize) -> &'static str {
        let version = self.list[place];
        let format = VersionFormat::of(version);
        if self.sentinel[place] {
            "its version stands above every version to come"
        } else if self.is_future(version) {
            "its version names a time to come"
        } else if format != self.usual
            && !matches!((format, self.usual), (VersionFormat::Second, VersionFormat::Date | VersionFormat::Minute))
        {
            match format {
                VersionFormat::Sequence => "its version is a running number",
                VersionFormat::Date => "its version is a date of 8 digits",
                VersionFormat::Minute => "its version has 12 digits",
                VersionFormat::Second => "its version has 14 digits",
                VersionFormat::Unix => "its version counts seconds since 1970",
                VersionFormat::Other => "its version is no plain number",
            }
        } else if self.duplicates().contains(&place) {
            "an earlier file has its version"
        } else if self.usual == VersionFormat::Sequence {
            "it keeps the numbers in order and without a gap"
        } else if matches!(format, VersionFormat::Date | VersionFormat::Minute) {
            "a version of 14 digits has room for several files a day"
        } else {
            "it stays behind the file before it"
        }
    }

    fn assigned(&self, place: usize, version: String) -> Assigned {
        let reason = if version == self.list[place] { "" } else { self.reason(place) };
        Assigned { place, version, reason }
    }

    fn numbers(&self) -> Assignment {
        let mut order: Vec<usize> = (0..self.list.len()).collect();
        if !compares_numbers(self.layout) {
            // Stable: files of the same number stay in the order in which they run.
            let number = |place: &usize| (self.sentinel[*place], self.list[*place].parse().unwrap_or(u128::MAX));
            order.sort_by_key(number);
        }
        let sound: Vec<&str> = (0..self.list.len())
            .filter(|place| !self.sentinel[*place] && VersionFormat::of(self.list[*place]) == VersionFormat::Sequence)
            .map(|place| self.list[place])
            .collect();
        let numbers: BTreeSet<u64> = sound.iter().filter_map(|version| version.parse().ok()).collect();
        // A folder whose beginning was archived goes on where it was.
        let first = numbers.first().copied().unwrap_or(1);
        let step = if numbers.len() > 1 { step(numbers.iter().copied()) } else { 1 };
        let number = |place: usize| first + step * u64::try_from(place).unwrap_or(u64::MAX);
        let widest = number(self.list.len().saturating_sub(1)).to_string().len();
        let padded = sound.iter().any(|version| version.len() > 1 && version.starts_with('0'));
        let width = match compares_numbers(self.layout) {
            true if !padded => 0,
            true => usual_width(&sound),
            false => usual_width(&sound).max(widest),
        };
        let reordered = !order.is_sorted();
        let files = order
            .into_iter()
            .enumerate()
            .map(|(new_place, place)| self.assigned(place, format!("{:0width$}", number(new_place))))
            .collect();
        Assignment { files, reordered, left: None }
    }

    fn clock(&self) -> Scale<'_> {
        let own = |version: &str| {
            let number: u64 = version.parse().ok()?;
            match VersionFormat::of(version) {
                VersionFormat::Second => Some(number),
                VersionFormat::Minute => Some(number * 100),
                VersionFormat::Date => Some(number * 1_000_000),
                _ => None,
            }
        };
        let at = |seconds: i64| version_clock::of_seconds(seconds).unwrap_or_default();
        Scale {
            own: Box::new(own),
            next: version_clock::next,
            previous: version_clock::previous,
            latest: at(self.now + DAY),
            first: at(self.now),
            text: Box::new(version_clock::text),
        }
    }

    fn unix(&self) -> Scale<'_> {
        let same: Vec<&str> =
            self.list.iter().copied().filter(|version| VersionFormat::of(version) == VersionFormat::Unix).collect();
        let width = usual_width(&same);
        let factor: i64 = if width == 13 { 1000 } else { 1 };
        let at = move |seconds: i64| u64::try_from(seconds * factor).unwrap_or_default();
        let own = move |version: &str| {
            if version.len() == width { version.parse().ok() } else { seconds(version).map(at) }
        };
        Scale {
            own: Box::new(own),
            next: |version| version + 1,
            previous: |version| version.saturating_sub(1),
            latest: at(self.now + DAY),
            first: at(self.now),
            text: Box::new(move |version| format!("{version:0width$}")),
        }
    }

    fn moments(&self, scale: &Scale<'_>) -> Assignment {
        let own = self.own_moments(scale);
        let leading = own.iter().take_while(|own| own.is_none()).count();
        let mut new = vec![0; own.len()];
        // What names no moment and runs first comes just before the first that does.
        let mut later = own.get(leading).copied().flatten().unwrap_or((scale.next)(scale.first));
        for place in (0..leading).rev() {
            later = (scale.previous)(later);
            new[place] = later;
        }
        for place in leading..own.len() {
            let after = if place == 0 { 0 } else { (scale.next)(new[place - 1]) };
            new[place] = own[place].unwrap_or(0).max(after);
        }
        // Room for what came after the last sound one, if that is nearly in the future itself.
        let mut latest = scale.latest;
        for version in new.iter_mut().rev() {
            *version = (*version).min(latest);
            latest = (scale.previous)(*version);
        }
        let text = |(place, version): (usize, u64)| self.assigned(place, (scale.text)(version));
        Assignment { files: new.into_iter().enumerate().map(text).collect(), reordered: false, left: None }
    }

    /// Each file's own moment, where it has a sound one that fits the order.
    fn own_moments(&self, scale: &Scale<'_>) -> Vec<Option<u64>> {
        let mut own: Vec<Option<u64>> = self
            .list
            .iter()
            .zip(&self.sentinel)
            .map(|(version, sentinel)| if *sentinel || self.is_future(version) { None } else { (scale.own)(version) })
            .collect();
        // Where the order is that of numbers, a date of 8 digits runs before all of 14: it cannot keep its day.
        let target = if self.usual == VersionFormat::Unix { VersionFormat::Unix } else { VersionFormat::Second };
        let mut least = u64::MAX;
        for place in (0..own.len()).rev() {
            let Some(moment) = own[place] else { continue };
            if VersionFormat::of(self.list[place]) == target {
                least = least.min(moment);
            } else if moment > least {
                own[place] = None;
            }
        }
        own
    }
}
