//! Databases of a server with superuser rights, made from SQL, planned between, and changed by plans.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, Ordering};

use pgmason_core::diff::{self, DiffOptions};
use pgmason_model::difference::{ChangeStatement, DifferencePlan, HazardKind};
use pgmason_model::{Catalog, ObjectId, QualifiedName};
use pgmason_pg::IntrospectOptions;
use pgmason_testkit::{Cluster, ClusterOptions};
use postgres::Client;

/// There on every server of these tests.
pub(crate) const ROLES: [&str; 3] = ["app_owner", "app_reader", "app_writer"];

pub(crate) fn cluster(embedded: bool) -> Cluster {
    let cluster = Cluster::start(&ClusterOptions { embedded, ..ClusterOptions::default() });
    for role in ROLES {
        cluster.sql("postgres", &format!("CREATE ROLE {role} NOLOGIN"));
    }
    cluster
}

/// One database, dropped at the end.
pub(crate) struct Database<'c> {
    cluster: &'c Cluster,
    name: String,
}

impl<'c> Database<'c> {
    pub(crate) fn with(cluster: &'c Cluster, sql: &[&str]) -> Result<Self, String> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("case_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        cluster.sql("postgres", &format!("CREATE DATABASE {name}"));
        let database = Self { cluster, name };
        let mut client = database.client();
        client.batch_execute("SET check_function_bodies = off").unwrap();
        for text in sql {
            run(&mut client, text)?;
        }
        drop(client);
        Ok(database)
    }

    pub(crate) fn client(&self) -> Client {
        self.cluster.client(&self.name)
    }

    pub(crate) fn catalog(&self) -> Catalog {
        pgmason_pg::introspect(&mut self.client(), &IntrospectOptions::default()).unwrap()
    }

    /// The statements in their transactions.
    pub(crate) fn apply(&self, statements: &[ChangeStatement]) -> Result<(), String> {
        let mut client = self.client();
        client.batch_execute("SET check_function_bodies = off").unwrap();
        let mut open = None;
        for statement in statements {
            if open.is_some_and(|open| open != statement.transaction) {
                run(&mut client, "COMMIT")?;
                open = None;
            }
            if open.is_none() && !statement.alone {
                run(&mut client, "BEGIN")?;
                open = Some(statement.transaction);
            }
            run(&mut client, &statement.sql)?;
        }
        if open.is_some() { run(&mut client, "COMMIT") } else { Ok(()) }
    }

    /// Number and content of the rows of each table.
    pub(crate) fn rows(&self) -> BTreeMap<QualifiedName, (i64, String)> {
        let mut client = self.client();
        let tables = "SELECT nspname::text, relname::text, relkind = 'p' FROM pg_catalog.pg_class \
                      JOIN pg_catalog.pg_namespace n ON n.oid = relnamespace \
                      WHERE relkind IN ('r', 'p') AND nspname !~ '^(pg_|information_schema)'";
        let mut rows = BTreeMap::new();
        for table in client.query(tables, &[]).unwrap() {
            let name = QualifiedName::new(table.get::<_, &str>(0), table.get::<_, &str>(1));
            let only = if table.get(2) { "" } else { "ONLY " };
            let query = format!(
                "SELECT count(*), coalesce(md5(string_agg(t::text, '|' ORDER BY t::text COLLATE \"C\")), '') \
                 FROM {only}{name} AS t"
            );
            let row = client.query_one(&query, &[]).unwrap();
            rows.insert(name, (row.get(0), row.get(1)));
        }
        rows
    }
}

impl Drop for Database<'_> {
    fn drop(&mut self) {
        // A test that fails leaves sessions and subscriptions behind; the server ends with it.
        if !std::thread::panicking() {
            self.cluster.sql("postgres", &format!("DROP DATABASE {} (FORCE)", self.name));
        }
    }
}

