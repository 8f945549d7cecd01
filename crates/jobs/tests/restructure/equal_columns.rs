//! Two columns that are one: `drop_column` with `instead` keeps them equal while code of before and code of after run.

use super::bed::{Bed, differences};
use super::columns::drift;

/// Values in both columns, in either alone, in none.
const FILES: &str = "
    CREATE TABLE public.files (id integer PRIMARY KEY, size bigint, bytes bigint, changed integer NOT NULL DEFAULT 0);
    INSERT INTO public.files SELECT n, CASE WHEN n % 4 < 2 THEN n END, CASE WHEN n % 4 IN (0, 2) THEN n END
    FROM generate_series(1, 2500) AS n;";

const SIZE: &str = r#"{ kind = "drop_column", table = "files", column = "size", instead = "bytes" },"#;

const ALL_FILES: &str =
    "SELECT md5(string_agg(ROW(id, size, bytes, changed)::text, ',' ORDER BY id)) FROM public.files WHERE id <= 2500";

fn apart(bed: &Bed) -> String {
    bed.value("SELECT count(*) FROM public.files WHERE size IS DISTINCT FROM bytes")
}

#[test]
fn code_of_before_and_code_of_after_see_each_others_values() {
    let bed = Bed::new(FILES, SIZE);
    let notes = bed.plan().stages[0].operations[0].notes.join("\n");
    assert!(notes.contains("are kept equal until the stage is completed"), "{notes}");
    bed.start();
    assert_eq!(apart(&bed), "0");
    assert_eq!(bed.value("SELECT count(*) FROM public.files WHERE bytes = id"), "1875");
    bed.sql(
        "INSERT INTO public.files (id, size) VALUES (9001, 1); INSERT INTO public.files (id, bytes) VALUES (9002, 2)",
    );
    bed.sql(
        "INSERT INTO public.files (id, size, bytes) VALUES (9003, 1, 3); INSERT INTO public.files (id) VALUES (9004)",
    );
    bed.sql("UPDATE public.files SET size = 10 WHERE id = 1; UPDATE public.files SET bytes = 20 WHERE id = 2");
    bed.sql("UPDATE public.files SET size = NULL WHERE id = 5; UPDATE public.files SET bytes = NULL WHERE id = 6");
    bed.sql(
        "UPDATE public.files SET size = 1, bytes = 30 WHERE id = 4; UPDATE public.files SET changed = 1 WHERE id = 8",
    );
    assert_eq!(apart(&bed), "0");
    let values = "SELECT string_agg(coalesce(bytes::text, '-'), ',' ORDER BY id) FROM public.files \
        WHERE id IN (1, 2, 4, 5, 6, 8, 9001, 9002, 9003, 9004)";
    assert_eq!(bed.value(values), "10,20,30,-,-,8,1,2,3,-");
    bed.complete();
    bed.sql("INSERT INTO public.files (id, bytes) VALUES (9005, 5); UPDATE public.files SET bytes = 100 WHERE id = 12");
    bed.sql("UPDATE public.files SET bytes = NULL WHERE id = 16; UPDATE public.files SET bytes = 130 WHERE id = 13");
    bed.rollback();
    let values = "SELECT string_agg(concat_ws('=', id, coalesce(size::text, '-'), coalesce(bytes::text, '-')), ' ' ORDER BY id) \
        FROM public.files WHERE id IN (1, 2, 5, 6, 9, 10, 12, 13, 16, 9002, 9005)";
    assert_eq!(
        bed.value(values),
        "1=10=10 2=20=20 5=-=- 6=-=- 9=9=- 10=-=10 12=100=100 13=130=130 16=-=- 9002=2=2 9005=5=5"
    );
}

/// As it was, from both ends.
#[test]
fn what_was_filled_is_null_again() {
    let bed = Bed::new(FILES, SIZE);
    let (before, rows) = (bed.catalog(), bed.value(ALL_FILES));
    bed.start();
    bed.rollback();
    assert_eq!(bed.value(ALL_FILES), rows);
    assert_eq!(differences(&before, &bed.catalog()), []);
    bed.start();
    bed.complete();
    bed.rollback();
    assert_eq!(bed.value(ALL_FILES), rows);
    assert_eq!(bed.value("SELECT count(*) FROM pg_trigger WHERE tgname LIKE '%pgmason%'"), "0");
}

