//! Triggers that keep two columns of a row equal, whoever writes which.
//!
//! - BEFORE triggers fire in the order of their names: ours is the last one. Where others fire, a second one is the first, so that
//!   they see the value under either name.
//! - ENABLE ALWAYS: `session_replication_role = replica` does not pass it by. No `UPDATE OF`: a value that another trigger sets is
//!   in no column list.
//! - Values are told apart by their bytes: 'a' and 'A' may be equal, 1.0 and 1.00 are, and json has no equality at all.

use pgmason_model::catalog::{TriggerState, TriggerTiming};
use pgmason_model::restructure::{Action, Backfill, KeyColumn};
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind, QualifiedName, quote_literal};

use super::compatibility_view::OWN_SCHEMA;
use super::own_name::{fitting, last_trigger, own_name};
use super::table_facts::same_key;

/// What makes triggers with their functions, and what takes them away.
pub(super) struct SyncTrigger {
    pub(super) create: Vec<String>,
    pub(super) drop: Vec<String>,
}

/// Two columns of one type under two names; the new one counts where a statement gives both.
pub(super) struct TwoNames<'a> {
    pub(super) table: &'a QualifiedName,
    pub(super) old: &'a Identifier,
    pub(super) new: &'a Identifier,
    /// Of the new one; the old one's may be a domain over it, and images of the two cannot be compared.
    pub(super) type_name: &'a str,
    /// Both have this default, of the column's own type, which gives the same value however often it is asked.
    pub(super) default: Option<&'a str>,
    /// Other BEFORE triggers fire for rows of the table.
    pub(super) others: bool,
}

/// How an UPDATE of a backfill is told apart: it changes the column that this names, whatever else triggers did to the row.
const BACKFILL: &str = "pgmason.backfill";

/// Of a column and its second name, which is filled from it: what the new one has by itself came from nobody.
pub(super) fn keep_equal(names: &TwoNames<'_>) -> SyncTrigger {
    let TwoNames { table, old, new, .. } = names;
    let equalise = format!(
        "IF {} THEN
        NEW.{old} := NEW.{new};
    ELSE
        NEW.{new} := NEW.{old};
    END IF;",
        new_one_counts(names)
    );
    let backfill = format!(
        "IF {} THEN
        NEW := OLD;
        NEW.{new} := OLD.{old};
        RETURN NEW;
    END IF;",
        is_backfill(table, new)
    );
    first_and_last(names, &backfill, &equalise, None)
}

/// Of two columns that were there before: a row may have its value in either alone, until it is written or filled. A row that
/// has two values stays as it is until somebody writes one of them: nothing says which one is meant.
///
/// A backfill of one of them brings it to the other one's value, or where they are equal to null.
pub(super) fn keep_both(names: &TwoNames<'_>) -> SyncTrigger {
    let TwoNames { table, old, new, .. } = names;
    let equalise = format!(
        "IF {new_counts} THEN
        NEW.{old} := NEW.{new};
    ELSIF TG_OP = 'INSERT' OR {old_changed} OR {new_is_null} THEN
        NEW.{new} := NEW.{old};
    ELSIF {old_is_null} THEN
        NEW.{old} := NEW.{new};
    END IF;",
        new_counts = new_one_counts(names),
        old_changed = differs(&format!("NEW.{old}"), &format!("OLD.{old}")),
        new_is_null = is_null(&format!("NEW.{new}")),
        old_is_null = is_null(&format!("NEW.{old}")),
    );
    let backfill = [(new, old), (old, new)].map(|(written, other)| {
        format!(
            "IF {is_backfill} THEN
        NEW := OLD;
        NEW.{written} := CASE WHEN {apart} THEN OLD.{other} END;
        RETURN NEW;
    END IF;",
            is_backfill = is_backfill(table, written),
            apart = differs(&format!("OLD.{written}"), &format!("OLD.{other}")),
        )
    });
    first_and_last(names, &backfill.join("\n    "), &equalise, Some("apart"))
}

/// The statement gives the new one, or gives it another value.
fn new_one_counts(names: &TwoNames<'_>) -> String {
    let TwoNames { new, default, .. } = names;
    let is_given = match default {
        // Both columns have it: whoever gives the new one something else means that.
        Some(default) => differs(&format!("NEW.{new}"), &format!("({default})")),
        None => is_not_null(&format!("NEW.{new}")),
    };
    let changed = differs(&format!("NEW.{new}"), &format!("OLD.{new}"));
    format!("TG_OP = 'INSERT' AND {is_given} OR TG_OP = 'UPDATE' AND {changed}")
}

