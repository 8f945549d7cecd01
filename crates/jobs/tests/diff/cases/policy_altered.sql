-- Roles and expressions of a policy are altered; another command takes a new one.

-- both
CREATE TABLE t (id integer PRIMARY KEY, owner_name text);

-- from
CREATE POLICY mine ON t FOR ALL TO app_reader USING (owner_name = current_user);
CREATE POLICY reads ON t FOR SELECT TO app_reader USING (true);

-- to
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
ALTER TABLE t FORCE ROW LEVEL SECURITY;
CREATE POLICY mine ON t FOR ALL TO app_reader, app_writer USING (owner_name = session_user) WITH CHECK (id > 0);
CREATE POLICY reads ON t AS RESTRICTIVE FOR UPDATE TO PUBLIC USING (true);
COMMENT ON POLICY mine ON t IS 'Everybody has their own.';

-- expect
DROP POLICY reads ON public.t;
-- danger: access
ALTER TABLE public.t ENABLE ROW LEVEL SECURITY;
-- danger: access
ALTER TABLE public.t FORCE ROW LEVEL SECURITY;
-- danger: access
ALTER POLICY mine ON public.t TO app_reader, app_writer
    USING ((owner_name = SESSION_USER))
    WITH CHECK ((id > 0));
-- danger: access
CREATE POLICY reads ON public.t AS RESTRICTIVE
    FOR UPDATE TO PUBLIC
    USING (true);
COMMENT ON POLICY mine ON public.t IS 'Everybody has their own.';
