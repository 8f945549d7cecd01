-- Baseline `supabase`, part 2: what the migrations of a hosted project find in their database, on PostgreSQL 13..18.
-- Run once, as a superuser, in the database that migrations will use, where the roles exist.
SET client_min_messages = warning;
SET check_function_bodies = on;

DO $$
BEGIN
    EXECUTE format('ALTER DATABASE %I SET search_path = "$user", public, extensions', current_database());
END
$$;

-------------------------------------------------------------------------------------------------------------- schemas
CREATE SCHEMA extensions AUTHORIZATION postgres;
CREATE SCHEMA auth;
CREATE SCHEMA storage;
CREATE SCHEMA realtime;
CREATE SCHEMA _realtime AUTHORIZATION postgres;
CREATE SCHEMA vault;
CREATE SCHEMA graphql;
CREATE SCHEMA graphql_public;
CREATE SCHEMA supabase_functions;
CREATE SCHEMA supabase_migrations AUTHORIZATION postgres;
CREATE SCHEMA pgbouncer AUTHORIZATION pgbouncer;

GRANT USAGE ON SCHEMA public TO postgres, anon, authenticated, service_role;
GRANT ALL ON SCHEMA public TO postgres;
GRANT USAGE ON SCHEMA extensions TO anon, authenticated, service_role;
GRANT ALL ON SCHEMA extensions TO dashboard_user;
GRANT ALL ON SCHEMA auth TO supabase_auth_admin, dashboard_user;
GRANT USAGE ON SCHEMA auth TO anon, authenticated, service_role;
GRANT ALL ON SCHEMA auth TO postgres;
GRANT ALL ON SCHEMA storage TO supabase_storage_admin WITH GRANT OPTION;
GRANT ALL ON SCHEMA storage TO dashboard_user, postgres;
GRANT USAGE ON SCHEMA storage TO anon, authenticated, service_role;
GRANT ALL ON SCHEMA realtime TO supabase_realtime_admin, postgres;
GRANT USAGE ON SCHEMA realtime TO anon, authenticated, service_role;
GRANT USAGE ON SCHEMA vault TO service_role;
GRANT USAGE, CREATE ON SCHEMA vault TO postgres WITH GRANT OPTION;
GRANT USAGE ON SCHEMA graphql, graphql_public TO postgres, anon, authenticated, service_role;
GRANT ALL ON SCHEMA supabase_functions TO supabase_functions_admin, postgres;
GRANT USAGE ON SCHEMA supabase_functions TO anon, authenticated, service_role;

DO $$
DECLARE
    grantor text;
    object_kind text;
BEGIN
    FOREACH object_kind IN ARRAY ARRAY['TABLES', 'FUNCTIONS', 'SEQUENCES'] LOOP
        FOREACH grantor IN ARRAY ARRAY['postgres', 'supabase_admin'] LOOP
            EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA public GRANT ALL ON %s TO postgres, anon, authenticated, service_role', grantor, object_kind);
        END LOOP;
        EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA storage GRANT ALL ON %s TO postgres, anon, authenticated, service_role', object_kind);
        EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE supabase_admin IN SCHEMA graphql GRANT ALL ON %s TO postgres, anon, authenticated, service_role', object_kind);
        EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE supabase_admin IN SCHEMA graphql_public GRANT ALL ON %s TO postgres, anon, authenticated, service_role', object_kind);
        EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE supabase_admin IN SCHEMA supabase_functions GRANT ALL ON %s TO postgres, anon, authenticated, service_role', object_kind);
        EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE supabase_admin IN SCHEMA extensions GRANT ALL ON %s TO postgres WITH GRANT OPTION', object_kind);
        EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE supabase_auth_admin IN SCHEMA auth GRANT ALL ON %s TO postgres, dashboard_user', object_kind);
        EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE supabase_admin IN SCHEMA realtime GRANT ALL ON %s TO postgres, dashboard_user', object_kind);
    END LOOP;
END
$$;

----------------------------------------------------------------------------------------------------------------- auth
SET ROLE supabase_auth_admin;

CREATE TYPE auth.aal_level AS ENUM ('aal1', 'aal2', 'aal3');
CREATE TYPE auth.code_challenge_method AS ENUM ('s256', 'plain');
CREATE TYPE auth.factor_status AS ENUM ('unverified', 'verified');
CREATE TYPE auth.factor_type AS ENUM ('totp', 'webauthn', 'phone');
CREATE TYPE auth.one_time_token_type AS ENUM (
    'confirmation_token', 'reauthentication_token', 'recovery_token', 'email_change_token_new', 'email_change_token_current', 'phone_change_token');
CREATE TYPE auth.oauth_registration_type AS ENUM ('dynamic', 'manual');
CREATE TYPE auth.oauth_authorization_status AS ENUM ('pending', 'approved', 'denied', 'expired');
CREATE TYPE auth.oauth_response_type AS ENUM ('code');
CREATE TYPE auth.oauth_client_type AS ENUM ('public', 'confidential');

