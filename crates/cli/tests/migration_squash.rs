//! `pgmason migration squash`: one file for a chain, and what it says of what it cannot carry.

use std::path::Path;

use pgmason_testkit::{Folder, Outcome, corpora};

use crate::support::{pgmason, run};

/// A chain with something of every kind that other tools lose.
fn wide() -> Folder {
    Folder::with(&[
        ("supabase/config.toml", "[db]\nmajor_version = 17\n"),
        (
            "supabase/migrations/20250101000001_types.sql",
            "CREATE SCHEMA app;
             CREATE TYPE app.mood AS ENUM ('sad', 'ok');
             CREATE DOMAIN app.email AS text CONSTRAINT has_at CHECK (VALUE LIKE '%@%');
             CREATE TYPE app.place AS (street text, town text);
             CREATE TYPE app.span AS RANGE (subtype = float8);
             CREATE SEQUENCE app.numbers START 100;
             CREATE FUNCTION app.owns(wanted uuid) RETURNS boolean LANGUAGE sql STABLE AS
                 $$ SELECT EXISTS (SELECT FROM app.things WHERE id = wanted AND owner = auth.uid()) $$;
             "
            .replace("CREATE FUNCTION app.owns", "SET check_function_bodies = off; CREATE FUNCTION app.owns")
            .leak(),
        ),
        (
            "supabase/migrations/20250101000002_tables.sql",
            "CREATE TABLE app.things (
                 id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
                 owner uuid REFERENCES auth.users (id) ON DELETE CASCADE,
                 number bigint NOT NULL DEFAULT nextval('app.numbers'),
                 kind varchar(20) NOT NULL CHECK (kind IN ('a', 'b')),
                 mood app.mood DEFAULT 'ok',
                 mail app.email,
                 total numeric GENERATED ALWAYS AS (number * 2) STORED,
                 created_at timestamptz NOT NULL DEFAULT now(),
                 UNIQUE (kind, number)
             );
             COMMENT ON TABLE app.things IS 'What is owned; it''s $1 each';
             COMMENT ON COLUMN app.things.kind IS 'a or b';
             CREATE INDEX things_kind ON app.things (kind) WHERE kind IN ('a', 'b');
             CREATE TABLE app.events (id bigint GENERATED ALWAYS AS IDENTITY, at timestamptz NOT NULL, note text)
                 PARTITION BY RANGE (at);
             CREATE TABLE app.events_all PARTITION OF app.events DEFAULT;
             CREATE INDEX events_at ON app.events (at);
             CREATE INDEX events_only ON ONLY app.events (note);
             CREATE TEXT SEARCH DICTIONARY app.words (TEMPLATE = simple, accept = false);
             CREATE TEXT SEARCH CONFIGURATION app.titles (COPY = simple);
             ALTER TEXT SEARCH CONFIGURATION app.titles ALTER MAPPING FOR asciiword WITH app.words, simple;
             CREATE FUNCTION app.less(app.place, app.place) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT $1.town < $2.town $$;
             CREATE OPERATOR app.<# (FUNCTION = app.less, LEFTARG = app.place, RIGHTARG = app.place, COMMUTATOR = OPERATOR(app.>#));
             CREATE OPERATOR app.># (FUNCTION = app.less, LEFTARG = app.place, RIGHTARG = app.place, COMMUTATOR = OPERATOR(app.<#));
             CREATE AGGREGATE app.total(numeric) (SFUNC = numeric_add, STYPE = numeric, INITCOND = '0');
             CREATE CAST (app.place AS text) WITH INOUT;
             CREATE STATISTICS app.things_statistics (dependencies) ON kind, number FROM app.things;
             CREATE TABLE app.parts (
                 id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
                 thing uuid NOT NULL REFERENCES app.things (id),
                 name text NOT NULL
             );
             CREATE TABLE app.plans (code text PRIMARY KEY, price integer, since timestamptz DEFAULT now());
             CREATE VIEW app.mine WITH (security_invoker = true) AS SELECT id, kind FROM app.things WHERE owner = auth.uid();
             CREATE MATERIALIZED VIEW app.counts AS SELECT kind, count(*) FROM app.things GROUP BY kind;
             CREATE UNIQUE INDEX counts_kind ON app.counts (kind);",
        ),
        (
            "supabase/migrations/20250101000003_access.sql",
            "ALTER TABLE app.things ENABLE ROW LEVEL SECURITY;
             CREATE POLICY \"own things\" ON app.things FOR ALL TO authenticated USING (owner = auth.uid());
             CREATE POLICY own_parts ON app.parts USING (app.owns(thing));
             ALTER TABLE app.parts ENABLE ROW LEVEL SECURITY;
             CREATE FUNCTION app.on_user() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS
                 $$ BEGIN INSERT INTO app.events (at, note) VALUES (now(), NEW.email); RETURN NEW; END $$;
             CREATE TRIGGER on_user AFTER INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION app.on_user();
             CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN NEW.created_at := now(); RETURN NEW; END $$;
             CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON app.things FOR EACH ROW EXECUTE FUNCTION app.touch();
             CREATE CONSTRAINT TRIGGER late AFTER INSERT ON app.things DEFERRABLE INITIALLY DEFERRED
                 FOR EACH ROW EXECUTE FUNCTION app.touch();
             GRANT USAGE ON SCHEMA app TO authenticated;
             GRANT SELECT, UPDATE (mood) ON app.things TO authenticated;
             REVOKE ALL ON FUNCTION app.on_user() FROM PUBLIC;
             REVOKE ALL ON ALL TABLES IN SCHEMA public FROM anon;
             ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO anon;
             ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM anon;
             CREATE TABLE app.after_defaults (id integer PRIMARY KEY);
             ALTER PUBLICATION supabase_realtime ADD TABLE app.plans;
             CREATE POLICY pictures ON storage.objects FOR SELECT USING (bucket_id = 'pictures');
             CREATE ROLE squash_reader NOLOGIN;
             CREATE ROLE squash_writer LOGIN PASSWORD 'hunter2';
             GRANT squash_reader TO authenticated;
             GRANT SELECT ON app.plans TO squash_reader;",
        ),
        (
            "supabase/migrations/20250101000004_rows.sql",
            "INSERT INTO app.plans (code, price) VALUES ('free', 0), ('it''s', NULL);
             UPDATE app.plans SET price = 5 WHERE code = 'free';
             INSERT INTO app.things (kind, number) VALUES ('a', nextval('app.numbers')), ('b', 7);
             INSERT INTO app.parts (thing, name) SELECT id, 'wheel' FROM app.things;
             INSERT INTO app.events (at, note) OVERRIDING SYSTEM VALUE VALUES ('2025-01-01', 'first');
             UPDATE app.after_defaults SET id = id + 1;
             CREATE TABLE app.gone (a integer);
             INSERT INTO app.gone VALUES (1);
             DROP TABLE app.gone;
             INSERT INTO storage.buckets (id, name, public) VALUES ('pictures', 'pictures', true);
             CREATE EXTENSION IF NOT EXISTS pg_cron;
             SELECT cron.schedule('nightly', '0 3 * * *', 'SELECT 1');",
        ),
    ])
}

