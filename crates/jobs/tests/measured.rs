//! What the text says of locks, scans and rewrites against what a server does.

use pgmason_core::migrations::planning::plan_files;
use pgmason_jobs::folder::{self, SqlFiles};
use pgmason_jobs::migration::measure::{MeasureOptions, measure_in};
use pgmason_jobs::progress::silent;
use pgmason_jobs::project::Project;
use pgmason_jobs::replay::ReplayOptions;
use pgmason_jobs::source::Source;
use pgmason_model::plan::{PlannedFile, Step};
use pgmason_scratch::Baseline;
use pgmason_testkit::{Folder, LentScratch, embedded_server, local_server};

const SETUP: &str = "
    CREATE TYPE mood AS ENUM ('low', 'high');
    CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
    CREATE DOMAIN loose AS integer;
    CREATE TABLE customers (id bigint PRIMARY KEY, name varchar(20), state mood);
    CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, amount integer, placed timestamp, number loose,
        note text NOT NULL, CONSTRAINT amount_known CHECK (amount IS NOT NULL));
    ALTER TABLE orders ADD CONSTRAINT amount_positive CHECK (amount > 0) NOT VALID;
    ALTER TABLE orders ADD CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers NOT VALID;
    CREATE INDEX orders_note ON orders (note);
    CREATE TABLE notes (id integer, order_id bigint REFERENCES orders, text text);
    CREATE UNIQUE INDEX notes_id ON notes (id);
    CREATE TABLE measures (day date NOT NULL, value integer) PARTITION BY RANGE (day);
    CREATE TABLE measures_1 PARTITION OF measures FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
    CREATE TABLE measures_2 (day date NOT NULL, value integer);
    CREATE MATERIALIZED VIEW totals AS SELECT customer_id, sum(number) AS total FROM orders GROUP BY 1;
    CREATE VIEW busy AS SELECT customer_id FROM orders;
    CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE FUNCTION drawn() RETURNS integer LANGUAGE sql VOLATILE AS 'SELECT 1';
";

/// What a step asks for: locks, then what it writes anew, then what it reads.
fn shown(step: &Step) -> String {
    let mut parts: Vec<String> = step.locks.iter().map(|lock| format!("{} {}", lock.relation, lock.mode)).collect();
    parts.extend(step.rewrites.iter().map(|relation| format!("rewrite {relation}")));
    parts.extend(step.scans.iter().map(|relation| format!("scan {relation}")));
    parts.join(", ").replace("public.", "")
}

struct Both {
    text: PlannedFile,
    measured: PlannedFile,
}

fn plan_both(server: &mut LentScratch, setup: &str, sql: &str) -> Both {
    let folder = Folder::with(&[("migrations/1_setup.sql", setup), ("migrations/2_it.sql", sql)]);
    let project = Project::open(folder.path()).unwrap();
    let files: SqlFiles = folder::read(&project, &Source::Migrations(folder.join("migrations"))).unwrap().unwrap();
    let text = plan_files(files.layout, &files.files, &[1], None).unwrap();
    let mut measured = text.clone();
    let database = server.create_database().unwrap();
    let not_checked = measure_in(
        &project,
        &files,
        &mut measured,
        &database,
        &ReplayOptions::default(),
        &MeasureOptions::default(),
        &silent,
    )
    .unwrap();
    assert!(not_checked.is_empty(), "{sql}: {not_checked:?}");
    Both { text: text.into_iter().next().unwrap(), measured: measured.into_iter().next().unwrap() }
}