CREATE TABLE auth.schema_migrations (
    version varchar(255) PRIMARY KEY
);
CREATE TABLE auth.instances (
    id              uuid PRIMARY KEY,
    uuid            uuid,
    raw_base_config text,
    created_at      timestamptz,
    updated_at      timestamptz
);
CREATE TABLE auth.users (
    instance_id                 uuid,
    id                          uuid PRIMARY KEY,
    aud                         varchar(255),
    role                        varchar(255),
    email                       varchar(255),
    encrypted_password          varchar(255),
    email_confirmed_at          timestamptz,
    invited_at                  timestamptz,
    confirmation_token          varchar(255),
    confirmation_sent_at        timestamptz,
    recovery_token              varchar(255),
    recovery_sent_at            timestamptz,
    email_change_token_new      varchar(255),
    email_change                varchar(255),
    email_change_sent_at        timestamptz,
    last_sign_in_at             timestamptz,
    raw_app_meta_data           jsonb,
    raw_user_meta_data          jsonb,
    is_super_admin              boolean,
    created_at                  timestamptz,
    updated_at                  timestamptz,
    phone                       text DEFAULT NULL::varchar UNIQUE,
    phone_confirmed_at          timestamptz,
    phone_change                text DEFAULT ''::varchar,
    phone_change_token          varchar(255) DEFAULT '',
    phone_change_sent_at        timestamptz,
    confirmed_at                timestamptz GENERATED ALWAYS AS (least(email_confirmed_at, phone_confirmed_at)) STORED,
    email_change_token_current  varchar(255) DEFAULT '',
    email_change_confirm_status smallint DEFAULT 0,
    banned_until                timestamptz,
    reauthentication_token      varchar(255) DEFAULT '',
    reauthentication_sent_at    timestamptz,
    is_sso_user                 boolean NOT NULL DEFAULT false,
    deleted_at                  timestamptz,
    is_anonymous                boolean NOT NULL DEFAULT false,
    CONSTRAINT users_email_change_confirm_status_check CHECK (email_change_confirm_status >= 0 AND email_change_confirm_status <= 2)
);
CREATE INDEX users_instance_id_idx ON auth.users (instance_id);
CREATE INDEX users_instance_id_email_idx ON auth.users (instance_id, lower(email::text));
CREATE INDEX users_is_anonymous_idx ON auth.users (is_anonymous);
CREATE UNIQUE INDEX users_email_partial_key ON auth.users (email) WHERE is_sso_user = false;
CREATE UNIQUE INDEX confirmation_token_idx ON auth.users (confirmation_token) WHERE confirmation_token !~ '^[0-9 ]*$';
CREATE UNIQUE INDEX recovery_token_idx ON auth.users (recovery_token) WHERE recovery_token !~ '^[0-9 ]*$';
CREATE UNIQUE INDEX email_change_token_current_idx ON auth.users (email_change_token_current) WHERE email_change_token_current !~ '^[0-9 ]*$';
CREATE UNIQUE INDEX email_change_token_new_idx ON auth.users (email_change_token_new) WHERE email_change_token_new !~ '^[0-9 ]*$';
CREATE UNIQUE INDEX reauthentication_token_idx ON auth.users (reauthentication_token) WHERE reauthentication_token !~ '^[0-9 ]*$';

CREATE TABLE auth.identities (
    provider_id     text NOT NULL,
    user_id         uuid NOT NULL REFERENCES auth.users (id) ON DELETE CASCADE,
    identity_data   jsonb NOT NULL,
    provider        text NOT NULL,
    last_sign_in_at timestamptz,
    created_at      timestamptz,
    updated_at      timestamptz,
    email           text GENERATED ALWAYS AS (lower(identity_data ->> 'email')) STORED,
    id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    CONSTRAINT identities_provider_id_provider_unique UNIQUE (provider_id, provider)
);
CREATE INDEX identities_email_idx ON auth.identities (email text_pattern_ops);
CREATE INDEX identities_user_id_idx ON auth.identities (user_id);

CREATE TABLE auth.oauth_clients (
    id                 uuid PRIMARY KEY,
    client_secret_hash text,
    registration_type  auth.oauth_registration_type NOT NULL,
    redirect_uris      text NOT NULL,
    grant_types        text NOT NULL,
    client_name        text CHECK (char_length(client_name) <= 1024),
    client_uri         text CHECK (char_length(client_uri) <= 2048),
    logo_uri           text CHECK (char_length(logo_uri) <= 2048),
    created_at         timestamptz NOT NULL DEFAULT now(),
    updated_at         timestamptz NOT NULL DEFAULT now(),
    deleted_at         timestamptz,
    client_type        auth.oauth_client_type NOT NULL DEFAULT 'confidential'
);
CREATE TABLE auth.sessions (
    id              uuid PRIMARY KEY,
    user_id         uuid NOT NULL REFERENCES auth.users (id) ON DELETE CASCADE,
    created_at      timestamptz,
    updated_at      timestamptz,
    factor_id       uuid,
    aal             auth.aal_level,
    not_after       timestamptz,
    refreshed_at    timestamp,
    user_agent      text,
    ip              inet,
    tag             text,
    oauth_client_id uuid REFERENCES auth.oauth_clients (id) ON DELETE CASCADE
);
CREATE INDEX sessions_user_id_idx ON auth.sessions (user_id);
CREATE INDEX sessions_not_after_idx ON auth.sessions (not_after DESC);
CREATE INDEX user_id_created_at_idx ON auth.sessions (user_id, created_at);

