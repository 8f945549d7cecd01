//! `pgmason migration create`: the next file of each kind of folder, and what is refused.

use pgmason_testkit::{Folder, Outcome};

use crate::support::run;

fn create(folder: &Folder, name: &str) -> Outcome {
    run(folder, &["migration", "create", "--json", "--name", name])
}

/// The files made, without the digits of a timestamp of today.
fn made(folder: &Folder, name: &str) -> Vec<String> {
    let outcome = create(folder, name);
    outcome.assert_code(0);
    let report = outcome.json();
    let version = report["version"].as_str().unwrap();
    let files = [&report["file"], &report["rollback"]].into_iter().filter_map(|file| file.as_str());
    let list: Vec<&str> = files.collect();
    for file in &list {
        assert!(folder.join(file).is_file(), "{file} was not made");
    }
    let dashed = if version.len() == 14 {
        format!("{}-{}-{}-{}", &version[..4], &version[4..6], &version[6..8], &version[8..])
    } else {
        "no version".to_owned()
    };
    let short = |file: &&str| match version.len() {
        14 => file.replace(&dashed, "DASHED").replace(version, "NOW"),
        _ => (*file).to_owned(),
    };
    list.iter().map(short).collect()
}

#[test]
fn each_layout_goes_on_in_its_own_way() {
    let sql = "CREATE TABLE a (id int);";
    for (files, expected) in [
        (
            &[("migrations/20240101000000_a.sql", sql)][..],
            &["migrations/NOW_add_it.sql", "migrations/rollback/NOW_add_it.sql"][..],
        ),
        (
            &[("migrations/001_a.sql", sql), ("migrations/002_b.sql", sql), ("migrations/down/002_b_down.sql", sql)],
            &["migrations/003_add_it.sql", "migrations/down/003_add_it_down.sql"],
        ),
        (
            &[("migrations/1_a.sql", sql), ("migrations/1_a.down.sql", sql)],
            &["migrations/2_add_it.sql", "migrations/2_add_it.down.sql"],
        ),
        (
            &[("migrations/9_a.up.sql", sql), ("migrations/9_a.down.sql", sql)],
            &["migrations/10_add_it.up.sql", "migrations/10_add_it.down.sql"],
        ),
        (
            &[("migrations/2024-01-31-120000_a/up.sql", sql), ("migrations/2024-01-31-120000_a/down.sql", sql)],
            &["migrations/DASHED_add_it/up.sql", "migrations/DASHED_add_it/down.sql"],
        ),
        (&[("prisma/migrations/20240101000000_a/migration.sql", sql)], &["prisma/migrations/NOW_add_it/migration.sql"]),
        (&[("migrations/V7__a.sql", sql)], &["migrations/V8__add_it.sql"]),
        (
            &[("db/migrations/20240101000000_a.sql", "-- migrate:up\nSELECT 1;\n-- migrate:down\n")],
            &["db/migrations/NOW_add_it.sql"],
        ),
    ] {
        assert_eq!(made(&Folder::with(files), "Add it"), expected);
    }
}

#[test]
fn a_dbmate_file_has_both_sections() {
    let folder = Folder::with(&[("db/migrations/1_a.sql", "-- migrate:up\nSELECT 1;\n-- migrate:down\n")]);
    made(&folder, "add_it");
    let text = folder.read("db/migrations/2_add_it.sql");
    let (up, down) = (text.find("-- migrate:up\n").unwrap(), text.find("-- migrate:down\n").unwrap());
    assert!(up < down, "{text}");
    run(&folder, &["check", "--files-only"]).assert_code(0);
}

#[test]
fn a_new_file_runs_and_does_nothing_yet() {
    let folder = Folder::with(&[("migrations/001_a.sql", "CREATE TABLE a (id int PRIMARY KEY);")]);
    made(&folder, "add it");
    let report = run(&folder, &["check", "--json"]).json();
    assert_eq!((&report["replay"]["applied"], &report["replay"]["files"]), (&2.into(), &2.into()));
    run(&folder, &["migration", "audit", "--numbering"]).assert_code(0);
}

