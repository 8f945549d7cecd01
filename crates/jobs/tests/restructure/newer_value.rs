//! A row that somebody changes between the moment when a batch reads it and the moment when it is written keeps the newer
//! value.

use pgmason_model::restructure::{Action, PlannedStage};
use pgmason_pg::ConnectOptions;
use pgmason_pg::execute::{Executor, Settings as ExecuteSettings};
use pgmason_pg::restructure::{NewStage, NewStep, Phase, Progress, Runner, Settings, Way, create};
use pgmason_testkit::{PATIENCE, until};

use super::bed::Bed;

const PRICES: &str = "
    CREATE TABLE public.prices (id integer PRIMARY KEY, price integer NOT NULL, note text);
    INSERT INTO public.prices SELECT n, n, 'n' || n FROM generate_series(1, 800) AS n;";

fn steps(planned: &PlannedStage) -> Vec<NewStep> {
    let of = |phase: Phase| {
        let steps = planned.operations.iter().flat_map(move |operation| match phase {
            Phase::Start => &operation.start,
            Phase::Complete => &operation.complete,
        });
        (1..).zip(steps).map(move |(number, step)| NewStep {
            phase: phase.name(),
            number,
            operation: 0,
            title: step.title.clone(),
            action: step.action.clone(),
            undo: step.undo.clone(),
        })
    };
    of(Phase::Start).chain(of(Phase::Complete)).collect()
}

/// Runs the stage. In the middle of each of its backfills a transaction has changed a row, and ends when the batch waits for
/// it. False where a batch gave way before that: it was read once more, which shows nothing.
fn waited_for_a_change(bed: &Bed, change: &str) -> bool {
    let planned = bed.plan().stages.remove(0);
    let steps = steps(&planned);
    let fills: Vec<String> = steps
        .iter()
        .filter(|step| step.phase == "start" && matches!(step.action, Action::Backfill(_)))
        .map(|step| step.title.clone())
        .collect();
    assert!(!fills.is_empty());
    let connection = &bed.live.connection;
    let mut executor = Executor::open(connection, &ConnectOptions::default(), ExecuteSettings::default()).unwrap();
    create(executor.pipeline()).unwrap();
    let mut runner = Runner::new(executor, Settings::default());
    let stage = NewStage { stage: "it".to_owned(), plan: "{}".to_owned(), steps, ..NewStage::default() };
    let stage = runner.begin(&stage).unwrap();
    let (mut holder, mut gave_way) = (None, false);
    let outcome = runner.run(stage, Way::Forth(Phase::Start), &mut |progress| match progress {
        Progress::Step { title, .. } if holder.is_none() && fills.iter().any(|fill| fill == title) => {
            let (mut client, mut other) = (bed.client(), bed.client());
            client.batch_execute(&format!("BEGIN; {change}")).unwrap();
            holder = Some(std::thread::spawn(move || {
                let waits =
                    "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
                let waited = until(PATIENCE, || !other.query(waits, &[]).unwrap().is_empty());
                client.batch_execute("COMMIT").unwrap();
                waited
            }));
        }
        Progress::LockTimeout { .. } => gave_way = true,
        _ => {}
    });
    outcome.unwrap();
    assert!(holder.unwrap().join().unwrap(), "nobody waited for the row");
    runner.run(stage, Way::Forth(Phase::Complete), &mut |_| {}).unwrap();
    !gave_way
}

#[track_caller]
fn newer_value_stays(operation: &str, change: &str, query: &str, newer: &str) {
    for _ in 0..5 {
        let bed = Bed::new(PRICES, operation);
        let waited = waited_for_a_change(&bed, change);
        assert_eq!(bed.value(query), newer);
        assert_eq!(bed.value("SELECT count(*) FROM public.prices"), "800");
        if waited {
            return;
        }
    }
    panic!("the batch gave way each time");
}

#[test]
fn in_a_column_of_another_type() {
    newer_value_stays(
        r#"{ kind = "change_column_type", table = "prices", column = "price", type = "numeric(12,2)" },"#,
        "UPDATE public.prices SET price = 9000 WHERE id = 500",
        "SELECT price FROM public.prices WHERE id = 500",
        "9000.00",
    );
}

#[test]
fn in_a_copy() {
    newer_value_stays(
        r#"{ kind = "partition_table", table = "prices", by = "hash", column = "id", partitions = 2 },"#,
        "UPDATE public.prices SET price = 9000 WHERE id = 500",
        "SELECT price FROM public.prices WHERE id = 500",
        "9000",
    );
}

#[test]
fn in_a_table_that_is_split_off() {
    newer_value_stays(
        r#"{ kind = "split_table", table = "prices", into = "notes", columns = ["note"] },"#,
        "UPDATE public.prices SET note = 'newer' WHERE id = 500",
        "SELECT note FROM public.notes WHERE id = 500",
        "newer",
    );
}
