//! What a person has to know of a merge: names, notes, and what the view does not take.

use pgmason_model::catalog::ConstraintKind;
use pgmason_model::restructure::{NameChange, NameKind, NamePath};
use pgmason_model::{Identifier, Object, ObjectId, ObjectKind, QualifiedName};

use super::context::PlanContext;
use super::limits::functions_naming;
use super::mirror::Taken;
use super::operations::merge_tables::Merge;

impl Merge {
    pub(super) fn names(&self) -> Vec<NameChange> {
        let path = |of: &QualifiedName, member: &Identifier| NamePath::member(of.clone(), member.clone());
        let mut names = vec![NameChange {
            kind: NameKind::Table,
            old: NamePath::relation(self.old.clone()),
            new: Some(NamePath::relation(self.into.clone())),
            note: Some(format!("its rows are those with {} = {}", self.discriminator, self.value)),
        }];
        for (name, _) in &self.mapping.source {
            let new = self.mapping.back.get(name);
            if new != Some(name) {
                names.push(NameChange {
                    kind: NameKind::Column,
                    old: path(&self.old, name),
                    new: new.map(|new| path(&self.into, new)),
                    note: None,
                });
            }
        }
        names
    }

    pub(super) fn notes(&self, context: &PlanContext<'_>) -> Vec<String> {
        let catalog = context.catalog;
        let mut notes = vec![format!(
            "whoever reads {} sees the merged rows too, from the backfill on: queries that must not need {} <> {}",
            self.into, self.discriminator, self.value
        )];
        notes.extend(functions_naming(context, &self.old).into_iter().map(|function| {
            format!("function {function} names {} in its text: change it before the stage is completed", self.old)
        }));
        for (what, kind) in
            [("trigger", ObjectKind::Trigger), ("policy", ObjectKind::Policy), ("rule", ObjectKind::Rule)]
        {
            for (id, _) in catalog.of_relation(kind, &self.table) {
                notes.push(format!(
                    "the {what} {id} ends with the table: from the cutover on those of {} decide",
                    self.into
                ));
            }
        }
        for (id, object) in catalog.of_relation(ObjectKind::Trigger, &self.into_id) {
            if matches!(object, Object::Trigger(trigger) if trigger.for_each_row) {
                notes.push(format!("the trigger {id} fires for every row that comes in"));
            }
        }
        for (id, object) in catalog.of_relation(ObjectKind::Constraint, &self.table) {
            if let Object::Constraint(constraint) = object
                && matches!(
                    constraint.kind,
                    ConstraintKind::Check | ConstraintKind::Unique | ConstraintKind::ForeignKey
                )
            {
                // The archive takes what is written, and has its constraints but for foreign keys.
                let meanwhile = match constraint.kind {
                    ConstraintKind::ForeignKey => String::new(),
                    _ => format!(
                        "; until the stage is completed rows with {} = {} have to satisfy it all the same, for the way back",
                        self.discriminator, self.value
                    ),
                };
                notes.push(format!(
                    "{id} ends with the table: {} does not have it unless you add it{meanwhile}",
                    self.into
                ));
            }
        }
        for (id, object) in catalog.of_kind(ObjectKind::Grant) {
            let (Some(of), Object::Grant(grant)) = (id.of.as_deref(), object) else { continue };
            if of != &self.table {
                continue;
            }
            let other = ObjectId::grant(self.into_id.clone(), id.name.clone());
            let lacking: Vec<&str> = ["SELECT", "INSERT", "UPDATE", "DELETE"]
                .into_iter()
                .filter(|privilege| grant.allows(privilege))
                .filter(
                    |privilege| !matches!(catalog.get(&other), Some(Object::Grant(there)) if there.allows(privilege)),
                )
                .collect();
            if !lacking.is_empty() {
                notes.push(format!(
                    "{} may {} {}, but not {}: it cannot any more once the rows are there",
                    id.name,
                    lacking.join(", "),
                    self.old,
                    self.into
                ));
            }
        }
        notes.push(format!("the rows as they were stay in {} until somebody drops it", self.archive.name));
        if self.taken == Taken::Keep {
            notes.push(format!(
                "rows of {} whose key {} has already are left in the archive alone",
                self.old, self.into
            ));
        }
        notes
    }

    pub(super) fn limits(&self) -> Vec<String> {
        let mut limits = vec![format!("{} shows one more column at its end, {}", self.old, self.discriminator)];
        for (name, _) in &self.mapping.source {
            if !self.mapping.back.contains_key(name) {
                limits.push(format!("{}.{name} is null through the view, and takes no value", self.old));
            }
        }
        for (name, _) in self.mapping.source.iter().filter(|(name, _)| self.is_computed(name)) {
            limits.push(format!(
                "{}.{name} is computed: a rollback gives rows of before the value that they had, whatever was written since",
                self.old
            ));
        }
        if self.mapping.computed {
            limits.push(format!("INSERT … ON CONFLICT does not work through {}: columns are computed", self.old));
        }
        limits
    }
}
