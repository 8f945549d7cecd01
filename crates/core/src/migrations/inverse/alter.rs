//! Brings an object that is still there back to what it was.

use std::collections::BTreeMap;

use pgmason_model::catalog::{Column, FunctionKind, Identity, Publication, Sequence, Table, Trigger, TriggerState};
use pgmason_model::identifier::quote_literal;
use pgmason_model::{Catalog, Object, ObjectId, ObjectKind};

use super::create::{create_view, publication_table, trigger_state};

/// How an object is brought back.
pub(super) enum Alteration {
    Statements(Vec<String>),
    /// Dropped and made again: it holds no rows.
    Replace,
    Impossible(String),
}

pub(super) fn back(before: &Catalog, after: &Catalog, id: &ObjectId) -> Alteration {
    use Alteration::{Impossible, Replace, Statements};
    let (Some(old), Some(new)) = (before.get(id), after.get(id)) else { return Statements(Vec::new()) };
    match (old, new) {
        (Object::Table(old), Object::Table(new)) => table(id, old, new),
        (Object::Column(old), Object::Column(new)) => column(before, after, id, old, new),
        (Object::Default(old), Object::Default(_)) => match (id.qualified_name(), &id.sub) {
            (Some(table), Some(column)) => {
                Statements(vec![format!("ALTER TABLE {table} ALTER COLUMN {column} SET DEFAULT {}", old.expression)])
            }
            _ => Statements(Vec::new()),
        },
        (Object::Constraint(old), Object::Constraint(_)) if old.inherited => Statements(Vec::new()),
        (Object::Index(old), Object::Index(new)) if old.constraint.is_some() && new.constraint.is_some() => {
            // Comes back with its constraint.
            Statements(Vec::new())
        }
        (Object::Index(old), Object::Index(_)) if old.partition_of.is_some() => Statements(Vec::new()),
        (Object::Trigger(old), Object::Trigger(new)) => trigger(id, old, new),
        (Object::Constraint(_), _)
        | (Object::Index(_), _)
        | (Object::Policy(_), _)
        | (Object::Rule(_), _)
        | (Object::DomainConstraint(_), _)
        | (Object::ExtendedStatistics(_), _)
        | (Object::EventTrigger(_), _)
        | (Object::MaterializedView(_), _) => Replace,
        (Object::View(old), Object::View(new)) => {
            let same_columns = old.columns == new.columns;
            let options_go = (new.security_invoker && !old.security_invoker)
                || (new.security_barrier && !old.security_barrier)
                || (new.check_option.is_some() && old.check_option.is_none());
            if !same_columns {
                return Replace;
            }
            let mut list = Vec::new();
            if options_go {
                list.push(format!("ALTER VIEW {id} RESET (security_invoker, security_barrier, check_option)"));
            }
            list.push(create_view(id, old, true));
            list.extend(owner("VIEW", id, &old.owner, &new.owner));
            Statements(list)
        }
        (Object::Function(old), Object::Function(new)) => {
            let same_shape = old.returns == new.returns && old.arguments == new.arguments && old.kind == new.kind;
            if !same_shape || old.kind == FunctionKind::Aggregate {
                return Replace;
            }
            let mut list = vec![old.definition.trim_end().trim_end_matches(';').to_owned()];
            list.extend(owner("ROUTINE", id, &old.owner, &new.owner));
            Statements(list)
        }
        (Object::Grant(_), _) | (Object::DefaultPrivilege(_), _) => Statements(Vec::new()),
        (Object::EnumType(old), Object::EnumType(new)) => {
            if old.labels.len() != new.labels.len() {
                return Impossible(format!("a value of enum {id} cannot be taken out again"));
            }
            let renamed = old.labels.iter().zip(&new.labels).filter(|(old, new)| old != new);
            let mut list: Vec<String> = renamed
                .map(|(old, new)| {
                    format!("ALTER TYPE {id} RENAME VALUE {} TO {}", quote_literal(new), quote_literal(old))
                })
                .collect();
            list.extend(owner("TYPE", id, &old.owner, &new.owner));
            Statements(list)
        }
        (Object::DomainType(old), Object::DomainType(new)) if old.base_type == new.base_type => {
            let mut list = Vec::new();
            if old.not_null != new.not_null {
                list.push(format!("ALTER DOMAIN {id} {} NOT NULL", if old.not_null { "SET" } else { "DROP" }));
            }
            if old.default != new.default {
                list.push(match &old.default {
                    Some(default) => format!("ALTER DOMAIN {id} SET DEFAULT {default}"),
                    None => format!("ALTER DOMAIN {id} DROP DEFAULT"),
                });
            }
            list.extend(owner("DOMAIN", id, &old.owner, &new.owner));
            Statements(list)
        }
        (Object::CompositeType(old), Object::CompositeType(new)) => {
            let kept: Vec<_> = new.attributes.iter().filter(|one| old.attributes.contains(one)).cloned().collect();
            if kept != old.attributes {
                return Impossible(format!("values of attributes of type {id} are gone"));
            }
            let added = new.attributes.iter().filter(|attribute| !old.attributes.contains(attribute));
            Statements(added.map(|attribute| format!("ALTER TYPE {id} DROP ATTRIBUTE {}", attribute.name)).collect())
        }
        (Object::Sequence(old), Object::Sequence(new)) => Statements(sequence(id, old, new)),
        (Object::Publication(old), Object::Publication(new)) => publication(before, after, id, old, new),
        (Object::Schema(old), Object::Schema(new)) => {
            Statements(owner("SCHEMA", id, &old.owner, &new.owner).into_iter().collect())
        }
        (Object::Extension(old), Object::Extension(new)) if old.version == new.version => {
            Statements(vec![format!("ALTER EXTENSION {id} SET SCHEMA {}", old.schema)])
        }
        _ => Impossible(format!("no way back is known for what changed in {} {id}", id.kind.label())),
    }
}

