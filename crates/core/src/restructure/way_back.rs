//! What a way back looks at before it changes anything: rows that came meanwhile, and that the old shape would not hold.
//!
//! - Each stands last in its phase, so that it is the first on the way back. Rows are named, never taken: whoever wrote them
//!   decides what becomes of them, and asks for the rollback again.

use pgmason_model::catalog::ConstraintKind;
use pgmason_model::restructure::{Action, RestructureStep, StepUndo};
use pgmason_model::{Catalog, Identifier, QualifiedName};

use super::table_archive::{ForeignKey, inbound, outbound};

/// Where the rows are that the table will have again.
pub(super) struct ComingBack<'a> {
    pub(super) table: &'a QualifiedName,
    pub(super) rows: &'a QualifiedName,
    /// Which of them, by the name of the row.
    pub(super) filter: &'a dyn Fn(&str) -> Option<String>,
    /// What a column of the table is called there.
    pub(super) column: &'a dyn Fn(&Identifier) -> Option<Identifier>,
    /// Which of its own keys may have been broken meanwhile, and are not made good.
    pub(super) may_be_broken: &'a dyn Fn(&ForeignKey<'_>) -> bool,
}

/// Foreign keys that come back: no row that was written meanwhile may refer to nothing then.
pub(super) fn keys_will_hold(catalog: &Catalog, coming: &ComingBack<'_>) -> Vec<RestructureStep> {
    let mut keys = inbound(catalog, coming.table);
    let own = outbound(catalog, coming.table).into_iter().filter(|key| !refers_to(key, coming.table));
    keys.extend(own.filter(|key| (coming.may_be_broken)(key)));
    keys.iter().filter(|key| key.constraint.validated).filter_map(|key| key_will_hold(key, coming)).collect()
}

/// A check that does nothing on the way there, and is made first on the way back.
pub(super) fn first_on_the_way_back(check: RestructureStep) -> RestructureStep {
    RestructureStep {
        title: format!("on the way back: {}", check.title),
        action: Action::Check { query: "SELECT true".to_owned(), failure: String::new() },
        undo: StepUndo::Action(check.action),
    }
}

fn refers_to(key: &ForeignKey<'_>, table: &QualifiedName) -> bool {
    key.constraint.references.as_ref().is_some_and(|references| references.table == *table)
}

fn key_will_hold(key: &ForeignKey<'_>, coming: &ComingBack<'_>) -> Option<RestructureStep> {
    debug_assert_eq!(key.constraint.kind, ConstraintKind::ForeignKey);
    let references = key.constraint.references.as_ref()?;
    let side = |table: &QualifiedName, columns: &[Identifier], row: &str| -> Option<(String, Vec<String>, String)> {
        let comes_back = table == coming.table;
        let relation = if comes_back { coming.rows } else { table };
        let own = |column: &Identifier| if comes_back { (coming.column)(column) } else { Some(column.clone()) };
        let columns: Option<Vec<String>> =
            columns.iter().map(|column| own(column).map(|column| format!("{row}.{column}"))).collect();
        let filter = if comes_back { (coming.filter)(row) } else { None };
        let filter = filter.map(|filter| format!(" AND ({filter})")).unwrap_or_default();
        Some((relation.to_string(), columns?, filter))
    };
    let (referring, own, only_own) = side(&key.table, &key.constraint.columns, "referring")?;
    let (referenced, other, only_other) = side(&references.table, &references.columns, "referenced")?;
    let set: Vec<String> = own.iter().map(|column| format!("{column} IS NOT NULL")).collect();
    let equal: Vec<String> = own.iter().zip(&other).map(|(own, other)| format!("{other} = {own}")).collect();
    Some(first_on_the_way_back(RestructureStep {
        title: format!("see that {} will hold", key.id),
        action: Action::Check {
            query: format!(
                "SELECT NOT EXISTS (SELECT FROM {referring} AS referring WHERE {}{only_own} \
                 AND NOT EXISTS (SELECT FROM {referenced} AS referenced WHERE {}{only_other}))",
                set.join(" AND "),
                equal.join(" AND ")
            ),
            failure: format!(
                "rows of {referring} refer to rows that {} will not have: {} would not hold. Delete them, or let them \
                 refer to others",
                references.table, key.id
            ),
        },
        undo: StepUndo::Nothing,
    }))
}
