//! What an index can stand in for: another index, or the lookup of a set of columns.
//!
//! Two indexes are compared as PostgreSQL would use them: access method, keys, operator classes, collations,
//! directions, predicate and included columns. Names and definitions as text are never compared.

use std::collections::{BTreeMap, BTreeSet};

use pgmason_model::catalog::{Index, IndexKey, TableKind};
use pgmason_model::{Identifier, Object, ObjectId, ObjectKind, QualifiedName};

use crate::expression::{Condition, condition, tokens};
use crate::schema::SchemaContext;

/// An index with its id.
pub(super) type IndexWithId<'a> = (&'a ObjectId, &'a Index);

/// How well an index serves a search for given values of a set of columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coverage {
    /// One descent finds exactly the rows.
    Full,
    /// Its leading keys are only so many of the columns.
    Partial,
    None,
}

/// The project's indexes by relation, those of materialized views too, in the order of names.
pub(super) fn indexes_by_relation<'a>(ctx: &SchemaContext<'a>) -> BTreeMap<&'a QualifiedName, Vec<IndexWithId<'a>>> {
    let mut map: BTreeMap<&QualifiedName, Vec<IndexWithId<'a>>> = BTreeMap::new();
    for (id, object) in ctx.catalog.of_kind(ObjectKind::Index) {
        if let Object::Index(index) = object
            && !ctx.catalog.is_platform(id)
        {
            map.entry(&index.table).or_default().push((id, index));
        }
    }
    map
}

/// True when queries can use the index: an interrupted `CREATE INDEX CONCURRENTLY` leaves one that they cannot.
pub(super) fn is_usable(index: &Index) -> bool {
    index.valid && index.ready
}

/// True when one of the two can go and nothing changes: neither a plan nor a guarantee.
pub(super) fn is_duplicate(a: &Index, b: &Index) -> bool {
    a.method == b.method
        && a.keys == b.keys
        && a.unique == b.unique
        && a.exclusion == b.exclusion
        && (!a.exclusion || a.definition == b.definition)
        && a.nulls_not_distinct == b.nulls_not_distinct
        && a.immediate == b.immediate
        && a.predicate == b.predicate
        && a.include.iter().collect::<BTreeSet<_>>() == b.include.iter().collect::<BTreeSet<_>>()
        && (options_only_tune(a) || a.options == b.options)
}

/// True when every scan of `narrow` can run on `wide` instead.
///
/// Only for btree: it alone can be searched by a prefix of its keys, and read in either direction.
pub(super) fn serves_every_scan(wide: &Index, narrow: &Index) -> bool {
    let is_btree = |index: &Index| index.method.as_str() == "btree";
    is_btree(wide)
        && is_btree(narrow)
        && is_usable(wide)
        && is_prefix(&narrow.keys, &wide.keys)
        && holds_every_row_of(wide, narrow)
        && narrow.include.iter().all(|column| holds_column(wide, column))
}

/// How well the index serves `WHERE a = $1 AND b = $2` over all of the columns.
pub(super) fn coverage(index: &Index, columns: &[Identifier]) -> Coverage {
    let can_search_equality = match index.method.as_str() {
        "btree" | "gist" => true,
        // A hash index has one key, and no collation of its own to miss.
        "hash" => columns.len() == 1,
        _ => false,
    };
    if !can_search_equality || !is_usable(index) || !holds_every_row_with(index, columns) {
        return Coverage::None;
    }
    let leading = index
        .keys
        .iter()
        .map_while(|key| key.column.as_ref().filter(|_| key.collation.is_none()))
        .take_while(|column| columns.contains(column))
        .collect::<BTreeSet<_>>();
    // A unique index whose keys are all given finds one row at most, whatever the other columns say.
    let finds_one_row = index.unique && leading.len() == index.keys.len();
    match leading.len() {
        0 => Coverage::None,
        found if found == columns.iter().collect::<BTreeSet<_>>().len() || finds_one_row => Coverage::Full,
        _ => Coverage::Partial,
    }
}

/// The best coverage among the indexes, and the index that gives it.
pub(super) fn best_coverage<'a>(
    indexes: &[IndexWithId<'a>],
    columns: &[Identifier],
) -> (Coverage, Option<&'a ObjectId>) {
    let mut best = (Coverage::None, None);
    for (id, index) in indexes {
        match coverage(index, columns) {
            Coverage::Full => return (Coverage::Full, Some(id)),
            Coverage::Partial if best.0 == Coverage::None => best = (Coverage::Partial, Some(*id)),
            _ => {}
        }
    }
    best
}

