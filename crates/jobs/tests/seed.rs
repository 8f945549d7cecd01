//! Rows are put into tables of every type and within every kind of constraint, on a real server.

use std::collections::BTreeSet;
use std::time::Duration;

use pgmason_jobs::migration::test::seed::{Seeded, Style, seed};
use pgmason_model::{ObjectId, ObjectKind};
use pgmason_pg::run::Session;
use pgmason_scratch::Baseline;
use pgmason_testkit::{embedded_server, read_catalog};

/// Seeds `public.t` after the SQL, and reads the answer to a query.
fn seeded(baseline: Baseline, sql: &str, question: &str) -> (Seeded, String) {
    let mut server = embedded_server(baseline);
    let database = server.database_with(sql);
    let catalog = read_catalog(&database);
    let mut session = Session::new(database.connect().unwrap(), Duration::from_secs(30));
    let tables = BTreeSet::from([ObjectId::in_schema(ObjectKind::Table, "public", "t")]);
    let outcome = seed(&catalog, &mut session, database.secret(), &tables, &Style::default()).unwrap();
    let row = session.client().query_one(&format!("SELECT ({question})::text"), &[]);
    let row = row.unwrap_or_else(|error| panic!("{question}: {error:?}"));
    (outcome, row.get::<_, Option<String>>(0).unwrap_or_else(|| "NULL".to_owned()))
}

#[track_caller]
fn assert_seeded(sql: &str, question: &str, answer: &str) {
    let (outcome, found) = seeded(Baseline::Plain, sql, question);
    assert!(outcome.not_seeded.is_empty(), "{sql}\n{outcome:#?}");
    assert_eq!(found, answer, "{sql}\n{outcome:#?}");
}

#[track_caller]
fn assert_not_seeded(sql: &str, reason: &str) {
    let (outcome, _) = seeded(Baseline::Plain, sql, "SELECT 1");
    let found = outcome.not_seeded.iter().find(|table| table.table == "public.t");
    assert!(found.is_some_and(|found| found.reason.contains(reason)), "{sql}\n{outcome:#?}");
}

#[test]
fn every_type_has_values_and_another_for_each_row() {
    let types = [
        "smallint",
        "integer",
        "bigint",
        "numeric",
        "numeric(5,2)",
        "real",
        "double precision",
        "money",
        "text",
        "varchar(2)",
        "char(4)",
        "name",
        "\"char\"",
        "uuid",
        "json",
        "jsonb",
        "date",
        "timestamp",
        "timestamptz(3)",
        "time",
        "timetz",
        "interval",
        "interval day to second",
        "bytea",
        "inet",
        "cidr",
        "macaddr",
        "macaddr8",
        "bit(8)",
        "varbit(5)",
        "point",
        "line",
        "lseg",
        "box",
        "path",
        "polygon",
        "circle",
        "tsvector",
        "tsquery",
        "pg_lsn",
        "oid",
        "int4range",
        "int8range",
        "numrange",
        "daterange",
        "tsrange",
        "tstzrange",
        "int4multirange",
        "nummultirange",
        "tstzmultirange",
        "integer[]",
        "text[]",
        "uuid[]",
        "mood",
        "mood[]",
        "pair",
        "pair[]",
        "small",
        "small[]",
        "span",
        "outer_pair",
    ];
    let columns: Vec<String> =
        types.iter().enumerate().map(|(place, name)| format!("c{place} {name} NOT NULL")).collect();
    let sql = format!(
        "CREATE TYPE mood AS ENUM ('good', 'it''s bad'); CREATE TYPE pair AS (a integer, b text);\n\
         CREATE DOMAIN small AS integer CHECK (VALUE < 100); CREATE TYPE span AS RANGE (subtype = timestamptz);\n\
         CREATE TYPE outer_pair AS (p pair, m mood[]);\n\
         CREATE TABLE t ({});",
        columns.join(", ")
    );
    // What differs between the rows is most of all.
    assert_seeded(&sql, "SELECT count(*) FROM t", "2");
    let differing: Vec<String> =
        (0..types.len()).map(|place| format!("(count(DISTINCT c{place}::text) = 2)::int")).collect();
    let question = format!("SELECT {} FROM t", differing.join(" + "));
    assert_seeded(&sql, &question, &types.len().to_string());
}

