//! What nobody should hand to pgmason, and somebody will: it says what is wrong, and never panics.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use pgmason_testkit::{Folder, local_binaries, run_as_unprivileged};

use crate::support::{NO_KEY, pgmason, project, run};

#[test]
fn folders_that_are_none_or_hold_nothing() {
    let folder = Folder::new();
    run(&folder, &["check"]).assert_refused().assert_says("no migrations or schema files");
    run(&folder, &["check", "missing"]).assert_refused().assert_says("missing");
    folder.write("a_file", "text");
    run(&folder, &["check", "a_file"]).assert_refused().assert_says("is not a folder");
    run(&folder, &["-C", "a_file", "tables"]).assert_refused().assert_says("is not a folder");
    std::fs::create_dir_all(folder.join("migrations")).unwrap();
    run(&folder, &["check", "--migrations", "migrations"]).assert_refused().assert_says("holds no SQL files");
    run(&folder, &["check", "--migrations", "a_file"]).assert_refused();
    run(&folder, &["check", "--migrations", "nowhere"]).assert_refused().assert_says("nowhere");
    run(&folder, &["check", "--schema", "nowhere.sql"]).assert_refused().assert_says("nowhere.sql");
    folder.write("migrations/readme.md", "no SQL");
    run(&folder, &["check", "--migrations", "migrations"]).assert_refused();
}

