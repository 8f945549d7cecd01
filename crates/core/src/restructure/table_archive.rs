//! A table that goes, kept with its rows in pgmason's own schema, and the way back from there to the last grant.
//!
//! - In the archive nobody has a privilege, row level security is on, and no trigger fires.
//! - Foreign keys end there, both ways: a row that is only kept must not keep others from being deleted. On the way back
//!   they come NOT VALID, and are validated outside of the lock.

use pgmason_model::catalog::{Constraint, ConstraintKind, ForeignKeyAction, Publication, TriggerState};
use pgmason_model::restructure::{Action, LockMode, RelationLock, RestructureStep, StepUndo};
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind, QualifiedName, quote_literal};

use super::compatibility_view::OWN_SCHEMA;
use super::context::PlanContext;
use super::own_name::readable;
use super::refusal::OperationRefusal;
use crate::diff::access::owner_of;

/// Statements that put a table there and bring it back. Both run under `locks`.
#[derive(Clone, Debug)]
pub(super) struct Archive {
    /// Where the table is, once it is archived.
    pub(super) name: QualifiedName,
    /// While the table has its own name. On the way back `name` is locked instead.
    pub(super) locks: Vec<RelationLock>,
    pub(super) forth: Vec<String>,
    pub(super) back: Vec<String>,
    /// After `back`, without a lock that anybody waits for.
    pub(super) validate: Vec<String>,
    /// Names that the archive takes in its schema.
    taken: Vec<QualifiedName>,
}

/// A foreign key between two tables, by its constraint.
pub(super) struct ForeignKey<'a> {
    pub(super) id: &'a ObjectId,
    pub(super) constraint: &'a Constraint,
    /// The table that refers.
    pub(super) table: QualifiedName,
}

/// Foreign keys that refer to the table, those of partitions left out: they come and go with their parent's.
pub(super) fn inbound<'a>(catalog: &'a Catalog, table: &QualifiedName) -> Vec<ForeignKey<'a>> {
    foreign_keys(catalog, |key| key.constraint.references.as_ref().is_some_and(|references| references.table == *table))
}

/// Foreign keys of the table.
pub(super) fn outbound<'a>(catalog: &'a Catalog, table: &QualifiedName) -> Vec<ForeignKey<'a>> {
    foreign_keys(catalog, |key| key.table == *table)
}

