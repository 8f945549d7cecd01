//! Indexes and constraints of a column that changes its type: what each is on the new column, and on the old one meanwhile.

use pgmason_model::catalog::{Constraint, ConstraintKind, Index, TableKind};
use pgmason_model::restructure::{LockMode, RelationLock, RestructureStep, StepUndo};
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind, QualifiedName, quote_literal};

use super::column_parts::{inbound, parts_of};
use super::context::PlanContext;
use super::index_steps::{NewIndex, of_index};
use super::own_name::own_name;
use super::refusal::OperationRefusal;
use super::retyped_column::is_key;
use super::shadow_column::{index_copy, indexes_with, with_column};
use super::step::{both_ways, check_with_undo, validate};
use super::table_facts::{constraint_is_free, refused};

/// An index that holds the column.
pub(super) struct IndexCopy<'a> {
    pub(super) id: &'a ObjectId,
    pub(super) index: &'a Index,
    column: Identifier,
    /// Over the new column.
    pub(super) fresh: NewIndex,
    /// Over the old column while the new one counts: the index itself, or a second one where it was a constraint's.
    kept: Identifier,
    /// What it carries.
    pub(super) constraint: Option<(&'a ObjectId, &'a Constraint)>,
}

pub(super) fn indexes<'a>(
    catalog: &'a Catalog,
    table: &ObjectId,
    name: &QualifiedName,
    column: &Identifier,
    shadow: &Identifier,
    old: &Identifier,
) -> Result<Vec<IndexCopy<'a>>, OperationRefusal> {
    let mut copies = Vec::new();
    for (id, index) in indexes_with(catalog, name, column) {
        let stays = match index {
            Index { exclusion: true, .. } => Some("belongs to an exclusion constraint"),
            Index { replica_identity: true, .. } => Some("is the replica identity of its table"),
            Index { tablespace: Some(_), .. } => Some("is in a tablespace of its own"),
            Index { valid: false, .. } => Some("is not valid"),
            Index { immediate: false, .. } => Some("belongs to a constraint that is DEFERRABLE"),
            _ => None,
        };
        if let Some(reason) = stays {
            return Err(refused(
                format!("the index {id} holds {column} and {reason}"),
                "drop it in a stage before, and add it in one after",
            ));
        }
        let constraint = index.constraint.as_ref().and_then(|constraint| {
            let id = ObjectId { kind: ObjectKind::Constraint, sub: Some(constraint.clone()), ..table.clone() };
            catalog.objects.get_key_value(&id).and_then(|(id, object)| match object {
                Object::Constraint(found) => Some((id, found)),
                _ => None,
            })
        });
        copies.push(IndexCopy {
            id,
            index,
            column: column.clone(),
            fresh: index_copy(index, id, column, shadow, true)?,
            kept: own_name(&[name.name.as_str(), id.name.as_str(), old.as_str()]),
            constraint,
        });
    }
    Ok(copies)
}

impl IndexCopy<'_> {
    pub(super) fn kept_name(&self) -> QualifiedName {
        QualifiedName { schema: self.index.table.schema.clone(), name: self.kept.clone() }
    }

    fn fresh_name(&self) -> QualifiedName {
        QualifiedName { schema: self.index.table.schema.clone(), name: self.fresh.name.clone() }
    }

    /// The index that is kept, over the old column by the name that it has.
    pub(super) fn spare(&self, called: &Identifier) -> Result<NewIndex, OperationRefusal> {
        let copy = index_copy(self.index, self.id, &self.column, called, true)?;
        Ok(NewIndex { name: self.kept.clone(), ..copy })
    }

    fn constraint_name(&self) -> Option<(&Identifier, &'static str)> {
        let (id, constraint) = self.constraint?;
        let kind = if constraint.kind == ConstraintKind::PrimaryKey { "PRIMARY KEY" } else { "UNIQUE" };
        Some((id.sub.as_ref()?, kind))
    }

    /// The name is free for the new one.
    pub(super) fn put_away(&self) -> String {
        match self.constraint_name() {
            Some((name, _)) => format!("ALTER TABLE {} DROP CONSTRAINT {name}", self.index.table),
            None => format!("ALTER INDEX {} RENAME TO {}", self.id, self.kept),
        }
    }

    pub(super) fn put_in_place(&self) -> String {
        match self.constraint_name() {
            Some((name, kind)) => self.carry(name, kind, &self.fresh.name),
            None => format!("ALTER INDEX {} RENAME TO {}", self.fresh_name(), self.id.name),
        }
    }

    /// Gives the index of a constraint the constraint's name.
    fn carry(&self, name: &Identifier, kind: &str, index: &Identifier) -> String {
        format!("ALTER TABLE {} ADD CONSTRAINT {name} {kind} USING INDEX {index}", self.index.table)
    }

    pub(super) fn take_out(&self) -> String {
        match self.constraint_name() {
            Some((name, _)) => format!("ALTER TABLE {} DROP CONSTRAINT {name}", self.index.table),
            None => format!("ALTER INDEX {} RENAME TO {}", self.id, self.fresh.name),
        }
    }

    pub(super) fn put_back(&self, catalog: &Catalog) -> Vec<String> {
        match (self.constraint_name(), self.constraint) {
            (Some((name, kind)), Some((id, _))) => {
                let mut back = vec![self.carry(name, kind, &self.kept)];
                back.extend(of_index(catalog, self.id, self.index));
                back.extend(comment(catalog, id, name, &self.index.table));
                back
            }
            _ => {
                let mut back = vec![format!("ALTER INDEX {} RENAME TO {}", self.kept_name(), self.id.name)];
                if self.index.clustered {
                    back.push(format!("ALTER TABLE {} CLUSTER ON {}", self.index.table, self.id.name));
                }
                back
            }
        }
    }
}

