//! Finds columns of one name whose values are of different sorts from table to table.

use std::collections::{BTreeMap, BTreeSet};

use super::column_twins::words_of;
use super::column_type::TypeClass;
use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::{self, Check, DefaultOption, Rule, RuleOption, Section};
use crate::schema::{ColumnView, SchemaContext, TableView};

pub(super) static RULE: Rule = Rule {
    name: "column-type-differs-between-tables",
    section: Section::Consistency,
    default_level: RuleLevel::Warning,
    summary: "a column has another type than columns of its name in other tables",
    page: include_str!("column_type_differs_between_tables.md"),
    options: &[RuleOption {
        name: "ignore_columns",
        default: DefaultOption::List(&[
            "id",
            "key",
            "value",
            "name",
            "type",
            "kind",
            "status",
            "state",
            "data",
            "metadata",
            "meta",
            "content",
            "body",
            "config",
            "settings",
            "options",
            "payload",
            "result",
            "response",
            "request",
            "input",
            "output",
            "version",
            "level",
            "priority",
            "position",
            "code",
            "label",
            "title",
            "source",
            "target",
            "score",
            "default_value",
            "old_value",
            "new_value",
            "parent_id",
            "external_id",
            "entity_id",
            "record_id",
            "resource_id",
            "object_id",
            "item_id",
            "target_id",
            "source_id",
            "reference_id",
        ]),
        summary: "names that mean something else in each table",
    }],
    check: Check::Schema(check),
};

/// A column as it is compared with those of its name.
struct Candidate<'a> {
    column: ColumnView<'a>,
    class: TypeClass,
    /// A foreign key dictates the type: it is right by what it refers to.
    is_foreign_key: bool,
}

/// What a name says about its values.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Key,
    Time,
    Money,
    Flag,
    Unknown,
}

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    let ignored: BTreeSet<String> = ctx.option_list("ignore_columns").into_iter().collect();
    let time_zones_are_checked =
        rules::find("timestamp-without-time-zone").is_some_and(|rule| ctx.rulebook.level_of(rule).is_some());
    for (name, columns) in columns_by_name(ctx) {
        if columns.len() < 2 || ignored.contains(name) {
            continue;
        }
        let meaning = meaning_of(name);
        let Some(expected) = expected_class(&columns, meaning) else { continue };
        let alike: Vec<&Candidate<'_>> =
            columns.iter().filter(|candidate| are_alike(&candidate.class, &expected, meaning)).collect();
        let Some(example) = alike.iter().find(|candidate| candidate.class == expected) else { continue };
        for candidate in &columns {
            let without_zone =
                (&candidate.class, &expected) == (&TypeClass::Timestamp, &TypeClass::TimestampWithTimeZone);
            if candidate.is_foreign_key
                || are_alike(&candidate.class, &expected, meaning)
                || (without_zone && time_zones_are_checked)
            {
                continue;
            }
            let elsewhere = match alike.len() {
                1 => example.column.id.to_string(),
                count => format!("{} and {} more", example.column.id, count - 1),
            };
            let (has, wanted) = (&candidate.column.column.type_name, &example.column.column.type_name);
            findings.on(
                candidate.column.id,
                format!("column {} is {has}, but {wanted} in {elsewhere}", candidate.column.id),
                format!("make it {wanted}, or name it after what makes it different"),
            );
        }
    }
}

fn columns_by_name<'a>(ctx: &SchemaContext<'a>) -> BTreeMap<&'a str, Vec<Candidate<'a>>> {
    let mut map: BTreeMap<&str, Vec<Candidate<'a>>> = BTreeMap::new();
    for table in ctx.root_tables() {
        // A child table has its parent's columns.
        for column in table.columns.iter().filter(|column| !column.column.inherited) {
            map.entry(column.name.as_str()).or_default().push(Candidate {
                column: *column,
                class: TypeClass::of(ctx.catalog, column.column),
                is_foreign_key: is_foreign_key(table, column),
            });
        }
    }
    map
}

