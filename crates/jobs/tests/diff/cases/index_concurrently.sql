-- Others keep working: indexes are made and dropped CONCURRENTLY, in no transaction.
-- options: online

-- both
CREATE TABLE t (id integer PRIMARY KEY, a text, b integer);

-- from
CREATE INDEX t_a_idx ON t (a);

-- to
CREATE INDEX t_b_idx ON t (b);
CREATE UNIQUE INDEX t_lower_idx ON t (lower(a));
ALTER TABLE t ADD CONSTRAINT t_b_key UNIQUE (b);

-- rows
INSERT INTO t VALUES (1, 'a', 1);

-- expect
-- in no transaction
CREATE INDEX CONCURRENTLY t_b_idx ON public.t USING btree (b);
-- commit
-- in no transaction
-- danger: may fail
CREATE UNIQUE INDEX CONCURRENTLY t_b_key ON public.t USING btree (b);
-- commit
-- in no transaction
-- danger: may fail
CREATE UNIQUE INDEX CONCURRENTLY t_lower_idx ON public.t USING btree (lower(a));
-- commit
ALTER TABLE public.t ADD CONSTRAINT t_b_key UNIQUE USING INDEX t_b_key;
-- commit
-- in no transaction
DROP INDEX CONCURRENTLY public.t_a_idx;
