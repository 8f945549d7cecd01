//! What the commands say and how they end, with good input and with bad.

use pgmason_testkit::Pooler;

use super::{Site, cluster};

const EMAILS: &str = "CREATE TABLE emails (id bigint PRIMARY KEY, subject text); GRANT SELECT ON emails TO anon";
const RENAME: &str = "{ kind = \"rename_table\", table = \"emails\", to = \"email_messages\" }";

#[test]
fn a_stage_from_its_rehearsal_to_its_end_and_back() {
    let site = Site::new(EMAILS, RENAME);
    let plan = site.run(&["plan"]);
    plan.assert_code(0);
    assert!(plan.stdout.contains("ACCESS EXCLUSIVE on public.emails"), "{plan}");
    let unrehearsed = site.run(&["start", "--yes"]);
    unrehearsed.assert_code(1);
    assert!(unrehearsed.stdout.contains("it was not rehearsed"), "{unrehearsed}");
    site.run(&["rehearse"]).assert_code(0);
    let dry = site.run(&["start", "--dry-run"]);
    dry.assert_code(0);
    assert!(dry.stdout.contains("CREATE VIEW public.emails"), "{dry}");
    assert_eq!(site.one("SELECT relkind::text FROM pg_class WHERE oid = 'emails'::regclass"), "r");
    site.run(&["start", "--yes"]).assert_code(0);
    assert_eq!(site.one("SELECT relkind::text FROM pg_class WHERE oid = 'emails'::regclass"), "v");
    let status = site.run(&["status"]);
    status.assert_code(0);
    assert!(status.stdout.contains("stage one: started"), "{status}");
    site.run(&["complete", "--yes"]).assert_code(0);
    let again = site.run(&["complete", "--yes"]);
    again.assert_code(1);
    assert!(again.stdout.contains("no stage is started"), "{again}");
    site.run(&["rollback", "--yes", "--to-started"]).assert_code(0);
    assert_eq!(site.one("SELECT relkind::text FROM pg_class WHERE oid = 'emails'::regclass"), "v");
    site.run(&["complete", "--yes"]).assert_code(0);
    site.run(&["rollback", "--yes"]).assert_code(0);
    assert_eq!(site.one("SELECT relkind::text FROM pg_class WHERE oid = 'emails'::regclass"), "r");
}

#[test]
fn a_disk_without_room_for_the_copies_is_refused_before_the_first_change() {
    let site = Site::new(
        "CREATE TABLE prices (id integer PRIMARY KEY, price integer NOT NULL);
         INSERT INTO prices SELECT n, n FROM generate_series(1, 1000) AS n",
        "{ kind = \"change_column_type\", table = \"prices\", column = \"price\", type = \"bigint\" }",
    );
    let before = site.dump();
    let refused = site.run(&["start", "--yes", "--unrehearsed", "--free-disk", "20kB"]);
    refused.assert_code(1);
    assert!(refused.stdout.contains("and 20 kB are free as --free-disk says"), "{refused}");
    assert_eq!(site.dump(), before);
    assert_eq!(site.one("SELECT to_regnamespace('pgmason')::text"), "");
    site.run(&["start", "--yes", "--unrehearsed", "--free-disk", "lots"]).assert_code(2);
    site.run(&["start", "--yes", "--unrehearsed", "--free-disk", "1.5GB"]).assert_code(0);
}

#[test]
fn use_of_the_old_name_keeps_a_stage_from_its_end() {
    let site = Site::new(EMAILS, RENAME);
    site.sql(
        "CREATE FUNCTION latest() RETURNS bigint LANGUAGE sql AS 'SELECT max(id) FROM emails';
         CREATE SCHEMA cron;
         CREATE TABLE cron.job (jobid bigint PRIMARY KEY, jobname text, command text);
         INSERT INTO cron.job VALUES (1, 'nightly', 'DELETE FROM emails WHERE subject IS NULL')",
    );
    site.folder.write("src/mail.ts", "export const all = (db: any) => db.from('emails').select('*');\n");
    site.run(&["start", "--yes", "--unrehearsed"]).assert_code(0);
    let refused = site.run(&["complete", "--yes"]);
    refused.assert_code(1);
    for words in ["function public.latest()", "nightly", "src/mail.ts:1", "--accept-use public.emails"] {
        assert!(refused.stdout.contains(words), "{words}: {refused}");
    }
    site.sql("DROP FUNCTION latest(); DROP TABLE cron.job");
    site.folder.write("src/mail.ts", "export const all = (db: any) => db.from('email_messages').select('*');\n");
    // What the start did itself is no use.
    let unused = site.run(&["status"]);
    assert!(unused.stdout.contains("nobody uses it; 0 uses since the start"), "{unused}");
    // Somebody goes on with the old name.
    let (url, stop) = (site.url.clone(), std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false)));
    let stopped = std::sync::Arc::clone(&stop);
    let client = std::thread::spawn(move || {
        let connection: pgmason_pg::ConnectionString = url.parse().unwrap();
        let mut client = pgmason_pg::connect(&connection, &Default::default()).unwrap();
        while !stopped.load(std::sync::atomic::Ordering::SeqCst) {
            client.query("SELECT count(*) FROM emails", &[]).unwrap();
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
    });
    let used = site.run(&["complete", "--yes"]);
    stop.store(true, std::sync::atomic::Ordering::SeqCst);
    client.join().unwrap();
    used.assert_code(1);
    assert!(used.stdout.contains("public.emails is in use") && used.stdout.contains("uses in the last"), "{used}");
    site.run(&["complete", "--yes"]).assert_code(0);
}

