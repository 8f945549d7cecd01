//! A value for any type.

use pgmason_model::identifier::quote_literal;
use pgmason_model::{Catalog, Object, ObjectId};

/// A value of the type as SQL, another for each number. None: no value is known.
pub(super) fn value(catalog: &Catalog, type_name: &str, user_type: Option<&ObjectId>, number: usize) -> Option<String> {
    at_depth(catalog, type_name, user_type, number, 0)
}

/// Types may hold each other, but not without end.
const DEEPEST: usize = 8;

fn at_depth(
    catalog: &Catalog,
    type_name: &str,
    user_type: Option<&ObjectId>,
    number: usize,
    depth: usize,
) -> Option<String> {
    if depth > DEEPEST {
        return None;
    }
    if let Some(element) = type_name.strip_suffix("[]") {
        let element = at_depth(catalog, element, user_type, number, depth + 1)?;
        return Some(format!("ARRAY[{element}]::{type_name}"));
    }
    if let Some(object) = user_type.and_then(|id| catalog.get(id)) {
        return of_project(catalog, object, type_name, number, depth);
    }
    let text = plain(type_name, number)?;
    Some(format!("{}::{type_name}", quote_literal(&text)))
}

fn of_project(catalog: &Catalog, object: &Object, type_name: &str, number: usize, depth: usize) -> Option<String> {
    let inner =
        |inner: &str, number: usize| at_depth(catalog, inner, named(catalog, inner).as_ref(), number, depth + 1);
    match object {
        Object::EnumType(found) => {
            let label = found.labels.get(number % found.labels.len().max(1))?;
            Some(format!("{}::{type_name}", quote_literal(label)))
        }
        Object::DomainType(domain) => Some(format!("{}::{type_name}", inner(&domain.base_type, number)?)),
        Object::CompositeType(found) => {
            let attributes: Option<Vec<String>> =
                found.attributes.iter().map(|attribute| inner(&attribute.type_name, number)).collect();
            Some(format!("ROW({})::{type_name}", attributes?.join(", ")))
        }
        Object::RangeType(found) => {
            Some(format!("{type_name}({}, {})", inner(&found.subtype, number)?, inner(&found.subtype, number + 1)?))
        }
        _ => None,
    }
}

/// The project's type of a name as `format_type` writes it.
fn named(catalog: &Catalog, type_name: &str) -> Option<ObjectId> {
    use pgmason_model::ObjectKind::{BaseType, CompositeType, DomainType, EnumType, RangeType};
    let bare = type_name.trim_end_matches("[]");
    [EnumType, DomainType, CompositeType, RangeType, BaseType]
        .into_iter()
        .flat_map(|kind| catalog.of_kind(kind))
        .map(|(id, _)| id)
        .find(|id| id.to_string() == bare)
        .cloned()
}

/// The text of a value of a built-in type, or of one of a well-known extension.
pub(super) fn plain(type_name: &str, number: usize) -> Option<String> {
    let (base, modifiers) = split(type_name);
    let n = number + 1;
    let first = modifiers.first().and_then(|modifier| modifier.parse::<usize>().ok());
    let date = format!("2001-{:02}-{:02}", 1 + n / 28 % 12, 1 + n % 28);
    Some(match base.as_str() {
        "smallint" | "integer" | "bigint" | "real" | "double precision" | "money" | "oid" | "xid" | "xid8" => {
            n.to_string()
        }
        "numeric" => numeric(n, &modifiers),
        "text" | "citext" | "name" => format!("text {n}"),
        "character varying" | "character" => short_text(n, first.unwrap_or(1.max(64 * usize::from(base.len() > 9)))),
        "\"char\"" => "abcdefghij".chars().nth(n % 10)?.to_string(),
        "uuid" => format!("00000000-0000-4000-8000-{n:012x}"),
        "boolean" => (n % 2 == 1).to_string(),
        "json" | "jsonb" => format!("{{\"n\": {n}}}"),
        "jsonpath" => "$.n".to_owned(),
        "date" => date,
        "timestamp without time zone" | "timestamp with time zone" => format!("{date} 01:00:00"),
        "time without time zone" | "time with time zone" => format!("01:{:02}:00", n % 60),
        "interval" => format!("{n} hours"),
        "bytea" => format!("\\x{n:08x}"),
        "inet" => format!("10.0.{}.{}", n / 250 % 250, n % 250),
        "cidr" => format!("10.{}.{}.0/24", n / 250 % 250, n % 250),
        "macaddr" => format!("08:00:2b:01:{:02x}:{:02x}", n / 250 % 250, n % 250),
        "macaddr8" => format!("08:00:2b:01:02:03:{:02x}:{:02x}", n / 250 % 250, n % 250),
        "bit" => bits(n, first.unwrap_or(1)),
        "bit varying" => bits(n, first.unwrap_or(8).min(8)),
        "point" => format!("({n},{n})"),
        "line" => format!("{{1,2,{n}}}"),
        "lseg" | "box" => format!("(0,0),({n},{n})"),
        "path" => format!("((0,0),({n},{n}))"),
        "polygon" => format!("((0,0),(0,{n}),({n},{n}))"),
        "circle" => format!("<(0,0),{n}>"),
        "tsvector" => format!("'a' 'b{n}'"),
        "tsquery" => format!("'a' & 'b{n}'"),
        "xml" => format!("<n>{n}</n>"),
        "pg_lsn" => format!("0/{n:X}"),
        "regclass" => "pg_catalog.pg_class".to_owned(),
        "regtype" => "integer".to_owned(),
        "regproc" => "pg_catalog.now".to_owned(),
        "regprocedure" => "pg_catalog.now()".to_owned(),
        "regrole" => "postgres".to_owned(),
        "regnamespace" => "pg_catalog".to_owned(),
        "int4range" | "int8range" | "numrange" => format!("[{},{})", n * 10, n * 10 + 5),
        "daterange" | "tsrange" | "tstzrange" => format!("[{date},2002-01-01)"),
        "int4multirange" | "int8multirange" | "nummultirange" => format!("{{[{},{})}}", n * 10, n * 10 + 5),
        "datemultirange" | "tsmultirange" | "tstzmultirange" => format!("{{[{date},2002-01-01)}}"),
        "vector" | "halfvec" => vector(n, first.unwrap_or(3)),
        "sparsevec" => format!("{{1:{n}}}/{}", first.unwrap_or(3)),
        "hstore" => format!("n=>{n}"),
        "ltree" => format!("a.b{n}"),
        "lquery" => format!("a.b{n}"),
        "cube" => format!("({n})"),
        "geometry" | "geography" => geometry(n, &modifiers),
        "box2d" => format!("BOX(0 0,{n} {n})"),
        _ => return None,
    })
}