fn is_foreign_key(table: &TableView<'_>, column: &ColumnView<'_>) -> bool {
    table.foreign_keys().any(|key| key.columns.contains(column.name))
}

/// The sort that the name stands for: what its foreign keys say, else what most tables say; none when that is unclear.
fn expected_class(columns: &[Candidate<'_>], meaning: Meaning) -> Option<TypeClass> {
    let of_keys: BTreeSet<&TypeClass> =
        columns.iter().filter(|candidate| candidate.is_foreign_key).map(|candidate| &candidate.class).collect();
    if !of_keys.is_empty() {
        // Keys of one name and several types refer to several tables: the name has no one meaning.
        return if of_keys.len() == 1 { of_keys.first().map(|class| (*class).clone()) } else { None };
    }
    let mut counts: BTreeMap<&TypeClass, usize> = BTreeMap::new();
    for candidate in columns {
        *counts.entry(&candidate.class).or_default() += 1;
    }
    // Text and numbers are what times are kept in for want of a better type.
    if meaning == Meaning::Time && counts.keys().any(|class| class.is_time()) {
        counts.retain(|class, _| class.is_time());
    }
    // A time without its zone is never the better one, however common.
    if counts.contains_key(&TypeClass::TimestampWithTimeZone)
        && let Some(without_zone) = counts.remove(&TypeClass::Timestamp)
    {
        *counts.entry(&TypeClass::TimestampWithTimeZone).or_default() += without_zone;
    }
    let (class, count) = counts.into_iter().max_by_key(|(class, count)| (*count, *class))?;
    let is_clear = meaning != Meaning::Unknown || (columns.len() >= 3 && count * 2 > columns.len());
    is_clear.then(|| class.clone())
}

/// True when the difference is one of width or writing, not of the sort of value. Keys and money are held to more.
fn are_alike(a: &TypeClass, b: &TypeClass, meaning: Meaning) -> bool {
    a == b
        || match meaning {
            Meaning::Key => false,
            Meaning::Money => a.is_integer() && b.is_integer(),
            _ => a.is_number() && b.is_number(),
        }
}

fn meaning_of(name: &str) -> Meaning {
    const MONEY: &[&str] =
        &["price", "amount", "cost", "total", "subtotal", "balance", "fee", "tax", "discount", "budget", "salary"];
    let words = words_of(name);
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return Meaning::Unknown };
    match last.as_str() {
        "id" | "uuid" if words.len() > 1 => Meaning::Key,
        "at" if words.len() > 1 => Meaning::Time,
        "date" | "timestamp" => Meaning::Time,
        money if MONEY.contains(&money) => Meaning::Money,
        _ if words.len() > 1 && matches!(first.as_str(), "is" | "has") => Meaning::Flag,
        _ => Meaning::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_they_hold() {
        for (name, meaning) in [
            ("user_id", Meaning::Key),
            ("userId", Meaning::Key),
            ("created_at", Meaning::Time),
            ("dueDate", Meaning::Time),
            ("unit_price", Meaning::Money),
            ("is_public", Meaning::Flag),
            ("tags", Meaning::Unknown),
            ("id", Meaning::Unknown),
            ("date", Meaning::Time),
            ("at", Meaning::Unknown),
        ] {
            assert!(meaning_of(name) == meaning, "{name}");
        }
    }

    #[test]
    fn widths_matter_for_keys_alone() {
        let (small, big) = (TypeClass::Integer, TypeClass::BigInteger);
        assert!(!are_alike(&small, &big, Meaning::Key));
        assert!(are_alike(&small, &big, Meaning::Unknown));
        assert!(are_alike(&small, &big, Meaning::Money));
        assert!(!are_alike(&small, &TypeClass::Numeric, Meaning::Money), "cents are not francs");
        assert!(!are_alike(&TypeClass::Text, &TypeClass::Uuid, Meaning::Unknown));
    }
}
