//! Finds views that sort away from the tables that they show.

use std::collections::{BTreeMap, BTreeSet};

use pgmason_model::{ObjectId, ObjectKind};

use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::naming::prefix::{self, SCHEMAS};
use crate::rules::{Check, Rule, Section};
use crate::schema::SchemaContext;

pub(super) static RULE: Rule = Rule {
    name: "view-prefix-mismatch",
    section: Section::Naming,
    default_level: RuleLevel::Off,
    summary: "a view does not carry the prefix of the tables that it shows",
    page: include_str!("view_prefix_mismatch.md"),
    options: &[SCHEMAS],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    let domains = &ctx.rulebook.domains;
    let schemas = ctx.option_list(SCHEMAS.name);
    let shown = prefixes_shown(ctx, &schemas);
    let views = ctx.schema.views.iter().map(|(id, _)| *id);
    let materialized_views = ctx.schema.materialized_views.iter().map(|(id, _)| *id);
    for view in views.chain(materialized_views) {
        let Some(prefixes) = shown.get(view) else { continue };
        let name = view.name.as_str();
        let own = prefix::split_prefix(name, domains).map(|prefixed| prefixed.prefix);
        if own.is_some_and(|own| prefixes.contains(own)) || stands_in_for_renamed_table(ctx, name) {
            continue;
        }
        let wanted = prefixes.iter().map(|prefix| format!("`{prefix}_`")).collect::<Vec<_>>().join(" or ");
        let help = match prefixes.first().filter(|_| prefixes.len() == 1) {
            Some(prefix) => format!("rename it to `{prefix}_{name}`, or otherwise so that it begins with `{prefix}_`"),
            None => format!("rename it so that it begins with {wanted}, whichever its main table has"),
        };
        findings.on(
            view,
            format!("{} {view} shows tables with the prefix {wanted} and does not carry it", view.kind.label()),
            help,
        );
    }
}

/// View → the prefixes of the project's relations that it reads. Views that read none are left out.
fn prefixes_shown<'a>(ctx: &SchemaContext<'a>, schemas: &[String]) -> BTreeMap<&'a ObjectId, BTreeSet<&'a str>> {
    let domains = &ctx.rulebook.domains;
    let mut shown: BTreeMap<&ObjectId, BTreeSet<&str>> = BTreeMap::new();
    let mut old_names: BTreeSet<&ObjectId> = BTreeSet::new();
    for (view, needed) in &ctx.catalog.dependencies {
        let of_interest = matches!(view.kind, ObjectKind::View | ObjectKind::MaterializedView)
            && is_relation_or_column(needed)
            && [view, needed].into_iter().all(|id| is_covered(id, schemas))
            && !is_platform(ctx, needed);
        if !of_interest {
            continue;
        }
        let Some(prefixed) = prefix::split_prefix(needed.name.as_str(), domains) else { continue };
        if prefixed.rest == view.name.as_str() {
            old_names.insert(view);
        }
        // Where domains are declared, any other beginning of a name is just its first word.
        if domains.is_empty() || domains.contains_key(prefixed.prefix) {
            shown.entry(view).or_default().insert(prefixed.prefix);
        }
    }
    // `topics` over `learn_topics` is what the table was called before it got its prefix.
    shown.retain(|view, _| !old_names.contains(view));
    shown
}

fn is_relation_or_column(id: &ObjectId) -> bool {
    matches!(id.kind, ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView | ObjectKind::Column)
}

fn is_covered(id: &ObjectId, schemas: &[String]) -> bool {
    id.schema.as_ref().is_some_and(|schema| prefix::covers_schema(schemas, schema.as_str()))
}

fn is_platform(ctx: &SchemaContext<'_>, id: &ObjectId) -> bool {
    [ObjectKind::Table, ObjectKind::View, ObjectKind::MaterializedView]
        .into_iter()
        .any(|kind| ctx.catalog.is_platform(&id.relation(kind)))
}

/// A view under a table's former name exists to keep old code running; its name is the point of it.
fn stands_in_for_renamed_table(ctx: &SchemaContext<'_>, name: &str) -> bool {
    ctx.rulebook.domains.values().flat_map(|domain| &domain.old_names).any(|(one, other)| one == name || other == name)
}
