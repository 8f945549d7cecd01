-- A view that only gains columns at its end, or another condition, is replaced in place: what stands on it stays.

-- both
CREATE TABLE t (id integer PRIMARY KEY, a text, b text);

-- from
CREATE VIEW v AS SELECT id FROM t;
CREATE VIEW on_v AS SELECT id FROM v;
GRANT SELECT ON v TO app_reader;

-- to
CREATE VIEW v AS SELECT id, a FROM t WHERE b IS NOT NULL;
CREATE VIEW on_v AS SELECT id FROM v;
GRANT SELECT ON v TO app_reader;

-- expect
CREATE OR REPLACE VIEW public.v AS
 SELECT id,
    a
   FROM public.t
  WHERE (b IS NOT NULL);
