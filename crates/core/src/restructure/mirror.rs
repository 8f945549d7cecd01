//! Rows of one table kept in another: a trigger that follows every change, a backfill for what was there, and a query that
//! proves both.
//!
//! - The trigger does not copy what it was handed: it makes the target's row of a key what the source's row of that key is
//!   now. So it may fire twice, late, or behind a trigger that changed the row again.
//! - A batch locks its rows FOR SHARE and puts in what is not there: a writer waits for the batch and then comes with its
//!   own values, or the batch waits for the writer, sees what it left, and finds the target's row there.
//! - A batch gives up after `lock_timeout`, before `deadlock_timeout` would end somebody else.
//! - Under REPEATABLE READ a row that a batch put in after the snapshot cannot be seen, and so not deleted: the trigger
//!   finds it by the unique index and fails with 40001, which asks to try again.

use pgmason_model::catalog::{Identity, TableKind};
use pgmason_model::restructure::{Action, Backfill, KeyColumn, RestructureStep, StepUndo};
use pgmason_model::{Identifier, Object, ObjectId, ObjectKind, QualifiedName};

use super::compatibility_view::OWN_SCHEMA;
use super::context::PlanContext;
use super::own_name::fitting;
use super::refusal::OperationRefusal;
use super::table_facts;

/// Rows of a table with one value in a column.
#[derive(Clone, Debug)]
pub(super) struct OfKind {
    pub(super) column: Identifier,
    /// As a literal.
    pub(super) value: String,
}

impl OfKind {
    /// The condition, by the name of the row.
    pub(super) fn of(&self, row: &str) -> String {
        format!("{row}.{} = {}", self.column, self.value)
    }
}

/// Which rows go where. Expressions and filters call the row `source` and `target`.
#[derive(Clone, Debug)]
pub(super) struct Mirror {
    /// By its name while the mirror is there.
    pub(super) source: QualifiedName,
    /// The same.
    pub(super) target: QualifiedName,
    /// The columns of the source that a row of the target is found by.
    pub(super) source_key: Vec<KeyColumn>,
    /// Columns of a unique index of the source, by which its rows are visited.
    pub(super) visited_by: Vec<KeyColumn>,
    /// The same columns in the target, in the same order, unique there too.
    pub(super) target_key: Vec<Identifier>,
    pub(super) source_columns: Vec<Identifier>,
    pub(super) values: Vec<MirroredValue>,
    /// Rows of the source that are mirrored; all of them where none.
    pub(super) source_filter: Option<String>,
    /// Rows of the target that are the mirror's; all of them where none.
    pub(super) target_filter: Option<OfKind>,
    /// What happens where a row that is not the mirror's has the key.
    pub(super) taken: Taken,
}

/// A column of the target, and what it is.
#[derive(Clone, Debug)]
pub(super) struct MirroredValue {
    pub(super) column: Identifier,
    /// Of the column, as SQL.
    pub(super) type_name: String,
    pub(super) expression: String,
    /// GENERATED ALWAYS AS IDENTITY takes a value on INSERT alone; and a value that was computed has no way back.
    pub(super) only_on_insert: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// The writer gets a unique violation.
    Refuse,
    /// The row stays out of the target.
    Keep,
}

/// What both triggers are called; they fire after those of the project.
const ROW_TRIGGER: &str = "zzz_pgmason_mirror";
const TRUNCATE_TRIGGER: &str = "zzz_pgmason_mirror_truncate";

impl Mirror {
    fn function(&self) -> QualifiedName {
        let name = format!(
            "mirror_{}_{}_into_{}",
            self.source.schema.as_str(),
            self.source.name.as_str(),
            self.target.name.as_str()
        );
        QualifiedName::new(OWN_SCHEMA, fitting(name))
    }