/// What speaks for keeping an index when another does the same work; the greater is kept.
pub(super) fn reasons_to_keep((id, index): IndexWithId<'_>, referenced: &BTreeSet<&ObjectId>) -> impl Ord + use<> {
    (
        // A part of a partitioned index cannot be dropped alone.
        index.partition_of.is_some(),
        index.primary,
        referenced.contains(id),
        index.constraint.is_some(),
        index.replica_identity,
        index.clustered,
        index.unique,
        is_usable(index),
        // Nothing tells which is older: the first name stays, so that the answer is the same each time.
        std::cmp::Reverse(id.name.clone()),
    )
}

/// Indexes that foreign keys stand on: they cannot be dropped before the keys are.
pub(super) fn indexes_behind_foreign_keys<'a>(ctx: &SchemaContext<'a>) -> BTreeSet<&'a ObjectId> {
    let is_foreign_key = |id: &ObjectId| matches!(ctx.catalog.get(id), Some(Object::Constraint(constraint)) if constraint.references.is_some());
    let mut constraints = BTreeSet::new();
    let mut found = BTreeSet::new();
    for (dependent, needed) in &ctx.catalog.dependencies {
        match needed.kind {
            ObjectKind::Index if is_foreign_key(dependent) => {
                found.insert(needed);
            }
            ObjectKind::Constraint if is_foreign_key(dependent) => {
                constraints.insert((needed.schema.as_ref(), &needed.name, needed.sub.as_ref()));
            }
            _ => {}
        }
    }
    for (id, object) in ctx.catalog.of_kind(ObjectKind::Index) {
        if let Object::Index(index) = object
            && constraints.contains(&(Some(&index.table.schema), &index.table.name, index.constraint.as_ref()))
        {
            found.insert(id);
        }
    }
    found
}

/// True when the index's table is partitioned: it cannot be built or dropped CONCURRENTLY (up to PostgreSQL 18).
pub(super) fn is_on_partitioned_table(ctx: &SchemaContext<'_>, index: &Index) -> bool {
    ctx.schema.table(&index.table).is_some_and(|table| table.table.kind == TableKind::Partitioned)
}

/// SQL that drops the index without stopping those who read or write the table, where PostgreSQL can.
pub(super) fn drop_statement(ctx: &SchemaContext<'_>, id: &ObjectId, index: &Index) -> String {
    match &index.constraint {
        Some(constraint) => format!("ALTER TABLE {} DROP CONSTRAINT {constraint};", index.table),
        None if is_on_partitioned_table(ctx, index) => format!("DROP INDEX {id};"),
        None => format!("DROP INDEX CONCURRENTLY {id};"),
    }
}

/// The keys as in `CREATE INDEX`: `(user_id, created_at DESC)`.
pub(super) fn keys_in_words(index: &Index) -> String {
    let keys: Vec<String> = index
        .keys
        .iter()
        .map(|key| {
            let what = match (&key.column, &key.expression) {
                (Some(column), _) => column.to_string(),
                (None, Some(expression)) => expression.clone(),
                (None, None) => "?".to_owned(),
            };
            if key.descending { format!("{what} DESC") } else { what }
        })
        .collect();
    format!("({})", keys.join(", "))
}

/// Columns as in `CREATE INDEX`: `(tenant_id, user_id)`.
pub(super) fn columns_in_words(columns: &[Identifier]) -> String {
    let names: Vec<String> = columns.iter().map(ToString::to_string).collect();
    format!("({})", names.join(", "))
}

/// True when `narrow` is what `wide` begins with, as it stands or wholly in reverse: a btree reads both ways.
fn is_prefix(narrow: &[IndexKey], wide: &[IndexKey]) -> bool {
    let begins = |reversed: bool| {
        narrow.len() <= wide.len()
            && narrow.iter().zip(wide).all(|(a, b)| {
                same_value(a, b)
                    && a.descending == (b.descending != reversed)
                    && a.nulls_first == (b.nulls_first != reversed)
            })
    };
    begins(false) || begins(true)
}

/// True when the two keys hold the same value in the same order, direction aside.
fn same_value(a: &IndexKey, b: &IndexKey) -> bool {
    a.column == b.column
        && a.expression == b.expression
        && a.opclass == b.opclass
        && a.opclass_options == b.opclass_options
        && a.collation == b.collation
}

