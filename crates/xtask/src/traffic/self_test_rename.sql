LOCK TABLE public.notes IN ACCESS EXCLUSIVE MODE;
ALTER TABLE public.notes RENAME TO app_notes;
CREATE VIEW public.notes WITH (security_invoker = true) AS SELECT * FROM public.app_notes;
GRANT SELECT ON public.notes TO anon;
GRANT SELECT, INSERT, UPDATE, DELETE ON public.notes TO authenticated, service_role;
