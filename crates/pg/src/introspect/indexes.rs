//! Indexes.

use std::collections::BTreeMap;

use pgmason_model::catalog::{Index, IndexKey};
use pgmason_model::{Object, ObjectId, ObjectKind, QualifiedName};

use super::IntrospectError;
use super::address::{Address, PG_CLASS};
use super::builder::{Builder, ColumnFacts};
use super::row::{Row, split_options};

const TEXT: u32 = 25;
const VARCHAR: u32 = 1043;
const DEFAULT_COLLATION: u32 = 100;
/// Bits of `indoption`.
const DESCENDING: i16 = 1;
const NULLS_FIRST: i16 = 2;

pub(super) fn decode(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let relation = row.get("relation")?;
    let Some(table) = builder.relation_name(relation) else { return Ok(()) };
    let name = row.name("schema", "name")?;
    let key_count = usize::try_from(row.get::<i16>("key_count")?).unwrap_or(0);
    let numbers = row.get::<Vec<i16>>("keys")?;
    let include = numbers.get(key_count..).unwrap_or_default();
    let index = Index {
        definition: row.text("definition")?,
        method: row.identifier("method")?,
        unique: row.get("unique")?,
        primary: row.get("primary")?,
        exclusion: row.get("exclusion")?,
        nulls_not_distinct: row.get("nulls_not_distinct")?,
        immediate: row.get("immediate")?,
        keys: keys(row, builder, relation, numbers.get(..key_count).unwrap_or_default())?,
        include: builder.column_names(relation, include),
        predicate: row.get("predicate")?,
        valid: row.get("valid")?,
        ready: row.get("ready")?,
        clustered: row.get("clustered")?,
        replica_identity: row.get("replica_identity")?,
        constraint: row.optional_identifier("constraint")?,
        partition_of: row.optional_name("parent_schema", "parent")?,
        options: row.options("options")?,
        tablespace: row.optional_identifier("tablespace")?,
        table,
    };
    let oid = row.get("oid")?;
    if let Some(constraint) = index.constraint.clone()
        && let Some(constraint) = builder.sub_object(ObjectKind::Constraint, relation, constraint)
    {
        builder.index_constraints.insert(oid, constraint);
    }
    let id = ObjectId::in_schema(ObjectKind::Index, name.schema, name.name);
    builder.add(Address::new(PG_CLASS, oid), id, Object::Index(index));
    Ok(())
}

fn keys(row: &Row<'_>, builder: &Builder, relation: u32, numbers: &[i16]) -> Result<Vec<IndexKey>, IntrospectError> {
    let classes = row.get::<Vec<u32>>("operator_classes")?;
    let collations = row.get::<Vec<u32>>("collations")?;
    let orders = row.get::<Vec<i16>>("orders")?;
    let mut expressions = row.get::<Option<Vec<String>>>("expressions")?.unwrap_or_default().into_iter();
    let mut class_options = class_options(row)?;
    let targets = row.get::<Option<Vec<Option<i32>>>>("statistics_targets")?.unwrap_or_default();
    let mut keys = Vec::with_capacity(numbers.len());
    for (place, &number) in numbers.iter().enumerate() {
        let facts = builder.column_facts.get(&Address::column(relation, i32::from(number))).copied();
        let class = classes.get(place).and_then(|class| builder.operator_classes.get(class));
        let collation = collations.get(place).copied().unwrap_or(0);
        // A collation that an expression brings along cannot be told from one that was written: both are kept.
        let own_collation = facts.map_or(DEFAULT_COLLATION, |facts| facts.collation);
        let order = orders.get(place).copied().unwrap_or(0);
        keys.push(IndexKey {
            column: builder.column_name(relation, i32::from(number)),
            expression: if number == 0 { expressions.next() } else { None },
            opclass: class.map_or_else(|| QualifiedName::new("", ""), |class| class.name.clone()),
            opclass_is_default: class.is_some_and(|class| is_default_class(builder, class, facts)),
            opclass_options: class_options.remove(&(place + 1)).unwrap_or_default(),
            collation: (collation != own_collation).then(|| builder.collations.get(&collation).cloned()).flatten(),
            descending: order & DESCENDING != 0,
            nulls_first: order & NULLS_FIRST != 0,
            statistics_target: targets.get(place).copied().flatten(),
        });
    }
    Ok(keys)
}

/// What GetDefaultOpClass chooses: the class for the type itself, else the class of a type that it can be read as. A
/// varchar can be read as text and as bpchar; text is the preferred type.
fn is_default_class(builder: &Builder, class: &super::builder::OperatorClassFacts, facts: Option<ColumnFacts>) -> bool {
    let Some(ColumnFacts { type_oid, .. }) = facts else { return class.is_default };
    class.is_default
        && (class.input_type == type_oid
            || (!builder.default_classes.contains(&(class.method, type_oid))
                && (type_oid != VARCHAR || class.input_type == TEXT)))
}

/// `place option=value` lines, by place.
fn class_options(row: &Row<'_>) -> Result<BTreeMap<usize, BTreeMap<String, String>>, IntrospectError> {
    let mut options = BTreeMap::<usize, BTreeMap<String, String>>::new();
    for line in row.get::<Option<Vec<&str>>>("operator_class_options")?.unwrap_or_default() {
        if let Some((place, option)) = line.split_once(' ')
            && let Ok(place) = place.parse()
        {
            options.entry(place).or_default().extend(split_options([option]));
        }
    }
    Ok(options)
}
