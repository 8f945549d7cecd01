-- AI providers, the keys of users, usage. Indexes are in 06, policies in 07.

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
