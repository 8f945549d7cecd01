//! Holds a backfill back where the server cannot keep up with it: standbys, WAL that is kept, dead rows.
//!
//! - What counts is what grew since the backfill began: a slot that nobody has read from for a month is no reason to wait.
//! - No wait is longer than `Settings::patience`. Afterwards it goes on, says so, and waits for the same thing only when
//!   that has grown by as much again.
//! - Each look is a statement of its own outside of a transaction: within one, statistics stay as they were read first.
//! - What the role may not see, or the server does not have, is no reason to fail: it is told once, and not looked at.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::pace::{Checkpoints, Pace};
use super::size::size_in_words;
use super::{Progress, RestructureError, Settings, state_error};
use crate::Pipeline;
use crate::pipeline::Parameter;

/// What is looked at, and what was there when it was looked at first.
pub(super) struct Throttle {
    /// As regclass text.
    relation: String,
    before_17: bool,
    looked: Instant,
    /// What fails on this server, or for this role.
    not_seen: BTreeSet<&'static str>,
    /// Seconds that a standby was behind when it was waited for in vain.
    lag: f64,
    /// (kind, name) → bytes of WAL.
    kept: BTreeMap<(String, String), i64>,
    dead: Option<i64>,
    /// The next transaction ID at the looks of the last seconds, the oldest first.
    next_xids: VecDeque<(Instant, i64)>,
    pace: Pace,
}

/// Why to wait.
struct Reason {
    why: String,
    /// The same for the same trouble: it is told once per wait.
    key: String,
    grown: Grown,
}

/// How far it has come: what the next growth counts from, when it was waited for in vain.
enum Grown {
    Lag(f64),
    Kept((String, String), i64),
    Dead(i64),
}

