-- geometry and geography are text. A modifier such as (Point,4326) is accepted and forgotten: only a C function could read it,
-- so void_in makes every one of them 0 and void_out prints nothing.
CREATE TYPE geometry;
CREATE TYPE geography;
CREATE TYPE box2d;
CREATE TYPE box3d;
DO $$
DECLARE
    type_name text;
BEGIN
    FOREACH type_name IN ARRAY ARRAY['geometry', 'geography', 'box2d', 'box3d'] LOOP
        EXECUTE pg_catalog.format('CREATE FUNCTION %1$s_in(cstring) RETURNS %1$s LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS %2$L', type_name, 'textin');
        EXECUTE pg_catalog.format('CREATE FUNCTION %1$s_out(%1$s) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS %2$L', type_name, 'textout');
        IF type_name LIKE 'geo%' THEN
            EXECUTE pg_catalog.format('CREATE FUNCTION %s_typmod_in(cstring[]) RETURNS integer LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS %L', type_name, 'void_in');
            EXECUTE pg_catalog.format('CREATE FUNCTION %s_typmod_out(integer) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS %L', type_name, 'void_out');
            EXECUTE pg_catalog.format('CREATE TYPE %1$s (INPUT = %1$s_in, OUTPUT = %1$s_out, TYPMOD_IN = %1$s_typmod_in, TYPMOD_OUT = %1$s_typmod_out, DELIMITER = %2$L, STORAGE = extended)', type_name, ':');
        ELSE
            EXECUTE pg_catalog.format('CREATE TYPE %1$s (INPUT = %1$s_in, OUTPUT = %1$s_out, STORAGE = main)', type_name);
        END IF;
    END LOOP;
END
$$;

CREATE TABLE spatial_ref_sys (
    srid      integer NOT NULL PRIMARY KEY CHECK (srid > 0 AND srid <= 998999),
    auth_name varchar(256),
    auth_srid integer,
    srtext    varchar(2048),
    proj4text varchar(2048)
);
INSERT INTO spatial_ref_sys (srid, auth_name, auth_srid) VALUES (4326, 'EPSG', 4326), (3857, 'EPSG', 3857);
GRANT SELECT ON spatial_ref_sys TO PUBLIC;
CREATE VIEW geometry_columns AS
    SELECT pg_catalog.current_database()::varchar(256) AS f_table_catalog, n.nspname AS f_table_schema, c.relname AS f_table_name, a.attname AS f_geometry_column,
           2 AS coord_dimension, 0 AS srid, 'GEOMETRY'::varchar(30) AS type
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    WHERE t.typname = 'geometry' AND c.relkind IN ('r', 'v', 'm', 'f', 'p') AND NOT a.attisdropped;
CREATE VIEW geography_columns AS
    SELECT pg_catalog.current_database() AS f_table_catalog, n.nspname AS f_table_schema, c.relname AS f_table_name, a.attname AS f_geography_column,
           2 AS coord_dimension, 4326 AS srid, 'Geometry'::text AS type
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    WHERE t.typname = 'geography' AND c.relkind IN ('r', 'v', 'm', 'f', 'p') AND NOT a.attisdropped;

CREATE FUNCTION geography(geometry) RETURNS geography LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$ BEGIN RETURN $1::text; END $$;
CREATE FUNCTION geometry(geography) RETURNS geometry LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$ BEGIN RETURN $1::text; END $$;
CREATE CAST (text AS geometry) WITHOUT FUNCTION AS IMPLICIT;
CREATE FUNCTION geometry(text) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT $1 $$;
CREATE FUNCTION geometry(point) RETURNS geometry LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$ BEGIN RETURN 'POINT(' || $1[0] || ' ' || $1[1] || ')'; END $$;
CREATE CAST (geometry AS geography) WITH FUNCTION geography(geometry) AS IMPLICIT;
CREATE CAST (geography AS geometry) WITH FUNCTION geometry(geography);
CREATE CAST (point AS geometry) WITH FUNCTION geometry(point);

-- What returns a shape returns text that resembles it; what measures two points measures them on a plane (geometry) or a sphere (geography).
DO $$
DECLARE
    fn record;
    point_of constant text := '(SELECT pg_catalog.regexp_match(%s::text, ''POINT\s*Z?\s*\(\s*([-0-9.eE]+)\s+([-0-9.eE]+)''))';
    plane text;
    sphere text;
    shape text;
    name text;
