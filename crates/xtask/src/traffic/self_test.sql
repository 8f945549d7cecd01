-- Small, and with what matters: a parent, a unique key, a default that counts, a trigger, roles that policies keep apart.
CREATE ROLE anon NOLOGIN;
CREATE ROLE authenticated NOLOGIN;
CREATE ROLE service_role NOLOGIN BYPASSRLS;
CREATE TABLE public.folders (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    name text NOT NULL
);
CREATE TABLE public.notes (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    folder_id uuid NOT NULL REFERENCES public.folders (id) ON DELETE CASCADE,
    user_id uuid NOT NULL,
    title text NOT NULL,
    state text NOT NULL DEFAULT 'draft',
    stars integer,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE public.visits (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    note_id uuid NOT NULL REFERENCES public.notes (id) ON DELETE CASCADE,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE public.labels (
    folder_id uuid NOT NULL REFERENCES public.folders (id) ON DELETE CASCADE,
    day date NOT NULL DEFAULT current_date,
    label varchar(20),
    PRIMARY KEY (folder_id, day)
);
CREATE TABLE public.books (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    title text NOT NULL,
    pages integer
);
CREATE TABLE public.scrolls (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    name text NOT NULL,
    ells integer,
    state text NOT NULL DEFAULT 'rolled'
);
CREATE FUNCTION public.set_updated_at() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN NEW.updated_at = clock_timestamp(); RETURN NEW; END $$;
CREATE TRIGGER notes_updated_at BEFORE UPDATE ON public.notes FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
GRANT USAGE ON SCHEMA public TO anon, authenticated, service_role;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO anon;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO authenticated, service_role;
ALTER TABLE public.notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY "Owners work with notes" ON public.notes FOR ALL TO authenticated
    USING (user_id::text = current_setting('request.jwt.claims', true)::json ->> 'sub');
