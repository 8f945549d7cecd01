//! The actions of ALTER TABLE, each noted before it happens.

use pgmason_model::QualifiedName;
use pgmason_sql::{AlterTable, AlterTableActionKind as Action, ConstraintKind, RelationChange};

use super::create::new_column;
use super::{Now, Relation, State};
use crate::migrations::history::{
    ActionBefore, ColumnBefore, ConstraintBefore, History, Moment, RelationKind, Standing,
};

impl State {
    pub(super) fn alter_table(
        &mut self,
        table: &AlterTable,
        now: &Now<'_>,
        moment: &mut Moment<'_>,
        history: &mut History<'_>,
    ) {
        if table.all_in_tablespace {
            return;
        }
        let mut name = self.resolve(&table.name, now);
        for action in &table.actions {
            if self.gone.contains(&name) {
                moment.actions.push(ActionBefore::default());
                continue;
            }
            let constrained_domain = match &action.kind {
                Action::AddColumn { column, .. } => {
                    let base = column.data_type.as_ref().map(|data_type| &data_type.base);
                    base.is_some_and(|base| self.is_constrained_domain(base, now))
                }
                _ => false,
            };
            let relation = self.relation_or_placeholder(&name, history);
            moment.actions.push(ActionBefore { constrained_domain, ..relation.before(&action.kind, now) });
            match &action.kind {
                Action::RenameTo { name: new } => {
                    let renamed = QualifiedName::new(name.schema.clone(), new.as_str());
                    self.rename(&name, renamed.clone(), now, history);
                    name = renamed;
                }
                Action::SetSchema { schema } => {
                    let moved = QualifiedName::new(schema.as_str(), name.name.clone());
                    self.rename(&name, moved.clone(), now, history);
                    name = moved;
                }
                Action::EnableRowSecurity => {
                    let life = relation.life;
                    if let Some(table) = history.tables.get_mut(life) {
                        table.row_security = true;
                    }
                }
                Action::SetStorageParameters { text } if relation.kind == RelationKind::View => {
                    let change = RelationChange::SetOptions(options(text));
                    self.change_relation(&name, &change, now, history);
                }
                kind => relation.change(name.name.as_str(), kind, now),
            }
        }
    }
}

impl Relation {
    fn before(&self, action: &Action, now: &Now<'_>) -> ActionBefore {
        let mut before = ActionBefore::default();
        match action {
            Action::AddColumn { column, .. } => before.column = self.column_before(&column.name, now),
            Action::DropColumn { name, .. } | Action::RenameColumn { from: name, .. } => {
                before.column = self.column_before(name, now);
            }
            Action::AlterColumnType { column, .. } | Action::SetNotNull { column } => {
                before.column = self.column_before(column, now);
            }
            Action::ValidateConstraint { name } => {
                before.constraint =
                    self.constraints.iter().rfind(|constraint| constraint.name == *name).map(|constraint| {
                        ConstraintBefore { added: constraint.added, validated: constraint.validated }
                    });
            }
            Action::AddConstraint(constraint) if constraint.kind == ConstraintKind::PrimaryKey => {
                let nullable = |column: &&String| {
                    self.columns.iter().any(|known| known.name == **column && !known.not_null) && !self.proves(column)
                };
                before.nullable_key = constraint.columns.iter().filter(nullable).cloned().collect();
            }
            _ => {}
        }
        before
    }

    fn column_before(&self, name: &str, now: &Now<'_>) -> Option<ColumnBefore> {
        let proven_not_null = self.proves(name);
        let Some(column) = self.columns.iter().find(|column| column.name == name) else {
            let unknown = ColumnBefore {
                standing: Standing::Unknown,
                made_by: None,
                data_type: None,
                not_null: false,
                proven_not_null,
            };
            return (!self.columns_known).then_some(unknown);
        };
        let standing = if column.file == now.file { Standing::ThisFile } else { Standing::EarlierFile };
        Some(ColumnBefore {
            standing,
            made_by: Some(column.file),
            data_type: column.data_type.clone(),
            not_null: column.not_null,
            proven_not_null,
        })
    }

    /// A validated CHECK says that the column is not NULL.
    fn proves(&self, column: &str) -> bool {
        let proof = |name: &String| name == column;
        self.constraints.iter().any(|constraint| constraint.validated && constraint.proves_not_null.iter().any(proof))
    }

    fn change(&mut self, table: &str, action: &Action, now: &Now<'_>) {
        match action {
            Action::AddColumn { column, .. } => {
                if self.columns.iter().any(|known| known.name == column.name) {
                    return;
                }
                self.columns.push(new_column(column, now));
                for constraint in &column.constraints {
                    self.add_constraint(table, constraint, now.at);
                }
            }
            Action::DropColumn { name, .. } => {
                self.columns.retain(|column| column.name != *name);
                self.constraints.retain(|constraint| !constraint.columns.contains(name));
            }
            Action::AlterColumnType { column, data_type, .. } => {
                self.on_column(column, |known| known.data_type = Some(data_type.clone()));
            }
            Action::SetNotNull { column } => self.on_column(column, |known| known.not_null = true),
            Action::DropNotNull { column } => self.on_column(column, |known| known.not_null = false),
            Action::RenameColumn { from, to } => {
                self.on_column(from, |known| known.name.clone_from(to));
                for constraint in &mut self.constraints {
                    for name in constraint.columns.iter_mut().chain(&mut constraint.proves_not_null) {
                        if name == from {
                            name.clone_from(to);
                        }
                    }
                }
            }
            Action::AddConstraint(constraint) => self.add_constraint(table, constraint, now.at),
            Action::ValidateConstraint { name } => {
                for constraint in self.constraints.iter_mut().filter(|constraint| constraint.name == *name) {
                    constraint.validated = true;
                }
            }
            Action::DropConstraint { name, .. } => self.constraints.retain(|constraint| constraint.name != *name),
            Action::RenameConstraint { from, to } => {
                for constraint in self.constraints.iter_mut().filter(|constraint| constraint.name == *from) {
                    constraint.name.clone_from(to);
                }
            }
            _ => {}
        }
    }

    fn on_column(&mut self, name: &str, change: impl FnOnce(&mut super::Column)) {
        if let Some(column) = self.columns.iter_mut().find(|column| column.name == name) {
            change(column);
        }
    }
}

/// `(name = value, …)`, folded.
fn options(text: &str) -> Vec<(String, Option<String>)> {
    let inside = text.trim().trim_start_matches('(').trim_end_matches(')');
    inside
        .split(',')
        .map(|part| match part.split_once('=') {
            Some((name, value)) => {
                (name.trim().to_ascii_lowercase(), Some(value.trim().trim_matches('\'').to_ascii_lowercase()))
            }
            None => (part.trim().to_ascii_lowercase(), None),
        })
        .collect()
}
