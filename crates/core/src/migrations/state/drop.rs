//! DROP of relations, schemas and types, with what CASCADE takes along.

use pgmason_model::QualifiedName;
use pgmason_sql::{DropObjects, ObjectKind};

use super::{Now, State, cascaded};
use crate::migrations::history::{History, Moment, RelationKind};

impl State {
    pub(super) fn drop(
        &mut self,
        dropped: &DropObjects,
        now: &Now<'_>,
        moment: &mut Moment<'_>,
        history: &mut History<'_>,
    ) {
        for named in &dropped.names {
            match dropped.object {
                ObjectKind::Table
                | ObjectKind::ForeignTable
                | ObjectKind::View
                | ObjectKind::MaterializedView
                | ObjectKind::Sequence => {
                    let name = self.resolve(&named.name, now);
                    self.drop_relation(name, history);
                }
                ObjectKind::Index => {
                    let name = self.resolve_index(&named.name, now);
                    self.indexes.remove(&name);
                }
                ObjectKind::Schema if dropped.cascade => self.drop_schema(&named.name.name, now, moment, history),
                ObjectKind::Type | ObjectKind::Domain => {
                    let name = self.resolve_type(&named.name, now);
                    self.types.remove(&name);
                    if dropped.cascade {
                        self.drop_columns_of_type(&name, now, moment);
                    }
                }
                _ => {}
            }
        }
    }

    fn drop_relation(&mut self, name: QualifiedName, history: &mut History<'_>) {
        if let Some(relation) = self.relations.remove(&name) {
            match relation.kind {
                RelationKind::Table => {
                    self.former_tables.insert(name.clone(), relation.life);
                }
                RelationKind::View => {
                    if let Some(defined) = history.moments.get_mut(relation.defined) {
                        defined.superseded = true;
                    }
                }
                _ => {}
            }
            self.indexes.retain(|_, life| *life != relation.life);
        }
        self.gone.insert(name);
    }

    fn drop_schema(&mut self, schema: &str, now: &Now<'_>, moment: &mut Moment<'_>, history: &mut History<'_>) {
        let mut inside: Vec<QualifiedName> =
            self.relations.keys().filter(|name| name.schema.as_str() == schema).cloned().collect();
        inside.sort();
        for name in inside {
            if let Some(relation) = self.relations.get(&name).filter(|relation| relation.kind == RelationKind::Table) {
                moment.cascaded.push(cascaded(&name, relation, None, now));
            }
            self.drop_relation(name, history);
        }
        self.types.retain(|name, _| name.schema.as_str() != schema);
    }

    fn drop_columns_of_type(&mut self, name: &QualifiedName, now: &Now<'_>, moment: &mut Moment<'_>) {
        for (table, relation) in &mut self.relations {
            let lost: Vec<_> = relation
                .columns
                .iter()
                .filter(|column| column.is_of(name))
                .map(|column| cascaded(table, relation, Some(column), now))
                .collect();
            relation.columns.retain(|column| !column.is_of(name));
            moment.cascaded.extend(lost);
        }
        moment.cascaded.sort_by(|a, b| (&a.table, &a.column).cmp(&(&b.table, &b.column)));
    }
}
