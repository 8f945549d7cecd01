//! Traps of operations on columns, each shown and shown handled.

use pgmason_model::catalog::Column;
use pgmason_model::{Catalog, Object, ObjectKind};

use super::bed::{Bed, differences};

const PEOPLE: &str = "
    CREATE TABLE public.people (id integer PRIMARY KEY, mail text NOT NULL, changed integer NOT NULL DEFAULT 0);
    INSERT INTO public.people SELECT n, 'm' || n FROM generate_series(1, 2500) AS n;";

const RENAME: &str = r#"{ kind = "rename_column", table = "people", column = "mail", to = "email" },"#;

pub(super) fn drift(bed: &Bed) -> String {
    bed.value("SELECT count(*) FROM public.people WHERE mail IS DISTINCT FROM email")
}

/// A plain sync trigger that is called `sync` fires before `zz_lower`, and the names drift.
#[test]
fn triggers_that_fire_later_by_name_make_no_drift() {
    let lower = "CREATE FUNCTION public.lower_mail() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN NEW.mail := lower(NEW.mail); RETURN NEW; END';
        CREATE TRIGGER zz_lower BEFORE INSERT OR UPDATE ON public.people
        FOR EACH ROW EXECUTE FUNCTION public.lower_mail();";
    let bed = Bed::new(&format!("{PEOPLE}{lower}"), RENAME);
    bed.start();
    bed.sql(
        "INSERT INTO public.people VALUES (9001, 'ABC'); INSERT INTO public.people (id, email) VALUES (9002, 'DEF')",
    );
    bed.sql("UPDATE public.people SET email = 'GHI' WHERE id = 1; UPDATE public.people SET mail = 'JKL' WHERE id = 2");
    assert_eq!(drift(&bed), "0");
    assert_eq!(
        bed.value("SELECT string_agg(email, ',' ORDER BY id) FROM public.people WHERE id IN (1, 2, 9001, 9002)"),
        "ghi,jkl,abc,def"
    );
    // The function is rewritten for the new name while both are there.
    bed.sql(
        "CREATE OR REPLACE FUNCTION public.lower_mail() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN NEW.email := lower(NEW.email); RETURN NEW; END'",
    );
    bed.sql("UPDATE public.people SET mail = 'MNO' WHERE id = 3; INSERT INTO public.people (id, email) VALUES (9003, 'PQR')");
    assert_eq!(drift(&bed), "0");
    assert_eq!(
        bed.value("SELECT string_agg(mail, ',' ORDER BY id) FROM public.people WHERE id IN (3, 9003)"),
        "mno,pqr"
    );
}

/// `UPDATE OF mail` does not fire for a value that another trigger sets, and replicas fire no ordinary trigger.
#[test]
fn a_replica_and_other_triggers_do_not_pass_the_sync_by() {
    let bed = Bed::new(PEOPLE, RENAME);
    bed.start();
    bed.sql(
        "SET session_replication_role = replica; UPDATE public.people SET email = 'r' WHERE id = 1;
        INSERT INTO public.people (id, mail) VALUES (9001, 's')",
    );
    assert_eq!(bed.value("SELECT mail FROM public.people WHERE id = 1"), "r");
    assert_eq!(drift(&bed), "0");
    let trigger = "SELECT bool_and(tgenabled = 'A' AND tgattr = ''::int2vector) FROM pg_trigger \
        WHERE tgrelid = 'public.people'::regclass AND tgname LIKE 'zzz_pgmason%'";
    assert_eq!(bed.value(trigger), "true");
}

/// Rows that are filled keep what `updated_at` and its like would have changed.
#[test]
fn a_backfill_leaves_other_columns_alone() {
    let touch = "CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN NEW.changed := NEW.changed + 1; RETURN NEW; END';
        CREATE TRIGGER touch BEFORE UPDATE ON public.people FOR EACH ROW EXECUTE FUNCTION public.touch();
        ALTER TABLE public.people ENABLE ALWAYS TRIGGER touch;";
    let bed = Bed::new(&format!("{PEOPLE}{touch}"), RENAME);
    bed.start();
    assert_eq!(drift(&bed), "0");
    assert_eq!(bed.value("SELECT sum(changed) FROM public.people"), "0");
    bed.sql("UPDATE public.people SET email = 'x' WHERE id = 1");
    assert_eq!(bed.value("SELECT sum(changed) FROM public.people"), "1");
}

