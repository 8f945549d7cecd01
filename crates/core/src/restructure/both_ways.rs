//! Columns kept alike in two tables that are both written to, a row in each for a key.
//!
//! - Each side's trigger writes what is there now, and only where it differs: so the other side's trigger finds nothing
//!   to do, and there is no circle.
//! - A row of the first table whose columns all have their defaults needs no row in the second one: whoever knows the new
//!   shape puts that in on their own.
//! - During a backfill of the first table its other columns stay as they are, whatever its triggers do.

use pgmason_model::restructure::{Action, Backfill, KeyColumn, RestructureStep, StepUndo};
use pgmason_model::{Identifier, QualifiedName};

use super::compatibility_view::OWN_SCHEMA;
use super::own_name::fitting;

const FIRST_TRIGGER: &str = "zzz_pgmason_split";
const KEEP_TRIGGER: &str = "zzz_pgmason_split_keep";
const SECOND_TRIGGER: &str = "zzz_pgmason_split_back";
/// Set to `on` while a backfill runs.
const BACKFILL: &str = "pgmason.backfill";

pub(super) struct BothWays {
    pub(super) first: QualifiedName,
    pub(super) second: QualifiedName,
    pub(super) key: Vec<KeyColumn>,
    pub(super) columns: Vec<Identifier>,
    /// All others of the first table that take a value.
    pub(super) others: Vec<Identifier>,
    /// Of each column, in its order; `NULL` where there is none.
    pub(super) defaults: Vec<String>,
    /// May not be null in the second table: a row of the first one that has none yet is no row there.
    pub(super) required: Vec<Identifier>,
}

impl BothWays {
    fn function(&self, word: &str) -> QualifiedName {
        let name =
            format!("{word}_{}_{}_{}", self.first.schema.as_str(), self.first.name.as_str(), self.second.name.as_str());
        QualifiedName::new(OWN_SCHEMA, fitting(name))
    }

    /// Under a lock that keeps writers of both away.
    pub(super) fn create(&self) -> Vec<String> {
        let (there, back, keep) = (self.function("split"), self.function("split_back"), self.function("split_keep"));
        let (first, second) = (&self.first, &self.second);
        let function = |name: &QualifiedName, security: &str, body: &str| {
            vec![
                format!(
                    "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql{security} \
                     SET search_path = pg_catalog, pg_temp AS $pgmason$\n{body}$pgmason$"
                ),
                format!("REVOKE ALL ON FUNCTION {name}() FROM PUBLIC"),
            ]
        };
        let mut statements = function(&there, " SECURITY DEFINER", &self.second_follows());
        statements.extend(function(&back, " SECURITY DEFINER", &self.first_follows()));
        statements.extend(function(&keep, "", &self.keep()));
        for (name, events, table, function) in [
            (FIRST_TRIGGER, "AFTER INSERT OR UPDATE", first, &there),
            (KEEP_TRIGGER, "BEFORE UPDATE", first, &keep),
            (SECOND_TRIGGER, "AFTER INSERT OR UPDATE OR DELETE", second, &back),
        ] {
            statements
                .push(format!("CREATE TRIGGER {name} {events} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()"));
            statements.push(format!("ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}"));
        }
        statements
    }

    pub(super) fn drop(&self) -> Vec<String> {
        let mut statements = Vec::new();
        for (name, table) in [(FIRST_TRIGGER, &self.first), (KEEP_TRIGGER, &self.first), (SECOND_TRIGGER, &self.second)]
        {
            statements.push(format!("DROP TRIGGER {name} ON {table}"));
        }
        for word in ["split", "split_back", "split_keep"] {
            statements.push(format!("DROP FUNCTION {}()", self.function(word)));
        }
        statements
    }

    fn second_follows(&self) -> String {
        let Self { first, second, .. } = self;
        format!(
            "BEGIN
    INSERT INTO {second} AS target ({all})
    SELECT {source_all} FROM {first} AS source
    WHERE {source_is_new} AND (ROW({source_columns})::text IS DISTINCT FROM ROW({defaults})::text
        OR EXISTS (SELECT FROM {second} AS there WHERE {there_is_source}))
    ON CONFLICT ({key}) DO UPDATE SET {set}
    WHERE ROW({target_columns})::text IS DISTINCT FROM ROW({excluded_columns})::text;
    RETURN NULL;
END
",
            all = self.all(""),
            source_all = self.all("source."),
            source_is_new = self.key_is("source", "NEW"),
            source_columns = self.list("source."),
            defaults = self.defaults.join(", "),
            there_is_source = self.key_is("there", "source"),
            key = self.keys(""),
            set = self
                .columns
                .iter()
                .map(|column| format!("{column} = excluded.{column}"))
                .collect::<Vec<_>>()
                .join(", "),
            target_columns = self.list("target."),
            excluded_columns = self.list("excluded."),
        )
    }

