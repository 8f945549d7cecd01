//! A table goes into another one while both are written to.

use pgmason_testkit::local_major;

use super::bed::{Bed, DEFAULT_PRIVILEGES, differences};
use super::writers::{Writers, Writes};

const OPERATION: &str = r#"{ kind = "merge_tables", table = "documents", into = "books", columns = { size_bytes = "size" }, without = ["draft"], discriminator = { column = "kind", value = "document", existing = "book" } },"#;

fn before() -> String {
    // Before 15 no view keeps to the policies of what it reads: such a merge is refused.
    let policies = match local_major() {
        ..15 => "",
        _ => {
            "ALTER TABLE public.books ENABLE ROW LEVEL SECURITY;
            ALTER TABLE public.documents ENABLE ROW LEVEL SECURITY;
            CREATE POLICY own ON public.books TO authenticated USING (owner = 1);
            CREATE POLICY own ON public.documents TO authenticated USING (owner = 1);"
        }
    };
    format!(
        "{DEFAULT_PRIVILEGES}
        CREATE TABLE public.books (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), owner integer NOT NULL,
            title varchar(200) NOT NULL, size_bytes bigint, status text NOT NULL DEFAULT 'new',
            updated_at timestamptz NOT NULL DEFAULT now());
        CREATE TABLE public.documents (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), title varchar(100) NOT NULL,
            owner integer NOT NULL, size integer, draft json, status text NOT NULL DEFAULT 'draft',
            updated_at timestamptz NOT NULL DEFAULT now());
        CREATE TABLE public.pages (id integer PRIMARY KEY, document uuid NOT NULL
            CONSTRAINT of_document REFERENCES public.documents ON DELETE CASCADE);
        CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql
            AS 'BEGIN NEW.updated_at := now(); RETURN NEW; END';
        CREATE TRIGGER touch BEFORE UPDATE ON public.books FOR EACH ROW EXECUTE FUNCTION public.touch();
        CREATE TRIGGER touch BEFORE UPDATE ON public.documents FOR EACH ROW EXECUTE FUNCTION public.touch();
        {policies}
        REVOKE ALL ON public.books, public.documents FROM anon;
        CREATE INDEX ON public.documents (title);
        INSERT INTO public.books (owner, title) SELECT n % 3, 'b' || n FROM generate_series(1, 300) AS n;
        INSERT INTO public.documents (owner, title, size, draft)
            SELECT n % 3, 'd' || n, n, '{{}}' FROM generate_series(1, 600) AS n;
        INSERT INTO public.pages SELECT row_number() OVER (), id FROM public.documents;"
    )
}

#[test]
fn both_names_work_and_the_way_back_loses_nothing() {
    let bed = Bed::new(&before(), OPERATION);
    let catalog = bed.catalog();
    bed.start();
    assert_eq!(bed.value("SELECT count(*) FROM public.books WHERE kind = 'document'"), "600");
    assert_eq!(bed.value("SELECT count(*) FROM public.documents"), "600");
    // A filtered view stores the base's default and hides the row, where nothing says otherwise.
    bed.sql("INSERT INTO public.documents (title, owner, size) VALUES ('through the view', 1, 7)");
    assert_eq!(bed.value("SELECT kind FROM public.books WHERE title = 'through the view'"), "document");
    assert_eq!(bed.value("SELECT status FROM public.books WHERE title = 'through the view'"), "draft");
    let upsert = "INSERT INTO public.documents (id, title, owner) SELECT id, 'again', owner FROM public.documents \
        WHERE title = 'd1' ON CONFLICT (id) DO UPDATE SET title = excluded.title";
    bed.sql(upsert);
    assert_eq!(bed.value("SELECT count(*) FROM public.books WHERE title = 'again'"), "1");
    // A row of another kind cannot be written through it.
    let other = "INSERT INTO public.documents (title, owner, kind) VALUES ('x', 1, 'book')";
    assert_eq!(bed.state_as("admin", other), "44000");
    assert_eq!(bed.state_as("anon", "SELECT * FROM public.documents"), "42501");
    let seen = "SET ROLE authenticated; SELECT count(*) FROM public.documents";
    assert_eq!(bed.messages(seen), if local_major() < 15 { "601" } else { "201" });
    bed.sql("DELETE FROM public.documents WHERE title = 'd2'");
    assert_eq!(bed.value("SELECT count(*) FROM public.pages"), "599");
    bed.complete();
    assert_eq!(bed.value("to_regclass('public.documents') IS NULL"), "true");
    bed.sql("INSERT INTO public.books (kind, title, owner) VALUES ('document', 'after the end', 1)");
    bed.sql("DELETE FROM public.books WHERE title = 'd3'");
    bed.rollback();
    assert_eq!(differences(&catalog, &bed.catalog()), []);
    assert_eq!(bed.value("SELECT count(*) FROM public.books"), "300");
    assert_eq!(bed.value("SELECT count(*) FROM public.documents"), "600");
    assert_eq!(bed.value("SELECT size FROM public.documents WHERE title = 'through the view'"), "7");
    assert_eq!(bed.value("SELECT count(*) FROM public.documents WHERE title IN ('after the end', 'again')"), "2");
    // What was left behind is there again.
    assert_eq!(bed.value("SELECT count(*) FROM public.documents WHERE draft IS NOT NULL"), "598");
}