/// A row that the backfill has not reached keeps the only value that it has, when something else of it is written.
#[test]
fn a_row_that_is_not_filled_yet_loses_nothing() {
    let before = "CREATE TABLE public.files (id integer PRIMARY KEY, size bigint, bytes bigint UNIQUE, changed integer);
        INSERT INTO public.files VALUES (1, 7, NULL, 0), (2, 7, NULL, 0), (3, NULL, 5, 0), (4, 6, NULL, 0), (5, NULL, 8, 0);";
    let touch = "CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN NEW.changed := NEW.changed + 1; RETURN NEW; END';
        CREATE TRIGGER touch BEFORE UPDATE ON public.files FOR EACH ROW EXECUTE FUNCTION public.touch();";
    for others in ["", touch] {
        let bed = Bed::new(&format!("{before}{others}"), SIZE);
        // Two rows cannot both get 7: the stage stops with its trigger in place.
        assert!(!bed.try_start().unwrap().is_clean());
        bed.sql("UPDATE public.files SET changed = 1 WHERE id IN (3, 4)");
        let values = "SELECT string_agg(concat_ws('=', coalesce(size::text, '-'), coalesce(bytes::text, '-')), ' ' ORDER BY id) \
            FROM public.files";
        assert_eq!(bed.value(values), "7=- 7=- 5=5 6=6 -=8");
        bed.sql("UPDATE public.files SET size = 9 WHERE id = 2");
        bed.start();
        assert_eq!(bed.value(values), "7=7 9=9 5=5 6=6 8=8");
        bed.rollback();
        assert_eq!(bed.value(values), "7=- 9=9 5=5 6=- -=8");
    }
}

#[test]
fn two_values_in_one_row_are_refused_before_anything_changes() {
    let bed = Bed::new(FILES, SIZE);
    bed.sql("UPDATE public.files SET size = 1, bytes = 2 WHERE id = 7");
    let (before, rows) = (bed.catalog(), bed.value(ALL_FILES));
    let report = bed.try_start().unwrap();
    let said = format!("{report:?}");
    assert!(!report.is_clean() && said.contains("one value in size and another one in bytes"), "{said}");
    assert_eq!(differences(&before, &bed.catalog()), []);
    assert_eq!(bed.value(ALL_FILES), rows);
    assert_eq!(bed.value("to_regclass('pgmason.equalised_public_files_size') IS NULL"), "true");
    bed.sql("UPDATE public.files SET size = 2 WHERE id = 7");
    bed.start();
    assert_eq!(apart(&bed), "0");
}

