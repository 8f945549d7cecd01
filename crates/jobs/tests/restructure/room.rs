//! A stage that copies more than the server's disk has room for is refused before it changes anything.

use pgmason_jobs::restructure::running::RunOptions;
use pgmason_testkit::SmallFileSystem;

use super::bed::{Bed, differences};
use super::ground::Live;

const EVENTS: &str = "
    CREATE TABLE public.events (id integer PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), data text);
    INSERT INTO public.events (id, data) SELECT n, repeat('x', 900) FROM generate_series(1, 8000) AS n;";
const PARTITION: &str =
    r#"{ kind = "partition_table", table = "events", by = "hash", column = "id", partitions = 2 },"#;
const RETYPE: &str = r#"{ kind = "change_column_type", table = "events", column = "id", type = "bigint" },"#;

/// The words of the only refusal, when nothing was touched.
#[track_caller]
fn refused(bed: &Bed, options: &RunOptions) -> (String, String) {
    let before = bed.catalog();
    let report = bed.try_start_with(options).unwrap();
    assert!(report.stages.is_empty() && report.refusals.len() == 1, "{report:#?}");
    assert_eq!(differences(&before, &bed.catalog()), []);
    assert_eq!(bed.value("to_regnamespace('pgmason')"), "NULL");
    let refusal = report.refusals.into_iter().next().unwrap();
    (refusal.message, refusal.hint)
}

/// The database's own files and the table take some 16 MB, and the stage needs 9 more.
#[track_caller]
fn refused_on_a_small_disk(operation: &str) {
    let Some(small) = SmallFileSystem::mount(22) else { return };
    let bed = Bed::new(EVENTS, operation);
    let database = &bed.live.name;
    let in_tablespace = |name: &str| {
        Live::cluster().sql("template1", &format!("ALTER DATABASE {database} SET TABLESPACE {name}"));
    };
    bed.sql(&format!("CREATE TABLESPACE small_{database} LOCATION '{}'", small.path().display()));
    in_tablespace(&format!("small_{database}"));
    let (message, hint) = refused(&bed, &Bed::options());
    assert!(message.starts_with("it needs about "), "{message}");
    assert!(message.ends_with(&format!(" MB are free in {}", small.path().display())), "{message}");
    assert!(hint.starts_with("make room for ") && hint.ends_with("--free-disk SIZE"), "{hint}");
    // Where there is room, it starts.
    in_tablespace("pg_default");
    bed.sql(&format!("DROP TABLESPACE small_{database}"));
    bed.start();
}

#[test]
fn a_new_type_needs_room_for_a_second_version_of_each_row() {
    refused_on_a_small_disk(RETYPE);
}

#[test]
fn a_partitioned_table_needs_room_for_the_copy() {
    refused_on_a_small_disk(PARTITION);
}

#[test]
fn what_a_person_says_of_the_disk_is_taken() {
    let bed = Bed::new(EVENTS, RETYPE);
    let (message, _) = refused(&bed, &RunOptions { free_disk: Some(5 << 20), ..Bed::options() });
    assert!(message.ends_with("and 5.0 MB are free as --free-disk says"), "{message}");
    let report = bed.try_start_with(&RunOptions { free_disk: Some(1 << 30), ..Bed::options() }).unwrap();
    assert!(report.is_clean(), "{report:#?}");
}
