//! `cargo run --release -p xtask -- backfill`: rows per second of a backfill against one plain UPDATE of the same rows, in
//! one run on one server, and how even its rate is from the first tenth to the last.

use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use pgmason_model::QualifiedName;
use pgmason_model::restructure::{Action, Backfill, KeyColumn, StepUndo};
use pgmason_pg::execute::{Executor, Settings as ExecuteSettings};
use pgmason_pg::restructure::{NewStage, NewStep, Phase, Progress, Runner, Settings, Way, create};
use pgmason_testkit::{Cluster, ClusterOptions};

#[derive(Debug, Args)]
pub(crate) struct BackfillArguments {
    /// Rows, for each run one number
    #[arg(long, value_name = "N", default_values_t = [10_000, 100_000, 1_000_000])]
    rows: Vec<u32>,

    /// Fail where the backfill has less than this share of the plain UPDATE's rate
    #[arg(long, value_name = "RATIO")]
    at_least: Option<f64>,
}

const DATABASE: &str = "backfill";

pub(crate) fn run(arguments: &BackfillArguments) -> Result<ExitCode, String> {
    let cluster = Cluster::start(&ClusterOptions {
        settings: "shared_buffers = 256MB\nmax_wal_size = 4GB\nfsync = on".to_owned(),
        ..ClusterOptions::default()
    });
    cluster.sql("postgres", &format!("CREATE DATABASE {DATABASE}"));
    anstream::println!(
        "{:>10}  {:>14} {:>14}  {:>5}  {:>14} {:>14}  {:>6}",
        "rows",
        "UPDATE rows/s",
        "batches rows/s",
        "ratio",
        "first tenth",
        "last tenth",
        "change"
    );
    let mut worst = f64::MAX;
    for rows in &arguments.rows {
        // Both tables are as large, lie alike, and were never touched before.
        for table in ["plain", "batched"] {
            cluster.sql(
                DATABASE,
                &format!(
                    "CREATE TABLE {table} (id bigint PRIMARY KEY, email text NOT NULL, size integer, filled bigint);
                     INSERT INTO {table} SELECT n, 'user' || n || '@example.com', n % 1000 FROM generate_series(1, {rows}) AS n"
                ),
            );
            // Outside of a transaction, which several statements in one message are.
            cluster.sql(DATABASE, &format!("VACUUM ANALYZE {table}"));
            cluster.sql(DATABASE, "CHECKPOINT");
        }
        let began = Instant::now();
        cluster.sql(DATABASE, "UPDATE plain SET filled = size WHERE filled IS DISTINCT FROM size");
        let plain = f64::from(*rows) / began.elapsed().as_secs_f64();
        cluster.sql(DATABASE, "CHECKPOINT");
        let (batched, first, last) = batches(&cluster, f64::from(*rows))?;
        let ratio = batched / plain;
        worst = worst.min(ratio);
        anstream::println!(
            "{rows:>10}  {plain:>14.0} {batched:>14.0}  {ratio:>5.2}  {first:>14.0} {last:>14.0}  {:>+5.0}%",
            (last / first - 1.0) * 100.0
        );
        cluster.sql(DATABASE, "DROP TABLE plain, batched");
    }
    let enough = arguments.at_least.is_none_or(|least| worst >= least);
    Ok(if enough { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Rows per second of all, of the first tenth and of the last.
fn batches(cluster: &Cluster, rows: f64) -> Result<(f64, f64, f64), String> {
    let words = |error: &dyn std::fmt::Display| error.to_string();
    let connection = cluster.connection(DATABASE);
    let mut executor =
        Executor::open(&connection, &Default::default(), ExecuteSettings::default()).map_err(|error| words(&error))?;
    create(executor.pipeline()).map_err(|error| words(&error))?;
    let mut runner = Runner::new(executor, Settings::default());
    let step = NewStep {
        phase: Phase::Start.name(),
        number: 1,
        operation: 0,
        title: "fill".to_owned(),
        action: Action::Backfill(Backfill {
            relation: QualifiedName::new("public", "batched"),
            key: vec![KeyColumn { name: "id".into(), type_name: "bigint".to_owned() }],
            filter: None,
            write: "UPDATE public.batched AS target SET filled = target.size FROM batch \
                    WHERE target.id = batch.id AND target.filled IS DISTINCT FROM target.size"
                .to_owned(),
            lock_rows: false,
            settings: Vec::new(),
        }),
        undo: StepUndo::Nothing,
    };
    let stage = NewStage {
        restructure: "bench".to_owned(),
        stage: format!("{rows}"),
        plan: "{}".to_owned(),
        steps: vec![step],
        ..NewStage::default()
    };
    let id = runner.begin(&stage).map_err(|error| words(&error))?;
    let began = Instant::now();
    // (rows visited, seconds)
    let mut seen = vec![(0.0, 0.0)];
    runner
        .run(id, Way::Forth(Phase::Start), &mut |progress| {
            if let Progress::Rows { visited, .. } = progress {
                #[expect(clippy::cast_precision_loss, reason = "as many rows as that are not made here")]
                seen.push((visited as f64, began.elapsed().as_secs_f64()));
            }
        })
        .map_err(|error| words(&error))?;
    let whole = rows / began.elapsed().as_secs_f64();
    Ok((whole, rate(&seen, 0.0, rows / 10.0), rate(&seen, rows * 0.9, rows)))
}

/// Between two numbers of rows, as near as batches lie to them.
fn rate(seen: &[(f64, f64)], from: f64, to: f64) -> f64 {
    let at = |rows: f64| {
        let after = seen.iter().position(|(visited, _)| *visited >= rows).unwrap_or(seen.len() - 1);
        let before = after.saturating_sub(1);
        let ((low, then), (high, now)) = (seen[before], seen[after]);
        if high > low { then + (now - then) * (rows - low) / (high - low) } else { now }
    };
    (to - from) / (at(to) - at(from)).max(0.000_001)
}