    /// The triggers, under a lock that keeps writers away (SHARE ROW EXCLUSIVE).
    pub(super) fn create(&self) -> Vec<String> {
        let (function, source) = (self.function(), &self.source);
        vec![
            format!(
                "CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER \
                 SET search_path = pg_catalog, pg_temp AS $pgmason$\n{}$pgmason$",
                self.body()
            ),
            format!("REVOKE ALL ON FUNCTION {function}() FROM PUBLIC"),
            format!(
                "CREATE TRIGGER {ROW_TRIGGER} AFTER INSERT OR UPDATE OR DELETE ON {source} \
                 FOR EACH ROW EXECUTE FUNCTION {function}()"
            ),
            format!(
                "CREATE TRIGGER {TRUNCATE_TRIGGER} AFTER TRUNCATE ON {source} \
                 FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
            ),
            // session_replication_role = replica, as an import has it, must not get past.
            format!("ALTER TABLE {source} ENABLE ALWAYS TRIGGER {ROW_TRIGGER}"),
            format!("ALTER TABLE {source} ENABLE ALWAYS TRIGGER {TRUNCATE_TRIGGER}"),
        ]
    }

    /// Where they may be gone already, nothing happens.
    pub(super) fn drop(&self) -> Vec<String> {
        vec![
            format!("DROP TRIGGER IF EXISTS {ROW_TRIGGER} ON {}", self.source),
            format!("DROP TRIGGER IF EXISTS {TRUNCATE_TRIGGER} ON {}", self.source),
            format!("DROP FUNCTION IF EXISTS {}()", self.function()),
        ]
    }

