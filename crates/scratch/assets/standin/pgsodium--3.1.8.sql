DO $$
BEGIN
    IF to_regnamespace('pgsodium') IS NULL THEN
        CREATE SCHEMA pgsodium;
    END IF;
END
$$;
CREATE TYPE pgsodium.key_status AS ENUM ('default', 'valid', 'invalid', 'expired');
CREATE TYPE pgsodium.key_type AS ENUM ('aead-ietf', 'aead-det', 'hmacsha512', 'hmacsha256', 'auth', 'shorthash', 'generichash', 'kdf', 'secretbox', 'secretstream', 'stream_xchacha20');
CREATE TYPE pgsodium.crypto_box_keypair AS (public bytea, secret bytea);
CREATE TYPE pgsodium.crypto_sign_keypair AS (public bytea, secret bytea);
CREATE SEQUENCE pgsodium.key_key_id_seq;
CREATE TABLE pgsodium.key (
    id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    status          pgsodium.key_status DEFAULT 'valid',
    created         timestamptz NOT NULL DEFAULT current_timestamp,
    expires         timestamptz,
    key_type        pgsodium.key_type,
    key_id          bigint DEFAULT nextval('pgsodium.key_key_id_seq'),
    key_context     bytea DEFAULT '\x7067736f6469756d' CHECK (length(key_context) = 8),
    name            text UNIQUE,
    associated_data text DEFAULT 'associated',
    raw_key         bytea,
    raw_key_nonce   bytea,
    parent_key      uuid REFERENCES pgsodium.key (id),
    comment         text,
    user_data       text
);
CREATE VIEW pgsodium.valid_key AS
    SELECT id, name, status, key_type, key_id, key_context, created, expires, associated_data FROM pgsodium.key
    WHERE status IN ('valid', 'default') AND (expires IS NULL OR expires > now());
CREATE FUNCTION pgsodium.create_key(
    key_type pgsodium.key_type DEFAULT 'aead-det', name text DEFAULT NULL, raw_key bytea DEFAULT NULL, raw_key_nonce bytea DEFAULT NULL, parent_key uuid DEFAULT NULL,
    key_context bytea DEFAULT '\x7067736f6469756d', expires timestamptz DEFAULT NULL, associated_data text DEFAULT '')
RETURNS pgsodium.valid_key LANGUAGE sql AS $$
    WITH made AS (INSERT INTO pgsodium.key (key_type, name, raw_key, raw_key_nonce, parent_key, key_context, expires, associated_data) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                  RETURNING id, name, status, key_type, key_id, key_context, created, expires, associated_data)
    SELECT id, name, status, key_type, key_id, key_context, created, expires, associated_data FROM made
$$;
CREATE FUNCTION pgsodium.get_key_by_id(uuid) RETURNS pgsodium.valid_key LANGUAGE sql AS $$ SELECT k FROM pgsodium.valid_key k WHERE k.id = $1 $$;
CREATE FUNCTION pgsodium.get_key_by_name(text) RETURNS pgsodium.valid_key LANGUAGE sql AS $$ SELECT k FROM pgsodium.valid_key k WHERE k.name = $1 $$;
CREATE FUNCTION pgsodium.randombytes_buf(size integer) RETURNS bytea LANGUAGE sql AS $$
    SELECT pg_catalog.substring(pg_catalog.string_agg(pg_catalog.sha256(pg_catalog.uuid_send(pg_catalog.gen_random_uuid())), ''::bytea), 1, $1) FROM pg_catalog.generate_series(0, $1 / 32)
$$;
CREATE FUNCTION pgsodium.randombytes_random() RETURNS integer LANGUAGE sql AS $$ SELECT (pg_catalog.random() * 2147483646)::integer $$;
CREATE FUNCTION pgsodium.randombytes_uniform(upper_bound integer) RETURNS integer LANGUAGE sql AS $$ SELECT pg_catalog.floor(pg_catalog.random() * $1)::integer $$;
CREATE FUNCTION pgsodium.crypto_aead_det_noncegen() RETURNS bytea LANGUAGE sql AS $$ SELECT pgsodium.randombytes_buf(32) $$;
CREATE FUNCTION pgsodium.crypto_aead_det_keygen() RETURNS bytea LANGUAGE sql AS $$ SELECT pgsodium.randombytes_buf(32) $$;
CREATE FUNCTION pgsodium.crypto_secretbox_keygen() RETURNS bytea LANGUAGE sql AS $$ SELECT pgsodium.randombytes_buf(32) $$;
CREATE FUNCTION pgsodium.crypto_secretbox_noncegen() RETURNS bytea LANGUAGE sql AS $$ SELECT pgsodium.randombytes_buf(24) $$;
CREATE FUNCTION pgsodium.crypto_aead_det_encrypt(message bytea, additional bytea, key bytea, nonce bytea DEFAULT NULL) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$ SELECT $1 $$;
CREATE FUNCTION pgsodium.crypto_aead_det_decrypt(ciphertext bytea, additional bytea, key bytea, nonce bytea DEFAULT NULL) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$ SELECT $1 $$;
CREATE FUNCTION pgsodium.crypto_aead_det_encrypt(message bytea, additional bytea, key_uuid uuid, nonce bytea DEFAULT NULL) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$ SELECT $1 $$;
CREATE FUNCTION pgsodium.crypto_aead_det_decrypt(message bytea, additional bytea, key_uuid uuid, nonce bytea DEFAULT NULL) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$ SELECT $1 $$;
CREATE FUNCTION pgsodium.crypto_secretbox(message bytea, nonce bytea, key bytea) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$ SELECT $1 $$;
CREATE FUNCTION pgsodium.crypto_secretbox_open(ciphertext bytea, nonce bytea, key bytea) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$ SELECT $1 $$;
CREATE FUNCTION pgsodium.crypto_generichash(message bytea, key bytea DEFAULT NULL) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$ SELECT pg_catalog.sha256(coalesce($2, ''::bytea) || $1) $$;
CREATE FUNCTION pgsodium.crypto_shorthash(message bytea, key bytea) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$ SELECT pg_catalog.substring(pg_catalog.sha256($2 || $1), 1, 8) $$;
CREATE FUNCTION pgsodium.crypto_auth_hmacsha256(message bytea, secret bytea) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$ SELECT pg_catalog.sha256($2 || $1) $$;
CREATE FUNCTION pgsodium.crypto_auth_hmacsha512(message bytea, secret bytea) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$ SELECT pg_catalog.sha512($2 || $1) $$;
CREATE FUNCTION pgsodium.derive_key(key_id bigint, key_len integer DEFAULT 32, context bytea DEFAULT '\x7067736f6469756d') RETURNS bytea LANGUAGE sql IMMUTABLE AS $$ SELECT pg_catalog.sha256($3 || pg_catalog.convert_to($1::text, 'UTF8')) $$;
CREATE FUNCTION pgsodium.update_masks(debug boolean DEFAULT false) RETURNS void LANGUAGE sql AS $$ SELECT NULL::void $$;
CREATE FUNCTION pgsodium.enable_security_label_trigger() RETURNS void LANGUAGE sql AS $$ SELECT NULL::void $$;
CREATE FUNCTION pgsodium.disable_security_label_trigger() RETURNS void LANGUAGE sql AS $$ SELECT NULL::void $$;