/// Values that are equal and not the same: told apart by `=`, the new one would be lost.
#[test]
fn equal_values_that_differ_are_kept() {
    let before = "CREATE TABLE public.people (id integer PRIMARY KEY, mail numeric);
        INSERT INTO public.people VALUES (1, 1.0)";
    let bed = Bed::new(before, RENAME);
    bed.start();
    bed.sql("UPDATE public.people SET email = 1.00 WHERE id = 1");
    assert_eq!(bed.value("SELECT mail || '' FROM public.people WHERE id = 1"), "1.00");
}

/// R18: SELECT * that was prepared before a column came fails once. The plan says so.
#[test]
fn a_prepared_select_star_is_named() {
    let bed = Bed::new(PEOPLE, RENAME);
    let plan = bed.plan();
    let notes = plan.stages[0].operations[0].notes.join("\n");
    assert!(notes.contains("SELECT * of public.people") && notes.contains("0A000"), "{notes}");
    let mut client = bed.client();
    client.batch_execute("PREPARE all_of_it AS SELECT * FROM public.people; EXECUTE all_of_it").unwrap();
    bed.start();
    let error = client.batch_execute("EXECUTE all_of_it").unwrap_err();
    assert_eq!(error.code().map(|code| code.code()), Some("0A000"));
}

/// What the direct statement leads to, and back from both ends.
#[test]
fn a_renamed_column_comes_back_to_the_last_grant() {
    let more = "CREATE ROLE column_reader NOLOGIN; REVOKE ALL ON public.people FROM PUBLIC;
        GRANT SELECT (mail), INSERT (mail) ON public.people TO column_reader;
        COMMENT ON COLUMN public.people.mail IS 'where to write';
        CREATE UNIQUE INDEX people_mail ON public.people (lower(mail)) WHERE mail <> '';
        CREATE VIEW public.mails AS SELECT mail FROM public.people;
        ALTER TABLE public.people ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON public.people USING (mail = CURRENT_USER);";
    let bed = Bed::new(&format!("{PEOPLE}{more}"), RENAME);
    let before = bed.catalog();
    bed.start();
    let may = "has_column_privilege('column_reader', 'public.people', 'email', 'SELECT') \
        AND NOT has_column_privilege('column_reader', 'public.people', 'email', 'UPDATE')";
    assert_eq!(bed.value(may), "true");
    bed.rollback();
    assert_eq!(differences(&before, &bed.catalog()), []);
    bed.start();
    bed.complete();
    assert_eq!(bed.value("SELECT count(*) FROM public.mails WHERE mail = 'm7'"), "1");
    bed.rollback();
    assert_eq!(differences(&before, &bed.catalog()), []);
    assert_eq!(bed.value("SELECT count(*) FROM public.people WHERE mail = 'm' || id"), "2500");
}

/// DROP COLUMN takes indexes and constraints over several columns along without a word, CASCADE would take policies.
#[test]
fn what_goes_with_a_column_is_listed_and_comes_back() {
    let before = "CREATE TABLE public.people (id integer PRIMARY KEY, a integer NOT NULL, b integer,
            CONSTRAINT both_of_it UNIQUE (a, b), CONSTRAINT larger CHECK (b > a));
        CREATE INDEX by_b ON public.people (b) WHERE a > 0;
        INSERT INTO public.people SELECT n, n, n + 1 FROM generate_series(1, 2500) AS n";
    let bed = Bed::new(before, r#"{ kind = "drop_column", table = "people", column = "a" },"#);
    let catalog = bed.catalog();
    let notes = bed.plan().stages[0].operations[0].notes.join("\n");
    for part in ["both_of_it", "larger", "by_b"] {
        assert!(notes.contains(part), "{part} is not in {notes}");
    }
    bed.start();
    bed.sql("INSERT INTO public.people (id, b) VALUES (9001, 5); UPDATE public.people SET a = 0 WHERE id = 9001");
    bed.complete();
    assert_eq!(bed.value("to_regclass('public.by_b') IS NULL"), "true");
    assert_eq!(bed.value("SELECT count(*) FROM pgmason.dropped_public_people_a"), "2501");
    bed.rollback();
    // The column is the last one now.
    let in_place = |object: Option<Object>| match object {
        Some(Object::Column(column)) => Some(Object::Column(Column { position: 0, ..column })),
        other => other,
    };
    let mut left = differences(&catalog, &bed.catalog());
    left.retain(|(_, old, new)| in_place(old.clone()) != in_place(new.clone()));
    assert_eq!(left, []);
    assert_eq!(bed.value("SELECT count(*) FROM public.people WHERE a = id OR (id = 9001 AND a = 0)"), "2501");
    assert_eq!(
        bed.value("SELECT attnotnull FROM pg_attribute WHERE attrelid = 'public.people'::regclass AND attname = 'a'"),
        "true"
    );
}

