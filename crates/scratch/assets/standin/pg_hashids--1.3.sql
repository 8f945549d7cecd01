DO $$
DECLARE
    salt text;
BEGIN
    FOREACH salt IN ARRAY ARRAY['', ', text', ', text, integer', ', text, integer, text'] LOOP
        EXECUTE pg_catalog.format('CREATE FUNCTION id_encode(bigint%s) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %L', salt, 'SELECT pg_catalog.to_hex($1)');
        EXECUTE pg_catalog.format('CREATE FUNCTION id_encode(bigint[]%s) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %L', salt, 'SELECT pg_catalog.string_agg(pg_catalog.to_hex(e), ''g'' ORDER BY place) FROM pg_catalog.unnest($1) WITH ORDINALITY AS entry(e, place)');
        EXECUTE pg_catalog.format('CREATE FUNCTION id_decode(text%s) RETURNS bigint[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %L', salt, 'SELECT pg_catalog.array_agg((''x'' || pg_catalog.lpad(e, 16, ''0''))::bit(64)::bigint ORDER BY place) FROM pg_catalog.regexp_split_to_table($1, ''g'') WITH ORDINALITY AS entry(e, place)');
        EXECUTE pg_catalog.format('CREATE FUNCTION id_decode_once(text%s) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %L', salt, 'SELECT (''x'' || pg_catalog.lpad($1, 16, ''0''))::bit(64)::bigint');
    END LOOP;
END
$$;
