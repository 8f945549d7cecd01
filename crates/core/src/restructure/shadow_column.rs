//! A second column beside one that changes: its privileges, comment and defaults, and copies of the indexes that hold the other.

use pgmason_model::catalog::{Column, Default, Index, IndexKey};
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind, QualifiedName};

use super::context::PlanContext;
use super::index_steps::NewIndex;
use super::make::make;
use super::own_name::own_name;
use super::refusal::OperationRefusal;
use super::table_facts::refused;

/// `column` of the table once more as `name`, nullable, and without its default. Instant: nothing is written.
pub(super) fn add(
    context: &PlanContext<'_>,
    table: &ObjectId,
    column: &Identifier,
    name: &Identifier,
    shape: Column,
) -> Result<Vec<String>, OperationRefusal> {
    let id = ObjectId { kind: ObjectKind::Column, sub: Some(name.clone()), ..table.clone() };
    let mut objects = vec![(id, Object::Column(nullable(context, table, shape)))];
    objects.extend(privileges_and_comment(context.catalog, table, column, name));
    make(context.catalog, objects, context.creator)
}

/// The column as it was, in a table that has lost it, with a default that all rows get at once.
pub(super) fn add_again(
    context: &PlanContext<'_>,
    table: &ObjectId,
    column: &Identifier,
    found: &Column,
    default: Option<Default>,
) -> Result<Vec<String>, OperationRefusal> {
    let id = ObjectId { kind: ObjectKind::Column, sub: Some(column.clone()), ..table.clone() };
    let is_of_it = |other: &ObjectId| {
        let of = other.of.as_deref().unwrap_or(other);
        of.kind == ObjectKind::Column && of.schema == id.schema && of.name == id.name && of.sub == id.sub
    };
    let mut rest = context.catalog.clone();
    let default_id = ObjectId { kind: ObjectKind::Default, ..id.clone() };
    let mut objects = vec![(id.clone(), Object::Column(nullable(context, table, found.clone())))];
    objects.extend(default.map(|default| (default_id.clone(), Object::Default(default))));
    objects.extend(privileges_and_comment(context.catalog, table, column, column));
    rest.objects.retain(|other, _| !is_of_it(other) && *other != default_id);
    rest.dependencies.retain(|(dependent, needed)| !is_of_it(dependent) && !is_of_it(needed));
    make(&rest, objects, context.creator)
}

fn nullable(context: &PlanContext<'_>, table: &ObjectId, shape: Column) -> Column {
    let last = context.catalog.of_relation(ObjectKind::Column, table).count();
    let position = i32::try_from(last).unwrap_or(i32::MAX).saturating_add(1);
    Column { position, not_null: false, identity: None, generated: None, inherited: false, ..shape }
}

fn privileges_and_comment(
    catalog: &Catalog,
    table: &ObjectId,
    column: &Identifier,
    name: &Identifier,
) -> Vec<(ObjectId, Object)> {
    let of = |column: &Identifier| ObjectId { kind: ObjectKind::Column, sub: Some(column.clone()), ..table.clone() };
    let mut objects = Vec::new();
    for (id, object) in catalog.of_kind(ObjectKind::Grant) {
        if id.of.as_deref() == Some(&of(column)) {
            objects.push((ObjectId::grant(of(name), id.name.clone()), object.clone()));
        }
    }
    if let Some(comment) = catalog.get(&ObjectId::comment(of(column))) {
        objects.push((ObjectId::comment(of(name)), comment.clone()));
    }
    objects
}

/// A default that gives the same value however often it is asked for in one statement.
pub(super) fn is_steady(default: &str) -> bool {
    default == "now()" || crate::expression::calls(default).is_empty()
}

/// The domain's base type: a domain that has constraints would make PostgreSQL read the whole table (PostgreSQL 13 to 18).
pub(super) fn without_domain(catalog: &Catalog, column: &Column) -> Column {
    let mut shape = column.clone();
    while let Some(Object::DomainType(domain)) =
        shape.user_type.as_ref().filter(|_| !shape.type_name.ends_with("[]")).and_then(|id| catalog.get(id))
    {
        shape.type_name = domain.base_type.clone();
        shape.user_type = catalog
            .objects
            .iter()
            .find(|(id, object)| matches!(object, Object::DomainType(_)) && id.to_string() == domain.base_type)
            .map(|(id, _)| id.clone());
        if shape.user_type.is_none() {
            break;
        }
    }
    shape
}