    fn body(&self) -> String {
        let Self { source, target, .. } = self;
        let handed = |row: &str| {
            let list: Vec<String> =
                self.source_columns.iter().map(|column| format!("{row}.{column} AS {column}")).collect();
            format!("(SELECT {}) AS source", list.join(", "))
        };
        let keys = |row: &str| -> String {
            self.source_key.iter().map(|key| format!("{row}.{}", key.name)).collect::<Vec<_>>().join(", ")
        };
        let source_is = |row: &str| and(self.source_key.iter().map(|key| format!("source.{0} = {row}.{0}", key.name)));
        let target_is = |row: &str| {
            and(self
                .target_key
                .iter()
                .zip(&self.source_key)
                .map(|(own, key)| format!("target.{own} = {row}.{}", key.name)))
        };
        let of_target = also(self.of_target("target").as_deref());
        let of_source = also(self.source_filter.as_deref());
        let delete = format!(
            "DELETE FROM {target} AS target WHERE {}{of_target}\n            \
             AND NOT EXISTS (SELECT FROM {source} AS source WHERE {}{of_source})",
            target_is("OLD"),
            source_is("OLD")
        );
        let was_mirrored = self
            .source_filter
            .as_ref()
            .map_or_else(|| "true".to_owned(), |filter| format!("(SELECT {filter} FROM {})", handed("OLD")));
        let probe = self.insert(&handed("OLD"), "true", "DO NOTHING");
        let upsert =
            self.insert(&format!("{source} AS source"), &format!("{}{of_source}", source_is("NEW")), &self.overwrite());
        let refuse = match self.taken {
            Taken::Keep => String::new(),
            Taken::Refuse => format!(
                "        IF NOT FOUND AND EXISTS (SELECT FROM {source} AS source WHERE {}{of_source}) THEN\n            \
                 RAISE unique_violation USING MESSAGE = 'the key is taken in {}',\n                \
                 HINT = 'rows of both tables are being merged';\n        END IF;\n",
                source_is("NEW"),
                target.to_string().replace('\'', "''").replace('%', "%%")
            ),
        };
        format!(
            "#variable_conflict use_column
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        DELETE FROM {target} AS target WHERE true{of_target};
        RETURN NULL;
    END IF;
    IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND {moved}) THEN
        IF {was_mirrored} THEN
            {delete};
            IF NOT FOUND AND pg_catalog.current_setting('transaction_isolation') <> 'read committed' THEN
                {probe};
                {delete};
            END IF;
        END IF;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        {upsert};
{refuse}    END IF;
    RETURN NULL;
END
",
            moved = match &self.source_filter {
                None => format!("ROW({}) IS DISTINCT FROM ROW({})", keys("OLD"), keys("NEW")),
                // A row may stop being one that is mirrored.
                Some(filter) => format!(
                    "(ROW({}) IS DISTINCT FROM ROW({}) OR (SELECT {filter} FROM {}) IS NOT TRUE)",
                    keys("OLD"),
                    keys("NEW"),
                    handed("NEW")
                ),
            },
        )
    }

    /// `from` calls its row `source`.
    fn insert(&self, from: &str, condition: &str, on_conflict: &str) -> String {
        let columns: Vec<String> = self.values.iter().map(|value| value.column.to_string()).collect();
        let values: Vec<&str> = self.values.iter().map(|value| value.expression.as_str()).collect();
        let key: Vec<String> = self.target_key.iter().map(ToString::to_string).collect();
        format!(
            "INSERT INTO {} AS target ({}) OVERRIDING SYSTEM VALUE\n        SELECT {} FROM {from} WHERE {condition}\n        \
             ON CONFLICT ({}) {on_conflict}",
            self.target,
            columns.join(", "),
            values.join(", "),
            key.join(", ")
        )
    }

    fn overwrite(&self) -> String {
        let set: Vec<String> = self
            .values
            .iter()
            .filter(|value| !value.only_on_insert && !self.target_key.contains(&value.column))
            .map(|value| format!("{0} = excluded.{0}", value.column))
            .collect();
        if set.is_empty() {
            return "DO NOTHING".to_owned();
        }
        let own = self.of_target("target").map(|filter| format!(" WHERE {filter}")).unwrap_or_default();
        format!("DO UPDATE SET {}{own}", set.join(", "))
    }

    /// Copies what is there. The trigger has to be there already.
    pub(super) fn backfill(&self) -> Backfill {
        Backfill {
            relation: self.source.clone(),
            key: self.visited_by.clone(),
            filter: self.source_filter.clone(),
            write: self.insert("batch AS source", "true", "DO NOTHING"),
            lock_rows: true,
            settings: Vec::new(),
        }
    }

    /// After a time without the trigger: brings every row of the target to what the source's is. The trigger is there
    /// again.
    pub(super) fn catch_up(&self) -> Backfill {
        let differs = self
            .values
            .iter()
            .filter(|value| !value.only_on_insert && !self.target_key.contains(&value.column))
            .map(|value| value.column.clone())
            .collect::<Vec<_>>();
        let row = |of: &str| -> String {
            differs.iter().map(|column| format!("{of}.{column}")).collect::<Vec<_>>().join(", ")
        };
        let mut on_conflict = self.overwrite();
        if !differs.is_empty() {
            let more = if self.target_filter.is_some() { "AND" } else { "WHERE" };
            // As text: json, xml and point know no equality.
            on_conflict = format!(
                "{on_conflict} {more} ROW({})::text IS DISTINCT FROM ROW({})::text",
                row("target"),
                row("excluded")
            );
        }
        Backfill { write: self.insert("batch AS source", "true", &on_conflict), ..self.backfill() }
    }

    /// Takes rows out of the target whose row in the source is gone. `target_key` has the types of the source's.
    pub(super) fn take_out(&self) -> Backfill {
        let source_is = and(self
            .target_key
            .iter()
            .zip(&self.source_key)
            .map(|(own, key)| format!("source.{} = batch.{own}", key.name)));
        let target_is = and(self.target_key.iter().map(|own| format!("target.{own} = batch.{own}")));
        Backfill {
            relation: self.target.clone(),
            key: self.target_key_columns(),
            filter: None,
            // A row of the target whose key is another kind's in the source was never the mirror's.
            write: format!(
                "DELETE FROM {} AS target USING batch WHERE {target_is}{} \
                 AND NOT EXISTS (SELECT FROM {} AS source WHERE {source_is})",
                self.target,
                also(self.of_target("target").as_deref()),
                self.source
            ),
            lock_rows: false,
            settings: Vec::new(),
        }
    }

    /// Takes all rows of the mirror out of the target. The trigger is gone.
    pub(super) fn empty(&self) -> Backfill {
        let target_is = and(self.target_key.iter().map(|own| format!("target.{own} = batch.{own}")));
        Backfill {
            relation: self.target.clone(),
            key: self.target_key_columns(),
            // A batch calls its row so.
            filter: self.of_target("source"),
            write: format!("DELETE FROM {} AS target USING batch WHERE {target_is}", self.target),
            lock_rows: false,
            settings: Vec::new(),
        }
    }

    fn of_target(&self, row: &str) -> Option<String> {
        self.target_filter.as_ref().map(|kind| kind.of(row))
    }

    fn target_key_columns(&self) -> Vec<KeyColumn> {
        self.target_key
            .iter()
            .zip(&self.source_key)
            .map(|(own, key)| KeyColumn { name: own.clone(), type_name: key.type_name.clone() })
            .collect()
    }

    /// True where both sides hold the same: one statement, one snapshot, no lock.
    pub(super) fn is_in_step(&self) -> RestructureStep {
        let source_keys: Vec<String> =
            self.source_key.iter().enumerate().map(|(place, key)| format!("source.{} AS k{place}", key.name)).collect();
        let target_keys: Vec<String> =
            self.target_key.iter().enumerate().map(|(place, key)| format!("target.{key} AS k{place}")).collect();
        let compared = || self.values.iter().filter(|value| !value.only_on_insert);
        let ours: Vec<String> =
            compared().map(|value| format!("CAST({} AS {})", value.expression, value.type_name)).collect();
        let theirs: Vec<String> = compared().map(|value| format!("target.{}", value.column)).collect();
        let joined = (0..self.source_key.len()).map(|place| format!("source_row.k{place} = target_row.k{place}"));
        let same_key = and(self
            .target_key
            .iter()
            .zip(&self.source_key)
            .map(|(own, key)| format!("target.{own} = source.{}", key.name)));
        // Rows that were left behind because another one has their key.
        let kept_out = match (self.of_target("target"), self.taken) {
            (Some(filter), Taken::Keep) => format!(
                " AND NOT EXISTS (SELECT FROM {} AS target WHERE {same_key} AND ({filter}) IS NOT TRUE)",
                self.target
            ),
            _ => String::new(),
        };
        let not_ours = match &self.source_filter {
            Some(filter) => format!(
                " AND NOT EXISTS (SELECT FROM {} AS source WHERE {same_key} AND ({filter}) IS NOT TRUE)",
                self.source
            ),
            None => String::new(),
        };
        let query = format!(
            "SELECT NOT EXISTS (SELECT FROM
    (SELECT {source_keys}, ROW({ours})::text AS row FROM {source} AS source WHERE true{of_source}{kept_out}) AS source_row
    FULL JOIN
    (SELECT {target_keys}, ROW({theirs})::text AS row FROM {target} AS target WHERE true{of_target}{not_ours}) AS target_row
    ON {joined}
WHERE source_row.row IS DISTINCT FROM target_row.row)",
            source_keys = source_keys.join(", "),
            target_keys = target_keys.join(", "),
            ours = ours.join(", "),
            theirs = theirs.join(", "),
            source = self.source,
            target = self.target,
            of_source = also(self.source_filter.as_deref()),
            of_target = also(self.of_target("target").as_deref()),
            joined = and(joined),
        );
        RestructureStep {
            title: format!("compare the rows of {} with those in {}", self.source, self.target),
            action: Action::Check {
                query,
                failure: format!(
                    "{} and {} do not hold the same rows: a trigger of the target changes what is written to it, \
                     somebody wrote past the mirror, or two rows of the one have one key in the other. An UPDATE of a \
                     row brings it over again",
                    self.source, self.target
                ),
            },
            undo: StepUndo::Nothing,
        }
    }
}

