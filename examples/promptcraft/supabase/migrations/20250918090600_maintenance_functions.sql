-- Maintenance, health, integrity and security checks.

set lock_timeout = '5s';

-- Maintenance runs as the owner of the tables (SECURITY DEFINER) and is for the server alone, for example from pg_cron.
-- VACUUM cannot run inside a function: autovacuum does that work, or `vacuum (analyze)` from a plain session.

create or replace function public.refresh_usage_stats()
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
    refresh materialized view concurrently public.api_daily_usage_stats;
end;
$$;

create or replace function public.refresh_feedback_analytics(day date default current_date - 1)
returns void
language sql
security definer
set search_path = ''
as $$
    with of_day as (
        select *
        from public.feedback
        where created_at >= (day::timestamp at time zone 'utc')
          and created_at < ((day + 1)::timestamp at time zone 'utc')
    ),
    by_type as (
        select coalesce(jsonb_object_agg(feedback_type, n), '{}'::jsonb) as counts
        from (select feedback_type, count(*) as n from of_day group by feedback_type) as grouped
    ),
    by_priority as (
        select coalesce(jsonb_object_agg(priority, n), '{}'::jsonb) as counts
        from (select priority, count(*) as n from of_day group by priority) as grouped
    )
    insert into public.feedback_analytics (
        date, total_feedback, resolved_feedback, avg_response_time_hours, avg_rating,
        feedback_by_type, feedback_by_priority
    )
    select
        day,
        count(*),
        count(*) filter (where status in ('resolved', 'closed')),
        -- The column holds at most 999.99 hours.
        least(avg(extract(epoch from responded_at - created_at) / 3600), 999.99),
        avg(rating),
        (select counts from by_type),
        (select counts from by_priority)
    from of_day
    on conflict (date) do update
    set total_feedback = excluded.total_feedback,
        resolved_feedback = excluded.resolved_feedback,
        avg_response_time_hours = excluded.avg_response_time_hours,
        avg_rating = excluded.avg_rating,
        feedback_by_type = excluded.feedback_by_type,
        feedback_by_priority = excluded.feedback_by_priority;
$$;

-- Deletes history past the days its owner chose, and usage logs past log_days. Returns how many rows went.
create or replace function public.cleanup_expired_records(log_days integer default 90)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    history_deleted bigint;
    logs_deleted bigint;
begin
    if log_days is null or log_days < 1 then
        raise exception 'log_days must be at least 1, not %', log_days using errcode = '22023';
    end if;

    delete from public.prompt_history as history
    using public.user_preferences as preferences
    where preferences.user_id = history.user_id
      and preferences.auto_cleanup
      and history.created_at < now() - make_interval(days => preferences.max_history_days);
    get diagnostics history_deleted = row_count;

    delete from public.api_usage_logs
    where created_at < now() - make_interval(days => log_days);
    get diagnostics logs_deleted = row_count;

    return jsonb_build_object('prompt_history', history_deleted, 'api_usage_logs', logs_deleted);
end;
$$;

-- Refreshes the planner statistics of every table of the application. Returns how many tables it analyzed.
create or replace function public.analyze_all_tables()
returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
    table_to_analyze record;
    analyzed integer := 0;
begin
    for table_to_analyze in
        select n.nspname, c.relname
        from pg_catalog.pg_class as c
        join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind in ('r', 'p', 'm')
        order by c.relname
    loop
        execute format('analyze %I.%I', table_to_analyze.nspname, table_to_analyze.relname);
        analyzed := analyzed + 1;
    end loop;
    return analyzed;
end;
$$;

create or replace function public.daily_maintenance()
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    started_at timestamp with time zone := clock_timestamp();
    deleted jsonb;
    analyzed integer;
begin
    deleted := public.cleanup_expired_records();
    perform public.refresh_feedback_analytics();
    perform public.refresh_usage_stats();
    analyzed := public.analyze_all_tables();
    return jsonb_build_object(
        'deleted', deleted,
        'tables_analyzed', analyzed,
        'seconds', round(extract(epoch from clock_timestamp() - started_at), 3)
    );
end;
$$;

create or replace function public.get_database_stats()
returns table (table_name text, row_estimate bigint, table_bytes bigint, index_bytes bigint)
language sql
stable
set search_path = ''
as $$
    select
        c.relname::text,
        -- -1 says that the table was never analyzed.
        nullif(c.reltuples, -1)::bigint,
        pg_catalog.pg_table_size(c.oid),
        pg_catalog.pg_indexes_size(c.oid)
    from pg_catalog.pg_class as c
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind in ('r', 'm')
    order by pg_catalog.pg_total_relation_size(c.oid) desc, c.relname;
$$;

