//! Columns go into a table of their own, and both shapes are written.

use super::bed::{Bed, DEFAULT_PRIVILEGES, differences};

const OPERATION: &str =
    r#"{ kind = "split_table", table = "people", into = "profiles", columns = ["bio", "theme", "handle"] },"#;

fn before() -> String {
    format!(
        "{DEFAULT_PRIVILEGES}
        CREATE TABLE public.people (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL,
            handle text NOT NULL UNIQUE, bio json, theme text NOT NULL DEFAULT 'light' CHECK (theme <> ''),
            updated_at timestamptz NOT NULL DEFAULT clock_timestamp());
        CREATE INDEX ON public.people (theme);
        CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql
            AS 'BEGIN NEW.updated_at := clock_timestamp(); RETURN NEW; END';
        CREATE TRIGGER touch BEFORE UPDATE ON public.people FOR EACH ROW EXECUTE FUNCTION public.touch();
        ALTER TABLE public.people ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON public.people TO authenticated USING (id = 1);
        REVOKE ALL ON public.people FROM anon;
        INSERT INTO public.people (name, handle, bio) SELECT 'n' || n, 'h' || n, '{{\"a\": 1}}' FROM generate_series(1, 200) AS n;"
    )
}

#[test]
fn both_shapes_are_written_and_the_columns_come_back() {
    let bed = Bed::new(&before(), OPERATION);
    let catalog = bed.catalog();
    bed.start();
    assert_eq!(bed.value("SELECT count(*) FROM public.profiles"), "200");
    assert_eq!(bed.state_as("anon", "SELECT FROM public.profiles"), "42501");
    assert_eq!(bed.messages("SET ROLE authenticated; SELECT count(*) FROM public.profiles"), "1");
    bed.sql("UPDATE public.people SET bio = '{\"b\": 2}' WHERE id = 1; UPDATE public.profiles SET theme = 'dark' WHERE id = 2; \
             INSERT INTO public.people (name, handle) VALUES ('old', 'old'); \
             INSERT INTO public.people (name) VALUES ('new'); \
             INSERT INTO public.profiles (id, handle) SELECT id, 'new' FROM public.people WHERE name = 'new'; \
             DELETE FROM public.people WHERE id = 3");
    assert_eq!(bed.value("SELECT bio FROM public.profiles WHERE id = 1"), "{\"b\": 2}");
    assert_eq!(bed.value("SELECT theme FROM public.people WHERE id = 2"), "dark");
    assert_eq!(bed.value("SELECT count(*) FROM public.profiles WHERE handle IN ('old', 'new')"), "2");
    assert_eq!(bed.value("SELECT handle FROM public.people WHERE name = 'new'"), "new");
    assert_eq!(bed.value("SELECT count(*) FROM public.profiles WHERE id = 3"), "0");
    let touched = bed.value("SELECT max(updated_at) FROM public.people");
    bed.complete();
    bed.sql("UPDATE public.profiles SET bio = '{\"c\": 3}' WHERE id = 4");
    bed.rollback();
    let differences = differences(&catalog, &bed.catalog());
    let in_words: Vec<String> = differences.iter().map(|(id, ..)| id.to_string()).collect();
    // Columns that come back stand at the end.
    assert!(in_words.iter().all(|id| id.starts_with("public.people.")), "{differences:#?}");
    assert_eq!(bed.value("SELECT bio::text || theme || handle FROM public.people WHERE id = 4"), "{\"c\": 3}lighth4");
    assert_eq!(bed.value("SELECT count(*) FROM public.people WHERE bio IS NULL"), "2");
    // Nobody changed anything: the trigger of the project must not say so.
    assert_eq!(bed.value("SELECT max(updated_at) FROM public.people"), touched);
}
