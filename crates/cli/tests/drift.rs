//! `pgmason drift`, as a user runs it.

use std::sync::OnceLock;

use pgmason_testkit::{Cluster, ClusterOptions, Folder, corpora};

use crate::support::{pgmason, run};

const PRISMA: &str = "datasource db {\n  provider = \"postgresql\"\n}\n\n\
    model User {\n  id Int @id\n  email String @unique\n  posts Post[]\n  @@map(\"users\")\n}\n\n\
    model Post {\n  id Int @id @default(autoincrement())\n  authorId Int @map(\"author_id\")\n  title String @default(\"\")\n\
    \x20 author User @relation(fields: [authorId], references: [id])\n  @@index([authorId])\n  @@map(\"posts\")\n}\n";

const SQL: &str = "CREATE TABLE public.users (id integer PRIMARY KEY, email text NOT NULL CONSTRAINT users_email_key UNIQUE);\n\
    CREATE TABLE public.posts (id serial PRIMARY KEY, author_id integer NOT NULL, title text NOT NULL DEFAULT '' CHECK (title <> 'x'),\n\
    CONSTRAINT posts_author_id_fkey FOREIGN KEY (author_id) REFERENCES public.users ON DELETE RESTRICT ON UPDATE CASCADE);\n\
    CREATE INDEX posts_author_id_idx ON public.posts (author_id);\n";

/// The same schema as a Prisma folder and as SQL, and what makes them differ.
fn project(more_sql: &str) -> Folder {
    Folder::with(&[("prisma/schema.prisma", PRISMA), ("migrations/001_it.sql", &format!("{SQL}{more_sql}"))])
}

fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| Cluster::start(&ClusterOptions::default()))
}

fn database(name: &str, sql: &str) -> String {
    cluster().sql("postgres", &format!("CREATE DATABASE {name}"));
    cluster().sql(name, sql);
    cluster().superuser_url(name)
}

#[test]
fn sources_that_agree_are_told_with_what_prisma_cannot_see() {
    let folder = project("");
    let outcome = run(&folder, &["drift"]);
    outcome.assert_code(0).assert_says("migrations  same").assert_says("check constraint (1)").assert_says("no drift");
    let report = run(&folder, &["drift", "--json"]).json();
    assert_eq!(report["schema_version"], 1);
    assert_eq!(report["pairs"][0]["state"], "same");
    assert_eq!(report["pairs"][0]["not_expressible"]["check constraint"][0], "public.posts.posts_title_check");
}

#[test]
fn a_list_that_postgresql_writes_in_other_words_is_no_drift() {
    // The second is how PostgreSQL writes the first.
    let files = "CREATE TABLE t (a varchar(9) CONSTRAINT known CHECK (a IN ('x', 'y')))";
    let written = "CREATE TABLE t (a varchar(9) CONSTRAINT known CHECK \
        (((a)::text = ANY ((ARRAY['x'::character varying, 'y'::character varying])::text[]))))";
    let folder = Folder::with(&[("migrations/001_it.sql", files)]);
    run(&folder, &["drift", "--db", &database("other_words", written)]).assert_code(0).assert_says("no drift");
    let other = database("other_list", &written.replace("'y'", "'z'"));
    run(&folder, &["drift", "--db", &other]).assert_code(1).assert_says("public.t.known");
}

#[test]
fn drift_is_told_object_by_object_with_what_to_write_into_the_prisma_schema() {
    let folder = project(
        "ALTER TABLE public.users ALTER email DROP NOT NULL;\nALTER INDEX public.posts_author_id_idx RENAME TO own;\n\
         ALTER TABLE public.posts ADD at date;\n",
    );
    run(&folder, &["drift"])
        .assert_code(1)
        .assert_says("2 differences, 1 name")
        .assert_says("prisma: text NOT NULL; migrations: text")
        .assert_says("prisma/schema.prisma:7: make it `email String? @unique`")
        .assert_says("prisma/schema.prisma:17: give the index its name: `map: \"own\"`")
        .assert_says("prisma/schema.prisma:12: add `at DateTime? @db.Date`");
    let report = run(&folder, &["drift", "--json"]).json();
    let objects = report["objects"].as_array().unwrap();
    assert_eq!(objects.len(), 2);
    assert_eq!(objects[1]["differences"][0]["edit"]["place"]["line"], 7);

    for format in ["markdown", "sarif", "github"] {
        let outcome = run(&folder, &["drift", "--output", format]);
        outcome.assert_code(1).assert_says("email String?").assert_says("date");
    }
    run(&folder, &["drift", "--output", "github"])
        .assert_says("::error file=prisma/schema.prisma,line=7,title=column public.users.email::");
    let sarif = run(&folder, &["drift", "--output", "sarif"]).json();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let rules: Vec<&str> = results.iter().map(|result| result["ruleId"].as_str().unwrap()).collect();
    assert_eq!(rules, ["drift", "name-only", "drift"]);
    run(&folder, &["drift", "--json", "-o", "report.json"]).assert_code(1);
    assert!(folder.read("report.json").contains("\"name-only\""));
}