fn owner(
    word: &str,
    id: &ObjectId,
    old: &pgmason_model::Identifier,
    new: &pgmason_model::Identifier,
) -> Option<String> {
    (old != new).then(|| format!("ALTER {word} {id} OWNER TO {old}"))
}

fn table(id: &ObjectId, old: &Table, new: &Table) -> Alteration {
    let mut list = Vec::new();
    let mut add = |change: String| list.push(format!("ALTER TABLE {id} {change}"));
    if old.row_security != new.row_security {
        add(format!("{} ROW LEVEL SECURITY", if old.row_security { "ENABLE" } else { "DISABLE" }));
    }
    if old.force_row_security != new.force_row_security {
        add(format!("{} ROW LEVEL SECURITY", if old.force_row_security { "FORCE" } else { "NO FORCE" }));
    }
    if old.replica_identity != new.replica_identity {
        let identity = match old.replica_identity.split_once(' ') {
            Some((_, index)) => format!("USING INDEX {index}"),
            None => old.replica_identity.to_uppercase(),
        };
        add(format!("REPLICA IDENTITY {identity}"));
    }
    if old.owner != new.owner {
        add(format!("OWNER TO {}", old.owner));
    }
    if old.options != new.options {
        let gone: Vec<&str> =
            new.options.keys().filter(|name| !old.options.contains_key(*name)).map(String::as_str).collect();
        if !gone.is_empty() {
            add(format!("RESET ({})", gone.join(", ")));
        }
        let set: Vec<String> = old
            .options
            .iter()
            .filter(|(name, value)| new.options.get(*name) != Some(value))
            .map(|(name, value)| format!("{name} = {}", quote_literal(value)))
            .collect();
        if !set.is_empty() {
            add(format!("SET ({})", set.join(", ")));
        }
    }
    for parent in new.inherits.iter().filter(|parent| !old.inherits.contains(parent)) {
        add(format!("NO INHERIT {parent}"));
    }
    for parent in old.inherits.iter().filter(|parent| !new.inherits.contains(parent)) {
        add(format!("INHERIT {parent}"));
    }
    if old.partition_of != new.partition_of {
        if let Some(part) = &new.partition_of {
            list.push(format!("ALTER TABLE {} DETACH PARTITION {id}", part.parent));
        }
        if let Some(part) = &old.partition_of {
            list.push(format!("ALTER TABLE {} ATTACH PARTITION {id} {}", part.parent, part.bound));
        }
    }
    let rest_is_same = old.kind == new.kind
        && old.persistence == new.persistence
        && old.partition_key == new.partition_key
        && old.of_type == new.of_type
        && old.access_method == new.access_method
        && old.tablespace == new.tablespace
        && old.foreign_server == new.foreign_server
        && old.foreign_options == new.foreign_options;
    if rest_is_same {
        Alteration::Statements(list)
    } else {
        Alteration::Impossible(format!("no way back is known for how table {id} is stored"))
    }
}