/// Statement, what a server does (15 and 17 alike), and what the text says where that is something else.
const STATEMENTS: &[(&str, &str, Option<&str>)] = &[
    ("ALTER TABLE orders ADD COLUMN x integer", "orders ACCESS EXCLUSIVE", None),
    ("ALTER TABLE orders ADD COLUMN x integer DEFAULT 5 NOT NULL", "orders ACCESS EXCLUSIVE", None),
    ("ALTER TABLE orders ADD COLUMN x uuid DEFAULT gen_random_uuid()", "orders ACCESS EXCLUSIVE, rewrite orders", None),
    (
        "ALTER TABLE orders ADD COLUMN x integer DEFAULT drawn()",
        "orders ACCESS EXCLUSIVE",
        Some("orders ACCESS EXCLUSIVE, rewrite orders"),
    ),
    ("ALTER TABLE orders ADD COLUMN x serial", "orders ACCESS EXCLUSIVE, rewrite orders", None),
    (
        "ALTER TABLE orders ADD COLUMN x integer GENERATED ALWAYS AS (amount * 2) STORED",
        "orders ACCESS EXCLUSIVE, rewrite orders",
        None,
    ),
    ("ALTER TABLE orders ADD COLUMN x positive", "orders ACCESS EXCLUSIVE, rewrite orders", None),
    ("ALTER TABLE orders ADD COLUMN x integer CHECK (x > 0)", "orders ACCESS EXCLUSIVE, scan orders", None),
    ("ALTER TABLE orders ADD COLUMN x integer UNIQUE", "orders ACCESS EXCLUSIVE, scan orders", None),
    (
        "ALTER TABLE orders ADD COLUMN x bigint REFERENCES customers",
        "customers SHARE ROW EXCLUSIVE, orders ACCESS EXCLUSIVE",
        None,
    ),
    (
        "ALTER TABLE orders ADD COLUMN x bigint DEFAULT 1 REFERENCES customers",
        "customers SHARE ROW EXCLUSIVE, orders ACCESS EXCLUSIVE, scan orders",
        None,
    ),
    ("ALTER TABLE orders DROP COLUMN note", "orders ACCESS EXCLUSIVE", None),
    ("ALTER TABLE orders ALTER amount TYPE bigint", "orders ACCESS EXCLUSIVE, rewrite orders", None),
    ("ALTER TABLE customers ALTER name TYPE varchar(40)", "customers ACCESS EXCLUSIVE", None),
    ("ALTER TABLE customers ALTER name TYPE varchar(10)", "customers ACCESS EXCLUSIVE, rewrite customers", None),
    (
        "ALTER TABLE customers ALTER state TYPE text USING state::text",
        "customers ACCESS EXCLUSIVE, rewrite customers",
        None,
    ),
    ("ALTER TABLE orders ALTER placed TYPE timestamptz", "orders ACCESS EXCLUSIVE, rewrite orders", None),
    ("ALTER TABLE orders ALTER customer_id SET NOT NULL", "orders ACCESS EXCLUSIVE, scan orders", None),
    ("ALTER TABLE orders ALTER amount SET NOT NULL", "orders ACCESS EXCLUSIVE", None),
    ("ALTER TABLE orders ALTER amount SET DEFAULT 1", "orders ACCESS EXCLUSIVE", None),
    ("ALTER TABLE orders ADD CHECK (amount < 10)", "orders ACCESS EXCLUSIVE, scan orders", None),
    ("ALTER TABLE orders ADD CHECK (amount < 10) NOT VALID", "orders ACCESS EXCLUSIVE", None),
    ("ALTER TABLE orders VALIDATE CONSTRAINT amount_positive", "orders SHARE UPDATE EXCLUSIVE, scan orders", None),
    ("ALTER TABLE orders VALIDATE CONSTRAINT orders_customer", "orders SHARE UPDATE EXCLUSIVE, scan orders", None),
    (
        "ALTER TABLE notes ADD FOREIGN KEY (id) REFERENCES orders",
        "notes SHARE ROW EXCLUSIVE, orders SHARE ROW EXCLUSIVE, scan notes",
        None,
    ),
    (
        "ALTER TABLE notes ADD FOREIGN KEY (id) REFERENCES orders NOT VALID",
        "notes SHARE ROW EXCLUSIVE, orders SHARE ROW EXCLUSIVE",
        None,
    ),
    ("ALTER TABLE notes ADD PRIMARY KEY (id)", "notes ACCESS EXCLUSIVE, scan notes", None),
    (
        "ALTER TABLE notes ADD PRIMARY KEY USING INDEX notes_id",
        "notes ACCESS EXCLUSIVE, scan notes",
        Some("notes ACCESS EXCLUSIVE"),
    ),
    ("ALTER TABLE notes ADD UNIQUE (order_id)", "notes ACCESS EXCLUSIVE, scan notes", None),
    (
        "ALTER TABLE notes DROP CONSTRAINT notes_order_id_fkey",
        "notes ACCESS EXCLUSIVE, orders ACCESS EXCLUSIVE",
        Some("notes ACCESS EXCLUSIVE"),
    ),
    ("ALTER TABLE orders RENAME COLUMN note TO remark", "orders ACCESS EXCLUSIVE", None),
    ("ALTER TABLE orders RENAME TO purchases", "orders ACCESS EXCLUSIVE", None),
    ("ALTER TABLE notes SET UNLOGGED", "notes ACCESS EXCLUSIVE, rewrite notes", None),
    ("ALTER TABLE orders SET (fillfactor = 70)", "orders SHARE UPDATE EXCLUSIVE", None),
    ("ALTER TABLE orders ENABLE ROW LEVEL SECURITY", "orders ACCESS EXCLUSIVE", None),
    (
        "ALTER TABLE measures ATTACH PARTITION measures_2 FOR VALUES FROM ('2021-01-01') TO ('2022-01-01')",
        "measures SHARE UPDATE EXCLUSIVE, measures_2 ACCESS EXCLUSIVE, scan measures_2",
        None,
    ),
    (
        "ALTER TABLE measures ADD CHECK (value > 0)",
        "measures ACCESS EXCLUSIVE, measures_1 ACCESS EXCLUSIVE, scan measures_1",
        Some("measures ACCESS EXCLUSIVE, scan measures"),
    ),
    (
        "CREATE TABLE measures_3 PARTITION OF measures FOR VALUES FROM ('2023-01-01') TO ('2024-01-01')",
        "measures ACCESS EXCLUSIVE",
        None,
    ),
    ("CREATE INDEX i ON orders (amount)", "orders SHARE, scan orders", None),
    (
        "CREATE UNIQUE INDEX i ON measures (day)",
        "measures SHARE, measures_1 SHARE, scan measures_1",
        Some("measures SHARE, scan measures"),
    ),
    ("DROP INDEX orders_note", "orders ACCESS EXCLUSIVE", None),
    ("ALTER INDEX orders_note RENAME TO i", "orders SHARE UPDATE EXCLUSIVE", None),
    ("REINDEX TABLE orders", "orders ACCESS EXCLUSIVE, scan orders", None),
    ("REINDEX INDEX orders_note", "orders ACCESS EXCLUSIVE, scan orders", None),
    ("CLUSTER orders USING orders_pkey", "orders ACCESS EXCLUSIVE, rewrite orders", None),
    ("REFRESH MATERIALIZED VIEW totals", "totals ACCESS EXCLUSIVE, rewrite totals", None),
    ("REFRESH MATERIALIZED VIEW totals WITH NO DATA", "totals ACCESS EXCLUSIVE", None),
    ("TRUNCATE notes", "notes ACCESS EXCLUSIVE", None),
    ("DROP TABLE notes", "notes ACCESS EXCLUSIVE, orders ACCESS EXCLUSIVE", Some("notes ACCESS EXCLUSIVE")),
    (
        "CREATE TRIGGER t BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION nothing()",
        "orders SHARE ROW EXCLUSIVE",
        None,
    ),
    ("CREATE POLICY p ON orders", "orders ACCESS EXCLUSIVE", None),
    ("CREATE TABLE lines (order_id bigint REFERENCES orders)", "orders SHARE ROW EXCLUSIVE", None),
    ("CREATE TABLE copied AS SELECT * FROM orders", "", None),
    ("CREATE OR REPLACE VIEW busy AS SELECT customer_id FROM orders", "busy ACCESS EXCLUSIVE", None),
    ("COMMENT ON TABLE orders IS 'x'", "orders SHARE UPDATE EXCLUSIVE", None),
    ("GRANT SELECT ON orders TO PUBLIC", "", None),
    ("ALTER TYPE mood ADD VALUE 'middle'", "", None),
    ("ALTER DOMAIN loose ADD CHECK (VALUE > 0)", "orders SHARE, scan orders", None),
    ("INSERT INTO customers VALUES (1)", "customers ROW EXCLUSIVE", None),
    ("UPDATE orders SET note = 'x'", "orders ROW EXCLUSIVE, scan orders", None),
    ("UPDATE orders SET note = 'x' WHERE id = 1", "orders ROW EXCLUSIVE", None),
    ("DELETE FROM notes", "notes ROW EXCLUSIVE, scan notes", None),
    ("LOCK TABLE orders IN SHARE MODE", "orders SHARE", None),
    (
        "DO $$ BEGIN EXECUTE 'ALTER TABLE orders ALTER amount TYPE bigint'; END $$",
        "orders ACCESS EXCLUSIVE, rewrite orders",
        None,
    ),
];

