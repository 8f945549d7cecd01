-- Users: profiles, preferences, sessions. Indexes are in 06, policies in 07.

set lock_timeout = '5s';

create table if not exists public.user_profiles (
    id uuid default gen_random_uuid() primary key,
    user_id uuid not null references auth.users (id) on delete cascade,
    display_name varchar(100),
    avatar_url text,
    bio text,
    preferences jsonb not null default '{}'::jsonb,
    is_active boolean not null default true,
    last_login_at timestamp with time zone,
    created_at timestamp with time zone not null default now(),
    updated_at timestamp with time zone not null default now(),
    unique (user_id)
);

comment on table public.user_profiles is 'Extended information about a user, one row each.';

create or replace trigger update_user_profiles_updated_at
    before update on public.user_profiles
    for each row execute function public.update_updated_at_column();

create table if not exists public.user_preferences (
    id uuid default gen_random_uuid() primary key,
    user_id uuid not null references auth.users (id) on delete cascade,
    selected_model varchar(50) not null
        check (selected_model in ('openai', 'gemini', 'anthropic')),
    selected_framework varchar(50) not null default 'roses'
        check (selected_framework in ('roses', 'ape', 'tag', 'era', 'race', 'rise', 'care', 'coast', 'trace')),
    theme varchar(20) not null default 'dark' check (theme in ('light', 'dark', 'system')),
    language varchar(10) not null default 'en' check (language ~ '^[a-z]{2}(-[A-Z]{2})?$'),
    enable_notifications boolean not null default true,
    enable_analytics boolean not null default true,
    enable_history boolean not null default true,
    enable_feedback boolean not null default true,
    max_history_days integer not null default 30 check (max_history_days > 0),
    auto_cleanup boolean not null default true,
    created_at timestamp with time zone not null default now(),
    updated_at timestamp with time zone not null default now(),
    unique (user_id)
);

comment on table public.user_preferences is 'Settings a user chose for the application, one row each.';
comment on column public.user_preferences.max_history_days is
    'Days that prompt_history is kept for this user when auto_cleanup is on.';

create or replace trigger update_user_preferences_updated_at
    before update on public.user_preferences
    for each row execute function public.update_updated_at_column();

create table if not exists public.user_sessions (
    id uuid default gen_random_uuid() primary key,
    user_id uuid not null references auth.users (id) on delete cascade,
    status varchar(20) not null default 'active' check (status in ('active', 'ended', 'expired')),
    ip_address inet,
    user_agent text,
    device_info jsonb not null default '{}'::jsonb,
    last_seen_at timestamp with time zone not null default now(),
    ended_at timestamp with time zone,
    created_at timestamp with time zone not null default now(),
    updated_at timestamp with time zone not null default now(),
    check (ended_at is null or ended_at >= created_at)
);

comment on table public.user_sessions is
    'When and from which device a user worked. Holds no token: sign-in itself belongs to Supabase Auth.';

create or replace trigger update_user_sessions_updated_at
    before update on public.user_sessions
    for each row execute function public.update_updated_at_column();