/// What it changes in one of the two is in both; what it does to rows that are filled is undone.
#[test]
fn other_triggers_do_not_part_columns_that_are_kept_equal() {
    let before = "CREATE TABLE public.people (id integer PRIMARY KEY, mail text NOT NULL, email text, changed integer DEFAULT 0);
        INSERT INTO public.people SELECT n, 'm' || n, CASE WHEN n % 2 = 0 THEN 'm' || n END FROM generate_series(1, 2500) AS n;
        CREATE TABLE public.notes (id integer PRIMARY KEY, who integer REFERENCES public.people);
        INSERT INTO public.notes VALUES (1, 1);
        CREATE FUNCTION public.lower_mail() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN NEW.mail := lower(NEW.mail); NEW.changed := NEW.changed + 1; RETURN NEW; END';
        CREATE TRIGGER zz_lower BEFORE INSERT OR UPDATE ON public.people
        FOR EACH ROW EXECUTE FUNCTION public.lower_mail();
        ALTER TABLE public.people ENABLE ALWAYS TRIGGER zz_lower;
        UPDATE public.people SET mail = 'm1', changed = 0";
    let upper = "CREATE OR REPLACE FUNCTION public.lower_mail() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN NEW.email := lower(NEW.email); NEW.changed := NEW.changed + 1; RETURN NEW; END';";
    let operation = r#"{ kind = "drop_column", table = "people", column = "mail", instead = "email" },"#;
    let bed = Bed::new(before, operation);
    bed.sql("UPDATE public.people SET email = 'm1' WHERE email IS NOT NULL; ALTER TABLE public.people DISABLE TRIGGER zz_lower; \
        UPDATE public.people SET changed = 0; UPDATE public.people SET mail = 'As It Was', email = NULL WHERE id = 5; \
        ALTER TABLE public.people ENABLE ALWAYS TRIGGER zz_lower");
    let rows =
        bed.value("SELECT md5(string_agg(ROW(id, mail, email, changed)::text, ',' ORDER BY id)) FROM public.people");
    bed.start();
    assert_eq!(drift(&bed), "0");
    assert_eq!(bed.value("SELECT sum(changed) FROM public.people"), "0");
    assert_eq!(bed.value("SELECT email FROM public.people WHERE id = 5"), "As It Was");
    bed.rollback();
    let again =
        bed.value("SELECT md5(string_agg(ROW(id, mail, email, changed)::text, ',' ORDER BY id)) FROM public.people");
    assert_eq!(again, rows);
    bed.start();
    bed.sql(
        "INSERT INTO public.people VALUES (9001, 'ABC'); INSERT INTO public.people (id, email) VALUES (9002, 'DEF')",
    );
    bed.sql("UPDATE public.people SET email = 'GHI' WHERE id = 1; UPDATE public.people SET mail = 'JKL' WHERE id = 2");
    bed.sql(upper);
    bed.sql("UPDATE public.people SET mail = 'MNO' WHERE id = 3; INSERT INTO public.people (id, email) VALUES (9003, 'PQR')");
    assert_eq!(drift(&bed), "0");
    assert_eq!(
        bed.value(
            "SELECT string_agg(mail, ',' ORDER BY id) FROM public.people WHERE id IN (1, 2, 3, 9001, 9002, 9003)"
        ),
        "ghi,jkl,mno,abc,def,pqr"
    );
    bed.complete();
    bed.sql("UPDATE public.people SET email = 'STU' WHERE id = 4");
    bed.rollback();
    let values = "SELECT string_agg(mail, ',' ORDER BY id) FROM public.people WHERE id IN (1, 2, 4, 5)";
    assert_eq!(bed.value(values), "ghi,jkl,stu,As It Was");
    assert_eq!(
        bed.value(
            "SELECT attnotnull FROM pg_attribute WHERE attrelid = 'public.people'::regclass AND attname = 'mail'"
        ),
        "true"
    );
}