BEGIN
    plane := pg_catalog.format('(SELECT pg_catalog.sqrt((a[1]::float8 - b[1]::float8) ^ 2 + (a[2]::float8 - b[2]::float8) ^ 2) FROM (SELECT %s AS a, %s AS b) AS points)', pg_catalog.format(point_of, '$1'), pg_catalog.format(point_of, '$2'));
    sphere := pg_catalog.format('(SELECT 6371008.8 * 2 * pg_catalog.asin(least(1, pg_catalog.sqrt(pg_catalog.sind((b[2]::float8 - a[2]::float8) / 2) ^ 2 + pg_catalog.cosd(a[2]::float8) * pg_catalog.cosd(b[2]::float8) * pg_catalog.sind((b[1]::float8 - a[1]::float8) / 2) ^ 2))) FROM (SELECT %s AS a, %s AS b) AS points)', pg_catalog.format(point_of, '$1'), pg_catalog.format(point_of, '$2'));

    FOR fn IN SELECT * FROM (VALUES
        ('ST_MakePoint', 'float8, float8', 'geometry', '''POINT('' || $1 || '' '' || $2 || '')'''), ('ST_MakePoint', 'float8, float8, float8', 'geometry', '''POINT('' || $1 || '' '' || $2 || '' '' || $3 || '')'''),
        ('ST_Point', 'float8, float8', 'geometry', '''POINT('' || $1 || '' '' || $2 || '')'''), ('ST_Point', 'float8, float8, srid integer', 'geometry', '''POINT('' || $1 || '' '' || $2 || '')'''),
        ('ST_PointFromText', 'text', 'geometry', '$1'), ('ST_PointFromText', 'text, integer', 'geometry', '$1'),
        ('ST_SetSRID', 'geom geometry, srid integer', 'geometry', '$1::text'), ('ST_SetSRID', 'geog geography, srid integer', 'geography', '$1::text'), ('ST_Transform', 'geometry, integer', 'geometry', '$1::text'), ('ST_GeomFromText', 'text', 'geometry', '$1'), ('ST_GeomFromText', 'text, integer', 'geometry', '$1'),
        ('ST_GeomFromEWKT', 'text', 'geometry', '$1'), ('ST_GeomFromGeoJSON', 'text', 'geometry', '$1'), ('ST_GeomFromGeoJSON', 'json', 'geometry', '$1::text'), ('ST_GeomFromGeoJSON', 'jsonb', 'geometry', '$1::text'),
        ('ST_GeomFromWKB', 'bytea', 'geometry', 'pg_catalog.encode($1, ''hex'')'), ('ST_GeomFromWKB', 'bytea, integer', 'geometry', 'pg_catalog.encode($1, ''hex'')'), ('ST_GeogFromText', 'text', 'geography', '$1'), ('ST_GeographyFromText', 'text', 'geography', '$1'),
        ('ST_MakeLine', 'geometry, geometry', 'geometry', '''LINESTRING('' || $1::text || '','' || $2::text || '')'''), ('ST_MakePolygon', 'geometry', 'geometry', '$1::text'), ('ST_MakeValid', 'geometry', 'geometry', '$1::text'),
        ('ST_MakeEnvelope', 'float8, float8, float8, float8, integer DEFAULT 0', 'geometry', '''POLYGON(('' || $1 || '' '' || $2 || '','' || $1 || '' '' || $4 || '','' || $3 || '' '' || $4 || '','' || $3 || '' '' || $2 || '','' || $1 || '' '' || $2 || ''))'''),
        ('ST_TileEnvelope', 'zoom integer, x integer, y integer', 'geometry', '''POLYGON EMPTY'''),
        ('ST_Buffer', 'geometry, float8', 'geometry', '$1::text'), ('ST_Buffer', 'geography, float8', 'geography', '$1::text'), ('ST_Centroid', 'geometry', 'geometry', '$1::text'), ('ST_Envelope', 'geometry', 'geometry', '$1::text'),
        ('ST_ConvexHull', 'geometry', 'geometry', '$1::text'), ('ST_Simplify', 'geometry, float8', 'geometry', '$1::text'), ('ST_SimplifyPreserveTopology', 'geometry, float8', 'geometry', '$1::text'), ('ST_Multi', 'geometry', 'geometry', '$1::text'), ('ST_Force2D', 'geometry', 'geometry', '$1::text'), ('ST_FlipCoordinates', 'geometry', 'geometry', '$1::text'),
        ('ST_Union', 'geometry, geometry', 'geometry', '$1::text'), ('ST_Intersection', 'geometry, geometry', 'geometry', '$1::text'), ('ST_Difference', 'geometry, geometry', 'geometry', '$1::text'), ('ST_StartPoint', 'geometry', 'geometry', '$1::text'), ('ST_EndPoint', 'geometry', 'geometry', '$1::text'), ('ST_ClosestPoint', 'geometry, geometry', 'geometry', '$1::text'),
        ('ST_AsText', 'geometry', 'text', '$1::text'), ('ST_AsText', 'geography', 'text', '$1::text'), ('ST_AsEWKT', 'geometry', 'text', '$1::text'), ('ST_AsEWKT', 'geography', 'text', '$1::text'), ('ST_AsBinary', 'geometry', 'bytea', 'pg_catalog.convert_to($1::text, ''UTF8'')'), ('ST_AsEWKB', 'geometry', 'bytea', 'pg_catalog.convert_to($1::text, ''UTF8'')'),
        ('ST_AsMVTGeom', 'geom geometry, bounds box2d, extent integer DEFAULT 4096, buffer integer DEFAULT 256, clip_geom boolean DEFAULT true', 'geometry', '$1::text'),
        ('ST_AsGeoJSON', 'geom geometry, maxdecimaldigits integer DEFAULT 9, options integer DEFAULT 8', 'text', 'pg_catalog.json_build_object(''type'', ''Point'', ''coordinates'', pg_catalog.json_build_array())::text'),
        ('ST_AsGeoJSON', 'geog geography, maxdecimaldigits integer DEFAULT 9, options integer DEFAULT 0', 'text', 'pg_catalog.json_build_object(''type'', ''Point'', ''coordinates'', pg_catalog.json_build_array())::text'),
        ('ST_GeometryType', 'geometry', 'text', '''ST_'' || pg_catalog.initcap((pg_catalog.regexp_match($1::text, ''[A-Za-z]+''))[1])'), ('ST_SRID', 'geometry', 'integer', '4326'), ('ST_SRID', 'geography', 'integer', '4326'), ('ST_NPoints', 'geometry', 'integer', '1'), ('ST_NumGeometries', 'geometry', 'integer', '1'),
        ('ST_IsValid', 'geometry', 'boolean', 'true'), ('ST_IsEmpty', 'geometry', 'boolean', '$1::text ~* ''EMPTY'''),
        ('ST_Area', 'geometry', 'float8', '0::float8'), ('ST_Area', 'geography, use_spheroid boolean DEFAULT true', 'float8', '0::float8'), ('ST_Length', 'geometry', 'float8', '0::float8'), ('ST_Length', 'geography, use_spheroid boolean DEFAULT true', 'float8', '0::float8'), ('ST_Perimeter', 'geometry', 'float8', '0::float8'),
        ('ST_XMin', 'box3d', 'float8', '0::float8'), ('ST_XMax', 'box3d', 'float8', '0::float8'), ('ST_YMin', 'box3d', 'float8', '0::float8'), ('ST_YMax', 'box3d', 'float8', '0::float8'),
        ('ST_GeoHash', 'geom geometry, maxchars integer DEFAULT 0', 'text', 'pg_catalog.left(pg_catalog.md5($1::text), 12)'), ('ST_Azimuth', 'geometry, geometry', 'float8', '0::float8'),
        ('PostGIS_Version', '', 'text', '''3.5 pgmason stand-in'''), ('PostGIS_Full_Version', '', 'text', '''POSTGIS="3.5 pgmason stand-in"''')) AS f (name, arguments, result, body)
    LOOP
        EXECUTE pg_catalog.format('CREATE FUNCTION %s(%s) RETURNS %s LANGUAGE %s IMMUTABLE STRICT PARALLEL SAFE AS %L', fn.name, fn.arguments, fn.result,
            CASE WHEN fn.result LIKE 'geo%' THEN 'plpgsql' ELSE 'sql' END, CASE WHEN fn.result LIKE 'geo%' THEN 'BEGIN RETURN ' || fn.body || '; END' ELSE 'SELECT ' || fn.body END);
    END LOOP;
    EXECUTE pg_catalog.format('CREATE FUNCTION ST_X(geometry) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %L', 'SELECT (' || pg_catalog.format(point_of, '$1') || ')[1]::float8');
    EXECUTE pg_catalog.format('CREATE FUNCTION ST_Y(geometry) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %L', 'SELECT (' || pg_catalog.format(point_of, '$1') || ')[2]::float8');
    EXECUTE pg_catalog.format('CREATE FUNCTION ST_Distance(geometry, geometry) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %L', 'SELECT ' || plane);
    EXECUTE pg_catalog.format('CREATE FUNCTION ST_Distance(geography, geography, use_spheroid boolean DEFAULT true) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %L', 'SELECT ' || sphere);
    EXECUTE pg_catalog.format('CREATE FUNCTION ST_DistanceSphere(geometry, geometry) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %L', 'SELECT ' || sphere);
    EXECUTE pg_catalog.format('CREATE FUNCTION ST_DWithin(geometry, geometry, float8) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %L', 'SELECT ' || plane || ' <= $3');
    EXECUTE pg_catalog.format('CREATE FUNCTION ST_DWithin(geography, geography, float8, use_spheroid boolean DEFAULT true) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %L', 'SELECT ' || sphere || ' <= $3');

    FOREACH shape IN ARRAY ARRAY['geometry', 'geography'] LOOP
        EXECUTE pg_catalog.format('CREATE FUNCTION %1$s_cmp(%1$s, %1$s) RETURNS integer LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS %2$L', shape, 'byteacmp');
        FOR fn IN SELECT * FROM (VALUES ('lt', '<', '>', '>='), ('le', '<=', '>=', '>'), ('eq', '=', '=', '<>'), ('ge', '>=', '<=', '<'), ('gt', '>', '<', '<=')) AS o (name, sign, commutator, negator) LOOP
            EXECUTE pg_catalog.format('CREATE FUNCTION %1$s_%2$s(%1$s, %1$s) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS %3$L', shape, fn.name, 'bytea' || fn.name);
            EXECUTE pg_catalog.format('CREATE OPERATOR %2$s (LEFTARG = %1$s, RIGHTARG = %1$s, FUNCTION = %1$s_%3$s, COMMUTATOR = %4$s)', shape, fn.sign, fn.name, fn.commutator);
        END LOOP;
        EXECUTE pg_catalog.format('CREATE OPERATOR CLASS btree_%1$s_ops DEFAULT FOR TYPE %1$s USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 %1$s_cmp(%1$s, %1$s)', shape);

        EXECUTE pg_catalog.format('CREATE FUNCTION %1$s_overlaps(%1$s, %1$s) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %2$L', shape, 'SELECT $1::text = $2::text');
        EXECUTE pg_catalog.format('CREATE OPERATOR && (LEFTARG = %1$s, RIGHTARG = %1$s, FUNCTION = %1$s_overlaps, COMMUTATOR = &&)', shape);
        FOREACH name IN ARRAY ARRAY['ST_Intersects', 'ST_Covers', 'ST_CoveredBy', 'ST_Contains', 'ST_Within', 'ST_Crosses', 'ST_Disjoint', 'ST_Overlaps', 'ST_Touches', 'ST_Equals'] LOOP
            EXECUTE pg_catalog.format('CREATE FUNCTION %2$s(%1$s, %1$s) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %3$L', shape, name, 'SELECT $1::text = $2::text');
        END LOOP;

        -- `consistent` is boolge(pointer, anything), always true with recheck; keys are those of inet.
        EXECUTE pg_catalog.format('CREATE FUNCTION %1$s_gist_consistent(internal, %1$s, integer) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS %2$L', shape, 'boolge');
        EXECUTE pg_catalog.format('CREATE FUNCTION %1$s_gist_compress(internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS %2$L', shape, 'inet_gist_compress');
        EXECUTE pg_catalog.format('CREATE FUNCTION %1$s_gist_union(bytea, internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS %2$L', shape, 'inet_gist_union');
        EXECUTE pg_catalog.format('CREATE FUNCTION %1$s_gist_penalty(internal, internal, internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS %2$L', shape, 'inet_gist_penalty');
        EXECUTE pg_catalog.format('CREATE FUNCTION %1$s_gist_picksplit(internal, internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS %2$L', shape, 'inet_gist_picksplit');
        EXECUTE pg_catalog.format('CREATE FUNCTION %1$s_gist_same(inet, inet, internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS %2$L', shape, 'inet_gist_same');
        FOREACH name IN ARRAY CASE shape WHEN 'geometry' THEN ARRAY['gist_geometry_ops_2d DEFAULT', 'gist_geometry_ops_nd'] ELSE ARRAY['gist_geography_ops DEFAULT'] END LOOP
            EXECUTE pg_catalog.format('CREATE OPERATOR CLASS %2$s FOR TYPE %1$s USING gist AS OPERATOR 3 && (%1$s, %1$s), FUNCTION 1 %1$s_gist_consistent(internal, %1$s, integer), FUNCTION 2 %1$s_gist_union(bytea, internal),
                FUNCTION 3 %1$s_gist_compress(internal), FUNCTION 5 %1$s_gist_penalty(internal, internal, internal), FUNCTION 6 %1$s_gist_picksplit(internal, internal), FUNCTION 7 %1$s_gist_same(inet, inet, internal), STORAGE inet', shape, name);
        END LOOP;
    END LOOP;
END
$$;
CREATE OPERATOR <-> (LEFTARG = geometry, RIGHTARG = geometry, FUNCTION = ST_Distance, COMMUTATOR = <->);
CREATE FUNCTION geography_distance_knn(geography, geography) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT 0::float8 $$;
CREATE OPERATOR <-> (LEFTARG = geography, RIGHTARG = geography, FUNCTION = geography_distance_knn, COMMUTATOR = <->);
CREATE FUNCTION geometry_first(geometry, geometry) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT $1 $$;
CREATE AGGREGATE ST_Collect(geometry) (SFUNC = geometry_first, STYPE = geometry);
CREATE AGGREGATE ST_Union(geometry) (SFUNC = geometry_first, STYPE = geometry);
CREATE AGGREGATE ST_MakeLine(geometry) (SFUNC = geometry_first, STYPE = geometry);