fn column(before: &Catalog, after: &Catalog, id: &ObjectId, old: &Column, new: &Column) -> Alteration {
    let (Some(table), Some(column)) = (id.qualified_name(), &id.sub) else {
        return Alteration::Statements(Vec::new());
    };
    if old.inherited && new.inherited {
        return Alteration::Statements(Vec::new());
    }
    if old.generated != new.generated {
        return Alteration::Impossible(format!("{id} was generated in another way"));
    }
    let mut list = Vec::new();
    let mut add = |change: String| list.push(format!("ALTER TABLE {table} ALTER COLUMN {column} {change}"));
    if old.type_name != new.type_name || old.collation != new.collation {
        let default_id = ObjectId { kind: ObjectKind::Default, ..id.clone() };
        // A default that cannot be cast stands in the way; one that is the same afterwards is in no difference.
        if after.get(&default_id).is_some() {
            add("DROP DEFAULT".to_owned());
        }
        let collation = old.collation.as_ref().map(|name| format!(" COLLATE {name}")).unwrap_or_default();
        add(format!("TYPE {}{collation} USING {column}::{}", old.type_name, old.type_name));
        if let Some(Object::Default(default)) = before.get(&default_id) {
            add(format!("SET DEFAULT {}", default.expression));
        }
    }
    match (old.identity, new.identity) {
        (None, Some(_)) => add("DROP IDENTITY".to_owned()),
        (Some(Identity::Always), Some(Identity::ByDefault)) => add("SET GENERATED ALWAYS".to_owned()),
        (Some(Identity::ByDefault), Some(Identity::Always)) => add("SET GENERATED BY DEFAULT".to_owned()),
        (Some(_), None) => return Alteration::Impossible(format!("how far the identity of {id} had come is gone")),
        _ => {}
    }
    if old.not_null != new.not_null {
        add(format!("{} NOT NULL", if old.not_null { "SET" } else { "DROP" }));
    }
    if old.storage != new.storage {
        match &old.storage {
            Some(storage) => add(format!("SET STORAGE {}", storage.to_uppercase())),
            None => return Alteration::Impossible(format!("the storage of {id} was its type's own")),
        }
    }
    if old.compression != new.compression {
        add(format!("SET COMPRESSION {}", old.compression.as_deref().unwrap_or("default")));
    }
    if old.statistics_target != new.statistics_target {
        add(format!("SET STATISTICS {}", old.statistics_target.unwrap_or(-1)));
    }
    options(&old.options, &new.options).into_iter().for_each(&mut add);
    Alteration::Statements(list)
}

fn options(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> Vec<String> {
    let gone: Vec<&str> = new.keys().filter(|name| !old.contains_key(*name)).map(String::as_str).collect();
    let set: Vec<String> = old
        .iter()
        .filter(|(name, value)| new.get(*name) != Some(value))
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    let mut list = Vec::new();
    if !gone.is_empty() {
        list.push(format!("RESET ({})", gone.join(", ")));
    }
    if !set.is_empty() {
        list.push(format!("SET ({})", set.join(", ")));
    }
    list
}

fn trigger(id: &ObjectId, old: &Trigger, new: &Trigger) -> Alteration {
    if old.inherited {
        return Alteration::Statements(Vec::new());
    }
    if (Trigger { state: new.state, ..old.clone() }) != *new {
        return Alteration::Replace;
    }
    let enable = match (old.state, id.qualified_name(), &id.sub) {
        (TriggerState::Origin, Some(table), Some(name)) => Some(format!("ALTER TABLE {table} ENABLE TRIGGER {name}")),
        (state, ..) => trigger_state(id, state),
    };
    Alteration::Statements(enable.into_iter().collect())
}

fn sequence(id: &ObjectId, old: &Sequence, new: &Sequence) -> Vec<String> {
    let mut list = Vec::new();
    let settings_of = |sequence: &Sequence| {
        (
            sequence.type_name.clone(),
            sequence.start,
            sequence.increment,
            sequence.minimum,
            sequence.maximum,
            sequence.cache,
            sequence.cycle,
        )
    };
    if settings_of(old) != settings_of(new) {
        list.push(format!(
            "ALTER SEQUENCE {id} AS {} INCREMENT {} MINVALUE {} MAXVALUE {} START {} CACHE {} {}CYCLE",
            old.type_name,
            old.increment,
            old.minimum,
            old.maximum,
            old.start,
            old.cache,
            if old.cycle { "" } else { "NO " }
        ));
    }
    if old.owned_by != new.owned_by {
        let owner = old.owned_by.as_ref().map_or_else(|| "NONE".to_owned(), ToString::to_string);
        list.push(format!("ALTER SEQUENCE {id} OWNED BY {owner}"));
    }
    list.extend(owner("SEQUENCE", id, &old.owner, &new.owner));
    list
}

fn publication(before: &Catalog, after: &Catalog, id: &ObjectId, old: &Publication, new: &Publication) -> Alteration {
    let same_but_tables = Publication { tables: new.tables.clone(), ..old.clone() } == *new;
    if !same_but_tables || old.all_tables {
        return Alteration::Replace;
    }
    let differ = |table: &&pgmason_model::catalog::PublicationTable, list: &[_]| !list.contains(*table);
    let mut list = Vec::new();
    let is_in = |catalog: &Catalog, table: &pgmason_model::catalog::PublicationTable| {
        catalog
            .get(&ObjectId::in_schema(ObjectKind::Table, table.table.schema.clone(), table.table.name.clone()))
            .is_some()
    };
    // A table leaves its publications when it is dropped.
    for table in new.tables.iter().filter(|table| differ(table, &old.tables) && is_in(before, table)) {
        list.push(format!("ALTER PUBLICATION {id} DROP TABLE {}", table.table));
    }
    for table in old.tables.iter().filter(|table| differ(table, &new.tables) && is_in(after, table)) {
        list.push(format!("ALTER PUBLICATION {id} ADD TABLE {}", publication_table(table)));
    }
    Alteration::Statements(list)
}