/// Under `session_replication_role = replica` a foreign key would look away.
#[test]
fn a_fill_fulfils_foreign_keys() {
    let before = "CREATE TABLE public.people (id integer PRIMARY KEY);
        INSERT INTO public.people VALUES (1);
        CREATE TABLE public.notes (id integer PRIMARY KEY, who integer, person integer REFERENCES public.people);
        INSERT INTO public.notes VALUES (1, 1, NULL), (2, 99, NULL);";
    let bed = Bed::new(before, r#"{ kind = "drop_column", table = "notes", column = "who", instead = "person" },"#);
    let said = format!("{:?}", bed.try_start().unwrap());
    assert!(said.contains("violates foreign key constraint"), "{said}");
    bed.sql("INSERT INTO public.people VALUES (99)");
    bed.start();
    assert_eq!(bed.value("SELECT string_agg(person::text, ',' ORDER BY id) FROM public.notes"), "1,99");
}

/// Defaults that both have: a column that is left out is told from one that is given.
#[test]
fn columns_with_one_default_are_kept_equal() {
    let before = "CREATE TABLE public.files (id integer PRIMARY KEY, size bigint DEFAULT 7, bytes bigint DEFAULT 7);
        INSERT INTO public.files SELECT n, CASE WHEN n % 2 = 0 THEN 7 END FROM generate_series(1, 10) AS n;";
    let bed = Bed::new(before, SIZE);
    bed.sql("UPDATE public.files SET size = 7 WHERE size IS NULL AND id > 5; UPDATE public.files SET bytes = NULL WHERE id = 1");
    bed.start();
    bed.sql(
        "INSERT INTO public.files (id) VALUES (21); INSERT INTO public.files (id, size) VALUES (22, 1), (23, NULL)",
    );
    bed.sql("INSERT INTO public.files (id, bytes) VALUES (24, 2), (25, NULL)");
    let values = "SELECT string_agg(concat_ws('=', coalesce(size::text, '-'), coalesce(bytes::text, '-')), ' ' ORDER BY id) \
        FROM public.files WHERE id > 20";
    assert_eq!(bed.value(values), "7=7 1=1 -=- 2=2 -=-");
    bed.complete();
    bed.sql(
        "INSERT INTO public.files (id, bytes) VALUES (26, 3), (27, NULL); INSERT INTO public.files (id) VALUES (28)",
    );
    bed.rollback();
    assert_eq!(bed.value(values), "7=7 1=1 -=- 2=2 -=- 3=3 -=- 7=7");
}

#[test]
fn columns_that_cannot_be_kept_equal_are_told() {
    let cases = [
        ("size integer, bytes bigint", "size is integer, and bytes is bigint"),
        ("size bigint DEFAULT 0, bytes bigint", "the default of size is `0`, and that of bytes is none"),
        ("size bigint, bytes bigint NOT NULL DEFAULT 0", "the default of size is none"),
        ("size bigint, bytes bigint NOT NULL", "bytes is NOT NULL, and size takes nulls"),
        ("size bigint NOT NULL, bytes bigint GENERATED ALWAYS AS IDENTITY", "an identity column"),
        ("size float DEFAULT random(), bytes float DEFAULT random()", "another value each time"),
        ("size text COLLATE \"C\", bytes text", "different collations"),
        ("size public.whole, bytes public.whole", "the domain public.whole has a default"),
    ];
    for (columns, why) in cases {
        let bed = Bed::new(
            &format!(
                "CREATE DOMAIN public.whole AS bigint DEFAULT 3; CREATE TABLE public.files (id integer PRIMARY KEY, {columns})"
            ),
            SIZE,
        );
        let plan = bed.plan();
        let operation = &plan.stages[0].operations[0];
        let notes = operation.notes.join("\n");
        assert!(notes.contains("do not see each other's values") && notes.contains(why), "{columns}: {notes}");
        assert!(!operation.start.iter().any(|step| step.title.contains("equal")), "{columns}");
    }
}

/// A rename, a change of type and a duplicate that goes, in one stage on one table whose trigger writes to one of them.
#[test]
fn columns_of_one_table_change_beside_each_other() {
    let before = "CREATE TABLE public.files (id integer PRIMARY KEY, name text NOT NULL, size bigint, bytes bigint,
            price double precision NOT NULL, changed integer NOT NULL DEFAULT 0);
        INSERT INTO public.files SELECT n, 'n' || n, CASE WHEN n % 4 < 2 THEN n END, CASE WHEN n % 4 IN (0, 2) THEN n END, n / 4.0
        FROM generate_series(1, 2500) AS n;
        CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN NEW.bytes := abs(NEW.bytes); NEW.changed := NEW.changed + 1; RETURN NEW; END';
        CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON public.files FOR EACH ROW EXECUTE FUNCTION public.touch();
        ALTER TABLE public.files ENABLE ALWAYS TRIGGER touch;";
    let (rename, retype) = (
        r#"{ kind = "rename_column", table = "files", column = "name", to = "title" },"#,
        r#"{ kind = "change_column_type", table = "files", column = "price", type = "numeric(12,2)" },"#,
    );
    let all = "SELECT md5(string_agg(ROW(id, name, size, bytes, price, changed)::text, ',' ORDER BY id)) FROM public.files \
        WHERE id BETWEEN 20 AND 2500";
    for operations in [[rename, SIZE, retype], [retype, SIZE, rename]] {
        let bed = Bed::new(before, &operations.join("\n"));
        bed.rehearse();
        let rows = bed.value(all);
        bed.start();
        assert_eq!(bed.value("SELECT sum(changed) FROM public.files"), "0");
        bed.sql("UPDATE public.files SET size = -11, name = 'old', price = 1.25 WHERE id = 1");
        bed.sql("UPDATE public.files SET bytes = -12, title = 'new', price = 2.5 WHERE id = 2");
        bed.sql("INSERT INTO public.files (id, name, size, price) VALUES (9001, 'old', -3, 3.5)");
        bed.sql("INSERT INTO public.files (id, title, bytes, price) VALUES (9002, 'new', -4, 4.5)");
        assert_eq!(apart(&bed), "0");
        bed.complete();
        bed.sql("UPDATE public.files SET bytes = -5, title = 'newer', price = 5.5 WHERE id = 3");
        bed.rollback();
        assert_eq!(bed.value(all), rows);
        assert_eq!(
            bed.value(
                "SELECT string_agg(ROW(id, name, size, bytes, price, changed)::text, '' ORDER BY id) FROM public.files \
                WHERE id IN (1, 2, 3, 9001, 9002)"
            ),
            "(1,old,11,11,1.25,1)(2,new,12,12,2.5,1)(3,newer,5,5,5.5,1)(9001,old,3,3,3.5,1)(9002,new,4,4,4.5,1)"
        );
        bed.start();
        bed.rollback();
        assert_eq!(bed.value(all), rows);
    }
}

