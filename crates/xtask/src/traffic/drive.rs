//! One run: rows first, then a control run, then each command with the traffic going on, then the ledgers.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use pgmason_core::restructure::file::RestructureFile;
use pgmason_core::restructure::name::or_public;
use tokio_postgres::Client as Connection;

use super::arguments::TrafficArguments;
use super::audit::{self, Audit};
use super::client::{Client, Clock, IDLE};
use super::obstacles::Obstacles;
use super::protocol::connect;
use super::report::{NotAsked, Phase, Report};
use super::seed::{self, text_rows};
use super::steps::Names;
use super::surface;
use super::tables::{self, Source, Table};
use super::target::Target;
use super::value;
use super::world::World;
use super::{calibrate, locks};

const JSON_VERSION: u32 = 1;
/// Time between the last preparation and the first request.
const RUN_UP: Duration = Duration::from_millis(300);

pub(crate) fn drive(arguments: &TrafficArguments, target: &Target) -> Result<Report, String> {
    if arguments.rate <= 0.0
        || arguments.connections == 0
        || arguments.roles.is_empty()
        || arguments.protocols.is_empty()
    {
        return Err("there is nothing to send: --rate and --connections have to be more than zero".to_owned());
    }
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    runtime.block_on(traffic(arguments, target))
}

async fn traffic(arguments: &TrafficArguments, target: &Target) -> Result<Report, String> {
    let (connection, _task) = connect(&target.url, "traffic").await?;
    connection.batch_execute("SET TimeZone = 'UTC'").await.map_err(|error| error.to_string())?;
    let (world, not_asked) = prepare(arguments, target, &connection).await?;
    let world = Arc::new(world);
    let before = audit::before(&connection, &world).await?;

    let clock = Arc::new(Clock {
        began: Instant::now() + RUN_UP,
        end: AtomicU64::new(u64::MAX),
        epoch: AtomicU64::new(0),
        busy: (0..arguments.connections).map(|_| AtomicU64::new(IDLE)).collect(),
    });
    let clients: Vec<_> = (0..arguments.connections)
        .map(|number| tokio::spawn(client(arguments, target, number).run(Arc::clone(&world), Arc::clone(&clock))))
        .collect();
    let stop = Arc::new(AtomicBool::new(false));
    let watch = tokio::spawn(locks::watch(target.admin_url.clone(), Arc::clone(&stop)));
    let poll = tokio::spawn(poll_names(target.url.clone(), Arc::clone(&world), Arc::clone(&stop)));

    let mut phases = Vec::new();
    if arguments.control_seconds > 0.0 {
        let from = clock.now();
        tokio::time::sleep(RUN_UP + Duration::from_secs_f64(arguments.control_seconds)).await;
        phases.push(Phase {
            title: "control".to_owned(),
            from,
            to: clock.now(),
            took: None,
            error: None,
            is_control: true,
        });
    }
    let obstacles = put_up(arguments, target, &world, &stop);
    steps(arguments, target, &world, &clock, &mut phases).await;
    clock.end.store(clock.now(), Ordering::SeqCst);

    let (mut samples, mut ledgers, mut parsed_again) = (Vec::new(), Vec::new(), 0);
    for client in clients {
        let result = client.await.map_err(|error| error.to_string())?;
        samples.extend(result.samples);
        ledgers.push(result.ledger);
        parsed_again += result.parsed_again;
    }
    stop.store(true, Ordering::SeqCst);
    let mut not_in_the_way = Vec::new();
    for (obstacle, task) in obstacles {
        if let Err(error) = task.await.map_err(|error| error.to_string())? {
            not_in_the_way.push(format!("{obstacle:?} was not in the way: {error}"));
        }
    }
    drop(poll.await);
    let mut report = Report {
        schema_version: JSON_VERSION,
        rate: arguments.rate,
        connections: arguments.connections,
        tables: world.tables.len(),
        requests: 0,
        failed: 0,
        parsed_again,
        latency: super::sample::Latency::default(),
        kinds: std::collections::BTreeMap::new(),
        phases: Vec::new(),
        failures: Vec::new(),
        stalls: Vec::new(),
        longest_lock_wait: watch.await.map_err(|error| error.to_string())?,
        ledger: Audit::default(),
        not_asked,
        not_in_the_way,
        most_allowed: arguments.max_stall,
    };
    report.count(&world, &phases, &samples);
    report.ledger = audit::audit(&connection, &world, &before, ledgers).await;
    Ok(report)
}

