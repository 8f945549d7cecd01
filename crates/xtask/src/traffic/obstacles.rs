//! What else goes on in a live database: each for some seconds, again and again, until the traffic ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::ValueEnum;
use tokio_postgres::Client;

use super::protocol::{connect, describe};
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

pub(super) struct Obstacles {
    pub(super) url: String,
    /// A superuser's, where there is one.
    pub(super) admin_url: String,
    /// Places of the tables that are met in turn.
    pub(super) tables: Vec<usize>,
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
        while !self.stop.load(Ordering::SeqCst) && outcome.is_ok() {
            let table = self.tables[turn % self.tables.len().max(1)];
            turn += 1;
            if let Some(relation) = self.relation(&world, table) {
                outcome = self.once(obstacle, &world, table, &relation).await;
            }
            self.sleep(PAUSE).await;
        }
        if obstacle == Obstacle::Autovacuum {
            self.settings(AUTOVACUUM_OFF).await?;
        }
        outcome
    }

    fn relation(&self, world: &World, table: usize) -> Option<String> {
        let surface = *world.names.of(table).last()?;
        Some(world.tables[table].surfaces[surface].relation.as_ref()?.to_string())
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

    async fn once(&self, obstacle: Obstacle, world: &World, table: usize, relation: &str) -> Result<(), String> {
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
                // Rows that no client touches; their versions are dead then.
                let column = &world.tables[table].columns[world.tables[table].key[0]].name;
                let key = &world.tables[table].key;
                let keys: Vec<String> = world.keys[table]
                    .iter()
                    .filter_map(|row| Some(pgmason_model::identifier::quote_literal(row.first()?)))
                    .collect();
                if !keys.is_empty() && key.len() == 1 {
                    let sql =
                        format!("UPDATE {relation} SET {column} = {column} WHERE {column} IN ({})", keys.join(", "));
                    run(&client, &sql)
                        .await
                        .or_else(|error| if error.contains("generated") { Ok(()) } else { Err(error) })?;
                }
                self.sleep(LASTS).await;
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
        Ok(())
    }

    async fn settings(&self, sql: &[&str]) -> Result<(), String> {
        let (client, _connection) = connect(&self.admin_url, "traffic obstacle").await?;
        for statement in sql {
            run(&client, statement).await?;
        }
        Ok(())
    }
}

/// Each page costs as long as PostgreSQL lets it.
const AUTOVACUUM_ON: &[&str] = &[
    "ALTER SYSTEM SET autovacuum_naptime = '1s'",
    "ALTER SYSTEM SET autovacuum_vacuum_threshold = 1",
    "ALTER SYSTEM SET autovacuum_vacuum_scale_factor = 0",
    "ALTER SYSTEM SET autovacuum_vacuum_cost_delay = '100ms'",
    "ALTER SYSTEM SET autovacuum_vacuum_cost_limit = 1",
    "ALTER SYSTEM SET autovacuum = on",
    "SELECT pg_reload_conf()",
];

const AUTOVACUUM_OFF: &[&str] = &[
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
