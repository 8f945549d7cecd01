//! Whether somebody has built something on a column since the stage began: it would go with the column, without a word.

use pgmason_model::restructure::{RestructureStep, StepUndo};
use pgmason_model::{Identifier, QualifiedName, quote_literal};

use super::step::check_with_undo;

/// Nothing but what is named here hangs on the column. A default counts as the column itself, and so does NOT NULL
/// (a constraint in PostgreSQL 18 and newer).
pub(super) fn nothing_else_is_built_on(
    table: &QualifiedName,
    column: &Identifier,
    ours: &[QualifiedName],
) -> RestructureStep {
    let relation = format!("pg_catalog.to_regclass({})", quote_literal(&table.to_string()));
    let own: Vec<String> =
        ours.iter().map(|name| format!("pg_catalog.to_regclass({})", quote_literal(&name.to_string()))).collect();
    let own = if own.is_empty() {
        String::new()
    } else {
        format!(
            " AND NOT (dependency.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND dependency.objid IN ({}))",
            own.join(", ")
        )
    };
    check_with_undo(
        format!("see that nobody has built anything on {table}.{column}"),
        format!(
            "SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS dependency \
             JOIN pg_catalog.pg_attribute AS attribute ON attribute.attrelid = dependency.refobjid \
             AND attribute.attnum = dependency.refobjsubid \
             WHERE dependency.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass \
             AND dependency.refobjid = {relation} AND attribute.attname = {} \
             AND dependency.classid <> 'pg_catalog.pg_attrdef'::pg_catalog.regclass \
             AND NOT (dependency.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND dependency.objid IN \
             (SELECT oid FROM pg_catalog.pg_constraint WHERE conrelid = {relation} AND contype = 'n')){own})",
            quote_literal(column.as_str())
        ),
        format!(
            "something was built on {table}.{column} since the stage began, and would go with it: drop it, or build it otherwise"
        ),
        StepUndo::Nothing,
    )
}