/// One trigger, or where others fire one before them and one after them. `apart`: remembered in place of a value where the
/// first one left them apart, so that the last one does.
fn first_and_last(names: &TwoNames<'_>, backfill: &str, equalise: &str, apart: Option<&str>) -> SyncTrigger {
    let TwoNames { table, old, new, type_name, others, .. } = names;
    let words = [table.schema.as_str(), table.name.as_str(), old.as_str(), new.as_str()];
    if !others {
        return trigger(table, "sync", &words, &format!("{backfill}\n    {equalise}"), false);
    }
    // What both were made by the first trigger is remembered: if another one changes one of them, the other follows.
    let digest = |value: &str| format!("pg_catalog.hashtextextended({value}::text COLLATE \"C\", 0)::text");
    // Of this table and column alone: a trigger may write another table, and another column may be renamed beside this one.
    let remembered = format!("pgmason.synchronised_{}", short_digest(&format!("{table}.{new}")));
    let differ = differs(&format!("NEW.{new}"), &format!("CAST(NEW.{old} AS {type_name})"));
    let mut value = format!("coalesce({}, '')", digest(&format!("NEW.{old}")));
    let now = value.clone();
    let mut may_follow = String::new();
    if let Some(apart) = apart {
        value = format!("CASE WHEN {differ} THEN '{apart}' ELSE {value} END");
        may_follow = format!(" AND pg_catalog.current_setting('{remembered}', true) <> '{apart}'");
    }
    let remember = format!("PERFORM pg_catalog.set_config('{remembered}', {value}, true);");
    let follow = format!(
        "IF {differ}{may_follow} THEN
        IF {now} = pg_catalog.current_setting('{remembered}', true) THEN
            NEW.{old} := NEW.{new};
        ELSE
            NEW.{new} := NEW.{old};
        END IF;
    END IF;",
    );
    let mut first = trigger(table, "first", &words, &format!("{equalise}\n    {remember}"), true);
    let last = trigger(table, "sync", &words, &format!("{backfill}\n    {follow}"), false);
    first.create.extend(last.create);
    let mut drop = last.drop;
    drop.extend(first.drop);
    SyncTrigger { create: first.create, drop }
}

/// `UPDATE … SET to = value` where it is not that already, along the key.
pub(super) fn fill(table: &QualifiedName, key: &[KeyColumn], to: &Identifier, value: &str, differs: &str) -> Action {
    Action::Backfill(Backfill {
        relation: table.clone(),
        key: key.to_vec(),
        filter: Some(differs.to_owned()),
        write: format!(
            "UPDATE {table} AS source SET {to} = {value} FROM batch WHERE {} AND {differs}",
            same_key(key, "source", "batch")
        ),
        lock_rows: false,
        settings: quiet(table, to),
    })
}

/// For a backfill of the column: triggers of the table do not fire where the role may say so; where not, ours undoes what they
/// did to the row.
pub(super) fn quiet(table: &QualifiedName, column: &Identifier) -> Vec<(String, String)> {
    let mut settings = vec![("session_replication_role".to_owned(), "replica".to_owned())];
    settings.extend(undone(table, column));
    settings
}

/// For a backfill of a column that foreign keys look at: triggers fire, theirs among them, and ours undoes what others did to the
/// row.
pub(super) fn undone(table: &QualifiedName, column: &Identifier) -> Vec<(String, String)> {
    vec![(BACKFILL.to_owned(), format!("{table}.{column}"))]
}

/// In a trigger: the row is written by the backfill of that column. Another column's backfill is an UPDATE like any other, and so
/// is what somebody's trigger writes to the table while rows are filled.
pub(super) fn is_backfill(table: &QualifiedName, column: &Identifier) -> String {
    let written = quote_literal(&format!("{table}.{column}"));
    format!(
        "TG_OP = 'UPDATE' AND pg_catalog.pg_trigger_depth() = 1 \
         AND pg_catalog.current_setting('{BACKFILL}', true) = {written}"
    )
}

/// Two values are not the same to the byte; nulls are.
pub(super) fn differs(one: &str, other: &str) -> String {
    format!("pg_catalog.record_image_ne(ROW({one}), ROW({other}))")
}

/// As a whole: a composite value is null by `IS NULL` where all of its fields are, and neither that nor not null where some are.
pub(super) fn is_null(value: &str) -> String {
    format!("{value} IS NOT DISTINCT FROM NULL")
}

pub(super) fn is_not_null(value: &str) -> String {
    format!("{value} IS DISTINCT FROM NULL")
}

/// Somebody else's trigger fires before a row is written.
pub(super) fn others_fire_before(catalog: &Catalog, table: &ObjectId) -> bool {
    catalog.of_relation(ObjectKind::Trigger, table).any(|(_, object)| {
        matches!(object, Object::Trigger(trigger) if trigger.timing == TriggerTiming::Before
            && trigger.for_each_row
            && trigger.state != TriggerState::Disabled
            && (trigger.events.contains("INSERT") || trigger.events.contains("UPDATE")))
    })
}

pub(super) fn trigger(table: &QualifiedName, role: &str, words: &[&str], body: &str, first: bool) -> SyncTrigger {
    let function = QualifiedName { schema: OWN_SCHEMA.into(), name: fitting(format!("{role}_{}", words.join("_"))) };
    let own = words.get(2..).unwrap_or_default();
    let name = if first { first_trigger(own) } else { last_trigger(own) };
    let text = format!("\nBEGIN\n    {body}\n    RETURN NEW;\nEND\n");
    let create = vec![
        format!(
            "CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS {}",
            quote_literal(&text)
        ),
        format!("REVOKE ALL ON FUNCTION {function}() FROM PUBLIC"),
        format!("CREATE TRIGGER {name} BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()"),
        format!("ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}"),
        format!(
            "COMMENT ON TRIGGER {name} ON {table} IS {}",
            quote_literal("pgmason: keeps two columns equal until the restructuring is completed")
        ),
    ];
    let drop = vec![format!("DROP TRIGGER {name} ON {table}"), format!("DROP FUNCTION {function}()")];
    SyncTrigger { create, drop }
}

/// It fires before everybody else's: digits sort before letters.
fn first_trigger(words: &[&str]) -> Identifier {
    let name = own_name(words);
    match name.as_str().len() {
        0..=59 => Identifier::from(format!("000_{}", name.as_str())),
        _ => Identifier::from(format!("000_pgmason_{}", short_digest(name.as_str()))),
    }
}

/// Enough of a digest to tell names apart.
fn short_digest(text: &str) -> String {
    let mut digest = crate::migrations::fingerprint::sha256(text);
    digest.truncate(16);
    digest
}
