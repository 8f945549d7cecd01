//! How a value of one type becomes one of another, and back: as the file says, or by a plain cast.
//!
//! - Triggers run with a search_path of `pg_catalog` alone, and in sessions of any time zone: what depends on either is refused.
//! - Nothing is cut: a cast to `varchar(n)` takes what does not fit without a word, an assignment does not.

use pgmason_model::catalog::Column;
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind, QualifiedName};
use pgmason_sql::types::data_type;

use super::refusal::OperationRefusal;
use super::sync_trigger::differs;
use super::table_facts::{one_expression, refused};
use crate::expression::{TokenKind, column_references, tokens};

/// Both ways between the old type and the new one.
pub(super) struct Conversion {
    column: Identifier,
    columns: Vec<Identifier>,
    pub(super) old_type: String,
    pub(super) new_type: String,
    /// Expressions over the column, as the file has them.
    using: Option<String>,
    back: Option<String>,
    /// A cast to it cuts.
    cuts: bool,
}

/// Whole numbers, which compare with each other.
const WHOLE: [&str; 3] = ["smallint", "integer", "bigint"];

pub(super) fn is_whole(type_name: &str) -> bool {
    WHOLE.contains(&base(type_name).as_str())
}

/// `timestamptz` for `timestamp(3) with time zone`.
pub(super) fn base(type_name: &str) -> String {
    match data_type(type_name) {
        Some(found) if found.array_dimensions == 0 => found.base.name.clone(),
        _ => type_name.to_owned(),
    }
}

impl Conversion {
    pub(super) fn new(
        catalog: &Catalog,
        table: &ObjectId,
        column: &Identifier,
        found: &Column,
        new_type: &str,
        written: (Option<&str>, Option<&str>),
    ) -> Result<Self, OperationRefusal> {
        let (using, back) = written;
        for (what, text) in [("`using`", using), ("`back`", back)] {
            let Some(text) = text else { continue };
            one_expression(what, text)?;
            if let Some(qualified) = column_references(text).iter().find(|found| !found.qualifier.is_empty()) {
                return Err(refused(
                    format!("{what} qualifies a column: `{text}`"),
                    format!("write {} alone: it is about one row of the table", qualified.name),
                ));
            }
        }
        let to = data_type(new_type);
        let cuts = to.is_some_and(|to| {
            matches!(to.base.name.as_str(), "varchar" | "bpchar" | "char" | "bit" | "varbit")
                && to.array_dimensions == 0
        });
        let mut conversion = Self {
            column: column.clone(),
            columns: catalog.of_relation(ObjectKind::Column, table).filter_map(|(id, _)| id.sub.clone()).collect(),
            old_type: found.type_name.clone(),
            new_type: new_type.to_owned(),
            using: using.map(str::to_owned),
            back: back.map(str::to_owned),
            cuts,
        };
        // `x AT TIME ZONE 'UTC'` is its own way back.
        if conversion.back.is_none() && using.is_some_and(|using| is_time_zone(using, column)) {
            conversion.back.clone_from(&conversion.using);
        }
        conversion.depends_on_no_session(column)?;
        Ok(conversion)
    }

    fn depends_on_no_session(&self, column: &Identifier) -> Result<(), OperationRefusal> {
        let (old, new) = (base(&self.old_type), base(&self.new_type));
        let zoned = |name: &str| matches!(name, "timestamptz" | "timetz");
        if old != new && (zoned(&old) || zoned(&new)) && (self.using.is_none() || self.back.is_none()) {
            return Err(refused(
                format!(
                    "a plain cast between {} and {} depends on the time zone of whoever writes",
                    self.old_type, self.new_type
                ),
                format!("say which one is meant, both ways: using = \"{column} AT TIME ZONE 'UTC'\", and `back`"),
            ));
        }
        Ok(())
    }

    /// The new value of a row: `row` is its alias, `value` the old value in it.
    pub(super) fn forth(&self, row: &str, value: &str) -> String {
        match &self.using {
            Some(using) => cast(&self.written(using, row, value), &self.new_type),
            None => cast(value, &self.new_type),
        }
    }

    /// The old value of a row, from the new one.
    pub(super) fn back(&self, row: &str, value: &str) -> String {
        match &self.back {
            Some(back) => cast(&self.written(back, row, value), &self.old_type),
            None => cast(value, &self.old_type),
        }
    }

    /// What is assigned to the new column: what does not fit is refused there.
    pub(super) fn assigned(&self, row: &str, value: &str) -> String {
        match &self.using {
            Some(using) => self.written(using, row, value),
            None if self.cuts => value.to_owned(),
            None => cast(value, &self.new_type),
        }
    }

