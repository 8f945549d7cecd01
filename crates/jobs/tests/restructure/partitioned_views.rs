//! A table that materialized views read becomes partitioned: they are computed over the new table, and nobody waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use pgmason_model::ObjectId;
use pgmason_testkit::local_major;

use super::bed::{Bed, DEFAULT_PRIVILEGES, differences};

const BY_OWNER: &str =
    r#"{ kind = "partition_table", table = "events", by = "hash", column = "owner", partitions = 4 },"#;

const EVENTS: &str = "
    CREATE TABLE public.owners (id integer PRIMARY KEY, name text NOT NULL);
    INSERT INTO public.owners SELECT n, 'o' || n FROM generate_series(0, 9) AS n;
    CREATE TABLE public.events (id integer PRIMARY KEY, owner integer NOT NULL REFERENCES public.owners, title text);
    ALTER TABLE public.events ENABLE ROW LEVEL SECURITY;
    INSERT INTO public.events SELECT n, n % 10, 't' || n FROM generate_series(1, 100) AS n;";

/// With everything that a materialized view can have.
fn with_view() -> String {
    format!(
        "{DEFAULT_PRIVILEGES}{EVENTS}
        CREATE MATERIALIZED VIEW public.\"per Owner\" WITH (fillfactor = 70) AS
            SELECT events.owner, o.name, count(*) AS events, NULL::public.events AS row
            FROM public.events JOIN public.owners AS o ON o.id = events.owner GROUP BY events.owner, o.name;
        CREATE UNIQUE INDEX \"of Owner\" ON public.\"per Owner\" (owner);
        CREATE INDEX by_name ON public.\"per Owner\" (lower(name) DESC) INCLUDE (events) WHERE events > 0;
        ALTER MATERIALIZED VIEW public.\"per Owner\" CLUSTER ON \"of Owner\";
        CREATE STATISTICS public.together (ndistinct) ON owner, name FROM public.\"per Owner\";
        COMMENT ON STATISTICS public.together IS 'they are one';
        COMMENT ON MATERIALIZED VIEW public.\"per Owner\" IS 'it''s counted';
        COMMENT ON COLUMN public.\"per Owner\".events IS 'how many';
        COMMENT ON INDEX public.by_name IS 'in disorder';
        REVOKE ALL ON public.\"per Owner\" FROM anon, authenticated, service_role;
        GRANT SELECT ON public.\"per Owner\" TO authenticated WITH GRANT OPTION;
        GRANT SELECT (owner) ON public.\"per Owner\" TO service_role;
        CREATE FUNCTION public.count_again() RETURNS void LANGUAGE plpgsql
            AS 'BEGIN REFRESH MATERIALIZED VIEW CONCURRENTLY public.\"per Owner\"; END'"
    )
}

/// Whoever may read it does, whoever may not does not, and what refreshes it goes on.
#[track_caller]
fn works(bed: &Bed, of_owner: &str) {
    let read = "SELECT FROM public.\"per Owner\"";
    let may: Vec<String> =
        ["authenticated", "service_role", "anon"].iter().map(|role| bed.state_as(role, read)).collect();
    assert_eq!(may, ["00000", "00000", "42501"]);
    assert_eq!(bed.state_as("service_role", "SELECT events FROM public.\"per Owner\""), "42501");
    bed.sql("SELECT public.count_again(); REFRESH MATERIALIZED VIEW public.\"per Owner\"");
    assert_eq!(bed.value("SELECT events FROM public.\"per Owner\" WHERE owner = 1"), of_owner);
}

#[test]
fn it_is_computed_over_the_partitions_and_is_the_same_again() {
    let bed = Bed::new(&with_view(), BY_OWNER);
    let before = bed.catalog();
    let notes = bed.plan().stages[0].operations[0].notes.join("\n");
    assert!(notes.contains("public.\"per Owner\" is computed anew over the new table before"), "{notes}");
    bed.sql("INSERT INTO public.events VALUES (101, 1, 'before')");
    bed.start();
    // As of the start, with nobody's REFRESH.
    assert_eq!(bed.value("SELECT events FROM public.\"per Owner\" WHERE owner = 1"), "11");
    let started = bed.catalog();
    let of_view = |id: &ObjectId| {
        let of = id.of.as_deref().unwrap_or(id);
        ["per Owner", "of Owner", "by_name", "together"].contains(&of.name.as_str())
    };
    let changed: Vec<_> = differences(&before, &started).into_iter().filter(|(id, ..)| of_view(id)).collect();
    assert_eq!(changed, []);
    // Under the lock of the table nothing is left to do about it.
    let under_lock = "SELECT sum(strpos(action::text || undo::text, 'per Owner') + strpos(action::text || undo::text, 'together')) \
        FROM pgmason.restructure_steps WHERE title LIKE 'put the partitioned table%'";
    assert_eq!(bed.value(under_lock), "0");
    assert_eq!(
        bed.value("SELECT count(*) FROM pg_stats_ext WHERE statistics_name = 'together' AND n_distinct IS NOT NULL"),
        "1"
    );
    bed.sql("INSERT INTO public.events VALUES (102, 1, 'started')");
    works(&bed, "12");
    bed.rollback();
    assert_eq!(differences(&before, &bed.catalog()), []);
    works(&bed, "12");
    bed.start();
    bed.complete();
    bed.sql("INSERT INTO public.events VALUES (103, 1, 'completed')");
    works(&bed, "13");
    let archived = "pgmason.\"archive_public_events_public_per Owner\"";
    assert_eq!(bed.value(&format!("SELECT relispopulated FROM pg_class WHERE oid = '{archived}'::regclass")), "false");
    bed.rollback();
    assert_eq!(differences(&before, &bed.catalog()), []);
    // Computed on the way back, over what was written since.
    assert_eq!(bed.value("SELECT events FROM public.\"per Owner\" WHERE owner = 1"), "13");
    works(&bed, "13");
}