/// True when the predicates are the same, or the narrow one only leaves out rows without a value.
///
/// A total index holds the rows of any partial one as well, but it cannot stand in for it: the predicate is what makes the
/// small index find the few open orders among all of a customer's.
fn holds_every_row_of(wide: &Index, narrow: &Index) -> bool {
    let keys: Vec<Identifier> = narrow.keys.iter().filter_map(|key| key.column.clone()).collect();
    match (&wide.predicate, &narrow.predicate) {
        (None, Some(predicate)) => says_only_not_null(&condition(predicate), &keys),
        (wide, narrow) => wide == narrow,
    }
}

fn holds_column(index: &Index, column: &Identifier) -> bool {
    index.include.contains(column) || index.keys.iter().any(|key| key.column.as_ref() == Some(column))
}

/// True when no row that has all of the columns is missing from the index.
///
/// A search for `a = $1` implies `a IS NOT NULL`, so that predicate leaves out nothing that is looked for.
fn holds_every_row_with(index: &Index, columns: &[Identifier]) -> bool {
    match &index.predicate {
        None => true,
        Some(predicate) => says_only_not_null(&condition(predicate), columns),
    }
}

/// True when the predicate is `a IS NOT NULL` for one or more of the columns, joined with AND.
fn says_only_not_null(predicate: &Condition<'_>, columns: &[Identifier]) -> bool {
    match predicate {
        Condition::And(parts) => parts.iter().all(|part| says_only_not_null(part, columns)),
        Condition::Leaf(text) => match tokens(text).as_slice() {
            [column, is, not, null] => {
                let says = is.is_word("is") && not.is_word("not") && null.is_word("null");
                says && column.is_name() && columns.iter().any(|name| *name == *column.value)
            }
            _ => false,
        },
        Condition::Or(_) | Condition::Not(_) => false,
    }
}

