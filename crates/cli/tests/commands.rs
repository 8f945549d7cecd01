//! The commands beside `check`.

use pgmason_testkit::Folder;

use crate::support::{NO_KEY, pgmason, project, run};

const SHOP: &str = "CREATE TABLE public.customers (id bigint PRIMARY KEY, email text NOT NULL UNIQUE, note text);\n\
    CREATE TABLE public.orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES public.customers ON DELETE CASCADE);\n\
    CREATE INDEX orders_customer ON public.orders (customer_id);\n\
    CREATE VIEW public.busy AS SELECT customer_id, count(*) FROM public.orders GROUP BY 1;\n\
    INSERT INTO public.customers SELECT n, 'c' || n || '@example.org', repeat('long ', 100) FROM generate_series(1, 12) n;\n\
    ANALYZE public.customers;\n";

#[test]
fn init_writes_a_file_that_can_be_read_and_never_overwrites() {
    let folder = project(SHOP);
    run(&folder, &["init"]).assert_code(0).assert_says("pgmason.toml");
    let text = folder.read("pgmason.toml");
    assert!(text.contains("baseline = \"plain\"") && text.contains("migrations = \"migrations\""), "{text}");
    run(&folder, &["check", "--json"]).json();
    folder.write("pgmason.toml", "# mine\n");
    run(&folder, &["init"]).assert_refused().assert_says("is there already");
    assert_eq!(folder.read("pgmason.toml"), "# mine\n");
}

#[test]
fn tables() {
    let folder = project(SHOP);
    run(&folder, &["tables"]).assert_code(0).assert_says("public.customers").assert_says("public.busy");
    let list = run(&folder, &["tables", "list", "--json"]).json();
    assert!(list["schema_version"].is_number());
    run(&folder, &["tables", "show", "orders"])
        .assert_code(0)
        .assert_says("customer_id")
        .assert_says("orders_customer")
        .assert_says("customers");
    // References both ways.
    run(&folder, &["tables", "show", "public.customers"]).assert_code(0).assert_says("orders");
    let preview = run(&folder, &["tables", "preview", "customers", "--json"]).json();
    assert_eq!((preview["rows"].as_array().unwrap().len(), &preview["more"]), (10, &true.into()));
    assert_eq!(preview["columns"], serde_json::json!(["id", "email", "note"]));
    let note = preview["rows"][0][2].as_str().unwrap();
    assert!(note.ends_with('…') && note.chars().count() == 61, "{note}");
    run(&folder, &["tables", "preview", "busy"]).assert_code(0);
    for command in ["show", "preview"] {
        run(&folder, &["tables", command, "custmers"])
            .assert_refused()
            .assert_says("did you mean")
            .assert_says("customers");
        let name = "orders; DROP TABLE orders";
        run(&folder, &["tables", command, name]).assert_code(2).assert_says("no table is called");
    }
}

#[test]
fn a_snapshot_is_the_same_on_every_run_and_can_be_checked() {
    let folder = project(SHOP);
    run(&folder, &["snapshot", "-o", "one.json"]).assert_code(0);
    run(&folder, &["snapshot", "migrations:migrations", "-o", "two.json"]).assert_code(0);
    let printed = run(&folder, &["snapshot"]);
    assert_eq!(folder.read("one.json"), folder.read("two.json"));
    assert_eq!(folder.read("one.json"), printed.stdout);
    assert!(!folder.join("one.json.part").exists());

    let rule =
        ["--json", "--rule", "no-created-at", "--rule", "view-bypasses-rls", "--rule", "foreign-key-without-index"];
    let of = |source: &[&str]| {
        let mut found = run(&folder, &[&["check"], source, &rule[..]].concat()).findings();
        found.sort();
        found
    };
    let from_files = of(&[]);
    assert!(!from_files.is_empty());
    assert_eq!(of(&["--source", "snapshot:one.json"]), from_files);

    folder.write("later.json", folder.read("one.json").replacen("\"schema_version\": 1", "\"schema_version\": 99", 1));
    folder.write("broken.json", &folder.read("one.json")[..100]);
    for name in ["later.json", "broken.json", "migrations/001_it.sql"] {
        run(&folder, &["check", "--source", &format!("snapshot:{name}")]).assert_refused().assert_says(name);
    }
}

