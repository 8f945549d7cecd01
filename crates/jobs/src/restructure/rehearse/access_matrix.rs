//! Who may do what with a table, found by doing it: each role tries each command, and all of it is rolled back.
//!
//! - The same row, the same columns and the same identity are tried under each name, so that answers can be compared.
//! - A row that is there already is put in again: a unique violation says that the privilege and the policies let it
//!   through, 42501 that they did not.

use std::collections::{BTreeMap, BTreeSet};

use pgmason_model::restructure::{NameKind, PlannedStage};
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind, QualifiedName, quote_literal};
use postgres::{Client, SimpleQueryMessage};

use crate::JobError;
use crate::error::server_words;

/// (table by its name before, role, who they say they are, command) → what came of it: `3 rows`, `42501`.
pub(super) type Matrix = BTreeMap<(QualifiedName, Identifier, String, &'static str), String>;

/// What is tried on one table, whatever it is called.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    /// By its name before the stage.
    pub(super) table: QualifiedName,
    /// All columns, for SELECT by those that may read all.
    columns: Vec<Identifier>,
    /// Columns that take a value.
    writable: Vec<Identifier>,
    /// A row as JSON text; none where the table is empty.
    row: Option<String>,
    key: Vec<Identifier>,
    /// Role → columns that it may read, where those are not all.
    readable: BTreeMap<Identifier, Vec<Identifier>>,
}

/// Whoever acts: a role, and the claims of a request.
#[derive(Clone, Debug)]
pub(super) struct Actor {
    role: Identifier,
    identity: Option<String>,
}

/// Roles of the project that are not superusers, each with the identities of up to two users where requests have some.
pub(super) fn actors(client: &mut Client, catalog: &Catalog, subjects: &[Subject]) -> Result<Vec<Actor>, JobError> {
    const SQL: &str = "SELECT rolname::text FROM pg_catalog.pg_roles \
        WHERE NOT rolsuper AND pg_catalog.left(rolname, 3) <> 'pg_' AND pg_catalog.pg_has_role(rolname, 'MEMBER')";
    let rows = client.query(SQL, &[]).map_err(|error| JobError::from_server(&error))?;
    let there: BTreeSet<String> = rows.iter().map(|row| row.get(0)).collect();
    let mut roles: BTreeSet<Identifier> = BTreeSet::new();
    for subject in subjects {
        for (id, _) in catalog.of_kind(ObjectKind::Grant) {
            let of = id.of.as_deref();
            if of.is_some_and(|of| of.qualified_name().as_ref() == Some(&subject.table)) {
                roles.insert(id.name.clone());
            }
        }
    }
    // Whoever has no grant must stay without.
    roles.extend(catalog.roles.keys().cloned());
    let mut actors = Vec::new();
    let identities = identities(subjects);
    for role in roles.into_iter().filter(|role| there.contains(role.as_str())) {
        let is_request = catalog.roles.contains_key(&Identifier::from("authenticated"));
        if is_request && role == *"authenticated" {
            actors.extend(
                identities.iter().map(|identity| Actor { role: role.clone(), identity: Some(identity.clone()) }),
            );
        } else {
            actors.push(Actor { role, identity: None });
        }
    }
    Ok(actors)
}

/// A user who has rows, and one who has none.
fn identities(subjects: &[Subject]) -> Vec<String> {
    let owner = subjects.iter().find_map(|subject| {
        let row: serde_json::Value = serde_json::from_str(subject.row.as_deref()?).ok()?;
        ["user_id", "owner_id", "created_by", "auth_user_id"]
            .iter()
            .find_map(|column| row[*column].as_str().map(str::to_owned))
    });
    let mut found = vec!["00000000-0000-4000-8000-000000000000".to_owned()];
    found.extend(owner);
    found
}

/// Reads what is to be tried on the tables, before anything changes.
pub(super) fn subjects(
    client: &mut Client,
    catalog: &Catalog,
    tables: &[QualifiedName],
) -> Result<Vec<Subject>, JobError> {
    let mut subjects = Vec::new();
    for table in tables {
        let id = ObjectId::in_schema(ObjectKind::Table, table.schema.clone(), table.name.clone());
        if catalog.get(&id).is_none() {
            continue;
        }
        let mut columns = Vec::new();
        let mut writable = Vec::new();
        for (column, object) in catalog.of_relation(ObjectKind::Column, &id) {
            let (Object::Column(found), Some(name)) = (object, &column.sub) else { continue };
            columns.push(name.clone());
            if found.generated.is_none() && found.identity.is_none() {
                writable.push(name.clone());
            }
        }
        let key = catalog.of_relation(ObjectKind::Constraint, &id).find_map(|(_, object)| match object {
            Object::Constraint(constraint) if constraint.kind == pgmason_model::catalog::ConstraintKind::PrimaryKey => {
                Some(constraint.columns.clone())
            }
            _ => None,
        });
        let row = client
            .query_opt(&format!("SELECT row_to_json(shown)::text FROM {table} AS shown LIMIT 1"), &[])
            .map_err(|error| JobError::from_server(&error))?
            .map(|row| row.get(0));
        let readable = readable(catalog, &id, &columns);
        subjects.push(Subject { table: table.clone(), columns, writable, row, key: key.unwrap_or_default(), readable });
    }
    Ok(subjects)
}

