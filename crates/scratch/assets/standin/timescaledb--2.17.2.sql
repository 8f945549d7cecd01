CREATE TYPE dimension_info AS (kind text, column_name name, chunk_interval text);
CREATE FUNCTION create_hypertable(
    relation regclass, time_column_name name, partitioning_column name DEFAULT NULL, number_partitions integer DEFAULT NULL, associated_schema_name name DEFAULT NULL, associated_table_prefix name DEFAULT NULL,
    chunk_time_interval anyelement DEFAULT NULL::interval, create_default_indexes boolean DEFAULT true, if_not_exists boolean DEFAULT false, partitioning_func regproc DEFAULT NULL, migrate_data boolean DEFAULT false)
RETURNS TABLE (hypertable_id integer, schema_name name, table_name name, created boolean) LANGUAGE sql AS $$
    SELECT 1, n.nspname, c.relname, true FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = $1
$$;
CREATE FUNCTION by_range(column_name name, partition_interval anyelement DEFAULT NULL::bigint) RETURNS dimension_info LANGUAGE plpgsql AS $$ BEGIN RETURN ROW('range'::text, $1, $2::text); END $$;
CREATE FUNCTION by_hash(column_name name, number_partitions integer) RETURNS dimension_info LANGUAGE plpgsql AS $$ BEGIN RETURN ROW('hash'::text, $1, $2::text); END $$;
CREATE FUNCTION create_hypertable(relation regclass, dimension dimension_info, create_default_indexes boolean DEFAULT true, if_not_exists boolean DEFAULT false, migrate_data boolean DEFAULT false)
RETURNS TABLE (hypertable_id integer, created boolean) LANGUAGE sql AS $$ SELECT 1, true $$;
CREATE FUNCTION add_dimension(hypertable regclass, column_name name, number_partitions integer DEFAULT NULL, chunk_time_interval anyelement DEFAULT NULL::bigint, if_not_exists boolean DEFAULT false)
RETURNS TABLE (dimension_id integer, schema_name name, table_name name, column_name name, created boolean) LANGUAGE sql AS $$ SELECT 1, ''::name, $1::text::name, $2, true $$;
CREATE FUNCTION set_chunk_time_interval(hypertable regclass, chunk_time_interval anyelement, dimension_name name DEFAULT NULL) RETURNS void LANGUAGE sql AS $$ SELECT NULL::void $$;
CREATE FUNCTION add_retention_policy(relation regclass, drop_after "any", if_not_exists boolean DEFAULT false, schedule_interval interval DEFAULT NULL, initial_start timestamptz DEFAULT NULL, timezone text DEFAULT NULL) RETURNS integer LANGUAGE internal AS 'void_in';
CREATE FUNCTION remove_retention_policy(relation regclass, if_exists boolean DEFAULT false) RETURNS void LANGUAGE sql AS $$ SELECT NULL::void $$;
CREATE FUNCTION add_compression_policy(hypertable regclass, compress_after "any" DEFAULT NULL::interval, if_not_exists boolean DEFAULT false) RETURNS integer LANGUAGE internal AS 'void_in';
CREATE FUNCTION remove_compression_policy(hypertable regclass, if_exists boolean DEFAULT false) RETURNS boolean LANGUAGE sql AS $$ SELECT true $$;
CREATE FUNCTION add_continuous_aggregate_policy(continuous_aggregate regclass, start_offset "any", end_offset "any", schedule_interval interval, if_not_exists boolean DEFAULT false) RETURNS integer LANGUAGE internal AS 'void_in';
CREATE FUNCTION add_job(proc regproc, schedule_interval interval, config jsonb DEFAULT NULL) RETURNS integer LANGUAGE sql AS $$ SELECT 1000 $$;
CREATE FUNCTION time_bucket(bucket_width interval, ts timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT pg_catalog.to_timestamp(pg_catalog.floor(extract(epoch FROM $2) / extract(epoch FROM $1)) * extract(epoch FROM $1))
$$;
CREATE FUNCTION time_bucket(bucket_width interval, ts timestamp) RETURNS timestamp LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT timestamp 'epoch' + pg_catalog.floor(extract(epoch FROM $2) / extract(epoch FROM $1)) * $1
$$;
