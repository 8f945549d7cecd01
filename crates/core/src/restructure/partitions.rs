//! Partitions of a table that becomes partitioned: made by one statement, since only the rows tell which are needed.
//!
//! - A partition has neither its parent's policies nor its grants, but default privileges give it away (PostgreSQL 13 to
//!   18): each has row level security, and nobody but the owner a privilege. What goes through the parent is not asked.

use pgmason_model::catalog::Table;
use pgmason_model::restructure::RestructureStep;
use pgmason_model::{Identifier, QualifiedName, quote_literal};

use super::own_name::fitting;
use super::step::check;

/// Which partitions a table gets.
#[derive(Clone, Debug)]
pub(super) enum Partitions {
    /// From the first row's to `ahead` of now, or of the last row's. Bounds are in UTC where the column has a time zone.
    Range { interval: &'static str, ahead: u32, with_time_zone: bool },
    /// Name → bound.
    Named(Vec<(Identifier, String)>),
}

pub(super) struct MadePartitions<'a> {
    pub(super) partitions: &'a Partitions,
    pub(super) column: &'a Identifier,
    pub(super) with_default: bool,
    pub(super) like: &'a Table,
}

/// Names of settings that carry the first and the last value from one statement to a later one of its transaction.
const LOWEST: &str = "pgmason.lowest";
const HIGHEST: &str = "pgmason.highest";

impl MadePartitions<'_> {
    /// Looks at the rows, before the table may go.
    pub(super) fn look(&self, rows: &QualifiedName) -> Option<String> {
        matches!(self.partitions, Partitions::Range { .. }).then(|| {
            format!(
                "SELECT pg_catalog.set_config('{LOWEST}', coalesce(min({column})::text, ''), true), \
                 pg_catalog.set_config('{HIGHEST}', coalesce(max({column})::text, ''), true) FROM {rows}",
                column = self.column
            )
        })
    }

    /// Makes them all under a parent that is there.
    pub(super) fn make(&self, parent: &QualifiedName) -> String {
        let mut bounds = match self.partitions {
            Partitions::Range { interval, ahead, with_time_zone } => {
                range_query(parent, interval, *ahead, *with_time_zone)
            }
            Partitions::Named(named) => named
                .iter()
                .map(|(name, bound)| {
                    format!("SELECT {} AS name, {} AS bound", quote_literal(name.as_str()), quote_literal(bound))
                })
                .collect::<Vec<_>>()
                .join(" UNION ALL "),
        };
        if self.with_default {
            let name = default_name(parent);
            bounds.push_str(&format!(" UNION ALL SELECT {}, 'DEFAULT'", quote_literal(name.as_str())));
        }
        let options: Vec<String> =
            self.like.options.iter().map(|(name, value)| format!("{name} = {}", quote_literal(value))).collect();
        let with = if options.is_empty() { String::new() } else { format!(" WITH ({})", options.join(", ")) };
        format!(
            "DO $pgmason$
DECLARE
    part record;
    granted record;
BEGIN
    FOR part IN {bounds}
    LOOP
        EXECUTE pg_catalog.format('CREATE TABLE %I.%I PARTITION OF %I.%I %s%s', {schema}, part.name, {schema}, {table}, part.bound, {with});
        EXECUTE pg_catalog.format('ALTER TABLE %I.%I OWNER TO %I', {schema}, part.name, {owner});
        EXECUTE pg_catalog.format('ALTER TABLE %I.%I ENABLE ROW LEVEL SECURITY', {schema}, part.name);
        FOR granted IN
            SELECT DISTINCT acl.grantee FROM pg_catalog.pg_class AS class, pg_catalog.aclexplode(class.relacl) AS acl
            WHERE class.oid = pg_catalog.to_regclass(pg_catalog.format('%I.%I', {schema}, part.name))
            AND acl.grantee <> class.relowner
        LOOP
            EXECUTE pg_catalog.format('REVOKE ALL ON TABLE %I.%I FROM %s', {schema}, part.name,
                CASE granted.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(granted.grantee)) END);
        END LOOP;
    END LOOP;
END
$pgmason$",
            schema = quote_literal(parent.schema.as_str()),
            table = quote_literal(parent.name.as_str()),
            with = quote_literal(&with),
            owner = quote_literal(self.like.owner.as_str()),
        )
    }
}