    /// The expression over the bare column, for ALTER COLUMN … TYPE … USING. None: PostgreSQL assigns.
    pub(super) fn for_alter(&self) -> Option<String> {
        match &self.using {
            Some(using) => Some(using.clone()),
            None if self.cuts => None,
            None => Some(cast(&self.column.to_string(), &self.new_type)),
        }
    }

    /// The default, as the new type has it.
    pub(super) fn default(&self, default: &str) -> String {
        let same_words = |name: &str| is_whole(name) || matches!(base(name).as_str(), "numeric" | "text" | "varchar");
        let is_time = matches!(base(&self.new_type).as_str(), "timestamp" | "timestamptz" | "date");
        let counts = crate::expression::calls(default).iter().any(|call| call.name == "nextval");
        if counts && is_whole(&self.new_type) || is_time && ["now()", "CURRENT_TIMESTAMP"].contains(&default) {
            return default.to_owned();
        }
        let value = cast(default, &self.old_type);
        match &self.using {
            Some(using) => self.written(using, "", &value),
            // A number is written alike for all of them.
            None if !self.cuts && is_number(default) && same_words(&self.new_type) => default.to_owned(),
            None => cast(default, &self.new_type),
        }
    }

    /// That every value casts forth and back, and none is cut. Each expression is evaluated for each row.
    pub(super) fn holds(&self, table: &QualifiedName, not_null: bool) -> String {
        let value = format!("source.{}", self.column);
        let forth = self.forth("source", &value);
        let back = self.back("source", &forth);
        let mut bad = Vec::new();
        if not_null {
            bad.push(format!("{forth} IS NULL OR {back} IS NULL"));
        }
        if self.cuts && self.using.is_none() {
            bad.push(format!("{forth}::text IS DISTINCT FROM {value}::text"));
        }
        let none_bad = match bad.is_empty() {
            true => String::new(),
            false => format!(" AND pg_catalog.count(*) FILTER (WHERE {}) = 0", bad.join(" OR ")),
        };
        format!("SELECT pg_catalog.count(ROW({back})) >= 0{none_bad} FROM {table} AS source")
    }

    /// Whether the way there and back gives each value as it was, whatever it is.
    pub(super) fn is_exact(&self) -> bool {
        let rank = |name: &str| ["smallint", "integer", "bigint", "numeric"].iter().position(|known| *known == name);
        self.using.is_none()
            && self.back.is_none()
            && matches!((rank(&self.old_type), rank(&self.new_type)), (Some(old), Some(new)) if new > old)
    }

    /// The new column has another value than the old one leads to.
    pub(super) fn forth_differs(&self, row: &str, old: &Identifier, new: &Identifier) -> String {
        differs(&format!("{row}.{new}"), &self.forth(row, &format!("{row}.{old}")))
    }

    /// The old column has another value than the new one leads to.
    pub(super) fn back_differs(&self, row: &str, old: &Identifier, new: &Identifier) -> String {
        differs(&format!("{row}.{old}"), &self.back(row, &format!("{row}.{new}")))
    }

    fn written(&self, text: &str, row: &str, value: &str) -> String {
        let mut written = text.to_owned();
        let mut places = column_references(text);
        places.sort_by_key(|found| found.span.start);
        for found in places.into_iter().rev().filter(|found| found.qualifier.is_empty()) {
            if found.name == self.column.as_str() {
                written.replace_range(found.span, &format!("({value})"));
            } else if !row.is_empty()
                && let Some(column) = self.columns.iter().find(|column| column.as_str() == found.name)
            {
                written.replace_range(found.span, &format!("{row}.{column}"));
            }
        }
        format!("({written})")
    }
}

fn cast(value: &str, type_name: &str) -> String {
    format!("CAST({value} AS {type_name})")
}

fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok()
}

fn is_time_zone(text: &str, column: &Identifier) -> bool {
    let words = tokens(text);
    let [first, at, time, zone, literal] = words.as_slice() else { return false };
    first.value == column.as_str()
        && at.is_word("at")
        && time.is_word("time")
        && zone.is_word("zone")
        && literal.kind == TokenKind::String
}

/// The type by its whole name where it is one of the project; a domain is refused.
pub(super) fn type_named(catalog: &Catalog, written: &str) -> Result<(String, Option<ObjectId>), OperationRefusal> {
    const KINDS: [ObjectKind; 5] = [
        ObjectKind::EnumType,
        ObjectKind::DomainType,
        ObjectKind::CompositeType,
        ObjectKind::RangeType,
        ObjectKind::BaseType,
    ];
    match super::name::resolve(catalog, &KINDS, written) {
        Some(id) if matches!(catalog.get(&id), Some(Object::DomainType(_))) => Err(refused(
            format!("{id} is a domain: PostgreSQL reads the whole table for it while others wait"),
            "change the type to the domain's base type, and add its condition with add_check",
        )),
        Some(id) => Ok((id.to_string(), Some(id))),
        None => Ok((written.to_owned(), None)),
    }
}