#[test]
fn one_row_is_full_and_one_has_only_what_is_required() {
    let sql = "CREATE TABLE t (id integer GENERATED ALWAYS AS IDENTITY, a text NOT NULL, b text, c text DEFAULT 'c', \
               d text GENERATED ALWAYS AS (a || 'd') STORED)";
    assert_seeded(
        sql,
        "SELECT string_agg(concat_ws(',', id, a, b, c, d), ';' ORDER BY id) FROM t",
        "1,text 1,text 1,text 1,text 1d;2,text 2,c,text 2d",
    );
}

#[test]
fn what_constraints_ask_for_is_found() {
    for (columns, question, answer) in [
        ("s text NOT NULL CHECK (s IN ('a', 'b'))", "count(*)", "2"),
        ("s text NOT NULL UNIQUE CHECK (s IN ('a', 'b'))", "count(DISTINCT s)", "2"),
        ("n integer NOT NULL CHECK (n BETWEEN 100 AND 200)", "count(*)", "2"),
        ("n numeric NOT NULL CHECK (n > 0 AND n < 1)", "count(*)", "2"),
        ("e text NOT NULL CHECK (e ~ '^[a-z]+[0-9]*@[a-z.]+$')", "count(*)", "2"),
        ("s text NOT NULL CHECK (length(s) = 12)", "count(*)", "2"),
        ("j jsonb NOT NULL CHECK (jsonb_typeof(j) = 'array')", "count(*)", "2"),
        ("j jsonb NOT NULL CHECK (j ? 'kind')", "count(*)", "2"),
        ("a date NOT NULL, b date NOT NULL, CHECK (b > a)", "count(*)", "2"),
        ("a integer, b integer, CHECK ((a IS NULL) <> (b IS NULL))", "count(*)", "2"),
        ("k text NOT NULL CHECK (k IN ('x', 'y')), v text, CHECK (k <> 'x' OR v = 'of x')", "count(*)", "2"),
        ("b boolean NOT NULL UNIQUE", "count(*)", "2"),
        ("a text[] NOT NULL CHECK (cardinality(a) = 0)", "count(*)", "2"),
        ("z text DEFAULT 'same' UNIQUE", "count(*)", "2"),
        ("r int4range NOT NULL, EXCLUDE USING gist (r WITH &&)", "count(*)", "2"),
    ] {
        assert_seeded(&format!("CREATE TABLE t ({columns})"), &format!("SELECT {question} FROM t"), answer);
    }
    let domain = "CREATE DOMAIN code AS text CHECK (VALUE IN ('k', 'l')); CREATE TABLE t (c code NOT NULL)";
    assert_seeded(domain, "SELECT count(*) FROM t", "2");
    assert_not_seeded("CREATE TABLE t (s text NOT NULL CHECK (s ~ '^Q{7}$'))", "no values were found");
}

#[test]
fn parents_come_first() {
    for (sql, answer) in [
        ("CREATE TABLE p (id uuid PRIMARY KEY); CREATE TABLE t (p uuid NOT NULL REFERENCES p)", "2"),
        ("CREATE TABLE p (id integer PRIMARY KEY); CREATE TABLE t (p integer PRIMARY KEY REFERENCES p)", "2"),
        (
            "CREATE TABLE p (a integer, b text, PRIMARY KEY (a, b)); CREATE TABLE q (a integer PRIMARY KEY);\n\
             CREATE TABLE t (a integer NOT NULL, b text NOT NULL, FOREIGN KEY (a, b) REFERENCES p, \
             FOREIGN KEY (a) REFERENCES q)",
            "2",
        ),
        ("CREATE TABLE t (id integer PRIMARY KEY, up integer REFERENCES t)", "2"),
        ("CREATE TABLE t (id integer PRIMARY KEY, up integer NOT NULL REFERENCES t)", "2"),
        (
            "CREATE TABLE p (id integer PRIMARY KEY, t integer); CREATE TABLE t (id integer PRIMARY KEY, \
             p integer NOT NULL REFERENCES p); ALTER TABLE p ADD FOREIGN KEY (t) REFERENCES t",
            "2",
        ),
    ] {
        assert_seeded(sql, "SELECT count(*) FROM t", answer);
    }
    assert_not_seeded(
        "CREATE TABLE p (id integer PRIMARY KEY, t integer NOT NULL); CREATE TABLE t (id integer PRIMARY KEY, \
         p integer NOT NULL REFERENCES p); ALTER TABLE p ADD FOREIGN KEY (t) REFERENCES t",
        "circle",
    );
}