/// Made-up texts differ, and rows that others refer to cannot go.
#[test]
fn a_rehearsal_mends_rows_with_two_values() {
    let before = "CREATE TABLE public.people (id integer PRIMARY KEY, mail text NOT NULL, email text);
        CREATE TABLE public.notes (id integer PRIMARY KEY, who integer NOT NULL REFERENCES public.people);";
    let bed = Bed::new(before, r#"{ kind = "drop_column", table = "people", column = "mail", instead = "email" },"#);
    bed.rehearse();
}

/// What a trigger of somebody's writes to the table while its rows are filled is no backfill.
#[test]
fn a_trigger_that_writes_to_its_own_table_during_a_backfill_takes_nothing() {
    let before = "CREATE TABLE public.people (id integer PRIMARY KEY);
        INSERT INTO public.people VALUES (1), (2);
        CREATE TABLE public.notes (id integer PRIMARY KEY, who integer, person integer REFERENCES public.people, changed integer);
        INSERT INTO public.notes VALUES (1, 1, 1, 0), (2, 2, NULL, 0), (3, NULL, 2, 0);
        CREATE FUNCTION public.count_it() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN UPDATE public.notes SET changed = changed + 1 WHERE id = 1; RETURN NULL; END';
        CREATE TRIGGER count_it AFTER UPDATE ON public.notes FOR EACH ROW WHEN (NEW.id > 1) EXECUTE FUNCTION public.count_it();
        ALTER TABLE public.notes ENABLE ALWAYS TRIGGER count_it;";
    let bed = Bed::new(before, r#"{ kind = "drop_column", table = "notes", column = "who", instead = "person" },"#);
    let values = "SELECT string_agg(concat_ws('=', coalesce(who::text, '-'), coalesce(person::text, '-')), ' ' ORDER BY id) \
        FROM public.notes";
    bed.start();
    assert_eq!(bed.value(values), "1=1 2=2 2=2");
    assert_eq!(bed.value("SELECT changed FROM public.notes WHERE id = 1"), "2");
    bed.rollback();
    assert_eq!(bed.value(values), "1=1 2=- -=2");
}

/// Of a domain, of a composite type, of one without equality.
#[test]
fn columns_of_any_type_are_kept_equal() {
    let types = [
        ("public.whole", "5", "7"),
        ("public.pair", "ROW(1, NULL)", "ROW(NULL, NULL)"),
        ("json", "'{\"a\": 1}'", "'{\"a\":1}'"),
        ("text[]", "'{a}'", "'{a,NULL}'"),
        ("public.whole DEFAULT 3", "5", "7"),
    ];
    for (type_name, one, other) in types {
        let bed = Bed::new(
            &format!(
                "CREATE DOMAIN public.whole AS bigint CHECK (VALUE > 1); CREATE TYPE public.pair AS (a integer, b integer);
                CREATE TABLE public.files (id integer PRIMARY KEY, size {type_name}, bytes {type_name});
                INSERT INTO public.files VALUES (1, {one}, NULL), (2, NULL, {other}), (3, NULL, NULL), (4, {one}, {one});"
            ),
            SIZE,
        );
        let all = "SELECT string_agg(concat_ws('=', id, size, bytes), ' ' ORDER BY id) FROM public.files WHERE id < 5";
        let same = "SELECT bool_and(record_image_eq(ROW(size), ROW(bytes))) FROM public.files";
        let rows = bed.value(all);
        bed.start();
        assert_eq!(bed.value(same), "true", "{type_name}");
        bed.sql(&format!("INSERT INTO public.files (id, size) VALUES (11, {one}); INSERT INTO public.files (id, bytes) VALUES (12, {other})"));
        bed.sql(&format!(
            "UPDATE public.files SET bytes = {one} WHERE id = 12; UPDATE public.files SET size = {other} WHERE id = 11"
        ));
        assert_eq!(bed.value(same), "true", "{type_name}");
        bed.complete();
        bed.sql(&format!("UPDATE public.files SET bytes = {one} WHERE id = 11"));
        bed.rollback();
        assert_eq!(bed.value(all), rows, "{type_name}");
    }
}
