//! What the traffic met: for people, and as JSON.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::audit::Audit;
use super::locks::LongestWait;
use super::protocol::{Protocol, Role};
use super::request::Kind;
use super::sample::{Latency, Sample};
use super::world::World;

/// In microseconds.
const LATE: u64 = 100_000;

/// A part of the time.
#[derive(Clone, Debug)]
pub(super) struct Phase {
    pub(super) title: String,
    /// Microseconds since the beginning.
    pub(super) from: u64,
    pub(super) to: u64,
    /// How long the command took, in milliseconds.
    pub(super) took: Option<u64>,
    pub(super) error: Option<String>,
    /// Nothing is done to the database.
    pub(super) is_control: bool,
}

#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(super) schema_version: u32,
    pub(super) rate: f64,
    pub(super) connections: usize,
    pub(super) tables: usize,
    pub(super) requests: usize,
    pub(super) failed: usize,
    /// Statements that were parsed again (`--parse-again`).
    pub(super) parsed_again: u64,
    pub(super) latency: Latency,
    /// How many of each kind.
    pub(super) kinds: BTreeMap<Kind, usize>,
    pub(super) phases: Vec<PhaseReport>,
    pub(super) failures: Vec<FailureReport>,
    pub(super) stalls: Vec<Stall>,
    pub(super) longest_lock_wait: Option<LongestWait>,
    pub(super) ledger: Audit,
    /// What is not asked for.
    pub(super) not_asked: Vec<NotAsked>,
    /// Obstacles that could not be put up.
    pub(super) not_in_the_way: Vec<String>,
    /// Milliseconds that a phase's longest stall may be over the control run's.
    pub(super) most_allowed: Option<f64>,
}

#[derive(Debug, Serialize)]
pub(super) struct NotAsked {
    pub(super) table: String,
    /// None: by nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) role: Option<Role>,
    pub(super) reason: String,
}

#[derive(Debug, Serialize)]
pub(super) struct PhaseReport {
    pub(super) title: String,
    pub(super) requests: usize,
    pub(super) failed: usize,
    /// Requests that took over 100 ms.
    pub(super) late: usize,
    pub(super) latency: Latency,
    /// Its longest stall less the control run's, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) over_control: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) command_milliseconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) command_error: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct FailureReport {
    pub(super) sqlstate: String,
    pub(super) count: usize,
    pub(super) phases: Vec<String>,
    pub(super) message: String,
    pub(super) statement: String,
}

/// The longest of the requests of one kind of client, under one name.
#[derive(Debug, Serialize)]
pub(super) struct Stall {
    /// `old` or `new`.
    pub(super) name: &'static str,
    pub(super) protocol: Protocol,
    pub(super) role: Role,
    pub(super) requests: usize,
    pub(super) failed: usize,
    pub(super) longest: f64,
    /// Of the longest one.
    pub(super) table: String,
}

impl Report {
    pub(super) fn count(&mut self, world: &World, phases: &[Phase], samples: &[Sample]) {
        self.requests = samples.len();
        self.failed = samples.iter().filter(|sample| sample.failure.is_some()).count();
        self.latency = Latency::of(samples.iter());
        for sample in samples {
            *self.kinds.entry(sample.kind).or_default() += 1;
        }
        let of = |phase: &Phase| {
            let (from, to) = (phase.from, phase.to);
            samples.iter().filter(move |sample| (from..to).contains(&sample.due))
        };
        let control = phases.iter().find(|phase| phase.is_control).map(|phase| Latency::of(of(phase)));
        self.phases = phases
            .iter()
            .map(|phase| {
                let latency = Latency::of(of(phase));
                PhaseReport {
                    title: phase.title.clone(),
                    requests: of(phase).count(),
                    failed: of(phase).filter(|sample| sample.failure.is_some()).count(),
                    late: of(phase).filter(|sample| sample.latency > LATE).count(),
                    latency,
                    over_control: control.filter(|_| !phase.is_control).map(|control| latency.max - control.max),
                    command_milliseconds: phase.took,
                    command_error: phase.error.clone(),
                }
            })
            .collect();
        let mut failures: BTreeMap<&str, FailureReport> = BTreeMap::new();
        for sample in samples {
            let Some(failure) = &sample.failure else { continue };
            let entry = failures.entry(&failure.sqlstate).or_insert_with(|| FailureReport {
                sqlstate: failure.sqlstate.clone(),
                count: 0,
                phases: Vec::new(),
                message: failure.message.clone(),
                statement: failure.statement.clone(),
            });
            entry.count += 1;
            for phase in phases.iter().filter(|phase| (phase.from..phase.to).contains(&sample.due)) {
                if !entry.phases.contains(&phase.title) {
                    entry.phases.push(phase.title.clone());
                }
            }
        }
        self.failures = failures.into_values().collect();
        let mut stalls: BTreeMap<(bool, Protocol, Role), Vec<&Sample>> = BTreeMap::new();
        for sample in samples {
            stalls.entry((sample.surface > 0, sample.protocol, sample.role)).or_default().push(sample);
        }
        self.stalls = stalls
            .into_iter()
            .filter_map(|((is_new, protocol, role), samples)| {
                let longest = samples.iter().max_by_key(|sample| sample.latency)?;
                Some(Stall {
                    name: if is_new { "new" } else { "old" },
                    protocol,
                    role,
                    requests: samples.len(),
                    failed: samples.iter().filter(|sample| sample.failure.is_some()).count(),
                    longest: Latency::of(std::iter::once(*longest)).max,
                    table: world.tables[longest.table].name.to_string(),
                })
            })
            .collect();
    }