/// True where the method's storage parameters change speed and size, never what the index can answer.
fn options_only_tune(index: &Index) -> bool {
    matches!(index.method.as_str(), "btree" | "hash" | "gist" | "gin" | "spgist")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(column: &str) -> IndexKey {
        IndexKey {
            column: Some(column.into()),
            expression: None,
            opclass: QualifiedName::new("pg_catalog", "int4_ops"),
            opclass_is_default: true,
            opclass_options: BTreeMap::new(),
            collation: None,
            descending: false,
            nulls_first: false,
            statistics_target: None,
        }
    }

    fn descending(column: &str) -> IndexKey {
        IndexKey { descending: true, nulls_first: true, ..key(column) }
    }

    fn index(keys: Vec<IndexKey>) -> Index {
        Index {
            table: QualifiedName::new("public", "t"),
            definition: String::new(),
            method: "btree".into(),
            unique: false,
            primary: false,
            exclusion: false,
            nulls_not_distinct: false,
            immediate: true,
            keys,
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
        }
    }

    fn names(columns: &[&str]) -> Vec<Identifier> {
        columns.iter().map(|column| Identifier::from(*column)).collect()
    }

    #[test]
    fn a_prefix_serves_and_a_changed_direction_does_not() {
        let wide = index(vec![key("a"), key("b")]);
        assert!(serves_every_scan(&wide, &index(vec![key("a")])));
        assert!(serves_every_scan(&wide, &index(vec![descending("a")])), "one key reads backwards");
        assert!(serves_every_scan(&wide, &index(vec![descending("a"), descending("b")])), "all keys reversed");
        assert!(!serves_every_scan(&wide, &index(vec![descending("a"), key("b")])), "(a DESC, b) is another order");
        assert!(!serves_every_scan(&wide, &index(vec![key("b")])));
        let nulls_first = IndexKey { nulls_first: true, ..key("a") };
        assert!(!serves_every_scan(&wide, &index(vec![nulls_first])), "NULLS FIRST is another order");
    }

    #[test]
    fn predicate_and_included_columns_must_be_held() {
        let wide = index(vec![key("a"), key("b")]);
        let partial = Index { predicate: Some("(a > 1)".to_owned()), ..index(vec![key("a")]) };
        assert!(!serves_every_scan(&wide, &partial), "the predicate makes the partial one fast");
        let without_nulls = Index { predicate: Some("(a IS NOT NULL)".to_owned()), ..index(vec![key("a")]) };
        assert!(serves_every_scan(&wide, &without_nulls), "a search for a value looks at no NULL");
        let same = Some("(a > 1)".to_owned());
        assert!(serves_every_scan(
            &Index { predicate: same.clone(), ..wide.clone() },
            &Index { predicate: same, ..partial }
        ));
        assert!(!serves_every_scan(
            &Index { predicate: Some("(a > 1)".to_owned()), ..wide.clone() },
            &index(vec![key("a")])
        ));
        let including = |column: &str| Index { include: names(&[column]), ..index(vec![key("a")]) };
        assert!(serves_every_scan(&wide, &including("b")));
        assert!(!serves_every_scan(&wide, &including("c")));
        assert!(!serves_every_scan(&Index { valid: false, ..wide.clone() }, &index(vec![key("a")])));
    }

    #[test]
    fn a_duplicate_is_equal_in_every_respect() {
        let a = index(vec![key("a")]);
        assert!(is_duplicate(&a, &a.clone()));
        let differs = [
            Index { unique: true, ..a.clone() },
            Index { nulls_not_distinct: true, ..a.clone() },
            Index { immediate: false, ..a.clone() },
            Index { method: "hash".into(), ..a.clone() },
            Index { predicate: Some("(a > 1)".to_owned()), ..a.clone() },
            Index { include: names(&["b"]), ..a.clone() },
            index(vec![descending("a")]),
            index(vec![IndexKey { collation: Some(QualifiedName::new("pg_catalog", "C")), ..key("a") }]),
            index(vec![IndexKey { opclass: QualifiedName::new("pg_catalog", "text_pattern_ops"), ..key("a") }]),
        ];
        for other in &differs {
            assert!(!is_duplicate(&a, other), "{other:?}");
        }
        let tuned = Index { options: BTreeMap::from([("fillfactor".to_owned(), "70".to_owned())]), ..a.clone() };
        assert!(is_duplicate(&a, &tuned), "fillfactor changes no answer");
    }

    #[test]
    fn columns_are_covered_in_any_order_by_keys_alone() {
        let wanted = names(&["a", "b"]);
        assert_eq!(coverage(&index(vec![key("b"), key("a"), key("c")]), &wanted), Coverage::Full);
        assert_eq!(coverage(&index(vec![key("b"), key("c"), key("a")]), &wanted), Coverage::Partial);
        assert_eq!(coverage(&index(vec![key("c"), key("a"), key("b")]), &wanted), Coverage::None);
        let including = Index { include: names(&["b"]), ..index(vec![key("a")]) };
        assert_eq!(coverage(&including, &wanted), Coverage::Partial);
        let unique = Index { unique: true, ..index(vec![key("a")]) };
        assert_eq!(coverage(&unique, &wanted), Coverage::Full, "one row at most");
        let expression = IndexKey { column: None, expression: Some("lower(a)".to_owned()), ..key("a") };
        assert_eq!(coverage(&index(vec![expression]), &names(&["a"])), Coverage::None);
    }

    #[test]
    fn brin_never_covers_and_hash_covers_one_column() {
        let with = |method: &str| Index { method: method.into(), ..index(vec![key("a")]) };
        assert_eq!(coverage(&with("brin"), &names(&["a"])), Coverage::None);
        assert_eq!(coverage(&with("gin"), &names(&["a"])), Coverage::None);
        assert_eq!(coverage(&with("hash"), &names(&["a"])), Coverage::Full);
        assert_eq!(coverage(&with("hash"), &names(&["a", "b"])), Coverage::None);
    }

    #[test]
    fn a_partial_index_covers_only_when_it_asks_for_not_null() {
        let with =
            |predicate: &str| Index { predicate: Some(predicate.to_owned()), ..index(vec![key("a"), key("Order")]) };
        let wanted = names(&["a", "Order"]);
        assert_eq!(coverage(&with("(a IS NOT NULL)"), &wanted), Coverage::Full);
        assert_eq!(coverage(&with("((\"Order\" IS NOT NULL) AND (a IS NOT NULL))"), &wanted), Coverage::Full);
        assert_eq!(coverage(&with("(deleted_at IS NULL)"), &wanted), Coverage::None);
        assert_eq!(coverage(&with("((a IS NOT NULL) AND (c IS NOT NULL))"), &wanted), Coverage::None);
        assert_eq!(coverage(&with("((a IS NOT NULL) OR (a IS NULL))"), &wanted), Coverage::None);
    }
}
