-- Pre-computed usage and the statistics view.

set lock_timeout = '5s';

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
