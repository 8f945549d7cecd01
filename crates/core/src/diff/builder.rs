//! Where the actions of a plan are collected, with what every one of them needs and lets go of.

use std::collections::{BTreeMap, BTreeSet};

use pgmason_model::difference::{ActionKind, ChangeHazard, HazardKind, Refusal, Unplanned};
use pgmason_model::{Object, ObjectId, ObjectKind};

use super::action::Action;
use super::context::Context;
use super::states::States;

pub(super) struct Builder<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) states: &'a States,
    pub(super) actions: Vec<Action>,
    pub(super) refusals: Vec<Refusal>,
    pub(super) left: Vec<Unplanned>,
    /// Columns whose values were told to be lost.
    told: BTreeSet<String>,
    /// Foreign keys and defaults that are dropped on their own since tables need each other in a circle.
    pub(super) apart: BTreeSet<ObjectId>,
    /// Words of enums that are new: they can be used only after a commit (PostgreSQL 12 and newer).
    pub(super) new_labels: BTreeMap<ObjectId, Vec<String>>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(context: &'a Context<'a>, states: &'a States, apart: BTreeSet<ObjectId>) -> Self {
        Self {
            context,
            states,
            actions: Vec::new(),
            refusals: Vec::new(),
            left: Vec::new(),
            told: BTreeSet::new(),
            apart,
            new_labels: BTreeMap::new(),
        }
    }

    pub(super) fn major(&self) -> u32 {
        self.context.major()
    }

    pub(super) fn old(&self, id: &ObjectId) -> Option<&'a Object> {
        self.context.from.get(id)
    }

    pub(super) fn new_object(&self, id: &ObjectId) -> Option<&'a Object> {
        self.context.to.get(id)
    }

    /// Adds an action. What makes an object needs what the object needs; what alters it lets go of what it needed.
    pub(super) fn push(&mut self, mut action: Action) -> usize {
        let object = action.object.clone();
        if action.kind != ActionKind::Drop {
            let made: Vec<ObjectId> = action.makes.iter().chain([&object]).cloned().collect();
            for id in &made {
                action.needs.extend(self.needs_of(id));
            }
        }
        if action.kind == ActionKind::Alter {
            action.releases.extend(self.context.old.needed_by(&object).iter().map(|id| (*id).clone()));
        }
        // What is said of a new object after it was made does not hold up what only needs it.
        if action.kind == ActionKind::Alter && self.states.comes(&object) {
            action.makes.retain(|id| *id != object);
            action.needs.insert(object.clone());
        }
        // What is made again is used in its new shape.
        let again = |id: &ObjectId| self.states.goes(id) && self.states.comes(id);
        let needs = &action.needs;
        action.releases.retain(|id| !(needs.contains(id) && again(id)));
        // What hangs on something goes with it, unless something of its own drops it before.
        if action.kind == ActionKind::Drop {
            let mut parts: Vec<ObjectId> = action.removes.clone();
            let mut next = 0;
            while let Some(id) = parts.get(next).cloned() {
                let of = self.context.old.parts_of(&id).iter().filter(|part| !self.apart.contains(**part));
                parts.extend(of.map(|part| (*part).clone()));
                next += 1;
            }
            action.removes = parts;
        }
        let own: Vec<ObjectId> = action.makes.clone();
        action.needs.retain(|id| !own.contains(id));
        self.actions.push(action);
        self.actions.len() - 1
    }

    /// What an object of the new schema needs, its parent counted.
    pub(super) fn needs_of(&self, id: &ObjectId) -> Vec<ObjectId> {
        let new = &self.context.new;
        let mut needs: Vec<ObjectId> = new.needed_by(id).iter().map(|id| (*id).clone()).collect();
        needs.extend(new.parent_of(id));
        if let Some(schema) = &id.schema {
            needs.push(ObjectId::global(ObjectKind::Schema, schema.clone()));
        }
        if let Some(of) = id.of.as_deref() {
            needs.push(of.clone());
            // No statement makes the sequence of an identity column but that which makes the column.
            if let Some(Object::Sequence(sequence)) = self.new_object(of).filter(|_| of.kind == ObjectKind::Sequence)
                && sequence.identity
            {
                needs.extend(sequence.owned_by.clone());
            }
        }
        needs
    }

    /// What can be lost runs only when it was allowed by name.
    pub(super) fn loses(&mut self, word: &str, object: &ObjectId, message: String) -> ChangeHazard {
        let allow = format!("{word}:{object}");
        let allowed = &self.context.options.allow;
        if !allowed.contains("*") && !allowed.contains(&allow) && self.told.insert(allow.clone()) {
            self.refusals.push(Refusal::NotAllowed {
                object: object.clone(),
                allow: allow.clone(),
                message: message.clone(),
            });
        }
        ChangeHazard { kind: HazardKind::DataLoss, message, allow: Some(allow) }
    }

    pub(super) fn refuse(&mut self, object: &ObjectId, message: impl Into<String>) {
        self.refusals.push(Refusal::NoSafeWay { object: object.clone(), message: message.into() });
    }

    /// A kind of object, or a fact about one, that there are no statements for.
    pub(super) fn not_modelled(&mut self, object: &ObjectId, message: impl Into<String>) {
        self.refusals.push(Refusal::NotModelled {
            object: format!("{} {object}", object.kind.label()),
            message: message.into(),
        });
    }
}

pub(super) fn hazard(kind: HazardKind, message: impl Into<String>) -> ChangeHazard {
    ChangeHazard { kind, message: message.into(), allow: None }
}