/// A CHECK or a foreign key that holds the column, or that refers to it.
pub(super) struct ConstraintCopy<'a> {
    id: &'a ObjectId,
    name: Identifier,
    constraint: &'a Constraint,
    /// Of which it is a constraint.
    table: QualifiedName,
    fresh: Identifier,
    /// NOT VALID.
    definition: String,
    pub(super) inbound: bool,
}

pub(super) fn constraints<'a>(
    context: &PlanContext<'a>,
    table: &ObjectId,
    name: &QualifiedName,
    column: &Identifier,
    shadow: &Identifier,
) -> Result<Vec<ConstraintCopy<'a>>, OperationRefusal> {
    let catalog = context.catalog;
    let mut copies = Vec::new();
    for (id, held, constraint) in parts_of(catalog, table, column).constraints {
        if is_key(constraint) {
            continue;
        }
        let definition = match constraint.kind {
            ConstraintKind::Check => {
                let expression = constraint.expression.as_deref().unwrap_or("true");
                let no_inherit = if constraint.definition.contains(" NO INHERIT") { " NO INHERIT" } else { "" };
                format!("CHECK ({}){no_inherit} NOT VALID", with_column(expression, column, shadow))
            }
            ConstraintKind::ForeignKey => foreign_key(id, constraint, column, shadow, name)?,
            _ => {
                return Err(refused(
                    format!("the constraint {held} holds {column}, and cannot be made beside the traffic"),
                    "drop it in a stage before, and add it in one after",
                ));
            }
        };
        let fresh = own_name(&["new", name.name.as_str(), held.as_str()]);
        constraint_is_free(context, table, &fresh)?;
        let (name, held) = (name.clone(), held.clone());
        copies.push(ConstraintCopy { id, name: held, constraint, table: name, fresh, definition, inbound: false });
    }
    for (id, constraint) in inbound(catalog, name, column) {
        let (Some(of), Some(held)) = (id.qualified_name(), id.sub.clone()) else { continue };
        let referencing = id.relation(ObjectKind::Table);
        let is_plain = matches!(catalog.get(&referencing), Some(Object::Table(found))
            if found.kind == TableKind::Ordinary && found.partition_of.is_none());
        if !is_plain || of == *name && constraint.columns.contains(column) {
            return Err(refused(
                format!("the foreign key {id} refers to {column} from a partitioned table, or from {column} itself"),
                "drop it in a stage before, and add it in one after",
            ));
        }
        let definition = foreign_key(id, constraint, column, shadow, name)?;
        let fresh = own_name(&["new", of.name.as_str(), held.as_str()]);
        constraint_is_free(context, &referencing, &fresh)?;
        copies.push(ConstraintCopy { id, name: held, constraint, table: of, fresh, definition, inbound: true });
    }
    Ok(copies)
}

