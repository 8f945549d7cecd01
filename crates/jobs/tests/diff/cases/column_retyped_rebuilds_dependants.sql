-- A retype takes down what reads the column, and makes just that again: view, view on the view, policy, trigger,
-- materialized view with its index, its grants and its comments. What reads other columns stays.

-- both
CREATE TABLE t (id integer PRIMARY KEY, level integer, other text);
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_level ON t FOR SELECT TO app_reader USING (level > 1);
CREATE POLICY by_other ON t FOR SELECT TO app_writer USING (other = 'x');
CREATE VIEW levels AS SELECT id, level FROM t;
CREATE VIEW high_levels AS SELECT id FROM levels WHERE level > 5;
CREATE VIEW others AS SELECT id, other FROM t;
GRANT SELECT ON levels TO app_reader;
COMMENT ON VIEW levels IS 'One a row.';
CREATE MATERIALIZED VIEW level_counts AS SELECT level, count(*) AS many FROM t GROUP BY level;
CREATE UNIQUE INDEX level_counts_level_idx ON level_counts (level);
GRANT SELECT ON level_counts TO app_reader;
COMMENT ON MATERIALIZED VIEW level_counts IS 'Counted at night.';
COMMENT ON INDEX level_counts_level_idx IS 'For refreshing.';
CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE TRIGGER on_level BEFORE UPDATE OF level ON t FOR EACH ROW EXECUTE FUNCTION touched();
CREATE TRIGGER on_other BEFORE UPDATE OF other ON t FOR EACH ROW EXECUTE FUNCTION touched();

-- to
DROP VIEW high_levels, levels;
DROP MATERIALIZED VIEW level_counts;
DROP POLICY by_level ON t;
DROP TRIGGER on_level ON t;
ALTER TABLE t ALTER level TYPE bigint;
CREATE POLICY by_level ON t FOR SELECT TO app_reader USING (level > 1);
CREATE TRIGGER on_level BEFORE UPDATE OF level ON t FOR EACH ROW EXECUTE FUNCTION touched();
CREATE VIEW levels AS SELECT id, level FROM t;
CREATE VIEW high_levels AS SELECT id FROM levels WHERE level > 5;
GRANT SELECT ON levels TO app_reader;
COMMENT ON VIEW levels IS 'One a row.';
CREATE MATERIALIZED VIEW level_counts AS SELECT level, count(*) AS many FROM t GROUP BY level;
CREATE UNIQUE INDEX level_counts_level_idx ON level_counts (level);
GRANT SELECT ON level_counts TO app_reader;
COMMENT ON MATERIALIZED VIEW level_counts IS 'Counted at night.';
COMMENT ON INDEX level_counts_level_idx IS 'For refreshing.';

-- rows
INSERT INTO t VALUES (1, 2, 'x'), (2, 9, 'y');

-- holds
SELECT count(*) = 2 FROM levels

-- expect
DROP TRIGGER on_level ON public.t;
DROP POLICY by_level ON public.t;
DROP VIEW public.high_levels;
DROP MATERIALIZED VIEW public.level_counts;
DROP VIEW public.levels;
-- danger: rewrite
ALTER TABLE public.t ALTER COLUMN level TYPE bigint;
-- danger: long lock
CREATE MATERIALIZED VIEW public.level_counts AS
 SELECT level,
    count(*) AS many
   FROM public.t
  GROUP BY level;
CREATE UNIQUE INDEX level_counts_level_idx ON public.level_counts USING btree (level);
CREATE VIEW public.levels AS
 SELECT id,
    level
   FROM public.t;
CREATE VIEW public.high_levels AS
 SELECT id
   FROM public.levels
  WHERE (level > 5);
CREATE TRIGGER on_level BEFORE UPDATE OF level ON public.t FOR EACH ROW EXECUTE FUNCTION public.touched();
-- danger: access
CREATE POLICY by_level ON public.t
    FOR SELECT TO app_reader
    USING ((level > 1));
GRANT SELECT ON TABLE public.level_counts TO app_reader;
GRANT SELECT ON TABLE public.levels TO app_reader;
COMMENT ON MATERIALIZED VIEW public.level_counts IS 'Counted at night.';
COMMENT ON INDEX public.level_counts_level_idx IS 'For refreshing.';
COMMENT ON VIEW public.levels IS 'One a row.';