create or replace function public.health_check()
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
    select jsonb_build_object(
        'database_bytes', pg_catalog.pg_database_size(d.datname),
        'connections', d.numbackends,
        'max_connections', current_setting('max_connections')::integer,
        'cache_hit_ratio', round(d.blks_hit::numeric / nullif(d.blks_hit + d.blks_read, 0), 4),
        'deadlocks', d.deadlocks,
        'longest_transaction_seconds', (
            select coalesce(round(extract(epoch from max(now() - a.xact_start)), 1), 0)
            from pg_catalog.pg_stat_activity as a
            where a.datname = d.datname and a.pid <> pg_catalog.pg_backend_pid()
        )
    )
    from pg_catalog.pg_stat_database as d
    where d.datname = current_database();
$$;

-- What the server itself does not keep true: constraints never validated, indexes left invalid, updated_at without trigger.
create or replace function public.integrity_check()
returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_build_object(
        'not_validated_constraints', (
            select coalesce(jsonb_agg(k.conname order by k.conname), '[]'::jsonb)
            from pg_catalog.pg_constraint as k
            where k.connamespace = 'public'::regnamespace and not k.convalidated
        ),
        'invalid_indexes', (
            select coalesce(jsonb_agg(c.relname order by c.relname), '[]'::jsonb)
            from pg_catalog.pg_index as i
            join pg_catalog.pg_class as c on c.oid = i.indexrelid
            where c.relnamespace = 'public'::regnamespace and not i.indisvalid
        ),
        'updated_at_without_trigger', (
            select coalesce(jsonb_agg(c.relname order by c.relname), '[]'::jsonb)
            from pg_catalog.pg_class as c
            join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attname = 'updated_at' and not a.attisdropped
            where c.relnamespace = 'public'::regnamespace
              and c.relkind = 'r'
              and not exists (
                  select 1
                  from pg_catalog.pg_trigger as t
                  where t.tgrelid = c.oid
                    and t.tgfoid = 'public.update_updated_at_column()'::regprocedure
                    and t.tgenabled in ('O', 'A')
              )
        )
    );
$$;

-- PostgreSQL grants EXECUTE on a new function to everybody, and the platform grants it to its API roles.
revoke execute on function public.refresh_usage_stats() from public, anon, authenticated;
revoke execute on function public.refresh_feedback_analytics(date) from public, anon, authenticated;
revoke execute on function public.cleanup_expired_records(integer) from public, anon, authenticated;
revoke execute on function public.analyze_all_tables() from public, anon, authenticated;
revoke execute on function public.daily_maintenance() from public, anon, authenticated;
revoke execute on function public.get_database_stats() from public, anon, authenticated;
revoke execute on function public.health_check() from public, anon, authenticated;
revoke execute on function public.integrity_check() from public, anon, authenticated;

grant execute on function public.refresh_usage_stats() to service_role;
grant execute on function public.refresh_feedback_analytics(date) to service_role;
grant execute on function public.cleanup_expired_records(integer) to service_role;
grant execute on function public.analyze_all_tables() to service_role;
grant execute on function public.daily_maintenance() to service_role;
grant execute on function public.get_database_stats() to service_role;
grant execute on function public.health_check() to service_role;
grant execute on function public.integrity_check() to service_role;

-- Every list is empty while the schema keeps to its own security rules.
create or replace function public.security_audit()
returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_build_object(
        'tables_without_rls', (
            select coalesce(jsonb_agg(c.relname order by c.relname), '[]'::jsonb)
            from pg_catalog.pg_class as c
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relrowsecurity
        ),
        'tables_without_policy', (
            select coalesce(jsonb_agg(c.relname order by c.relname), '[]'::jsonb)
            from pg_catalog.pg_class as c
            where c.relnamespace = 'public'::regnamespace
              and c.relkind in ('r', 'p')
              and not exists (select 1 from pg_catalog.pg_policy as p where p.polrelid = c.oid)
        ),
        'truncate_granted', (
            select coalesce(jsonb_agg(distinct c.relname order by c.relname), '[]'::jsonb)
            from pg_catalog.pg_class as c
            cross join (values ('anon'), ('authenticated')) as api_role (name)
            where c.relnamespace = 'public'::regnamespace
              and c.relkind in ('r', 'p')
              and pg_catalog.has_table_privilege(api_role.name, c.oid, 'TRUNCATE')
        ),
        'definer_functions_callable_by_users', (
            select coalesce(jsonb_agg(distinct f.proname order by f.proname), '[]'::jsonb)
            from pg_catalog.pg_proc as f
            cross join (values ('anon'), ('authenticated')) as api_role (name)
            where f.pronamespace = 'public'::regnamespace
              and f.prosecdef
              and pg_catalog.has_function_privilege(api_role.name, f.oid, 'EXECUTE')
        )
    );
$$;

revoke execute on function public.security_audit() from public, anon, authenticated;
grant execute on function public.security_audit() to service_role;
