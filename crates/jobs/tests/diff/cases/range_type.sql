-- A range type over another subtype is a new one.

-- from
CREATE TYPE span AS RANGE (subtype = integer);
CREATE TABLE t (id integer, span span);

-- to
CREATE TYPE span AS RANGE (subtype = bigint);
CREATE TABLE t (id integer, span span);

-- rows
INSERT INTO t VALUES (1, '[1,5)');

-- holds
SELECT upper(span) = 5 FROM t

-- expect
ALTER TYPE public.span RENAME TO span_old;
CREATE TYPE public.span AS RANGE (subtype = bigint, subtype_opclass = pg_catalog.int8_ops, multirange_type_name = public.span_multirange);
-- danger: rewrite, may fail
ALTER TABLE public.t ALTER COLUMN span TYPE public.span USING span::text::public.span;
DROP TYPE public.span_old;
