//! The order of actions: what is used goes before what uses it, and the other way round when things are taken down.
//!
//! Edges come from the old catalog for what goes and from the new one for what comes. The sort is deterministic: among
//! actions that are free, the lowest rank, then the object's name.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};

use pgmason_model::difference::ActionKind;
use pgmason_model::{ObjectId, ObjectKind};

use super::action::{Action, Rank};
use super::context::Context;

/// Places of actions in the order in which they run, or places of some that wait for each other.
pub(super) fn order(context: &Context<'_>, actions: &[Action]) -> Result<Vec<usize>, Vec<usize>> {
    let edges = Edges::of(context, actions);
    sort(actions, &edges)
}

struct Edges {
    /// For each action, those that must run before it.
    hard: Vec<BTreeSet<usize>>,
    /// Those that should.
    soft: Vec<BTreeSet<usize>>,
}

impl Edges {
    fn of(context: &Context<'_>, actions: &[Action]) -> Self {
        let mut makers: HashMap<&ObjectId, Vec<usize>> = HashMap::new();
        let mut removers: HashMap<&ObjectId, Vec<usize>> = HashMap::new();
        let mut takers: BTreeMap<Name, Vec<usize>> = BTreeMap::new();
        let mut freers: BTreeMap<Name, Vec<usize>> = BTreeMap::new();
        for (place, action) in actions.iter().enumerate() {
            for id in &action.makes {
                makers.entry(id).or_default().push(place);
                if action.kind == ActionKind::Create {
                    for name in names(id) {
                        takers.entry(name).or_default().push(place);
                    }
                }
            }
            for id in &action.removes {
                removers.entry(id).or_default().push(place);
                for name in names(id) {
                    freers.entry(name).or_default().push(place);
                }
            }
        }
        let mut edges = Self { hard: vec![BTreeSet::new(); actions.len()], soft: vec![BTreeSet::new(); actions.len()] };
        for (place, action) in actions.iter().enumerate() {
            edges.hard[place].extend(action.after.iter().copied().filter(|before| *before != place));
            for needed in &action.needs {
                edges.hard[place].extend(makers.get(needed).into_iter().flatten().filter(|maker| **maker != place));
            }
            for gone in &action.after_removal {
                edges.hard[place].extend(removers.get(gone).into_iter().flatten().filter(|remover| **remover != place));
            }
            for wished in &action.wishes {
                edges.soft[place].extend(makers.get(wished).into_iter().flatten().filter(|maker| **maker != place));
            }
            for released in &action.releases {
                for remover in removers.get(released).into_iter().flatten().filter(|remover| **remover != place) {
                    edges.hard[*remover].insert(place);
                }
            }
            for removed in &action.removes {
                // What needed it is gone by then. Parts go with it, or went before.
                for dependent in context.old.dependents_of(removed).iter().chain(context.old.parts_of(removed)) {
                    for remover in removers.get(*dependent).into_iter().flatten() {
                        if *remover != place && !action.removes.contains(*dependent) {
                            edges.hard[place].insert(*remover);
                        }
                    }
                }
                // What is made again comes after the old one went, unless both are there for a while.
                if !action
                    .after
                    .iter()
                    .any(|before| actions.get(*before).is_some_and(|other| other.object == action.object))
                {
                    let made_again = makers.get(removed).into_iter().flatten().filter(|maker| **maker != place);
                    for maker in made_again {
                        if !action.after.contains(maker) {
                            edges.hard[*maker].insert(place);
                        }
                    }
                }
            }
        }
        for (name, takers) in &takers {
            for freer in freers.get(name).into_iter().flatten() {
                let swaps = actions.get(*freer).is_some_and(|action| action.rank == Rank::DropType);
                for taker in takers.iter().filter(|taker| *taker != freer && !swaps) {
                    // A function of the name may have other arguments, so that both can be there.
                    let list = if name.certain { &mut edges.hard } else { &mut edges.soft };
                    list[*taker].insert(*freer);
                }
            }
        }
        for (place, action) in actions.iter().enumerate() {
            // What can be written inside CREATE TABLE should find there what it needs.
            let Some(fold) = &action.fold else { continue };
            for create in makers.get(&fold.table).into_iter().flatten() {
                let before: Vec<usize> = edges.hard[place].iter().copied().filter(|before| before != create).collect();
                edges.soft[*create].extend(before);
            }
        }
        edges
    }
}

/// A name that two objects cannot have at once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Name {
    space: &'static str,
    schema: String,
    name: String,
    certain: bool,
}