CREATE TABLE auth.refresh_tokens (
    instance_id uuid,
    id          bigserial PRIMARY KEY,
    token       varchar(255) CONSTRAINT refresh_tokens_token_unique UNIQUE,
    user_id     varchar(255),
    revoked     boolean,
    created_at  timestamptz,
    updated_at  timestamptz,
    parent      varchar(255),
    session_id  uuid REFERENCES auth.sessions (id) ON DELETE CASCADE
);
CREATE INDEX refresh_tokens_instance_id_idx ON auth.refresh_tokens (instance_id);
CREATE INDEX refresh_tokens_instance_id_user_id_idx ON auth.refresh_tokens (instance_id, user_id);
CREATE INDEX refresh_tokens_parent_idx ON auth.refresh_tokens (parent);
CREATE INDEX refresh_tokens_session_id_revoked_idx ON auth.refresh_tokens (session_id, revoked);
CREATE INDEX refresh_tokens_updated_at_idx ON auth.refresh_tokens (updated_at DESC);

CREATE TABLE auth.mfa_factors (
    id                           uuid PRIMARY KEY,
    user_id                      uuid NOT NULL REFERENCES auth.users (id) ON DELETE CASCADE,
    friendly_name                text,
    factor_type                  auth.factor_type NOT NULL,
    status                       auth.factor_status NOT NULL,
    created_at                   timestamptz NOT NULL,
    updated_at                   timestamptz NOT NULL,
    secret                       text,
    phone                        text,
    last_challenged_at           timestamptz UNIQUE,
    web_authn_credential         jsonb,
    web_authn_aaguid             uuid,
    last_webauthn_challenge_data jsonb
);
CREATE INDEX mfa_factors_user_id_idx ON auth.mfa_factors (user_id);
CREATE INDEX factor_id_created_at_idx ON auth.mfa_factors (user_id, created_at);
CREATE UNIQUE INDEX mfa_factors_user_friendly_name_unique ON auth.mfa_factors (friendly_name, user_id) WHERE trim(BOTH FROM friendly_name) <> '';
CREATE UNIQUE INDEX unique_phone_factor_per_user ON auth.mfa_factors (user_id, phone);

CREATE TABLE auth.mfa_challenges (
    id                     uuid PRIMARY KEY,
    factor_id              uuid NOT NULL CONSTRAINT mfa_challenges_auth_factor_id_fkey REFERENCES auth.mfa_factors (id) ON DELETE CASCADE,
    created_at             timestamptz NOT NULL,
    verified_at            timestamptz,
    ip_address             inet NOT NULL,
    otp_code               text,
    web_authn_session_data jsonb
);
CREATE INDEX mfa_challenge_created_at_idx ON auth.mfa_challenges (created_at DESC);

CREATE TABLE auth.mfa_amr_claims (
    session_id            uuid NOT NULL REFERENCES auth.sessions (id) ON DELETE CASCADE,
    created_at            timestamptz NOT NULL,
    updated_at            timestamptz NOT NULL,
    authentication_method text NOT NULL,
    id                    uuid CONSTRAINT amr_id_pk PRIMARY KEY,
    CONSTRAINT mfa_amr_claims_session_id_authentication_method_pkey UNIQUE (session_id, authentication_method)
);
CREATE TABLE auth.audit_log_entries (
    instance_id uuid,
    id          uuid PRIMARY KEY,
    payload     json,
    created_at  timestamptz,
    ip_address  varchar(64) NOT NULL DEFAULT ''
);
CREATE INDEX audit_logs_instance_id_idx ON auth.audit_log_entries (instance_id);

CREATE TABLE auth.flow_state (
    id                     uuid PRIMARY KEY,
    user_id                uuid,
    auth_code              text NOT NULL,
    code_challenge_method  auth.code_challenge_method NOT NULL,
    code_challenge         text NOT NULL,
    provider_type          text NOT NULL,
    provider_access_token  text,
    provider_refresh_token text,
    created_at             timestamptz,
    updated_at             timestamptz,
    authentication_method  text NOT NULL,
    auth_code_issued_at    timestamptz
);
CREATE INDEX flow_state_created_at_idx ON auth.flow_state (created_at DESC);
CREATE INDEX idx_auth_code ON auth.flow_state (auth_code);
CREATE INDEX idx_user_id_auth_method ON auth.flow_state (user_id, authentication_method);

