CREATE FUNCTION earth() RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT '6378168'::float8 $$;
CREATE DOMAIN earth AS cube;
CREATE FUNCTION ll_to_earth(float8, float8) RETURNS earth LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    RETURN '(' || pg_catalog.concat_ws(', ', 6378168 * pg_catalog.cosd($1) * pg_catalog.cosd($2), 6378168 * pg_catalog.cosd($1) * pg_catalog.sind($2), 6378168 * pg_catalog.sind($1)) || ')';
END
$$;
CREATE FUNCTION earth_distance(earth, earth) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT 2 * 6378168 * pg_catalog.asin(least(1, pg_catalog.sqrt(sum((a - b) ^ 2)) / (2 * 6378168)))
    FROM unnest(pg_catalog.string_to_array(pg_catalog.btrim($1::text, '()'), ',')::float8[], pg_catalog.string_to_array(pg_catalog.btrim($2::text, '()'), ',')::float8[]) AS pair(a, b)
$$;
CREATE FUNCTION earth_box(earth, float8) RETURNS cube LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$ BEGIN RETURN $1::text; END $$;
CREATE FUNCTION latitude(earth) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT pg_catalog.asind(greatest(-1, least(1, (pg_catalog.string_to_array(pg_catalog.btrim($1::text, '()'), ',')::float8[])[3] / 6378168)))
$$;
CREATE FUNCTION longitude(earth) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT pg_catalog.atan2d(c[2], c[1]) FROM (SELECT pg_catalog.string_to_array(pg_catalog.btrim($1::text, '()'), ',')::float8[] AS c) AS coordinates
$$;
CREATE FUNCTION geo_distance(point, point) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT 3958.747716 * 2 * pg_catalog.asin(least(1, pg_catalog.sqrt(pg_catalog.sind(($1[1] - $2[1]) / 2) ^ 2 + pg_catalog.cosd($1[1]) * pg_catalog.cosd($2[1]) * pg_catalog.sind(($1[0] - $2[0]) / 2) ^ 2)))
$$;
CREATE OPERATOR <@> (LEFTARG = point, RIGHTARG = point, FUNCTION = geo_distance, COMMUTATOR = <@>);