fn foreign_keys<'a>(catalog: &'a Catalog, wanted: impl Fn(&ForeignKey<'a>) -> bool) -> Vec<ForeignKey<'a>> {
    catalog
        .of_kind(ObjectKind::Constraint)
        .filter_map(|(id, object)| match object {
            Object::Constraint(constraint)
                if constraint.kind == ConstraintKind::ForeignKey && !constraint.inherited =>
            {
                Some(ForeignKey { id, constraint, table: id.qualified_name()? })
            }
            _ => None,
        })
        .filter(wanted)
        .collect()
}

impl ForeignKey<'_> {
    pub(super) fn drop_statement(&self) -> String {
        format!("ALTER TABLE {} DROP CONSTRAINT {}", self.table, self.name())
    }

    /// What its referenced row takes along, or sets to null, is known without asking anybody.
    pub(super) fn is_made_good(&self) -> bool {
        let on_delete = self.constraint.references.as_ref().map(|references| references.on_delete);
        matches!(on_delete, Some(ForeignKeyAction::Cascade | ForeignKeyAction::SetNull))
    }

    fn name(&self) -> Identifier {
        self.id.sub.clone().unwrap_or_default()
    }

    /// Adds it again as it was, NOT VALID first: that holds its lock for a moment only.
    pub(super) fn add_statements(&self, catalog: &Catalog) -> Vec<String> {
        let not_valid = if self.is_of_partitioned(catalog) || !self.constraint.validated { "" } else { " NOT VALID" };
        let mut statements = vec![format!(
            "ALTER TABLE {} ADD CONSTRAINT {} {}{not_valid}",
            self.table,
            self.name(),
            self.constraint.definition
        )];
        if let Some(Object::Comment(comment)) = catalog.get(&ObjectId::comment(self.id.clone())) {
            statements.push(format!(
                "COMMENT ON CONSTRAINT {} ON {} IS {}",
                self.name(),
                self.table,
                quote_literal(&comment.text)
            ));
        }
        statements
    }

    /// Validates it. `archived`: first makes good what happened to other tables meanwhile, as a key of the archived table
    /// would have. Rows of other tables are never touched: nothing tells that a parent of theirs was ever there.
    pub(super) fn validate_statements(&self, catalog: &Catalog, archived: &QualifiedName) -> Vec<String> {
        if !self.constraint.validated {
            return Vec::new();
        }
        let mut statements: Vec<String> = self.make_good(archived).into_iter().collect();
        if !self.is_of_partitioned(catalog) {
            statements.push(format!("ALTER TABLE {} VALIDATE CONSTRAINT {}", self.table, self.name()));
        }
        statements
    }

    /// PostgreSQL takes no NOT VALID key on a partitioned table (13 to 17).
    fn is_of_partitioned(&self, catalog: &Catalog) -> bool {
        matches!(catalog.get(&self.id.relation(ObjectKind::Table)),
            Some(Object::Table(table)) if table.partition_key.is_some())
    }

    /// Archived rows whose referenced row went while the key was not there.
    fn make_good(&self, archived: &QualifiedName) -> Option<String> {
        let references = self.constraint.references.as_ref()?;
        if self.table != *archived || references.table == *archived {
            return None;
        }
        let pairs: Vec<(&Identifier, &Identifier)> = self.constraint.columns.iter().zip(&references.columns).collect();
        let equal: Vec<String> =
            pairs.iter().map(|(own, other)| format!("referenced.{other} = referring.{own}")).collect();
        let set: Vec<String> = pairs.iter().map(|(own, _)| format!("referring.{own} IS NOT NULL")).collect();
        let lost = format!(
            "{} AND NOT EXISTS (SELECT FROM {} AS referenced WHERE {})",
            set.join(" AND "),
            references.table,
            equal.join(" AND ")
        );
        match references.on_delete {
            ForeignKeyAction::Cascade => Some(format!("DELETE FROM {} AS referring WHERE {lost}", self.table)),
            ForeignKeyAction::SetNull => {
                let nulls: Vec<String> = pairs.iter().map(|(own, _)| format!("{own} = NULL")).collect();
                Some(format!("UPDATE {} AS referring SET {} WHERE {lost}", self.table, nulls.join(", ")))
            }
            // Nothing says what to do with such a row: VALIDATE names it.
            _ => None,
        }
    }
}

/// The archive of a table that stands under its own name.
pub(super) fn archive(context: &PlanContext<'_>, table: &ObjectId) -> Result<Archive, OperationRefusal> {
    archive_without(context, table, &[])
}

/// The same, where sequences of its columns stay: another table goes on with them.
pub(super) fn archive_without(
    context: &PlanContext<'_>,
    table: &ObjectId,
    stay: &[QualifiedName],
) -> Result<Archive, OperationRefusal> {
    let catalog = context.catalog;
    let (Some(Object::Table(found)), Some(old)) = (catalog.get(table), table.qualified_name()) else {
        return Err(OperationRefusal::NoSuchTable { name: table.to_string(), similar: Vec::new() });
    };
    let name = in_archive(&old);
    context.free(&QualifiedName { schema: old.schema.clone(), name: name.name.clone() })?;
    let mut archive = Archive {
        name: name.clone(),
        locks: vec![RelationLock { relation: old.clone(), mode: LockMode::AccessExclusive }],
        forth: Vec::new(),
        back: Vec::new(),
        validate: Vec::new(),
        taken: vec![name.clone()],
    };
    let mut pairs: Vec<(String, String)> = Vec::new();
    for key in keys(catalog, &old) {
        pairs.push((key.drop_statement(), key.add_statements(catalog).join(";\n")));
        archive.validate.extend(key.validate_statements(catalog, &old));
        let other = match &key.constraint.references {
            Some(references) if references.table != old => references.table.clone(),
            _ => key.table.clone(),
        };
        archive.locks.extend(lock_of(catalog, other, LockMode::AccessExclusive));
    }
    archive.locks.sort();
    archive.locks.dedup();
    pairs.extend(grants(catalog, table, &old));
    pairs.extend(publications(catalog, &old));
    pairs.extend(triggers(catalog, table, &old));
    if !found.row_security {
        pairs.push((
            format!("ALTER TABLE {old} ENABLE ROW LEVEL SECURITY"),
            format!("ALTER TABLE {old} DISABLE ROW LEVEL SECURITY"),
        ));
    }
    for (kind, part, keyword) in parts(catalog, table, &old) {
        let Some(part) = part.qualified_name().filter(|part| !stay.contains(part)) else { continue };
        let kept = in_archive(&part);
        pairs.push((
            format!("ALTER {keyword} {part} RENAME TO {}", kept.name),
            format!(
                "ALTER {keyword} {} RENAME TO {}",
                QualifiedName { schema: part.schema.clone(), name: kept.name.clone() },
                part.name
            ),
        ));
        if kind == ObjectKind::ExtendedStatistics {
            pairs.push((
                format!(
                    "ALTER STATISTICS {} SET SCHEMA {OWN_SCHEMA}",
                    QualifiedName { schema: part.schema.clone(), name: kept.name.clone() }
                ),
                format!("ALTER STATISTICS {kept} SET SCHEMA {}", part.schema),
            ));
        }
        archive.taken.push(kept);
    }
    let between = QualifiedName { schema: old.schema.clone(), name: name.name.clone() };
    pairs.push((
        format!("ALTER TABLE {old} RENAME TO {}", name.name),
        format!("ALTER TABLE {between} RENAME TO {}", old.name),
    ));
    pairs.push((
        format!("ALTER TABLE {between} SET SCHEMA {OWN_SCHEMA}"),
        format!("ALTER TABLE {name} SET SCHEMA {}", old.schema),
    ));
    (archive.forth, archive.back) = pairs.into_iter().unzip();
    archive.back.reverse();
    archive.back.retain(|statement| !statement.is_empty());
    Ok(archive)
}