/// `name`, `bound` of every interval that has to be there.
fn range_query(parent: &QualifiedName, interval: &str, ahead: u32, with_time_zone: bool) -> String {
    let step = match interval {
        "quarter" => "3 months".to_owned(),
        other => format!("1 {other}"),
    };
    let format = match interval {
        "day" | "week" => "YYYY_MM_DD",
        "month" => "YYYY_MM",
        "quarter" => "YYYY\"_q\"Q",
        _ => "YYYY",
    };
    let (setting_type, zone) = if with_time_zone { ("timestamptz", " AT TIME ZONE 'UTC'") } else { ("timestamp", "") };
    let value = |name: &str| {
        format!(
            "coalesce(nullif(pg_catalog.current_setting('{name}', true), '')::{setting_type}{zone}, pg_catalog.now() AT TIME ZONE 'UTC')"
        )
    };
    let bound = |at: &str| {
        if with_time_zone { format!("({at} AT TIME ZONE 'UTC')::text") } else { format!("{at}::text") }
    };
    format!(
        "SELECT {prefix} || pg_catalog.to_char(low, '{format}') AS name, \
         pg_catalog.format('FOR VALUES FROM (%L) TO (%L)', {from}, {to}) AS bound \
         FROM pg_catalog.generate_series(pg_catalog.date_trunc('{interval}', {lowest}), \
         pg_catalog.date_trunc('{interval}', greatest({highest}, pg_catalog.now() AT TIME ZONE 'UTC')) + {ahead} * interval '{step}', \
         interval '{step}') AS low",
        prefix = quote_literal(&format!("{}_", parent.name.as_str())),
        from = bound("low"),
        to = bound(&format!("(low + interval '{step}')")),
        lowest = value(LOWEST),
        highest = value(HIGHEST),
    )
}

pub(super) fn default_name(parent: &QualifiedName) -> Identifier {
    fitting(format!("{}_default", parent.name.as_str()))
}

/// Puts the partitions beside their parent, whichever there are.
pub(super) fn move_partitions(parent: &QualifiedName, to: &Identifier) -> String {
    format!(
        "DO $pgmason$
DECLARE
    part record;
BEGIN
    FOR part IN
        SELECT child.oid::pg_catalog.regclass::text AS name FROM pg_catalog.pg_inherits AS inheritance
        JOIN pg_catalog.pg_class AS child ON child.oid = inheritance.inhrelid
        WHERE inheritance.inhparent = pg_catalog.to_regclass({parent}) AND child.relnamespace <> pg_catalog.to_regnamespace({schema})
        ORDER BY child.relname
    LOOP
        EXECUTE pg_catalog.format('ALTER TABLE %s SET SCHEMA %I', part.name, {name});
    END LOOP;
END
$pgmason$",
        parent = quote_literal(&parent.to_string()),
        schema = quote_literal(&to.to_string()),
        name = quote_literal(to.as_str()),
    )
}

/// A partition that was made since has what the others have.
pub(super) fn partitions_are_closed(parent: &QualifiedName) -> RestructureStep {
    check(
        format!("see that nobody reads partitions of {parent} past its policies"),
        format!(
            "SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_inherits AS inheritance \
             JOIN pg_catalog.pg_class AS child ON child.oid = inheritance.inhrelid \
             WHERE inheritance.inhparent = pg_catalog.to_regclass({}) AND NOT child.relrowsecurity)",
            quote_literal(&parent.to_string())
        ),
        "a partition has no row level security: policies of the table do not hold for whoever names the partition",
    )
}
