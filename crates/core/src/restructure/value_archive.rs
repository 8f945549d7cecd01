//! Tables in the schema `pgmason` that keep what a stage takes away or writes over: the key of a row, and a value.
//!
//! Nobody may use the schema; the table has no grants whatever the default privileges say, and row level security is on.

use pgmason_model::restructure::{Action, Backfill, KeyColumn, RestructureStep};
use pgmason_model::{Identifier, QualifiedName, quote_literal};

use super::compatibility_view::OWN_SCHEMA;
use super::own_name::{fitting, last_trigger, own_name};
use super::step::{both_ways, check};
use super::table_facts::same_key;

/// A column's values by the key of their rows.
pub(super) struct Archive {
    pub(super) name: QualifiedName,
    pub(super) table: QualifiedName,
    pub(super) key: Vec<KeyColumn>,
    /// In the archive it is called the same, with `value_` before it: a key column may be the one that is kept.
    pub(super) value: Identifier,
    /// `text COLLATE "C"`.
    pub(super) value_type: String,
}

impl Archive {
    /// `purpose`: one word, `dropped`, `filled`.
    pub(super) fn new(
        purpose: &str,
        table: &QualifiedName,
        key: Vec<KeyColumn>,
        column: &Identifier,
        value_type: String,
    ) -> Self {
        let words = [purpose, table.schema.as_str(), table.name.as_str(), column.as_str()];
        let name = QualifiedName { schema: OWN_SCHEMA.into(), name: fitting(words.join("_")) };
        Self { name, table: table.clone(), key, value: own_name(&["value"]), value_type }
    }

    /// Looks that the name is free, and makes the table.
    pub(super) fn make(&self, purpose: &str) -> Vec<RestructureStep> {
        let Self { name, table, .. } = self;
        let mut columns: Vec<String> =
            self.key.iter().map(|column| format!("{} {} NOT NULL", column.name, column.type_name)).collect();
        columns.push(format!("{} {}", self.value, self.value_type));
        columns.push(format!("PRIMARY KEY ({})", self.key_list("")));
        let statements = vec![
            format!("CREATE TABLE {name} ({})", columns.join(", ")),
            format!("ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"),
            without_grants(name),
            format!("COMMENT ON TABLE {name} IS {}", quote_literal(&format!("{purpose}, of {table}"))),
        ];
        vec![
            check(
                format!("see that there is no archive {name} yet"),
                format!("SELECT pg_catalog.to_regclass({}) IS NULL", quote_literal(&name.to_string())),
                format!("an earlier restructuring left the archive {name}: rename or drop it first"),
            ),
            both_ways(format!("make the archive {name}"), &[], statements, vec![format!("DROP TABLE {name}")]),
        ]
    }

    /// `id, line`; with `batch.` before each where that is asked for.
    pub(super) fn key_list(&self, before: &str) -> String {
        self.key.iter().map(|column| format!("{before}{}", column.name)).collect::<Vec<_>>().join(", ")
    }

    /// Takes `value`, an expression over the row, from rows of the table that fulfil the filter (about `source`).
    pub(super) fn take(&self, value: &str, filter: Option<String>) -> Action {
        let Self { name, key, value: column, .. } = self;
        Action::Backfill(Backfill {
            relation: self.table.clone(),
            key: key.clone(),
            filter,
            write: format!(
                "INSERT INTO {name} ({}, {column}) SELECT {}, {value} FROM batch ON CONFLICT ({}) DO UPDATE SET {column} = excluded.{column} \
                 WHERE pg_catalog.record_image_ne(ROW({name}.{column}), ROW(excluded.{column}))",
                self.key_list(""),
                self.key_list("batch."),
                self.key_list("")
            ),
            lock_rows: true,
            settings: Vec::new(),
        })
    }

