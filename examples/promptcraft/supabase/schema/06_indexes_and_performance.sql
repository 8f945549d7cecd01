-- Indexes, pre-computed figures, maintenance functions.

set lock_timeout = '5s';

-- user_profiles and user_preferences: UNIQUE (user_id) already serves every look-up by user.
create index if not exists idx_user_profiles_created_at on public.user_profiles (created_at);
create index if not exists idx_user_profiles_last_login_at on public.user_profiles (last_login_at);

-- A composite that starts with user_id also serves the foreign key to auth.users.
create index if not exists idx_user_sessions_user_created_at on public.user_sessions (user_id, created_at desc);
create index if not exists idx_user_sessions_created_at on public.user_sessions (created_at);
create index if not exists idx_user_sessions_status on public.user_sessions (status);

-- UNIQUE (user_id, provider) serves look-ups by user; the provider needs an index of its own.
create index if not exists idx_api_configurations_provider on public.api_configurations (provider);
create index if not exists idx_api_configurations_created_at on public.api_configurations (created_at);

create index if not exists idx_api_usage_logs_user_created_at on public.api_usage_logs (user_id, created_at desc);
create index if not exists idx_api_usage_logs_provider_created_at on public.api_usage_logs (provider, created_at desc);
create index if not exists idx_api_usage_logs_created_at on public.api_usage_logs (created_at);
create index if not exists idx_api_usage_logs_status_code on public.api_usage_logs (status_code);

create index if not exists idx_prompt_frameworks_sort_order on public.prompt_frameworks (sort_order) where is_enabled;

create index if not exists idx_prompt_history_user_created_at on public.prompt_history (user_id, created_at desc);
create index if not exists idx_prompt_history_user_status on public.prompt_history (user_id, status);
create index if not exists idx_prompt_history_created_at on public.prompt_history (created_at);
create index if not exists idx_prompt_history_status on public.prompt_history (status);
create index if not exists idx_prompt_history_framework_id on public.prompt_history (framework_id);
create index if not exists idx_prompt_history_provider on public.prompt_history (provider);

create index if not exists idx_prompt_templates_user_created_at on public.prompt_templates (user_id, created_at desc);
create index if not exists idx_prompt_templates_created_at on public.prompt_templates (created_at);
create index if not exists idx_prompt_templates_framework_id on public.prompt_templates (framework_id);
create index if not exists idx_prompt_templates_public on public.prompt_templates (usage_count desc) where is_public and is_active;

create index if not exists idx_feedback_categories_parent_id on public.feedback_categories (parent_id);

create index if not exists idx_feedback_user_status on public.feedback (user_id, status);
create index if not exists idx_feedback_created_at on public.feedback (created_at);
create index if not exists idx_feedback_status_priority on public.feedback (status, priority);
create index if not exists idx_feedback_feedback_type on public.feedback (feedback_type);
create index if not exists idx_feedback_category_id on public.feedback (category_id);
create index if not exists idx_feedback_admin_user_id on public.feedback (admin_user_id);

-- UNIQUE (feedback_id, tag_id) serves the way from feedback to tags; this one serves the way back.
create index if not exists idx_feedback_tag_assignments_tag_id on public.feedback_tag_assignments (tag_id);

-- Pre-computed per day, because api_usage_logs is the fastest growing table. A materialized view knows no row level
-- security, so only the server may read it.
create materialized view if not exists public.api_daily_usage_stats as
select
    (created_at at time zone 'utc')::date as usage_date,
    provider,
    count(*) as request_count,
    count(*) filter (where status_code >= 400) as error_count,
    count(distinct user_id) as user_count,
    round(avg(response_time_ms), 1) as avg_response_time_ms
from public.api_usage_logs
group by 1, 2;

comment on materialized view public.api_daily_usage_stats is
    'Requests and errors per day (UTC) and provider, refreshed by refresh_usage_stats().';

-- REFRESH ... CONCURRENTLY needs a unique index.
create unique index if not exists idx_api_daily_usage_stats_date_provider
    on public.api_daily_usage_stats (usage_date, provider);

revoke all on table public.api_daily_usage_stats from anon, authenticated, service_role;
grant select on table public.api_daily_usage_stats to service_role;

-- security_invoker: the view shows to each caller what the policies of prompt_history show.
create or replace view public.prompt_framework_stats
with (security_invoker = true) as
select
    framework_id,
    count(*) as prompt_count,
    count(*) filter (where status = 'completed') as completed_count,
    count(*) filter (where status = 'failed') as failed_count,
    sum(tokens_used) as total_tokens_used,
    sum(cost_usd) as total_cost_usd
from public.prompt_history
group by framework_id;

comment on view public.prompt_framework_stats is 'How often, how successfully and at what cost the caller used each framework.';

revoke all on table public.prompt_framework_stats from anon, authenticated, service_role;
grant select on table public.prompt_framework_stats to authenticated, service_role;

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