/// Tables, rows, and what may be asked; beside it what may not.
async fn prepare(
    arguments: &TrafficArguments,
    target: &Target,
    connection: &Connection,
) -> Result<(World, Vec<NotAsked>), String> {
    let (mut tables, without_key) = tables::read(&target.catalog, &arguments.schemas);
    let by_nobody = |table: String, reason: &str| NotAsked { table, role: None, reason: reason.to_owned() };
    let mut not_asked: Vec<NotAsked> =
        without_key.iter().map(|name| by_nobody(name.to_string(), "it has no primary key")).collect();
    if !arguments.tables.is_empty() {
        keep_only(&mut tables, &arguments.tables)?;
    }
    if let Some(path) = &arguments.restructure {
        let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let file: RestructureFile = toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        surface::add_stages(&mut tables, &file);
    }
    for name in &arguments.names {
        surface::add_name(&mut tables, name)?;
    }
    if tables.is_empty() {
        return Err("there is no table with a primary key to send requests to".to_owned());
    }
    // Other people on each run: their rows are their own.
    let run = std::process::id() as usize;
    let users = (0..arguments.connections).map(|number| value::uuid(run, number as u64)).collect();
    let mut world = World::new(tables, users);
    seed::people(connection, &world.users).await?;
    seed::rows(connection, &mut world, arguments.seed_rows).await?;
    calibrate::columns(connection, &mut world).await?;
    not_asked.extend(calibrate::roles(&target.url, &mut world, &arguments.roles).await?);
    for table in &world.tables {
        if let Some(reason) = &table.read_only {
            not_asked.push(by_nobody(table.name.to_string(), reason));
        }
    }
    // So that plans are those of a database in use.
    connection.batch_execute("ANALYZE").await.map_err(|error| error.to_string())?;
    Ok((world, not_asked))
}

/// The tables named, and those that they refer to.
fn keep_only(tables: &mut Vec<Table>, named: &[String]) -> Result<(), String> {
    let mut wanted: Vec<_> = named.iter().map(|name| or_public(name)).collect();
    for name in &wanted {
        if !tables.iter().any(|table| table.name == *name) {
            return Err(format!("--table {name}: there is no such table with a primary key"));
        }
    }
    let mut place = 0;
    while let Some(name) = wanted.get(place).cloned() {
        let table = tables.iter().find(|table| table.name == name);
        for column in table.iter().flat_map(|table| &table.columns) {
            if let Source::Parent(parent, _) = &column.source
                && !wanted.contains(parent)
            {
                wanted.push(parent.clone());
            }
        }
        place += 1;
    }
    tables.retain(|table| wanted.contains(&table.name));
    Ok(())
}

fn client(arguments: &TrafficArguments, target: &Target, number: usize) -> Client {
    let count = arguments.connections as u32;
    let gap = Duration::from_secs_f64(1.0 / arguments.rate);
    let roles = &arguments.roles;
    Client {
        number,
        role: roles[number % roles.len()],
        protocol: arguments.protocols[number / roles.len() % arguments.protocols.len()],
        url: target.url.clone(),
        interval: gap * count,
        first: gap * number as u32,
        parse_again: arguments.parse_again,
        star: arguments.star,
        random: (arguments.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)
            ^ (number as u64 + 1).wrapping_mul(0xbf58_476d_1ce4_e5b9))
            | 1,
    }
}

