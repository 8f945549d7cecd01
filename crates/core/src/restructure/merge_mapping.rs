//! Which column of a merged table becomes what in the other one, and which way leads back.

use std::collections::{BTreeMap, BTreeSet};

use pgmason_model::catalog::{Column, Identity};
use pgmason_model::restructure::{KeyColumn, NamePath};
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind, QualifiedName};

use super::context::PlanContext;
use super::mirror::{MirroredValue, primary_key};
use super::name::parts;
use super::operations::MergeTables;
use super::refusal::OperationRefusal;
use super::table_facts::default_of;
use crate::expression::{TokenKind, tokens};

/// Columns of both sides, joined.
#[derive(Clone, Debug)]
pub(super) struct Mapping {
    /// Of the source, in order.
    pub(super) source: Vec<(Identifier, Column)>,
    /// Column of the target → expression that calls the row `source`, without the discriminator.
    pub(super) values: Vec<MirroredValue>,
    /// Column of the source → column of the target that holds its value unchanged.
    pub(super) back: BTreeMap<Identifier, Identifier>,
    pub(super) source_key: Vec<KeyColumn>,
    pub(super) target_key: Vec<Identifier>,
    /// Some column is computed: a plain view cannot write it.
    pub(super) computed: bool,
}

impl Mapping {
    pub(super) fn source_columns(&self) -> Vec<Identifier> {
        self.source.iter().map(|(name, _)| name.clone()).collect()
    }

    /// Columns of the target that nothing is mapped to, and whose default is another one each time.
    pub(super) fn drawn_anew(&self, catalog: &Catalog, into: &ObjectId) -> Vec<NamePath> {
        let Some(target) = into.qualified_name() else { return Vec::new() };
        let is_given = |name: &Identifier| self.values.iter().any(|value| value.column == *name);
        let is_drawn = |name: &Identifier, column: &Column| {
            column.identity.is_some()
                || default_of(catalog, into, name).is_some_and(|default| !crate::expression::calls(&default).is_empty())
        };
        columns_of(catalog, into)
            .into_iter()
            .filter(|(name, column)| !is_given(name) && is_drawn(name, column))
            .map(|(name, _)| NamePath::member(target.clone(), name))
            .collect()
    }
}

pub(super) fn columns_of(catalog: &Catalog, table: &ObjectId) -> Vec<(Identifier, Column)> {
    let mut found: Vec<(Identifier, Column)> = catalog
        .of_relation(ObjectKind::Column, table)
        .filter_map(|(id, object)| match (object, &id.sub) {
            (Object::Column(column), Some(name)) => Some((name.clone(), column.clone())),
            _ => None,
        })
        .collect();
    found.sort_by_key(|(_, column)| column.position);
    found
}

pub(super) fn has_default(catalog: &Catalog, table: &ObjectId, column: &Identifier) -> bool {
    let id = ObjectId { kind: ObjectKind::Default, sub: Some(column.clone()), ..table.clone() };
    catalog.get(&id).is_some()
}

pub(super) fn mapping(
    asked: &MergeTables,
    context: &PlanContext<'_>,
    table: &ObjectId,
    into: &ObjectId,
    discriminator: &Identifier,
) -> Result<Mapping, OperationRefusal> {
    let catalog = context.catalog;
    let source = columns_of(catalog, table);
    let target = columns_of(catalog, into);
    let mut without = BTreeSet::new();
    for written in &asked.without {
        without.insert(context.column(table, written)?.sub.unwrap_or_default());
    }
    let is_source = |name: &Identifier| source.iter().any(|(own, _)| own == name);
    let mut given: BTreeMap<Identifier, String> = BTreeMap::new();
    for (column, expression) in &asked.columns {
        given.insert(context.column(into, column)?.sub.unwrap_or_default(), expression.clone());
    }
    let plain = |expression: &str| -> Option<Identifier> {
        let names = parts(expression);
        names.first().filter(|name| names.len() == 1 && is_source(name)).cloned()
    };
    let mut used: BTreeSet<Identifier> = given.values().flat_map(|expression| names_in(expression)).collect();
    used.extend(given.values().filter_map(|expression| plain(expression)));
    for (name, _) in &source {
        if !used.contains(name) && !without.contains(name) && target.iter().any(|(own, _)| own == name) {
            given.entry(name.clone()).or_insert_with(|| name.to_string());
        }
    }
    used.extend(given.values().filter_map(|expression| plain(expression)));
    let left: Vec<String> = source
        .iter()
        .map(|(name, _)| name)
        .filter(|name| !used.contains(*name) && !without.contains(*name))
        .map(ToString::to_string)
        .collect();
    if !left.is_empty() {
        return Err(refused(
            format!("{into} has no place for {} of {table}", left.join(", ")),
            "name the column of `into` that each goes to in `columns`, or leave it behind with `without`",
        ));
    }
    let mut mapping = Mapping {
        source: source.clone(),
        values: Vec::new(),
        back: BTreeMap::new(),
        source_key: primary_key(context, table).ok_or_else(|| no_key(table))?,
        target_key: Vec::new(),
        computed: false,
    };
    for (name, column) in &target {
        let Some(expression) = given.get(name) else {
            needs_no_value(catalog, into, name, column, discriminator)?;
            continue;
        };
        if column.generated.is_some() {
            return Err(refused(format!("{into}.{name} is generated"), "take it out of `columns`"));
        }
        if name == discriminator {
            return Err(refused(
                format!("{into}.{name} tells the rows apart, and cannot be a column of {table} as well"),
                "choose another column for the discriminator",
            ));
        }
        let from = plain(expression);
        if let Some(from) = &from
            && let Some((_, found)) = source.iter().find(|(own, _)| own == from)
        {
            fits(table, into, (from, found), (name, column))?;
            mapping.back.insert(from.clone(), name.clone());
        } else {
            mapping.computed = true;
        }
        mapping.values.push(MirroredValue {
            column: name.clone(),
            type_name: column.type_name.clone(),
            expression: from.map_or_else(|| format!("({expression})"), |from| format!("source.{from}")),
            only_on_insert: column.identity == Some(Identity::Always),
        });
    }
    // A value that is computed under its own name is shown as it is there.
    for (name, _) in &source {
        if !mapping.back.contains_key(name) && mapping.values.iter().any(|value| value.column == *name) {
            mapping.back.insert(name.clone(), name.clone());
        }
    }
    for (name, column) in &source {
        if !mapping.back.contains_key(name)
            && column.not_null
            && column.generated.is_none()
            && !has_default(catalog, table, name)
            && column.identity.is_none()
        {
            return Err(refused(
                format!(
                    "{table}.{name} may not be null, and rows that are written later have no value for it to come back with"
                ),
                "give it a default or take NOT NULL off first, or keep its value in a column of `into`",
            ));
        }
    }
    let key = primary_key(context, into).ok_or_else(|| no_key(into))?;
    let matched: Vec<Identifier> =
        mapping.source_key.iter().filter_map(|own| mapping.back.get(&own.name).cloned()).collect();
    let same = matched.len() == key.len() && key.iter().all(|column| matched.contains(&column.name));
    let is_plain = |name: &Identifier| {
        mapping.values.iter().any(|value| value.column == *name && value.expression.starts_with("source."))
    };
    if !same || !matched.iter().all(is_plain) {
        return Err(refused(
            format!("the primary key of {table} does not become that of {into}"),
            "map each column of the key to one of the other, unchanged: rows are told apart by it",
        ));
    }
    mapping.target_key = matched;
    Ok(mapping)
}