impl Archive {
    /// The locks of the way back.
    pub(super) fn locks_back(&self, old: &QualifiedName) -> Vec<RelationLock> {
        let mut locks = self.locks.clone();
        for lock in &mut locks {
            if lock.relation == *old {
                lock.relation = self.name.clone();
            }
        }
        locks.sort();
        locks.dedup();
        locks
    }

    /// Another name in pgmason's schema that has to be free.
    pub(super) fn also_takes(&mut self, name: QualifiedName) {
        self.taken.push(name);
    }

    /// An archive of a table of that name may be there from before.
    pub(super) fn is_free(&self) -> RestructureStep {
        let names: Vec<String> = self.taken.iter().map(|name| quote_literal(&name.to_string())).collect();
        RestructureStep {
            title: format!("see that the archive {} is not taken", self.name),
            action: Action::Check {
                query: format!(
                    "SELECT pg_catalog.count(pg_catalog.to_regclass(name)) = 0 FROM pg_catalog.unnest(ARRAY[{}]) AS name",
                    names.join(", ")
                ),
                failure: format!(
                    "{} is there from before: see whether its rows are still wanted, and drop it",
                    self.name
                ),
            },
            undo: StepUndo::Nothing,
        }
    }

    /// A step whose way back validates what came back NOT VALID: it stands before the one that archives.
    pub(super) fn validated_on_the_way_back(&self, step: RestructureStep) -> RestructureStep {
        if self.validate.is_empty() {
            return step;
        }
        let undo = Action::Transaction { locks: Vec::new(), statements: self.validate.clone() };
        RestructureStep { undo: StepUndo::Action(undo), ..step }
    }
}

/// A table of the platform may not be ours to LOCK: there the statement that needs the lock takes it, in short tries too.
pub(super) fn lock_of(catalog: &Catalog, relation: QualifiedName, mode: LockMode) -> Option<RelationLock> {
    let id = ObjectId::in_schema(ObjectKind::Table, relation.schema.clone(), relation.name.clone());
    (!catalog.is_platform(&id)).then_some(RelationLock { relation, mode })
}

/// `pgmason.archive_public_emails`.
pub(super) fn in_archive(name: &QualifiedName) -> QualifiedName {
    QualifiedName::new(OWN_SCHEMA, readable("archive", name))
}

/// Inbound and outbound ones, one that refers to its own table once.
fn keys<'a>(catalog: &'a Catalog, table: &QualifiedName) -> Vec<ForeignKey<'a>> {
    let mut keys = inbound(catalog, table);
    keys.extend(
        outbound(catalog, table)
            .into_iter()
            .filter(|key| key.constraint.references.as_ref().is_none_or(|references| references.table != *table)),
    );
    keys
}

