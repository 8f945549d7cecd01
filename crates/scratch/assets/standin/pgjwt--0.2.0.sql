CREATE FUNCTION url_encode(data bytea) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT pg_catalog.translate(pg_catalog.encode($1, 'base64'), E'+/=\n', '-_')
$$;
CREATE FUNCTION url_decode(data text) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT pg_catalog.decode(pg_catalog.rpad(pg_catalog.translate($1, '-_', '+/'), (pg_catalog.length($1) + 3) / 4 * 4, '='), 'base64')
$$;
-- SHA-256 of secret and text in place of HMAC: pgcrypto need not be there.
CREATE FUNCTION algorithm_sign(signables text, secret text, algorithm text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT pg_catalog.translate(pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to($2 || $1, 'UTF8')), 'base64'), E'+/=\n', '-_')
$$;
CREATE FUNCTION sign(payload json, secret text, algorithm text DEFAULT 'HS256') RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT signables || '.' || pg_catalog.translate(pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to($2 || signables, 'UTF8')), 'base64'), E'+/=\n', '-_')
    FROM (SELECT pg_catalog.translate(pg_catalog.encode(pg_catalog.convert_to('{"alg":"' || $3 || '","typ":"JWT"}', 'UTF8'), 'base64'), E'+/=\n', '-_')
              || '.' || pg_catalog.translate(pg_catalog.encode(pg_catalog.convert_to($1::text, 'UTF8'), 'base64'), E'+/=\n', '-_') AS signables) AS head
$$;
CREATE FUNCTION try_cast_double(inp text) RETURNS float8 LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN inp::float8;
EXCEPTION WHEN OTHERS THEN
    RETURN NULL;
END
$$;
CREATE FUNCTION verify(token text, secret text, algorithm text DEFAULT 'HS256') RETURNS TABLE (header json, payload json, valid boolean) LANGUAGE sql IMMUTABLE AS $$
    SELECT pg_catalog.convert_from(pg_catalog.decode(pg_catalog.rpad(pg_catalog.translate(part[1], '-_', '+/'), (pg_catalog.length(part[1]) + 3) / 4 * 4, '='), 'base64'), 'UTF8')::json,
           pg_catalog.convert_from(pg_catalog.decode(pg_catalog.rpad(pg_catalog.translate(part[2], '-_', '+/'), (pg_catalog.length(part[2]) + 3) / 4 * 4, '='), 'base64'), 'UTF8')::json,
           part[3] = pg_catalog.translate(pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to($2 || part[1] || '.' || part[2], 'UTF8')), 'base64'), E'+/=\n', '-_')
    FROM (SELECT pg_catalog.string_to_array($1, '.') AS part) AS parts
$$;
