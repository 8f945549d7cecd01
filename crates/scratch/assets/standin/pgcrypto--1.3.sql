CREATE FUNCTION gen_random_uuid() RETURNS uuid LANGUAGE internal VOLATILE PARALLEL SAFE AS 'gen_random_uuid';
CREATE FUNCTION gen_random_bytes(integer) RETURNS bytea LANGUAGE sql VOLATILE STRICT PARALLEL SAFE AS $$
    SELECT pg_catalog.substring(pg_catalog.string_agg(pg_catalog.sha256(pg_catalog.uuid_send(pg_catalog.gen_random_uuid())), ''::bytea), 1, $1)
    FROM pg_catalog.generate_series(0, $1 / 32)
$$;

CREATE FUNCTION digest(bytea, text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    RETURN CASE pg_catalog.lower($2)
        WHEN 'md5' THEN pg_catalog.decode(pg_catalog.md5($1), 'hex')
        WHEN 'sha1' THEN pg_catalog.substring(pg_catalog.sha256($1), 1, 20)
        WHEN 'sha224' THEN pg_catalog.sha224($1)
        WHEN 'sha256' THEN pg_catalog.sha256($1)
        WHEN 'sha384' THEN pg_catalog.sha384($1)
        WHEN 'sha512' THEN pg_catalog.sha512($1)
    END;
END
$$;
CREATE FUNCTION digest(text, text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    data constant bytea := pg_catalog.convert_to($1, 'UTF8');
BEGIN
    RETURN CASE pg_catalog.lower($2)
        WHEN 'md5' THEN pg_catalog.decode(pg_catalog.md5(data), 'hex')
        WHEN 'sha1' THEN pg_catalog.substring(pg_catalog.sha256(data), 1, 20)
        WHEN 'sha224' THEN pg_catalog.sha224(data)
        WHEN 'sha256' THEN pg_catalog.sha256(data)
        WHEN 'sha384' THEN pg_catalog.sha384(data)
        WHEN 'sha512' THEN pg_catalog.sha512(data)
    END;
END
$$;
CREATE FUNCTION hmac(bytea, bytea, text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    kind constant text := CASE pg_catalog.lower($3) WHEN 'md5' THEN 'md5' WHEN 'sha512' THEN 'sha512' WHEN 'sha384' THEN 'sha384' WHEN 'sha224' THEN 'sha224' ELSE 'sha256' END;
    block constant integer := CASE WHEN kind IN ('sha512', 'sha384') THEN 128 ELSE 64 END;
    key bytea := $2;
    inner_pad bytea := pg_catalog.decode(pg_catalog.repeat('36', block), 'hex');
    outer_pad bytea := pg_catalog.decode(pg_catalog.repeat('5c', block), 'hex');
    result bytea;
BEGIN
    IF pg_catalog.length(key) > block THEN
        EXECUTE pg_catalog.format(CASE kind WHEN 'md5' THEN 'SELECT pg_catalog.decode(pg_catalog.md5($1), ''hex'')' ELSE 'SELECT pg_catalog.%I($1)' END, kind) INTO key USING key;
    END IF;
    FOR place IN 0 .. pg_catalog.length(key) - 1 LOOP
        inner_pad := pg_catalog.set_byte(inner_pad, place, pg_catalog.get_byte(key, place) # 54);
        outer_pad := pg_catalog.set_byte(outer_pad, place, pg_catalog.get_byte(key, place) # 92);
    END LOOP;
    IF kind = 'md5' THEN
        RETURN pg_catalog.decode(pg_catalog.md5(outer_pad || pg_catalog.decode(pg_catalog.md5(inner_pad || $1), 'hex')), 'hex');
    END IF;
    EXECUTE pg_catalog.format('SELECT pg_catalog.%1$I($1 || pg_catalog.%1$I($2 || $3))', kind) INTO result USING outer_pad, inner_pad, $1;
    RETURN result;
END
$$;
-- The text form finds its sibling in its own schema, whatever the caller's search_path says.
DO $$
BEGIN
    EXECUTE pg_catalog.format(
        'CREATE FUNCTION hmac(text, text, text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
         $body$ SELECT %I.hmac(pg_catalog.convert_to($1, ''UTF8''), pg_catalog.convert_to($2, ''UTF8''), $3) $body$', current_schema());
END
$$;

CREATE FUNCTION gen_salt(text, integer) RETURNS text LANGUAGE sql VOLATILE STRICT PARALLEL SAFE AS $$
    SELECT CASE pg_catalog.lower($1)
        WHEN 'bf' THEN '$2a$' || pg_catalog.lpad($2::text, 2, '0') || '$' || pg_catalog.left(salt, 22)
        WHEN 'md5' THEN '$1$' || pg_catalog.left(salt, 8)
        WHEN 'xdes' THEN '_J9..' || pg_catalog.left(salt, 4)
        WHEN 'des' THEN pg_catalog.left(salt, 2)
        ELSE '$5$' || pg_catalog.left(salt, 16)
    END
    FROM (SELECT pg_catalog.replace(pg_catalog.gen_random_uuid()::text, '-', '') AS salt) AS random
$$;
CREATE FUNCTION gen_salt(text) RETURNS text LANGUAGE sql VOLATILE STRICT PARALLEL SAFE AS $$
    SELECT CASE pg_catalog.lower($1)
        WHEN 'bf' THEN '$2a$06$' || pg_catalog.left(salt, 22)
        WHEN 'md5' THEN '$1$' || pg_catalog.left(salt, 8)
        WHEN 'xdes' THEN '_J9..' || pg_catalog.left(salt, 4)
        WHEN 'des' THEN pg_catalog.left(salt, 2)
        ELSE '$5$' || pg_catalog.left(salt, 16)
    END
    FROM (SELECT pg_catalog.replace(pg_catalog.gen_random_uuid()::text, '-', '') AS salt) AS random
$$;
-- Holds what callers rely on: crypt(password, stored) = stored for the right password only.
CREATE FUNCTION crypt(text, text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT salt || pg_catalog.left(pg_catalog.md5(salt || $1), 31)
    FROM (SELECT CASE
              WHEN $2 LIKE '$2%' THEN pg_catalog.left($2, 29)
              WHEN $2 LIKE '$%' THEN '$' || pg_catalog.split_part($2, '$', 2) || '$' || pg_catalog.split_part($2, '$', 3) || '$'
              WHEN $2 LIKE '\_%' THEN pg_catalog.left($2, 9)
              ELSE pg_catalog.left($2, 2)
          END AS salt) AS prefixed
$$;

CREATE FUNCTION encrypt(bytea, bytea, text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT pg_catalog.sha256($2) || $1 $$;
CREATE FUNCTION decrypt(bytea, bytea, text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    IF pg_catalog.substring($1, 1, 32) <> pg_catalog.sha256($2) THEN
        RAISE EXCEPTION 'decrypt error: Data not a multiple of block size';
    END IF;
    RETURN pg_catalog.substring($1, 33);
END
$$;
CREATE FUNCTION encrypt_iv(bytea, bytea, bytea, text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT pg_catalog.sha256($2 || $3) || $1 $$;
CREATE FUNCTION decrypt_iv(bytea, bytea, bytea, text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    IF pg_catalog.substring($1, 1, 32) <> pg_catalog.sha256($2 || $3) THEN
        RAISE EXCEPTION 'decrypt_iv error: Data not a multiple of block size';
    END IF;
    RETURN pg_catalog.substring($1, 33);
END
$$;

-- pgp_sym_* and pgp_pub_*: with and without options, for text and for bytea.
DO $$
DECLARE
    kind text;
    options text;
    key_type text;
    key_bytes text;
BEGIN
    FOREACH kind IN ARRAY ARRAY['sym', 'pub'] LOOP
        key_type := CASE kind WHEN 'sym' THEN 'text' ELSE 'bytea' END;
        key_bytes := CASE kind WHEN 'sym' THEN 'pg_catalog.convert_to($2, ''UTF8'')' ELSE '''''::bytea' END;
        FOREACH options IN ARRAY CASE kind WHEN 'sym' THEN ARRAY['', ', text'] ELSE ARRAY['', ', text', ', text, text'] END LOOP
            IF options <> ', text, text' THEN
                EXECUTE pg_catalog.format('CREATE FUNCTION pgp_%s_encrypt(text, %s%s) RETURNS bytea LANGUAGE sql VOLATILE STRICT PARALLEL SAFE AS %L',
                    kind, key_type, options, pg_catalog.format('SELECT pg_catalog.sha256(%s) || pg_catalog.convert_to($1, ''UTF8'')', key_bytes));
                EXECUTE pg_catalog.format('CREATE FUNCTION pgp_%s_encrypt_bytea(bytea, %s%s) RETURNS bytea LANGUAGE sql VOLATILE STRICT PARALLEL SAFE AS %L',
                    kind, key_type, options, pg_catalog.format('SELECT pg_catalog.sha256(%s) || $1', key_bytes));
            END IF;
            EXECUTE pg_catalog.format('CREATE FUNCTION pgp_%s_decrypt(bytea, %s%s) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS %L', kind, key_type, options,
                pg_catalog.format('BEGIN IF pg_catalog.substring($1, 1, 32) <> pg_catalog.sha256(%s) THEN RAISE EXCEPTION ''Wrong key or corrupt data'' USING ERRCODE = ''39000''; END IF; RETURN pg_catalog.convert_from(pg_catalog.substring($1, 33), ''UTF8''); END', key_bytes));
            EXECUTE pg_catalog.format('CREATE FUNCTION pgp_%s_decrypt_bytea(bytea, %s%s) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS %L', kind, key_type, options,
                pg_catalog.format('BEGIN IF pg_catalog.substring($1, 1, 32) <> pg_catalog.sha256(%s) THEN RAISE EXCEPTION ''Wrong key or corrupt data'' USING ERRCODE = ''39000''; END IF; RETURN pg_catalog.substring($1, 33); END', key_bytes));
        END LOOP;
    END LOOP;
END
$$;
CREATE FUNCTION pgp_key_id(bytea) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT pg_catalog.upper(pg_catalog.left(pg_catalog.md5($1), 16)) $$;
CREATE FUNCTION armor(bytea) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT E'-----BEGIN PGP MESSAGE-----\n\n' || pg_catalog.encode($1, 'base64') || E'\n-----END PGP MESSAGE-----\n'
$$;
CREATE FUNCTION armor(bytea, text[], text[]) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT E'-----BEGIN PGP MESSAGE-----\n\n' || pg_catalog.encode($1, 'base64') || E'\n-----END PGP MESSAGE-----\n'
$$;
CREATE FUNCTION dearmor(text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT pg_catalog.decode(pg_catalog.regexp_replace($1, '-----[^-]+-----', '', 'g'), 'base64')
$$;
CREATE FUNCTION pgp_armor_headers(text, OUT key text, OUT value text) RETURNS SETOF record LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT NULL::text, NULL::text WHERE false
$$;
