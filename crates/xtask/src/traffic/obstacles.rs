//! What else goes on in a live database: each for some seconds, again and again, until the traffic ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::ValueEnum;
use pgmason_model::identifier::quote_literal;
use tokio_postgres::Client;

use super::protocol::{connect, describe};
use super::seed::text_rows;
use super::world::World;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Obstacle {
    /// A SELECT that takes 3 s
    LongReader,
    /// A transaction that has read the table and does nothing for 3 s
    IdleInTransaction,
    /// Autovacuum at work on the table, slowly
    Autovacuum,
    /// A client that disappears in the middle of a transaction; its statement goes on for 2 s
    KilledClient,
}

/// How long each lasts, and how long there is none.
const LASTS: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_secs(5);
/// Dead rows that call autovacuum.
const DEAD: usize = 150;

pub(super) struct Obstacles {
    pub(super) url: String,
    /// A superuser's, where there is one.
    pub(super) admin_url: String,
    /// The table that is met; in turn those whose names change now when left out.
    pub(super) table: Option<usize>,
    pub(super) stop: Arc<AtomicBool>,
}

impl Obstacles {
    /// What comes back is why it could not be.
    pub(super) async fn run(self: Arc<Self>, obstacle: Obstacle, world: Arc<World>) -> Result<(), String> {
        if obstacle == Obstacle::Autovacuum {
            self.settings(AUTOVACUUM_ON).await?;
        }
        let mut turn = obstacle as usize;
        let mut outcome = Ok(());
        let mut times = 0;
        while !self.stop.load(Ordering::SeqCst) && outcome.is_ok() {
            let changing: Vec<usize> =
                (0..world.tables.len()).filter(|table| world.names.is_changing(*table)).collect();
            let count = if changing.is_empty() { world.tables.len() } else { changing.len() };
            let next = changing.get(turn % count).copied().unwrap_or(turn % count);
            let table = self.table.unwrap_or(next);
            turn += 1;
            if let Some((surface, relation)) = relation(&world, table) {
                match self.once(obstacle, &world, table, surface, &relation).await {
                    Ok(was_there) => times += u32::from(was_there),
                    Err(error) => outcome = Err(error),
                }
            }
            self.sleep(PAUSE).await;
        }
        if obstacle == Obstacle::Autovacuum {
            self.settings(AUTOVACUUM_OFF).await?;
        }
        match outcome {
            Ok(()) if times == 0 => Err("it was never seen at work".to_owned()),
            outcome => outcome,
        }
    }

    /// Ends early when the traffic does.
    async fn sleep(&self, time: Duration) {
        let mut left = time;
        let step = Duration::from_millis(100);
        while !left.is_zero() && !self.stop.load(Ordering::SeqCst) {
            tokio::time::sleep(step).await;
            left = left.saturating_sub(step);
        }
    }

    /// Whether it was seen.
    async fn once(
        &self,
        obstacle: Obstacle,
        world: &World,
        table: usize,
        surface: usize,
        relation: &str,
    ) -> Result<bool, String> {
        let (client, connection) = connect(&self.url, "traffic obstacle").await?;
        match obstacle {
            Obstacle::LongReader => {
                run(
                    &client,
                    &format!(
                        "SELECT pg_sleep({}), count(*) FROM (SELECT FROM {relation} LIMIT 1) AS one",
                        LASTS.as_secs()
                    ),
                )
                .await?;
            }
            Obstacle::IdleInTransaction => {
                run(&client, &format!("BEGIN; SELECT FROM {relation} LIMIT 1")).await?;
                self.sleep(LASTS).await;
                run(&client, "COMMIT").await?;
            }
            Obstacle::Autovacuum => {
                if let Some(sql) = dead_rows(world, table, surface, relation) {
                    for _ in 0..DEAD.div_ceil(world.keys[table].len().max(1)) {
                        run(&client, &sql).await?;
                    }
                }
                // A session that ends tells its counters at once.
                drop(client);
                return self.sees_vacuum().await;
            }
            Obstacle::KilledClient => {
                run(&client, &format!("BEGIN; SELECT FROM (SELECT FROM {relation} LIMIT 1 FOR KEY SHARE) AS one"))
                    .await?;
                let slept =
                    tokio::time::timeout(Duration::from_millis(300), client.batch_execute("SELECT pg_sleep(2)"));
                drop(slept.await);
                // The socket closes without a word.
                connection.abort();
            }
        }
        Ok(true)
    }