fn hold_against(mut server: LentScratch) {
    let mut wrong = String::new();
    for (sql, expected, from_text) in STATEMENTS {
        let both = plan_both(&mut server, SETUP, sql);
        let step = both.measured.steps().next().unwrap();
        assert!(step.measured, "{sql}");
        let (text, measured) = (shown(both.text.steps().next().unwrap()), shown(step));
        if measured != *expected || text != from_text.unwrap_or(expected) {
            let differs = if text == measured { "None".to_owned() } else { format!("Some({text:?})") };
            wrong.push_str(&format!("    ({sql:?}, {measured:?}, {differs}),\n"));
        }
    }
    assert!(wrong.is_empty(), "measured, and the text where it says something else:\n{wrong}");
}

#[test]
fn the_embedded_server_does_what_the_text_says() {
    hold_against(embedded_server(Baseline::Plain));
}

#[test]
fn a_local_server_does_what_the_text_says() {
    hold_against(local_server(None, Baseline::Plain));
}

/// `allow` of each hazard of the file.
fn hazards(file: &PlannedFile) -> Vec<&str> {
    file.steps().flat_map(|step| &step.hazards).map(|hazard| hazard.allow.as_str()).collect()
}

#[test]
fn what_the_text_does_not_show_is_a_hazard_all_the_same() {
    let setup = "CREATE TABLE a (id integer PRIMARY KEY, b text); CREATE TABLE child () INHERITS (a);
        CREATE TABLE c (a_id integer REFERENCES a); CREATE EXTENSION citext; CREATE TABLE d (x citext, y integer);
        CREATE TABLE p (id integer) PARTITION BY LIST (id); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);";
    let mut server = embedded_server(Baseline::Plain);
    for (sql, text, measured) in [
        ("DO $$ BEGIN EXECUTE 'DROP TABLE ' || 'c'; END $$", vec![], vec!["drop-table:public.c"]),
        (
            "DO $$ BEGIN EXECUTE format('ALTER TABLE %I DROP COLUMN %I', 'd', 'y'); END $$",
            vec![],
            vec!["drop-column:public.d.y"],
        ),
        ("DROP TABLE a CASCADE", vec!["drop-table:public.a"], vec!["drop-table:public.a", "drop-table:public.child"]),
        (
            "TRUNCATE a CASCADE",
            vec!["truncate:public.a"],
            vec!["truncate:public.a", "truncate:public.c", "truncate:public.child"],
        ),
        (
            "DROP EXTENSION citext CASCADE",
            vec!["drop-extension:citext"],
            vec!["drop-extension:citext", "drop-column:public.d.x"],
        ),
        (
            "ALTER TABLE c RENAME TO other; DO $$ BEGIN EXECUTE 'DROP TABLE ' || 'other'; END $$",
            vec![],
            vec!["drop-table:public.other"],
        ),
        // A partition goes with its table, and what the file makes is its own affair.
        ("DROP TABLE p", vec!["drop-table:public.p"], vec!["drop-table:public.p"]),
        ("CREATE TABLE new (id integer); DO $$ BEGIN EXECUTE 'DROP TABLE ' || 'new'; END $$", vec![], vec![]),
        ("DROP SCHEMA public CASCADE; CREATE SCHEMA public", vec!["drop-schema:public"], vec!["drop-schema:public"]),
    ] {
        let both = plan_both(&mut server, setup, sql);
        let mut found = hazards(&both.measured);
        found.sort_by_key(|allow| measured.iter().position(|known| known == allow));
        assert_eq!((hazards(&both.text), found), (text, measured), "{sql}");
        for hazard in both.measured.steps().flat_map(|step| &step.hazards) {
            let renamed = hazard.allow.ends_with(".other");
            assert!(!renamed || hazard.relation == "public.c", "{hazard:?}");
        }
        let is_lost = both.measured.steps().any(|step| !step.hazards.is_empty());
        assert_eq!(both.measured.risk == pgmason_model::plan::Risk::Destructive, is_lost, "{sql}");
    }
}

