DO $$
BEGIN
    IF to_regnamespace('net') IS NULL THEN
        CREATE SCHEMA net;
    END IF;
END
$$;
CREATE DOMAIN net.http_method AS text CHECK (VALUE ILIKE 'get' OR VALUE ILIKE 'post' OR VALUE ILIKE 'delete');
CREATE TYPE net.request_status AS ENUM ('PENDING', 'SUCCESS', 'ERROR');
CREATE TYPE net.http_response AS (status_code integer, headers jsonb, body text);
CREATE TYPE net.http_response_result AS (status net.request_status, message text, response net.http_response);
CREATE UNLOGGED TABLE net.http_request_queue (
    id                   bigserial PRIMARY KEY,
    method               net.http_method NOT NULL,
    url                  text NOT NULL,
    headers              jsonb,
    body                 bytea,
    timeout_milliseconds integer NOT NULL
);
CREATE UNLOGGED TABLE net._http_response (
    id           bigint,
    status_code  integer,
    content_type text,
    headers      jsonb,
    content      text,
    timed_out    boolean,
    error_msg    text,
    created      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX _http_response_created_idx ON net._http_response (created);

CREATE FUNCTION net._urlencode_string(string varchar) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT pg_catalog.string_agg(CASE WHEN letter ~ '[A-Za-z0-9_.~-]' THEN letter
               ELSE pg_catalog.regexp_replace(pg_catalog.upper(pg_catalog.encode(pg_catalog.convert_to(letter, 'UTF8'), 'hex')), '(..)', '%\1', 'g') END, '' ORDER BY place)
    FROM pg_catalog.regexp_split_to_table($1, '') WITH ORDINALITY AS letters(letter, place)
$$;
CREATE FUNCTION net._encode_url_with_params_array(url text, params_array text[]) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT $1 || CASE WHEN pg_catalog.cardinality($2) > 0 THEN '?' || pg_catalog.array_to_string($2, '&') ELSE '' END
$$;
CREATE FUNCTION net._await_response(request_id bigint) RETURNS boolean LANGUAGE sql AS $$ SELECT false $$;
CREATE FUNCTION net.check_worker_is_up() RETURNS void LANGUAGE sql AS $$ SELECT NULL::void $$;
CREATE FUNCTION net.worker_restart() RETURNS boolean LANGUAGE sql AS $$ SELECT true $$;
CREATE FUNCTION net.http_get(url text, params jsonb DEFAULT '{}', headers jsonb DEFAULT '{}', timeout_milliseconds integer DEFAULT 5000) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL SAFE SECURITY DEFINER SET search_path = net AS $$
    INSERT INTO net.http_request_queue (method, url, headers, timeout_milliseconds)
    VALUES ('GET', net._encode_url_with_params_array($1, (SELECT coalesce(pg_catalog.array_agg(net._urlencode_string(key) || '=' || net._urlencode_string(value)), '{}') FROM pg_catalog.jsonb_each_text($2))), $3, $4)
    RETURNING id
$$;
CREATE FUNCTION net.http_delete(url text, params jsonb DEFAULT '{}', headers jsonb DEFAULT '{}', timeout_milliseconds integer DEFAULT 5000, body jsonb DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL SAFE SECURITY DEFINER SET search_path = net AS $$
    INSERT INTO net.http_request_queue (method, url, headers, body, timeout_milliseconds)
    VALUES ('DELETE', $1, $3, pg_catalog.convert_to($5::text, 'UTF8'), $4) RETURNING id
$$;
CREATE FUNCTION net.http_post(url text, body jsonb DEFAULT '{}', params jsonb DEFAULT '{}', headers jsonb DEFAULT '{"Content-Type": "application/json"}', timeout_milliseconds integer DEFAULT 5000) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL SAFE SECURITY DEFINER SET search_path = net AS $$
    INSERT INTO net.http_request_queue (method, url, headers, body, timeout_milliseconds)
    VALUES ('POST', $1, $4, pg_catalog.convert_to($2::text, 'UTF8'), $5) RETURNING id
$$;
CREATE FUNCTION net._http_collect_response(request_id bigint, async boolean DEFAULT true) RETURNS net.http_response_result LANGUAGE sql AS $$
    SELECT ROW('PENDING'::net.request_status, 'request is pending', NULL::net.http_response)::net.http_response_result
$$;
CREATE FUNCTION net.http_collect_response(request_id bigint, async boolean DEFAULT true) RETURNS net.http_response_result LANGUAGE sql AS $$
    SELECT net._http_collect_response($1, $2)
$$;
GRANT USAGE ON SCHEMA net TO PUBLIC;
GRANT ALL ON ALL TABLES IN SCHEMA net TO PUBLIC;
GRANT ALL ON ALL SEQUENCES IN SCHEMA net TO PUBLIC;