#[test]
fn a_rehearsal_finds_nothing() {
    Bed::new(&with_view(), BY_OWNER).rehearse();
    let unpopulated = "CREATE MATERIALIZED VIEW public.later AS SELECT * FROM public.events WITH NO DATA";
    let bed = Bed::new(&format!("{EVENTS}{unpopulated}"), BY_OWNER);
    bed.rehearse();
    bed.start();
    assert_eq!(bed.state_as("anon", "SELECT FROM public.later"), "42501");
    assert_eq!(bed.value("SELECT relispopulated FROM pg_class WHERE oid = 'public.later'::regclass"), "false");
}

/// What it reads is what its owner may read, whoever runs the stage.
#[test]
fn another_owner_sees_what_a_refresh_would() {
    let others = "ALTER TABLE public.owners OWNER TO app_owner;
        GRANT USAGE, CREATE ON SCHEMA public TO app_owner;
        CREATE POLICY few ON public.events TO app_owner USING (owner < 3);
        GRANT SELECT ON public.events TO app_owner;
        CREATE MATERIALIZED VIEW public.mine AS SELECT count(*) AS n FROM public.events JOIN public.owners AS o ON o.id = owner;
        ALTER MATERIALIZED VIEW public.mine OWNER TO app_owner;
        REFRESH MATERIALIZED VIEW public.mine";
    let bed = Bed::new(&format!("{EVENTS}{others}"), BY_OWNER);
    let before = bed.catalog();
    let counted = || bed.value("SELECT n FROM public.mine");
    assert_eq!(counted(), "30");
    bed.rehearse();
    bed.start();
    assert_eq!(counted(), "30");
    assert_eq!(
        bed.value("SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = 'public.mine'::regclass"),
        "app_owner"
    );
    bed.complete();
    bed.sql("INSERT INTO public.events VALUES (101, 1, 'completed')");
    bed.rollback();
    assert_eq!(differences(&before, &bed.catalog()), []);
    assert_eq!(counted(), "30");
    bed.sql("REFRESH MATERIALIZED VIEW public.mine");
    assert_eq!(counted(), "31");
}

/// What it reads is replaced under its feet, and its rows stay.
#[test]
fn one_that_reads_through_a_view_stays() {
    let count = match local_major() {
        ..14 => "AS 'SELECT count(*) FROM public.events'",
        _ => "BEGIN ATOMIC SELECT count(*) FROM public.events; END",
    };
    let between = format!(
        "CREATE VIEW public.shown AS SELECT id, owner FROM public.events;
        CREATE FUNCTION public.all_of_them() RETURNS bigint LANGUAGE sql STABLE {count};
        CREATE MATERIALIZED VIEW public.counted AS SELECT count(*) AS n, public.all_of_them() AS all FROM public.shown"
    );
    let bed = Bed::new(&format!("{EVENTS}{between}"), BY_OWNER);
    let before = bed.catalog();
    bed.rehearse();
    let file = "SELECT pg_relation_filenode('public.counted')";
    let was = bed.value(file);
    bed.start();
    assert_eq!(bed.value(file), was);
    bed.complete();
    bed.sql("INSERT INTO public.events VALUES (101, 1, 'x'); REFRESH MATERIALIZED VIEW public.counted");
    assert_eq!(bed.value("SELECT n || ' ' || \"all\" FROM public.counted"), "101 101");
    bed.rollback();
    assert_eq!(differences(&before, &bed.catalog()), []);
}

/// Longest wait of a session that reads and writes until it is told to stop.
fn longest_wait(bed: &Bed, statement: &'static str, stop: &Arc<AtomicBool>) -> std::thread::JoinHandle<Duration> {
    let (mut client, stop) = (bed.client(), Arc::clone(stop));
    std::thread::spawn(move || {
        let mut longest = Duration::ZERO;
        while !stop.load(Ordering::Relaxed) {
            let began = Instant::now();
            client.batch_execute(statement).unwrap_or_else(|error| panic!("{statement}: {error:?}"));
            longest = longest.max(began.elapsed());
            std::thread::sleep(Duration::from_millis(5));
        }
        longest
    })
}