    /// Visits the archive, and writes to its table: `SET …`, about `pgmason_batch`, where a condition holds. The table itself
    /// may be called `batch`.
    pub(super) fn give(&self, set: &str, condition: &str, settings: Vec<(String, String)>) -> Action {
        let Self { name, table, key, .. } = self;
        Action::Backfill(Backfill {
            relation: name.clone(),
            key: key.clone(),
            filter: None,
            write: format!(
                "UPDATE {table} SET {set} FROM batch AS pgmason_batch WHERE {} AND {condition}",
                same_key(key, &table.to_string(), "pgmason_batch")
            ),
            lock_rows: true,
            settings,
        })
    }
}

/// Default privileges of the platform may have granted it to roles that come in from outside.
fn without_grants(name: &QualifiedName) -> String {
    let literal = quote_literal(&name.to_string());
    format!(
        "DO $pgmason$ DECLARE grantee regrole; BEGIN \
         REVOKE ALL ON {name} FROM PUBLIC; \
         FOR grantee IN SELECT DISTINCT acl.grantee::regrole FROM pg_catalog.pg_class AS found, \
         LATERAL pg_catalog.aclexplode(found.relacl) AS acl \
         WHERE found.oid = {literal}::pg_catalog.regclass AND acl.grantee NOT IN (0, found.relowner) \
         LOOP EXECUTE pg_catalog.format('REVOKE ALL ON %s FROM %s', {literal}, grantee); END LOOP; END $pgmason$"
    )
}

/// A trigger that keeps the archive current while the table is written to.
pub(super) struct ArchiveTrigger {
    pub(super) create: Vec<String>,
    pub(super) drop: Vec<String>,
}

impl Archive {
    /// Every row that is written puts its value there, whoever writes it: the function has the rights of whoever made it.
    pub(super) fn keep_current(&self, column: &Identifier) -> ArchiveTrigger {
        let Self { name, table, key, value, .. } = self;
        let function =
            QualifiedName { schema: OWN_SCHEMA.into(), name: fitting(format!("keep_{}", name.name.as_str())) };
        let trigger = last_trigger(&[column.as_str(), "archive"]);
        let (keys, of_new) = (self.key_list(""), self.key_list("NEW."));
        let same: Vec<String> = key.iter().map(|column| format!("{name}.{0} = OLD.{0}", column.name)).collect();
        let moved: Vec<String> =
            key.iter().map(|column| format!("OLD.{0} IS DISTINCT FROM NEW.{0}", column.name)).collect();
        let body = format!(
            "
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM {name} WHERE {same};
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' AND ({moved}) THEN
        DELETE FROM {name} WHERE {same};
    END IF;
    INSERT INTO {name} ({keys}, {value}) VALUES ({of_new}, NEW.{column})
    ON CONFLICT ({keys}) DO UPDATE SET {value} = excluded.{value}
    WHERE pg_catalog.record_image_ne(ROW({name}.{value}), ROW(excluded.{value}));
    RETURN NULL;
END
",
            same = same.join(" AND "),
            moved = moved.join(" OR "),
        );
        let create = vec![
            format!(
                "CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER \
                 SET search_path = pg_catalog, pg_temp AS {}",
                quote_literal(&body)
            ),
            format!("REVOKE ALL ON FUNCTION {function}() FROM PUBLIC"),
            format!(
                "CREATE TRIGGER {trigger} AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()"
            ),
            format!("ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}"),
        ];
        let drop = vec![format!("DROP TRIGGER {trigger} ON {table}"), format!("DROP FUNCTION {function}()")];
        ArchiveTrigger { create, drop }
    }

    /// True where the archive has the value of every row: `kept`, about `source`, of the archive's own type. Images of a domain and of
    /// its base type cannot be compared.
    pub(super) fn is_whole(&self, kept: &str) -> String {
        let Self { name, table, key, value, .. } = self;
        format!(
            "SELECT NOT EXISTS (SELECT FROM {table} AS source LEFT JOIN {name} AS archive ON {} \
             WHERE archive.{} IS NULL OR pg_catalog.record_image_ne(ROW({kept}), ROW(archive.{value})))",
            same_key(key, "source", "archive"),
            key.first().map(|column| column.name.clone()).unwrap_or_default(),
        )
    }
}
