//! Sequences of two tables that become one: no value is given twice, on the way there and on the way back.

use pgmason_model::{Object, ObjectId, ObjectKind, QualifiedName, quote_literal};

use super::context::PlanContext;
use super::merged_view::sequence_of;
use super::operations::merge_tables::Merge;
use super::table_archive::in_archive;

impl Merge {
    /// Sequences of both keys: from the cutover on one gives all values, and it must be past those of the other.
    pub(in crate::restructure) fn sequences(&self, context: &PlanContext<'_>) -> Vec<(QualifiedName, QualifiedName)> {
        self.mapping
            .back
            .iter()
            .filter_map(|(own, target)| {
                let kept = sequence_of(context, &self.into_id, target)?;
                let gone = sequence_of(context, &self.table, own)?;
                (kept != gone).then(|| (kept, self.named_archived(context, &gone)))
            })
            .collect()
    }

    /// A sequence of the table's own goes along into the archive.
    fn named_archived(&self, context: &PlanContext<'_>, sequence: &QualifiedName) -> QualifiedName {
        if self.owns(context, sequence) { in_archive(sequence) } else { sequence.clone() }
    }

    pub(in crate::restructure) fn named_back(
        &self,
        context: &PlanContext<'_>,
        archived: &QualifiedName,
    ) -> QualifiedName {
        let all = context.catalog.of_kind(ObjectKind::Sequence).filter_map(|(id, _)| id.qualified_name());
        all.into_iter()
            .find(|name| self.owns(context, name) && in_archive(name) == *archived)
            .unwrap_or_else(|| archived.clone())
    }

    fn owns(&self, context: &PlanContext<'_>, sequence: &QualifiedName) -> bool {
        let id = ObjectId::in_schema(ObjectKind::Sequence, sequence.schema.clone(), sequence.name.clone());
        matches!(context.catalog.get(&id), Some(Object::Sequence(found)) if found.owned_by.as_ref()
            .is_some_and(|column| column.schema == self.table.schema && column.name == self.table.name))
    }
}

/// Puts a sequence where it gives no value that the other one gave.
pub(super) fn advance(sequence: &QualifiedName, past: &QualifiedName) -> String {
    format!(
        "SELECT pg_catalog.setval({}, greatest(own.last_value, other.last_value)) FROM {sequence} AS own, {past} AS other \
         WHERE other.is_called",
        quote_literal(&sequence.to_string())
    )
}
