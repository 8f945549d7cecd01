CREATE TABLE pgmq.meta (
    queue_name     varchar UNIQUE NOT NULL,
    is_partitioned boolean NOT NULL,
    is_unlogged    boolean NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now()
);
CREATE TYPE pgmq.message_record AS (msg_id bigint, read_ct integer, enqueued_at timestamptz, vt timestamptz, message jsonb, headers jsonb);
CREATE TYPE pgmq.queue_record AS (queue_name varchar, is_partitioned boolean, is_unlogged boolean, created_at timestamptz);
CREATE TYPE pgmq.metrics_result AS (
    queue_name text, queue_length bigint, newest_msg_age_sec integer, oldest_msg_age_sec integer, total_messages bigint, scrape_time timestamptz, queue_visible_length bigint);

CREATE FUNCTION pgmq.format_table_name(queue_name text, prefix text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    IF queue_name ~ '\$|;|--|''' THEN
        RAISE EXCEPTION 'queue name contains invalid characters: $, ;, --, or \''';
    END IF;
    RETURN lower(prefix || '_' || queue_name);
END
$$;
CREATE FUNCTION pgmq.validate_queue_name(queue_name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF length(queue_name) >= 48 THEN
        RAISE EXCEPTION 'queue name is too long, maximum length is 48 characters';
    END IF;
END
$$;
CREATE FUNCTION pgmq._belongs_to_pgmq(table_name text) RETURNS boolean LANGUAGE sql AS $$
    SELECT EXISTS (SELECT FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_class c ON c.oid = d.objid
                   WHERE d.deptype = 'e' AND c.relname = $1 AND c.relnamespace = 'pgmq'::regnamespace)
$$;
CREATE FUNCTION pgmq.acquire_queue_lock(queue_name text) RETURNS void LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock(hashtext('pgmq.queue_' || $1))
$$;

CREATE FUNCTION pgmq._create_tables(queue_name text, is_unlogged boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    queue_table constant text := pgmq.format_table_name(queue_name, 'q');
    archive_table constant text := pgmq.format_table_name(queue_name, 'a');
BEGIN
    PERFORM pgmq.validate_queue_name(queue_name);
    EXECUTE pg_catalog.format(
        'CREATE %s TABLE IF NOT EXISTS pgmq.%I (msg_id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, read_ct integer NOT NULL DEFAULT 0,
            enqueued_at timestamptz NOT NULL DEFAULT now(), vt timestamptz NOT NULL, message jsonb, headers jsonb)',
        CASE WHEN is_unlogged THEN 'UNLOGGED' ELSE '' END, queue_table);
    EXECUTE pg_catalog.format(
        'CREATE TABLE IF NOT EXISTS pgmq.%I (msg_id bigint PRIMARY KEY, read_ct integer NOT NULL DEFAULT 0, enqueued_at timestamptz NOT NULL DEFAULT now(),
            archived_at timestamptz NOT NULL DEFAULT now(), vt timestamptz NOT NULL, message jsonb, headers jsonb)', archive_table);
    EXECUTE pg_catalog.format('CREATE INDEX IF NOT EXISTS %I ON pgmq.%I (vt ASC)', queue_table || '_vt_idx', queue_table);
    EXECUTE pg_catalog.format('CREATE INDEX IF NOT EXISTS %I ON pgmq.%I (archived_at)', 'archived_at_idx_' || queue_name, archive_table);
    INSERT INTO pgmq.meta (queue_name, is_partitioned, is_unlogged) VALUES (_create_tables.queue_name, false, _create_tables.is_unlogged) ON CONFLICT DO NOTHING;
END
$$;
CREATE FUNCTION pgmq.create_non_partitioned(queue_name text) RETURNS void LANGUAGE sql AS $$ SELECT pgmq._create_tables($1, false) $$;
CREATE FUNCTION pgmq.create(queue_name text) RETURNS void LANGUAGE sql AS $$ SELECT pgmq._create_tables($1, false) $$;
CREATE FUNCTION pgmq.create_unlogged(queue_name text) RETURNS void LANGUAGE sql AS $$ SELECT pgmq._create_tables($1, true) $$;
CREATE FUNCTION pgmq.create_partitioned(queue_name text, partition_interval text DEFAULT '10000', retention_interval text DEFAULT '100000') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pgmq._create_tables(queue_name, false);
    UPDATE pgmq.meta m SET is_partitioned = true WHERE m.queue_name = create_partitioned.queue_name;
END
$$;
CREATE FUNCTION pgmq.convert_archive_partitioned(table_name text, partition_interval text DEFAULT '10000', retention_interval text DEFAULT '100000', leading_partition integer DEFAULT 10)
RETURNS void LANGUAGE sql AS $$ SELECT NULL::void $$;
CREATE FUNCTION pgmq.detach_archive(queue_name text) RETURNS void LANGUAGE sql AS $$ SELECT NULL::void $$;
CREATE FUNCTION pgmq.enable_notify_insert(queue_name text, throttle_interval_ms integer DEFAULT 250) RETURNS void LANGUAGE sql AS $$ SELECT NULL::void $$;
CREATE FUNCTION pgmq.disable_notify_insert(queue_name text) RETURNS void LANGUAGE sql AS $$ SELECT NULL::void $$;

CREATE FUNCTION pgmq.send(queue_name text, msg jsonb, headers jsonb, delay timestamptz) RETURNS SETOF bigint LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE pg_catalog.format('INSERT INTO pgmq.%I (vt, message, headers) VALUES ($2, $1, $3) RETURNING msg_id', pgmq.format_table_name(queue_name, 'q')) USING msg, delay, headers;
END
$$;
CREATE FUNCTION pgmq.send(queue_name text, msg jsonb) RETURNS SETOF bigint LANGUAGE sql AS $$ SELECT * FROM pgmq.send($1, $2, NULL::jsonb, clock_timestamp()) $$;
CREATE FUNCTION pgmq.send(queue_name text, msg jsonb, headers jsonb) RETURNS SETOF bigint LANGUAGE sql AS $$ SELECT * FROM pgmq.send($1, $2, $3, clock_timestamp()) $$;
CREATE FUNCTION pgmq.send(queue_name text, msg jsonb, delay integer) RETURNS SETOF bigint LANGUAGE sql AS $$ SELECT * FROM pgmq.send($1, $2, NULL::jsonb, clock_timestamp() + make_interval(secs => $3)) $$;
CREATE FUNCTION pgmq.send(queue_name text, msg jsonb, delay timestamptz) RETURNS SETOF bigint LANGUAGE sql AS $$ SELECT * FROM pgmq.send($1, $2, NULL::jsonb, $3) $$;
CREATE FUNCTION pgmq.send(queue_name text, msg jsonb, headers jsonb, delay integer) RETURNS SETOF bigint LANGUAGE sql AS $$ SELECT * FROM pgmq.send($1, $2, $3, clock_timestamp() + make_interval(secs => $4)) $$;

CREATE FUNCTION pgmq.send_batch(queue_name text, msgs jsonb[], headers jsonb[], delay timestamptz) RETURNS SETOF bigint LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE pg_catalog.format('INSERT INTO pgmq.%I (vt, message, headers) SELECT $2, m, h FROM unnest($1, $3) AS pair (m, h) RETURNING msg_id', pgmq.format_table_name(queue_name, 'q')) USING msgs, delay, headers;
END
$$;
CREATE FUNCTION pgmq.send_batch(queue_name text, msgs jsonb[]) RETURNS SETOF bigint LANGUAGE sql AS $$ SELECT * FROM pgmq.send_batch($1, $2, NULL::jsonb[], clock_timestamp()) $$;
CREATE FUNCTION pgmq.send_batch(queue_name text, msgs jsonb[], headers jsonb[]) RETURNS SETOF bigint LANGUAGE sql AS $$ SELECT * FROM pgmq.send_batch($1, $2, $3, clock_timestamp()) $$;
CREATE FUNCTION pgmq.send_batch(queue_name text, msgs jsonb[], delay integer) RETURNS SETOF bigint LANGUAGE sql AS $$ SELECT * FROM pgmq.send_batch($1, $2, NULL::jsonb[], clock_timestamp() + make_interval(secs => $3)) $$;
CREATE FUNCTION pgmq.send_batch(queue_name text, msgs jsonb[], delay timestamptz) RETURNS SETOF bigint LANGUAGE sql AS $$ SELECT * FROM pgmq.send_batch($1, $2, NULL::jsonb[], $3) $$;
CREATE FUNCTION pgmq.send_batch(queue_name text, msgs jsonb[], headers jsonb[], delay integer) RETURNS SETOF bigint LANGUAGE sql AS $$ SELECT * FROM pgmq.send_batch($1, $2, $3, clock_timestamp() + make_interval(secs => $4)) $$;

CREATE FUNCTION pgmq.read(queue_name text, vt integer, qty integer, conditional jsonb DEFAULT '{}') RETURNS SETOF pgmq.message_record LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE pg_catalog.format(
        'WITH taken AS (SELECT msg_id FROM pgmq.%1$I WHERE vt <= clock_timestamp() AND ($3 = ''{}'' OR message @> $3) ORDER BY msg_id LIMIT $1 FOR UPDATE SKIP LOCKED)
         UPDATE pgmq.%1$I q SET vt = clock_timestamp() + make_interval(secs => $2), read_ct = read_ct + 1 FROM taken WHERE q.msg_id = taken.msg_id
         RETURNING q.msg_id, q.read_ct, q.enqueued_at, q.vt, q.message, q.headers', pgmq.format_table_name(queue_name, 'q')) USING qty, vt, conditional;
END
$$;
CREATE FUNCTION pgmq.read_with_poll(queue_name text, vt integer, qty integer, max_poll_seconds integer DEFAULT 5, poll_interval_ms integer DEFAULT 100, conditional jsonb DEFAULT '{}')
RETURNS SETOF pgmq.message_record LANGUAGE sql AS $$ SELECT * FROM pgmq.read($1, $2, $3, $6) $$;
CREATE FUNCTION pgmq.pop(queue_name text) RETURNS SETOF pgmq.message_record LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE pg_catalog.format(
        'WITH taken AS (SELECT msg_id FROM pgmq.%1$I WHERE vt <= clock_timestamp() ORDER BY msg_id LIMIT 1 FOR UPDATE SKIP LOCKED)
         DELETE FROM pgmq.%1$I q USING taken WHERE q.msg_id = taken.msg_id RETURNING q.msg_id, q.read_ct, q.enqueued_at, q.vt, q.message, q.headers',
        pgmq.format_table_name(queue_name, 'q'));
END
$$;
CREATE FUNCTION pgmq.delete(queue_name text, msg_ids bigint[]) RETURNS SETOF bigint LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE pg_catalog.format('DELETE FROM pgmq.%I WHERE msg_id = ANY ($1) RETURNING msg_id', pgmq.format_table_name(queue_name, 'q')) USING msg_ids;
END
$$;
CREATE FUNCTION pgmq.delete(queue_name text, msg_id bigint) RETURNS boolean LANGUAGE sql AS $$ SELECT EXISTS (SELECT FROM pgmq.delete($1, ARRAY[$2])) $$;
CREATE FUNCTION pgmq.archive(queue_name text, msg_ids bigint[]) RETURNS SETOF bigint LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE pg_catalog.format(
        'WITH moved AS (DELETE FROM pgmq.%I WHERE msg_id = ANY ($1) RETURNING msg_id, vt, read_ct, enqueued_at, message, headers)
         INSERT INTO pgmq.%I (msg_id, vt, read_ct, enqueued_at, message, headers) SELECT * FROM moved RETURNING msg_id',
        pgmq.format_table_name(queue_name, 'q'), pgmq.format_table_name(queue_name, 'a')) USING msg_ids;
END
$$;
CREATE FUNCTION pgmq.archive(queue_name text, msg_id bigint) RETURNS boolean LANGUAGE sql AS $$ SELECT EXISTS (SELECT FROM pgmq.archive($1, ARRAY[$2])) $$;
CREATE FUNCTION pgmq.set_vt(queue_name text, msg_id bigint, vt integer) RETURNS SETOF pgmq.message_record LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE pg_catalog.format('UPDATE pgmq.%I SET vt = clock_timestamp() + make_interval(secs => $2) WHERE msg_id = $1 RETURNING msg_id, read_ct, enqueued_at, vt, message, headers',
        pgmq.format_table_name(queue_name, 'q')) USING msg_id, vt;
END
$$;
CREATE FUNCTION pgmq.purge_queue(queue_name text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    purged bigint;
BEGIN
    EXECUTE pg_catalog.format('DELETE FROM pgmq.%I', pgmq.format_table_name(queue_name, 'q'));
    GET DIAGNOSTICS purged = ROW_COUNT;
    RETURN purged;
END
$$;
CREATE FUNCTION pgmq.drop_queue(queue_name text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE pg_catalog.format('DROP TABLE IF EXISTS pgmq.%I', pgmq.format_table_name(queue_name, 'q'));
    EXECUTE pg_catalog.format('DROP TABLE IF EXISTS pgmq.%I', pgmq.format_table_name(queue_name, 'a'));
    DELETE FROM pgmq.meta m WHERE m.queue_name = drop_queue.queue_name;
    RETURN FOUND;
END
$$;
CREATE FUNCTION pgmq.drop_queue(queue_name text, partitioned boolean) RETURNS boolean LANGUAGE sql AS $$ SELECT pgmq.drop_queue($1) $$;
CREATE FUNCTION pgmq.list_queues() RETURNS SETOF pgmq.queue_record LANGUAGE sql AS $$ SELECT queue_name, is_partitioned, is_unlogged, created_at FROM pgmq.meta $$;
CREATE FUNCTION pgmq.metrics(queue_name text) RETURNS pgmq.metrics_result LANGUAGE plpgsql AS $$
DECLARE
    result pgmq.metrics_result;
BEGIN
    EXECUTE pg_catalog.format(
        'SELECT $1, count(*), extract(epoch FROM now() - max(enqueued_at))::integer, extract(epoch FROM now() - min(enqueued_at))::integer,
                coalesce(max(msg_id), 0), now(), count(*) FILTER (WHERE vt <= clock_timestamp()) FROM pgmq.%I', pgmq.format_table_name(queue_name, 'q')) INTO result USING queue_name;
    RETURN result;
END
$$;
CREATE FUNCTION pgmq.metrics_all() RETURNS SETOF pgmq.metrics_result LANGUAGE sql AS $$ SELECT (pgmq.metrics(queue_name)).* FROM pgmq.meta $$;
GRANT USAGE ON SCHEMA pgmq TO pg_monitor;
GRANT SELECT ON ALL TABLES IN SCHEMA pgmq TO pg_monitor;
