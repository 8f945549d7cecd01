//! An identity column hands its sequence on to another column: a new one of the same name, that goes on where it was.

use pgmason_model::catalog::{Identity, Sequence};
use pgmason_model::{Identifier, QualifiedName, quote_literal};

/// PostgreSQL lets no identity sequence change its owner (13 to 18): it goes, and one like it comes, in one statement
/// that carries its place, grants and comment over. Under the table's ACCESS EXCLUSIVE lock nobody draws from it.
pub(super) fn move_identity(
    table: &QualifiedName,
    from: &Identifier,
    to: &Identifier,
    kind: Identity,
    sequence: &QualifiedName,
    found: &Sequence,
) -> String {
    let generated = match kind {
        Identity::Always => "ALWAYS",
        Identity::ByDefault => "BY DEFAULT",
    };
    let literal = quote_literal(&sequence.to_string());
    let (lowest, highest) = bounds(&found.type_name);
    let descends = found.increment < 0;
    let minimum = match found.minimum == if descends { lowest } else { 1 } {
        true => "NO MINVALUE".to_owned(),
        false => format!("MINVALUE {}", found.minimum),
    };
    let maximum = match found.maximum == if descends { -1 } else { highest } {
        true => "NO MAXVALUE".to_owned(),
        false => format!("MAXVALUE {}", found.maximum),
    };
    let cycle = if found.cycle { "CYCLE" } else { "NO CYCLE" };
    format!(
        "DO $pgmason$ DECLARE place bigint; called boolean; acl aclitem[]; said text; entry record; BEGIN \
         SELECT last_value, is_called INTO STRICT place, called FROM {sequence}; \
         SELECT relacl, pg_catalog.obj_description(oid, 'pg_class') INTO STRICT acl, said FROM pg_catalog.pg_class \
         WHERE oid = {literal}::pg_catalog.regclass; \
         ALTER TABLE {table} ALTER COLUMN {from} DROP IDENTITY; \
         ALTER TABLE {table} ALTER COLUMN {to} ADD GENERATED {generated} AS IDENTITY (SEQUENCE NAME {sequence} \
         START WITH {} INCREMENT BY {} {minimum} {maximum} CACHE {} {cycle}); \
         PERFORM pg_catalog.setval({literal}, place, called); \
         FOR entry IN SELECT DISTINCT held.grantee::pg_catalog.regrole AS grantee FROM pg_catalog.pg_class AS found, \
         LATERAL pg_catalog.aclexplode(found.relacl) AS held WHERE found.oid = {literal}::pg_catalog.regclass \
         AND held.grantee NOT IN (0, found.relowner) \
         LOOP EXECUTE pg_catalog.format('REVOKE ALL ON SEQUENCE %s FROM %s', {literal}, entry.grantee); END LOOP; \
         REVOKE ALL ON SEQUENCE {sequence} FROM PUBLIC; \
         FOR entry IN SELECT CASE held.grantee WHEN 0 THEN 'PUBLIC' ELSE held.grantee::pg_catalog.regrole::text END AS grantee, \
         held.privilege_type, held.is_grantable FROM pg_catalog.aclexplode(acl) AS held \
         LOOP EXECUTE pg_catalog.format('GRANT %s ON SEQUENCE %s TO %s%s', entry.privilege_type, {literal}, entry.grantee, \
         CASE WHEN entry.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END); END LOOP; \
         EXECUTE pg_catalog.format('COMMENT ON SEQUENCE %s IS %L', {literal}, said); END $pgmason$",
        found.start, found.increment, found.cache
    )
}

fn bounds(type_name: &str) -> (i64, i64) {
    match type_name {
        "smallint" => (i16::MIN.into(), i16::MAX.into()),
        "integer" => (i32::MIN.into(), i32::MAX.into()),
        _ => (i64::MIN, i64::MAX),
    }
}
