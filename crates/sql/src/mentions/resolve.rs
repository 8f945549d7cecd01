//! Tells which relation a column belongs to, once all relations of the statement are known.

use super::walk::Walk;
use super::{Mention, Mentioned};
use crate::Name;
use crate::ir::Span;

/// The relations that one query, or one statement, can see.
pub(super) struct Scope {
    pub(super) parent: Option<usize>,
    pub(super) kind: ScopeKind,
    pub(super) relations: Vec<Relation>,
    pub(super) with_names: Vec<String>,
    /// plpgsql: variables that hold rows.
    pub(super) variables: Vec<Relation>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ScopeKind {
    Statement,
    Query,
    /// The first relation is the target: INSERT, UPDATE, DELETE, MERGE.
    Change,
    /// NEW and OLD are rows of the first relation.
    Row,
}

pub(super) struct Relation {
    /// What it goes by in the statement.
    pub(super) alias: String,
    /// The alias is written.
    pub(super) aliased: bool,
    /// None: a subquery, a function, a part of WITH.
    pub(super) name: Option<Name>,
}

pub(super) struct Pending {
    pub(super) scope: usize,
    pub(super) written: Written,
    pub(super) span: Span,
    pub(super) output: bool,
}

pub(super) enum Written {
    /// `subject`
    Bare(String),
    /// `emails.subject`, `e.subject`
    Qualified((String, Span), (String, Span)),
    /// `emails.*`, `FOR UPDATE OF emails`
    Qualifier((String, Span)),
    /// `public.emails.subject`, `public.emails.*`
    Whole(Name, Span, Option<(String, Span)>),
    /// `(value).subject`
    Field(String),
    /// Where only a column of the statement's table can stand.
    Target(String),
    /// `USING (subject)`
    Joined(String),
}

impl Scope {
    pub(super) fn new(parent: Option<usize>, kind: ScopeKind) -> Self {
        Self { parent, kind, relations: Vec::new(), with_names: Vec::new(), variables: Vec::new() }
    }
}

/// The whole text's mentions, in the order of their places.
pub(super) fn resolve(mut walk: Walk<'_>) -> Vec<Mention> {
    let pending = std::mem::take(&mut walk.pending);
    for waiting in pending {
        one(&mut walk, waiting);
    }
    walk.found.sort_by_key(|mention| (mention.span.start, mention.span.end));
    walk.found.dedup();
    walk.found
}

fn one(walk: &mut Walk<'_>, waiting: Pending) {
    let Pending { scope, written, span, output } = waiting;
    let column = |walk: &mut Walk<'_>, name: String, of: Vec<Name>, span: Span, certain: bool, joined: bool| {
        walk.note(Mentioned::Column { name, of, output, joined }, span, certain);
    };
    match written {
        Written::Bare(name) => {
            if let Some((relation, false)) = find(walk, scope, &name) {
                // A whole row: `row_to_json(emails)`.
                walk.note(Mentioned::Qualifier { name: relation }, span, true);
                return;
            }
            let Some((of, alone)) = visible(walk, scope) else { return };
            let certain = alone && !walk.variables.contains(&name);
            column(walk, name, of, span, certain, false);
        }
        Written::Qualified((qualifier, place), (name, span)) => {
            if is_of_a_subquery(walk, scope, &qualifier) {
                return;
            }
            let of = qualified(walk, scope, &qualifier, place);
            let certain = !of.is_empty();
            column(walk, name, of, span, certain, false);
        }
        Written::Qualifier((qualifier, place)) => {
            qualified(walk, scope, &qualifier, place);
        }
        Written::Whole(name, place, last) => {
            walk.note(Mentioned::Relation { name: name.clone() }, place, true);
            if let Some((last, span)) = last {
                column(walk, last, vec![name], span, true, false);
            }
        }
        Written::Field(name) => column(walk, name, Vec::new(), span, false, false),
        Written::Target(name) => {
            let scope = &walk.scopes[scope];
            let names: Vec<Name> = scope.relations.iter().filter_map(|relation| relation.name.clone()).collect();
            let of = if scope.kind == ScopeKind::Change { names.into_iter().take(1).collect() } else { names };
            let certain = of.len() == 1;
            column(walk, name, of, span, certain, false);
        }
        Written::Joined(name) => {
            let names = walk.scopes[scope].relations.iter().filter_map(|relation| relation.name.clone()).collect();
            column(walk, name, names, span, false, true);
        }
    }
}

/// The relation that goes by the name, and whether that name is an alias. The innermost wins.
fn find(walk: &Walk<'_>, scope: usize, name: &str) -> Option<(Name, bool)> {
    let mut next = Some(scope);
    while let Some(scope) = next {
        let scope = &walk.scopes[scope];
        if let Some(relation) = scope.relations.iter().find(|relation| relation.alias == name) {
            return Some((relation.name.clone()?, relation.aliased));
        }
        let is_row = scope.kind == ScopeKind::Row && matches!(name, "new" | "old");
        let is_excluded = scope.kind == ScopeKind::Change && matches!(name, "excluded" | "new" | "old");
        if (is_row || is_excluded)
            && let Some(target) = scope.relations.first()
        {
            return Some((target.name.clone()?, true));
        }
        if let Some(variable) = scope.variables.iter().find(|variable| variable.alias == name) {
            return Some((variable.name.clone()?, true));
        }
        next = scope.parent;
    }
    None
}

/// The relation before a column. Its own name is a mention of it.
fn qualified(walk: &mut Walk<'_>, scope: usize, qualifier: &str, place: Span) -> Vec<Name> {
    match find(walk, scope, qualifier) {
        Some((relation, aliased)) => {
            if !aliased {
                walk.note(Mentioned::Qualifier { name: relation.clone() }, place, true);
            }
            vec![relation]
        }
        None => Vec::new(),
    }
}

/// The output of a subquery or of a part of WITH is called as that says; only `*` lets names of tables through.
fn is_of_a_subquery(walk: &Walk<'_>, scope: usize, qualifier: &str) -> bool {
    let chain = std::iter::successors(Some(scope), |scope| walk.scopes[*scope].parent);
    let mut relations = chain.flat_map(|scope| &walk.scopes[scope].relations);
    !walk.has_star && relations.find(|relation| relation.alias == qualifier).is_some_and(|found| found.name.is_none())
}

/// The relations of the innermost scope that has any, and whether there is just one. None where it has subqueries alone.
fn visible(walk: &Walk<'_>, scope: usize) -> Option<(Vec<Name>, bool)> {
    let mut next = Some(scope);
    while let Some(scope) = next {
        let scope = &walk.scopes[scope];
        if !scope.relations.is_empty() {
            let names: Vec<Name> = scope.relations.iter().filter_map(|relation| relation.name.clone()).collect();
            let alone = scope.relations.len() == 1 && names.len() == 1;
            return (!names.is_empty() || walk.has_star).then_some((names, alone));
        }
        next = scope.parent;
    }
    Some((Vec::new(), false))
}
