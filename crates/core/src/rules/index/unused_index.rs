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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use pgmason_model::catalog::{
        IndexKey, IndexStatistics, MaterializedView, PartitionOf, Persistence, Table, TableKind, TableStatistics,
    };
    use pgmason_model::{Catalog, Level, Object};

    use super::*;
    use crate::locations::Locations;
    use crate::observations::Observations;
    use crate::rulebook::Rulebook;
    use crate::schema::Schema;

    const DAY: f64 = SECONDS_PER_DAY;

    /// A live server with counters that are 30 days old.
    fn server() -> Catalog {
        let statistics = Statistics { seconds_since_reset: Some(30.0 * DAY), ..Statistics::default() };
        Catalog { statistics: Some(statistics), ..Catalog::default() }
    }

    fn statistics(catalog: &mut Catalog) -> &mut Statistics {
        catalog.statistics.get_or_insert_default()
    }

    fn add_table(catalog: &mut Catalog, name: &str, kind: TableKind, parent: Option<&str>, scans: i64) {
        let id = ObjectId::in_schema(ObjectKind::Table, "public", name);
        let table = Table {
            owner: "owner".into(),
            kind,
            persistence: Persistence::Permanent,
            partition_key: None,
            partition_of: parent.map(|parent| PartitionOf {
                parent: QualifiedName::new("public", parent),
                bound: "DEFAULT".to_owned(),
            }),
            inherits: Vec::new(),
            of_type: None,
            row_security: false,
            force_row_security: false,
            replica_identity: "default".to_owned(),
            options: BTreeMap::new(),
            access_method: None,
            tablespace: None,
            foreign_server: None,
            foreign_options: BTreeMap::new(),
        };
        let counted = TableStatistics { sequential_scans: scans, ..TableStatistics::default() };
        statistics(catalog).tables.insert(id.clone(), counted);
        catalog.objects.insert(id, Object::Table(table));
    }

    fn add_index(catalog: &mut Catalog, table: &str, name: &str, scans: i64, change: impl Fn(&mut Index)) {
        let id = ObjectId::in_schema(ObjectKind::Index, "public", name);
        let key = IndexKey {
            column: Some("title".into()),
            expression: None,
            opclass: QualifiedName::new("pg_catalog", "text_ops"),
            opclass_is_default: true,
            opclass_options: BTreeMap::new(),
            collation: None,
            descending: false,
            nulls_first: false,
            statistics_target: None,
        };
        let mut index = Index {
            table: QualifiedName::new("public", table),
            definition: String::new(),
            method: "btree".into(),
            unique: false,
            primary: false,
            exclusion: false,
            nulls_not_distinct: false,
            immediate: true,
            keys: vec![key],
            include: Vec::new(),
            predicate: None,
            valid: true,
            ready: true,
            clustered: false,
            replica_identity: false,
            constraint: None,
            partition_of: None,
            options: BTreeMap::new(),
            tablespace: None,
        };
        change(&mut index);
        let counted = IndexStatistics { scans, bytes: 4 << 20, seconds_since_last_scan: None };
        statistics(catalog).indexes.insert(id.clone(), counted);
        catalog.objects.insert(id, Object::Index(index));
    }

    fn messages(catalog: &Catalog) -> Vec<String> {
        let (schema, rulebook) = (Schema::new(catalog), Rulebook::default());
        let (observations, locations) = (Observations::default(), Locations::default());
        let ctx =
            SchemaContext { rule: &RULE, catalog, schema: &schema, rulebook: &rulebook, observations: &observations };
        let mut findings = Findings::new(&RULE, Level::Info, &locations);
        check(&ctx, &mut findings);
        findings.into_list().into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn an_index_that_nobody_read_is_found() {
        let mut catalog = server();
        add_table(&mut catalog, "notes", TableKind::Ordinary, None, 5);
        add_index(&mut catalog, "notes", "unused", 0, |_| {});
        add_index(&mut catalog, "notes", "used", 7, |_| {});
        assert_eq!(
            messages(&catalog),
            ["index public.unused (title) of public.notes (4 MB) has not been read in the 30 days since the counters \
              were reset"]
        );
    }

    #[test]
    fn nothing_is_said_where_the_counters_say_nothing() {
        let mut catalog = server();
        add_table(&mut catalog, "notes", TableKind::Ordinary, None, 5);
        add_index(&mut catalog, "notes", "unused", 0, |_| {});
        let found = |change: &dyn Fn(&mut Statistics)| {
            let mut changed = catalog.clone();
            change(statistics(&mut changed));
            messages(&changed).len()
        };
        assert_eq!(found(&|_| {}), 1);
        assert_eq!(found(&|statistics| statistics.in_recovery = true), 0, "a standby");
        assert_eq!(found(&|statistics| statistics.seconds_since_reset = Some(13.0 * DAY)), 0, "a short window");
        assert_eq!(found(&|statistics| statistics.seconds_since_reset = None), 1, "never reset");
        assert_eq!(found(&|statistics| statistics.tables.clear()), 0, "a table that nobody reads");
        assert_eq!(found(&|statistics| statistics.indexes.clear()), 0, "not counted");
        assert_eq!(found(&|statistics| statistics.indexes.values_mut().for_each(|index| index.bytes = 8192)), 0);
    }

    #[test]
    fn an_index_that_guards_something_is_needed() {
        let changes: [fn(&mut Index); 7] = [
            |index| index.unique = true,
            |index| index.exclusion = true,
            |index| index.constraint = Some("c".into()),
            |index| index.replica_identity = true,
            |index| index.clustered = true,
            |index| index.valid = false,
            |index| index.keys[0].column = None,
        ];
        for change in changes {
            let mut catalog = server();
            add_table(&mut catalog, "notes", TableKind::Ordinary, None, 5);
            add_index(&mut catalog, "notes", "unused", 0, change);
            assert!(messages(&catalog).is_empty(), "{:?}", catalog.objects);
        }
    }

    #[test]
    fn an_index_is_idle_after_its_last_scan() {
        let mut catalog = server();
        add_table(&mut catalog, "notes", TableKind::Ordinary, None, 5);
        add_index(&mut catalog, "notes", "idle", 12, |_| {});
        statistics(&mut catalog)
            .indexes
            .values_mut()
            .for_each(|index| index.seconds_since_last_scan = Some(89.0 * DAY));
        assert!(messages(&catalog).is_empty());
        statistics(&mut catalog)
            .indexes
            .values_mut()
            .for_each(|index| index.seconds_since_last_scan = Some(91.0 * DAY));
        assert_eq!(
            messages(&catalog),
            ["index public.idle (title) of public.notes (4 MB) has not been read for 91 days"]
        );
    }

    #[test]
    fn a_partitioned_index_is_used_when_a_part_is() {
        for (scans, expected) in [(0, 1), (3, 0)] {
            let mut catalog = server();
            add_table(&mut catalog, "events", TableKind::Partitioned, None, 0);
            add_table(&mut catalog, "events_1", TableKind::Ordinary, Some("events"), 5);
            add_table(&mut catalog, "events_2", TableKind::Ordinary, Some("events"), 5);
            add_index(&mut catalog, "events", "whole", 0, |_| {});
            let part = |index: &mut Index| index.partition_of = Some(QualifiedName::new("public", "whole"));
            add_index(&mut catalog, "events_1", "part_1", 0, part);
            add_index(&mut catalog, "events_2", "part_2", scans, part);
            let found = messages(&catalog);
            assert_eq!(found.len(), expected, "{found:?}");
            assert!(
                found.iter().all(|message| message.contains("public.whole") && message.contains("8 MB")),
                "{found:?}"
            );
        }
    }

    #[test]
    fn a_materialized_view_has_indexes_too() {
        let mut catalog = server();
        let id = ObjectId::in_schema(ObjectKind::MaterializedView, "public", "totals");
        let view = MaterializedView {
            owner: "owner".into(),
            definition: String::new(),
            columns: Vec::new(),
            populated: true,
            options: BTreeMap::new(),
            access_method: None,
            tablespace: None,
        };
        catalog.objects.insert(id.clone(), Object::MaterializedView(view));
        let counted = TableStatistics { sequential_scans: 1, ..TableStatistics::default() };
        statistics(&mut catalog).tables.insert(id, counted);
        add_index(&mut catalog, "totals", "unused", 0, |_| {});
        assert_eq!(messages(&catalog).len(), 1);
    }
}