#[test]
fn a_folder_that_may_not_be_read() {
    if rustix_is_root() {
        // Root reads everything; the run itself is made as somebody else.
        let folder = project(NO_KEY);
        std::fs::set_permissions(folder.join("migrations"), std::fs::Permissions::from_mode(0o700)).unwrap();
        let cache = Folder::new();
        std::fs::set_permissions(cache.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
        let binary = readable_binary();
        let mut run = pgmason_testkit::Pgmason::new(&binary.join("pgmason").to_string_lossy(), folder.path())
            .args(["check", "--migrations", "migrations", "--files-only"])
            .cache(cache.path());
        run_as_unprivileged(run.command());
        run.run().assert_code(2).assert_says("migrations").assert_says("ermission denied");
    } else {
        let folder = project(NO_KEY);
        std::fs::set_permissions(folder.join("migrations"), std::fs::Permissions::from_mode(0o000)).unwrap();
        run(&folder, &["check", "--migrations", "migrations"]).assert_code(2).assert_says("ermission denied");
        std::fs::set_permissions(folder.join("migrations"), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
}

fn rustix_is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|metadata| std::os::unix::fs::MetadataExt::uid(&metadata) == 0)
}

/// The binary where every user can run it.
fn readable_binary() -> Folder {
    let folder = Folder::new();
    std::fs::copy(env!("CARGO_BIN_EXE_pgmason"), folder.join("pgmason")).unwrap();
    folder
}

#[test]
fn a_cache_folder_that_cannot_be_written() {
    let folder = project(NO_KEY);
    let occupied = folder.write("occupied", "a file");
    let outcome = pgmason(folder.path()).args(["check"]).cache(&occupied.join("cache")).run();
    outcome.assert_refused().assert_says("PGMASON_CACHE_DIR");
    if rustix_is_root() {
        let cache = Folder::new();
        let binary = readable_binary();
        let mut run = pgmason_testkit::Pgmason::new(&binary.join("pgmason").to_string_lossy(), folder.path())
            .args(["check"])
            .cache(cache.path());
        run_as_unprivileged(run.command());
        run.run().assert_refused().assert_says("PGMASON_CACHE_DIR");
    }
}

#[test]
fn bytes_that_are_no_text() {
    let folder = Folder::new();
    folder.write("migrations/001_it.sql", [0_u8, 159, 146, 150, 0, 1, 2, 3, 255, 254, 0, 7].repeat(50));
    run(&folder, &["check"]).assert_refused().assert_says("001_it.sql");
    let utf_16: Vec<u8> = [0xff, 0xfe].into_iter().chain(NO_KEY.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    folder.write("migrations/001_it.sql", utf_16);
    run(&folder, &["check"]).assert_refused().assert_says("001_it.sql").assert_says("UTF-16");
    // Latin-1 can be read, and is told.
    folder.write("migrations/001_it.sql", b"CREATE TABLE public.heap (note text DEFAULT 'caf\xe9');\n");
    run(&folder, &["check", "--rule", "no-primary-key"])
        .assert_code(1)
        .assert_says("not UTF-8")
        .assert_says("public.heap");
    folder.write("migrations/001_it.sql", "");
    run(&folder, &["check", "--rule", "no-primary-key"]).assert_code(0);
}

#[test]
fn sql_that_is_not_closed() {
    for (sql, line) in [("SELECT 1;\nSELECT 'open;\n", 2), ("SELECT 1;\n\nDO $body$ BEGIN\n", 3), ("/* open\n", 1)] {
        let folder = project(sql);
        let outcome = run(&folder, &["check"]);
        outcome.assert_code(1).assert_says(&format!("001_it.sql:{line}")).assert_says("hint:");
        run(&folder, &["check", "--files-only"]).assert_no_panic();
    }
}

#[test]
fn two_files_of_one_version() {
    let folder = Folder::with(&[
        ("migrations/001_a.sql", "CREATE TABLE a (id int);"),
        ("migrations/001_b.sql", "CREATE TABLE b (id int);"),
    ]);
    let outcome = run(&folder, &["check", "--json"]);
    assert!(outcome.findings().iter().any(|(rule, _)| rule == "duplicate-version"), "{outcome}");
    assert_eq!(outcome.json()["replay"]["applied"], 2);
}

#[test]
fn a_migration_that_never_ends() {
    let folder = project("DO $$ BEGIN LOOP END LOOP; END $$;\n");
    let _ = local_binaries(None);
    for engine in ["embedded", "local"] {
        let started = Instant::now();
        let outcome = run(&folder, &["check", "--replay-timeout", "2", "--scratch", engine]);
        outcome.assert_code(1).assert_says("replay timeout").assert_says("--replay-timeout");
        assert!(started.elapsed() < Duration::from_secs(40), "{engine}: {:?}", started.elapsed());
    }
}

#[test]
fn a_migration_that_tries_to_leave() {
    for (sql, words) in [
        ("COPY (SELECT 1) TO PROGRAM 'touch /tmp/pgmason-was-here';", "refused"),
        ("\\! touch /tmp/pgmason-was-here", "refused"),
        ("SELECT * FROM dblink('host=127.0.0.1', 'SELECT 1') AS t (id int);", "refused"),
        ("COPY t FROM '/etc/passwd';", "refused"),
        ("SELECT pg_read_file('/etc/passwd');", "refused"),
        ("\\i /etc/passwd", "outside the project"),
        ("DO $$ BEGIN PERFORM pg_read_file('/etc/passwd'); END $$;", "permission denied"),
    ] {
        let outcome = run(&project(&format!("CREATE TABLE t (line text);\n{sql}\n")), &["check"]);
        outcome.assert_code(1).assert_says(words).assert_never_says("root:x");
    }
    pgmason_testkit::assert_no_trace();
}

#[test]
fn names_that_are_hard() {
    let folder = Folder::with(&[("ein ordner/migrations/001_ä ö.sql", NO_KEY)]);
    run(&folder, &["check", "ein ordner", "--rule", "no-primary-key"]).assert_code(1).assert_says("001_ä ö.sql");
    let many = project(&format!(
        "CREATE TABLE public.\"{}\" (n text);\nCREATE TABLE public.\"a\"\"b.c\" (n text);\n",
        "é".repeat(31)
    ));
    run(&many, &["check"]).assert_code(1);
    let deep = project(&format!("SELECT {}1{};\n", "(".repeat(20_000), ")".repeat(20_000)));
    run(&deep, &["check", "--files-only"]).assert_no_panic();
    run(&deep, &["check"]).assert_no_panic();
    let comments = project(&format!("{}{}\n", "/*".repeat(20_000), "*/".repeat(20_000)));
    run(&comments, &["check"]).assert_no_panic();
}

#[test]
fn a_scratch_that_is_none() {
    let folder = project(NO_KEY);
    run(&folder, &["check", "--scratch", "docker"]).assert_refused().assert_says("docker");
    run(&folder, &["check", "--scratch", "postgres://u:hunter2@127.0.0.1:1/x"])
        .assert_refused()
        .assert_never_says("hunter2");
    let none = pgmason(folder.path()).args(["check", "--scratch", "local"]).env("PGMASON_PG_BIN", "/nowhere").run();
    none.assert_refused().assert_says("PGMASON_PG_BIN");
}

/// 200 MB of rows: read, split, parsed and put into the scratch in bounded time and memory.
#[test]
fn a_file_of_200_megabytes() {
    let folder = Folder::new();
    let path = folder.write("migrations/001_data.sql", "CREATE TABLE public.heap (id int, words text);\n");
    let mut file = std::io::BufWriter::new(std::fs::File::options().append(true).open(path).unwrap());
    // Rows as dumps write them, many to a statement.
    let row = format!("(1, '{}')", "lorem ipsum ".repeat(8));
    let statement = format!("INSERT INTO public.heap VALUES {};\n", vec![row; 400].join(", "));
    let mut written = 0;
    while written < 200 << 20 {
        file.write_all(statement.as_bytes()).unwrap();
        written += statement.len();
    }
    file.flush().unwrap();
    drop(file);
    let started = Instant::now();
    let child = pgmason(folder.path()).args(["check", "--rule", "no-primary-key"]).spawn();
    let id = child.id();
    let watcher = std::thread::spawn(move || {
        let mut peak = 0;
        while let Some(kilobytes) = peak_memory(id) {
            peak = kilobytes.max(peak);
            std::thread::sleep(Duration::from_millis(20));
        }
        peak
    });
    let output = child.wait_with_output().unwrap();
    let peak = watcher.join().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("1 of 1 files applied"), "{said}");
    assert!(started.elapsed() < Duration::from_secs(180), "{:?}", started.elapsed());
    assert!(peak < 1 << 20, "{peak} kB");
}

/// The most memory that a process has held, in kB. None when it has ended (or where /proc is not).
fn peak_memory(id: u32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = text.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
