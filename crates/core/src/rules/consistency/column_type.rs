//! A column's type as rules compare it: domains resolved, modifiers apart, kinds of values told from each other.

use pgmason_model::catalog::Column;
use pgmason_model::{Catalog, Object, ObjectId, ObjectKind};

/// What sort of value a type holds, as far as it matters when two columns should be alike. Of two that contend, the
/// later is more often the better choice.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum TypeClass {
    /// `text`, `varchar(n)`, `char(n)`, `citext`, and the project's enums: read and written as strings.
    Text,
    SmallInteger,
    Integer,
    BigInteger,
    Float,
    Numeric,
    Uuid,
    Date,
    Timestamp,
    TimestampWithTimeZone,
    Json,
    Array(Box<TypeClass>),
    /// Any other type, by its name.
    Other(String),
}

impl TypeClass {
    pub(super) fn of(catalog: &Catalog, column: &Column) -> Self {
        let (element, is_array) = match column.type_name.strip_suffix("[]") {
            Some(element) => (element, true),
            None => (column.type_name.as_str(), false),
        };
        let class = match column.user_type.as_ref().map(|id| (id, catalog.get(id))) {
            Some((_, Some(Object::DomainType(domain)))) => Self::of_name(&domain.base_type),
            Some((id, _)) if id.kind == ObjectKind::EnumType => Self::Text,
            _ => Self::of_name(element),
        };
        if is_array { Self::Array(Box::new(class)) } else { class }
    }

    fn of_name(type_name: &str) -> Self {
        let name = without_modifier(type_name);
        match name.as_str() {
            "text" | "character varying" | "character" | "bpchar" => Self::Text,
            "smallint" => Self::SmallInteger,
            "integer" => Self::Integer,
            "bigint" => Self::BigInteger,
            "numeric" => Self::Numeric,
            "real" | "double precision" => Self::Float,
            "uuid" => Self::Uuid,
            "date" => Self::Date,
            "timestamp without time zone" => Self::Timestamp,
            "timestamp with time zone" => Self::TimestampWithTimeZone,
            "json" | "jsonb" => Self::Json,
            other if other == "citext" || other.ends_with(".citext") => Self::Text,
            _ => Self::Other(name),
        }
    }

    pub(super) fn is_integer(&self) -> bool {
        matches!(self, Self::SmallInteger | Self::Integer | Self::BigInteger)
    }

    pub(super) fn is_number(&self) -> bool {
        self.is_integer() || matches!(self, Self::Numeric | Self::Float)
    }

    pub(super) fn is_time(&self) -> bool {
        matches!(self, Self::Date | Self::Timestamp | Self::TimestampWithTimeZone)
    }

    /// The greatest value that a column of an integer type takes.
    pub(super) fn greatest(&self) -> Option<i64> {
        match self {
            Self::SmallInteger => Some(i64::from(i16::MAX)),
            Self::Integer => Some(i64::from(i32::MAX)),
            Self::BigInteger => Some(i64::MAX),
            _ => None,
        }
    }

    /// The least value that a column of an integer type takes.
    pub(super) fn least(&self) -> Option<i64> {
        match self {
            Self::SmallInteger => Some(i64::from(i16::MIN)),
            Self::Integer => Some(i64::from(i32::MIN)),
            Self::BigInteger => Some(i64::MIN),
            _ => None,
        }
    }
}

/// The type that values are stored as: a domain's base type, modifiers kept.
pub(super) fn stored_type<'a>(catalog: &'a Catalog, column: &'a Column) -> &'a str {
    let is_array = column.type_name.ends_with("[]");
    match column.user_type.as_ref().and_then(|id: &ObjectId| catalog.get(id)) {
        Some(Object::DomainType(domain)) if !is_array => &domain.base_type,
        _ => &column.type_name,
    }
}

/// `character varying(20)` → `character varying`, `timestamp(3) with time zone` → `timestamp with time zone`.
pub(crate) fn without_modifier(type_name: &str) -> String {
    // A quoted type name may hold anything, parentheses too.
    if type_name.contains('"') {
        return type_name.to_owned();
    }
    match (type_name.find('('), type_name.rfind(')')) {
        (Some(open), Some(close)) if open < close => {
            format!("{}{}", &type_name[..open], &type_name[close + 1..])
        }
        _ => type_name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modifiers_go_wherever_they_stand() {
        for (name, base) in [
            ("character varying(20)", "character varying"),
            ("numeric(10,2)", "numeric"),
            ("timestamp(3) with time zone", "timestamp with time zone"),
            ("timestamp(6) without time zone", "timestamp without time zone"),
            ("text", "text"),
            ("public.\"odd(name)\"", "public.\"odd(name)\""),
        ] {
            assert_eq!(without_modifier(name), base);
        }
    }

    #[test]
    fn what_reads_alike_is_one_class() {
        assert_eq!(TypeClass::of_name("character varying(50)"), TypeClass::of_name("text"));
        assert_eq!(TypeClass::of_name("extensions.citext"), TypeClass::Text);
        assert_ne!(
            TypeClass::of_name("timestamp(3) without time zone"),
            TypeClass::of_name("timestamp with time zone")
        );
        assert_ne!(TypeClass::of_name("integer"), TypeClass::of_name("bigint"));
        assert_eq!(TypeClass::of_name("json"), TypeClass::of_name("jsonb"));
    }
}
