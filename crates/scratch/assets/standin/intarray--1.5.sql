CREATE FUNCTION icount(integer[]) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT pg_catalog.cardinality($1) $$;
CREATE FUNCTION sort(integer[]) RETURNS integer[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT pg_catalog.array_agg(e ORDER BY e) FROM pg_catalog.unnest($1) AS e $$;
CREATE FUNCTION sort(integer[], text) RETURNS integer[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE WHEN pg_catalog.lower($2) = 'desc' THEN pg_catalog.array_agg(e ORDER BY e DESC) ELSE pg_catalog.array_agg(e ORDER BY e) END FROM pg_catalog.unnest($1) AS e
$$;
CREATE FUNCTION sort_asc(integer[]) RETURNS integer[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT pg_catalog.array_agg(e ORDER BY e) FROM pg_catalog.unnest($1) AS e $$;
CREATE FUNCTION sort_desc(integer[]) RETURNS integer[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT pg_catalog.array_agg(e ORDER BY e DESC) FROM pg_catalog.unnest($1) AS e $$;
CREATE FUNCTION uniq(integer[]) RETURNS integer[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(pg_catalog.array_agg($1[place] ORDER BY place), '{}') FROM pg_catalog.generate_subscripts($1, 1) AS place WHERE place = 1 OR $1[place] <> $1[place - 1]
$$;
CREATE FUNCTION idx(integer[], integer) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT coalesce(pg_catalog.array_position($1, $2), 0) $$;
CREATE FUNCTION subarray(integer[], integer, integer) RETURNS integer[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT $1[$2:$2 + $3 - 1] $$;
CREATE FUNCTION subarray(integer[], integer) RETURNS integer[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT $1[$2:] $$;
CREATE FUNCTION intset(integer) RETURNS integer[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT ARRAY[$1] $$;
CREATE FUNCTION _int_inter(integer[], integer[]) RETURNS integer[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT ARRAY(SELECT pg_catalog.unnest($1) INTERSECT SELECT pg_catalog.unnest($2) ORDER BY 1)
$$;
CREATE OPERATOR # (RIGHTARG = integer[], FUNCTION = icount);
CREATE OPERATOR # (LEFTARG = integer[], RIGHTARG = integer, FUNCTION = idx);
CREATE OPERATOR & (LEFTARG = integer[], RIGHTARG = integer[], FUNCTION = _int_inter, COMMUTATOR = &);
CREATE FUNCTION ginint4_extract(integer[], internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'void_in';
CREATE FUNCTION ginint4_queryextract(integer[], internal, smallint, internal, internal, internal, internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'void_in';
CREATE FUNCTION ginint4_consistent(internal, smallint, integer[], integer, internal, internal, internal, internal) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'boolge';
CREATE OPERATOR CLASS gin__int_ops FOR TYPE integer[] USING gin AS FUNCTION 1 pg_catalog.btint4cmp(integer, integer), FUNCTION 2 ginint4_extract(integer[], internal),
    FUNCTION 3 ginint4_queryextract(integer[], internal, smallint, internal, internal, internal, internal),
    FUNCTION 4 ginint4_consistent(internal, smallint, integer[], integer, internal, internal, internal, internal), STORAGE integer;
