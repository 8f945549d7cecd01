-- An index that changes is dropped and made; a condition, an INCLUDE or an operator class makes another one.

-- both
CREATE TABLE t (id integer PRIMARY KEY, a text, b integer);

-- from
CREATE INDEX t_a_idx ON t (a);
CREATE INDEX t_b_idx ON t (b) WITH (fillfactor = 70);

-- to
CREATE INDEX t_a_idx ON t (a text_pattern_ops) INCLUDE (b) WHERE b > 0;
CREATE INDEX t_b_idx ON t (b) WITH (fillfactor = 90);

-- expect
-- danger: index rebuild
DROP INDEX public.t_a_idx;
-- danger: long lock
CREATE INDEX t_a_idx ON public.t USING btree (a text_pattern_ops) INCLUDE (b) WHERE (b > 0);
ALTER INDEX public.t_b_idx SET (fillfactor = '90');