#[test]
fn a_column_that_a_policy_reads_stays() {
    let before = "CREATE TABLE public.people (id integer PRIMARY KEY, owner text);
        ALTER TABLE public.people ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON public.people USING (owner = CURRENT_USER);";
    let bed = Bed::new(before, r#"{ kind = "drop_column", table = "people", column = "owner" },"#);
    assert!(bed.refusal().contains("policy public.people.own"), "{}", bed.refusal());
}

/// A batch in which nothing had to be written is not the end.
#[test]
fn a_backfill_goes_on_over_rows_that_need_nothing() {
    let before = "CREATE TABLE public.people (id integer PRIMARY KEY, mail text);
        INSERT INTO public.people SELECT n, CASE WHEN n > 2400 THEN 'x' END FROM generate_series(1, 2500) AS n";
    let bed = Bed::new(before, RENAME);
    bed.start();
    assert_eq!(drift(&bed), "0");
    assert_eq!(bed.value("SELECT count(*) FROM public.people WHERE email = 'x'"), "100");
}

/// A null that new code wrote stays when the fill is taken back, and so does what somebody has changed since.
#[test]
fn a_fill_is_taken_back_by_key() {
    let before = "CREATE TABLE public.people (id integer PRIMARY KEY, mail text);
        INSERT INTO public.people VALUES (1, NULL), (2, 'none'), (3, NULL)";
    let bed = Bed::new(before, r#"{ kind = "set_not_null", table = "people", column = "mail", fill = "'none'" },"#);
    bed.start();
    bed.sql("UPDATE public.people SET mail = 'mine' WHERE id = 3");
    bed.complete();
    bed.rollback();
    let values = "SELECT string_agg(coalesce(mail, '-'), ',' ORDER BY id) FROM public.people";
    assert_eq!(bed.value(values), "-,none,mine");
}

/// What the new type cannot give back is there again after the end, but where somebody has written since.
#[test]
fn values_that_a_type_cannot_give_back_come_back() {
    let bed = Bed::new(
        "CREATE TABLE public.prices (id integer PRIMARY KEY, price double precision NOT NULL);
        INSERT INTO public.prices SELECT n, n / 3.0 FROM generate_series(1, 2500) AS n;",
        r#"{ kind = "change_column_type", table = "prices", column = "price", type = "numeric(12,2)" },"#,
    );
    let before = bed.value("SELECT md5(string_agg(price::text, ',' ORDER BY id)) FROM public.prices WHERE id > 2");
    bed.start();
    bed.sql("UPDATE public.prices SET price = 5.25 WHERE id = 1");
    bed.complete();
    bed.sql("UPDATE public.prices SET price = 7.75 WHERE id = 2");
    bed.rollback();
    let after = bed.value("SELECT md5(string_agg(price::text, ',' ORDER BY id)) FROM public.prices WHERE id > 2");
    assert_eq!(before, after);
    assert_eq!(
        bed.value("SELECT string_agg(price::text, ',' ORDER BY id) FROM public.prices WHERE id < 3"),
        "5.25,7.75"
    );
}

/// An identity goes on where it was, there and back: `LIKE … INCLUDING ALL` would begin at 1 again.
#[test]
fn an_identity_goes_on_where_it_was() {
    let bed = Bed::new(
        "CREATE TABLE public.things (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text);
        INSERT INTO public.things (name) SELECT 'x' FROM generate_series(1, 300) AS n;
        DELETE FROM public.things WHERE id > 200;",
        r#"{ kind = "change_column_type", table = "things", column = "id", type = "bigint" },"#,
    );
    let next = |name: &str| {
        bed.sql(&format!("INSERT INTO public.things (name) VALUES ('{name}')"));
        bed.value(&format!("SELECT id FROM public.things WHERE name = '{name}'"))
    };
    bed.start();
    assert_eq!(next("started"), "301");
    bed.sql("SET session_replication_role = replica; INSERT INTO public.things (name) VALUES ('replica')");
    assert_eq!(bed.value("SELECT pgmason_old_id FROM public.things WHERE name = 'replica'"), "302");
    bed.complete();
    assert_eq!(next("completed"), "303");
    bed.rollback();
    assert_eq!(next("again"), "304");
}

/// Of a domain: its second name is of the domain's base type, so that nothing is read when it comes.
#[test]
fn a_column_of_a_domain_has_two_names() {
    let before = "CREATE DOMAIN public.whole AS bigint CHECK (VALUE > 1);
        CREATE TABLE public.people (id integer PRIMARY KEY, mail public.whole DEFAULT 4);
        INSERT INTO public.people VALUES (1, 2);";
    let touch = "CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON public.people FOR EACH ROW EXECUTE FUNCTION public.touch();";
    for others in ["", touch] {
        let bed = Bed::new(&format!("{before}{others}"), RENAME);
        bed.start();
        bed.sql("INSERT INTO public.people VALUES (2, 5), (3, DEFAULT); INSERT INTO public.people (id, email) VALUES (4, 6)");
        bed.sql("UPDATE public.people SET email = 7 WHERE id = 1");
        assert_eq!(drift(&bed), "0");
        bed.complete();
        bed.rollback();
        assert_eq!(bed.value("SELECT string_agg(mail::text, ',' ORDER BY id) FROM public.people"), "7,5,4,6");
    }
}

/// now() is no timestamp without time zone: whoever compares the two by their bytes gets an error for every INSERT.
#[test]
fn a_default_of_another_type_is_the_columns_own() {
    let before = "CREATE TABLE public.people (id integer PRIMARY KEY, mail timestamp DEFAULT now());
        INSERT INTO public.people VALUES (1, '2026-01-01');";
    let bed = Bed::new(before, RENAME);
    bed.start();
    bed.sql("INSERT INTO public.people VALUES (2); INSERT INTO public.people VALUES (3, '2026-01-03'); INSERT INTO public.people (id, email) VALUES (4, '2026-01-04')");
    assert_eq!(drift(&bed), "0");
    assert_eq!(
        bed.value("SELECT string_agg(to_char(mail, 'DD'), ',' ORDER BY id) FROM public.people WHERE id > 2"),
        "03,04"
    );
}

/// An index over both, a view that reads both, the key along which rows are visited.
#[test]
fn columns_that_hang_together_are_refused_in_one_stage() {
    let before = "CREATE TABLE public.things (id integer PRIMARY KEY, a integer, b integer, c integer);
        CREATE INDEX things_a_b ON public.things (a, b);
        CREATE VIEW public.seen AS SELECT a, c FROM public.things;";
    let retype = |column: &str| {
        format!(
            r#"{{ kind = "change_column_type", table = "things", column = "{column}", type = "numeric" }},
"#
        )
    };
    for (one, other, shared) in [
        ("a", "b", "both work on the index public.things_a_b"),
        ("a", "c", "both work on the view public.seen"),
        ("id", "c", "both work on public.things"),
        ("a", "a", "both work on the column public.things.a"),
    ] {
        let bed = Bed::new(before, &format!("{}{}", retype(one), retype(other)));
        let refusal = bed.refusal();
        assert!(refusal.ends_with(shared), "{refusal}");
    }
    let bed = Bed::new(before, &format!("{}{}", retype("b"), retype("c")));
    bed.start();
    bed.complete();
    bed.rollback();
}

/// Since PostgreSQL 18 NOT NULL is a constraint with a name; before, the name is read and forgotten.
#[test]
fn not_null_keeps_its_name() {
    let before = "CREATE TABLE public.things (id integer PRIMARY KEY, n integer CONSTRAINT counted NOT NULL, m integer NOT NULL);
        INSERT INTO public.things SELECT n, n, n FROM generate_series(1, 10) AS n";
    for operation in [
        r#"{ kind = "change_column_type", table = "things", column = "n", type = "bigint" },"#,
        r#"{ kind = "change_column_type", table = "things", column = "m", type = "bigint" },"#,
        r#"{ kind = "drop_column", table = "things", column = "n" },"#,
    ] {
        let bed = Bed::new(before, operation);
        bed.rehearse();
        let catalog = bed.catalog();
        bed.start();
        bed.rollback();
        assert_eq!(differences(&catalog, &bed.catalog()), []);
        bed.start();
        bed.complete();
        bed.rollback();
        let again = bed.catalog();
        let kept = |catalog: &Catalog| -> Vec<String> {
            let all = catalog.of_kind(ObjectKind::Constraint);
            all.map(|(id, _)| id.to_string()).collect()
        };
        assert_eq!(kept(&catalog), kept(&again));
    }
}

/// Statements that go through rows call those of a batch so, too.
#[test]
fn a_table_that_is_called_batch_comes_back() {
    let bed = Bed::new(
        "CREATE TABLE public.batch (id integer PRIMARY KEY, a integer, b integer, c integer);
         INSERT INTO public.batch VALUES (1, 1, NULL, 3)",
        r#"{ kind = "drop_column", table = "batch", column = "a" },
           { kind = "set_not_null", table = "batch", column = "b", fill = "7" },"#,
    );
    bed.start();
    bed.complete();
    assert_eq!(bed.value("SELECT b FROM public.batch"), "7");
    bed.rollback();
    assert_eq!(bed.value("SELECT a FROM public.batch"), "1");
    assert_eq!(bed.value("SELECT b FROM public.batch"), "NULL");
}
