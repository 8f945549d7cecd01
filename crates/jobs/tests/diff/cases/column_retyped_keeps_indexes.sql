-- PostgreSQL converts indexes, keys and checks along with their column: none of them is touched.

-- both
CREATE TABLE t (id integer PRIMARY KEY, amount integer NOT NULL CHECK (amount > 0), code varchar(10) UNIQUE);
CREATE INDEX t_amount_idx ON t (amount DESC) WHERE amount > 10;

-- to
ALTER TABLE t ALTER amount TYPE bigint, ALTER code TYPE varchar(40);

-- rows
INSERT INTO t VALUES (1, 5, 'a'), (2, 15, 'b');

-- holds
SELECT sum(amount) = 20 FROM t

-- expect
-- danger: index rebuild
DROP INDEX public.t_amount_idx;
-- danger: rewrite
ALTER TABLE public.t ALTER COLUMN amount TYPE bigint;
ALTER TABLE public.t ALTER COLUMN code TYPE character varying(40);
-- danger: long lock
CREATE INDEX t_amount_idx ON public.t USING btree (amount DESC) WHERE (amount > 10);
