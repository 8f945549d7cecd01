//! What a plan says before anything changes, or refuses, where nothing would fail and rows would be lost all the same.

use super::bed::Bed;

fn notes(bed: &Bed) -> String {
    let report = bed.plan();
    assert!(report.refusals.is_empty(), "{:?}", report.refusals);
    format!("{report:?}")
}

/// DELETE FROM ONLY through a view takes the rows of those that inherit.
#[test]
fn a_table_with_heirs_keeps_its_old_name_until_the_end() {
    let bed = Bed::new(
        "CREATE TABLE public.base (id integer PRIMARY KEY); CREATE TABLE public.kid () INHERITS (public.base);
         INSERT INTO public.base VALUES (1); INSERT INTO public.kid VALUES (2)",
        r#"{ kind = "rename_table", table = "base", to = "app_base" },"#,
    );
    let told = notes(&bed);
    assert!(told.contains("ONLY does not work through a view") && told.contains("kid inherits from it"), "{told}");
    bed.start();
    bed.sql("DELETE FROM ONLY public.base");
    assert_eq!(bed.value("SELECT count(*) FROM public.kid"), "1");
    assert_eq!(bed.value("SELECT count(*) FROM public.app_base"), "1");
    bed.complete();
}

#[test]
fn a_key_that_is_checked_late_takes_no_copies() {
    for operation in [
        r#"{ kind = "partition_table", table = "t", by = "hash", column = "id", partitions = 2 },"#,
        r#"{ kind = "split_table", table = "t", into = "t2", columns = ["a"] },"#,
    ] {
        let bed = Bed::new("CREATE TABLE public.t (id integer PRIMARY KEY DEFERRABLE, a integer)", operation);
        assert!(bed.refusal().contains("is DEFERRABLE"), "{operation}: {}", bed.refusal());
    }
}

#[test]
fn a_key_whose_operators_are_an_extension_s_is_refused() {
    if std::env::var_os("PGMASON_TEST_MAJOR").is_some() {
        // The servers of the version matrix come without extensions.
        return;
    }
    let operation = r#"{ kind = "partition_table", table = "t", by = "hash", column = "k", partitions = 2 },"#;
    let of = |type_name: &str| {
        let made = format!(
            "CREATE EXTENSION ltree; CREATE EXTENSION citext; CREATE TYPE public.mood AS ENUM ('a');
            CREATE TABLE public.t (k {type_name} PRIMARY KEY)"
        );
        format!("{:?}", Bed::new(&made, operation).plan().refusals)
    };
    assert!(of("ltree").contains("operators lie outside of pg_catalog"), "{}", of("ltree"));
    for fine in ["citext", "mood", "uuid", "numeric(3, 1)"] {
        assert_eq!(of(fine), "[]", "{fine}");
    }
}

#[test]
fn triggers_that_hear_too_much_or_nothing_are_named() {
    let bed = Bed::new(
        "CREATE TABLE public.t (id integer PRIMARY KEY, a integer);
         CREATE FUNCTION public.heard() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
         CREATE TRIGGER on_a AFTER UPDATE OF a ON public.t FOR EACH ROW EXECUTE FUNCTION public.heard();
         CREATE TRIGGER always AFTER UPDATE ON public.t FOR EACH ROW EXECUTE FUNCTION public.heard();
         ALTER TABLE public.t ENABLE ALWAYS TRIGGER always",
        r#"{ kind = "rename_column", table = "t", column = "a", to = "b" },"#,
    );
    let told = notes(&bed);
    assert!(told.contains("public.t.on_a fires on UPDATE OF a"), "{told}");
    assert!(told.contains("public.t.always fires for every row"), "{told}");
    assert!(!told.contains("public.t.on_a fires for every row"), "{told}");
}

/// In an import nothing cascades: the second table would keep a row that nobody has.
#[test]
fn a_row_of_a_split_table_that_lost_its_other_half_is_seen() {
    let bed = Bed::new(
        "CREATE TABLE public.t (id integer PRIMARY KEY, a integer); INSERT INTO public.t VALUES (1, 1), (2, 2)",
        r#"{ kind = "split_table", table = "t", into = "t2", columns = ["a"] },"#,
    );
    bed.start();
    bed.sql("SET session_replication_role = replica; DELETE FROM public.t WHERE id = 1");
    let refused = bed.try_complete();
    assert!(refused.contains("not the same rows"), "{refused}");
    bed.sql("DELETE FROM public.t2 WHERE id = 1");
    bed.complete();
}
