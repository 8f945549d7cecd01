//! Finds names as long as PostgreSQL lets them be: most were longer, and cut off.

use pgmason_model::catalog::ConstraintKind;
use pgmason_model::{ObjectId, ObjectKind};

use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, DefaultOption, Rule, RuleOption, Section};
use crate::schema::{SchemaContext, TableView};

/// NAMEDATALEN - 1.
const MOST_BYTES: i64 = 63;

pub(super) static RULE: Rule = Rule {
    name: "name-too-long",
    section: Section::Naming,
    default_level: RuleLevel::Warning,
    summary: "a name is as long as PostgreSQL allows, so it was probably cut off",
    page: include_str!("name_too_long.md"),
    options: &[RuleOption {
        name: "max",
        default: DefaultOption::Integer(MOST_BYTES - 1),
        summary: "most bytes of a name",
    }],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    let mut report = Report { max: ctx.option_integer("max").min(MOST_BYTES - 1), findings };
    for kind in [ObjectKind::EnumType, ObjectKind::DomainType, ObjectKind::CompositeType, ObjectKind::RangeType] {
        for (id, _) in ctx.catalog.of_kind(kind).filter(|(id, _)| !ctx.catalog.is_platform(id)) {
            report.name(id, id.name.as_str());
        }
    }
    for (id, sequence) in &ctx.schema.sequences {
        // A sequence that goes with a column got its name from PostgreSQL.
        if sequence.owned_by.is_none() {
            report.name(id, id.name.as_str());
        }
    }
    for table in ctx.tables() {
        report.name(table.id, table.name());
        if !table.is_partition() {
            for column in table.columns.iter().filter(|column| !column.column.inherited) {
                report.name(column.id, column.name.as_str());
            }
        }
        parts_of_table(table, &mut report);
    }
    let views = ctx.schema.views.iter().map(|(id, _)| *id);
    let materialized_views = ctx.schema.materialized_views.iter().map(|(id, _)| *id);
    let functions = ctx.schema.functions.iter().map(|(id, _)| *id);
    for id in views.chain(materialized_views).chain(functions) {
        report.name(id, id.name.as_str());
    }
}

fn parts_of_table(table: &TableView<'_>, report: &mut Report<'_, '_>) {
    for (name, constraint) in &table.constraints {
        let own =
            !constraint.inherited && !matches!(constraint.kind, ConstraintKind::NotNull | ConstraintKind::Trigger);
        if own && !is_made_by_postgresql(name.as_str()) {
            report.name(&table.constraint_id(name), name.as_str());
        }
    }
    for (id, index) in &table.indexes {
        // A constraint's index bears the constraint's name.
        let own = index.constraint.is_none() && index.partition_of.is_none();
        if own && !is_made_by_postgresql(id.name.as_str()) {
            report.name(id, id.name.as_str());
        }
    }
    for (name, trigger) in &table.triggers {
        if !trigger.inherited {
            let id = ObjectId::sub_object(ObjectKind::Trigger, table.schema(), table.name(), (*name).clone());
            report.name(&id, name.as_str());
        }
    }
    for (id, _) in &table.policies {
        if let Some(name) = &id.sub {
            report.name(id, name.as_str());
        }
    }
}

struct Report<'r, 'f> {
    max: i64,
    findings: &'r mut Findings<'f>,
}

impl Report<'_, '_> {
    fn name(&mut self, id: &ObjectId, name: &str) {
        let length = i64::try_from(name.len()).unwrap_or(i64::MAX);
        if length <= self.max {
            return;
        }
        let kind = id.kind.label();
        let message = if length >= MOST_BYTES {
            format!(
                "the name of {kind} {id} is {MOST_BYTES} bytes, all that PostgreSQL keeps, so it was probably cut off"
            )
        } else {
            format!("the name of {kind} {id} is {length} bytes, more than {}", self.max)
        };
        self.findings.on(id, message, format!("give it a name of at most {} bytes", self.max));
    }
}

/// True for names that end as those do that PostgreSQL makes: it shortens the table's and the column's part, and keeps
/// the end, so nothing that a person wrote was lost.
fn is_made_by_postgresql(name: &str) -> bool {
    let name = name.trim_end_matches(|character: char| character.is_ascii_digit());
    ["_pkey", "_key", "_fkey", "_check", "_excl", "_idx"].iter().any(|end| name.ends_with(end))
}