/// The subjects without the columns that go, under the names of before and under those of the end.
pub(super) fn columns_at_the_end(subjects: &[Subject], planned: &PlannedStage) -> (Vec<Subject>, Vec<Subject>) {
    let mut kept = subjects.to_vec();
    let mut renamed = Vec::new();
    for subject in &mut kept {
        let mut changes: BTreeMap<Identifier, Identifier> = BTreeMap::new();
        for operation in &planned.operations {
            for change in &operation.names {
                let Some(column) = change.old.member.clone() else { continue };
                if change.kind != NameKind::Column || change.old.of != subject.table {
                    continue;
                }
                match (operation.kind.as_str(), change.new.as_ref().and_then(|new| new.member.clone())) {
                    ("change_column_type", _) => {}
                    ("rename_column", Some(new)) => {
                        changes.insert(column, new);
                    }
                    _ => subject.leave_out(&column),
                }
            }
        }
        renamed.push(subject.with_names(&changes));
    }
    (kept, renamed)
}

impl Subject {
    fn leave_out(&mut self, column: &Identifier) {
        self.columns.retain(|name| name != column);
        self.writable.retain(|name| name != column);
        for columns in self.readable.values_mut() {
            columns.retain(|name| name != column);
        }
    }

    fn with_names(&self, changes: &BTreeMap<Identifier, Identifier>) -> Self {
        let new = |name: &Identifier| changes.get(name).unwrap_or(name).clone();
        let all = |names: &[Identifier]| names.iter().map(new).collect::<Vec<_>>();
        let row = self.row.as_deref().map(|row| match serde_json::from_str::<serde_json::Value>(row) {
            Ok(serde_json::Value::Object(fields)) => {
                let fields = fields
                    .into_iter()
                    .map(|(name, value)| (new(&Identifier::from(name)).as_str().to_owned(), value))
                    .collect();
                serde_json::Value::Object(fields).to_string()
            }
            _ => row.to_owned(),
        });
        Self {
            table: self.table.clone(),
            columns: all(&self.columns),
            writable: all(&self.writable),
            row,
            key: all(&self.key),
            readable: self.readable.iter().map(|(role, columns)| (role.clone(), all(columns))).collect(),
        }
    }
}

/// Roles that may read single columns only.
fn readable(catalog: &Catalog, table: &ObjectId, columns: &[Identifier]) -> BTreeMap<Identifier, Vec<Identifier>> {
    let mut readable: BTreeMap<Identifier, Vec<Identifier>> = BTreeMap::new();
    for column in columns {
        let id = ObjectId { kind: ObjectKind::Column, sub: Some(column.clone()), ..table.clone() };
        for (grant_id, object) in catalog.of_kind(ObjectKind::Grant) {
            let Object::Grant(grant) = object else { continue };
            if grant_id.of.as_deref() == Some(&id) && grant.allows("SELECT") {
                readable.entry(grant_id.name.clone()).or_default().push(column.clone());
            }
        }
    }
    readable.retain(|role, _| {
        let whole = ObjectId::grant(table.clone(), role.clone());
        !matches!(catalog.get(&whole), Some(Object::Grant(grant)) if grant.allows("SELECT"))
    });
    readable
}

/// Every actor tries every command on every subject. `called`: what each is called now; what is not there is left out.
pub(super) fn act(
    client: &mut Client,
    subjects: &[Subject],
    actors: &[Actor],
    called: &dyn Fn(&QualifiedName) -> Option<QualifiedName>,
) -> Result<Matrix, JobError> {
    let mut matrix = Matrix::new();
    for subject in subjects {
        let Some(name) = called(&subject.table) else { continue };
        for actor in actors {
            for (command, sql) in commands(subject, actor, &name) {
                let outcome = try_as(client, actor, &sql)?;
                let identity = actor.identity.clone().unwrap_or_default();
                matrix.insert((subject.table.clone(), actor.role.clone(), identity, command), outcome);
            }
        }
    }
    Ok(matrix)
}