/// The foreign key with the other column in it: among its own where it is one of the table's, or among those it refers to.
fn foreign_key(
    id: &ObjectId,
    constraint: &Constraint,
    column: &Identifier,
    shadow: &Identifier,
    table: &QualifiedName,
) -> Result<String, OperationRefusal> {
    let cannot = || {
        refused(
            format!("the foreign key {id} cannot be made with another column: {}", constraint.definition),
            "drop it in a stage before, and add it in one after",
        )
    };
    let references = constraint.references.as_ref().ok_or_else(cannot)?;
    let list = |columns: &[Identifier], changes: bool| {
        let names = columns.iter().map(|name| if changes && name == column { shadow } else { name }.to_string());
        names.collect::<Vec<_>>().join(", ")
    };
    let text = |own: bool, theirs: bool| {
        format!(
            "FOREIGN KEY ({}) REFERENCES {}({})",
            list(&constraint.columns, own),
            references.table,
            list(&references.columns, theirs)
        )
    };
    let rest = constraint.definition.strip_prefix(&text(false, false)).ok_or_else(cannot)?;
    // ON DELETE SET NULL (column), PostgreSQL 15 and newer.
    if rest.contains('(') {
        return Err(cannot());
    }
    let theirs = references.table == *table && references.columns.contains(column);
    let rest = rest.strip_suffix(" NOT VALID").unwrap_or(rest);
    Ok(format!("{}{rest} NOT VALID", text(!theirs, theirs)))
}

impl ConstraintCopy<'_> {
    /// A foreign key puts triggers on both of its tables, and takes them away from both.
    pub(super) fn locks(&self) -> Vec<RelationLock> {
        let mut locks = vec![RelationLock { relation: self.table.clone(), mode: LockMode::AccessExclusive }];
        if let Some(references) = &self.constraint.references {
            locks.push(RelationLock { relation: references.table.clone(), mode: LockMode::AccessExclusive });
        }
        locks.sort();
        locks.dedup();
        locks
    }

    /// On the new column, beside the other one.
    pub(super) fn make_fresh(&self) -> Vec<RestructureStep> {
        let Self { table, fresh, definition, .. } = self;
        let mut steps = vec![both_ways(
            format!("the constraint {} of {table} for the new column as well", self.name),
            &self.locks(),
            vec![format!("ALTER TABLE {table} ADD CONSTRAINT {fresh} {definition}")],
            vec![format!("ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {fresh}")],
        )];
        if self.constraint.validated {
            steps.push(validate(table, fresh));
        }
        steps
    }

    /// The way back adds it NOT VALID, and looks at every row after that.
    pub(super) fn validated_on_the_way_back(&self) -> Option<RestructureStep> {
        let Self { table, name, .. } = self;
        self.constraint.validated.then(|| {
            check_with_undo(
                format!("see that the constraint {name} of {table} is there"),
                format!(
                    "SELECT EXISTS (SELECT FROM pg_catalog.pg_constraint \
                     WHERE conrelid = pg_catalog.to_regclass({}) AND conname = {})",
                    quote_literal(&table.to_string()),
                    quote_literal(name.as_str())
                ),
                format!("the constraint {name} of {table} is gone since the stage was planned"),
                StepUndo::Action(validate(table, name).action),
            )
        })
    }

    pub(super) fn drop_original(&self) -> String {
        format!("ALTER TABLE {} DROP CONSTRAINT {}", self.table, self.name)
    }

    pub(super) fn put_in_place(&self) -> String {
        format!("ALTER TABLE {} RENAME CONSTRAINT {} TO {}", self.table, self.fresh, self.name)
    }

    pub(super) fn drop_new(&self) -> String {
        self.drop_original()
    }

    pub(super) fn add_again(&self, catalog: &Catalog) -> Vec<String> {
        let Self { table, name, constraint, .. } = self;
        let plain = constraint.definition.strip_suffix(" NOT VALID").unwrap_or(&constraint.definition);
        let mut statements = vec![format!("ALTER TABLE {table} ADD CONSTRAINT {name} {plain} NOT VALID")];
        statements.extend(comment(catalog, self.id, name, table));
        statements
    }
}

fn comment(catalog: &Catalog, id: &ObjectId, name: &Identifier, table: &QualifiedName) -> Option<String> {
    match catalog.get(&ObjectId::comment(id.clone())) {
        Some(Object::Comment(comment)) => {
            Some(format!("COMMENT ON CONSTRAINT {name} ON {table} IS {}", quote_literal(&comment.text)))
        }
        _ => None,
    }
}
