//! What a stage has to wait for although no session is named for a lock, and what a way back finds before it changes anything.

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

/// Two rows of one key in two partitions: only one of them could come back.
#[test]
fn a_way_back_that_would_lose_a_row_is_refused() {
    let bed = Bed::new(
        "CREATE TABLE public.events (id bigint PRIMARY KEY, at integer NOT NULL);
         INSERT INTO public.events VALUES (1, 1)",
        r#"{ kind = "partition_table", table = "events", by = "hash", column = "at", partitions = 4 },"#,
    );
    bed.start();
    // Neither sees the other's row in the archive.
    let (mut one, mut other) = (bed.client(), bed.client());
    one.batch_execute("BEGIN; INSERT INTO public.events VALUES (7, 1)").unwrap();
    let waiting = std::thread::spawn(move || other.batch_execute("INSERT INTO public.events VALUES (7, 2)"));
    std::thread::sleep(Duration::from_millis(300));
    one.batch_execute("COMMIT").unwrap();
    waiting.join().unwrap().unwrap();
    assert_eq!(bed.value("SELECT count(*) FROM public.events WHERE id = 7"), "2");
    let refused = format!("{:?}", bed.live.rollback());
    assert!(refused.contains("do not hold the same rows"), "{refused}");
    assert_eq!(bed.value("SELECT count(*) FROM public.events WHERE id = 7"), "2");
    bed.sql("DELETE FROM public.events WHERE id = 7 AND at = 2; UPDATE public.events SET at = at WHERE id = 7");
    bed.rollback();
    assert_eq!(bed.value("SELECT count(*) FROM public.events"), "2");
}

/// Notes may belong to any row of the merged table meanwhile; what will be no document again is not deleted.
#[test]
fn rows_that_refer_to_what_will_not_come_back_are_named() {
    let bed = Bed::new(
        "CREATE TABLE public.docs (id bigint PRIMARY KEY, v text); INSERT INTO public.docs VALUES (1, 'a');
         CREATE TABLE public.books (id bigint PRIMARY KEY, v text); INSERT INTO public.books VALUES (100, 'b');
         CREATE TABLE public.notes (id bigint PRIMARY KEY, doc bigint REFERENCES public.docs ON DELETE CASCADE);
         INSERT INTO public.notes VALUES (1, 1)",
        // A value like the name that statements have for the row.
        r#"{ kind = "merge_tables", table = "docs", into = "books",
            discriminator = { column = "kind", value = "target.doc", existing = "book" } },"#,
    );
    bed.start();
    bed.sql("INSERT INTO public.notes VALUES (2, 100)");
    let refused = format!("{:?}", bed.live.rollback());
    assert!(refused.contains("rows of public.notes refer to rows that public.docs will not have"), "{refused}");
    assert_eq!(bed.value("SELECT count(*) FROM public.notes"), "2");
    bed.complete();
    let refused = format!("{:?}", bed.live.rollback());
    assert!(refused.contains("rows of public.notes refer to rows that public.docs will not have"), "{refused}");
    bed.sql("DELETE FROM public.notes WHERE id = 2");
    bed.rollback();
    assert_eq!(bed.value("SELECT count(*) FROM public.notes"), "1");
    assert_eq!(bed.value("SELECT count(*) FROM public.books"), "1");
}
