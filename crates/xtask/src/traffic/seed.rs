//! Rows that are there before the traffic: people, and rows of every table, parents first.

use pgmason_model::identifier::quote_literal;
use pgmason_model::{Identifier, QualifiedName};
use tokio_postgres::{Client, SimpleQueryMessage};

use super::protocol::describe;
use super::request::Writer;
use super::tables::Source;
use super::world::{Parents, World};

/// Rows of one statement.
const BATCH: usize = 250;
/// More than these nobody is to refer to.
const MOST_PARENTS: usize = 5_000;
const MOST_KEYS: u64 = 1_000;

/// Roles and people, where the database knows such.
pub(super) async fn people(client: &Client, users: &[String]) -> Result<(), String> {
    client.batch_execute(include_str!("roles.sql")).await.map_err(|error| describe(&error))?;
    let is_supabase = text_rows(client, "SELECT to_regclass('auth.users')").await?;
    if is_supabase.first().and_then(|row| row.first()).is_some_and(Option::is_some) {
        let rows: Vec<String> = users
            .iter()
            .enumerate()
            .map(|(place, user)| {
                format!("({}, {})", quote_literal(user), quote_literal(&format!("reader{place}@example.org")))
            })
            .collect();
        let sql = format!("INSERT INTO auth.users (id, email) VALUES {} ON CONFLICT DO NOTHING", rows.join(", "));
        client.batch_execute(&sql).await.map_err(|error| format!("auth.users: {}", describe(&error)))?;
    }
    Ok(())
}

/// So many into each table, as far as its unique keys have room. Then the world knows whom rows may refer to.
pub(super) async fn rows(client: &Client, world: &mut World, count: usize) -> Result<(), String> {
    for place in 0..world.tables.len() {
        let mut made = 0;
        while made < count && world.tables[place].read_only.is_none() {
            let mut batch = Vec::new();
            for number in made..count.min(made + BATCH) {
                batch.extend(world.new_row(place, number % world.users.len()));
            }
            made += BATCH;
            if batch.is_empty() {
                continue;
            }
            let table = &world.tables[place];
            let names: Vec<String> =
                batch[0].iter().map(|(column, _)| table.columns[*column].name.to_string()).collect();
            let rows: Vec<String> = batch
                .iter()
                .map(|row| {
                    let values: Vec<String> = row
                        .iter()
                        .map(|(_, value)| value.as_deref().map_or("NULL".to_owned(), quote_literal))
                        .collect();
                    format!("({})", values.join(", "))
                })
                .collect();
            let sql = format!("INSERT INTO {} ({}) VALUES {}", table.name, names.join(", "), rows.join(", "));
            if let Err(error) = client.batch_execute(&sql).await {
                world.tables[place].read_only = Some(describe(&error));
            }
        }
        learn_keys(client, world, place).await?;
        learn_parents(client, world, place).await?;
    }
    Ok(())
}

async fn learn_keys(client: &Client, world: &mut World, place: usize) -> Result<(), String> {
    let table = &world.tables[place];
    let (sql, _) = Writer { table, surface: &table.surfaces[0], star: false }.rows_as_text(None, Some(MOST_KEYS));
    let length = table.key.len();
    let rows = text_rows(client, &sql.with_literals()).await?;
    world.keys[place] = rows.into_iter().map(|row| row.into_iter().take(length).flatten().collect()).collect();
    Ok(())
}

/// Values of the columns that other tables refer to.
async fn learn_parents(client: &Client, world: &mut World, place: usize) -> Result<(), String> {
    let table = &world.tables[place];
    let mut wanted: Vec<Identifier> = world
        .tables
        .iter()
        .flat_map(|other| &other.columns)
        .filter_map(|column| match &column.source {
            Source::Parent(of, referenced) if *of == table.name => Some(referenced.clone()),
            _ => None,
        })
        .collect();
    wanted.sort();
    wanted.dedup();
    let user = table.columns.iter().find(|column| column.source == Source::User).map(|column| column.name.clone());
    let name: QualifiedName = table.name.clone();
    for column in wanted {
        let owner = user.as_ref().map_or("NULL".to_owned(), |user| format!("{user}::text"));
        let sql = format!("SELECT {column}::text, {owner} FROM {name} WHERE {column} IS NOT NULL LIMIT {MOST_PARENTS}");
        let mut parents = Parents::default();
        for row in text_rows(client, &sql).await? {
            let mut row = row.into_iter();
            let (Some(Some(value)), owner) = (row.next(), row.next().flatten()) else { continue };
            if let Some(owner) = owner {
                parents.by_user.entry(owner).or_default().push(value.clone());
            }
            parents.all.push(value);
        }
        world.parents.insert((name.clone(), column), parents);
    }
    Ok(())
}

pub(super) async fn text_rows(client: &Client, sql: &str) -> Result<Vec<Vec<Option<String>>>, String> {
    let messages = client.simple_query(sql).await.map_err(|error| format!("{}\n{sql}", describe(&error)))?;
    let rows = messages.into_iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some((0..row.len()).map(|place| row.get(place).map(str::to_owned)).collect()),
        _ => None,
    });
    Ok(rows.collect())
}
