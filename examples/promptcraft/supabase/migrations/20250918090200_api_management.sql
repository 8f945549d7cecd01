-- AI providers, the keys of users, usage.
-- Each table is indexed and secured in the migration that creates it, so it is never open or unindexed in between.

set lock_timeout = '5s';

create table if not exists public.api_providers (
    id uuid default gen_random_uuid() primary key,
    name varchar(100) not null unique,
    display_name varchar(100) not null,
    base_url text not null check (base_url like 'https://%'),
    api_key_pattern text,
    is_enabled boolean not null default true,
    max_requests_per_minute integer not null default 60 check (max_requests_per_minute > 0),
    max_requests_per_day integer not null default 1000 check (max_requests_per_day > 0),
    supported_models jsonb not null default '[]'::jsonb,
    validation_rules jsonb not null default '{}'::jsonb,
    created_at timestamp with time zone not null default now(),
    updated_at timestamp with time zone not null default now()
);

comment on table public.api_providers is 'AI providers that the application can call, with their limits and models.';
comment on column public.api_providers.api_key_pattern is
    'Regular expression that a key of this provider matches; no key is stored here.';

create or replace trigger update_api_providers_updated_at
    before update on public.api_providers
    for each row execute function public.update_updated_at_column();

create table if not exists public.api_configurations (
    id uuid default gen_random_uuid() primary key,
    user_id uuid not null references auth.users (id) on delete cascade,
    provider varchar(100) not null
        check (provider in ('openai', 'gemini', 'anthropic'))
        references public.api_providers (name) on update cascade on delete restrict,
    api_key_encrypted text not null,
    is_active boolean not null default true,
    is_validated boolean not null default false,
    last_validated_at timestamp with time zone,
    validation_error text,
    usage_count integer not null default 0 check (usage_count >= 0),
    last_used_at timestamp with time zone,
    created_at timestamp with time zone not null default now(),
    updated_at timestamp with time zone not null default now(),
    unique (user_id, provider)
);

comment on table public.api_configurations is 'One API key per user and provider.';
comment on column public.api_configurations.api_key_encrypted is
    'Encrypted by the application before it is sent; the encryption key never reaches the database.';

create or replace trigger update_api_configurations_updated_at
    before update on public.api_configurations
    for each row execute function public.update_updated_at_column();

create table if not exists public.api_usage_logs (
    id uuid default gen_random_uuid() primary key,
    user_id uuid not null references auth.users (id) on delete cascade,
    provider varchar(100) not null
        check (provider in ('openai', 'gemini', 'anthropic'))
        references public.api_providers (name) on update cascade on delete restrict,
    endpoint text,
    request_size integer check (request_size >= 0),
    response_size integer check (response_size >= 0),
    response_time_ms integer check (response_time_ms >= 0),
    status_code integer check (status_code between 100 and 599),
    error_message text,
    created_at timestamp with time zone not null default now()
);

comment on table public.api_usage_logs is
    'One row per call to a provider, written by the server. Append-only: rows are inserted and expire, never change.';

-- UNIQUE (user_id, provider) serves look-ups by user; the provider needs an index of its own.
create index if not exists idx_api_configurations_provider on public.api_configurations (provider);
create index if not exists idx_api_configurations_created_at on public.api_configurations (created_at);

create index if not exists idx_api_usage_logs_user_created_at on public.api_usage_logs (user_id, created_at desc);
create index if not exists idx_api_usage_logs_provider_created_at on public.api_usage_logs (provider, created_at desc);
create index if not exists idx_api_usage_logs_created_at on public.api_usage_logs (created_at);
create index if not exists idx_api_usage_logs_status_code on public.api_usage_logs (status_code);

-- Reference data: everybody signed in reads it, the server maintains it.
alter table public.api_providers enable row level security;
revoke all on table public.api_providers from anon, authenticated, service_role;
grant select, insert, update, delete on table public.api_providers to service_role;
grant select on table public.api_providers to authenticated;

drop policy if exists "Signed-in users can view enabled providers" on public.api_providers;
create policy "Signed-in users can view enabled providers" on public.api_providers
    for select to authenticated
    using (is_enabled);

alter table public.api_configurations enable row level security;
revoke all on table public.api_configurations from anon, authenticated, service_role;
grant select, insert, update, delete on table public.api_configurations to service_role;
grant select, insert, update, delete on table public.api_configurations to authenticated;

drop policy if exists "Users can view own API configurations" on public.api_configurations;
create policy "Users can view own API configurations" on public.api_configurations
    for select to authenticated
    using ((select auth.uid()) = user_id);

drop policy if exists "Users can insert own API configurations" on public.api_configurations;
create policy "Users can insert own API configurations" on public.api_configurations
    for insert to authenticated
    with check ((select auth.uid()) = user_id);

drop policy if exists "Users can update own API configurations" on public.api_configurations;
create policy "Users can update own API configurations" on public.api_configurations
    for update to authenticated
    using ((select auth.uid()) = user_id)
    with check ((select auth.uid()) = user_id);

drop policy if exists "Users can delete own API configurations" on public.api_configurations;
create policy "Users can delete own API configurations" on public.api_configurations
    for delete to authenticated
    using ((select auth.uid()) = user_id);

-- Written by the server, so that nobody can forge or hide usage.
alter table public.api_usage_logs enable row level security;
revoke all on table public.api_usage_logs from anon, authenticated, service_role;
grant select, insert, update, delete on table public.api_usage_logs to service_role;
grant select on table public.api_usage_logs to authenticated;

drop policy if exists "Users can view own usage logs" on public.api_usage_logs;
create policy "Users can view own usage logs" on public.api_usage_logs
    for select to authenticated
    using ((select auth.uid()) = user_id);