CREATE TABLE auth.sso_providers (
    id          uuid PRIMARY KEY,
    resource_id text CONSTRAINT "resource_id not empty" CHECK (resource_id IS NULL OR char_length(resource_id) > 0),
    created_at  timestamptz,
    updated_at  timestamptz,
    disabled    boolean
);
CREATE UNIQUE INDEX sso_providers_resource_id_idx ON auth.sso_providers (lower(resource_id));

CREATE TABLE auth.sso_domains (
    id              uuid PRIMARY KEY,
    sso_provider_id uuid NOT NULL REFERENCES auth.sso_providers (id) ON DELETE CASCADE,
    domain          text NOT NULL CONSTRAINT "domain not empty" CHECK (char_length(domain) > 0),
    created_at      timestamptz,
    updated_at      timestamptz
);
CREATE INDEX sso_domains_sso_provider_id_idx ON auth.sso_domains (sso_provider_id);
CREATE UNIQUE INDEX sso_domains_domain_idx ON auth.sso_domains (lower(domain));

CREATE TABLE auth.saml_providers (
    id                uuid PRIMARY KEY,
    sso_provider_id   uuid NOT NULL REFERENCES auth.sso_providers (id) ON DELETE CASCADE,
    entity_id         text NOT NULL UNIQUE CONSTRAINT "entity_id not empty" CHECK (char_length(entity_id) > 0),
    metadata_xml      text NOT NULL CONSTRAINT "metadata_xml not empty" CHECK (char_length(metadata_xml) > 0),
    metadata_url      text CONSTRAINT "metadata_url not empty" CHECK (metadata_url IS NULL OR char_length(metadata_url) > 0),
    attribute_mapping jsonb,
    created_at        timestamptz,
    updated_at        timestamptz,
    name_id_format    text
);
CREATE INDEX saml_providers_sso_provider_id_idx ON auth.saml_providers (sso_provider_id);

CREATE TABLE auth.saml_relay_states (
    id              uuid PRIMARY KEY,
    sso_provider_id uuid NOT NULL REFERENCES auth.sso_providers (id) ON DELETE CASCADE,
    request_id      text NOT NULL CONSTRAINT "request_id not empty" CHECK (char_length(request_id) > 0),
    for_email       text,
    redirect_to     text,
    created_at      timestamptz,
    updated_at      timestamptz,
    flow_state_id   uuid REFERENCES auth.flow_state (id) ON DELETE CASCADE
);
CREATE INDEX saml_relay_states_created_at_idx ON auth.saml_relay_states (created_at DESC);
CREATE INDEX saml_relay_states_for_email_idx ON auth.saml_relay_states (for_email);
CREATE INDEX saml_relay_states_sso_provider_id_idx ON auth.saml_relay_states (sso_provider_id);

CREATE TABLE auth.one_time_tokens (
    id         uuid PRIMARY KEY,
    user_id    uuid NOT NULL REFERENCES auth.users (id) ON DELETE CASCADE,
    token_type auth.one_time_token_type NOT NULL,
    token_hash text NOT NULL CHECK (char_length(token_hash) > 0),
    relates_to text NOT NULL,
    created_at timestamp NOT NULL DEFAULT now(),
    updated_at timestamp NOT NULL DEFAULT now()
);
CREATE INDEX one_time_tokens_relates_to_hash_idx ON auth.one_time_tokens USING hash (relates_to);
CREATE INDEX one_time_tokens_token_hash_hash_idx ON auth.one_time_tokens USING hash (token_hash);
CREATE UNIQUE INDEX one_time_tokens_user_id_token_type_key ON auth.one_time_tokens (user_id, token_type);

CREATE TABLE auth.oauth_authorizations (
    id                    uuid PRIMARY KEY,
    authorization_id      text NOT NULL UNIQUE,
    client_id             uuid NOT NULL REFERENCES auth.oauth_clients (id) ON DELETE CASCADE,
    user_id               uuid REFERENCES auth.users (id) ON DELETE CASCADE,
    redirect_uri          text NOT NULL,
    scope                 text NOT NULL,
    state                 text,
    resource              text,
    code_challenge        text,
    code_challenge_method auth.code_challenge_method,
    response_type         auth.oauth_response_type NOT NULL DEFAULT 'code',
    status                auth.oauth_authorization_status NOT NULL DEFAULT 'pending',
    authorization_code    text UNIQUE,
    created_at            timestamptz NOT NULL DEFAULT now(),
    expires_at            timestamptz NOT NULL DEFAULT now() + interval '3 minutes',
    approved_at           timestamptz
);
CREATE TABLE auth.oauth_consents (
    id         uuid PRIMARY KEY,
    user_id    uuid NOT NULL REFERENCES auth.users (id) ON DELETE CASCADE,
    client_id  uuid NOT NULL REFERENCES auth.oauth_clients (id) ON DELETE CASCADE,
    scopes     text NOT NULL,
    granted_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz,
    CONSTRAINT oauth_consents_user_client_unique UNIQUE (user_id, client_id)
);

