//! Finds sequences that have given out most of the values that their columns can hold.

use std::collections::BTreeMap;

use pgmason_model::catalog::Sequence;
use pgmason_model::{ObjectId, QualifiedName};

use super::column_type::TypeClass;
use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, DefaultOption, Rule, RuleOption, Section};
use crate::schema::{ColumnView, SchemaContext};

pub(super) static RULE: Rule = Rule {
    name: "sequence-near-its-end",
    section: Section::Consistency,
    default_level: RuleLevel::Error,
    summary: "a sequence has given out most of the values that it, or its column's type, has",
    page: include_str!("sequence_near_its_end.md"),
    options: &[RuleOption {
        name: "threshold",
        default: DefaultOption::Integer(75),
        summary: "percent of the values that may be used up before it is reported",
    }],
    check: Check::Live(check),
};

/// Where a sequence ends, and what ends it.
struct End<'a> {
    /// The last value that can still be stored.
    value: i64,
    /// The column whose type is too narrow for the rest; none when the sequence itself ends.
    column: Option<ColumnView<'a>>,
}

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    let Some(statistics) = &ctx.catalog.statistics else { return };
    let threshold = i128::from(ctx.option_integer("threshold"));
    let columns = columns_by_sequence(ctx);
    for &(id, sequence) in &ctx.schema.sequences {
        let last_value = statistics.sequences.get(id).and_then(|counted| counted.last_value);
        let (Some(last_value), Some(name)) = (last_value, id.qualified_name()) else { continue };
        let end = end_of(ctx, sequence, columns.get(&name).map_or(&[], Vec::as_slice));
        // A sequence that starts anew at its end has none.
        if sequence.cycle && end.column.is_none() {
            continue;
        }
        let used = percent_used(sequence, last_value, end.value);
        if used >= threshold {
            report(findings, id, last_value, used, &end);
        }
    }
}

fn report(findings: &mut Findings<'_>, id: &ObjectId, last_value: i64, used: i128, end: &End<'_>) {
    let limit = end.value;
    let (what, help) = match &end.column {
        Some(column) => (
            format!("the greatest {} that column {} can hold", column.column.type_name, column.id),
            format!("make {} bigint, and every column that refers to it, before the inserts fail", column.id),
        ),
        None => ("its last value".to_owned(), format!("raise the limit: ALTER SEQUENCE {id} AS bigint NO MAXVALUE")),
    };
    findings.on(
        id,
        format!("sequence {id} has used up {used} % of its values: it is at {last_value} of {limit}, {what}"),
        help,
    );
}

/// Columns that take their values from each sequence: its owner, and those whose default calls it.
fn columns_by_sequence<'a>(ctx: &SchemaContext<'a>) -> BTreeMap<QualifiedName, Vec<ColumnView<'a>>> {
    let mut map: BTreeMap<QualifiedName, Vec<ColumnView<'a>>> = BTreeMap::new();
    let mut owners: BTreeMap<&ObjectId, QualifiedName> = BTreeMap::new();
    for (id, sequence) in &ctx.schema.sequences {
        // OWNED BY alone says nothing about where the values go; for an identity column it does.
        if let (Some(column), Some(name), true) = (&sequence.owned_by, id.qualified_name(), sequence.identity) {
            owners.insert(column, name);
        }
    }
    for column in ctx.tables().flat_map(|table| &table.columns) {
        let by_default = column.default.and_then(|default| default.sequence.clone());
        if let Some(sequence) = by_default.or_else(|| owners.get(column.id).cloned()) {
            map.entry(sequence).or_default().push(*column);
        }
    }
    map
}