#[test]
fn an_empty_folder_gets_its_first_file() {
    let folder = Folder::new();
    std::fs::create_dir_all(folder.join("supabase/migrations")).unwrap();
    assert_eq!(
        made(&folder, "first"),
        ["supabase/migrations/NOW_first.sql", "supabase/migrations/rollback/NOW_first.sql"]
    );
}

#[test]
fn a_project_without_migrations_is_told_how_to_begin() {
    create(&Folder::new(), "first").assert_refused().assert_says("mkdir migrations");
    let outcome = run(&Folder::new(), &["migration", "create", "--name", "x", "--migrations", "nowhere"]);
    outcome.assert_refused();
}

#[test]
fn supabase_would_run_a_down_file_beside() {
    let folder = Folder::with(&[
        ("supabase/migrations/20240101000000_a.sql", "SELECT 1;"),
        ("supabase/migrations/20240101000000_a_down.sql", "SELECT 1;"),
    ]);
    let outcome = create(&folder, "add_it");
    let report = outcome.json();
    assert!(report["rollback"].as_str().unwrap().contains("/rollback/"), "{outcome}");
    outcome.assert_says("would run it as a migration");
}

#[test]
fn versions_stay_behind_the_newest_but_not_behind_a_sentinel() {
    let folder = Folder::with(&[
        ("migrations/20990101000000_a.sql", "SELECT 1;"),
        ("migrations/99999999999999_z.sql", "SELECT 1;"),
    ]);
    let outcome = create(&folder, "add_it");
    outcome.assert_says("runs before 99999999999999_z.sql");
    assert_eq!(outcome.json()["version"], "20990101000001", "{outcome}");
    let folder = Folder::with(&[("migrations/001_a.sql", "SELECT 1;"), ("migrations/9999_z.sql", "SELECT 1;")]);
    let outcome = create(&folder, "add_it");
    outcome.assert_says("runs before 9999_z.sql");
    assert_eq!(outcome.json()["version"], "002", "{outcome}");
}

#[test]
fn ten_after_nine_is_told() {
    let folder = Folder::with(&[("migrations/8_a.sql", "SELECT 1;"), ("migrations/9_b.sql", "SELECT 1;")]);
    create(&folder, "add_it").assert_code(0).assert_says("sorted as text");
}

#[test]
fn names_that_are_none_are_refused() {
    let folder = Folder::with(&[("migrations/001_a.sql", "SELECT 1;")]);
    for name in ["", "  ", "../x", "a/b", "123", "größe", "a\nb", "!!", "undo it_down", &"x".repeat(200)] {
        create(&folder, name).assert_refused();
    }
    assert_eq!(std::fs::read_dir(folder.join("migrations")).unwrap().count(), 1);
}

#[test]
fn a_name_that_is_there_is_refused() {
    let folder = Folder::with(&[("migrations/001_add_users.sql", "SELECT 1;")]);
    create(&folder, "Add Users").assert_refused().assert_says("001_add_users.sql");
    assert!(!folder.join("migrations/002_add_users.sql").exists());
}

#[test]
fn nothing_is_overwritten_and_nothing_left_half_made() {
    let folder = Folder::with(&[
        ("migrations/001_a.sql", "SELECT 1;"),
        // Of no version that an up file has.
        ("migrations/rollback/002_add_it.sql", "precious"),
    ]);
    create(&folder, "add_it").assert_refused().assert_says("there already");
    assert_eq!(folder.read("migrations/rollback/002_add_it.sql"), "precious");
    assert!(!folder.join("migrations/002_add_it.sql").exists());
}

#[test]
fn a_folder_that_cannot_be_written_is_told() {
    let folder = Folder::with(&[("migrations/001_a.sql", "SELECT 1;"), ("migrations/rollback", "a file, no folder")]);
    create(&folder, "add_it").assert_refused();
    assert!(!folder.join("migrations/002_add_it.sql").exists());
}

