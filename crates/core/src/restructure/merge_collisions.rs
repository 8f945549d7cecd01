//! What a merge looks for before it begins: rows of both tables that have the same key, or the same value of a unique column.

use pgmason_model::restructure::{Action, RestructureStep, StepUndo};
use pgmason_model::{Identifier, Object, ObjectKind};

use super::context::PlanContext;
use super::mirror::{Mirror, Taken};
use super::operations::merge_tables::Merge;

impl Merge {
    /// Keys, and other unique columns, that rows of both tables have: counted before anything changes.
    pub(in crate::restructure) fn collisions(&self, context: &PlanContext<'_>, forth: &Mirror) -> Vec<RestructureStep> {
        let mut steps = Vec::new();
        for (id, object) in context.catalog.of_kind(ObjectKind::Index) {
            let Object::Index(index) = object else { continue };
            if index.table != self.into || !index.unique || index.predicate.is_some() {
                continue;
            }
            let columns: Option<Vec<&Identifier>> = index.keys.iter().map(|key| key.column.as_ref()).collect();
            let Some(columns) = columns else { continue };
            let is_key = columns.iter().all(|column| forth.target_key.contains(column));
            if is_key && self.taken == Taken::Keep {
                continue;
            }
            let expressions: Option<Vec<String>> = columns
                .iter()
                .map(|column| {
                    let value = forth.values.iter().find(|value| value.column == **column)?;
                    Some(format!("CAST({} AS {})", value.expression, value.type_name))
                })
                .collect();
            // The discriminator, or a column that only the target has, keeps them apart.
            let Some(expressions) = expressions.filter(|_| !columns.contains(&&self.discriminator)) else { continue };
            let targets: Vec<String> = columns.iter().map(|column| format!("target.{column}")).collect();
            let set: Vec<String> = columns.iter().map(|column| format!("target.{column} IS NOT NULL")).collect();
            let named: Vec<String> = columns.iter().map(ToString::to_string).collect();
            steps.push(RestructureStep {
                title: format!("see that no {} is in both tables ({id})", named.join(", ")),
                action: Action::Check {
                    query: format!(
                        "SELECT NOT EXISTS (SELECT {} FROM {} AS source INTERSECT SELECT {} FROM {} AS target WHERE {})",
                        expressions.join(", "),
                        self.old,
                        targets.join(", "),
                        self.into,
                        set.join(" AND ")
                    ),
                    failure: format!(
                        "rows of {} and {} have the same {}: change them first{}",
                        self.old,
                        self.into,
                        named.join(", "),
                        if is_key { ", or leave those of the first behind with on_collision = \"keep_existing\"" } else { "" }
                    ),
                },
                undo: StepUndo::Nothing,
            });
        }
        steps
    }
}