#[track_caller]
fn assert_proven(outcome: &Outcome) {
    for claim in ["on an empty database", "a second run", "over a database"] {
        outcome.assert_says(&format!("proven: {claim}")).assert_never_says(&format!("not proven: {claim}"));
    }
}

#[test]
fn everything_of_a_chain_is_in_the_file() {
    let folder = wide();
    let outcome = run(&folder, &["migration", "squash", "-o", "master.sql"]);
    outcome.assert_code(0);
    assert_proven(&outcome);
    let sql = folder.read("master.sql");
    for words in [
        "CREATE TABLE IF NOT EXISTS app.things",
        "CREATE SCHEMA IF NOT EXISTS app",
        "ON auth.users",
        "COMMENT ON TABLE app.things IS 'What is owned; it''s $1 each'",
        "DROP POLICY IF EXISTS \"own things\" ON app.things",
        "ON storage.objects",
        "INSERT INTO storage.buckets",
        "cron.schedule('nightly'",
        "supabase_realtime",
        "security_invoker",
        "UPDATE (mood)",
        "rolname = 'squash_reader'",
        "ON CONFLICT DO NOTHING",
        "WHERE NOT EXISTS (SELECT FROM app.parts)",
    ] {
        assert!(sql.contains(words), "{words} is not in\n{sql}");
    }
    assert!(!sql.contains("hunter2") && !outcome.stdout.contains("hunter2"));
    outcome.assert_says("app.gone is not there once all files ran").assert_says("app.after_defaults is empty");
    outcome.assert_says("squash_writer").assert_says("a password stands in it");
}