/// Indexes of the table that hold the column: as a key, in an expression, in the predicate, included.
pub(super) fn indexes_with<'a>(
    catalog: &'a Catalog,
    table: &QualifiedName,
    column: &Identifier,
) -> Vec<(&'a ObjectId, &'a Index)> {
    catalog
        .of_kind(ObjectKind::Index)
        .filter_map(|(id, object)| match object {
            Object::Index(index) if index.table == *table && holds(index, column) => Some((id, index)),
            _ => None,
        })
        .collect()
}

fn holds(index: &Index, column: &Identifier) -> bool {
    let named = |text: &Option<String>| text.as_deref().is_some_and(|text| names_column(text, column));
    index.include.contains(column)
        || named(&index.predicate)
        || index.keys.iter().any(|key| key.column.as_ref() == Some(column) || named(&key.expression))
}

pub(super) fn names_column(text: &str, column: &Identifier) -> bool {
    crate::expression::column_references(text).iter().any(|found| found.name == column.as_str())
}

/// The index once more over the other column. `keep_class`: operator classes and collations are the same type's.
pub(super) fn index_copy(
    index: &Index,
    id: &ObjectId,
    column: &Identifier,
    instead: &Identifier,
    keep_class: bool,
) -> Result<NewIndex, OperationRefusal> {
    if index.exclusion || index.tablespace.is_some() {
        return Err(refused(
            format!("{id} has a part that cannot be copied: an exclusion constraint, or a tablespace of its own"),
            "do it with a migration",
        ));
    }
    let other = |text: &str| with_column(text, column, instead);
    let keys: Vec<String> = index.keys.iter().map(|key| key_text(key, index, column, instead, keep_class)).collect();
    let mut what = format!("USING {} ({})", index.method, keys.join(", "));
    if !index.include.is_empty() {
        let names: Vec<String> =
            index.include.iter().map(|name| if name == column { instead } else { name }.to_string()).collect();
        what.push_str(&format!(" INCLUDE ({})", names.join(", ")));
    }
    if index.nulls_not_distinct {
        what.push_str(" NULLS NOT DISTINCT");
    }
    if !index.options.is_empty() {
        let options: Vec<String> = index
            .options
            .iter()
            .map(|(name, value)| {
                format!("{} = {}", Identifier::from(name.as_str()), pgmason_model::quote_literal(value))
            })
            .collect();
        what.push_str(&format!(" WITH ({})", options.join(", ")));
    }
    if let Some(predicate) = &index.predicate {
        what.push_str(&format!(" WHERE {}", other(predicate)));
    }
    Ok(NewIndex {
        table: index.table.clone(),
        name: own_name(&[index.table.name.as_str(), id.name.as_str(), instead.as_str()]),
        // What is checked at the end of a transaction only cannot be checked at once.
        unique: index.unique && index.immediate,
        what,
    })
}

fn key_text(key: &IndexKey, index: &Index, column: &Identifier, instead: &Identifier, keep_class: bool) -> String {
    let mut text = match (&key.column, &key.expression) {
        (Some(name), _) => if name == column { instead } else { name }.to_string(),
        (None, Some(expression)) => format!("({})", with_column(expression, column, instead)),
        (None, None) => String::new(),
    };
    let is_it = key.column.as_ref() == Some(column);
    if let Some(collation) = key.collation.as_ref().filter(|_| keep_class || !is_it) {
        text.push_str(&format!(" COLLATE {collation}"));
    }
    let has_options = !key.opclass_options.is_empty();
    if (!key.opclass_is_default || has_options) && (keep_class || !is_it) {
        text.push_str(&format!(" {}", key.opclass));
        if has_options {
            let options: Vec<String> = key
                .opclass_options
                .iter()
                .map(|(name, value)| {
                    format!("{} = {}", Identifier::from(name.as_str()), pgmason_model::quote_literal(value))
                })
                .collect();
            text.push_str(&format!(" ({})", options.join(", ")));
        }
    }
    if index.method.as_str() == "btree" {
        let order = match (key.descending, key.nulls_first) {
            (false, false) | (true, true) => "",
            (false, true) => " NULLS FIRST",
            (true, false) => " NULLS LAST",
        };
        if key.descending {
            text.push_str(" DESC");
        }
        text.push_str(order);
    }
    text
}

/// PostgreSQL's own deparse of an expression, with another column in it. What is bare there is a column of the table.
pub(super) fn with_column(text: &str, column: &Identifier, instead: &Identifier) -> String {
    let mut written = text.to_owned();
    let mut places: Vec<_> = crate::expression::column_references(text)
        .into_iter()
        .filter(|found| found.qualifier.is_empty() && found.name == column.as_str())
        .map(|found| found.span)
        .collect();
    places.sort_by_key(|span| span.start);
    for span in places.into_iter().rev() {
        written.replace_range(span, &instead.to_string());
    }
    written
}