fn and(conditions: impl Iterator<Item = String>) -> String {
    conditions.collect::<Vec<_>>().join(" AND ")
}

fn also(filter: Option<&str>) -> String {
    filter.map(|filter| format!(" AND ({filter})")).unwrap_or_default()
}

/// Columns that take a value, in order, as a mirror of the same shape has them.
pub(super) fn same_values(context: &PlanContext<'_>, table: &ObjectId) -> Vec<MirroredValue> {
    let mut found: Vec<(i32, MirroredValue)> = context
        .catalog
        .of_relation(pgmason_model::ObjectKind::Column, table)
        .filter_map(|(id, object)| match (object, &id.sub) {
            (Object::Column(column), Some(name)) if column.generated.is_none() => Some((
                column.position,
                MirroredValue {
                    column: name.clone(),
                    type_name: column.type_name.clone(),
                    expression: format!("source.{name}"),
                    only_on_insert: column.identity == Some(Identity::Always),
                },
            )),
            _ => None,
        })
        .collect();
    found.sort_by_key(|(position, _)| *position);
    found.into_iter().map(|(_, value)| value).collect()
}

/// The primary key with its types: what rows are told apart by.
pub(super) fn primary_key(context: &PlanContext<'_>, table: &ObjectId) -> Option<Vec<KeyColumn>> {
    let typed = |name: &Identifier| {
        let id = ObjectId { kind: ObjectKind::Column, sub: Some(name.clone()), ..table.clone() };
        match context.catalog.get(&id) {
            Some(Object::Column(column)) => Some(KeyColumn { name: name.clone(), type_name: column.type_name.clone() }),
            _ => None,
        }
    };
    table_facts::primary_key(context.catalog, table)?.iter().map(typed).collect()
}

