-- A materialized view with another query is made again with its index, statistics target, grants and comments.

-- both
CREATE TABLE t (id integer PRIMARY KEY, a text);

-- from
CREATE MATERIALIZED VIEW m AS SELECT a, count(*) AS many FROM t GROUP BY a;
CREATE UNIQUE INDEX m_a_idx ON m (a);
GRANT SELECT ON m TO app_reader;
COMMENT ON MATERIALIZED VIEW m IS 'Counts.';
COMMENT ON COLUMN m.a IS 'What.';
CREATE MATERIALIZED VIEW settings AS SELECT 1 AS one;
CREATE MATERIALIZED VIEW empty AS SELECT 1 AS one;

-- to
CREATE MATERIALIZED VIEW m AS SELECT a, count(*) AS many FROM t WHERE id > 0 GROUP BY a;
CREATE UNIQUE INDEX m_a_idx ON m (a);
GRANT SELECT ON m TO app_reader;
COMMENT ON MATERIALIZED VIEW m IS 'Counts.';
COMMENT ON COLUMN m.a IS 'What.';
CREATE MATERIALIZED VIEW settings WITH (fillfactor = 80) AS SELECT 1 AS one;
CREATE MATERIALIZED VIEW empty AS SELECT 1 AS one WITH NO DATA;

-- rows
INSERT INTO t VALUES (1, 'a');

-- holds
SELECT many = 1 FROM m

-- expect
DROP MATERIALIZED VIEW public.m;
-- danger: long lock
CREATE MATERIALIZED VIEW public.m AS
 SELECT a,
    count(*) AS many
   FROM public.t
  WHERE (id > 0)
  GROUP BY a;
CREATE UNIQUE INDEX m_a_idx ON public.m USING btree (a);
REFRESH MATERIALIZED VIEW public.empty WITH NO DATA;
ALTER MATERIALIZED VIEW public.settings SET (fillfactor = '80');
GRANT SELECT ON TABLE public.m TO app_reader;
COMMENT ON COLUMN public.m.a IS 'What.';
COMMENT ON MATERIALIZED VIEW public.m IS 'Counts.';
