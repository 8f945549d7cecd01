//! `pgmason align`, as a user runs it.

use std::sync::OnceLock;

use pgmason_testkit::{Cluster, ClusterOptions, Folder};

use crate::support::{pgmason, run};

const SQL: &str = "CREATE TABLE public.users (id integer PRIMARY KEY, name text NOT NULL);\n\
    CREATE TABLE public.posts (id integer PRIMARY KEY, author_id integer NOT NULL REFERENCES public.users);\n\
    CREATE VIEW public.authors AS SELECT u.id, u.name FROM public.users u JOIN public.posts p ON p.author_id = u.id;\n";

const PRISMA: &str = "datasource db {\n  provider = \"postgresql\"\n}\n\nenum Mood {\n  calm\n  wild\n  @@map(\"mood\")\n}\n\n\
    model User {\n  id Int @id\n  email String @unique\n  mood Mood @default(wild)\n  score BigInt @default(0)\n  posts Post[]\n  @@map(\"users\")\n}\n\n\
    model Post {\n  id Int @id @default(autoincrement())\n  authorId Int @map(\"author_id\")\n  title String @default(\"\")\n\
    \x20 author User @relation(fields: [authorId], references: [id])\n  tags Tag[]\n  @@index([authorId])\n  @@map(\"posts\")\n}\n\n\
    model Tag {\n  id BigInt @id @default(autoincrement())\n  posts Post[]\n  @@map(\"tags\")\n}\n";

/// What Prisma would have otherwise, among what it cannot see.
const OTHERWISE: &str = "CREATE TYPE public.mood AS ENUM ('calm');\n\
    CREATE TABLE public.users (id integer PRIMARY KEY, email text CONSTRAINT own_name UNIQUE, mood public.mood NOT NULL DEFAULT 'calm',\n\
    score integer NOT NULL DEFAULT 0 CHECK (score >= 0), legacy text);\n\
    CREATE TABLE public.posts (id integer PRIMARY KEY, author_id integer NOT NULL REFERENCES public.users, title varchar(20) NOT NULL DEFAULT 'x');\n\
    CREATE VIEW public.scores AS SELECT id, score FROM public.users;\n\
    ALTER TABLE public.users ENABLE ROW LEVEL SECURITY;\n\
    CREATE POLICY own ON public.users USING (score > 0);\n\
    COMMENT ON COLUMN public.users.score IS 'kept';\n\
    CREATE INDEX own_index ON public.posts (author_id);\n";

fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| Cluster::start(&ClusterOptions::default()))
}

fn database(name: &str, sql: &str) -> String {
    cluster().sql("postgres", &format!("CREATE DATABASE {name}"));
    cluster().sql(name, sql);
    cluster().superuser_url(name)
}

fn files() -> Folder {
    Folder::with(&[("migrations/001_it.sql", SQL)])
}

#[test]
fn files_that_lag_behind_the_database_get_the_migration() {
    let folder = files();
    let more = "ALTER TABLE public.users ADD email text; CREATE INDEX users_email_idx ON public.users (email);\n\
        CREATE SCHEMA supabase_migrations; CREATE TABLE supabase_migrations.schema_migrations (version text PRIMARY KEY);\n\
        CREATE TABLE public.tmp_import (id integer);";
    let url = database("lag", &format!("{SQL}{more}"));
    let align = ["align", "--to", "database", "--db", &url, "--ignore", "public.tmp_*"];
    // Nothing is written before that is asked for.
    run(&folder, &align).assert_code(1).assert_says("ADD COLUMN email text").assert_says("nothing is written yet");
    assert!(!folder.join("migrations/002_align_with_database.sql").exists());

    let outcome = run(&folder, &[&align[..], &["--write", "--json"]].concat());
    let report = outcome.assert_code(0).json();
    assert_eq!((&report["schema_version"], &report["derived"]["written"]), (&1.into(), &true.into()), "{report:#}");
    assert_eq!(report["derived"]["migration"]["file"], "migrations/002_align_with_database.sql");
    let up = folder.read("migrations/002_align_with_database.sql");
    assert!(up.contains("users_email_idx") && !up.contains("schema_migrations") && !up.contains("tmp_import"), "{up}");
    let down = folder.read("migrations/rollback/002_align_with_database.sql");
    assert!(down.contains("DROP COLUMN email"), "{down}");
    run(&folder, &align).assert_code(0).assert_says("nothing to align").assert_says("ignored");
    run(&folder, &["drift", "--db", &url, "--ignore", "public.tmp_*"]).assert_code(0);
    run(&folder, &["migration", "test", "--after", "001"]).assert_code(0);

    cluster().sql("lag", "ALTER TABLE public.users ADD more text");
    run(&folder, &[&align[..], &["--write"]].concat())
        .assert_code(0)
        .assert_says("migrations/003_align_with_database_2.sql");
}