    fn first_follows(&self) -> String {
        let Self { first, second, .. } = self;
        let set = |of: &str| {
            self.columns.iter().map(|column| format!("{column} = {of}.{column}")).collect::<Vec<_>>().join(", ")
        };
        let to_defaults = self
            .columns
            .iter()
            .zip(&self.defaults)
            .map(|(column, default)| format!("{column} = {default}"))
            .collect::<Vec<_>>()
            .join(", ");
        format!(
            "BEGIN
    IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND ROW({old_key}) IS DISTINCT FROM ROW({new_key})) THEN
        UPDATE {first} AS target SET {to_defaults}
        WHERE {target_is_old} AND NOT EXISTS (SELECT FROM {second} AS source WHERE {source_is_old});
    END IF;
    IF TG_OP <> 'DELETE' THEN
        UPDATE {first} AS target SET {set}
        FROM {second} AS source WHERE {source_is_new} AND {target_is_source}
        AND ROW({target_columns})::text IS DISTINCT FROM ROW({source_columns})::text;
    END IF;
    RETURN NULL;
END
",
            old_key = self.keys("OLD."),
            new_key = self.keys("NEW."),
            target_is_old = self.key_is("target", "OLD"),
            source_is_old = self.key_is("source", "OLD"),
            set = set("source"),
            source_is_new = self.key_is("source", "NEW"),
            target_is_source = self.key_is("target", "source"),
            target_columns = self.list("target."),
            source_columns = self.list("source."),
        )
    }

    fn keep(&self) -> String {
        let others: Vec<String> =
            self.others.iter().map(|column| format!("        NEW.{column} := OLD.{column};\n")).collect();
        format!(
            "BEGIN
    IF pg_catalog.current_setting('{BACKFILL}', true) = 'on' THEN
{}    END IF;
    RETURN NEW;
END
",
            others.concat()
        )
    }

    /// Rows of the first table that have none in the second.
    pub(super) fn fill_second(&self) -> Backfill {
        Backfill {
            relation: self.first.clone(),
            key: self.key.clone(),
            filter: (!self.required.is_empty()).then(|| {
                let all: Vec<String> =
                    self.required.iter().map(|column| format!("source.{column} IS NOT NULL")).collect();
                all.join(" AND ")
            }),
            write: format!(
                "INSERT INTO {} AS target ({}) SELECT {} FROM batch AS source ON CONFLICT ({}) DO NOTHING",
                self.second,
                self.all(""),
                self.all("source."),
                self.keys("")
            ),
            lock_rows: true,
            settings: Vec::new(),
        }
    }

    /// Columns of the first table that came back empty.
    pub(super) fn fill_first(&self) -> Backfill {
        let set: Vec<String> = self.columns.iter().map(|column| format!("{column} = source.{column}")).collect();
        Backfill {
            relation: self.first.clone(),
            key: self.key.clone(),
            filter: None,
            write: format!(
                "UPDATE {} AS target SET {} FROM batch JOIN {} AS source ON {} WHERE {} \
                 AND ROW({})::text IS DISTINCT FROM ROW({})::text",
                self.first,
                set.join(", "),
                self.second,
                self.key_is("source", "batch"),
                self.key_is("target", "batch"),
                self.list("target."),
                self.list("source.")
            ),
            lock_rows: false,
            settings: vec![(BACKFILL.to_owned(), "on".to_owned())],
        }
    }

    pub(super) fn is_in_step(&self) -> RestructureStep {
        RestructureStep {
            title: format!("compare {} with {}", self.first, self.second),
            action: Action::Check {
                query: format!(
                    "SELECT NOT EXISTS (SELECT FROM {first} AS source LEFT JOIN {second} AS target ON {joined} \
                     WHERE ROW({source})::text IS DISTINCT FROM CASE WHEN target.{one} IS NULL THEN ROW({defaults})::text \
                     ELSE ROW({target})::text END) \
                     AND NOT EXISTS (SELECT FROM {second} AS target \
                     WHERE NOT EXISTS (SELECT FROM {first} AS source WHERE {joined}))",
                    first = self.first,
                    second = self.second,
                    joined = self.key_is("target", "source"),
                    source = self.list("source."),
                    target = self.list("target."),
                    defaults = self.defaults.join(", "),
                    one = self.key.first().map(|key| key.name.to_string()).unwrap_or_default(),
                ),
                failure: format!(
                    "{} and {} do not have the same values, or not the same rows: somebody wrote past the triggers",
                    self.first, self.second
                ),
            },
            undo: StepUndo::Nothing,
        }
    }

    fn all(&self, of: &str) -> String {
        format!("{}, {}", self.keys(of), self.list(of))
    }

    fn list(&self, of: &str) -> String {
        self.columns.iter().map(|column| format!("{of}{column}")).collect::<Vec<_>>().join(", ")
    }

    fn keys(&self, of: &str) -> String {
        self.key.iter().map(|key| format!("{of}{}", key.name)).collect::<Vec<_>>().join(", ")
    }

    fn key_is(&self, one: &str, other: &str) -> String {
        self.key.iter().map(|key| format!("{one}.{0} = {other}.{0}", key.name)).collect::<Vec<_>>().join(" AND ")
    }
}
