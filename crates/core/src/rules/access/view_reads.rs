//! Which tables a view reads, through nested views, and as whom.
//!
//! A view with `security_invoker` reads as the caller even inside a view without it; any other reads as its owner.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use pgmason_model::{Identifier, Object, ObjectId, ObjectKind};

use super::caller_check::{Lets, lets_anywhere, where_clause};
use crate::expression::{TokenKind, tokens};
use crate::schema::{SchemaContext, TableView};

/// One table that is read.
pub(super) struct TableRead<'a> {
    pub(super) table: &'a TableView<'a>,
    /// The columns that are read; empty when the catalog only says that the table is.
    pub(super) columns: BTreeSet<&'a str>,
    /// The owner who reads; none for the caller.
    pub(super) owner: Option<&'a Identifier>,
    /// The view that names the table.
    pub(super) through: &'a ObjectId,
    /// True when that view, or one outside it, shows the caller only what is the caller's.
    pub(super) filtered: bool,
}

/// Everything that the view or materialized view reads. A materialized view inside another view is a table of its own
/// with nothing to follow.
pub(super) fn tables_read<'a>(ctx: &SchemaContext<'a>, view: &'a ObjectId) -> Vec<TableRead<'a>> {
    let mut walk = Walk { ctx, seen: BTreeSet::new(), found: Vec::new() };
    walk.visit(view, false, None);
    walk.found
}

/// True when the role reads the table's rows past its policies.
pub(super) fn bypasses_policies(ctx: &SchemaContext<'_>, role: &Identifier, table: &TableView<'_>) -> bool {
    let attributes = ctx.catalog.roles.get(role);
    let exempt = attributes.is_some_and(|attributes| attributes.superuser || attributes.bypass_rls);
    let owns = ctx.schema.access.speaks_for(role.as_str(), table.table.owner.as_str());
    exempt || (owns && !table.table.force_row_security)
}

struct Walk<'c, 'a> {
    ctx: &'c SchemaContext<'a>,
    /// With the filter: the same view may be reached with and without one.
    seen: BTreeSet<(&'a ObjectId, bool)>,
    found: Vec<TableRead<'a>>,
}

impl<'a> Walk<'_, 'a> {
    /// `refreshed_by`: inside a materialized view, whoever refreshes it is the caller.
    fn visit(&mut self, view: &'a ObjectId, filtered: bool, refreshed_by: Option<&'a Identifier>) {
        let catalog = self.ctx.catalog;
        let (owner, refreshed_by, definition) = match catalog.get(view) {
            Some(Object::View(object)) if object.security_invoker => (refreshed_by, refreshed_by, &object.definition),
            Some(Object::View(object)) => (Some(&object.owner), refreshed_by, &object.definition),
            Some(Object::MaterializedView(object)) => (Some(&object.owner), Some(&object.owner), &object.definition),
            _ => return,
        };
        let filtered = filtered || (refreshed_by.is_none() && shows_the_callers_rows(self.ctx, definition));
        if !self.seen.insert((view, filtered)) {
            return;
        }
        for (relation, columns) in relations_needed(self.ctx, view) {
            match relation.kind {
                ObjectKind::View => self.visit(relation, filtered, refreshed_by),
                ObjectKind::Table => {
                    let table = relation.qualified_name().and_then(|name| self.ctx.schema.table(&name));
                    if let Some(table) = table {
                        self.found.push(TableRead { table, columns, owner, through: view, filtered });
                    }
                }
                _ => {}
            }
        }
    }
}

