-- A column of a view has a default of its own.

-- both
CREATE TABLE t (id integer PRIMARY KEY, a text);
CREATE VIEW v AS SELECT id, a FROM t;

-- from
ALTER VIEW v ALTER id SET DEFAULT 1;

-- to
ALTER VIEW v ALTER a SET DEFAULT 'none';

-- expect
ALTER VIEW public.v ALTER COLUMN id DROP DEFAULT;
ALTER VIEW public.v ALTER COLUMN a SET DEFAULT 'none'::text;
