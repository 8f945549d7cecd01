CREATE AGGREGATE int_array_aggregate(integer) (SFUNC = array_append, STYPE = integer[], INITCOND = '{}');
CREATE FUNCTION int_array_enum(integer[]) RETURNS SETOF integer LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT pg_catalog.unnest($1) $$;
