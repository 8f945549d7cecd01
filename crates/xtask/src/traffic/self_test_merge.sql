LOCK TABLE public.scrolls, public.books IN ACCESS EXCLUSIVE MODE;
ALTER TABLE public.books
    ADD COLUMN kind text NOT NULL DEFAULT 'book', ADD COLUMN length integer, ADD COLUMN scroll_state text DEFAULT 'rolled';
INSERT INTO public.books (id, user_id, title, length, scroll_state, kind)
    SELECT id, user_id, name, ells, state, 'scroll' FROM public.scrolls;
ALTER TABLE public.scrolls RENAME TO scrolls_before;
CREATE VIEW public.scrolls WITH (security_invoker = true) AS
    SELECT id, user_id, title AS name, length AS ells, scroll_state AS state, kind FROM public.books WHERE kind = 'scroll';
ALTER VIEW public.scrolls ALTER COLUMN kind SET DEFAULT 'scroll';
GRANT SELECT ON public.scrolls TO anon;
GRANT SELECT, INSERT, UPDATE, DELETE ON public.scrolls TO authenticated, service_role;
