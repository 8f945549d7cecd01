//! Finds indexes that a live server has not read for as long as it has counted.

use std::collections::HashMap;

use pgmason_model::catalog::{Index, Statistics};
use pgmason_model::{Fix, ObjectId, ObjectKind, QualifiedName};

use super::index_shape::{
    Coverage, IndexWithId, best_coverage, drop_statement, indexes_by_relation, is_usable, keys_in_words,
};
use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, DefaultOption, Rule, RuleOption, Section};
use crate::schema::{SchemaContext, TableView};

pub(super) static RULE: Rule = Rule {
    name: "unused-index",
    section: Section::Index,
    default_level: RuleLevel::Info,
    summary: "no query has read an index for as long as the server has counted",
    page: include_str!("unused_index.md"),
    options: &[
        RuleOption {
            name: "min_days",
            default: DefaultOption::Integer(14),
            summary: "the counters must be at least so many days old",
        },
        RuleOption {
            name: "min_kilobytes",
            default: DefaultOption::Integer(1024),
            summary: "smaller indexes are not worth a finding",
        },
        RuleOption {
            name: "max_idle_days",
            default: DefaultOption::Integer(90),
            summary: "report an index whose last scan is older, too (PostgreSQL 16 and newer); 0 for never",
        },
    ],
    check: Check::Live(check),
};

const SECONDS_PER_DAY: f64 = 86_400.0;

/// What the counters of an index say, those of its parts added up.
#[derive(Default)]
struct Usage {
    scans: i64,
    bytes: i64,
    seconds_since_last_scan: Option<f64>,
}

/// The server's counters, and which tables and indexes are parts of which.
struct Counters<'a> {
    statistics: &'a Statistics,
    partitions: HashMap<&'a QualifiedName, Vec<&'a ObjectId>>,
    parts: HashMap<&'a QualifiedName, Vec<&'a ObjectId>>,
}

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    let Some(statistics) = &ctx.catalog.statistics else { return };
    // A standby counts its own scans only, and the primary's queries are the ones that it cannot know.
    if statistics.in_recovery || !is_long_enough(ctx, statistics) {
        return;
    }
    let counters = Counters::new(ctx, statistics);
    let min_bytes = ctx.option_integer("min_kilobytes").saturating_mul(1024);
    for (relation, indexes) in indexes_by_relation(ctx) {
        let table = ctx.schema.table(relation);
        let kind = if table.is_some() { ObjectKind::Table } else { ObjectKind::MaterializedView };
        if !counters.was_read(&ObjectId::in_schema(kind, relation.schema.clone(), relation.name.clone())) {
            continue;
        }
        for &(id, index) in &indexes {
            if guards_something(index) || supports_foreign_key(table, (id, index)) {
                continue;
            }
            let Some(usage) = counters.usage_of(id).filter(|usage| usage.bytes >= min_bytes) else { continue };
            let Some(since) = silence_in_words(ctx, statistics, &usage) else { continue };
            let drop = drop_statement(ctx, id, index);
            let (keys, size) = (keys_in_words(index), size_in_words(usage.bytes));
            let finding = findings.on(
                id,
                format!("index {id} {keys} of {relation} ({size}) has not been read {since}"),
                format!("look at the counters of every standby as well, then drop it: {drop}"),
            );
            finding.fix = Some(Fix { description: "drop the index".to_owned(), sql: drop });
        }
    }
}

impl<'a> Counters<'a> {
    fn new(ctx: &SchemaContext<'a>, statistics: &'a Statistics) -> Self {
        let mut partitions: HashMap<&QualifiedName, Vec<&ObjectId>> = HashMap::new();
        let mut parts: HashMap<&QualifiedName, Vec<&ObjectId>> = HashMap::new();
        for table in ctx.tables() {
            if let Some(part) = &table.table.partition_of {
                partitions.entry(&part.parent).or_default().push(table.id);
            }
            for (id, index) in &table.indexes {
                if let Some(parent) = &index.partition_of {
                    parts.entry(parent).or_default().push(id);
                }
            }
        }
        Self { statistics, partitions, parts }
    }

