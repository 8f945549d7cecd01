//! The way back between two catalogs, run on a real server: it leads to the catalog before.

use pgmason_core::migrations::inverse::{Difference, Inverse, inverse};
use pgmason_scratch::Baseline;
use pgmason_testkit::{embedded_server, read_catalog};

const SHOP: &str = "CREATE TYPE mood AS ENUM ('good', 'bad');\n\
    CREATE TABLE a (id integer PRIMARY KEY, b text DEFAULT 'x' NOT NULL, c varchar(20), m mood);\n\
    CREATE TABLE k (id integer PRIMARY KEY, a integer);\n\
    CREATE INDEX a_c ON a (c);\n\
    CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1';\n\
    CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';\n\
    CREATE TRIGGER touch BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION touch();\n\
    CREATE VIEW v AS SELECT id, b FROM a;\n\
    CREATE POLICY p ON a FOR SELECT TO PUBLIC USING (id > 0);\n\
    COMMENT ON POLICY p ON a IS 'ours';\n\
    COMMENT ON TABLE a IS 'all of them';\n\
    CREATE ROLE reader; GRANT SELECT ON a TO reader; GRANT SELECT ON v TO reader;\n";

/// Changes the shop and comes back.
#[track_caller]
fn way_back(change: &str) -> Inverse {
    let mut server = embedded_server(Baseline::Plain);
    let database = server.database_with("DROP ROLE IF EXISTS reader");
    drop(database);
    let database = server.database_with(SHOP);
    let before = read_catalog(&database);
    database.connect().unwrap().batch_execute(change).unwrap_or_else(|error| panic!("{change}\n{error:?}"));
    let after = read_catalog(&database);
    let found = inverse(&before, &after);
    if found.impossible.is_empty() {
        for statement in &found.statements {
            database
                .connect()
                .unwrap()
                .batch_execute(statement)
                .unwrap_or_else(|error| panic!("{change}\n{found:#?}\n{statement}\n{error:?}"));
        }
        let back = read_catalog(&database);
        assert!(
            Difference::between(&before, &back).is_empty(),
            "{change}\n{found:#?}\n{:#?}",
            Difference::between(&before, &back)
        );
        assert_eq!(before.dependencies, back.dependencies, "{change}");
    }
    database.connect().unwrap().batch_execute("DROP OWNED BY reader; DROP ROLE reader").unwrap();
    found
}

#[test]
fn what_holds_no_rows_comes_back() {
    for change in [
        "CREATE SCHEMA s; CREATE TABLE s.t (id serial PRIMARY KEY, m mood); CREATE INDEX ON s.t (m)",
        "ALTER TABLE a ADD COLUMN d integer DEFAULT 1 CHECK (d > 0) UNIQUE",
        "ALTER TABLE k ADD FOREIGN KEY (a) REFERENCES a ON DELETE CASCADE",
        "ALTER TABLE a ALTER COLUMN c TYPE text, ALTER COLUMN b DROP NOT NULL, ALTER COLUMN b SET DEFAULT 'y'",
        "ALTER TABLE a ALTER COLUMN b DROP DEFAULT, ALTER COLUMN c SET NOT NULL, ALTER COLUMN c SET DEFAULT 'z'",
        "ALTER TABLE a ALTER COLUMN c SET STATISTICS 50; ALTER TABLE a SET (fillfactor = 70)",
        "ALTER TABLE a ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
        "DROP INDEX a_c; DROP POLICY p ON a; DROP TRIGGER touch ON a",
        "ALTER TABLE a DISABLE TRIGGER touch",
        "ALTER POLICY p ON a USING (id > 1)",
        "CREATE OR REPLACE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 2'",
        "DROP FUNCTION f(); CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT ''x'''",
        "CREATE OR REPLACE VIEW v AS SELECT id, b FROM a WHERE id > 0",
        "CREATE OR REPLACE VIEW v AS SELECT id, b, c FROM a",
        "DROP VIEW v",
        "CREATE VIEW w AS SELECT * FROM v; CREATE MATERIALIZED VIEW x AS SELECT * FROM w; CREATE INDEX ON x (id)",
        "ALTER TYPE mood RENAME VALUE 'bad' TO 'worse'",
        "CREATE TYPE n AS ENUM ('1'); ALTER TABLE a ADD COLUMN n n; CREATE DOMAIN d AS text CHECK (VALUE <> '')",
        "CREATE FUNCTION g(x integer, y text DEFAULT 'a') RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "GRANT INSERT, UPDATE ON a TO reader; REVOKE SELECT ON v FROM reader; GRANT SELECT (a) ON k TO reader",
        "GRANT SELECT ON a TO reader WITH GRANT OPTION; GRANT EXECUTE ON FUNCTION f() TO reader",
        "REVOKE EXECUTE ON FUNCTION f() FROM PUBLIC",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO reader",
        "COMMENT ON TABLE a IS 'some'; COMMENT ON COLUMN a.b IS 'new'; COMMENT ON POLICY p ON a IS NULL",
        "CREATE PUBLICATION pub FOR TABLE a; CREATE STATISTICS st ON id, b FROM a",
        "CREATE SEQUENCE s; ALTER TABLE k ALTER COLUMN id SET DEFAULT nextval('s')",
        "ALTER TABLE a DROP CONSTRAINT a_pkey; ALTER TABLE a ADD PRIMARY KEY (id, b)",
        "CREATE TABLE log (at date NOT NULL) PARTITION BY RANGE (at); CREATE TABLE log_1 PARTITION OF log DEFAULT",
        "CREATE RULE r AS ON DELETE TO a DO INSTEAD NOTHING; CREATE AGGREGATE total(integer) (SFUNC = int4pl, STYPE = integer)",
    ] {
        let found = way_back(change);
        assert!(found.impossible.is_empty() && !found.statements.is_empty(), "{change}\n{found:#?}");
    }
}

#[test]
fn what_held_rows_does_not() {
    for (change, reason) in [
        ("DROP TABLE k", "the rows of public.k are gone"),
        ("ALTER TABLE a DROP COLUMN c", "the values of public.a.c are gone"),
        ("ALTER TYPE mood ADD VALUE 'fair'", "a value of enum public.mood cannot be taken out again"),
    ] {
        assert_eq!(way_back(change).impossible, [reason], "{change}");
    }
}

#[test]
fn nothing_leads_back_from_nothing() {
    assert_eq!(way_back("SELECT 1"), Inverse::default());
}