/// Takes every privilege on a relation from everybody but its owner, and gives it back. `name`: what it is called then.
pub(super) fn grants(catalog: &Catalog, table: &ObjectId, name: &QualifiedName) -> Vec<(String, String)> {
    let owner: Identifier = catalog.get(table).and_then(owner_of).cloned().unwrap_or_default();
    let mut pairs = Vec::new();
    // Columns last: taking a privilege from a table takes it from its columns.
    for kind in [table.kind, ObjectKind::Column] {
        for (id, object) in catalog.of_kind(ObjectKind::Grant) {
            let (Some(of), Object::Grant(grant)) = (id.of.as_deref(), object) else { continue };
            if of.kind != kind || of.schema != table.schema || of.name != table.name {
                continue;
            }
            if id.name == owner {
                continue;
            }
            let grantee = if id.name == *"public" { "PUBLIC".to_owned() } else { id.name.to_string() };
            let column = of.sub.as_ref().map(|column| format!(" ({column})")).unwrap_or_default();
            let mut given = Vec::new();
            for with_option in [false, true] {
                let some: Vec<String> = grant
                    .privileges
                    .iter()
                    .filter(|(_, option)| **option == with_option)
                    .map(|(privilege, _)| format!("{privilege}{column}"))
                    .collect();
                if !some.is_empty() {
                    let option = if with_option { " WITH GRANT OPTION" } else { "" };
                    given.push(format!("GRANT {} ON TABLE {name} TO {grantee}{option}", some.join(", ")));
                }
            }
            pairs.push((format!("REVOKE ALL{column} ON TABLE {name} FROM {grantee} CASCADE"), given.join(";\n")));
        }
    }
    pairs
}

/// Publications that name the table; those of a schema lose it with the schema, and of all tables keep it.
fn publications(catalog: &Catalog, table: &QualifiedName) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for (id, object) in catalog.of_kind(ObjectKind::Publication) {
        if let Object::Publication(publication) = object
            && let Some(added) = published(publication, table)
        {
            pairs.push((
                format!("ALTER PUBLICATION {} DROP TABLE {table}", id.name),
                format!("ALTER PUBLICATION {} ADD TABLE {added}", id.name),
            ));
        }
    }
    pairs
}

/// `public.emails (id, subject) WHERE (kept)`, as ALTER PUBLICATION takes it.
pub(super) fn published(publication: &Publication, table: &QualifiedName) -> Option<String> {
    let found = publication.tables.iter().find(|published| published.table == *table)?;
    let columns = found
        .columns
        .as_ref()
        .map(|columns| format!(" ({})", columns.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")));
    let filter = found.filter.as_ref().map(|filter| format!(" WHERE ({filter})"));
    Some(format!("{table}{}{}", columns.unwrap_or_default(), filter.unwrap_or_default()))
}

/// What is copied into an archive has been through the triggers once.
fn triggers(catalog: &Catalog, table: &ObjectId, name: &QualifiedName) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for (id, object) in catalog.of_relation(ObjectKind::Trigger, table) {
        let (Object::Trigger(trigger), Some(own)) = (object, &id.sub) else { continue };
        let enable = match trigger.state {
            TriggerState::Disabled => continue,
            TriggerState::Origin => "ENABLE",
            TriggerState::Replica => "ENABLE REPLICA",
            TriggerState::Always => "ENABLE ALWAYS",
        };
        pairs.push((
            format!("ALTER TABLE {name} DISABLE TRIGGER {own}"),
            format!("ALTER TABLE {name} {enable} TRIGGER {own}"),
        ));
    }
    pairs
}

/// What has a name of its own in the table's schema: two archives must not have the same.
fn parts<'a>(
    catalog: &'a Catalog,
    table: &ObjectId,
    name: &QualifiedName,
) -> Vec<(ObjectKind, &'a ObjectId, &'static str)> {
    let mut parts = Vec::new();
    for (id, object) in catalog.of_kind(ObjectKind::Index) {
        if matches!(object, Object::Index(index) if index.table == *name) {
            parts.push((ObjectKind::Index, id, "INDEX"));
        }
    }
    for (id, object) in catalog.of_kind(ObjectKind::Sequence) {
        let owned = matches!(object, Object::Sequence(sequence) if sequence.owned_by.as_ref()
            .is_some_and(|column| column.schema == table.schema && column.name == table.name));
        if owned {
            parts.push((ObjectKind::Sequence, id, "SEQUENCE"));
        }
    }
    for (id, object) in catalog.of_kind(ObjectKind::ExtendedStatistics) {
        if matches!(object, Object::ExtendedStatistics(statistics) if statistics.table == *name) {
            parts.push((ObjectKind::ExtendedStatistics, id, "STATISTICS"));
        }
    }
    parts
}
