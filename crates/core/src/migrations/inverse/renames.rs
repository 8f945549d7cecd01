//! Takes renames back: two catalogs alone show a thing that went and another that came.

use pgmason_model::{Catalog, Identifier, ObjectId, ObjectKind as Kind, QualifiedName};
use pgmason_sql::{AlterTableActionKind as Action, Name, ObjectKind, RelationChange, StatementKind, TypeChange};

use crate::migrations::steps::Step;

/// Statements that undo the renames among the steps, the last first. `after`: the catalog after all steps.
pub fn renames(steps: &[&Step<'_>], after: &Catalog) -> Vec<String> {
    let mut found: Vec<Rename> = Vec::new();
    for step in steps {
        let place = Place { step, after };
        match &step.statement.kind {
            StatementKind::AlterTable(table) => {
                for action in &table.actions {
                    found.extend(place.table("TABLE", &table.name, &action.kind));
                }
            }
            StatementKind::AlterView(view) => found.extend(place.relation(word(view.object), &view.name, &view.change)),
            StatementKind::AlterIndex(index) => found.extend(place.relation("INDEX", &index.name, &index.change)),
            StatementKind::AlterSequence(sequence) => {
                found.extend(place.relation("SEQUENCE", &sequence.name, &sequence.change));
            }
            StatementKind::AlterType(altered) => {
                let word = if altered.domain { "DOMAIN" } else { "TYPE" };
                match &altered.change {
                    TypeChange::RenameTo(new) => found.push(place.renamed(word, &altered.name, new)),
                    TypeChange::SetSchema(schema) => found.push(place.moved(word, &altered.name, schema)),
                    TypeChange::RenameAttribute { from, to } => {
                        let name = place.resolve(&altered.name);
                        found.push(Rename::inside(
                            &name,
                            format!(
                                "ALTER TYPE {name} RENAME ATTRIBUTE {} TO {}",
                                Identifier::from(to.as_str()),
                                Identifier::from(from.as_str())
                            ),
                        ));
                    }
                    _ => {}
                }
            }
            StatementKind::AlterOther {
                object: ObjectKind::Schema,
                name: Some(name),
                change: RelationChange::RenameTo(new),
            } => {
                let (old, new) = (Identifier::from(name.name.as_str()), Identifier::from(new.as_str()));
                found.push(Rename { leads_to: None, needs: None, sql: format!("ALTER SCHEMA {new} RENAME TO {old}") });
            }
            _ => {}
        }
    }
    // What was renamed and then dropped, or moved out of the way of something new, has nothing to go back from.
    let mut statements = Vec::new();
    let mut reachable: Vec<QualifiedName> = Vec::new();
    for rename in found.into_iter().rev() {
        let there = rename.needs.as_ref().is_none_or(|name| reachable.contains(name) || exists(after, name));
        if there {
            reachable.extend(rename.leads_to);
            statements.push(rename.sql);
        }
    }
    statements
}

struct Rename {
    /// The name that has to be there.
    needs: Option<QualifiedName>,
    /// The name that is there afterwards.
    leads_to: Option<QualifiedName>,
    sql: String,
}

impl Rename {
    fn inside(name: &QualifiedName, sql: String) -> Self {
        Self { needs: Some(name.clone()), leads_to: None, sql }
    }
}

struct Place<'a> {
    step: &'a Step<'a>,
    after: &'a Catalog,
}

impl Place<'_> {
    /// The schema as written, else the first of the path that has the name now, else the path's first.
    fn resolve(&self, name: &Name) -> QualifiedName {
        let path = &self.step.search_path;
        let schema = name.schema.clone().or_else(|| {
            let has = |schema: &&String| exists(self.after, &QualifiedName::new(schema.as_str(), name.name.as_str()));
            path.iter().find(has).or_else(|| path.first()).cloned()
        });
        QualifiedName::new(schema.unwrap_or_else(|| "public".to_owned()), name.name.as_str())
    }

    fn renamed(&self, word: &str, name: &Name, new: &str) -> Rename {
        let target = self.resolve(&Name { schema: name.schema.clone(), name: new.to_owned() });
        let old = QualifiedName { schema: target.schema.clone(), name: Identifier::from(name.name.as_str()) };
        let sql = format!("ALTER {word} {target} RENAME TO {}", old.name);
        Rename { needs: Some(target), leads_to: Some(old), sql }
    }

    fn moved(&self, word: &str, name: &Name, schema: &str) -> Rename {
        let target = QualifiedName::new(schema, name.name.as_str());
        let old = self.resolve(name);
        let sql = format!("ALTER {word} {target} SET SCHEMA {}", old.schema);
        Rename { needs: Some(target), leads_to: Some(old), sql }
    }

    fn table(&self, word: &str, name: &Name, action: &Action) -> Option<Rename> {
        let inside = |what: &str, from: &str, to: &str| {
            let table = self.resolve(name);
            let (from, to) = (Identifier::from(from), Identifier::from(to));
            let sql = format!("ALTER {word} {table} RENAME {what} {to} TO {from}");
            Some(Rename::inside(&table, sql))
        };
        match action {
            Action::RenameTo { name: new } => Some(self.renamed(word, name, new)),
            Action::SetSchema { schema } => Some(self.moved(word, name, schema)),
            Action::RenameColumn { from, to } => inside("COLUMN", from, to),
            Action::RenameConstraint { from, to } => inside("CONSTRAINT", from, to),
            _ => None,
        }
    }

    fn relation(&self, word: &str, name: &Name, change: &RelationChange) -> Option<Rename> {
        match change {
            RelationChange::RenameTo(new) => Some(self.renamed(word, name, new)),
            RelationChange::SetSchema(schema) => Some(self.moved(word, name, schema)),
            RelationChange::RenameColumn(from, to) => {
                self.table(word, name, &Action::RenameColumn { from: from.clone(), to: to.clone() })
            }
            _ => None,
        }
    }
}

fn word(object: ObjectKind) -> &'static str {
    match object {
        ObjectKind::MaterializedView => "MATERIALIZED VIEW",
        ObjectKind::ForeignTable => "FOREIGN TABLE",
        _ => "VIEW",
    }
}

fn exists(catalog: &Catalog, name: &QualifiedName) -> bool {
    [
        Kind::Table,
        Kind::View,
        Kind::MaterializedView,
        Kind::Index,
        Kind::Sequence,
        Kind::EnumType,
        Kind::DomainType,
        Kind::CompositeType,
        Kind::RangeType,
        Kind::BaseType,
    ]
    .into_iter()
    .any(|kind| catalog.get(&ObjectId::in_schema(kind, name.schema.clone(), name.name.clone())).is_some())
}