/// True when the query's own WHERE compares each row with the caller.
fn shows_the_callers_rows(ctx: &SchemaContext<'_>, definition: &str) -> bool {
    let mut depth = 0_usize;
    let set_operation = tokens(definition).into_iter().any(|token| {
        match token.kind {
            TokenKind::Open => depth += 1,
            TokenKind::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && ["union", "intersect", "except"].iter().any(|word| token.is_word(word))
    });
    let (condition, _) = where_clause(definition);
    !set_operation && condition.is_some_and(|condition| lets_anywhere(ctx, condition) == Lets::Caller)
}

/// False when PostgreSQL surely refuses to write through a view of this definition: more than one relation, or rows put
/// together from several. `INSTEAD OF` triggers and rules are not looked at.
pub(super) fn may_be_written_through(definition: &str) -> bool {
    const GATHERS: [&str; 13] = [
        "with",
        "distinct",
        "group",
        "having",
        "limit",
        "offset",
        "fetch",
        "union",
        "intersect",
        "except",
        "window",
        "over",
        "join",
    ];
    const AGGREGATES: [&str; 11] = [
        "array_agg",
        "avg",
        "bool_and",
        "bool_or",
        "count",
        "json_agg",
        "jsonb_agg",
        "max",
        "min",
        "string_agg",
        "sum",
    ];
    let mut depth = 0_usize;
    let mut in_from = false;
    let mut reads = false;
    let mut tokens = tokens(definition).into_iter().peekable();
    while let Some(token) = tokens.next() {
        let next = tokens.peek();
        let before_open = next.is_some_and(|next| next.kind == TokenKind::Open);
        match token.kind {
            TokenKind::Open => depth += 1,
            TokenKind::Close => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            TokenKind::Comma if in_from => return false,
            TokenKind::Word if GATHERS.contains(&token.value.as_str()) => return false,
            TokenKind::Word if AGGREGATES.contains(&token.value.as_str()) && before_open => return false,
            TokenKind::Word if token.value == "from" && before_open => return false,
            TokenKind::Word if token.value == "from" => (in_from, reads) = (true, true),
            TokenKind::Word if token.value == "where" => in_from = false,
            _ => {}
        }
    }
    reads
}

/// Tables and views that the view names, with the columns where the catalog knows them.
pub(super) fn relations_needed<'a>(
    ctx: &SchemaContext<'a>,
    view: &ObjectId,
) -> BTreeMap<&'a ObjectId, BTreeSet<&'a str>> {
    let lowest = ObjectId::global(ObjectKind::Schema, "");
    let range = (Bound::Included((view.clone(), lowest)), Bound::Unbounded);
    let mut needed: BTreeMap<&ObjectId, BTreeSet<&str>> = BTreeMap::new();
    for (_, need) in ctx.catalog.dependencies.range(range).take_while(|(dependent, _)| dependent == view) {
        match need.kind {
            ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView => {
                needed.entry(need).or_default();
            }
            ObjectKind::Column => {
                // The id of a column does not say whose it is.
                let relation = [ObjectKind::Table, ObjectKind::View, ObjectKind::MaterializedView]
                    .into_iter()
                    .find_map(|kind| ctx.catalog.objects.get_key_value(&need.relation(kind)));
                if let Some((relation, _)) = relation {
                    needed.entry(relation).or_default().extend(need.sub.as_ref().map(Identifier::as_str));
                }
            }
            _ => {}
        }
    }
    needed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_cannot_be_written_through() {
        for definition in [
            " SELECT a.id\n   FROM public.a;",
            " SELECT id FROM public.a WHERE (id IN ( SELECT b.id FROM public.b, public.c));",
            "SELECT \"join\" FROM public.a",
        ] {
            assert!(may_be_written_through(definition), "{definition}");
        }
        for definition in [
            " SELECT a.id FROM (public.a JOIN public.b ON ((a.id = b.id)));",
            " SELECT a.id FROM public.a, public.b;",
            " SELECT count(*) AS count FROM public.a;",
            " SELECT a.x FROM public.a GROUP BY a.x;",
            " SELECT a.x FROM public.a UNION SELECT b.x FROM public.b;",
            " SELECT 1 AS one;",
        ] {
            assert!(!may_be_written_through(definition), "{definition}");
        }
    }
}