#[test]
fn the_file_builds_what_the_chain_builds_wherever_it_runs() {
    let folder = wide();
    run(&folder, &["migration", "squash", "-o", "squashed/001_all.sql"]).assert_refused();
    std::fs::create_dir(folder.join("squashed")).unwrap();
    run(&folder, &["migration", "squash", "-o", "squashed/001_all.sql"]).assert_code(0);
    // Somebody else's replay of it has no failure, and squashing it again changes nothing.
    let again = run(&folder, &["migration", "squash", "--migrations", "squashed", "--json"]);
    let report = again.assert_code(0).json();
    assert_eq!(report["failures"], serde_json::json!([]));
    assert_eq!(report["proofs"]["on_empty"]["holds"], true);
}

#[test]
fn without_a_file_name_the_file_is_printed() {
    let folder = Folder::with(&[("migrations/001_a.sql", "CREATE TABLE a (id int PRIMARY KEY);")]);
    let outcome = run(&folder, &["migration", "squash"]);
    outcome.assert_code(0);
    assert!(outcome.stdout.starts_with("-- The schema that the 1 migrations"), "{outcome}");
    assert!(outcome.stderr.contains("proven: "), "{outcome}");
}

#[test]
fn up_to_a_version() {
    let folder = Folder::with(&[
        ("migrations/001_a.sql", "CREATE TABLE a (id int PRIMARY KEY);"),
        ("migrations/002_b.sql", "CREATE TABLE b (id int PRIMARY KEY);"),
    ]);
    let outcome = run(&folder, &["migration", "squash", "--to", "001"]);
    outcome.assert_code(0).assert_says("public.a");
    assert!(!outcome.stdout.contains("public.b"));
    run(&folder, &["migration", "squash", "--to", "007"]).assert_refused().assert_says("002");
}

#[test]
fn a_file_that_is_there_is_not_written_over() {
    let folder =
        Folder::with(&[("migrations/001_a.sql", "CREATE TABLE a (id int PRIMARY KEY);"), ("master.sql", "-- mine")]);
    run(&folder, &["migration", "squash", "-o", "master.sql"]).assert_refused();
    assert_eq!(folder.read("master.sql"), "-- mine");
}

/// What a chain that refers forward looks like.
fn broken() -> Folder {
    Folder::with(&[(
        "migrations/001_master.sql",
        "CREATE TABLE members (team uuid REFERENCES teams (id), since timestamptz);
         CREATE POLICY see ON members USING (is_member(team));
         CREATE FUNCTION is_member(uuid) RETURNS boolean LANGUAGE sql AS
             $$ SELECT EXISTS (SELECT FROM members WHERE team = $1) $$;
         CREATE TABLE teams (id uuid PRIMARY KEY);
         CREATE INDEX members_recent ON members (since) WHERE team IS NOT NULL AND since > now() - interval '30 days';
         CREATE POLICY IF NOT EXISTS write ON members FOR INSERT WITH CHECK (true);
         COMMENT ON TABLE nobody_made IS 'x';",
    )])
}