/// `extensions.vector(3)` → `vector`, [`3`]; `timestamp(3) with time zone` → `timestamp with time zone`, [`3`].
fn split(type_name: &str) -> (String, Vec<String>) {
    let (name, modifiers) = match (type_name.find('('), type_name.find(')')) {
        (Some(open), Some(close)) if open < close => {
            let inside = type_name[open + 1..close].split(',').map(|part| part.trim().to_owned()).collect();
            (format!("{}{}", &type_name[..open], &type_name[close + 1..]), inside)
        }
        _ => (type_name.to_owned(), Vec::new()),
    };
    let bare = match name.rsplit_once('.') {
        Some((_, bare)) => bare.trim_matches('"').to_owned(),
        None => name,
    };
    // `interval day to second` is an interval.
    let bare = if bare.starts_with("interval") { "interval".to_owned() } else { bare };
    (bare, modifiers)
}

fn numeric(n: usize, modifiers: &[String]) -> String {
    let number = |place: usize| modifiers.get(place).and_then(|modifier| modifier.parse::<i32>().ok());
    let whole = number(0).map_or(9, |precision| precision - number(1).unwrap_or(0));
    match u32::try_from(whole) {
        Ok(0) => format!("0.{}", n % 10),
        Ok(digits) => (n % 10_usize.pow(digits.min(9))).to_string(),
        Err(_) => "0".to_owned(),
    }
}

/// As long as it may be, and another for each number.
fn short_text(n: usize, longest: usize) -> String {
    let text = format!("text {n}");
    if text.len() <= longest {
        return text;
    }
    let digits = n.to_string();
    let start = digits.len().saturating_sub(longest);
    digits[start..].to_owned()
}

fn bits(n: usize, length: usize) -> String {
    (0..length).rev().map(|place| if place < 64 && n >> place & 1 == 1 { '1' } else { '0' }).collect()
}

fn vector(n: usize, dimensions: usize) -> String {
    let parts: Vec<String> = (0..dimensions).map(|place| if place == 0 { n.to_string() } else { "1".into() }).collect();
    format!("[{}]", parts.join(","))
}

fn geometry(n: usize, modifiers: &[String]) -> String {
    let kind = modifiers.first().map_or("point", String::as_str).to_lowercase();
    let n = n % 80;
    let shape = match kind.trim_end_matches(['z', 'm']) {
        "linestring" => format!("LINESTRING(0 0,{n} {n})"),
        "polygon" => format!("POLYGON((0 0,0 {n},{n} {n},0 0))"),
        "multipoint" => format!("MULTIPOINT(({n} {n}))"),
        "multilinestring" => format!("MULTILINESTRING((0 0,{n} {n}))"),
        "multipolygon" => format!("MULTIPOLYGON(((0 0,0 {n},{n} {n},0 0)))"),
        _ => format!("POINT({n} {n})"),
    };
    match modifiers.get(1) {
        Some(system) => format!("SRID={system};{shape}"),
        None => shape,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modifiers_are_kept_to() {
        assert_eq!(plain("character varying(3)", 11).as_deref(), Some("12"));
        assert_eq!(plain("character varying", 1).as_deref(), Some("text 2"));
        assert_eq!(plain("character(1)", 4).as_deref(), Some("5"));
        assert_eq!(plain("numeric(3,3)", 1).as_deref(), Some("0.2"));
        assert_eq!(plain("numeric(3,2)", 11).as_deref(), Some("2"));
        assert_eq!(plain("bit(4)", 4).as_deref(), Some("0101"));
        assert_eq!(plain("extensions.vector(2)", 0).as_deref(), Some("[1,1]"));
        assert_eq!(plain("timestamp(3) with time zone", 0).as_deref(), Some("2001-01-02 01:00:00"));
        assert_eq!(plain("public.geometry(Polygon,4326)", 0).as_deref(), Some("SRID=4326;POLYGON((0 0,0 1,1 1,0 0))"));
    }
}