    /// Autovacuum looks once a second.
    async fn sees_vacuum(&self) -> Result<bool, String> {
        let (client, _connection) = connect(&self.admin_url, "traffic obstacle").await?;
        // The table may have another name by then.
        let sql = "SELECT FROM pg_stat_progress_vacuum JOIN pg_class ON pg_class.oid = relid \
                   WHERE relnamespace NOT IN ('pg_catalog'::regnamespace, 'pg_toast'::regnamespace)";
        let mut seen = false;
        for _ in 0..30 {
            seen |= !text_rows(&client, sql).await?.is_empty();
            self.sleep(Duration::from_millis(200)).await;
        }
        Ok(seen)
    }

    async fn settings(&self, sql: &[&str]) -> Result<(), String> {
        let (client, _connection) = connect(&self.admin_url, "traffic obstacle").await?;
        for statement in sql {
            run(&client, statement).await?;
        }
        Ok(())
    }
}

/// The table as it is called last.
fn relation(world: &World, table: usize) -> Option<(usize, String)> {
    let surface = *world.names.of(table).last()?;
    Some((surface, world.tables[table].surfaces[surface].relation.as_ref()?.to_string()))
}

/// New versions of rows that no client touches: the old ones are dead.
fn dead_rows(world: &World, place: usize, surface: usize, relation: &str) -> Option<String> {
    let table = &world.tables[place];
    // What an update does to the rows of a table that is only read, a trigger's new time say, is not known.
    if table.read_only.is_some() {
        return None;
    }
    let named = |name| table.surfaces[surface].column(name);
    // Not the key: with a trigger its rows are locked against foreign keys too (PostgreSQL 15).
    let column = named(&table.columns.iter().find(|column| column.changeable)?.name)?;
    let [key] = table.key[..] else { return None };
    let key = named(&table.columns[key].name)?;
    let keys: Vec<String> = world.keys[place].iter().filter_map(|row| Some(quote_literal(row.first()?))).collect();
    (!keys.is_empty())
        .then(|| format!("UPDATE {relation} SET {column} = {column} WHERE {key} IN ({})", keys.join(", ")))
}

/// Each page costs as long as PostgreSQL lets it. What else autovacuum could find to do is done before, and the traffic
/// alone does not reach the threshold soon: its three workers would be busy elsewhere.
const AUTOVACUUM_ON: &[&str] = &[
    "VACUUM (ANALYZE)",
    "ALTER SYSTEM SET autovacuum_analyze_threshold = 1000000",
    "ALTER SYSTEM SET autovacuum_naptime = '1s'",
    "ALTER SYSTEM SET autovacuum_vacuum_threshold = 100",
    "ALTER SYSTEM SET autovacuum_vacuum_scale_factor = 0",
    "ALTER SYSTEM SET autovacuum_vacuum_cost_delay = '100ms'",
    "ALTER SYSTEM SET autovacuum_vacuum_cost_limit = 1",
    "ALTER SYSTEM SET autovacuum = on",
    "SELECT pg_reload_conf()",
];

const AUTOVACUUM_OFF: &[&str] = &[
    "ALTER SYSTEM RESET autovacuum_analyze_threshold",
    "ALTER SYSTEM RESET autovacuum_naptime",
    "ALTER SYSTEM RESET autovacuum_vacuum_threshold",
    "ALTER SYSTEM RESET autovacuum_vacuum_scale_factor",
    "ALTER SYSTEM RESET autovacuum_vacuum_cost_delay",
    "ALTER SYSTEM RESET autovacuum_vacuum_cost_limit",
    "ALTER SYSTEM RESET autovacuum",
    "SELECT pg_reload_conf()",
];

async fn run(client: &Client, sql: &str) -> Result<(), String> {
    client.batch_execute(sql).await.map_err(|error| format!("{sql}: {}", describe(&error)))
}
