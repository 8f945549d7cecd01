//! What the role needs on the live database, asked before the first change of each phase: none must end half-way for a
//! privilege, and one may have been taken away since the last.

use std::collections::BTreeSet;

use pgmason_model::restructure::PlannedStage;
use pgmason_model::{Catalog, Object, ObjectId, ObjectKind, QualifiedName};
use pgmason_pg::Pipeline;
use pgmason_pg::restructure::state_error;
use postgres::types::Type;

use super::report::Refusal;
use crate::JobError;

/// Tables and materialized views that it does not own, schemas that it may not create in, and the database itself.
pub(super) fn refusals(
    pipeline: &mut Pipeline,
    catalog: &Catalog,
    planned: &PlannedStage,
) -> Result<Vec<Refusal>, JobError> {
    let named = planned.operations.iter().flat_map(|operation| &operation.relations);
    // By now a table may be there under its other name.
    let renamed = planned.operations.iter().flat_map(|operation| &operation.compatibility).map(|found| &found.table);
    let relations: BTreeSet<&QualifiedName> = named.chain(renamed).collect();
    let mut owners: Vec<String> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for relation in &relations {
        let of_kind = |kind| catalog.get(&ObjectId::in_schema(kind, relation.schema.clone(), relation.name.clone()));
        let owner = match (of_kind(ObjectKind::Table), of_kind(ObjectKind::MaterializedView)) {
            (Some(Object::Table(table)), _) => &table.owner,
            (_, Some(Object::MaterializedView(view))) => &view.owner,
            _ => continue,
        };
        owners.push(owner.as_str().to_owned());
        names.push(relation.to_string());
    }
    let schemas: Vec<String> = relations.iter().map(|relation| relation.schema.as_str().to_owned()).collect();
    let rows = pipeline
        .query(
            include_str!("privileges.sql"),
            &[(&owners, Type::TEXT_ARRAY), (&names, Type::TEXT_ARRAY), (&schemas, Type::TEXT_ARRAY)],
        )
        .map_err(|error| state_error(&error))?;
    Ok(rows
        .iter()
        .map(|row| Refusal { stage: Some(planned.name.clone()), message: row.get("problem"), hint: row.get("hint") })
        .collect())
}

/// Grants that somebody else than the owner gave: a view that stands for the table has them from its owner, and whoever gave
/// them cannot take them away there.
pub(super) fn notes(pipeline: &mut Pipeline, planned: &PlannedStage) -> Result<Vec<String>, JobError> {
    const SQL: &str = "SELECT DISTINCT pg_catalog.format('%s gave privileges on %s that its owner did not: the view that \
        stands for it has them from the owner, and only the owner can take them away there', \
        acl.grantor::pg_catalog.regrole, name.name) AS note \
        FROM pg_catalog.unnest($1::text[]) AS name (name) \
        JOIN pg_catalog.pg_class AS class ON class.oid = pg_catalog.to_regclass(name.name) \
        CROSS JOIN LATERAL pg_catalog.aclexplode(class.relacl) AS acl \
        WHERE acl.grantor <> class.relowner ORDER BY 1";
    let stood_for = planned.operations.iter().filter(|operation| !operation.compatibility.is_empty());
    let names: BTreeSet<String> =
        stood_for.flat_map(|operation| &operation.relations).map(ToString::to_string).collect();
    let names: Vec<String> = names.into_iter().collect();
    let rows = pipeline.query(SQL, &[(&names, Type::TEXT_ARRAY)]).map_err(|error| state_error(&error))?;
    Ok(rows.iter().map(|row| row.get("note")).collect())
}
