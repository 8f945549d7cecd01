CREATE TYPE hstore;
CREATE FUNCTION hstore_in(cstring) RETURNS hstore LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textin';
CREATE FUNCTION hstore_out(hstore) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textout';
CREATE TYPE hstore (INPUT = hstore_in, OUTPUT = hstore_out, STORAGE = extended);

-- Every body holds the reading of the text, so that none depends on the schema it is moved to.
DO $$
DECLARE
    -- name, argument types, result, body; @1 and @2 stand for the arguments read as jsonb, % wraps jsonb into hstore text.
    fn record;
    reader constant text := $body$(SELECT coalesce(pg_catalog.jsonb_object_agg(
            CASE WHEN pair[1] LIKE '"%' THEN pg_catalog.regexp_replace(pg_catalog.substr(pair[1], 2, pg_catalog.length(pair[1]) - 2), '\\(.)', '\1', 'g') ELSE pair[1] END,
            CASE WHEN pair[2] LIKE '"%' THEN pg_catalog.to_jsonb(pg_catalog.regexp_replace(pg_catalog.substr(pair[2], 2, pg_catalog.length(pair[2]) - 2), '\\(.)', '\1', 'g'))
                 WHEN pg_catalog.upper(pair[2]) = 'NULL' THEN 'null'::jsonb ELSE pg_catalog.to_jsonb(pair[2]) END), '{}')
        FROM pg_catalog.regexp_matches(@::text, '("(?:[^"\\]|\\.)*"|[^\s,=>"]+)\s*=>\s*("(?:[^"\\]|\\.)*"|[^\s,=>"]+)', 'g') AS pair)$body$;
    writer constant text := $body$(SELECT coalesce(pg_catalog.string_agg('"' || pg_catalog.replace(pg_catalog.replace(key, '\', '\\'), '"', '\"') || '"=>'
            || coalesce('"' || pg_catalog.replace(pg_catalog.replace(value, '\', '\\'), '"', '\"') || '"', 'NULL'), ', ' ORDER BY key), '') FROM pg_catalog.jsonb_each_text(@))$body$;
    body text;
BEGIN
    FOR fn IN SELECT * FROM (VALUES
        ('fetchval', 'hstore, text', 'text', '@1 ->> $2'), ('slice_array', 'hstore, text[]', 'text[]', '(SELECT pg_catalog.array_agg(@1 ->> k ORDER BY place) FROM pg_catalog.unnest($2) WITH ORDINALITY AS keys(k, place))'),
        ('exist', 'hstore, text', 'boolean', '@1 ? $2'), ('isexists', 'hstore, text', 'boolean', '@1 ? $2'), ('defined', 'hstore, text', 'boolean', '(@1 ->> $2) IS NOT NULL'),
        ('isdefined', 'hstore, text', 'boolean', '(@1 ->> $2) IS NOT NULL'),
        ('exists_any', 'hstore, text[]', 'boolean', '@1 ?| $2'), ('exists_all', 'hstore, text[]', 'boolean', '@1 ?& $2'),
        ('hs_contains', 'hstore, hstore', 'boolean', '@1 @> @2'), ('hs_contained', 'hstore, hstore', 'boolean', '@1 <@ @2'),
        ('hstore_eq', 'hstore, hstore', 'boolean', '@1 = @2'), ('hstore_ne', 'hstore, hstore', 'boolean', '@1 <> @2'),
        ('hstore_lt', 'hstore, hstore', 'boolean', '@1 < @2'), ('hstore_le', 'hstore, hstore', 'boolean', '@1 <= @2'),
        ('hstore_gt', 'hstore, hstore', 'boolean', '@1 > @2'), ('hstore_ge', 'hstore, hstore', 'boolean', '@1 >= @2'),
        ('hstore_cmp', 'hstore, hstore', 'integer', 'pg_catalog.jsonb_cmp(@1, @2)'), ('hstore_hash', 'hstore', 'integer', 'pg_catalog.jsonb_hash(@1)'),
        ('hs_concat', 'hstore, hstore', 'hstore', '%(@1 || @2)'), ('delete', 'hstore, text', 'hstore', '%(@1 - $2)'), ('delete', 'hstore, text[]', 'hstore', '%(@1 - $2)'),
        ('delete', 'hstore, hstore', 'hstore', '%((SELECT coalesce(pg_catalog.jsonb_object_agg(key, value), ''{}'') FROM pg_catalog.jsonb_each(@1) WHERE NOT (@2 @> pg_catalog.jsonb_build_object(key, value))))'),
        ('slice', 'hstore, text[]', 'hstore', '%((SELECT coalesce(pg_catalog.jsonb_object_agg(key, value), ''{}'') FROM pg_catalog.jsonb_each(@1) WHERE key = ANY ($2)))'),
        ('akeys', 'hstore', 'text[]', '(SELECT coalesce(pg_catalog.array_agg(key ORDER BY key), ''{}'') FROM pg_catalog.jsonb_each_text(@1))'),
        ('avals', 'hstore', 'text[]', '(SELECT coalesce(pg_catalog.array_agg(value ORDER BY key), ''{}'') FROM pg_catalog.jsonb_each_text(@1))'),
        ('skeys', 'hstore', 'SETOF text', 'key FROM pg_catalog.jsonb_each_text(@1)'), ('svals', 'hstore', 'SETOF text', 'value FROM pg_catalog.jsonb_each_text(@1)'),
        ('each', 'hs hstore, OUT key text, OUT value text', 'SETOF record', '* FROM pg_catalog.jsonb_each_text(@1)'),
        ('hstore_to_json', 'hstore', 'json', '@1::json'), ('hstore_to_jsonb', 'hstore', 'jsonb', '@1'),
        ('hstore_to_json_loose', 'hstore', 'json', '@1::json'), ('hstore_to_jsonb_loose', 'hstore', 'jsonb', '@1'),
        ('hstore_to_array', 'hstore', 'text[]', '(SELECT pg_catalog.array_agg(item ORDER BY key, place) FROM pg_catalog.jsonb_each_text(@1), LATERAL (VALUES (1, key), (2, value)) AS flat(place, item))'),
        ('hstore', 'text, text', 'hstore', '%(pg_catalog.jsonb_build_object($1, $2))'), ('tconvert', 'text, text', 'hstore', '%(pg_catalog.jsonb_build_object($1, $2))'),
        ('hstore', 'text[], text[]', 'hstore', '%(pg_catalog.to_jsonb(pg_catalog.json_object($1, $2)))'), ('hstore', 'text[]', 'hstore', '%(pg_catalog.to_jsonb(pg_catalog.json_object($1)))'),
        ('hstore', 'record', 'hstore', '%(pg_catalog.to_jsonb($1))')) AS f (name, arguments, result, expression)
    LOOP
        body := fn.expression;
        IF body LIKE '\%%' THEN
            body := replace(writer, '@', substr(body, 2));
        END IF;
        body := replace(replace(body, '@1', replace(reader, '@', '$1')), '@2', replace(reader, '@', '$2'));
        -- plpgsql turns the text into hstore on RETURN without naming the type.
        EXECUTE pg_catalog.format('CREATE FUNCTION %s(%s) RETURNS %s LANGUAGE %s IMMUTABLE %s PARALLEL SAFE AS %L', fn.name, fn.arguments, fn.result,
            CASE WHEN fn.result = 'hstore' THEN 'plpgsql' ELSE 'sql' END,
            CASE WHEN fn.name IN ('hstore', 'tconvert') THEN '' ELSE 'STRICT' END,
            CASE WHEN fn.result = 'hstore' THEN 'BEGIN RETURN ' || body || '; END' ELSE 'SELECT ' || body END);
    END LOOP;
END
$$;
CREATE OPERATOR -> (LEFTARG = hstore, RIGHTARG = text, FUNCTION = fetchval);
CREATE OPERATOR -> (LEFTARG = hstore, RIGHTARG = text[], FUNCTION = slice_array);
CREATE OPERATOR ? (LEFTARG = hstore, RIGHTARG = text, FUNCTION = exist, RESTRICT = contsel, JOIN = contjoinsel);
CREATE OPERATOR ?| (LEFTARG = hstore, RIGHTARG = text[], FUNCTION = exists_any, RESTRICT = contsel, JOIN = contjoinsel);
CREATE OPERATOR ?& (LEFTARG = hstore, RIGHTARG = text[], FUNCTION = exists_all, RESTRICT = contsel, JOIN = contjoinsel);
CREATE OPERATOR @> (LEFTARG = hstore, RIGHTARG = hstore, FUNCTION = hs_contains, COMMUTATOR = <@, RESTRICT = contsel, JOIN = contjoinsel);
CREATE OPERATOR <@ (LEFTARG = hstore, RIGHTARG = hstore, FUNCTION = hs_contained, COMMUTATOR = @>, RESTRICT = contsel, JOIN = contjoinsel);
CREATE OPERATOR || (LEFTARG = hstore, RIGHTARG = hstore, FUNCTION = hs_concat);
CREATE OPERATOR - (LEFTARG = hstore, RIGHTARG = text, FUNCTION = delete);
CREATE OPERATOR - (LEFTARG = hstore, RIGHTARG = text[], FUNCTION = delete);
CREATE OPERATOR - (LEFTARG = hstore, RIGHTARG = hstore, FUNCTION = delete);
CREATE OPERATOR %% (RIGHTARG = hstore, FUNCTION = hstore_to_array);
CREATE OPERATOR = (LEFTARG = hstore, RIGHTARG = hstore, FUNCTION = hstore_eq, COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel, MERGES, HASHES);
CREATE OPERATOR <> (LEFTARG = hstore, RIGHTARG = hstore, FUNCTION = hstore_ne, COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel);
CREATE OPERATOR #<# (LEFTARG = hstore, RIGHTARG = hstore, FUNCTION = hstore_lt);
CREATE OPERATOR #<=# (LEFTARG = hstore, RIGHTARG = hstore, FUNCTION = hstore_le);
CREATE OPERATOR #># (LEFTARG = hstore, RIGHTARG = hstore, FUNCTION = hstore_gt);
CREATE OPERATOR #>=# (LEFTARG = hstore, RIGHTARG = hstore, FUNCTION = hstore_ge);
CREATE CAST (text[] AS hstore) WITH FUNCTION hstore(text[]);
CREATE CAST (hstore AS json) WITH FUNCTION hstore_to_json(hstore);
CREATE CAST (hstore AS jsonb) WITH FUNCTION hstore_to_jsonb(hstore);
CREATE OPERATOR CLASS btree_hstore_ops DEFAULT FOR TYPE hstore USING btree AS
    OPERATOR 1 #<#, OPERATOR 2 #<=#, OPERATOR 3 =, OPERATOR 4 #>=#, OPERATOR 5 #>#, FUNCTION 1 hstore_cmp(hstore, hstore);
CREATE OPERATOR CLASS hash_hstore_ops DEFAULT FOR TYPE hstore USING hash AS OPERATOR 1 =, FUNCTION 1 hstore_hash(hstore);

-- GiST: `consistent` is boolge(pointer, anything), always true with recheck; keys are those of inet. GIN: no keys, no operators.
CREATE FUNCTION ghstore_consistent(internal, hstore, smallint, oid, internal) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'boolge';
CREATE FUNCTION ghstore_compress(internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'inet_gist_compress';
CREATE FUNCTION ghstore_union(internal, internal) RETURNS inet LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'inet_gist_union';
CREATE FUNCTION ghstore_penalty(internal, internal, internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'inet_gist_penalty';
CREATE FUNCTION ghstore_picksplit(internal, internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'inet_gist_picksplit';
CREATE FUNCTION ghstore_same(inet, inet, internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'inet_gist_same';
CREATE OPERATOR CLASS gist_hstore_ops DEFAULT FOR TYPE hstore USING gist AS
    OPERATOR 7 @> (hstore, hstore), OPERATOR 9 ? (hstore, text), OPERATOR 10 ?| (hstore, text[]), OPERATOR 11 ?& (hstore, text[]),
    FUNCTION 1 ghstore_consistent(internal, hstore, smallint, oid, internal), FUNCTION 2 ghstore_union(internal, internal), FUNCTION 3 ghstore_compress(internal),
    FUNCTION 5 ghstore_penalty(internal, internal, internal), FUNCTION 6 ghstore_picksplit(internal, internal), FUNCTION 7 ghstore_same(inet, inet, internal), STORAGE inet;
CREATE FUNCTION gin_extract_hstore(hstore, internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'void_in';
CREATE FUNCTION gin_extract_hstore_query(hstore, internal, smallint, internal, internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'void_in';
CREATE FUNCTION gin_consistent_hstore(internal, smallint, hstore, integer, internal, internal) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'boolge';
CREATE OPERATOR CLASS gin_hstore_ops DEFAULT FOR TYPE hstore USING gin AS
    FUNCTION 1 pg_catalog.bttextcmp(text, text), FUNCTION 2 gin_extract_hstore(hstore, internal), FUNCTION 3 gin_extract_hstore_query(hstore, internal, smallint, internal, internal),
    FUNCTION 4 gin_consistent_hstore(internal, smallint, hstore, integer, internal, internal), STORAGE text;
