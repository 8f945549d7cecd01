DO $$
BEGIN
    IF to_regnamespace('vault') IS NULL THEN
        CREATE SCHEMA vault;
    END IF;
END
$$;
CREATE TABLE vault.secrets (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name        text,
    description text NOT NULL DEFAULT '',
    secret      text NOT NULL,
    key_id      uuid,
    nonce       bytea DEFAULT pg_catalog.uuid_send(pg_catalog.gen_random_uuid()),
    created_at  timestamptz NOT NULL DEFAULT current_timestamp,
    updated_at  timestamptz NOT NULL DEFAULT current_timestamp
);
COMMENT ON TABLE vault.secrets IS 'pgmason stand-in: secrets in plain text';
CREATE UNIQUE INDEX secrets_name_idx ON vault.secrets (name) WHERE name IS NOT NULL;
CREATE VIEW vault.decrypted_secrets AS
    SELECT id, name, description, secret, secret AS decrypted_secret, key_id, nonce, created_at, updated_at FROM vault.secrets;
CREATE FUNCTION vault.create_secret(new_secret text, new_name text DEFAULT NULL, new_description text DEFAULT '', new_key_id uuid DEFAULT NULL) RETURNS uuid
LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
    INSERT INTO vault.secrets (secret, name, description, key_id) VALUES ($1, $2, $3, $4) RETURNING id
$$;
CREATE FUNCTION vault.update_secret(secret_id uuid, new_secret text DEFAULT NULL, new_name text DEFAULT NULL, new_description text DEFAULT NULL, new_key_id uuid DEFAULT NULL) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
    UPDATE vault.secrets s SET secret = coalesce($2, s.secret), name = coalesce($3, s.name), description = coalesce($4, s.description), updated_at = pg_catalog.now()
    WHERE s.id = $1
$$;
CREATE FUNCTION vault._crypto_aead_det_encrypt(message bytea, additional bytea, key_id bigint, context bytea DEFAULT '\x7067736f6469756d', nonce bytea DEFAULT NULL) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$ SELECT $1 $$;
CREATE FUNCTION vault._crypto_aead_det_decrypt(message bytea, additional bytea, key_id bigint, context bytea DEFAULT '\x7067736f6469756d', nonce bytea DEFAULT NULL) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$ SELECT $1 $$;
CREATE FUNCTION vault._crypto_aead_det_noncegen() RETURNS bytea LANGUAGE sql IMMUTABLE AS $$ SELECT '\x00000000000000000000000000000000'::bytea $$;
REVOKE ALL ON FUNCTION vault.create_secret(text, text, text, uuid), vault.update_secret(uuid, text, text, text, uuid) FROM PUBLIC;
DO $$
DECLARE
    role_name text;
BEGIN
    FOR role_name IN SELECT rolname FROM pg_catalog.pg_roles WHERE rolname IN ('postgres', 'service_role') LOOP
        EXECUTE pg_catalog.format('GRANT USAGE ON SCHEMA vault TO %I', role_name);
        EXECUTE pg_catalog.format('GRANT SELECT, DELETE, TRUNCATE ON vault.secrets, vault.decrypted_secrets TO %I', role_name);
        EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION vault.create_secret(text, text, text, uuid), vault.update_secret(uuid, text, text, text, uuid) TO %I', role_name);
    END LOOP;
END
$$;
