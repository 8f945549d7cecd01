//! How much of the time batches may take, while the server makes one checkpoint after another.
//!
//! - WAL that fills `max_wal_size` before `checkpoint_timeout` asks for a checkpoint. Where these come one after another,
//!   each page is written whole once per checkpoint (full_page_writes), which makes still more WAL of the same work.
//! - Waiting would not help, since nothing is to be waited for: batches take a smaller share of the time instead.

use std::time::{Duration, Instant};

use super::size::size_in_words;

/// What the server counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Checkpoints {
    /// Those that were asked for: by WAL, but also by CHECKPOINT, by backups and by CREATE DATABASE.
    pub(super) requested: i64,
    /// WAL that was written, in bytes.
    pub(super) written: i64,
    /// `max_wal_size`
    pub(super) most: i64,
}

#[derive(Debug)]
pub(super) struct Pace {
    /// 1.0: all of it.
    share: f64,
    /// When a checkpoint was asked for the last time, and what was counted by then.
    last: Option<(Instant, Checkpoints)>,
    /// The first request that is seen tells nothing yet: when the one before it was is not known.
    seen_one: bool,
    changed: Instant,
}

const SMALLEST: f64 = 0.125;

impl Pace {
    pub(super) fn new(now: Instant) -> Self {
        Self { share: 1.0, last: None, seen_one: false, changed: now }
    }

    /// How long to do nothing after a batch.
    pub(super) fn pause(&self, batch: Duration) -> Duration {
        batch.mul_f64(1.0 / self.share - 1.0)
    }

    /// Takes what is counted now into account. Gives words when batches are to take less of the time than before.
    pub(super) fn look(&mut self, now: Instant, seen: Checkpoints, apart: Duration) -> Option<String> {
        let Some((at, before)) = self.last else {
            self.last = Some((now, seen));
            return None;
        };
        let (came, written) = (seen.requested - before.requested, seen.written - before.written);
        let since = now.duration_since(at);
        if came <= 0 {
            if self.share < 1.0 && since > apart && now.duration_since(self.changed) > apart {
                self.share = (self.share * 2.0).min(1.0);
                self.changed = now;
            }
            return None;
        }
        self.last = Some((now, seen));
        let known = std::mem::replace(&mut self.seen_one, true);
        // WAL asks for one at max_wal_size / (1 + checkpoint_completion_target), which is half of it at least
        // (PostgreSQL 13 to 18). What comes after less was asked for by somebody.
        let by_wal = written / came >= seen.most / 3;
        let each = since.div_f64(f64::from(i32::try_from(came).unwrap_or(i32::MAX)));
        if !known || !by_wal || each >= apart || self.share <= SMALLEST {
            return None;
        }
        self.share /= 2.0;
        self.changed = now;
        Some(format!(
            "{} of WAL in {:.0} s made the server begin one checkpoint after another: batches take 1/{:.0} of the time",
            size_in_words(written),
            since.as_secs_f64(),
            1.0 / self.share
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const APART: Duration = Duration::from_secs(30);
    const GB: i64 = 1 << 30;

    fn counted(requested: i64, written: i64) -> Checkpoints {
        Checkpoints { requested, written, most: GB }
    }

    #[test]
    fn checkpoints_by_wal_that_follow_each_other_slow_it_down_and_quiet_lets_it_go() {
        let begun = Instant::now();
        let at = |seconds| begun + Duration::from_secs(seconds);
        let batch = Duration::from_millis(200);
        let mut pace = Pace::new(begun);
        assert_eq!(pace.look(at(0), counted(7, 0), APART), None);
        // Nobody knows when the one before it was.
        assert_eq!(pace.look(at(3), counted(8, GB / 2), APART), None);
        assert_eq!(pace.pause(batch), Duration::ZERO);
        let words = pace.look(at(13), counted(9, GB), APART).unwrap();
        assert!(words.starts_with("512 MB of WAL in 10 s") && words.ends_with("1/2 of the time"), "{words}");
        assert_eq!(pace.pause(batch), batch);
        assert!(pace.look(at(20), counted(10, GB * 3 / 2), APART).is_some());
        assert_eq!(pace.pause(batch), batch * 3);
        for seconds in 21..60 {
            assert_eq!(pace.look(at(seconds), counted(10, GB * 3 / 2), APART), None);
        }
        assert_eq!(pace.pause(batch), batch, "twice as much after 30 quiet seconds");
        assert_eq!(pace.look(at(90), counted(10, GB * 3 / 2), APART), None);
        assert_eq!(pace.pause(batch), Duration::ZERO);
    }

    #[test]
    fn checkpoints_that_somebody_asks_for_do_not() {
        let begun = Instant::now();
        let mut pace = Pace::new(begun);
        for second in 0..20 {
            let seen = counted(i64::try_from(second).unwrap(), 1 << 20);
            assert_eq!(pace.look(begun + Duration::from_secs(second), seen, APART), None);
        }
        assert_eq!(pace.pause(Duration::from_secs(1)), Duration::ZERO);
    }

    #[test]
    fn it_never_stops_altogether() {
        let begun = Instant::now();
        let mut pace = Pace::new(begun);
        let words =
            (0..10).filter_map(|n| pace.look(begun + Duration::from_secs(n), counted(n as i64, n as i64 * GB), APART));
        assert_eq!(words.count(), 3);
        assert_eq!(pace.pause(Duration::from_millis(100)), Duration::from_millis(700));
    }
}
