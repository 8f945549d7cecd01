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
    /// Both have this default, of the column's own type, which gives the same value however often it is asked.
    pub(super) default: Option<&'a str>,
    /// Other BEFORE triggers fire for rows of the table.
    pub(super) others: bool,
}

/// How an UPDATE of a backfill is told apart: it changes the column that this names, whatever else triggers did to the row.
const BACKFILL: &str = "pgmason.backfill";

pub(super) fn keep_equal(names: &TwoNames<'_>) -> SyncTrigger {
    let TwoNames { table, old, new, default, others } = names;
    let is_given = match default {
        // Both columns have it: whoever gives the new one something else means that.
        Some(default) => differs(&format!("NEW.{new}"), &format!("({default})")),
        None => format!("NEW.{new} IS NOT NULL"),
    };
    let changed = differs(&format!("NEW.{new}"), &format!("OLD.{new}"));
    let equalise = format!(
        "IF TG_OP = 'INSERT' AND {is_given} OR TG_OP = 'UPDATE' AND {changed} THEN
        NEW.{old} := NEW.{new};
    ELSE
        NEW.{new} := NEW.{old};
    END IF;"
    );
    let backfill = format!(
        "IF {} THEN
        NEW := OLD;
        NEW.{new} := OLD.{old};
        RETURN NEW;
    END IF;",
        is_backfill(table, new)
    );
    let words = [table.schema.as_str(), table.name.as_str(), old.as_str(), new.as_str()];
    if !others {
        return trigger(table, "sync", &words, &format!("{backfill}\n    {equalise}"), false);
    }
    // What both were made by the first trigger is remembered: if another one changes one of them, the other follows.
    let digest = |value: &str| format!("pg_catalog.hashtextextended({value}::text COLLATE \"C\", 0)::text");
    // Of this table and column alone: a trigger may write another table, and another column may be renamed beside this one.
    let remembered = format!("pgmason.synchronised_{}", short_digest(&format!("{table}.{new}")));
    let remember = format!(
        "PERFORM pg_catalog.set_config('{remembered}', coalesce({}, ''), true);",
        digest(&format!("NEW.{old}"))
    );
    let follow = format!(
        "IF {} THEN
        IF coalesce({}, '') = pg_catalog.current_setting('{remembered}', true) THEN
            NEW.{old} := NEW.{new};
        ELSE
            NEW.{new} := NEW.{old};
        END IF;
    END IF;",
        differs(&format!("NEW.{new}"), &format!("NEW.{old}")),
        digest(&format!("NEW.{old}")),
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
    vec![
        ("session_replication_role".to_owned(), "replica".to_owned()),
        (BACKFILL.to_owned(), format!("{table}.{column}")),
    ]
}

/// In a trigger: the row is written by the backfill of that column. Another column's backfill is an UPDATE like any other.
pub(super) fn is_backfill(table: &QualifiedName, column: &Identifier) -> String {
    let written = quote_literal(&format!("{table}.{column}"));
    format!("TG_OP = 'UPDATE' AND pg_catalog.current_setting('{BACKFILL}', true) = {written}")
}

/// Two values are not the same to the byte; nulls are.
pub(super) fn differs(one: &str, other: &str) -> String {
    format!("pg_catalog.record_image_ne(ROW({one}), ROW({other}))")
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
