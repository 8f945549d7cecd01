-- A serial column becomes an identity: the sequence goes, its number is kept.

-- from
CREATE TABLE t (id serial PRIMARY KEY, note text);

-- to
CREATE TABLE t (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text);

-- rows
INSERT INTO t (note) VALUES ('a'), ('b'), ('c');

-- holds
SELECT nextval('t_id_seq') = 4

-- expect
ALTER TABLE public.t ALTER COLUMN id DROP DEFAULT;
DROP SEQUENCE public.t_id_seq;
ALTER TABLE public.t ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY;
SELECT setval('public.t_id_seq', max(id)) FROM public.t HAVING max(id) > 0;
