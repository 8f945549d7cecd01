CREATE DOMAIN http_method AS text;
CREATE DOMAIN content_type AS text CHECK (VALUE ~ '^\S+\/\S+');
CREATE TYPE http_header AS (field varchar, value varchar);
CREATE TYPE http_response AS (status integer, content_type varchar, headers http_header[], content varchar);
CREATE TYPE http_request AS (method http_method, uri varchar, headers http_header[], content_type varchar, content varchar);

CREATE FUNCTION http_set_curlopt(curlopt varchar, value varchar) RETURNS boolean LANGUAGE sql AS $$ SELECT true $$;
CREATE FUNCTION http_reset_curlopt() RETURNS boolean LANGUAGE sql AS $$ SELECT true $$;
CREATE FUNCTION http_list_curlopt() RETURNS TABLE (curlopt text, value text) LANGUAGE sql AS $$ SELECT NULL::text, NULL::text WHERE false $$;
CREATE FUNCTION http_header(field varchar, value varchar) RETURNS http_header LANGUAGE sql AS $$ SELECT $1, $2 $$;
CREATE FUNCTION http_headers(VARIADIC args text[]) RETURNS http_header[] LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT pg_catalog.array_agg(ROW(args[place], args[place + 1]) ORDER BY place) FROM pg_catalog.generate_series(1, pg_catalog.cardinality(args), 2) AS place);
END
$$;
DO $$
DECLARE
    signature text;
BEGIN
    FOREACH signature IN ARRAY ARRAY[
        'http(request http_request)', 'http_get(uri varchar)', 'http_get(uri varchar, data jsonb)', 'http_post(uri varchar, content varchar, content_type varchar)',
        'http_post(uri varchar, data jsonb)', 'http_put(uri varchar, content varchar, content_type varchar)', 'http_patch(uri varchar, content varchar, content_type varchar)',
        'http_delete(uri varchar)', 'http_delete(uri varchar, content varchar, content_type varchar)', 'http_head(uri varchar)'
    ] LOOP
        EXECUTE pg_catalog.format('CREATE FUNCTION %s RETURNS http_response LANGUAGE sql AS %L', signature,
            pg_catalog.format('SELECT ROW(503, ''text/plain'', NULL, ''pgmason stand-in: no request leaves the scratch'')::%I.http_response', current_schema()));
    END LOOP;
END
$$;
CREATE FUNCTION urlencode(string varchar) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT pg_catalog.string_agg(CASE WHEN letter ~ '[A-Za-z0-9_.~-]' THEN letter
               ELSE pg_catalog.regexp_replace(pg_catalog.upper(pg_catalog.encode(pg_catalog.convert_to(letter, 'UTF8'), 'hex')), '(..)', '%\1', 'g') END, '' ORDER BY place)
    FROM pg_catalog.regexp_split_to_table($1, '') WITH ORDINALITY AS letters(letter, place)
$$;
CREATE FUNCTION urlencode(string bytea) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT pg_catalog.regexp_replace(pg_catalog.upper(pg_catalog.encode($1, 'hex')), '(..)', '%\1', 'g')
$$;
CREATE FUNCTION urlencode(data jsonb) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT pg_catalog.string_agg(key || '=' || value, '&') FROM pg_catalog.jsonb_each_text($1)
$$;
CREATE FUNCTION text_to_bytea(data text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT pg_catalog.convert_to($1, 'UTF8') $$;
CREATE FUNCTION bytea_to_text(data bytea) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT pg_catalog.convert_from($1, 'UTF8') $$;
