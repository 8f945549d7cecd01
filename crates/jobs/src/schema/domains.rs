//! Which domain a table belongs to: what the configuration says, else the prefix of its name, if another table has it.

use std::collections::BTreeMap;

use pgmason_core::rulebook::Domain;
use pgmason_model::{Catalog, ObjectKind};

/// The title of a table's domain by the table's name; empty for a table on its own.
pub(crate) fn domain_of<'a>(
    catalog: &'a Catalog,
    configured: &'a BTreeMap<String, Domain>,
) -> impl Fn(&str) -> String + 'a {
    let prefix = |name: &str| name.split_once('_').map_or(name, |(prefix, _)| prefix).to_owned();
    let mut tables: BTreeMap<String, usize> = BTreeMap::new();
    for (id, _) in catalog.of_kind(ObjectKind::Table).filter(|(id, _)| !catalog.is_platform(id)) {
        *tables.entry(prefix(id.name.as_str())).or_default() += 1;
    }
    move |name| {
        let prefix = prefix(name);
        if configured.contains_key(&prefix) {
            crate::tables::domain(name, configured)
        } else if tables.get(&prefix).is_some_and(|count| *count > 1) {
            prefix
        } else {
            String::new()
        }
    }
}