fn end_of<'a>(ctx: &SchemaContext<'a>, sequence: &Sequence, columns: &[ColumnView<'a>]) -> End<'a> {
    let ascending = sequence.increment > 0;
    let mut end = End { value: if ascending { sequence.maximum } else { sequence.minimum }, column: None };
    for column in columns {
        let class = TypeClass::of(ctx.catalog, column.column);
        let Some(limit) = (if ascending { class.greatest() } else { class.least() }) else { continue };
        let narrower = if ascending { limit < end.value } else { limit > end.value };
        // A serial's sequence has the type of its column: then it is the type that ends it.
        let same = limit == end.value && end.column.is_none() && !matches!(class, TypeClass::BigInteger);
        if narrower || same {
            end = End { value: limit, column: Some(*column) };
        }
    }
    end
}

/// How far the sequence is on its way from its first possible value to the end, rounded down.
fn percent_used(sequence: &Sequence, last_value: i64, end: i64) -> i128 {
    let first = i128::from(if sequence.increment > 0 { sequence.minimum } else { sequence.maximum });
    let (last, end) = (i128::from(last_value), i128::from(end));
    let way = (end - first).abs();
    if way == 0 { 100 } else { ((last - first).abs() * 100) / way }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use pgmason_model::catalog::{
        Column, Default as ColumnDefault, Identity, Persistence, SequenceStatistics, Statistics, Table, TableKind,
    };
    use pgmason_model::{Catalog, Level, Object, ObjectKind};

    use super::*;
    use crate::locations::Locations;
    use crate::observations::Observations;
    use crate::rulebook::Rulebook;
    use crate::schema::Schema;

    fn sequence() -> Sequence {
        Sequence {
            owner: "owner".into(),
            type_name: "bigint".to_owned(),
            start: 1,
            increment: 1,
            minimum: 1,
            maximum: i64::MAX,
            cache: 1,
            cycle: false,
            unlogged: false,
            owned_by: None,
            identity: false,
        }
    }

    /// `public.t.id` of the type, fed by `public.s`.
    fn server(sequence: Sequence, column_type: Option<&str>, last_value: Option<i64>) -> Catalog {
        let mut catalog = Catalog::default();
        let sequence_id = ObjectId::in_schema(ObjectKind::Sequence, "public", "s");
        let mut statistics = Statistics::default();
        statistics.sequences.insert(sequence_id.clone(), SequenceStatistics { last_value });
        catalog.statistics = Some(statistics);
        if let Some(type_name) = column_type {
            add_column(&mut catalog, type_name, sequence.identity);
        }
        catalog.objects.insert(sequence_id, Object::Sequence(sequence));
        catalog
    }

    fn column_id(kind: ObjectKind) -> ObjectId {
        ObjectId::sub_object(kind, "public", "t", "id")
    }

    fn add_column(catalog: &mut Catalog, type_name: &str, identity: bool) {
        let table = Table {
            owner: "owner".into(),
            kind: TableKind::Ordinary,
            persistence: Persistence::Permanent,
            partition_key: None,
            partition_of: None,
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
        let column = Column {
            position: 1,
            type_name: type_name.to_owned(),
            user_type: None,
            not_null: true,
            identity: identity.then_some(Identity::Always),
            generated: None,
            collation: None,
            storage: None,
            compression: None,
            statistics_target: None,
            inherited: false,
            options: BTreeMap::new(),
            foreign_options: BTreeMap::new(),
        };
        catalog.objects.insert(ObjectId::in_schema(ObjectKind::Table, "public", "t"), Object::Table(table));
        catalog.objects.insert(column_id(ObjectKind::Column), Object::Column(column));
        if !identity {
            let default = ColumnDefault {
                expression: "nextval('public.s'::regclass)".to_owned(),
                sequence: Some(QualifiedName::new("public", "s")),
            };
            catalog.objects.insert(column_id(ObjectKind::Default), Object::Default(default));
        }
    }

    fn messages(catalog: &Catalog) -> Vec<String> {
        let (schema, rulebook) = (Schema::new(catalog), Rulebook::default());
        let (observations, locations) = (Observations::default(), Locations::default());
        let ctx =
            SchemaContext { rule: &RULE, catalog, schema: &schema, rulebook: &rulebook, observations: &observations };
        let mut findings = Findings::new(&RULE, Level::Error, &locations);
        check(&ctx, &mut findings);
        findings.into_list().into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn the_column_can_end_before_the_sequence() {
        let found = messages(&server(sequence(), Some("integer"), Some(1_900_000_000)));
        assert_eq!(
            found,
            [
                "sequence public.s has used up 88 % of its values: it is at 1900000000 of 2147483647, the greatest integer \
              that column public.t.id can hold"
            ]
        );
        assert!(messages(&server(sequence(), Some("integer"), Some(1_000_000_000))).is_empty());
        assert!(messages(&server(sequence(), Some("bigint"), Some(1_900_000_000))).is_empty());
        assert!(messages(&server(sequence(), Some("integer"), None)).is_empty(), "never used");
    }

    #[test]
    fn an_identity_column_names_its_type() {
        let owned_by = Some(column_id(ObjectKind::Column));
        let identity = Sequence { identity: true, maximum: 32_767, owned_by, ..sequence() };
        let found = messages(&server(identity, Some("smallint"), Some(30_000)));
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("the greatest smallint that column public.t.id can hold"), "{found:?}");
    }

    #[test]
    fn a_sequence_of_its_own_ends_at_its_limit_unless_it_cycles() {
        let limited = Sequence { maximum: 1000, ..sequence() };
        assert_eq!(messages(&server(limited.clone(), None, Some(900))).len(), 1);
        assert!(messages(&server(Sequence { cycle: true, ..limited }, None, Some(900))).is_empty());
        let cycling = Sequence { cycle: true, ..sequence() };
        assert_eq!(
            messages(&server(cycling, Some("integer"), Some(2_000_000_000))).len(),
            1,
            "the column does not cycle"
        );
    }

    #[test]
    fn a_descending_sequence_ends_at_the_bottom() {
        let down = Sequence { increment: -1, start: -1, minimum: i64::MIN, maximum: -1, ..sequence() };
        assert_eq!(messages(&server(down.clone(), Some("integer"), Some(-2_000_000_000))).len(), 1);
        assert!(messages(&server(down, Some("integer"), Some(-5))).is_empty());
    }

    #[test]
    fn odd_limits_do_not_break_it() {
        let one = Sequence { minimum: 5, maximum: 5, ..sequence() };
        assert_eq!(messages(&server(one, None, Some(5))).len(), 1);
        let wide = Sequence { minimum: i64::MIN, maximum: i64::MAX, ..sequence() };
        assert!(messages(&server(wide, None, Some(0))).is_empty());
    }
}