    /// True when queries read the relation or one of its partitions: otherwise an index's silence says nothing.
    fn was_read(&self, relation: &ObjectId) -> bool {
        let counted = self.statistics.tables.get(relation);
        if counted.is_some_and(|table| table.sequential_scans.saturating_add(table.index_scans) > 0) {
            return true;
        }
        let partitions = relation.qualified_name().and_then(|name| self.partitions.get(&name));
        partitions.is_some_and(|partitions| partitions.iter().any(|partition| self.was_read(partition)))
    }

    /// The index's own counters, else those of its parts; none when one of them was not counted.
    fn usage_of(&self, id: &ObjectId) -> Option<Usage> {
        let Some(parts) = id.qualified_name().and_then(|name| self.parts.get(&name)) else {
            let counted = self.statistics.indexes.get(id)?;
            return Some(Usage {
                scans: counted.scans,
                bytes: counted.bytes,
                seconds_since_last_scan: counted.seconds_since_last_scan,
            });
        };
        let mut sum = Usage::default();
        for part in parts {
            let usage = self.usage_of(part)?;
            sum.scans = sum.scans.saturating_add(usage.scans);
            sum.bytes = sum.bytes.saturating_add(usage.bytes);
            sum.seconds_since_last_scan = match (sum.seconds_since_last_scan, usage.seconds_since_last_scan) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
        }
        Some(sum)
    }
}

fn is_long_enough(ctx: &SchemaContext<'_>, statistics: &Statistics) -> bool {
    let min_seconds = days(ctx.option_integer("min_days"));
    statistics.seconds_since_reset.is_none_or(|seconds| seconds >= min_seconds)
}

/// An index that does more than make scans fast is needed whether or not it is read: a unique one also lets the
/// planner drop joins, one on an expression gives it statistics.
fn guards_something(index: &Index) -> bool {
    index.unique
        || index.exclusion
        || index.constraint.is_some()
        || index.replica_identity
        || index.clustered
        || index.partition_of.is_some()
        || index.keys.iter().any(|key| key.column.is_none())
        || !is_usable(index)
}

/// True when a foreign key of the table would stand without an index if this one went.
fn supports_foreign_key(table: Option<&TableView<'_>>, (id, _): IndexWithId<'_>) -> bool {
    let Some(table) = table else { return false };
    let others: Vec<_> = table.indexes.iter().filter(|(other, _)| *other != id).copied().collect();
    table.foreign_keys().any(|key| {
        best_coverage(&table.indexes, key.columns).0 == Coverage::Full
            && best_coverage(&others, key.columns).0 != Coverage::Full
    })
}

/// Since when nobody read the index; none when somebody did, or may have.
fn silence_in_words(ctx: &SchemaContext<'_>, statistics: &Statistics, usage: &Usage) -> Option<String> {
    if usage.scans == 0 {
        return Some(match statistics.seconds_since_reset {
            Some(seconds) => format!("in the {:.0} days since the counters were reset", seconds / SECONDS_PER_DAY),
            None => "since the counters began".to_owned(),
        });
    }
    let max_idle = ctx.option_integer("max_idle_days");
    let idle = usage.seconds_since_last_scan.filter(|seconds| max_idle > 0 && *seconds >= days(max_idle))?;
    Some(format!("for {:.0} days", idle / SECONDS_PER_DAY))
}

fn days(number: i64) -> f64 {
    i32::try_from(number).map_or(f64::INFINITY, f64::from) * SECONDS_PER_DAY
}

/// As `pg_size_pretty` would say it, in whole units.
fn size_in_words(bytes: i64) -> String {
    let units = [("GB", 1_i64 << 30), ("MB", 1 << 20), ("kB", 1 << 10)];
    units
        .into_iter()
        .find(|(_, size)| bytes >= *size)
        .map_or_else(|| format!("{bytes} bytes"), |(unit, size)| format!("{} {unit}", bytes / size))
}