#[test]
fn code_that_says_a_name_that_stays_is_no_use_of_an_old_one() {
    let site =
        Site::new(EMAILS, r#"{ kind = "change_column_type", table = "emails", column = "id", type = "numeric" }"#);
    site.folder.write("src/mail.ts", "export const all = (db: any) => db.from('emails').select('id');\n");
    site.run(&["start", "--yes", "--unrehearsed"]).assert_code(0);
    let status = site.run(&["status"]);
    assert!(!status.stdout.contains("in use") && !status.stdout.contains("of about 0"), "{status}");
    site.run(&["complete", "--yes"]).assert_code(0);
}

#[test]
fn ddl_on_a_view_that_stands_for_a_table_is_refused() {
    let site = Site::new(EMAILS, RENAME);
    site.run(&["start", "--yes", "--unrehearsed"]).assert_code(0);
    let mut client = cluster().client(&site.database);
    for sql in [
        "GRANT INSERT ON emails TO anon",
        "ALTER VIEW emails ALTER COLUMN subject SET DEFAULT 'y'",
        "ALTER TABLE emails RENAME COLUMN subject TO title",
        "CREATE OR REPLACE VIEW emails AS SELECT * FROM email_messages",
        "ALTER VIEW emails RENAME TO mails",
        "DROP VIEW emails",
    ] {
        let error = client.batch_execute(sql).expect_err(sql);
        assert_eq!(error.code().map(|code| code.code()), Some("55000"), "{sql}");
    }
    client
        .batch_execute("ALTER TABLE email_messages ADD COLUMN note text; GRANT INSERT ON email_messages TO anon")
        .unwrap();
    site.run(&["rollback", "--yes", "--accept-changes"]).assert_code(0);
    assert_eq!(site.one("SELECT count(*)::text FROM pg_event_trigger"), "0");
}

#[test]
fn what_others_changed_is_named() {
    let site = Site::new(EMAILS, RENAME);
    site.run(&["start", "--yes", "--unrehearsed"]).assert_code(0);
    site.sql("ALTER TABLE email_messages ADD COLUMN note text; CREATE TABLE elsewhere (id bigint)");
    let refused = site.run(&["complete", "--yes"]);
    refused.assert_code(1);
    assert!(refused.stdout.contains("column public.email_messages.note is new"), "{refused}");
    assert!(refused.stdout.contains("table public.elsewhere is new"), "{refused}");
    site.run(&["complete", "--yes", "--accept-changes"]).assert_code(0);
}

#[test]
fn a_pooler_in_transaction_mode_is_refused_before_the_first_change() {
    let site = Site::new(EMAILS, RENAME);
    let transaction = Pooler::start(cluster(), "transaction");
    let url = transaction.url(&site.database);
    for arguments in [&["start", "--yes", "--unrehearsed"][..], &["complete", "--yes"], &["rollback", "--yes"]] {
        let refused = site.command(arguments, &url).run();
        refused.assert_refused().assert_says("pooler in transaction mode").assert_says("5432");
    }
    assert_eq!(site.one("SELECT count(*)::text FROM pg_namespace WHERE nspname = 'pgmason'"), "0");
    let session = Pooler::start(cluster(), "session");
    site.command(&["start", "--yes", "--unrehearsed"], &session.url(&site.database)).run().assert_code(0);
}

#[test]
fn a_role_without_the_privileges_is_refused_before_the_first_change() {
    let site = Site::new(EMAILS, RENAME);
    let url = cluster().url("guest", &site.database);
    let refused = site.command(&["start", "--yes", "--unrehearsed"], &url).run();
    refused.assert_code(1);
    assert!(refused.stdout.contains("role guest does not own public.emails: admin does"), "{refused}");
    assert!(refused.stdout.contains("GRANT admin TO guest"), "{refused}");
    assert_eq!(site.one("SELECT count(*)::text FROM pg_namespace WHERE nspname = 'pgmason'"), "0");
}

#[test]
fn privileges_that_are_taken_away_meanwhile_are_missed_before_the_next_change() {
    let site = Site::new(EMAILS, RENAME);
    site.sql(&format!(
        "ALTER TABLE emails OWNER TO guest; GRANT CREATE ON DATABASE {} TO guest; GRANT CREATE ON SCHEMA public TO guest",
        site.database
    ));
    let url = cluster().url("guest", &site.database);
    site.command(&["start", "--yes", "--unrehearsed"], &url).run().assert_code(0);
    site.sql("ALTER TABLE email_messages OWNER TO admin");
    for phase in ["complete", "rollback"] {
        let refused = site.command(&[phase, "--yes", "--accept-changes"], &url).run();
        refused.assert_code(1);
        assert!(refused.stdout.contains("role guest does not own public.email_messages: admin does"), "{refused}");
        assert_eq!(site.one("SELECT phase FROM pgmason.restructure_stages"), "started");
    }
    site.sql("ALTER TABLE email_messages OWNER TO guest");
    site.command(&["complete", "--yes", "--accept-changes"], &url).run().assert_code(0);
}

#[test]
fn bad_files_get_a_clear_error() {
    let site = Site::new(EMAILS, RENAME);
    for (file, words) in [
        ("", "title"),
        (
            "title = \"it\"\n[[stages]]\nname = \"one\"\noperations = [{ kind = \"rename\" }]",
            "unknown variant `rename`",
        ),
        (
            "title = \"it\"\n[[stages]]\nname = \"one\"\noperations = [{ kind = \"rename_table\", table = \"emails\" }]",
            "to",
        ),
        ("\u{0}\u{1}", "it.toml"),
    ] {
        site.folder.write("restructure/it.toml", file);
        let failed = site.run(&["plan"]);
        failed.assert_code(2);
        assert!(failed.stderr.contains(words), "{words}: {failed}");
    }
    let soak = format!("title = \"it\"\n[[stages]]\nname = \"one\"\nsoak = \"soon\"\noperations = [{RENAME}]");
    site.folder.write("restructure/it.toml", soak);
    let refused = site.run(&["plan"]);
    refused.assert_code(1);
    assert!(refused.stdout.contains("`soon` is no length of time"), "{refused}");
    let missing = site.run(&["plan", "other"]);
    missing.assert_code(2);
}

#[test]
fn a_long_reader_is_waited_for_and_named_while_nobody_else_waits() {
    let site = Site::new(EMAILS, RENAME);
    let mut reader = cluster().client(&site.database);
    reader.batch_execute("BEGIN; SELECT count(*) FROM emails").unwrap();
    let mut runner = site.command(&["start", "--yes", "--unrehearsed"], &site.url).spawn();
    let mut other = cluster().client(&site.database);
    let begun = std::time::Instant::now();
    let mut longest = std::time::Duration::ZERO;
    while begun.elapsed() < std::time::Duration::from_secs(4) {
        let asked = std::time::Instant::now();
        other.query("SELECT count(*) FROM emails", &[]).unwrap();
        longest = longest.max(asked.elapsed());
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(runner.try_wait().unwrap().is_none(), "it did not wait");
    reader.batch_execute("COMMIT").unwrap();
    let output = runner.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("idle in transaction") && said.contains("public.emails"), "{said}");
    assert!(longest < std::time::Duration::from_millis(1_000), "somebody waited {longest:?}");
}

#[test]
fn from_the_rulebook_s_names() {
    let site = Site::new(
        "CREATE TABLE prompts (id bigint PRIMARY KEY); CREATE TABLE \"UserNotes\" (id bigint PRIMARY KEY)",
        RENAME,
    );
    site.folder
        .write("pgmason.toml", "[domains.ai]\ntitle = \"Prompts\"\n[domains.ai.old_names]\nprompts = \"ai_prompts\"\n");
    let made = site.run(&["plan", "--from-rulebook", "names"]);
    made.assert_code(0);
    let text = site.folder.read("restructure/names.toml");
    assert!(text.contains("table = \"public.prompts\", to = \"ai_prompts\""), "{text}");
    assert!(text.contains("to = \"user_notes\""), "{text}");
    site.run(&["plan", "names"]).assert_code(0);
    site.run(&["plan", "--from-rulebook", "names"]).assert_code(2);
}