fn commands(subject: &Subject, actor: &Actor, name: &QualifiedName) -> Vec<(&'static str, String)> {
    let list = |columns: &[Identifier]| columns.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let seen = subject.readable.get(&actor.role).unwrap_or(&subject.columns);
    let mut commands = vec![(
        "SELECT",
        format!(
            "SELECT count(*) || ' rows ' || coalesce(md5(string_agg(shown::text, '' ORDER BY shown::text)), '') \
             FROM (SELECT {} FROM {name}) AS shown",
            list(seen)
        ),
    )];
    let Some(row) = &subject.row else { return commands };
    let record = format!("json_populate_record(NULL::{name}, {})", quote_literal(row));
    commands.push((
        "INSERT",
        format!("INSERT INTO {name} ({columns}) SELECT {columns} FROM {record}", columns = list(&subject.writable)),
    ));
    if let Some(column) = subject.writable.iter().find(|column| !subject.key.contains(*column)) {
        commands.push(("UPDATE", format!("UPDATE {name} SET {column} = {column}")));
    }
    if !subject.key.is_empty() {
        let is_row: Vec<String> =
            subject.key.iter().map(|column| format!("{column} = (SELECT {column} FROM {record})")).collect();
        commands.push(("DELETE", format!("DELETE FROM {name} WHERE {}", is_row.join(" AND "))));
    }
    commands
}

/// What came of one statement: how many rows, or the SQLSTATE.
fn try_as(client: &mut Client, actor: &Actor, sql: &str) -> Result<String, JobError> {
    let claims = serde_json::json!({ "sub": actor.identity, "role": actor.role.as_str() }).to_string();
    let begin = format!(
        "BEGIN; SELECT set_config('request.jwt.claims', {}, true), set_config('request.jwt.claim.sub', {}, true); \
         SET LOCAL ROLE {}",
        quote_literal(&claims),
        quote_literal(actor.identity.as_deref().unwrap_or_default()),
        actor.role
    );
    client.batch_execute(&begin).map_err(|error| JobError::from_server(&error))?;
    let outcome = match client.simple_query(sql) {
        Ok(messages) => messages
            .iter()
            .find_map(|message| match message {
                SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
                SimpleQueryMessage::CommandComplete(rows) => Some(format!("{rows} rows")),
                _ => None,
            })
            .unwrap_or_default(),
        Err(error) => match error.code() {
            Some(code) => code.code().to_owned(),
            None => return Err(JobError::Database(server_words(&error))),
        },
    };
    client.batch_execute("ROLLBACK").map_err(|error| JobError::from_server(&error))?;
    Ok(outcome)
}

/// How many rows each saw, and not which values.
pub(super) fn without_values(matrix: Matrix) -> Matrix {
    let count = |outcome: String| match outcome.split_once(" rows") {
        Some((count, _)) => format!("{count} rows"),
        None => outcome,
    };
    matrix.into_iter().map(|(cell, outcome)| (cell, count(outcome))).collect()
}

/// In words, what is not the same. Cells that only one has are no difference. `merged`: tables whose rows become others',
/// of which only who is let in can be compared.
pub(super) fn differences(
    before: &Matrix,
    after: &Matrix,
    names: &str,
    merged: &BTreeSet<QualifiedName>,
) -> Vec<String> {
    let mut found = Vec::new();
    for ((table, role, identity, command), was) in before {
        let key = (table.clone(), role.clone(), identity.clone(), *command);
        if let Some(is) = after.get(&key)
            && is != was
            // A foreign key that was in the way is none of access, nor is NOT NULL of a column that goes: both are asked after
            // privileges and policies.
            && !(matches!(was.as_str(), "23502" | "23503") && is != "42501")
            // 0A000: the view has a column that takes no value, and says so before it looks at who asks.
            && !(merged.contains(table) && (is == "0A000" || (is == "42501") == (was == "42501")))
        {
            let who = if identity.is_empty() { role.to_string() } else { format!("{role} as {identity}") };
            found.push(format!("{command} on {table} by {who}: {} before, {} {names}", words(was), words(is)));
        }
    }
    found
}

fn words(outcome: &str) -> String {
    match outcome {
        "42501" => "denied".to_owned(),
        "23505" => "allowed (23505)".to_owned(),
        text => text.split_once(" rows").map_or_else(|| text.to_owned(), |(count, _)| format!("{count} rows")),
    }
}