#[test]
fn writers_meet_the_copy_and_nothing_is_lost() {
    let bed = Bed::new(&before(), OPERATION);
    bed.sql("INSERT INTO public.documents (owner, title) SELECT 1, 'more' || n FROM generate_series(1, 20000) AS n");
    let writers = Writers::start(
        &bed,
        Writes {
            table: "public.documents",
            key: "id",
            insert: "INSERT INTO public.documents (title, owner) VALUES ($1, 1)",
            name: "title",
        },
    );
    bed.start();
    let ledger = writers.stop();
    ledger.assert_is(&bed, "SELECT title FROM public.books WHERE kind = 'document' AND title LIKE 'w%'");
    ledger.assert_is(&bed, "SELECT title FROM pgmason.archive_public_documents WHERE title LIKE 'w%'");
    let drift = "SELECT count(*) FROM public.books AS b FULL JOIN pgmason.archive_public_documents AS a USING (id) \
        WHERE (b.kind = 'document' OR b.kind IS NULL) AND (a.title, a.owner) IS DISTINCT FROM (b.title::text, b.owner)";
    assert_eq!(bed.value(drift), "0");
    bed.rollback();
    ledger.assert_is(&bed, "SELECT title FROM public.documents WHERE title LIKE 'w%'");
    assert_eq!(bed.value("SELECT count(*) FROM public.books"), "300");
}

#[test]
fn keys_that_both_have_are_found_before_anything_changes() {
    let both = format!(
        "{}; INSERT INTO public.documents (id, owner, title) SELECT id, 1, 'same' FROM public.books LIMIT 1",
        before()
    );
    let bed = Bed::new(&both, OPERATION);
    let catalog = bed.catalog();
    let outcome = format!("{:?}", bed.try_start());
    assert!(outcome.contains("have the same id"), "{outcome}");
    assert_eq!(differences(&catalog, &bed.catalog()), []);
    bed.rollback();
}

#[test]
fn a_key_that_both_have_stays_behind_where_it_says_so() {
    let both = format!(
        "{}; INSERT INTO public.documents (id, owner, title) SELECT id, 1, 'same' FROM public.books LIMIT 1",
        before()
    );
    let keep = OPERATION.replace("{ kind =", r#"{ on_collision = "keep_existing", kind ="#);
    let bed = Bed::new(&both, &keep);
    bed.start();
    assert_eq!(bed.value("SELECT count(*) FROM public.documents"), "600");
    assert_eq!(bed.value("SELECT count(*) FROM public.books WHERE title = 'same'"), "0");
    bed.rollback();
    assert_eq!(bed.value("SELECT count(*) FROM public.documents"), "601");
}

#[test]
fn computed_columns_are_written_by_triggers_and_defaults_stay() {
    let operation = r#"{ kind = "merge_tables", table = "documents", into = "books", columns = { size_bytes = "size", title = "upper(title)" }, without = ["draft"], discriminator = { column = "kind", value = "document", existing = "book" } },"#;
    let bed = Bed::new(&before(), operation);
    bed.start();
    bed.sql("INSERT INTO public.documents (title, owner) VALUES ('quiet', 1)");
    // INSTEAD OF triggers are handed NULL where the base has a default.
    assert_eq!(
        bed.value("SELECT title || status || (id IS NOT NULL) FROM public.books WHERE title = 'QUIET'"),
        "QUIETdrafttrue"
    );
    bed.sql(
        "UPDATE public.documents SET size = 5 WHERE title = 'QUIET'; DELETE FROM public.documents WHERE title = 'D1'",
    );
    assert_eq!(bed.value("SELECT size_bytes FROM public.books WHERE title = 'QUIET'"), "5");
    assert_eq!(bed.state_as("anon", "DELETE FROM public.documents"), "42501");
    bed.rollback();
    assert_eq!(bed.value("SELECT count(*) FROM public.documents"), "600");
}

#[test]
fn what_does_not_fit_is_refused() {
    let cases = [
        (r#"without = ["draft"], "#, "", "has no place for draft"),
        (r#"discriminator = { column = "kind", value = "document", existing = "book" }"#, "", "nothing would tell"),
        (
            r#"columns = { size_bytes = "size" }, without = ["draft"]"#,
            r#"columns = { size_bytes = "title", title = "title" }, without = ["draft", "size"]"#,
            "is character varying(100)",
        ),
    ];
    for (from, to, words) in cases {
        let refusal = Bed::new(&before(), &OPERATION.replace(from, to)).refusal();
        assert!(refusal.contains(words), "{refusal}");
    }
}

/// An AFTER trigger that changes the row again fires the mirror twice, the older values last.
#[test]
fn a_trigger_that_writes_again_does_not_bring_old_values_back() {
    let again = format!(
        "{}; CREATE FUNCTION public.again() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             UPDATE public.documents SET status = 'seen' WHERE id = NEW.id AND status <> 'seen'; RETURN NULL; END $$;
         CREATE TRIGGER again AFTER INSERT OR UPDATE ON public.documents FOR EACH ROW EXECUTE FUNCTION public.again();",
        before()
    );
    let bed = Bed::new(&again, OPERATION);
    let writers = Writers::start(
        &bed,
        Writes {
            table: "public.documents",
            key: "id",
            insert: "INSERT INTO public.documents (title, owner) VALUES ($1, 1)",
            name: "title",
        },
    );
    bed.start();
    drop(writers.stop());
}
