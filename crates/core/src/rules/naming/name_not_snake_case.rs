//! Finds names that are not snake_case.

use pgmason_model::{ObjectId, ObjectKind};

use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::naming::words::snake_case;
use crate::rules::{Check, Rule, Section};
use crate::schema::SchemaContext;

pub(super) static RULE: Rule = Rule {
    name: "name-not-snake-case",
    section: Section::Naming,
    default_level: RuleLevel::Off,
    summary: "a name is not lower-case words joined by underscores",
    page: include_str!("name_not_snake_case.md"),
    options: &[],
    check: Check::Schema(check),
};

const TYPES: [ObjectKind; 4] =
    [ObjectKind::EnumType, ObjectKind::DomainType, ObjectKind::CompositeType, ObjectKind::RangeType];

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    let types = TYPES.into_iter().flat_map(|kind| ctx.catalog.of_kind(kind)).map(|(id, _)| id);
    let schemas = ctx.catalog.of_kind(ObjectKind::Schema).map(|(id, _)| id);
    for id in schemas.chain(types).filter(|id| !ctx.catalog.is_platform(id)) {
        report(id, id.name.as_str(), findings);
    }
    for table in ctx.tables() {
        report(table.id, table.name(), findings);
        if table.is_partition() {
            continue;
        }
        for column in table.columns.iter().filter(|column| !column.column.inherited) {
            report(column.id, column.name.as_str(), findings);
        }
    }
    let views = ctx.schema.views.iter().map(|(id, _)| *id);
    let materialized_views = ctx.schema.materialized_views.iter().map(|(id, _)| *id);
    let functions = ctx.schema.functions.iter().map(|(id, _)| *id);
    for id in views.chain(materialized_views).chain(functions) {
        report(id, id.name.as_str(), findings);
    }
}

fn report(id: &ObjectId, name: &str, findings: &mut Findings<'_>) {
    if is_snake_case(name) {
        return;
    }
    let better = snake_case(name);
    let help = if better != name && is_snake_case(&better) {
        format!("rename it to `{better}`")
    } else {
        "rename it with lower-case words joined by underscores".to_owned()
    };
    findings.on(id, format!("the name of {} {id} is not snake_case", id.kind.label()), help);
}

/// Lower-case letters, digits and underscores, a digit not first. Letters of any script that has no case count as lower.
fn is_snake_case(name: &str) -> bool {
    let starts_well = name.chars().next().is_some_and(|first| !first.is_ascii_digit());
    starts_well
        && name.chars().all(|character| character == '_' || (character.is_alphanumeric() && !character.is_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_snake_case() {
        for name in ["users", "user_profiles", "_prisma_migrations", "line1", "größe", "名前"] {
            assert!(is_snake_case(name), "{name}");
        }
        for name in ["userProfiles", "Users", "user-profiles", "user profiles", "2fa_codes", "a$b", "", "Österreich"] {
            assert!(!is_snake_case(name), "{name}");
        }
    }
}
