//! Transactions that a stage has to wait for, although they hold no lock that a session would be named for.

use std::time::Duration;

use pgmason_jobs::restructure::running::RunOptions;

use super::bed::Bed;

const ROWS: &str = "CREATE TABLE public.other (id integer);
    CREATE TABLE public.docs (id bigint PRIMARY KEY, v varchar(10) NOT NULL);
    INSERT INTO public.docs SELECT n, 'x' FROM generate_series(1, 500) AS n;
    CREATE TABLE public.books (id bigint PRIMARY KEY, v text);";

/// Starts with little patience. Gives what it failed with.
fn impatient(bed: &Bed) -> String {
    let options = RunOptions { lock_wait: Some(Duration::from_millis(400)), ..Bed::options() };
    match bed.try_start_with(&options) {
        Err(error) => error,
        Ok(report) => {
            let steps = report.stages.iter().flat_map(|stage| &stage.steps);
            let error = steps.filter_map(|step| step.error.as_ref()).next().expect("it waits for somebody");
            format!("{}: {}", error.message, error.hint)
        }
    }
}

/// A snapshot that is older than the copy would meet no row in what takes the table's place, and lose its writes.
#[track_caller]
fn waits_for_an_old_snapshot(operation: &str) {
    let bed = Bed::new(ROWS, operation);
    let mut reader = bed.client();
    reader.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM public.other").unwrap();
    let why = impatient(&bed);
    assert!(why.contains("still sees the rows as they were"), "{why}");
    let seen = reader.query_one("SELECT count(*) FROM public.docs WHERE v = 'x'", &[]).unwrap();
    assert_eq!(seen.get::<_, i64>(0), 500);
    reader.batch_execute("COMMIT").unwrap();
    bed.start();
    // One that wrote and holds no snapshot is no reason to wait.
    let mut writer = bed.client();
    writer.batch_execute("BEGIN; INSERT INTO public.other VALUES (1)").unwrap();
    bed.complete();
    bed.rollback();
    writer.batch_execute("COMMIT").unwrap();
    assert_eq!(bed.value("SELECT count(*) FROM public.docs"), "500");
}

#[test]
fn an_old_snapshot_before_a_partitioned_table_takes_the_place() {
    waits_for_an_old_snapshot(
        r#"{ kind = "partition_table", table = "docs", by = "hash", column = "id", partitions = 2 },"#,
    );
}

#[test]
fn an_old_snapshot_before_merged_rows_take_the_place() {
    waits_for_an_old_snapshot(
        r#"{ kind = "merge_tables", table = "docs", into = "books",
            discriminator = { column = "kind", value = "doc", existing = "book" } },"#,
    );
}

#[test]
fn an_old_snapshot_before_a_column_of_another_type_takes_the_place() {
    waits_for_an_old_snapshot(r#"{ kind = "change_column_type", table = "docs", column = "id", type = "numeric" },"#);
}

#[test]
fn a_prepared_transaction_is_named() {
    let bed = Bed::new(ROWS, r#"{ kind = "rename_table", table = "docs", to = "app_docs" },"#);
    bed.sql("BEGIN; INSERT INTO public.docs VALUES (501, 'y'); PREPARE TRANSACTION 'left behind'");
    std::thread::sleep(Duration::from_millis(200));
    let why = impatient(&bed);
    bed.sql("COMMIT PREPARED 'left behind'");
    assert!(why.contains("the prepared transaction 'left behind'"), "{why}");
    bed.start();
    assert_eq!(bed.value("SELECT count(*) FROM public.docs"), "501");
}