fn run(client: &mut Client, sql: &str) -> Result<(), String> {
    // Not `batch_execute`: what cannot run in a transaction is one statement of its own, and goes alone.
    client.simple_query(sql).map(drop).map_err(|error| match error.as_db_error() {
        Some(error) => format!("{}: {}, in `{sql}`", error.code().code(), error.message()),
        None => format!("{error}, in `{sql}`"),
    })
}

/// Plans, and looks what the plan does. The plan is there even where it does wrong.
pub(crate) fn plan_and_apply(
    from: &Database<'_>,
    to: &Catalog,
    options: &DiffOptions,
) -> (DifferencePlan, Result<(), String>) {
    let before = from.catalog();
    let plan = diff::plan(&before, to, options);
    let outcome = if plan.refusals.is_empty() { apply_and_look(from, &before, to, &plan, options) } else { Ok(()) };
    (plan, outcome)
}

/// The result reads back as it should, nothing is left to do, and rows are still there.
fn apply_and_look(
    from: &Database<'_>,
    before: &Catalog,
    to: &Catalog,
    plan: &DifferencePlan,
    options: &DiffOptions,
) -> Result<(), String> {
    let rows = from.rows();
    let expected = diff::expected(before, to, options);
    from.apply(&plan.statements)?;
    let after = from.catalog();
    let wrong = different(&after, &expected);
    if !wrong.is_empty() {
        return Err(format!("it reads back otherwise:\n{}", wrong.join("\n")));
    }
    let second = diff::plan(&after, to, options);
    if !second.statements.is_empty() || !second.refusals.is_empty() {
        let list: Vec<&str> = second.statements.iter().map(|statement| statement.sql.as_str()).collect();
        return Err(format!("a second plan has: {}{:?}", list.join("; "), second.refusals));
    }
    rows_kept(plan, before, &rows, &from.rows())
}

fn different(after: &Catalog, expected: &Catalog) -> Vec<String> {
    let all: BTreeSet<&ObjectId> = after.objects.keys().chain(expected.objects.keys()).collect();
    let shown = |catalog: &Catalog, id: &ObjectId| {
        catalog.get(id).map_or_else(|| "not there".to_owned(), |object| serde_json::to_string(object).unwrap())
    };
    all.into_iter()
        .filter(|id| after.get(id) != expected.get(id))
        .map(|id| {
            let (is, should) = (shown(after, id), shown(expected, id));
            format!("{} {id}\n  should be: {should}\n  is:        {is}", id.kind.label())
        })
        .collect()
}

type Rows = BTreeMap<QualifiedName, (i64, String)>;

/// Tables that nothing is said about hold the same rows, all others as many, unless the plan says that they go.
fn rows_kept(plan: &DifferencePlan, old: &Catalog, before: &Rows, after: &Rows) -> Result<(), String> {
    for (table, (count, content)) in before {
        // What it needs and what needs it counts as well: types of its columns, parents and partitions.
        let name = |id: &ObjectId| id.of.as_deref().unwrap_or(id).qualified_name();
        let mut near: BTreeSet<QualifiedName> = [table.clone()].into();
        for (dependent, needed) in old.dependencies.iter().map(|(one, other)| (name(one), name(other))) {
            if dependent.as_ref() == Some(table) {
                near.extend(needed);
            } else if needed.as_ref() == Some(table) {
                near.extend(dependent);
            }
        }
        let about: Vec<&ChangeStatement> = plan
            .statements
            .iter()
            .filter(|statement| {
                name(&statement.object).is_some_and(|name| near.contains(&name))
                    || statement.sql.contains(&table.to_string())
            })
            .collect();
        let goes = about.iter().any(|statement| statement.hazards.iter().any(|one| one.kind == HazardKind::DataLoss));
        match after.get(table) {
            None if goes => {}
            None => return Err(format!("the rows of {table} are lost, and nothing says so")),
            Some((now, same)) => {
                if now != count || about.is_empty() && same != content {
                    return Err(format!("{table} held {count} rows ({content}) and holds {now} ({same})"));
                }
            }
        }
    }
    Ok(())
}
