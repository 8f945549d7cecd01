//! CREATE TABLE, CREATE VIEW, CREATE TYPE.

use pgmason_model::QualifiedName;
use pgmason_sql::{ColumnDefinition, Constraint, ConstraintKind, CreateTable, CreateType, CreateView, Name, TypeKind};

use super::{Column, ConstraintState, Now, Relation, State, TEMPORARY_SCHEMA, Type, plain_relation};
use crate::expression::{TokenKind, conjuncts, tokens};
use crate::migrations::generated_names::constraint_name;
use crate::migrations::history::{History, Moment, RelationKind, TableLife};

impl State {
    pub(super) fn create_table(&mut self, table: &CreateTable, now: &Now<'_>, history: &mut History<'_>) {
        let temporary = table.temporary || table.name.schema.as_deref() == Some(TEMPORARY_SCHEMA);
        let name = if temporary {
            QualifiedName::new(TEMPORARY_SCHEMA, table.name.name.as_str())
        } else {
            self.for_creation(&table.name, now)
        };
        if table.if_not_exists && self.relations.contains_key(&name) {
            return;
        }
        let mut columns: Vec<Column> = Vec::new();
        let mut columns_known = table.as_select.is_none() && table.of_type.is_none();
        for source in table.like.iter().chain(&table.inherits).chain(&table.partition_of) {
            match self.find(source, now) {
                Some(parent) => {
                    columns.extend(parent.columns.iter().cloned().map(|column| Column { file: now.file, ..column }));
                    columns_known &= parent.columns_known;
                }
                None => columns_known = false,
            }
        }
        for column in &table.columns {
            match columns.iter_mut().find(|known| known.name == column.name) {
                Some(known) => known.not_null |= column.not_null,
                None => columns.push(new_column(column, now)),
            }
        }
        let relation = self.add_table(name, temporary, now, history);
        if let Some(life) = history.tables.last_mut() {
            life.partitioned = table.partition_by.is_some();
        }
        relation.columns = columns;
        relation.columns_known = columns_known;
        let constraints = table.columns.iter().flat_map(|column| &column.constraints).chain(&table.constraints);
        for constraint in constraints {
            relation.add_constraint(&table.name.name, constraint, now.at);
        }
    }

    /// A new table of that name, whatever was there before.
    pub(super) fn add_table(
        &mut self,
        name: QualifiedName,
        temporary: bool,
        now: &Now<'_>,
        history: &mut History<'_>,
    ) -> &mut Relation {
        history.tables.push(TableLife { created: true, made_by: Some(now.file), ..TableLife::default() });
        let mut relation = plain_relation(RelationKind::Table, now, temporary);
        relation.life = history.tables.len() - 1;
        self.gone.remove(&name);
        self.relations.entry(name).insert_entry(relation).into_mut()
    }

    pub(super) fn create_view(
        &mut self,
        view: &CreateView,
        now: &Now<'_>,
        moment: &mut Moment<'_>,
        history: &mut History<'_>,
    ) {
        if view.temporary {
            return;
        }
        let name = self.for_creation(&view.name, now);
        if let Some(old) = self.relations.get(&name)
            && let Some(before) = history.moments.get_mut(old.defined)
            && old.kind == RelationKind::View
        {
            before.superseded = true;
        }
        moment.takes_name_of = self.former_tables.get(&name).copied();
        self.gone.remove(&name);
        if view.materialized {
            if view.if_not_exists && self.relations.contains_key(&name) {
                return;
            }
            let relation = self.add_table(name, false, now, history);
            relation.kind = RelationKind::MaterializedView;
        } else {
            self.relations.insert(name, plain_relation(RelationKind::View, now, false));
        }
    }

    pub(super) fn create_type(&mut self, created: &CreateType, now: &Now<'_>) {
        let name = self.for_creation(&created.name, now);
        let constrained_domain =
            matches!(created.kind, TypeKind::Domain { not_null, has_check, .. } if not_null || has_check);
        self.types.insert(name, Type { transaction: now.transaction, constrained_domain });
    }

    pub(super) fn is_constrained_domain(&self, base: &Name, now: &Now<'_>) -> bool {
        self.types.get(&self.resolve_type(base, now)).is_some_and(|found| found.constrained_domain)
    }
}

impl Relation {
    pub(super) fn add_constraint(&mut self, table: &str, constraint: &Constraint, at: usize) {
        let proves_not_null = match (constraint.kind, &constraint.expression) {
            (ConstraintKind::Check, Some(expression)) => columns_not_null(&expression.text),
            _ => Vec::new(),
        };
        if matches!(constraint.kind, ConstraintKind::PrimaryKey | ConstraintKind::NotNull) && !constraint.not_valid {
            for column in self.columns.iter_mut().filter(|column| constraint.columns.contains(&column.name)) {
                column.not_null = true;
            }
        }
        self.constraints.push(ConstraintState {
            name: constraint_name(table, constraint),
            columns: constraint.columns.clone(),
            proves_not_null,
            validated: !constraint.not_valid,
            added: at,
        });
    }
}

pub(super) fn new_column(column: &ColumnDefinition, now: &Now<'_>) -> Column {
    Column {
        name: column.name.clone(),
        data_type: column.data_type.clone(),
        not_null: column.not_null || column.primary_key || column.identity,
        file: now.file,
    }
}

/// Columns that a CHECK asks to be NOT NULL, in one of the conditions that AND joins.
fn columns_not_null(check: &str) -> Vec<String> {
    conjuncts(check)
        .into_iter()
        .filter_map(|condition| {
            let mut found = tokens(condition);
            while found.first().is_some_and(|token| token.kind == TokenKind::Open)
                && found.last().is_some_and(|token| token.kind == TokenKind::Close)
            {
                found.pop();
                found.remove(0);
            }
            let [column, is, not, null] = found.as_slice() else { return None };
            (column.is_name() && is.is_word("is") && not.is_word("not") && null.is_word("null"))
                .then(|| column.value.clone())
        })
        .collect()
}