#[test]
fn a_difference_is_written_both_ways() {
    let folder = Folder::with(&[
        ("migrations/001_a.sql", "CREATE TABLE public.a (id integer PRIMARY KEY);\n"),
        ("schema.sql", "CREATE TABLE public.a (id bigint PRIMARY KEY, note text);\n"),
    ]);
    let create = ["migration", "create", "--name", "more", "--from-diff"];
    run(&folder, &create).assert_refused().assert_says("--from-diff schema:");
    let outcome = run(&folder, &[&create[..], &["schema:schema.sql"]].concat());
    outcome.assert_code(0).assert_says("builds the target").assert_says("the way back is proven too");
    assert!(folder.read("migrations/002_more.sql").contains("ALTER COLUMN id TYPE bigint"));
    let down = folder.read("migrations/rollback/002_more.sql");
    assert!(down.contains("ALTER COLUMN id TYPE integer") && down.contains("DROP COLUMN note"), "{down}");
    run(&folder, &["migration", "test", "--after", "001"]).assert_code(0);

    // The declared schema is the usual target, and what agrees needs no file.
    folder.write("pgmason.toml", "[sources]\nmigrations = \"migrations\"\nschema = \"schema.sql\"\n");
    let again = run(&folder, &["migration", "create", "--name", "again", "--from-diff"]);
    again.assert_code(0).assert_says("no difference");
    assert!(!folder.join("migrations/003_again.sql").exists());
}

#[test]
fn what_a_difference_would_lose_is_refused_and_no_way_back_is_made_up() {
    let folder = Folder::with(&[
        ("migrations/001_a.sql", "CREATE TABLE public.a (id integer PRIMARY KEY, gone text);\n"),
        ("schema.sql", "CREATE TABLE public.a (id integer PRIMARY KEY);\n"),
    ]);
    let create = ["migration", "create", "--name", "less", "--from-diff", "schema:schema.sql"];
    run(&folder, &create).assert_code(1).assert_says("--allow drop-column:public.a.gone");
    assert!(!folder.join("migrations/002_less.sql").exists());
    run(&folder, &[&create[..], &["--allow", "drop-column:public.a.gone"]].concat()).assert_code(0);
    assert!(folder.read("migrations/002_less.sql").contains("DROP COLUMN gone"));
    // The column comes back, without its values.
    assert!(folder.read("migrations/rollback/002_less.sql").contains("ADD COLUMN gone text"));
}

#[test]
fn the_first_file_of_an_empty_folder_can_be_a_difference() {
    let folder = Folder::with(&[("schema.sql", "CREATE TABLE public.a (id integer PRIMARY KEY);\n")]);
    std::fs::create_dir(folder.join("migrations")).unwrap();
    run(&folder, &["migration", "create", "--name", "first", "--from-diff", "schema:schema.sql", "--json"])
        .assert_code(0);
    run(&folder, &["diff", "--from", "migrations:migrations", "--to", "schema:schema.sql"]).assert_code(0);
}

#[test]
fn what_needs_several_transactions_says_so_in_its_tool_s_way() {
    let before = "CREATE TYPE public.mood AS ENUM ('a');\nCREATE TABLE public.t (m public.mood);\n";
    let after = "CREATE TYPE public.mood AS ENUM ('a', 'b');\nCREATE TABLE public.t (m public.mood DEFAULT 'b');\n";
    for (file, made, text) in [
        ("migrations/1_a.up.sql", "migrations/2_b.up.sql", before.to_owned()),
        ("db/migrations/1_a.sql", "db/migrations/2_b.sql", format!("-- migrate:up\n{before}-- migrate:down\n")),
        ("migrations/001_a.sql", "migrations/002_b.sql", before.to_owned()),
    ] {
        let folder = Folder::with(&[(file, &text), ("schema.sql", after)]);
        run(&folder, &["migration", "create", "--name", "b", "--from-diff", "schema:schema.sql"])
            .assert_code(0)
            .assert_says("its own transactions");
        let text = folder.read(made);
        assert!(text.contains("COMMIT;") && text.contains("SET DEFAULT 'b'::public.mood"), "{text}");
        match file {
            "migrations/1_a.up.sql" => assert!(text.starts_with("-- no-transaction\n"), "{text}"),
            "db/migrations/1_a.sql" => assert!(text.starts_with("-- migrate:up transaction:false\n"), "{text}"),
            _ => {}
        }
    }
}