#[test]
fn nobody_waits_while_it_is_computed() {
    let slow = "CREATE FUNCTION public.slowly(n bigint) RETURNS bigint LANGUAGE plpgsql
            AS 'BEGIN PERFORM pg_sleep(2.5); RETURN n; END';
        CREATE SEQUENCE public.ids START 1000;
        CREATE MATERIALIZED VIEW public.slow AS SELECT public.slowly(count(*)) AS n FROM public.events";
    let bed = Bed::new(&format!("{EVENTS}{slow}"), BY_OWNER);
    let under = |work: &dyn Fn()| {
        let stop = Arc::new(AtomicBool::new(false));
        let sessions = [
            longest_wait(&bed, "INSERT INTO public.events VALUES (nextval('public.ids'), 1, 'w')", &stop),
            longest_wait(&bed, "SELECT count(*) FROM public.events", &stop),
            longest_wait(&bed, "SELECT n FROM public.slow", &stop),
        ];
        let began = Instant::now();
        work();
        assert!(began.elapsed() > Duration::from_millis(2500), "it was not computed");
        stop.store(true, Ordering::Relaxed);
        let waits = sessions.map(|session| session.join().unwrap());
        assert!(waits.iter().all(|wait| *wait < Duration::from_millis(700)), "{waits:?}");
    };
    under(&|| bed.start());
    bed.complete();
    under(&|| bed.rollback());
}

/// Whoever reads it for long is waited for, with nobody behind.
#[test]
fn a_long_reader_of_the_view_holds_nobody_up() {
    let view = "CREATE MATERIALIZED VIEW public.counted AS SELECT count(*) AS n FROM public.events";
    let bed = Bed::new(&format!("{EVENTS}{view}"), BY_OWNER);
    let mut reader = bed.client();
    let reads = std::thread::spawn(move || {
        reader.batch_execute("BEGIN; SELECT n FROM public.counted; SELECT pg_sleep(8); COMMIT").unwrap();
        Instant::now()
    });
    let stop = Arc::new(AtomicBool::new(false));
    let sessions = ["SELECT n FROM public.counted", "UPDATE public.events SET title = 'w' WHERE id = 1"]
        .map(|statement| longest_wait(&bed, statement, &stop));
    bed.start();
    let ended = Instant::now();
    stop.store(true, Ordering::Relaxed);
    assert!(ended > reads.join().unwrap(), "nobody was in the way");
    // Waited for without a place in the queue.
    let tries =
        "SELECT sum(lock_timeouts) FROM pgmason.restructure_steps WHERE title LIKE 'put the new public.counted%'";
    assert_eq!(bed.value(tries), "0");
    let waits = sessions.map(|session| session.join().unwrap());
    assert!(waits.iter().all(|wait| *wait < Duration::from_millis(700)), "{waits:?}");
}

#[test]
fn what_others_are_bound_to_is_refused() {
    let view =
        "CREATE MATERIALIZED VIEW public.counted AS SELECT owner, count(*) AS n FROM public.events GROUP BY owner;";
    let refused = |more: &str, operations: &str| Bed::new(&format!("{EVENTS}{view}{more}"), operations).refusal();
    for (kind, bound) in [
        ("view public.most", "CREATE VIEW public.most AS SELECT max(n) FROM public.counted"),
        ("materialized view public.most", "CREATE MATERIALIZED VIEW public.most AS SELECT max(n) FROM public.counted"),
        (
            "function public.most()",
            "CREATE FUNCTION public.most() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT max(n) FROM public.counted; END",
        ),
    ] {
        // Since 14.
        if bound.contains("BEGIN ATOMIC") && local_major() < 14 {
            continue;
        }
        let message = refused(bound, BY_OWNER);
        assert!(message.contains("materialized view public.counted") && message.contains(kind), "{message}");
    }
    let by_key = "CREATE MATERIALIZED VIEW public.by_key AS SELECT id, title, count(*) FROM public.events GROUP BY id";
    let message = refused(by_key, BY_OWNER);
    assert!(message.contains("public.by_key groups by"), "{message}");
    let both = "CREATE TABLE public.others (id integer PRIMARY KEY);
        CREATE MATERIALIZED VIEW public.joined AS SELECT count(*) FROM public.events JOIN public.others USING (id)";
    let two = format!(
        "{BY_OWNER}{}",
        r#"{ kind = "partition_table", table = "others", by = "hash", column = "id", partitions = 2 },"#
    );
    let message = refused(both, &two);
    assert!(message.contains("both work on public.joined"), "{message}");
}