type ObstacleTask = (super::obstacles::Obstacle, tokio::task::JoinHandle<Result<(), String>>);

fn put_up(
    arguments: &TrafficArguments,
    target: &Target,
    world: &Arc<World>,
    stop: &Arc<AtomicBool>,
) -> Vec<ObstacleTask> {
    let named = arguments.obstacle_table.as_deref().map(or_public);
    let table = named.and_then(|name| world.tables.iter().position(|table| table.name == name));
    let obstacles = Arc::new(Obstacles {
        url: target.url.clone(),
        admin_url: target.admin_url.clone(),
        table,
        stop: Arc::clone(stop),
    });
    let start = |obstacle| (obstacle, tokio::spawn(Arc::clone(&obstacles).run(obstacle, Arc::clone(world))));
    arguments.obstacles.iter().map(|obstacle| start(*obstacle)).collect()
}

async fn steps(arguments: &TrafficArguments, target: &Target, world: &World, clock: &Clock, phases: &mut Vec<Phase>) {
    if arguments.steps.is_empty() {
        let from = clock.now();
        tokio::time::sleep(Duration::from_secs_f64(arguments.seconds)).await;
        phases.push(Phase {
            title: "traffic".to_owned(),
            from,
            to: clock.now(),
            took: None,
            error: None,
            is_control: false,
        });
    }
    for step in &arguments.steps {
        world.names.set(&world.tables, step.names, step.stage.as_deref());
        if step.names != Names::Both {
            wait_for_old_names(clock).await;
        }
        let from = clock.now();
        let outcome = step.perform(&target.url).await;
        let took = (clock.now() - from) / 1000;
        if outcome.is_ok() {
            copied_names_are_there(world);
        }
        tokio::time::sleep(Duration::from_secs_f64(arguments.settle)).await;
        let phase = Phase {
            title: step.title(),
            from,
            to: clock.now(),
            took: Some(took),
            error: outcome.err(),
            is_control: false,
        };
        let failed = phase.error.is_some();
        phases.push(phase);
        if failed {
            // What comes next counts on it.
            break;
        }
    }
}

/// Until each request that took its name before now has its answer.
async fn wait_for_old_names(clock: &Clock) {
    let epoch = clock.epoch.fetch_add(1, Ordering::SeqCst) + 1;
    while clock.busy.iter().any(|busy| busy.load(Ordering::SeqCst) < epoch) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Names under which rows or values had to be copied first may be used when the command is done.
fn copied_names_are_there(world: &World) {
    for (table, found) in world.tables.iter().enumerate() {
        for (place, surface) in found.surfaces.iter().enumerate() {
            if !surface.is_new_name && world.names.awaits(table, place) {
                world.names.is_there(table, place);
            }
        }
    }
}

/// A new name may be used as soon as it resolves.
async fn poll_names(url: String, world: Arc<World>, stop: Arc<AtomicBool>) -> Result<(), String> {
    let (connection, _task) = connect(&url, "traffic names").await?;
    while !stop.load(Ordering::SeqCst) {
        let mut awaited = Vec::new();
        for (table, found) in world.tables.iter().enumerate() {
            for (place, surface) in found.surfaces.iter().enumerate() {
                if let (true, true, Some(name)) =
                    (surface.is_new_name, world.names.awaits(table, place), &surface.relation)
                {
                    awaited.push((table, place, name.to_string()));
                }
            }
        }
        if !awaited.is_empty() {
            let names: Vec<String> = awaited
                .iter()
                .map(|(_, _, name)| format!("to_regclass({})", pgmason_model::identifier::quote_literal(name)))
                .collect();
            let rows = text_rows(&connection, &format!("SELECT {}", names.join(", "))).await?;
            for ((table, place, _), found) in awaited.iter().zip(rows.into_iter().flatten()) {
                if found.is_some() {
                    world.names.is_there(*table, *place);
                }
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}