/// That the role that runs the steps sees every row of an ordinary table, and may write it.
pub(super) fn all_rows_are_seen(context: &PlanContext<'_>, table: &ObjectId) -> Result<(), OperationRefusal> {
    let Some(Object::Table(found)) = context.catalog.get(table) else { return Ok(()) };
    let refused = |message: String, hint: &str| Err(OperationRefusal::Refused { message, hint: hint.to_owned() });
    if found.kind != TableKind::Ordinary || found.partition_of.is_some() || !found.inherits.is_empty() {
        return refused(
            format!("{table} is no ordinary table: its rows are not, or not only, its own"),
            "take the partition or the inheritance apart first, in an earlier stage",
        );
    }
    if table_facts::key_constraint(context.catalog, table).is_some_and(|key| key.deferrable) {
        return refused(
            format!(
                "the primary key of {table} is DEFERRABLE: ON CONFLICT, by which rows are copied, does not take it"
            ),
            "make it NOT DEFERRABLE in an earlier stage",
        );
    }
    let key = primary_key(context, table).unwrap_or_default();
    if let Some(column) = key.iter().find(|column| has_no_equality_in_the_catalog(context, table, column)) {
        return refused(
            format!(
                "the key of {table} is {}, whose operators lie outside of pg_catalog: the triggers that keep two tables equal \
                 look nowhere else, so that nobody can put an operator of his own before them",
                column.type_name
            ),
            "give the table a key of another type in an earlier stage",
        );
    }
    table_facts::every_row_is_seen(context, table)
}

/// Types of extensions have operators of their own; citext is compared as text.
fn has_no_equality_in_the_catalog(context: &PlanContext<'_>, table: &ObjectId, column: &KeyColumn) -> bool {
    let id = ObjectId { kind: ObjectKind::Column, sub: Some(column.name.clone()), ..table.clone() };
    match context.catalog.get(&id) {
        // Enums, domains, composites and ranges of the project are compared by operators for any of them.
        Some(Object::Column(found)) => {
            found.user_type.as_ref().is_none_or(|found| found.kind == ObjectKind::BaseType)
                && found.type_name.contains('.')
                && !found.type_name.ends_with(".citext")
        }
        _ => false,
    }
}
