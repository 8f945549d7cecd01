//! Finds out, in transactions that are rolled back, what each role may send, and which columns come back as sent.

use tokio_postgres::Client;

use super::ledger::Expected;
use super::protocol::{Protocol, Role, Session};
use super::report::NotAsked;
use super::request::{Kind, Sql, Writer};
use super::seed::text_rows;
use super::tables::Table;
use super::value;
use super::world::{NewRow, World};

/// Triggers and types change what was sent; a default is there or not.
pub(super) async fn columns(client: &Client, world: &mut World) -> Result<(), String> {
    for place in 0..world.tables.len() {
        if world.tables[place].read_only.is_some() {
            continue;
        }
        let Some(row) = world.new_row(place, 0) else { continue };
        client.batch_execute("BEGIN").await.map_err(|error| super::protocol::describe(&error))?;
        let looked = look(client, world, place, &row).await;
        client.batch_execute("ROLLBACK").await.map_err(|error| super::protocol::describe(&error))?;
        match looked {
            Ok((differs, left)) => {
                for (column, differs) in world.tables[place].columns.iter_mut().zip(differs) {
                    column.compared &= !differs;
                }
                world.left[place] = left;
            }
            Err(reason) => world.tables[place].read_only = Some(reason),
        }
    }
    Ok(())
}

/// By column: whether it comes back otherwise, and what it holds where it is not named.
async fn look(
    client: &Client,
    world: &World,
    place: usize,
    row: &NewRow,
) -> Result<(Vec<bool>, Vec<Expected>), String> {
    let table = &world.tables[place];
    let writer = Writer { table, surface: &table.surfaces[0], star: false };
    let answer = text_rows(client, &writer.insert(row, false).with_literals()).await?;
    let key = key_of(table, row, answer.into_iter().next());
    let (read, shown) = writer.rows_as_text(Some(&key), None);
    let read = read.with_literals();
    let mut differs = vec![false; table.columns.len()];
    let mut left = vec![Expected::Anything; table.columns.len()];
    let found = text_rows(client, &read).await?.into_iter().next().ok_or("the row that was put in is not there")?;
    let mut hold = |sent: &NewRow, found: &[Option<String>]| {
        for (column, text) in shown.iter().zip(&found[table.key.len()..]) {
            match (sent.iter().find(|(place, _)| place == column), text) {
                (Some((_, Some(sent))), Some(text)) => differs[*column] |= !value::same(sent, text),
                (Some((_, sent)), text) => differs[*column] |= sent != text,
                (None, _) => {}
            }
        }
    };
    hold(row, &found);
    for (column, text) in shown.iter().zip(&found[table.key.len()..]) {
        let sent = row.iter().any(|(place, _)| place == column);
        if !sent && !table.columns[*column].default_changes && !table.columns[*column].hidden {
            left[*column] = if text.is_some() { Expected::NotNull } else { Expected::Null };
        }
    }
    let change = change_of(table, world.number(), usize::MAX);
    if !change.is_empty() {
        text_rows(client, &writer.update(&key, &change).with_literals()).await?;
        let changed = text_rows(client, &read).await?.into_iter().next().ok_or("the row that was changed is gone")?;
        hold(&change, &changed);
        // What a trigger sets: not named, and another value now.
        for ((column, before), after) in shown.iter().zip(&found[table.key.len()..]).zip(&changed[table.key.len()..]) {
            if before.is_none() != after.is_none() && !change.iter().any(|(place, _)| place == column) {
                left[*column] = Expected::Anything;
            }
        }
    }
    Ok((differs, left))
}

/// New values for some of the columns that may change.
pub(super) fn change_of(table: &Table, number: u64, most: usize) -> NewRow {
    let changeable: Vec<usize> = (0..table.columns.len()).filter(|place| table.columns[*place].changeable).collect();
    let count = changeable.len();
    let start = usize::try_from(number).unwrap_or(0);
    (0..count.min(most))
        .map(|step| changeable[(start + step) % count])
        .filter_map(|place| Some((place, Some(value::value(&table.columns[place], number)?))))
        .collect()
}

