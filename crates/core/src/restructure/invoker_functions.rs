//! What gives a view the rights of whoever asks on PostgreSQL 13 and 14, whose views know only their owner's.
//!
//! - A view does not change who calls the functions in it. One that reads the table runs as whoever asks, policies and
//!   all, and the planner takes its text for the call (SQL, STABLE, no SET): conditions and indexes work as before.
//! - INSTEAD OF triggers write with the rights of whoever asks. `ON CONFLICT` does not work through them, and RETURNING
//!   gives what was asked for, not what the table's own triggers made of it.

use pgmason_model::catalog::Identity;
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind, QualifiedName};

use super::compatibility_view::{OWN_SCHEMA, columns};
use super::table_facts::primary_key;

/// The two functions and the trigger.
pub(super) struct InvokerFunctions {
    /// `pgmason.rows_0123(…)`: what the view selects from.
    pub(super) rows: QualifiedName,
    write: QualifiedName,
    before: Vec<String>,
    after: Vec<String>,
}

impl InvokerFunctions {
    /// None: without a primary key a row cannot be found again.
    pub(super) fn new(
        catalog: &Catalog,
        table: &ObjectId,
        view: &QualifiedName,
        shown: &QualifiedName,
    ) -> Option<Self> {
        let digest = crate::migrations::fingerprint::sha256(view.to_string());
        let rows = QualifiedName::new(OWN_SCHEMA, format!("rows_{}", &digest[..16]));
        let write = QualifiedName::new(OWN_SCHEMA, format!("write_{}", &digest[..16]));
        let key = primary_key(catalog, table)?;
        let before = vec![
            format!(
                "CREATE FUNCTION {rows}() RETURNS SETOF {shown} LANGUAGE sql STABLE AS $pgmason$SELECT * FROM {shown}$pgmason$"
            ),
            format!("GRANT EXECUTE ON FUNCTION {rows}() TO PUBLIC"),
        ];
        let body = body(catalog, table, shown, key);
        let after = vec![
            format!("CREATE FUNCTION {write}() RETURNS trigger LANGUAGE plpgsql AS $pgmason${body}$pgmason$"),
            format!("GRANT EXECUTE ON FUNCTION {write}() TO PUBLIC"),
            format!(
                "CREATE TRIGGER pgmason_write INSTEAD OF INSERT OR UPDATE OR DELETE ON {view} \
                 FOR EACH ROW EXECUTE FUNCTION {write}()"
            ),
        ];
        Some(Self { rows, write, before, after })
    }

    /// Before the view is made.
    pub(super) fn before(&self) -> &[String] {
        &self.before
    }

    /// After it.
    pub(super) fn after(&self) -> &[String] {
        &self.after
    }

    /// After the view is dropped.
    pub(super) fn drop(&self) -> Vec<String> {
        vec![format!("DROP FUNCTION {}()", self.write), format!("DROP FUNCTION {}()", self.rows)]
    }
}

/// Columns that take a value from a row, and those among them that the table gives one to where none is given.
fn body(catalog: &Catalog, table: &ObjectId, shown: &QualifiedName, key: &[Identifier]) -> String {
    let mut written = Vec::new();
    let mut made = Vec::new();
    for (name, _) in columns(catalog, table) {
        let id = ObjectId { kind: ObjectKind::Column, sub: Some(name.clone()), ..table.clone() };
        let Some(Object::Column(column)) = catalog.get(&id) else { continue };
        if column.generated.is_some() || column.identity == Some(Identity::Always) {
            continue;
        }
        let default = ObjectId { kind: ObjectKind::Default, ..id };
        let from_sequence =
            matches!(catalog.get(&default), Some(Object::Default(default)) if default.sequence.is_some());
        if column.identity.is_some() || from_sequence {
            made.push(name.clone());
        }
        written.push(name);
    }
    let list = |names: &[Identifier], before: &str| {
        names.iter().map(|name| format!("{before}{name}")).collect::<Vec<_>>().join(", ")
    };
    let insert = |names: &[Identifier]| match names.is_empty() {
        true => format!("INSERT INTO {shown} DEFAULT VALUES;"),
        false => format!("INSERT INTO {shown} ({}) VALUES ({});", list(names, ""), list(names, "NEW.")),
    };
    let rest: Vec<Identifier> = written.iter().filter(|name| !made.contains(name)).cloned().collect();
    let inserts = if made.is_empty() {
        insert(&written)
    } else {
        let none_given: Vec<String> = made.iter().map(|name| format!("NEW.{name} IS NULL")).collect();
        format!("IF {} THEN {} ELSE {} END IF;", none_given.join(" AND "), insert(&rest), insert(&written))
    };
    let set: Vec<String> = written.iter().map(|name| format!("{name} = NEW.{name}")).collect();
    let is_row: Vec<String> = key.iter().map(|name| format!("written.{name} = OLD.{name}")).collect();
    let is_row = is_row.join(" AND ");
    format!(
        "
BEGIN
    IF TG_OP = 'INSERT' THEN
        {inserts}
        RETURN NEW;
    ELSIF TG_OP = 'UPDATE' THEN
        UPDATE {shown} AS written SET {set} WHERE {is_row};
        IF NOT FOUND THEN RETURN NULL; END IF;
        RETURN NEW;
    END IF;
    DELETE FROM {shown} AS written WHERE {is_row};
    IF NOT FOUND THEN RETURN NULL; END IF;
    RETURN OLD;
END
",
        set = set.join(", "),
    )
}
