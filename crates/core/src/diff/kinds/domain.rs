//! Domains and their constraints.

use pgmason_model::catalog::{DomainConstraint, DomainType};
use pgmason_model::difference::HazardKind;
use pgmason_model::{Object, ObjectId, ObjectKind};

use super::{Verdict, type_swap};
use crate::diff::action::{Action, Rank};
use crate::diff::builder::{Builder, hazard};
use crate::diff::states::State;

pub(super) fn verdict(old: &DomainType, new: &DomainType) -> Verdict {
    if old.base_type == new.base_type && old.collation == new.collation { Verdict::Alter } else { Verdict::Replace }
}

pub(super) fn create(builder: &mut Builder<'_>, id: &ObjectId, new: &DomainType) {
    let collation = new.collation.as_ref().map(|name| format!(" COLLATE {name}")).unwrap_or_default();
    let default = new.default.as_ref().map(|text| format!(" DEFAULT {text}")).unwrap_or_default();
    let not_null = if new.not_null { " NOT NULL" } else { "" };
    type_swap::create(builder, id, format!("CREATE DOMAIN {id} AS {}{collation}{default}{not_null}", new.base_type));
}

pub(super) fn alter(builder: &mut Builder<'_>, id: &ObjectId, old: &DomainType, new: &DomainType) {
    if old.default != new.default {
        let change = match &new.default {
            Some(default) => format!("SET DEFAULT {default}"),
            None => "DROP DEFAULT".to_owned(),
        };
        builder.push(Action::alter(Rank::Type, id, format!("ALTER DOMAIN {id} {change}")));
    }
    if old.not_null != new.not_null {
        let change = if new.not_null { "SET NOT NULL" } else { "DROP NOT NULL" };
        let mut action = Action::alter(Rank::Type, id, format!("ALTER DOMAIN {id} {change}"));
        if new.not_null {
            action = action.hazard(hazard(HazardKind::MayFail, format!("fails where a column of type {id} is null")));
        }
        builder.push(action);
    }
}

pub(super) fn constraint_verdict(old: &DomainConstraint, new: &DomainConstraint) -> Verdict {
    let validated = DomainConstraint {
        validated: true,
        definition: old.definition.trim_end_matches(" NOT VALID").to_owned(),
        ..old.clone()
    };
    if validated == *new { Verdict::Alter } else { Verdict::Replace }
}

pub(super) fn create_constraint(builder: &mut Builder<'_>, id: &ObjectId, new: &DomainConstraint) {
    let (Some(domain), Some(name)) = (id.qualified_name(), &id.sub) else { return };
    let sql = format!("ALTER DOMAIN {domain} ADD CONSTRAINT {name} {}", new.definition);
    let mut action = Action::create(Rank::Type, id, sql);
    if !builder.states.comes(&id.relation(ObjectKind::DomainType)) && new.validated {
        action = action.hazard(hazard(HazardKind::MayFail, format!("fails where a value breaks {}", new.definition)));
    }
    builder.push(action);
}

pub(super) fn validate(builder: &mut Builder<'_>, id: &ObjectId) {
    let (Some(domain), Some(name)) = (id.qualified_name(), &id.sub) else { return };
    builder.push(Action::alter(Rank::Type, id, format!("ALTER DOMAIN {domain} VALIDATE CONSTRAINT {name}")));
}

pub(super) fn drop_constraint(builder: &mut Builder<'_>, id: &ObjectId) {
    let domain = id.relation(ObjectKind::DomainType);
    let (Some(of), Some(name)) = (id.qualified_name(), &id.sub) else { return };
    let swapped = builder.states.is(&domain, State::Replace) || builder.states.is(&domain, State::Drop);
    if swapped || !matches!(builder.old(&domain), Some(Object::DomainType(_))) {
        return;
    }
    builder.push(Action::drop(Rank::DropPart, id, format!("ALTER DOMAIN {of} DROP CONSTRAINT {name}")));
}
