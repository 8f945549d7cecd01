//! The way from one schema to another, from their catalogs alone.
//!
//! - Both catalogs come from servers of the same major version: expression text is compared as the server wrote it.
//! - Objects of the platform are never changed.
//! - Nothing here has been run: whoever uses the plan proves it on a scratch database first.

mod action;
mod body_references;
mod builder;
mod changes;
mod context;
mod create_table;
mod fold;
pub(crate) mod graft;
mod graph;
mod kinds;
mod options;
mod owners;
mod reach;
pub(crate) mod reference;
mod renamed;
pub mod renames;
mod retype;
mod roles;
mod scope;
mod states;
mod transactions;

use std::collections::BTreeSet;

use pgmason_model::difference::{DifferencePlan, Refusal};
use pgmason_model::{Catalog, Object, ObjectId, ObjectKind};

pub use options::DiffOptions;
pub use reach::reached;

/// How grants and owners are written, for whoever leads back to them.
pub(crate) mod access {
    pub(crate) use super::kinds::constraint::not_null_of;
    pub(crate) use super::kinds::grant::{Privileges, Target, changes, role, target};
    pub(crate) use super::owners::owner_of;
}

use builder::Builder;
use context::Context;
use states::State;

/// Statements that turn `from` into `to`, or why there are none.
pub fn plan(from: &Catalog, to: &Catalog, options: &DiffOptions) -> DifferencePlan {
    let platform = scope::platform(from, to);
    let to = scope::with_owners_of(from, to, options);
    let renamed = renamed::by_content(from, &to, &platform);
    let context = Context::new(&renamed.catalog, &to, options, &platform);
    let states = states::decide(&context);
    let mut plan = DifferencePlan {
        changes: changes::describe(&context, &states, &renamed.pairs),
        possible_renames: renamed::possible(&context, &states),
        ..DifferencePlan::default()
    };
    if !options.reorder_columns {
        plan.left.extend(changes::columns_out_of_order(&context, &states));
    }
    plan.refusals.extend(roles::missing(from, &to));
    plan.refusals.extend(changes::unmodelled(from, &to));
    let mut apart = BTreeSet::new();
    // Each round takes more apart, until nothing waits for itself.
    loop {
        let mut builder = Builder::new(&context, &states, apart.clone());
        for action in renamed.actions() {
            builder.actions.push(action);
        }
        for (id, state) in &states.of {
            kinds::emit(&mut builder, id, *state);
        }
        kinds::sequence::change_hands_with_table(&mut builder);
        kinds::grant::emit(&mut builder);
        kinds::default_privilege::before_all(&mut builder);
        kinds::column::in_order(&mut builder);
        match graph::order(&context, &builder.actions) {
            Ok(order) => {
                let order = fold::fold(&mut builder.actions, order);
                plan.refusals.append(&mut builder.refusals);
                plan.left.append(&mut builder.left);
                if plan.refusals.is_empty() {
                    plan.statements = transactions::statements(&builder, &order);
                }
                return plan;
            }
            Err(circle) => {
                let objects: Vec<ObjectId> = circle
                    .iter()
                    .filter_map(|place| builder.actions.get(*place))
                    .map(|action| action.object.clone())
                    .collect();
                let before = apart.len();
                apart.extend(separable(&context, &states, &objects));
                if apart.len() == before {
                    plan.refusals.push(Refusal::Circle { objects });
                    return plan;
                }
            }
        }
    }
}

/// `to` as it will read once the plan ran on `from`: with the owners and the order of columns that the options leave.
/// What is read back after the plan must equal this.
pub fn expected(from: &Catalog, to: &Catalog, options: &DiffOptions) -> Catalog {
    let platform = scope::platform(from, to);
    let to = scope::with_owners_of(from, to, options);
    let mut expected = to.clone();
    if !options.reorder_columns {
        let renamed = renamed::by_content(from, &to, &platform);
        let context = Context::new(&renamed.catalog, &to, options, &platform);
        changes::keep_order(&context, &states::decide(&context), &mut expected);
    }
    expected
}

/// What two catalogs differ in, as far as a plan would close it. Empty: they are the same.
pub fn differences(
    from: &Catalog,
    to: &Catalog,
    options: &DiffOptions,
) -> Vec<pgmason_model::difference::ObjectChange> {
    let platform = scope::platform(from, to);
    let to = scope::with_owners_of(from, to, options);
    let context = Context::new(from, &to, options, &platform);
    changes::all(&context)
}

/// Foreign keys and defaults of the tables in a circle: dropped on their own, they break it.
fn separable(context: &Context<'_>, states: &states::States, objects: &[ObjectId]) -> Vec<ObjectId> {
    let tables = objects.iter().filter(|id| id.kind == ObjectKind::Table && states.is(id, State::Drop));
    tables
        .flat_map(|table| context.old.parts_of(table))
        .filter_map(|part| match context.from.get(part)? {
            Object::Constraint(constraint) if constraint.references.is_some() && !constraint.inherited => {
                Some((*part).clone())
            }
            Object::Column(_) => {
                let default = ObjectId { kind: ObjectKind::Default, ..(*part).clone() };
                context.from.get(&default).map(|_| default)
            }
            _ => None,
        })
        .collect()
}
