CREATE TYPE cube;
CREATE FUNCTION cube_in(cstring) RETURNS cube LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textin';
CREATE FUNCTION cube_out(cube) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textout';
CREATE TYPE cube (INPUT = cube_in, OUTPUT = cube_out);
CREATE FUNCTION cube(float8[]) RETURNS cube LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$ BEGIN RETURN '(' || pg_catalog.array_to_string($1, ', ') || ')'; END $$;
CREATE FUNCTION cube(float8) RETURNS cube LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$ BEGIN RETURN '(' || $1 || ')'; END $$;
CREATE FUNCTION cube_dim(cube) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT pg_catalog.cardinality(pg_catalog.string_to_array(pg_catalog.btrim($1::text, '()'), ',')) $$;
CREATE FUNCTION cube_ll_coord(cube, integer) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT (pg_catalog.string_to_array(pg_catalog.btrim($1::text, '()'), ',')::float8[])[$2] $$;
CREATE FUNCTION cube_distance(cube, cube) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT pg_catalog.sqrt(sum((a - b) ^ 2)) FROM unnest(pg_catalog.string_to_array(pg_catalog.btrim($1::text, '()'), ',')::float8[], pg_catalog.string_to_array(pg_catalog.btrim($2::text, '()'), ',')::float8[]) AS pair(a, b)
$$;
CREATE FUNCTION cube_contains(cube, cube) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT $1::text = $2::text $$;
CREATE OPERATOR <-> (LEFTARG = cube, RIGHTARG = cube, FUNCTION = cube_distance, COMMUTATOR = <->);
CREATE OPERATOR @> (LEFTARG = cube, RIGHTARG = cube, FUNCTION = cube_contains);
CREATE FUNCTION g_cube_consistent(internal, cube, smallint, oid, internal) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'boolge';
CREATE FUNCTION g_cube_compress(internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'inet_gist_compress';
CREATE FUNCTION g_cube_union(internal, internal) RETURNS inet LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'inet_gist_union';
CREATE FUNCTION g_cube_penalty(internal, internal, internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'inet_gist_penalty';
CREATE FUNCTION g_cube_picksplit(internal, internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'inet_gist_picksplit';
CREATE FUNCTION g_cube_same(inet, inet, internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'inet_gist_same';
CREATE OPERATOR CLASS gist_cube_ops DEFAULT FOR TYPE cube USING gist AS OPERATOR 7 @> (cube, cube),
    FUNCTION 1 g_cube_consistent(internal, cube, smallint, oid, internal), FUNCTION 2 g_cube_union(internal, internal), FUNCTION 3 g_cube_compress(internal),
    FUNCTION 5 g_cube_penalty(internal, internal, internal), FUNCTION 6 g_cube_picksplit(internal, internal), FUNCTION 7 g_cube_same(inet, inet, internal), STORAGE inet;
