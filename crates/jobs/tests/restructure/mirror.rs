//! Races between writers, the trigger that follows them, and the batches that copy.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use pgmason_model::restructure::{Action, PlannedOperation};
use postgres::IsolationLevel;

use super::bed::Bed;

const BEFORE: &str = "CREATE TABLE public.events (id bigint PRIMARY KEY, title text); \
    INSERT INTO public.events SELECT 2 * n, 't' || n FROM generate_series(1, 5000) AS n;";
const OPERATION: &str =
    r#"{ kind = "partition_table", table = "events", by = "hash", column = "id", partitions = 2 },"#;

/// Runs what the plan runs until the trigger is there.
fn mirrored(bed: &Bed) -> PlannedOperation {
    let plan = bed.plan();
    assert!(plan.refusals.is_empty(), "{:?}", plan.refusals);
    let operation = plan.stages.into_iter().next().unwrap().operations.into_iter().next().unwrap();
    bed.sql("CREATE SCHEMA IF NOT EXISTS pgmason");
    for step in &operation.start {
        match &step.action {
            Action::Transaction { statements, .. } => bed.sql(&statements.join(";\n")),
            Action::Backfill(_) => break,
            _ => {}
        }
    }
    operation
}

/// What a batch does, for all rows.
fn copied(bed: &Bed, operation: &PlannedOperation) {
    let backfill = operation.start.iter().find_map(|step| match &step.action {
        Action::Backfill(backfill) => Some(backfill),
        _ => None,
    });
    let write = &backfill.unwrap().write;
    bed.sql(&format!("WITH batch AS MATERIALIZED (SELECT * FROM public.events FOR SHARE) {write}"));
}

/// A transaction whose snapshot is older than the copy cannot see the copied row, and so not delete it: it has to fail.
#[test]
fn an_old_snapshot_leaves_no_copy_behind() {
    let bed = Bed::new(BEFORE, OPERATION);
    let operation = mirrored(&bed);
    let mut client = bed.client();
    let mut old = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).start().unwrap();
    old.query("SELECT count(*) FROM pg_class", &[]).unwrap();
    copied(&bed, &operation);
    let error = old.execute("DELETE FROM public.events WHERE id = 2", &[]).unwrap_err();
    assert_eq!(error.code().map(|code| code.code().to_owned()).as_deref(), Some("40001"), "{error:?}");
    drop(old);
    // Without the copy in the way it goes.
    let mut new = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).start().unwrap();
    assert_eq!(new.execute("DELETE FROM public.events WHERE id = 2", &[]).unwrap(), 1);
    new.commit().unwrap();
    assert_eq!(bed.value("SELECT count(*) FROM pgmason.events WHERE id = 2"), "0");
}

/// Everything that a writer can do, before the copy and after it.
#[test]
fn every_write_is_followed() {
    let bed = Bed::new(BEFORE, OPERATION);
    let operation = mirrored(&bed);
    let writes = |from: i64| {
        format!(
            "UPDATE public.events SET title = 'changed' WHERE id = {from}; \
             UPDATE public.events SET id = -id WHERE id = {from} + 2; \
             DELETE FROM public.events WHERE id = {from} + 4; \
             BEGIN; DELETE FROM public.events WHERE id = {from} + 6; INSERT INTO public.events VALUES ({from} + 6, 'again'); COMMIT; \
             INSERT INTO public.events VALUES ({from} + 7, 'new') ON CONFLICT (id) DO UPDATE SET title = 'twice'; \
             INSERT INTO public.events VALUES ({from} + 7, 'new') ON CONFLICT (id) DO UPDATE SET title = 'twice'; \
             SET session_replication_role = replica; UPDATE public.events SET title = 'replica' WHERE id = {from} + 8; \
             RESET session_replication_role; \
             BEGIN; UPDATE public.events SET title = 'taken back' WHERE id = {from} + 10; ROLLBACK"
        )
    };
    bed.sql(&writes(100));
    copied(&bed, &operation);
    bed.sql(&writes(200));
    let apart = "SELECT count(*) FROM public.events AS a FULL JOIN pgmason.events AS b USING (id) WHERE a.title IS DISTINCT FROM b.title";
    assert_eq!(bed.value(apart), "0");
    bed.sql("TRUNCATE public.events");
    assert_eq!(bed.value("SELECT count(*) FROM pgmason.events"), "0");
}

/// A row that gets another key while a batch waits for it must not take the checkpoint along past rows nobody visited.
#[test]
fn keys_that_change_under_a_batch_hide_no_rows() {
    let bed = Bed::new(BEFORE, OPERATION);
    let stop = Arc::new(AtomicBool::new(false));
    let mut client = bed.client();
    let writer = std::thread::spawn({
        let stop = Arc::clone(&stop);
        move || {
            // From the beginning to odd numbers near the end, each held for a moment.
            for step in 1i64.. {
                let (low, high) = (2 * (step * 7 % 4000), 9_000 + 2 * (step % 400) + 1);
                let mut transaction = client.transaction().unwrap();
                let sql = "UPDATE public.events SET id = $2 WHERE id = $1 AND NOT EXISTS (SELECT FROM public.events WHERE id = $2)";
                transaction.execute(sql, &[&low, &high]).unwrap();
                std::thread::sleep(Duration::from_millis(40));
                transaction.commit().unwrap();
                if stop.load(Ordering::Relaxed) {
                    return;
                }
            }
        }
    });
    // It compares both sides before the swap.
    bed.start();
    stop.store(true, Ordering::Relaxed);
    writer.join().unwrap();
    assert_eq!(bed.value("SELECT count(*) FROM public.events"), "5000");
}
