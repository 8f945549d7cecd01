-- Options of a view change without the view being made again.
-- needs: 15

-- both
CREATE TABLE t (id integer PRIMARY KEY, a text);

-- from
CREATE VIEW v AS SELECT id FROM t;
CREATE VIEW w WITH (security_barrier = true) AS SELECT id FROM t;
CREATE VIEW x WITH (security_invoker = true) AS SELECT id FROM t;

-- to
CREATE VIEW v WITH (security_invoker = true) AS SELECT id FROM t;
CREATE VIEW w WITH (check_option = local) AS SELECT id FROM t;
CREATE VIEW x WITH (security_invoker = true) AS SELECT id, a FROM t;

-- expect
ALTER VIEW public.v SET (security_invoker = 'true');
ALTER VIEW public.w RESET (security_barrier);
ALTER VIEW public.w SET (check_option = 'local');
CREATE OR REPLACE VIEW public.x WITH (security_invoker = 'true') AS
 SELECT id,
    a
   FROM public.t;