#[test]
fn what_would_be_lost_is_refused_with_the_word_that_allows_it() {
    let folder = files();
    folder.write("migrations/002_more.sql", "CREATE TABLE public.gone (id integer PRIMARY KEY);\n");
    let url = database("lost", SQL);
    let align = ["align", "--to", "database", "--db", &url, "--write"];
    run(&folder, &align).assert_code(1).assert_says("--allow drop-table:public.gone");
    assert!(!folder.join("migrations/003_align_with_database.sql").exists());
    let allowed = [&align[..], &["--allow", "drop-table:public.gone", "--name", "Tidy away"]].concat();
    run(&folder, &allowed).assert_code(0);
    assert!(folder.read("migrations/003_tidy_away.sql").contains("DROP TABLE public.gone"));
    assert!(folder.read("migrations/rollback/003_tidy_away.sql").contains("CREATE TABLE public.gone"));
}

#[test]
fn a_prisma_schema_is_followed_as_far_as_prisma_sees() {
    let folder = Folder::with(&[("prisma/schema.prisma", PRISMA), ("migrations/001_it.sql", OTHERWISE)]);
    let align = ["align", "--to", "prisma"];
    run(&folder, &align).assert_code(1).assert_says("--allow drop-column:public.users.legacy");
    let allowed = [&align[..], &["--allow", "drop-column:public.users.legacy"]].concat();
    run(&folder, &[&allowed[..], &["--write"]].concat()).assert_code(0).assert_says("builds the target");
    let text = folder.read("migrations/002_align_with_prisma.sql");
    for statement in [
        "ALTER INDEX public.own_index RENAME TO posts_author_id_idx;",
        "RENAME CONSTRAINT own_name TO users_email_key;",
        "ALTER TYPE public.mood ADD VALUE 'wild';",
        "CREATE TABLE public.\"_PostToTag\"",
        "ALTER TABLE public.users ALTER COLUMN score TYPE bigint;",
        "CREATE VIEW public.scores",
    ] {
        assert!(text.contains(statement), "{statement} is not in {text}");
    }
    let drift = run(&folder, &["drift"]);
    drift.assert_code(0).assert_says("no drift").assert_says("check constraint (1), comment (1), policy (1)");
    run(&folder, &align).assert_code(0).assert_says("nothing to align");
}

#[test]
fn what_something_needs_that_prisma_cannot_see_is_left_and_told() {
    let folder = Folder::with(&[
        ("prisma/schema.prisma", "datasource db {\n  provider = \"postgresql\"\n}\nmodel t {\n  id Int @id\n}\n"),
        (
            "migrations/001_it.sql",
            "CREATE TABLE public.t (id integer PRIMARY KEY, used text, unused text);\n\
             CREATE INDEX t_unused_expression ON public.t (lower(unused));\n\
             CREATE VIEW public.v AS SELECT used FROM public.t;\n",
        ),
    ]);
    let align = ["align", "--to", "prisma", "--allow", "drop-column:public.t.unused", "--write"];
    run(&folder, &align)
        .assert_code(1)
        .assert_says("column public.t.used: view public.v needs it")
        .assert_says("DROP COLUMN unused");
    assert!(folder.read("migrations/002_align_with_prisma.sql").contains("DROP COLUMN unused"));
    let again = run(&folder, &align);
    again.assert_code(1).assert_says("column public.t.used").assert_never_says("DROP COLUMN");
    assert!(!folder.join("migrations/003_align_with_prisma_2.sql").exists());
}

