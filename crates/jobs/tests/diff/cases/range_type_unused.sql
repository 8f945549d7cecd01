-- A range type over another subtype is a new one.

-- from
CREATE TYPE span AS RANGE (subtype = integer);

-- to
CREATE TYPE span AS RANGE (subtype = bigint);

-- expect
DROP TYPE public.span;
CREATE TYPE public.span AS RANGE (subtype = bigint, subtype_opclass = pg_catalog.int8_ops, multirange_type_name = public.span_multirange);
