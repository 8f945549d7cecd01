//! Where one rule sees things of different weight: the level of a single finding, as long as the rulebook sets none.

use pgmason_model::{Finding, Level};

use crate::schema::SchemaContext;

pub(super) fn weigh(ctx: &SchemaContext<'_>, finding: &mut Finding, level: Level) {
    let configured = ctx.rulebook.rules.get(ctx.rule.name).is_some_and(|settings| settings.level.is_some());
    if !configured {
        finding.level = level;
    }
}