-- The single-claim setting of old PostgREST wins over the claims object of new ones.
CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT coalesce(
        nullif(current_setting('request.jwt.claim.sub', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
    )::uuid
$$;
CREATE FUNCTION auth.role() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(
        nullif(current_setting('request.jwt.claim.role', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role'
    )
$$;
CREATE FUNCTION auth.email() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(
        nullif(current_setting('request.jwt.claim.email', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email'
    )
$$;
CREATE FUNCTION auth.jwt() RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT coalesce(
        nullif(current_setting('request.jwt.claim', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')
    )::jsonb
$$;

DO $$
DECLARE
    table_name text;
BEGIN
    FOR table_name IN SELECT c.oid::regclass::text FROM pg_catalog.pg_class c WHERE c.relnamespace = 'auth'::regnamespace AND c.relkind = 'r' LOOP
        EXECUTE format('GRANT ALL ON TABLE %s TO dashboard_user', table_name);
        EXECUTE format('GRANT ALL ON TABLE %s TO postgres WITH GRANT OPTION', table_name);
        -- The hosted service has row security on every table here but the OAuth ones, which came later.
        IF table_name NOT LIKE '%oauth%' THEN
            EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', table_name);
        END IF;
    END LOOP;
END
$$;
GRANT EXECUTE ON FUNCTION auth.uid(), auth.role(), auth.email(), auth.jwt() TO dashboard_user, postgres;
RESET ROLE;

-------------------------------------------------------------------------------------------------------------- storage
SET ROLE supabase_storage_admin;

CREATE TYPE storage.buckettype AS ENUM ('STANDARD', 'ANALYTICS', 'VECTOR');

CREATE TABLE storage.migrations (
    id          integer PRIMARY KEY,
    name        varchar(100) NOT NULL UNIQUE,
    hash        varchar(40) NOT NULL,
    executed_at timestamp DEFAULT current_timestamp
);
CREATE TABLE storage.buckets (
    id                 text PRIMARY KEY,
    name               text NOT NULL,
    owner              uuid,
    created_at         timestamptz DEFAULT now(),
    updated_at         timestamptz DEFAULT now(),
    public             boolean DEFAULT false,
    avif_autodetection boolean DEFAULT false,
    file_size_limit    bigint,
    allowed_mime_types text[],
    owner_id           text,
    type               storage.buckettype NOT NULL DEFAULT 'STANDARD'
);
CREATE UNIQUE INDEX bname ON storage.buckets (name);

CREATE TABLE storage.objects (
    id               uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    bucket_id        text CONSTRAINT "objects_bucketId_fkey" REFERENCES storage.buckets (id),
    name             text,
    owner            uuid,
    created_at       timestamptz DEFAULT now(),
    updated_at       timestamptz DEFAULT now(),
    last_accessed_at timestamptz DEFAULT now(),
    metadata         jsonb,
    path_tokens      text[] GENERATED ALWAYS AS (string_to_array(name, '/')) STORED,
    version          text,
    owner_id         text,
    user_metadata    jsonb,
    level            integer
);
CREATE UNIQUE INDEX bucketid_objname ON storage.objects (bucket_id, name);
CREATE INDEX name_prefix_search ON storage.objects (name text_pattern_ops);
CREATE INDEX idx_objects_bucket_id_name ON storage.objects (bucket_id, name COLLATE "C");

CREATE TABLE storage.prefixes (
    bucket_id  text NOT NULL REFERENCES storage.buckets (id),
    name       text COLLATE "C" NOT NULL,
    level      integer NOT NULL GENERATED ALWAYS AS (array_length(string_to_array(name, '/'), 1)) STORED,
    created_at timestamptz DEFAULT now(),
    updated_at timestamptz DEFAULT now(),
    PRIMARY KEY (bucket_id, level, name)
);
CREATE TABLE storage.s3_multipart_uploads (
    id               text PRIMARY KEY,
    in_progress_size bigint NOT NULL DEFAULT 0,
    upload_signature text NOT NULL,
    bucket_id        text NOT NULL REFERENCES storage.buckets (id),
    key              text COLLATE "C" NOT NULL,
    version          text NOT NULL,
    owner_id         text,
    created_at       timestamptz NOT NULL DEFAULT now(),
    user_metadata    jsonb
);
CREATE INDEX idx_multipart_uploads_list ON storage.s3_multipart_uploads (bucket_id, key, created_at);
CREATE TABLE storage.s3_multipart_uploads_parts (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    upload_id   text NOT NULL REFERENCES storage.s3_multipart_uploads (id) ON DELETE CASCADE,
    size        bigint NOT NULL DEFAULT 0,
    part_number integer NOT NULL,
    bucket_id   text NOT NULL REFERENCES storage.buckets (id),
    key         text COLLATE "C" NOT NULL,
    etag        text NOT NULL,
    owner_id    text,
    version     text NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE storage.buckets_analytics (
    name       text NOT NULL,
    type       storage.buckettype NOT NULL DEFAULT 'ANALYTICS',
    format     text NOT NULL DEFAULT 'ICEBERG',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    deleted_at timestamptz
);
CREATE TABLE storage.buckets_vectors (
    id         text PRIMARY KEY,
    type       storage.buckettype NOT NULL DEFAULT 'VECTOR',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- plpgsql as on the hosted service, so that nothing here is inlined into a policy's plan.
CREATE FUNCTION storage.foldername(name text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    parts text[] := string_to_array(name, '/');
BEGIN
    RETURN parts[1:array_length(parts, 1) - 1];
END
$$;
CREATE FUNCTION storage.filename(name text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    parts text[] := string_to_array(name, '/');
BEGIN
    RETURN parts[array_length(parts, 1)];
END
$$;
CREATE FUNCTION storage.extension(name text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    parts text[] := string_to_array(name, '/');
BEGIN
    RETURN reverse(split_part(reverse(parts[array_length(parts, 1)]), '.', 1));
END
$$;
CREATE FUNCTION storage.get_level(name text) RETURNS integer LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT array_length(string_to_array(name, '/'), 1)
$$;
CREATE FUNCTION storage.get_prefix(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT CASE WHEN strpos(name, '/') > 0 THEN regexp_replace(name, '[/][^/]+/?$', '') ELSE '' END
$$;
CREATE FUNCTION storage.get_prefixes(name text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT coalesce(array_agg(array_to_string(parts[1:depth], '/') ORDER BY depth), '{}')
    FROM (SELECT string_to_array(name, '/') AS parts) AS split, generate_series(1, array_length(parts, 1) - 1) AS depth
$$;
CREATE FUNCTION storage.operation() RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN current_setting('storage.operation', true);
END
$$;
CREATE FUNCTION storage.get_size_by_bucket() RETURNS TABLE (size bigint, bucket_id text) LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY SELECT sum((o.metadata ->> 'size')::bigint)::bigint, o.bucket_id FROM storage.objects o GROUP BY o.bucket_id;
END
$$;
CREATE FUNCTION storage.can_insert_object(bucketid text, name text, owner uuid, metadata jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO storage.objects (bucket_id, name, owner, metadata) VALUES (bucketid, name, owner, metadata);
    RAISE SQLSTATE 'PT200' USING MESSAGE = 'ROLLBACK', DETAIL = 'rollback successful insert';
END
$$;
CREATE FUNCTION storage.search(
    prefix text, bucketname text, limits integer DEFAULT 100, levels integer DEFAULT 1, offsets integer DEFAULT 0,
    search text DEFAULT '', sortcolumn text DEFAULT 'name', sortorder text DEFAULT 'asc')
RETURNS TABLE (name text, id uuid, updated_at timestamptz, created_at timestamptz, last_accessed_at timestamptz, metadata jsonb)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
        SELECT o.path_tokens[levels], min(o.id::text)::uuid, max(o.updated_at), min(o.created_at), max(o.last_accessed_at), (array_agg(o.metadata))[1]
        FROM storage.objects o
        WHERE o.bucket_id = bucketname AND o.name ILIKE prefix || search || '%' AND array_length(o.path_tokens, 1) >= levels
        GROUP BY 1
        ORDER BY 1
        LIMIT limits OFFSET offsets;
END
$$;
CREATE FUNCTION storage.search_v2(
    prefix text, bucket_name text, limits integer DEFAULT 100, levels integer DEFAULT 1, start_after text DEFAULT '',
    sort_order text DEFAULT 'asc', sort_column text DEFAULT 'name', sort_column_after text DEFAULT '')
RETURNS TABLE (key text, name text, id uuid, updated_at timestamptz, created_at timestamptz, last_accessed_at timestamptz, metadata jsonb)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
        SELECT o.path_tokens[levels], o.name, o.id, o.updated_at, o.created_at, o.last_accessed_at, o.metadata
        FROM storage.objects o
        WHERE o.bucket_id = bucket_name AND o.name LIKE prefix || '%' AND o.name > start_after
        ORDER BY o.name
        LIMIT limits;
END
$$;
CREATE FUNCTION storage.list_objects_with_delimiter(
    bucket_id text, prefix_param text, delimiter_param text, max_keys integer DEFAULT 100, start_after text DEFAULT '', next_token text DEFAULT '')
RETURNS TABLE (name text, id uuid, metadata jsonb, updated_at timestamptz) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY
        SELECT o.name, o.id, o.metadata, o.updated_at FROM storage.objects o
        WHERE o.bucket_id = $1 AND o.name LIKE prefix_param || '%' AND o.name > start_after
        ORDER BY o.name LIMIT max_keys;
END
$$;
CREATE FUNCTION storage.update_updated_at_column() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at = now();
    RETURN NEW;
END
$$;
CREATE FUNCTION storage.enforce_bucket_name_length() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF length(NEW.name) > 100 THEN
        RAISE EXCEPTION 'bucket name "%" is too long (% characters). Max is 100.', NEW.name, length(NEW.name);
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER update_objects_updated_at BEFORE UPDATE ON storage.objects FOR EACH ROW EXECUTE FUNCTION storage.update_updated_at_column();
CREATE TRIGGER enforce_bucket_name_length_trigger BEFORE INSERT OR UPDATE OF name ON storage.buckets FOR EACH ROW EXECUTE FUNCTION storage.enforce_bucket_name_length();

DO $$
DECLARE
    table_name text;
BEGIN
    FOR table_name IN SELECT c.oid::regclass::text FROM pg_catalog.pg_class c WHERE c.relnamespace = 'storage'::regnamespace AND c.relkind = 'r' LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', table_name);
    END LOOP;
END
$$;
GRANT ALL ON storage.buckets, storage.objects TO postgres WITH GRANT OPTION;
GRANT ALL ON storage.buckets, storage.objects, storage.prefixes, storage.buckets_analytics TO anon, authenticated, service_role;
GRANT ALL ON storage.s3_multipart_uploads, storage.s3_multipart_uploads_parts TO service_role;
GRANT SELECT ON storage.s3_multipart_uploads, storage.s3_multipart_uploads_parts, storage.buckets_vectors TO anon, authenticated;
GRANT SELECT ON storage.buckets_vectors TO service_role;
RESET ROLE;

------------------------------------------------------------------------------------------------------------- realtime
CREATE TYPE realtime.action AS ENUM ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'ERROR');
CREATE TYPE realtime.equality_op AS ENUM ('eq', 'neq', 'lt', 'lte', 'gt', 'gte', 'in');
CREATE TYPE realtime.user_defined_filter AS (column_name text, op realtime.equality_op, value text);
CREATE TYPE realtime.wal_column AS (name text, type_name text, type_oid oid, value jsonb, is_pkey boolean, is_selectable boolean);
CREATE TYPE realtime.wal_rls AS (wal jsonb, is_rls_enabled boolean, subscription_ids uuid[], errors text[]);

CREATE TABLE realtime.schema_migrations (
    version     bigint PRIMARY KEY,
    inserted_at timestamp(0)
);
CREATE FUNCTION realtime.to_regrole(role_name text) RETURNS regrole LANGUAGE sql IMMUTABLE AS $$ SELECT role_name::regrole $$;
CREATE TABLE realtime.subscription (
    id              bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_subscription PRIMARY KEY,
    subscription_id uuid NOT NULL,
    entity          regclass NOT NULL,
    filters         realtime.user_defined_filter[] NOT NULL DEFAULT '{}',
    claims          jsonb NOT NULL,
    claims_role     regrole NOT NULL GENERATED ALWAYS AS (realtime.to_regrole(claims ->> 'role')) STORED,
    created_at      timestamp NOT NULL DEFAULT timezone('utc', now())
);
CREATE INDEX ix_realtime_subscription_entity ON realtime.subscription (entity);

CREATE FUNCTION realtime.topic() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT nullif(current_setting('realtime.topic', true), '')::text
$$;
ALTER FUNCTION realtime.topic() OWNER TO supabase_realtime_admin;

SET ROLE supabase_realtime_admin;
CREATE TABLE realtime.messages (
    topic       text NOT NULL,
    extension   text NOT NULL,
    payload     jsonb,
    event       text,
    private     boolean DEFAULT false,
    updated_at  timestamp NOT NULL DEFAULT now(),
    inserted_at timestamp NOT NULL DEFAULT now(),
    id          uuid NOT NULL DEFAULT gen_random_uuid(),
    PRIMARY KEY (id, inserted_at)
) PARTITION BY RANGE (inserted_at);
-- The hosted service makes one partition a day; one for all days keeps the scratch the same on every day.
CREATE TABLE realtime.messages_default PARTITION OF realtime.messages DEFAULT;
ALTER TABLE realtime.messages ENABLE ROW LEVEL SECURITY;
GRANT ALL ON realtime.messages, realtime.messages_default TO postgres, dashboard_user;
GRANT SELECT, INSERT, UPDATE ON realtime.messages TO anon, authenticated, service_role;
RESET ROLE;

CREATE FUNCTION realtime.send(payload jsonb, event text, topic text, private boolean DEFAULT true) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO realtime.messages (payload, event, topic, private, extension) VALUES (send.payload, send.event, send.topic, send.private, 'broadcast');
END
$$;
CREATE FUNCTION realtime.broadcast_changes(
    topic_name text, event_name text, operation text, table_name text, table_schema text, new record, old record, level text DEFAULT 'ROW')
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF level = 'STATEMENT' THEN
        RAISE EXCEPTION 'function can only be triggered for each row, not for each statement';
    END IF;
    PERFORM realtime.send(
        jsonb_build_object('old_record', old, 'record', new, 'operation', operation, 'table', table_name, 'schema', table_schema),
        event_name, topic_name, true);
END
$$;
CREATE FUNCTION realtime.quote_wal2json(entity regclass) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT format('%I.%I', n.nspname, c.relname) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = entity
$$;
GRANT ALL ON realtime.schema_migrations, realtime.subscription TO postgres, dashboard_user;
GRANT SELECT ON realtime.schema_migrations, realtime.subscription TO anon, authenticated, service_role;
GRANT ALL ON realtime.schema_migrations, realtime.subscription TO supabase_realtime_admin;

CREATE TABLE _realtime.extensions (
    id                 uuid PRIMARY KEY,
    type               text,
    settings           jsonb,
    tenant_external_id text,
    inserted_at        timestamp(0) NOT NULL,
    updated_at         timestamp(0) NOT NULL
);
CREATE TABLE _realtime.tenants (
    id          uuid PRIMARY KEY,
    name        text,
    external_id text UNIQUE,
    jwt_secret  text,
    inserted_at timestamp(0) NOT NULL,
    updated_at  timestamp(0) NOT NULL
);

SET client_min_messages = error; -- wal_level is not logical here
CREATE PUBLICATION supabase_realtime;
SET client_min_messages = warning;
ALTER PUBLICATION supabase_realtime OWNER TO postgres;

------------------------------------------------------------------------------------- functions, graphql, history, pool
CREATE TABLE supabase_functions.migrations (
    version     text PRIMARY KEY,
    inserted_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE supabase_functions.hooks (
    id            bigserial PRIMARY KEY,
    hook_table_id integer NOT NULL,
    hook_name     text NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    request_id    bigint
);
CREATE INDEX supabase_functions_hooks_request_id_idx ON supabase_functions.hooks (request_id);
CREATE INDEX supabase_functions_hooks_h_table_id_h_name_idx ON supabase_functions.hooks (hook_table_id, hook_name);
-- A webhook of the scratch calls nobody.
CREATE FUNCTION supabase_functions.http_request() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = supabase_functions AS $$
BEGIN
    INSERT INTO supabase_functions.hooks (hook_table_id, hook_name) VALUES (TG_RELID::bigint::integer, TG_NAME);
    RETURN NEW;
END
$$;
ALTER TABLE supabase_functions.migrations OWNER TO supabase_functions_admin;
ALTER TABLE supabase_functions.hooks OWNER TO supabase_functions_admin;
ALTER FUNCTION supabase_functions.http_request() OWNER TO supabase_functions_admin;

CREATE FUNCTION graphql_public.graphql("operationName" text DEFAULT NULL, query text DEFAULT NULL, variables jsonb DEFAULT NULL, extensions jsonb DEFAULT NULL)
RETURNS jsonb LANGUAGE sql AS $$
    SELECT '{"errors": [{"message": "pg_graphql does not run in a scratch database"}]}'::jsonb
$$;
GRANT EXECUTE ON FUNCTION graphql_public.graphql(text, text, jsonb, jsonb) TO postgres, anon, authenticated, service_role;

SET ROLE postgres;
CREATE TABLE supabase_migrations.schema_migrations (
    version    text PRIMARY KEY,
    statements text[],
    name       text
);
CREATE TABLE supabase_migrations.seed_files (
    path text PRIMARY KEY,
    hash text NOT NULL
);
RESET ROLE;

CREATE FUNCTION pgbouncer.get_auth(p_usename text) RETURNS TABLE (username text, password text) LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
    SELECT p_usename, NULL::text WHERE false
$$;
REVOKE ALL ON FUNCTION pgbouncer.get_auth(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pgbouncer.get_auth(text) TO pgbouncer;

DO $$
DECLARE
    hook_name text;
BEGIN
    -- By name only: on the hosted service event triggers run these when an extension or a table is made.
    FOREACH hook_name IN ARRAY ARRAY[
        'grant_pg_cron_access', 'grant_pg_graphql_access', 'grant_pg_net_access', 'pgrst_ddl_watch', 'pgrst_drop_watch', 'set_graphql_placeholder'
    ] LOOP
        EXECUTE format('CREATE FUNCTION extensions.%I() RETURNS event_trigger LANGUAGE plpgsql AS %L', hook_name, 'BEGIN NULL; END');
        EXECUTE format('GRANT ALL ON FUNCTION extensions.%I() TO postgres WITH GRANT OPTION', hook_name);
    END LOOP;
END
$$;

----------------------------------------------------------------------------------------------------------- extensions
-- What is not installed as a file is left to the caller, who answers it with a stand-in.
DO $$
DECLARE
    wanted record;
BEGIN
    FOR wanted IN
        SELECT w.name, w.schema_name
        FROM (VALUES (1, 'uuid-ossp', 'extensions'), (2, 'pgcrypto', 'extensions'), (3, 'pg_stat_statements', 'extensions'),
                     (4, 'pg_graphql', 'graphql'), (5, 'supabase_vault', 'vault')) AS w (place, name, schema_name)
        JOIN pg_catalog.pg_available_extensions a ON a.name = w.name
        ORDER BY w.place
    LOOP
        EXECUTE format('CREATE EXTENSION %I WITH SCHEMA %I', wanted.name, wanted.schema_name);
    END LOOP;
END
$$;

RESET client_min_messages;