/// From what was sent, or, where the server made it, from its answer.
pub(super) fn key_of(table: &Table, row: &NewRow, answer: Option<Vec<Option<String>>>) -> Vec<String> {
    match answer {
        Some(answer) if table.key_is_counted() => answer.into_iter().flatten().collect(),
        _ => (table.key.iter()).filter_map(|place| row.iter().find(|(column, _)| column == place)?.1.clone()).collect(),
    }
}

/// Fills `allowed`. What comes back is what each role may not do at all, with the reason.
pub(super) async fn roles(url: &str, world: &mut World, roles: &[Role]) -> Result<Vec<NotAsked>, String> {
    let mut refused = Vec::new();
    for role in roles {
        let mut session = Session::open(url, *role, Protocol::Extended, &world.users[0]).await?;
        for place in 0..world.tables.len() {
            let mut kinds = Vec::new();
            if let Err(reason) = attempt(&mut session, world, place, &mut kinds).await {
                refused.push(NotAsked { table: world.tables[place].name.to_string(), role: Some(*role), reason });
            }
            for kind in kinds {
                world.allowed.entry((*role, kind)).or_default().push(place);
            }
        }
    }
    Ok(refused)
}

async fn attempt(session: &mut Session, world: &World, place: usize, kinds: &mut Vec<Kind>) -> Result<(), String> {
    let table = &world.tables[place];
    let writer = Writer { table, surface: &table.surfaces[0], star: false };
    begin(session, "BEGIN").await?;
    let list = count(session, &writer.list()).await;
    if list.is_ok() {
        kinds.extend([Kind::List, Kind::Read]);
    }
    let mut reason = list.err();
    if let (None, Some(row)) = (&table.read_only, world.new_row(place, 0)) {
        let insert = writer.insert(&row, false);
        begin(session, "SAVEPOINT attempt").await?;
        match session.send(&insert, false).await {
            Ok(answer) => {
                let key = key_of(table, &row, answer.rows.into_iter().next());
                kinds.push(Kind::Insert);
                // Only what touches the row for certain: policies may hide it.
                let again: NewRow = with_key(table, &row, &key);
                let change = change_of(table, world.number(), 2);
                if count(session, &writer.insert(&again, true)).await == Ok(0) && !table.key_is_counted() {
                    kinds.push(Kind::InsertAgain);
                }
                let seen = count(session, &writer.read(&key)).await == Ok(1);
                if seen && !change.is_empty() && count(session, &writer.update(&key, &change)).await == Ok(1) {
                    kinds.push(Kind::Update);
                }
                if seen && count(session, &writer.delete(&key)).await == Ok(1) {
                    kinds.push(Kind::Delete);
                }
            }
            Err(failure) => {
                begin(session, "ROLLBACK TO SAVEPOINT attempt").await?;
                reason = Some(failure.message);
            }
        }
    }
    begin(session, "ROLLBACK").await?;
    reason.map_or(Ok(()), Err)
}

pub(super) fn with_key(table: &Table, row: &NewRow, key: &[String]) -> NewRow {
    let mut row: NewRow = row.iter().filter(|(place, _)| !table.key.contains(place)).cloned().collect();
    row.extend(table.key.iter().zip(key).map(|(place, value)| (*place, Some(value.clone()))));
    row
}

async fn begin(session: &Session, sql: &str) -> Result<(), String> {
    session.client.batch_execute(sql).await.map_err(|error| super::protocol::describe(&error))
}

/// What goes wrong leaves the transaction as it was.
async fn count(session: &mut Session, sql: &Sql) -> Result<u64, String> {
    begin(session, "SAVEPOINT one").await?;
    match session.send(sql, false).await {
        Ok(answer) => {
            begin(session, "RELEASE SAVEPOINT one").await?;
            Ok(answer.count)
        }
        Err(failure) => {
            begin(session, "ROLLBACK TO SAVEPOINT one").await?;
            Err(failure.message)
        }
    }
}