    /// What is not as it should be, one line each.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let mut complaints = Vec::new();
        if self.requests == 0 {
            complaints.push("no request was sent".to_owned());
        }
        if self.failed > 0 {
            complaints.push(format!("{} of {} requests failed", self.failed, self.requests));
        }
        for phase in &self.phases {
            if let Some(error) = &phase.command_error {
                complaints.push(format!("{}: {error}", phase.title));
            }
            if let (Some(most), Some(over)) = (self.most_allowed, phase.over_control)
                && over > most
            {
                complaints.push(format!("{}: the longest stall is {over:.0} ms over the control run's", phase.title));
            }
        }
        for name in self.ledger.under.iter().filter(|name| !name.is_right()) {
            complaints.push(match &name.error {
                Some(error) => format!("the rows of {} cannot be read: {error}", name.name),
                None => format!(
                    "{}: {} rows are missing, {} unexpected, {} different",
                    name.name, name.missing, name.unexpected, name.different
                ),
            });
        }
        complaints.extend(self.not_in_the_way.iter().cloned());
        complaints
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} requests to {} tables, {:.0} per second over {} connections, {} failed",
            self.requests, self.tables, self.rate, self.connections, self.failed
        )?;
        let kinds: Vec<String> = self.kinds.iter().map(|(kind, count)| format!("{count} {kind:?}")).collect();
        writeln!(f, "{}", kinds.join(", "))?;
        if self.parsed_again > 0 {
            writeln!(f, "{} prepared statements were parsed again", self.parsed_again)?;
        }
        writeln!(
            f,
            "\n{:>9} {:>7} {:>7} {:>8} {:>8} {:>8} {:>8} {:>9}  phase (milliseconds from when a request was due; late: over 100)",
            "requests", "failed", "late", "p50", "p99", "p99.9", "max", "over"
        )?;
        for phase in &self.phases {
            let over = phase.over_control.map_or("".to_owned(), |over| format!("{over:+.1}"));
            let latency = &phase.latency;
            write!(
                f,
                "{:>9} {:>7} {:>7} {:>8.1} {:>8.1} {:>8.1} {:>8.1} {over:>9}  {}",
                phase.requests,
                phase.failed,
                phase.late,
                latency.p50,
                latency.p99,
                latency.p999,
                latency.max,
                phase.title
            )?;
            match phase.command_milliseconds {
                Some(took) => writeln!(f, " (took {took} ms)")?,
                None => writeln!(f)?,
            }
        }
        writeln!(f, "\n{:>9} {:>7} {:>8}  longest, by name, protocol and role", "requests", "failed", "max")?;
        for stall in &self.stalls {
            writeln!(
                f,
                "{:>9} {:>7} {:>8.1}  {} {:?} {} ({})",
                stall.requests,
                stall.failed,
                stall.longest,
                stall.name,
                stall.protocol,
                stall.role.name(),
                stall.table
            )?;
        }
        for failure in &self.failures {
            writeln!(f, "\n{} × {}: {}\n  {}", failure.count, failure.sqlstate, failure.message, failure.statement)?;
            writeln!(f, "  in: {}", failure.phases.join(", "))?;
        }
        if let Some(wait) = &self.longest_lock_wait {
            writeln!(
                f,
                "\nlongest wait for a lock seen: {} ms for {} on {}: {}",
                wait.milliseconds, wait.mode, wait.relation, wait.statement
            )?;
        }
        let (missing, unexpected, different) = self
            .ledger
            .under
            .iter()
            .fold((0, 0, 0), |sum, name| (sum.0 + name.missing, sum.1 + name.unexpected, sum.2 + name.different));
        writeln!(
            f,
            "\nledger: {} rows under {} names, {} of unknown outcome: {missing} missing, {unexpected} unexpected, {different} different",
            self.ledger.rows,
            self.ledger.under.len(),
            self.ledger.unknown
        )?;
        for name in self.ledger.under.iter().filter(|name| !name.is_right()) {
            for example in &name.examples {
                writeln!(f, "  {}: {example}", name.name)?;
            }
        }
        if !self.not_asked.is_empty() {
            let mut by_role: BTreeMap<Option<Role>, Vec<&str>> = BTreeMap::new();
            for not_asked in &self.not_asked {
                by_role.entry(not_asked.role).or_default().push(&not_asked.table);
            }
            writeln!(f, "\nnot written, or not asked at all (--json has the reasons):")?;
            for (role, tables) in by_role {
                writeln!(f, "  by {}: {}", role.map_or("anybody", Role::name), tables.join(", "))?;
            }
        }
        let complaints = self.complaints();
        if complaints.is_empty() {
            return write!(f, "\nright: no failure, ledger and rows are the same");
        }
        write!(f, "\nwrong: {}", complaints.join("\n       "))
    }
}