/// The merged rows with the columns of the table that went, for what reads it.
pub(super) fn subselect(mapping: &Mapping, into: &QualifiedName, condition: &str) -> String {
    let columns: Vec<String> = mapping
        .source
        .iter()
        .map(|(name, column)| match mapping.back.get(name) {
            Some(own) => format!("shown.{own} AS {name}"),
            None => format!("CAST(NULL AS {}) AS {name}", column.type_name),
        })
        .collect();
    format!("(SELECT {} FROM {into} AS shown WHERE {condition})", columns.join(", "))
}

/// A column that nothing is mapped to.
fn needs_no_value(
    catalog: &Catalog,
    into: &ObjectId,
    name: &Identifier,
    column: &Column,
    discriminator: &Identifier,
) -> Result<(), OperationRefusal> {
    let filled = name == discriminator
        || !column.not_null
        || column.identity.is_some()
        || column.generated.is_some()
        || has_default(catalog, into, name);
    if filled {
        return Ok(());
    }
    Err(refused(
        format!("{into}.{name} may not be null, and nothing says what it is for the rows that come in"),
        "add it to `columns`, with an expression over the other table's columns",
    ))
}

/// That every value of one column is a value of the other, unchanged.
fn fits(
    table: &ObjectId,
    into: &ObjectId,
    (from, found): (&Identifier, &Column),
    (name, column): (&Identifier, &Column),
) -> Result<(), OperationRefusal> {
    if !widens(&found.type_name, &column.type_name) {
        return Err(refused(
            format!("{table}.{from} is {}, and {into}.{name} is {}", found.type_name, column.type_name),
            "change the type of one of them in an earlier stage, or write the conversion into `columns`",
        ));
    }
    if column.not_null && !found.not_null {
        return Err(refused(
            format!("{table}.{from} may be null, and {into}.{name} may not"),
            "`set_not_null` in an earlier stage, or write `coalesce(…)` into `columns`",
        ));
    }
    Ok(())
}

/// The same type, or one that holds all of its values.
fn widens(from: &str, to: &str) -> bool {
    if from == to {
        return true;
    }
    let length = |name: &str| -> Option<Option<u32>> {
        match name {
            "text" | "character varying" => Some(None),
            _ => Some(Some(name.strip_prefix("character varying(")?.strip_suffix(')')?.parse().ok()?)),
        }
    };
    if let (Some(from), Some(to)) = (length(from), length(to)) {
        return to.is_none_or(|to| from.is_some_and(|from| from <= to));
    }
    let rank = |name: &str| ["smallint", "integer", "bigint"].iter().position(|known| *known == name);
    matches!((rank(from), rank(to)), (Some(from), Some(to)) if from <= to)
}

/// Words of an expression that may be columns.
fn names_in(expression: &str) -> Vec<Identifier> {
    tokens(expression)
        .into_iter()
        .filter(|token| matches!(token.kind, TokenKind::Word | TokenKind::QuotedName))
        .map(|token| Identifier::from(token.value.as_str()))
        .collect()
}

fn no_key(table: &ObjectId) -> OperationRefusal {
    refused(format!("{table} has no primary key"), "add one in an earlier stage: rows are told apart by it")
}

pub(super) fn refused(message: String, hint: &str) -> OperationRefusal {
    OperationRefusal::Refused { message, hint: hint.to_owned() }
}
