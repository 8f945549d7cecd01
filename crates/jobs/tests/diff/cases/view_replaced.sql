-- A view that loses a column is dropped and made, with what stands on it, its grants and its comments.

-- both
CREATE TABLE t (id integer PRIMARY KEY, a text, b text);

-- from
CREATE VIEW v AS SELECT id, a, b FROM t;
CREATE VIEW on_v AS SELECT id FROM v;
GRANT SELECT ON v, on_v TO app_reader;
COMMENT ON VIEW on_v IS 'Stays.';

-- to
CREATE VIEW v AS SELECT id, b FROM t;
CREATE VIEW on_v AS SELECT id FROM v;
GRANT SELECT ON v, on_v TO app_reader;
COMMENT ON VIEW on_v IS 'Stays.';

-- expect
DROP VIEW public.on_v;
DROP VIEW public.v;
CREATE VIEW public.v AS
 SELECT id,
    b
   FROM public.t;
CREATE VIEW public.on_v AS
 SELECT id
   FROM public.v;
GRANT SELECT ON TABLE public.on_v TO app_reader;
GRANT SELECT ON TABLE public.v TO app_reader;
COMMENT ON VIEW public.on_v IS 'Stays.';
