//! Writes what can be said inside CREATE TABLE there, where nothing has to come between.

use std::collections::BTreeMap;

use pgmason_model::ObjectId;
use pgmason_model::difference::ActionKind;

use super::action::{Action, FoldInto, Text};

/// Takes an order of actions and gives it without those that were written inside others.
pub(super) fn fold(actions: &mut [Action], order: Vec<usize>) -> Vec<usize> {
    let mut position: BTreeMap<usize, usize> = BTreeMap::new();
    let mut creates: BTreeMap<ObjectId, usize> = BTreeMap::new();
    let mut makers: BTreeMap<ObjectId, usize> = BTreeMap::new();
    for (at, place) in order.iter().enumerate() {
        position.insert(*place, at);
        let Some(action) = actions.get(*place) else { continue };
        if matches!(action.text, Text::Table(_)) {
            creates.insert(action.object.clone(), *place);
        }
        for id in &action.makes {
            // A new object is there once it was created; another one once the last change was made.
            let created = makers
                .get(id)
                .and_then(|maker| actions.get(*maker))
                .is_some_and(|maker| maker.kind == ActionKind::Create);
            if !created {
                makers.insert(id.clone(), *place);
            }
        }
    }
    let mut left = Vec::with_capacity(order.len());
    for place in order {
        let inside = actions.get(place).and_then(|action| {
            let fold = action.fold.clone()?;
            let create = *creates.get(&fold.table)?;
            if let (FoldInto::Column(id), Some(Text::Table(table))) =
                (&fold.into, actions.get(create).map(|action| &action.text))
                && table.columns.iter().all(|column| column.id != *id)
            {
                // A typed table's columns are its type's: nothing is said of them there.
                return None;
            }
            let at = *position.get(&create)?;
            let early = |id: &ObjectId| {
                makers.get(id).is_none_or(|maker| {
                    *maker == create || *maker == place || position.get(maker).is_some_and(|maker| *maker < at)
                })
            };
            let ready = action.needs.iter().all(early)
                && action.after.iter().all(|before| position.get(before).is_some_and(|before| *before < at));
            ready.then_some((create, fold))
        });
        let Some((create, fold)) = inside else {
            left.push(place);
            continue;
        };
        let (makes, hazards) = match actions.get(place) {
            Some(action) => (action.makes.clone(), action.hazards.clone()),
            None => continue,
        };
        if let Some(Action { text: Text::Table(table), .. }) = actions.get_mut(create) {
            match &fold.into {
                FoldInto::Constraint => table.constraints.push(fold.text),
                FoldInto::Column(id) => {
                    if let Some(column) = table.columns.iter_mut().find(|column| column.id == *id) {
                        column.default = Some(fold.text);
                    }
                }
            }
        }
        if let Some(action) = actions.get_mut(create) {
            action.hazards.extend(hazards);
        }
        for id in makes {
            makers.insert(id, create);
        }
    }
    left
}