impl Throttle {
    pub(super) fn begin(
        pipeline: &mut Pipeline,
        settings: &Settings,
        relation: String,
        report: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Self, RestructureError> {
        let version = pipeline
            .query("SELECT pg_catalog.current_setting('server_version_num')::integer", &[])
            .map_err(|error| state_error(&error))?;
        let now = Instant::now();
        let mut throttle = Self {
            relation,
            before_17: version.first().is_none_or(|row| row.get::<_, i32>(0) < 170_000),
            looked: now,
            not_seen: BTreeSet::new(),
            lag: 0.0,
            kept: BTreeMap::new(),
            dead: None,
            next_xids: VecDeque::new(),
            pace: Pace::new(now),
        };
        throttle.look_at_checkpoints(pipeline, settings, report)?;
        throttle.kept_wal(pipeline, settings, report)?;
        throttle.dead_rows(pipeline, settings, report)?;
        Ok(throttle)
    }

    /// After a batch that took so long.
    pub(super) fn after(
        &mut self,
        pipeline: &mut Pipeline,
        settings: &Settings,
        batch: Duration,
        report: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), RestructureError> {
        let pause = self.pace.pause(batch);
        if !pause.is_zero() {
            pipeline.wait(pause);
        }
        if self.looked.elapsed() > settings.look_every {
            self.look_at_checkpoints(pipeline, settings, report)?;
            self.wait(pipeline, settings, report)?;
            self.looked = Instant::now();
        }
        Ok(())
    }

    fn wait(
        &mut self,
        pipeline: &mut Pipeline,
        settings: &Settings,
        report: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), RestructureError> {
        let (begun, mut told) = (Instant::now(), BTreeSet::new());
        while let Some(reason) = self.reason(pipeline, settings, report)? {
            if begun.elapsed() >= settings.patience {
                let seconds = begun.elapsed().as_secs_f64();
                report(Progress::Notice(format!("went on after {seconds:.0} s, although {}", reason.why)));
                match reason.grown {
                    Grown::Lag(lag) => self.lag = lag,
                    Grown::Kept(what, bytes) => drop(self.kept.insert(what, bytes)),
                    Grown::Dead(rows) => self.dead = Some(rows),
                }
                return Ok(());
            }
            if told.insert(reason.key) {
                report(Progress::Throttled { why: reason.why });
            }
            pipeline.wait(Duration::from_millis(500).min(settings.look_every));
        }
        Ok(())
    }

    fn reason(
        &mut self,
        pipeline: &mut Pipeline,
        settings: &Settings,
        report: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Option<Reason>, RestructureError> {
        if let Some(reason) = self.lag(pipeline, settings, report)? {
            return Ok(Some(reason));
        }
        if let Some(reason) = self.kept_wal(pipeline, settings, report)? {
            return Ok(Some(reason));
        }
        self.dead_rows(pipeline, settings, report)
    }

    fn lag(
        &mut self,
        pipeline: &mut Pipeline,
        settings: &Settings,
        report: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Option<Reason>, RestructureError> {
        let rows = self.look(pipeline, "how far standbys are behind", include_str!("replica_lag.sql"), &[], report)?;
        let lag: f64 = rows.first().map_or(0.0, |row| row.get("seconds"));
        let longest = settings.longest_lag.as_secs_f64();
        if lag <= longest {
            self.lag = 0.0;
        }
        Ok((lag > self.lag + longest).then(|| Reason {
            why: format!("a standby is {lag:.0} s behind"),
            key: "lag".to_owned(),
            grown: Grown::Lag(lag),
        }))
    }

    /// Slots whose reader is gone or slow, and an archive that does not take what is written.
    fn kept_wal(
        &mut self,
        pipeline: &mut Pipeline,
        settings: &Settings,
        report: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Option<Reason>, RestructureError> {
        let rows = self.look(pipeline, "which WAL is kept", include_str!("kept_wal.sql"), &[], report)?;
        let mut found = None;
        for row in rows {
            let (kind, name): (String, String) = (row.get("kind"), row.get("name"));
            let (kept, at_work): (i64, bool) = (row.get("kept"), row.get("at_work"));
            let is_slot = kind == "slot";
            // The archive is one, whatever it failed for the last time.
            let what = (kind, if is_slot { name.clone() } else { String::new() });
            let base = self.kept.entry(what.clone()).or_insert(kept);
            *base = kept.min(*base);
            let grown = kept - *base;
            // A slot may have half of what it has left until it is lost.
            let lost = row.get::<_, Option<i64>>("lost_at").map_or(i64::MAX, |at| (at - *base).max(0) / 2);
            if grown <= settings.most_kept_wal.min(lost) || found.is_some() {
                continue;
            }
            let (kept, grown) = (size_in_words(kept), size_in_words(grown));
            let why = match (is_slot, at_work) {
                (true, true) => {
                    format!("the reader of replication slot {name} is {kept} of WAL behind, {grown} more than before")
                }
                (true, false) => {
                    format!(
                        "nobody reads from replication slot {name}, which keeps {kept} of WAL, {grown} more than before"
                    )
                }
                (false, true) => format!("{kept} of WAL wait to be archived, {grown} more than before"),
                (false, false) => {
                    format!("{kept} of WAL wait to be archived, {grown} more than before: archiving {name} failed")
                }
            };
            let bytes: i64 = row.get("kept");
            found = Some(Reason { why, key: format!("{} {}", what.0, what.1), grown: Grown::Kept(what, bytes) });
        }
        Ok(found)
    }

    /// Each row that is updated leaves a dead one. While somebody keeps them from being cleaned, those of everybody else's
    /// updates pile up beside them.
    fn dead_rows(
        &mut self,
        pipeline: &mut Pipeline,
        settings: &Settings,
        report: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Option<Reason>, RestructureError> {
        let relation = self.relation.clone();
        let parameters: [Parameter<'_>; 1] = [(&relation, Type::TEXT)];
        let rows = self.look(pipeline, "dead rows", include_str!("dead_rows.sql"), &parameters, report)?;
        let Some(row) = rows.first() else { return Ok(None) };
        let (dead, live): (i64, i64) = (row.get("dead"), row.get("live"));
        let then = self.xid_then(row.get("next_xid"), settings.old_snapshot);
        let base = self.dead.get_or_insert(dead);
        *base = dead.min(*base);
        let grown = dead - *base;
        #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "both are estimates")]
        let share = (live as f64 * settings.dead_rows_share) as i64;
        if grown <= share.max(settings.fewest_dead_rows) {
            return Ok(None);
        }
        let parameters: [Parameter<'_>; 1] = [(&then, Type::INT8)];
        let holders =
            self.look(pipeline, "what holds dead rows back", include_str!("horizon.sql"), &parameters, report)?;
        let what = format!("{dead} dead rows of {relation}");
        // Each row is written once, and the disk has room for that: nobody is waited for who only has not cleaned yet. A wait
        // for autovacuum, which looks once a minute, made a million rows take 80 s in place of 3.
        let Some(holder) = holders.first() else { return Ok(None) };
        let (key, why) = holder_in_words(holder, &what);
        Ok(Some(Reason { why, key: format!("dead rows: {key}"), grown: Grown::Dead(dead) }))
    }

    /// The next transaction ID of `ago`, or of as long ago as is known. What sees no further back is one of the many short
    /// transactions of the day.
    fn xid_then(&mut self, next: i64, ago: Duration) -> i64 {
        let now = Instant::now();
        self.next_xids.push_back((now, next));
        while self.next_xids.get(1).is_some_and(|(at, _)| now.duration_since(*at) >= ago) {
            self.next_xids.pop_front();
        }
        self.next_xids.front().map_or(next, |(_, xid)| *xid)
    }

    fn look_at_checkpoints(
        &mut self,
        pipeline: &mut Pipeline,
        settings: &Settings,
        report: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), RestructureError> {
        let sql =
            if self.before_17 { include_str!("checkpoints_before_17.sql") } else { include_str!("checkpoints.sql") };
        let rows = self.look(pipeline, "how often checkpoints are asked for", sql, &[], report)?;
        let Some(row) = rows.first() else { return Ok(()) };
        let seen = Checkpoints { requested: row.get("requested"), written: row.get("written"), most: row.get("most") };
        if let Some(why) = self.pace.look(Instant::now(), seen, settings.checkpoints_apart) {
            report(Progress::Throttled { why });
        }
        Ok(())
    }

    /// Rows of a look; none where it fails for what the server is or the role may. `what` is told then.
    fn look(
        &mut self,
        pipeline: &mut Pipeline,
        what: &'static str,
        sql: &str,
        parameters: &[Parameter<'_>],
        report: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Vec<Row>, RestructureError> {
        if self.not_seen.contains(what) {
            return Ok(Vec::new());
        }
        match pipeline.query(sql, parameters) {
            Ok(rows) => Ok(rows),
            Err(error) => {
                // 42: it may not, or there is no such thing. 0A, 55: a server that is PostgreSQL only on the outside.
                let code = error.code().map_or("", |code| code.code());
                if !["42", "0A", "55"].iter().any(|class| code.starts_with(class)) {
                    return Err(state_error(&error));
                }
                let message = error.as_db_error().map_or_else(String::new, |error| error.message().to_owned());
                report(Progress::Notice(format!("{what}: not looked at while rows are filled: {message}")));
                self.not_seen.insert(what);
                Ok(Vec::new())
            }
        }
    }
}

fn holder_in_words(holder: &Row, what: &str) -> (String, String) {
    let (kind, name): (&str, &str) = (holder.get("kind"), holder.get("name"));
    let pid = holder.get::<_, Option<i32>>("pid").unwrap_or_default();
    let named = if name.is_empty() { String::new() } else { format!(" ({name})") };
    let old = holder.get::<_, Option<f64>>("seconds").map(|seconds| format!(" that is {seconds:.0} s old"));
    let old = old.unwrap_or_default();
    let who = match kind {
        "session" => format!("a transaction of pid {pid}{named}{old}"),
        "prepared" => format!("the prepared transaction {name}{old}"),
        "standby" => format!("a query on the standby of pid {pid}{named}"),
        _ => format!("the replication slot {name}"),
    };
    (format!("{kind} {pid} {name}"), format!("{who} keeps {what} from being cleaned"))
}