#[test]
fn the_other_way_tells_what_to_write_into_the_prisma_schema() {
    let folder = Folder::with(&[("prisma/schema.prisma", PRISMA), ("migrations/001_it.sql", OTHERWISE)]);
    run(&folder, &["align", "--to", "files"])
        .assert_code(1)
        .assert_says("prisma/schema.prisma:13\n  make it `email String? @unique`")
        .assert_says("add `legacy String?`")
        .assert_says("by hand");
    assert_eq!(folder.read("prisma/schema.prisma"), PRISMA);
    let report = run(&folder, &["align", "--to", "files", "--json"]).json();
    assert_eq!((&report["changes"], &report["with"]), (&"prisma".into(), &"migrations".into()));
    assert!(report["drift"]["objects"].as_array().unwrap().len() > 2);
}

#[test]
fn a_snapshot_is_a_target_too_and_each_layout_has_its_own_file() {
    let folder = Folder::with(&[("db/migrations/1_it.sql", &format!("-- migrate:up\n{SQL}-- migrate:down\n"))]);
    folder.write("then.sql", format!("{SQL}CREATE TYPE public.mood AS ENUM ('a');\n"));
    run(&folder, &["snapshot", "schema:then.sql", "-o", "then.json"]).assert_code(0);
    run(&folder, &["align", "--snapshot", "then.json", "--write"]).assert_code(0);
    let text = folder.read("db/migrations/2_align_with_snapshot.sql");
    let (up, down) = (text.find("CREATE TYPE").unwrap(), text.find("DROP TYPE").unwrap());
    assert!(up < text.find("-- migrate:down").unwrap() && text.find("-- migrate:down").unwrap() < down, "{text}");
    run(&folder, &["align", "--snapshot", "then.json"]).assert_code(0).assert_says("nothing to align");
}

#[test]
fn it_says_what_it_needs() {
    let folder = files();
    run(&folder, &["align"]).assert_refused().assert_says("is the only source");
    run(&folder, &["align", "--to", "database"]).assert_refused().assert_says("needs a database");
    run(&folder, &["align", "--to", "prisma"]).assert_refused().assert_says("no Prisma schema");
    folder.write("prisma/schema.prisma", PRISMA);
    folder.write("then.json", "{}");
    run(&folder, &["align", "--snapshot", "then.json"]).assert_refused().assert_says("`--to prisma`");
    folder.write("pgmason.toml", "[sources]\nmigrations = \"migrations\"\ndatabase = \"${ALIGN_TEST_URL}\"\n");
    run(&folder, &["align", "--to", "database"]).assert_refused().assert_says("ALIGN_TEST_URL is not set");
    run(&folder, &["align", "--to", "prisma"]).assert_code(1).assert_says("CREATE TYPE public.mood");
    let url = database("needs", SQL);
    pgmason(folder.path()).args(["align", "--to", "database"]).env("ALIGN_TEST_URL", &url).run().assert_code(0);

    folder.write("migrations/002_bad.sql", "ALTER TABLE public.missing ADD a text;\n");
    run(&folder, &["align", "--to", "prisma"]).assert_refused().assert_says("migrations/002_bad.sql:1");
    run(&folder, &["align", "--to", "files"]).assert_refused().assert_says("migrations/002_bad.sql:1");
}

#[test]
fn a_file_that_would_run_before_others_is_not_written() {
    let folder = files();
    folder.write("migrations/99999999999999_last.sql", "DROP TABLE IF EXISTS public.late;\n");
    let url = database("before", &format!("{SQL}CREATE TABLE public.late (id integer PRIMARY KEY);"));
    run(&folder, &["align", "--to", "database", "--db", &url, "--write"]).assert_refused().assert_says("renumber");
    assert_eq!(std::fs::read_dir(folder.join("migrations")).unwrap().count(), 2);
}