#[test]
fn steps_are_measured_in_their_transaction() {
    let mut server = embedded_server(Baseline::Plain);
    // What an earlier step has locked is not taken again; a later read goes on under it.
    let both = plan_both(
        &mut server,
        SETUP,
        "ALTER TABLE orders ADD CONSTRAINT k CHECK (id > 0) NOT VALID; ALTER TABLE orders VALIDATE CONSTRAINT k;
         ALTER TABLE orders RENAME TO purchases; CREATE INDEX i ON purchases (amount);
         CREATE TABLE new (id integer); CREATE INDEX n ON new (id); UPDATE new SET id = 1",
    );
    let found: Vec<String> = both.measured.steps().map(shown).collect();
    assert_eq!(
        found,
        [
            "orders ACCESS EXCLUSIVE",
            "orders SHARE UPDATE EXCLUSIVE, scan orders",
            "orders ACCESS EXCLUSIVE",
            "purchases SHARE, scan purchases",
            "",
            "",
            "",
        ]
    );
    let risks: Vec<&str> = both.measured.steps().map(|step| step.risk.name()).collect();
    assert_eq!(risks, ["metadata", "scan", "metadata", "scan", "metadata", "metadata", "metadata"]);
}

#[test]
fn measuring_does_not_disturb_what_it_measures() {
    let mut server = embedded_server(Baseline::Plain);
    for sql in [
        "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; ALTER TABLE orders ADD COLUMN x integer",
        "BEGIN; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; ALTER TABLE orders ADD COLUMN x integer; COMMIT;",
        "SET LOCAL search_path = ''; ALTER TABLE public.orders ADD COLUMN x integer",
    ] {
        let both = plan_both(&mut server, SETUP, sql);
        let last = both.measured.steps().last().unwrap();
        assert_eq!((last.measured, shown(last).as_str()), (true, "orders ACCESS EXCLUSIVE"), "{sql}");
    }
}