#[test]
fn what_is_to_be_ignored_is_counted() {
    let folder = project("CREATE TABLE public.tmp_a (id integer);\nALTER TABLE public.posts ADD legacy_x date;\n");
    run(&folder, &["drift"]).assert_code(1);
    run(&folder, &["drift", "--ignore", "public.tmp_*"]).assert_code(1).assert_says("1 difference ignored");
    run(&folder, &["drift", "--ignore", "public.tmp_*", "--ignore", "*.legacy_*"])
        .assert_code(0)
        .assert_says("2 differences ignored");
    folder.write("pgmason.toml", "[drift]\nignore = [\"public.tmp_*\", \"public.posts.legacy_x\"]\n");
    run(&folder, &["drift"]).assert_code(0);
    run(&folder, &["drift", "--ignore", "[a"]).assert_refused().assert_says("`[a`");
}

#[test]
fn three_sources_are_three_pairs() {
    let folder = project("");
    let url = database("three", &format!("{SQL}ALTER TABLE public.users ADD note text;"));
    let outcome = run(&folder, &["drift", "--db", &url, "--json"]);
    outcome.assert_code(1);
    let report = outcome.json();
    let states: Vec<(&str, &str, &str)> = report["pairs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| {
            (pair["first"].as_str().unwrap(), pair["second"].as_str().unwrap(), pair["state"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        states,
        [
            ("migrations", "database", "different"),
            ("migrations", "prisma", "same"),
            ("database", "prisma", "different")
        ]
    );
    let differences = report["objects"][0]["differences"].as_array().unwrap();
    assert_eq!(differences.len(), 2, "{differences:#?}");
    assert!(differences.iter().all(|difference| difference["object"]["sub"] == "note"));
    run(&folder, &["drift", "--db", &url]).assert_says("1 difference");

    // Another owner and another role's rights of its own are no drift.
    let url = database("three_same", &format!("{SQL}CREATE ROLE keeper; ALTER TABLE public.users OWNER TO keeper;"));
    run(&folder, &["drift", "--db", &url]).assert_code(0).assert_says("no drift");
}

#[test]
fn the_tables_of_histories_are_no_drift() {
    let folder = project("");
    let url = database(
        "histories",
        &format!(
            "{SQL}CREATE TABLE public._prisma_migrations (id varchar(36) PRIMARY KEY, at timestamptz DEFAULT now());\n\
             CREATE SCHEMA supabase_migrations; CREATE TABLE supabase_migrations.schema_migrations (version text PRIMARY KEY);\n\
             CREATE SCHEMA pgmason; CREATE TABLE pgmason.migrations (version text);"
        ),
    );
    run(&folder, &["drift", "--db", &url]).assert_code(0);
}

#[test]
fn a_snapshot_and_the_configuration_name_sources_too() {
    let folder = project("");
    run(&folder, &["snapshot", "-o", "then.json"]).assert_code(0);
    folder.write("migrations/002_more.sql", "ALTER TABLE public.users ADD note text;\n");
    let outcome = run(&folder, &["drift", "--snapshot", "then.json"]);
    outcome.assert_code(1).assert_says("snapshot").assert_says("public.users.note");
    let url = database("configured", SQL);
    folder.write(
        "pgmason.toml",
        "[sources]\nmigrations = \"migrations\"\nprisma = \"prisma/schema.prisma\"\nsnapshot = \"then.json\"\ndatabase = \"${DRIFT_TEST_URL}\"\n",
    );
    let report = pgmason(folder.path()).args(["drift", "--json"]).env("DRIFT_TEST_URL", &url).run();
    assert_eq!(report.assert_code(1).json()["pairs"].as_array().unwrap().len(), 6);
    // The other sources can be compared without it.
    let outcome = run(&folder, &["drift", "--json"]);
    let report = outcome.assert_code(1).json();
    assert!(report["sources"][1]["problem"].as_str().unwrap().contains("DRIFT_TEST_URL is not set"), "{report:#}");
    let states: Vec<&str> =
        report["pairs"].as_array().unwrap().iter().map(|pair| pair["state"].as_str().unwrap()).collect();
    assert_eq!(states.iter().filter(|state| **state == "not-compared").count(), 3, "{states:?}");
}

#[test]
fn sql_that_differs_is_told_with_its_line() {
    let folder = Folder::with(&[("migrations/001_it.sql", SQL)]);
    folder.write(
        "migrations/002_more.sql",
        "\n\nALTER TABLE public.users ADD note text;\nCREATE VIEW public.v AS SELECT 1 AS a;\n",
    );
    let url = database(
        "placed",
        &format!("{SQL}CREATE VIEW public.v AS SELECT 2 AS a; ALTER TABLE public.posts ADD more date;"),
    );
    let drift = |format: &str| run(&folder, &["drift", "--db", &url, "--output", format]);
    drift("human")
        .assert_code(1)
        .assert_says("migrations/002_more.sql:3")
        .assert_says("migrations/002_more.sql:4")
        .assert_says("migrations/001_it.sql:2");
    drift("github").assert_says("::error file=migrations/002_more.sql,line=4,title=view public.v::");
    let sarif = drift("sarif").json();
    let place = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "migrations/001_it.sql", "{place:#}");
    let report = drift("json").json();
    assert_eq!(report["objects"][1]["differences"][0]["defined_at"]["line"], 3, "{report:#}");
}

#[test]
fn a_database_of_another_major_version_is_worded_as_the_scratch_words_it() {
    let sql = "CREATE TABLE public.t (id integer PRIMARY KEY, a text CHECK (a IN ('x', 'y')));\n\
        CREATE VIEW public.v AS SELECT t.id, count(*) FILTER (WHERE t.a = 'x') AS xs FROM public.t GROUP BY t.id;\n";
    let folder = Folder::with(&[("migrations/001_it.sql", sql)]);
    let url = database("older", sql);
    let drift = ["drift", "--db", &url, "--scratch", "embedded"];
    run(&folder, &drift).assert_code(0).assert_says("PostgreSQL 15").assert_says("made anew on PostgreSQL 17");
    cluster().sql("older", "ALTER TABLE public.t ADD b date");
    let report = run(&folder, &[&drift[..], &["--json"]].concat()).json();
    assert_eq!(report["objects"].as_array().unwrap().len(), 1, "{report:#}");
}

#[test]
fn a_source_that_cannot_be_read_is_told_and_leaves_the_others() {
    let folder = project("");
    folder.write("prisma/schema.prisma", "datasource db {\n  provider = \"mysql\"\n}\nmodel A {\n  id Int @id\n}\n");
    run(&folder, &["drift"])
        .assert_code(2)
        .assert_says("prisma/schema.prisma:2:3: the schema is for mysql")
        .assert_says("hint: ")
        .assert_says("nothing could be compared");
    folder.write(
        "prisma/schema.prisma",
        "datasource db {\n  provider = \"postgresql\"\n}\nmodel A {\n  id Int @id @@\n}\n",
    );
    run(&folder, &["drift"])
        .assert_code(2)
        .assert_says("prisma/schema.prisma:5:14: expected an attribute or the end of the line, found `@@`");
    // A gate that could not look at everything is no open gate.
    let url = database("unread", SQL);
    run(&folder, &["drift", "--db", &url]).assert_code(2).assert_says("no drift in what could be compared");
    folder.write("migrations/002_more.sql", "ALTER TABLE public.users ADD note text;\n");
    run(&folder, &["drift", "--db", &url]).assert_code(1).assert_says("not everything could be compared");
}

#[test]
fn a_folder_that_does_not_replay_is_told_with_its_line() {
    let folder = project("ALTER TABLE public.missing ADD a text;\n");
    run(&folder, &["drift"])
        .assert_code(2)
        .assert_says("migrations/001_it.sql:5: relation \"public.missing\" does not exist");
    let folder = project("");
    folder.write("migrations/002_bad.sql", "ALTER TABLE public.missing ADD a text;\n");
    run(&folder, &["drift"]).assert_code(2).assert_says("--keep-going");
    run(&folder, &["drift", "--keep-going"]).assert_code(0).assert_says("3 of 4 statements applied");
}

#[test]
fn one_source_is_nothing_to_compare() {
    let folder = Folder::with(&[("migrations/001_it.sql", SQL)]);
    run(&folder, &["drift"]).assert_refused().assert_says("is the only source");
    let folder = Folder::with(&[("readme.md", "")]);
    run(&folder, &["drift"]).assert_refused();
    let folder = Folder::with(&[("prisma/schema.prisma", PRISMA)]);
    run(&folder, &["drift", "--prisma", "missing.prisma"]).assert_refused();
}

#[test]
fn no_secret_is_shown() {
    let folder = project("");
    for output in ["human", "json", "markdown", "sarif", "github"] {
        let url = "postgres://me:hunter2@127.0.0.1:1/nothing";
        run(&folder, &["drift", "--db", url, "--output", output]).assert_code(2).assert_never_says("hunter2");
    }
}

#[test]
fn a_prisma_schema_is_a_source_like_any() {
    let folder = Folder::with(&[("schema.prisma", PRISMA)]);
    run(&folder, &["tables", "--source", "prisma:schema.prisma"]).assert_code(0).assert_says("public.posts");
    let snapshot = run(&folder, &["snapshot", "prisma:schema.prisma"]);
    assert!(snapshot.assert_code(0).stdout.contains("posts_author_id_fkey"));
    run(&folder, &["check", "--source", "prisma:schema.prisma", "--json"]).json();
}

#[test]
fn real_projects() {
    let Some(corpora) = corpora() else { return };
    let langfuse = pgmason(&corpora.join("langfuse")).args(["drift", "--json"]).run();
    let report = langfuse.assert_code(0).json();
    assert_eq!(report["sources"][0]["summary"], "71 tables from 434 files");
    assert_eq!(report["sources"][1]["summary"], "71 tables from 71 models");
    let unseen = &report["pairs"][0]["not_expressible"];
    assert_eq!((unseen["partial index"].as_array().unwrap().len(), unseen.as_object().unwrap().len()), (6, 2));

    // Its migrations do not apply, and its Prisma schema does.
    let floyo = pgmason(&corpora.join("floyo")).args(["drift", "--json"]).run();
    let report = floyo.assert_code(2).json();
    assert_eq!(report["sources"][1]["summary"], "26 tables from 26 models");
    assert!(report["sources"][0]["problem"].as_str().unwrap().contains("0 of 4 files applied"));
    // What its statements make can be compared all the same, and says how much of it there is.
    let floyo = pgmason(&corpora.join("floyo")).args(["drift", "--keep-going", "--json"]).run();
    let report = floyo.assert_code(1).json();
    assert_eq!(report["sources"][0]["summary"], "26 tables from 4 files");
    assert!(report["sources"][0]["notes"][0].as_str().unwrap().contains("of 347 statements applied"));
}

#[test]
fn a_workflow_is_written_at_the_root_of_the_repository_and_never_overwritten() {
    let folder = Folder::new();
    folder.write("app/prisma/schema.prisma", PRISMA);
    folder.write("app/migrations/001_it.sql", SQL);
    crate::support::git(&folder, &["init", "--quiet"]);
    pgmason(&folder.join("app")).args(["init", "--ci", "github"]).run().assert_code(0).assert_says("pgmason.yml");
    let text = folder.read(".github/workflows/pgmason.yml");
    assert!(text.contains("run: pgmason -C 'app' check --output github"), "{text}");
    assert!(text.contains("run: pgmason -C 'app' drift --output github"), "{text}");
    assert!(!folder.join("app/pgmason.toml").exists());
    folder.write(".github/workflows/pgmason.yml", "# mine\n");
    pgmason(&folder.join("app"))
        .args(["init", "--ci", "github"])
        .run()
        .assert_refused()
        .assert_says("is there already");
    assert_eq!(folder.read(".github/workflows/pgmason.yml"), "# mine\n");
}

#[test]
fn check_and_drift_are_one_gate() {
    let folder = project("");
    folder.write("pgmason.toml", "[rules]\nrls-disabled = \"off\"\n");
    let never = ["schema", "validate", "--fail-on", "never"];
    run(&folder, &never).assert_code(0).assert_says("no drift");
    let report = run(&folder, &["schema", "validate", "--fail-on", "never", "--json"]).json();
    assert!(report["check"]["findings"].is_array() && report["drift"]["pairs"].is_array());
    folder.write("migrations/002_more.sql", "CREATE TABLE public.heap (note text);\n");
    run(&folder, &["schema", "validate", "--output", "github"])
        .assert_code(1)
        .assert_says("no-primary-key")
        .assert_says("table public.heap");
    run(&folder, &never).assert_code(1);
    std::fs::remove_file(folder.join("prisma/schema.prisma")).unwrap();
    run(&folder, &never).assert_code(0).assert_says("nothing to compare");
    run(&folder, &["schema", "validate"]).assert_code(1);
}