fn names(id: &ObjectId) -> Vec<Name> {
    use ObjectKind as K;
    let schema = id.schema.as_ref().map_or("", |schema| schema.as_str()).to_owned();
    let of = |space: &'static str, certain: bool| Name {
        space,
        schema: schema.clone(),
        name: id.name.as_str().to_owned(),
        certain,
    };
    match id.kind {
        K::Table | K::View | K::MaterializedView | K::CompositeType => vec![of("relation", true), of("type", true)],
        K::Sequence | K::Index => vec![of("relation", true)],
        K::EnumType | K::DomainType | K::RangeType | K::BaseType => vec![of("type", true)],
        K::Function => vec![of("function", false)],
        _ => Vec::new(),
    }
}

fn sort(actions: &[Action], edges: &Edges) -> Result<Vec<usize>, Vec<usize>> {
    let count = actions.len();
    let mut hard_left: Vec<usize> = edges.hard.iter().map(BTreeSet::len).collect();
    let mut soft_left: Vec<usize> =
        edges.soft.iter().zip(&edges.hard).map(|(soft, hard)| soft.difference(hard).count()).collect();
    let mut next_hard: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut next_soft: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (place, before) in edges.hard.iter().enumerate() {
        for other in before {
            next_hard[*other].push(place);
        }
        for other in edges.soft[place].difference(before) {
            next_soft[*other].push(place);
        }
    }
    let ranks = inherited_ranks(actions, &next_hard);
    let key = |place: usize| Reverse((ranks[place], sort_key(&actions[place]), place));
    let mut ready: BinaryHeap<Reverse<(Rank, SortKey<'_>, usize)>> = BinaryHeap::new();
    let mut waiting_softly: BinaryHeap<Reverse<(Rank, SortKey<'_>, usize)>> = BinaryHeap::new();
    let mut done = vec![false; count];
    for place in 0..count {
        if hard_left[place] == 0 {
            if soft_left[place] == 0 { ready.push(key(place)) } else { waiting_softly.push(key(place)) }
        }
    }
    let mut order = Vec::with_capacity(count);
    while order.len() < count {
        let next = ready.pop().or_else(|| waiting_softly.pop());
        let Some(Reverse((_, _, place))) = next else {
            return Err(circle(&edges.hard, &done));
        };
        if done[place] {
            continue;
        }
        done[place] = true;
        order.push(place);
        for other in &next_hard[place] {
            hard_left[*other] -= 1;
            if hard_left[*other] == 0 {
                if soft_left[*other] == 0 { ready.push(key(*other)) } else { waiting_softly.push(key(*other)) }
            }
        }
        for other in &next_soft[place] {
            soft_left[*other] -= 1;
            if soft_left[*other] == 0 && hard_left[*other] == 0 && !done[*other] {
                ready.push(key(*other));
            }
        }
    }
    Ok(order)
}

/// An action is as urgent as what waits for it.
fn inherited_ranks(actions: &[Action], next: &[Vec<usize>]) -> Vec<Rank> {
    let mut ranks: Vec<Rank> = actions.iter().map(|action| action.rank).collect();
    // Few rounds suffice: chains of ranks are short. Circles cannot make it go on, since ranks only sink.
    loop {
        let mut changed = false;
        for place in (0..actions.len()).rev() {
            if let Some(lowest) = next[place].iter().map(|other| ranks[*other]).min()
                && lowest < ranks[place]
            {
                ranks[place] = lowest;
                changed = true;
            }
        }
        if !changed {
            return ranks;
        }
    }
}

type SortKey<'a> = (&'a str, &'a str, ObjectKind);

fn sort_key(action: &Action) -> SortKey<'_> {
    let object = action.object.of.as_deref().unwrap_or(&action.object);
    let schema = object.schema.as_ref().map_or("", |schema| schema.as_str());
    (schema, object.name.as_str(), object.kind)
}

/// Some actions that wait for each other.
fn circle(hard: &[BTreeSet<usize>], done: &[bool]) -> Vec<usize> {
    let Some(start) = (0..hard.len()).find(|place| !done[*place]) else { return Vec::new() };
    let mut path = vec![start];
    let mut seen: BTreeMap<usize, usize> = BTreeMap::from([(start, 0)]);
    loop {
        let Some(here) = path.last().copied() else { return Vec::new() };
        let Some(next) = hard[here].iter().copied().find(|place| !done[*place]) else { return path };
        if let Some(first) = seen.get(&next) {
            return path.split_off(*first);
        }
        seen.insert(next, path.len());
        path.push(next);
    }
}
