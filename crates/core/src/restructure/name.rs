//! Names as a person writes them in a restructuring's file, and the relations that they mean.

use pgmason_model::{Catalog, Identifier, ObjectId, ObjectKind, QualifiedName};

/// The parts of a dotted name, quotes taken off: `public."User"` is `public` and `User`.
pub fn parts(written: &str) -> Vec<Identifier> {
    let mut parts = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (place, character) in written.char_indices() {
        match character {
            '"' => quoted = !quoted,
            '.' if !quoted => {
                parts.push(&written[start..place]);
                start = place + 1;
            }
            _ => {}
        }
    }
    parts.push(&written[start..]);
    parts.into_iter().map(|part| folded(part.trim())).collect()
}

/// Not cut at 63 bytes as PostgreSQL would: a longer name is refused, not shortened.
fn folded(written: &str) -> Identifier {
    Identifier::from(match written.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"').unwrap_or(rest).replace("\"\"", "\""),
        None => written.to_ascii_lowercase(),
    })
}

/// The name, with `public` where no schema is written.
pub fn or_public(written: &str) -> QualifiedName {
    let mut parts = parts(written);
    let name = parts.pop().unwrap_or_default();
    QualifiedName { schema: parts.pop().unwrap_or_else(|| "public".into()), name }
}

/// The object of one of these kinds that is meant: as written, else in `public`, else the only one of that name.
pub fn resolve(catalog: &Catalog, kinds: &[ObjectKind], written: &str) -> Option<ObjectId> {
    let exact = or_public(written);
    let named = |name: &QualifiedName| {
        let ids = kinds.iter().map(|kind| ObjectId::in_schema(*kind, name.schema.clone(), name.name.clone()));
        ids.into_iter().find(|id| catalog.get(id).is_some())
    };
    if let Some(found) = named(&exact) {
        return Some(found);
    }
    if parts(written).len() > 1 {
        return None;
    }
    let mut others = kinds
        .iter()
        .flat_map(|kind| catalog.of_kind(*kind))
        .map(|(id, _)| id)
        .filter(|id| id.name == exact.name && !catalog.is_platform(id));
    match (others.next(), others.next()) {
        (Some(only), None) => Some(only.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_in_sql() {
        assert_eq!(or_public("Emails").to_string(), "public.emails");
        assert_eq!(or_public("chat.\"My.Table\"").to_string(), "chat.\"My.Table\"");
        assert_eq!(parts("a.b.c").len(), 3);
    }
}
