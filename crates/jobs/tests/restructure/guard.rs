//! Views that stand for tables are guarded from DDL aimed at them, and nothing else is refused, whatever a session is set to.

use super::ground::{Live, clean};

const RENAME: &str = "{ kind = \"rename_table\", table = \"t\", to = \"app_t\" }";

fn started(schema: &str) -> Live {
    let live = Live::of_operations(schema, RENAME);
    clean(&live.start_unrehearsed());
    live
}

const TIMES: &str = "CREATE TYPE mood AS ENUM ('well', 'ill');
    CREATE TABLE t (id serial PRIMARY KEY, at timestamptz NOT NULL DEFAULT '1970-01-01 00:00+00',
        day date DEFAULT '2020-02-01', span interval DEFAULT '1 day 02:03', share float8 DEFAULT 0.1::float8 / 3,
        bytes bytea DEFAULT '\\x01ff', price money DEFAULT 1.5::numeric::money, mood mood DEFAULT 'well')";

#[test]
fn settings_of_a_session_change_no_view() {
    let live = started(TIMES);
    for setting in [
        "timezone = 'Europe/Berlin'",
        "datestyle = 'German'",
        "intervalstyle = 'iso_8601'",
        "quote_all_identifiers = on",
        "extra_float_digits = -5",
        "bytea_output = 'escape'",
        "standard_conforming_strings = off",
        "search_path = pg_temp",
    ] {
        let mut client = live.client();
        let sql = format!("SET {setting}; CREATE TEMP TABLE elsewhere (id bigint); DROP TABLE elsewhere");
        client.batch_execute(&sql).unwrap_or_else(|error| panic!("{setting}: {error:?}"));
    }
    let name = &live.name;
    live.client().batch_execute(&format!("ALTER DATABASE {name} SET timezone = 'Asia/Tokyo'")).unwrap();
    assert_eq!(live.status().stages[0].problems, Vec::<String>::new());
}

#[test]
fn ddl_on_other_things_that_a_view_names_is_no_change_of_it() {
    let role = "guard_renamed";
    let schema = format!("{TIMES}; CREATE ROLE {role}; GRANT SELECT ON t TO {role}");
    let live = started(&schema);
    let mut client = live.client();
    for sql in [
        &format!("ALTER ROLE {role} RENAME TO {role}_now"),
        "ALTER TYPE mood RENAME TO humour",
        "ALTER SEQUENCE t_id_seq RENAME TO numbers",
        "ALTER TABLE app_t ADD COLUMN note text",
        "CREATE TABLE elsewhere (id bigint)",
        "SAVEPOINT_IS_HERE",
    ] {
        if sql == "SAVEPOINT_IS_HERE" {
            client.batch_execute("BEGIN; SAVEPOINT s; CREATE TABLE inner_one (id bigint); COMMIT").unwrap();
            continue;
        }
        client.batch_execute(sql).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }
    assert_eq!(live.status().stages[0].problems, Vec::<String>::new());
    client.batch_execute(&format!("DROP OWNED BY {role}_now")).expect_err("it would take a grant on the view");
    for sql in ["BEGIN; SAVEPOINT s; GRANT INSERT ON t TO anon", "DROP VIEW t CASCADE", "ALTER VIEW t RENAME TO u"] {
        let error = client.batch_execute(sql).expect_err(sql);
        assert_eq!(error.code().map(|code| code.code()), Some("55000"), "{sql}");
        client.batch_execute("ROLLBACK").unwrap();
    }
    live.client()
        .batch_execute(&format!("SET pgmason.restructuring = 'on'; DROP OWNED BY {role}_now; DROP ROLE {role}_now"))
        .unwrap();
}

#[test]
fn a_view_that_is_wrong_already_is_told_of_and_stops_nobody() {
    let live = started(TIMES);
    live.client().batch_execute("SET pgmason.restructuring = 'on'; GRANT INSERT ON t TO anon").unwrap();
    let mut client = live.client();
    client.batch_execute("CREATE TEMP TABLE elsewhere (id bigint); DROP TABLE elsewhere").unwrap();
    assert_eq!(live.status().stages[0].problems, ["public.t: it was changed since pgmason made it"]);
    let error = client.batch_execute("GRANT UPDATE ON t TO anon").expect_err("it is still guarded");
    assert_eq!(error.code().map(|code| code.code()), Some("55000"));
}

#[test]
fn who_gave_a_privilege_is_told_and_is_no_problem() {
    let live = Live::of_operations(
        "CREATE TABLE t (id bigint PRIMARY KEY); ALTER TABLE t OWNER TO app_owner;
         GRANT SELECT ON t TO authenticated WITH GRANT OPTION;
         SET ROLE authenticated; GRANT SELECT ON t TO anon; RESET ROLE",
        RENAME,
    );
    let report = live.start_unrehearsed();
    clean(&report);
    let told = report.notes.iter().any(|note| note.contains("authenticated gave privileges on public.t"));
    assert!(told, "{:?}", report.notes);
    assert_eq!(live.status().stages[0].problems, Vec::<String>::new());
    live.client().batch_execute("GRANT UPDATE ON app_t TO anon").unwrap();
    assert_eq!(live.status().stages[0].problems, ["public.t: its privileges are not those of its table any more"]);
}