#[test]
fn no_snapshot_of_half_a_schema_unless_asked_for() {
    let folder = Folder::with(&[("migrations/001_a.sql", NO_KEY), ("migrations/002_b.sql", "SELECT 1/0;")]);
    let outcome = run(&folder, &["snapshot"]);
    outcome.assert_code(1).assert_says("division by zero");
    assert_eq!(outcome.stdout, "");
    let outcome = run(&folder, &["snapshot", "--keep-going"]);
    outcome.assert_code(1);
    assert!(outcome.stdout.contains("heap"));
}

#[test]
fn sources_of_every_kind() {
    let folder = Folder::with(&[("db/schema.sql", NO_KEY), ("m/001_a.sql", NO_KEY)]);
    for source in ["schema:db/schema.sql", "schema:db", "migrations:m"] {
        run(&folder, &["check", "--source", source, "--rule", "no-primary-key"])
            .assert_code(1)
            .assert_says("public.heap");
    }
    run(&folder, &["check", "--schema", "db/schema.sql", "--rule", "no-primary-key"]).assert_code(1);
    run(&folder, &["check", "--source", "empty", "--rule", "no-primary-key"]).assert_code(0);
    run(&folder, &["check", "--source", "nonsense:hunter2@x"]).assert_refused().assert_never_says("hunter2");
}

#[test]
fn what_needs_no_project() {
    let folder = Folder::new();
    run(&folder, &["rules"]).assert_code(0).assert_says("no-primary-key").assert_says("rls-disabled");
    assert!(run(&folder, &["rules", "--json"]).json()["rules"].as_array().unwrap().len() > 50);
    run(&folder, &["explain", "rls-disabled"]).assert_code(0).assert_says("Why it matters");
    run(&folder, &["explain", "rls-disable"]).assert_code(2).assert_says("rls-disabled");
    run(&folder, &["completions", "bash"]).assert_code(0).assert_says("pgmason");
    run(&folder, &["man"]).assert_code(0).assert_says(".TH");
    run(&folder, &["--version"]).assert_code(0).assert_says(env!("CARGO_PKG_VERSION"));
    run(&folder, &["--help"]).assert_code(0).assert_says("check");
    run(&folder, &["demo"]).assert_code(0).assert_says("Standards checklist").assert_says("rls-disabled");
}

#[test]
fn doctor_looks_around() {
    let outcome = run(&project(NO_KEY), &["doctor"]);
    assert!(matches!(outcome.code, Some(0 | 1)), "{outcome}");
    assert!(run(&project(NO_KEY), &["doctor", "--json"]).json().is_object());
}

#[test]
fn every_format_is_written() {
    let folder = project(NO_KEY);
    for (format, mark) in [
        ("json", "\"findings\""),
        ("sarif", "2.1.0"),
        ("github", "::warning"),
        ("gitlab", "\"fingerprint\""),
        ("junit", "<testsuites"),
        ("markdown", "no-primary-key"),
        ("human", "Standards checklist"),
    ] {
        let path = format!("out.{format}");
        let outcome = run(&folder, &["check", "--output", format, "-o", &path]);
        outcome.assert_code(1);
        assert_eq!(outcome.stdout, "");
        assert!(folder.read(&path).contains(mark), "{format}: {}", folder.read(&path));
    }
}

#[test]
fn colours_only_where_asked_for() {
    let folder = project(NO_KEY);
    assert!(!run(&folder, &["check"]).stdout.contains('\u{1b}'));
    let coloured = pgmason(folder.path()).args(["check", "--color", "always"]).run();
    assert!(coloured.stdout.contains('\u{1b}'));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    use std::io::Read;
    let folder =
        project(&(0..400).map(|number| format!("CREATE TABLE public.t{number} (note text);\n")).collect::<String>());
    let mut child = pgmason(folder.path()).args(["check", "--files-only", "--json"]).spawn();
    let mut first = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!said.contains("panicked") && !said.contains("error"), "{said}");
}