#[test]
fn a_chain_that_does_not_run_is_said_and_fixed_on_demand() {
    let folder = broken();
    let outcome = run(&folder, &["migration", "squash", "-o", "master.sql"]);
    outcome.assert_code(1).assert_says("001_master.sql:1").assert_says("--fix");
    assert!(!folder.join("master.sql").exists());

    let outcome = run(&folder, &["migration", "squash", "--fix", "-o", "master.sql"]);
    // Something was left out: that is for a person to look at.
    outcome.assert_code(1);
    assert_proven(&outcome);
    outcome
        .assert_says("moved  migrations/001_master.sql:1")
        .assert_says("taken out: since > now() - interval '30 days'")
        .assert_says("taken out: IF NOT EXISTS")
        .assert_says("left out  migrations/001_master.sql:8")
        .assert_says("master.sql written");
    let sql = folder.read("master.sql");
    assert!(sql.contains("WHERE (team IS NOT NULL)"), "{sql}");
    assert!(!sql.contains("30 days"), "{sql}");
}

#[test]
fn a_unique_index_keeps_its_condition() {
    let folder = Folder::with(&[(
        "migrations/001_a.sql",
        "CREATE TABLE a (id int PRIMARY KEY, at timestamptz);
         CREATE UNIQUE INDEX a_recent ON a (id) WHERE at > now();",
    )]);
    let report = run(&folder, &["migration", "squash", "--fix", "--json"]).assert_code(1).json();
    assert_eq!(report["left_out"][0]["line"], 2, "{report}");
    assert_eq!(report["adjusted"], serde_json::json!([]));
}

#[test]
fn promptcraft_is_proven() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/promptcraft");
    let outcome = pgmason(&example).args(["migration", "squash"]).run();
    outcome.assert_code(0);
    assert_proven(&outcome);
    outcome.assert_says("-- ==== Tables: API management ====").assert_says("INSERT INTO public.api_providers");
}

#[test]
fn real_chains_are_proven() {
    let Some(corpora) = corpora() else { return };
    for name in ["liam", "chatbot-ui", "langfuse", "svix"] {
        let outcome = pgmason(&corpora.join(name)).args(["migration", "squash"]).run();
        outcome.assert_code(0);
        assert_proven(&outcome);
    }
    let folder = corpora.join("floyo");
    let outcome = pgmason(&folder).args(["migration", "squash", "--fix", "--json"]).run();
    let report = outcome.assert_code(1).json();
    for proof in ["on_empty", "again", "over_chain"] {
        assert_eq!(report["proofs"][proof]["holds"], true, "{proof}: {}", report["proofs"]);
    }
    let lines: Vec<u64> =
        report["adjusted"].as_array().unwrap().iter().map(|one| one["line"].as_u64().unwrap()).collect();
    assert!(lines.starts_with(&[430, 441]), "{lines:?}");
}

/// The JSON's fields: whoever reads it may rely on them.
#[test]
fn the_json_is_a_contract() {
    let report = run(&broken(), &["migration", "squash", "--fix", "--json"]).json();
    let fields = |value: &serde_json::Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
    assert_eq!(
        fields(&report),
        [
            "adjusted",
            "failures",
            "files",
            "folder",
            "left_out",
            "moved",
            "not_carried",
            "notes",
            "proofs",
            "refusals",
            "rows",
            "schema_version",
            "scratch",
            "sql",
            "statements",
            "to"
        ]
    );
    assert_eq!(fields(&report["moved"][0]), ["after", "file", "line", "statement", "waited_for"]);
    assert_eq!(fields(&report["adjusted"][0]), ["file", "line", "meaning", "removed", "statement"]);
    assert_eq!(fields(&report["proofs"]), ["again", "on_empty", "over_chain"]);
    assert_eq!(report["schema_version"], 1);
}
