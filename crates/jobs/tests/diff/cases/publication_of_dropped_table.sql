-- A table that goes leaves its publication by itself; a column list is put aside while its column changes.
-- needs: 15

-- both
CREATE TABLE a (id integer PRIMARY KEY, note text);

-- from
CREATE TABLE gone (id integer PRIMARY KEY);
CREATE PUBLICATION changes FOR TABLE a (id), gone;

-- to
ALTER TABLE a ALTER id TYPE bigint;
CREATE PUBLICATION changes FOR TABLE a (id);

-- expect
ALTER PUBLICATION changes DROP TABLE public.a;
-- danger: rewrite
ALTER TABLE public.a ALTER COLUMN id TYPE bigint;
ALTER PUBLICATION changes ADD TABLE public.a (id);
-- danger: data loss
DROP TABLE public.gone;
