//! The catalog as it is once a table is partitioned, and the objects of the new table while it is filled.

use pgmason_model::catalog::{ConstraintKind, IndexKey, TableKind};
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind, QualifiedName};

use super::compatibility_view::OWN_SCHEMA;
use super::merge_mapping::refused;
use super::refusal::OperationRefusal;

/// The catalog with the table partitioned, and what had to become of its keys.
pub(super) fn partitioned(
    catalog: &Catalog,
    table: &ObjectId,
    key: &str,
    column: &Identifier,
) -> Result<(Catalog, Vec<String>), OperationRefusal> {
    let mut wanted = catalog.clone();
    let mut notes = Vec::new();
    wanted.statistics = None;
    if let Some(Object::Table(found)) = wanted.objects.get_mut(table) {
        found.kind = TableKind::Partitioned;
        found.partition_key = Some(key.to_owned());
        found.access_method = None;
        // Partitions have them: a partitioned table takes none (PostgreSQL 13 to 18).
        found.options.clear();
    }
    let mut extended = Vec::new();
    for (id, object) in catalog.of_relation(ObjectKind::Constraint, table) {
        let Object::Constraint(constraint) = object else { continue };
        match constraint.kind {
            ConstraintKind::Exclusion => {
                return Err(refused(
                    format!("{id} is an exclusion constraint, which would hold inside of each partition alone"),
                    "drop it in an earlier stage, if the partitions make up for it",
                ));
            }
            ConstraintKind::Trigger => {
                return Err(refused(
                    format!("{id} is a constraint trigger, which partitioned tables do not have"),
                    "make it a plain trigger in an earlier stage",
                ));
            }
            ConstraintKind::PrimaryKey | ConstraintKind::Unique if !constraint.columns.contains(column) => {
                let listed =
                    |columns: &[Identifier]| columns.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                let old = format!("({})", listed(&constraint.columns));
                let mut columns = constraint.columns.clone();
                columns.push(column.clone());
                let new = format!("({})", listed(&columns));
                let mut changed = constraint.clone();
                changed.definition = constraint.definition.replacen(&old, &new, 1);
                changed.columns = columns;
                notes.push(format!(
                    "{id} is {new} from then on: {old} alone is kept unique inside of each partition only, and \
                     ON CONFLICT {old} fails"
                ));
                extended.extend(constraint.index.clone());
                wanted.objects.insert(id.clone(), Object::Constraint(changed));
            }
            _ => {}
        }
    }
    for (id, object) in catalog.of_kind(ObjectKind::Index) {
        let Object::Index(index) = object else { continue };
        if Some(&index.table) != table.qualified_name().as_ref() {
            continue;
        }
        let has_column = index.keys.iter().any(|key| key.column.as_ref() == Some(column));
        if index.unique && index.constraint.is_none() && !has_column {
            return Err(refused(
                format!("the unique index {id} does not have the column {column}, which decides on the partition"),
                "drop it, or make one with the column, in an earlier stage: PostgreSQL keeps values unique inside of \
                 each partition only",
            ));
        }
        if id.qualified_name().is_some_and(|name| extended.contains(&name)) {
            let mut changed = index.clone();
            changed.keys.push(IndexKey {
                column: Some(column.clone()),
                expression: None,
                opclass: QualifiedName::new("pg_catalog", ""),
                opclass_is_default: true,
                opclass_options: std::collections::BTreeMap::new(),
                collation: None,
                descending: false,
                nulls_first: false,
                statistics_target: None,
            });
            wanted.objects.insert(id.clone(), Object::Index(changed));
        }
    }
    Ok((wanted, notes))
}

/// What the new table is made of, in pgmason's own schema: everything that cannot wait for the moment when it takes the
/// old one's place. Triggers do: they must not fire for what is copied.
pub(super) fn under_construction(wanted: &Catalog, table: &ObjectId) -> Vec<(ObjectId, Object)> {
    let own = |name: &QualifiedName| QualifiedName::new(OWN_SCHEMA, name.name.clone());
    let there = |id: &ObjectId| ObjectId { schema: Some(OWN_SCHEMA.into()), ..id.clone() };
    let of_table = |id: &ObjectId| id.schema == table.schema && id.name == table.name;
    let old = table.qualified_name();
    let mut objects = Vec::new();
    let is_identity = |id: &ObjectId| {
        matches!(wanted.get(id), Some(Object::Sequence(sequence))
            if sequence.identity && sequence.owned_by.as_ref().is_some_and(of_table))
    };
    let is_index =
        |id: &ObjectId| matches!(wanted.get(id), Some(Object::Index(index)) if Some(&index.table) == old.as_ref());
    for (id, object) in &wanted.objects {
        let part = match (id.kind, object) {
            (ObjectKind::Table | ObjectKind::Column | ObjectKind::Default | ObjectKind::Policy, object)
                if of_table(id) =>
            {
                object.clone()
            }
            (ObjectKind::Constraint, Object::Constraint(constraint)) if of_table(id) => {
                let refers_to_itself =
                    constraint.references.as_ref().is_some_and(|references| Some(&references.table) == old.as_ref());
                if refers_to_itself {
                    continue;
                }
                let mut constraint = constraint.clone();
                constraint.index = constraint.index.as_ref().map(own);
                // It is empty: there is nothing to be validated later.
                if !constraint.validated {
                    constraint.validated = true;
                    constraint.definition = constraint.definition.trim_end_matches(" NOT VALID").to_owned();
                }
                Object::Constraint(constraint)
            }
            (ObjectKind::Index, Object::Index(index)) if is_index(id) => {
                let mut index = index.clone();
                index.definition = index.definition.replacen(
                    &format!(" ON {} ", index.table),
                    &format!(" ON {} ", own(&index.table)),
                    1,
                );
                index.table = own(&index.table);
                Object::Index(index)
            }
            (ObjectKind::Sequence, Object::Sequence(sequence)) if is_identity(id) => {
                let mut sequence = sequence.clone();
                sequence.owned_by = sequence.owned_by.as_ref().map(there);
                Object::Sequence(sequence)
            }
            (ObjectKind::Grant | ObjectKind::Comment, object) => {
                let Some(of) = id.of.as_deref() else { continue };
                let is_ours = match of.kind {
                    ObjectKind::Table | ObjectKind::Column | ObjectKind::Constraint | ObjectKind::Policy => {
                        of_table(of)
                    }
                    ObjectKind::Index => is_index(of),
                    ObjectKind::Sequence => is_identity(of),
                    _ => false,
                };
                if is_ours {
                    let id = ObjectId { of: Some(Box::new(there(of))), ..id.clone() };
                    objects.push((id, object.clone()));
                }
                continue;
            }
            _ => continue,
        };
        objects.push((there(id), part));
    }
    objects
}