#[test]
fn the_platforms_users_are_parents_too() {
    let sql = "CREATE TABLE public.t (id uuid PRIMARY KEY REFERENCES auth.users ON DELETE CASCADE, name text)";
    let (outcome, count) = seeded(Baseline::Supabase, sql, "SELECT count(*) FROM public.t");
    assert!(outcome.not_seeded.is_empty() && count == "2", "{outcome:#?}");
    // The usual trigger makes the rows by itself.
    let sql = format!(
        "{sql}; CREATE FUNCTION public.add() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS \
         $$ BEGIN INSERT INTO public.t (id) VALUES (new.id); RETURN new; END $$;\n\
         CREATE TRIGGER add AFTER INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION public.add();"
    );
    let (outcome, count) = seeded(Baseline::Supabase, &sql, "SELECT count(*) FROM public.t");
    assert!(outcome.not_seeded.is_empty() && count == "2", "{outcome:#?}");
}

#[test]
fn partitions_take_rows() {
    for sql in [
        "CREATE TABLE t (d date NOT NULL) PARTITION BY RANGE (d);\n\
         CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM ('2030-01-01') TO ('2030-02-01')",
        "CREATE TABLE t (k text) PARTITION BY LIST (k); CREATE TABLE t_1 PARTITION OF t FOR VALUES IN ('x', 'y')",
        "CREATE TABLE t (n integer) PARTITION BY HASH (n);\n\
         CREATE TABLE t_0 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 0);\n\
         CREATE TABLE t_1 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 1)",
        "CREATE TABLE t (k text NOT NULL, n integer NOT NULL) PARTITION BY LIST (k);\n\
         CREATE TABLE t_x PARTITION OF t FOR VALUES IN ('x') PARTITION BY RANGE (n);\n\
         CREATE TABLE t_x_1 PARTITION OF t_x FOR VALUES FROM (500) TO (600)",
        "CREATE TABLE p (k text NOT NULL) PARTITION BY LIST (k); CREATE TABLE t PARTITION OF p FOR VALUES IN ('z')",
    ] {
        assert_seeded(sql, "SELECT count(*) FROM t", "2");
    }
    assert_not_seeded("CREATE TABLE t (d date) PARTITION BY RANGE (d)", "no partition");
}

#[test]
fn a_trigger_in_the_way_sleeps_and_that_is_told() {
    let sql = "CREATE TABLE t (a text);\n\
               CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not now'; END $$;\n\
               CREATE TRIGGER no BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION no();";
    let (outcome, count) = seeded(Baseline::Plain, sql, "SELECT count(*) FROM t");
    assert_eq!(count, "2");
    assert!(outcome.tables[0].note.as_ref().unwrap().contains("not now"), "{outcome:#?}");
    // And the role is what it was.
    let (_, superuser) = seeded(Baseline::Plain, sql, "SELECT rolsuper FROM pg_roles WHERE rolname = 'postgres'");
    assert_eq!(superuser, "false");
}

#[test]
fn row_level_security_hides_nothing() {
    let sql =
        "CREATE TABLE t (a text); ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY";
    assert_seeded(sql, "SELECT count(*) FROM t", "2");
}
