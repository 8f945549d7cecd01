-- Users: profiles, preferences, sessions.
-- Each table is indexed and secured in the migration that creates it, so it is never open or unindexed in between.

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

-- user_profiles and user_preferences: UNIQUE (user_id) already serves every look-up by user.
create index if not exists idx_user_profiles_created_at on public.user_profiles (created_at);
create index if not exists idx_user_profiles_last_login_at on public.user_profiles (last_login_at);

-- A composite that starts with user_id also serves the foreign key to auth.users.
create index if not exists idx_user_sessions_user_created_at on public.user_sessions (user_id, created_at desc);
create index if not exists idx_user_sessions_created_at on public.user_sessions (created_at);
create index if not exists idx_user_sessions_status on public.user_sessions (status);

alter table public.user_profiles enable row level security;
revoke all on table public.user_profiles from anon, authenticated, service_role;
grant select, insert, update, delete on table public.user_profiles to service_role;
grant select, insert, update, delete on table public.user_profiles to authenticated;

drop policy if exists "Users can view own profile" on public.user_profiles;
create policy "Users can view own profile" on public.user_profiles
    for select to authenticated
    using ((select auth.uid()) = user_id);

drop policy if exists "Users can insert own profile" on public.user_profiles;
create policy "Users can insert own profile" on public.user_profiles
    for insert to authenticated
    with check ((select auth.uid()) = user_id);

drop policy if exists "Users can update own profile" on public.user_profiles;
create policy "Users can update own profile" on public.user_profiles
    for update to authenticated
    using ((select auth.uid()) = user_id)
    with check ((select auth.uid()) = user_id);

drop policy if exists "Users can delete own profile" on public.user_profiles;
create policy "Users can delete own profile" on public.user_profiles
    for delete to authenticated
    using ((select auth.uid()) = user_id);

alter table public.user_preferences enable row level security;
revoke all on table public.user_preferences from anon, authenticated, service_role;
grant select, insert, update, delete on table public.user_preferences to service_role;
grant select, insert, update, delete on table public.user_preferences to authenticated;

drop policy if exists "Users can view own preferences" on public.user_preferences;
create policy "Users can view own preferences" on public.user_preferences
    for select to authenticated
    using ((select auth.uid()) = user_id);

drop policy if exists "Users can insert own preferences" on public.user_preferences;
create policy "Users can insert own preferences" on public.user_preferences
    for insert to authenticated
    with check ((select auth.uid()) = user_id);

drop policy if exists "Users can update own preferences" on public.user_preferences;
create policy "Users can update own preferences" on public.user_preferences
    for update to authenticated
    using ((select auth.uid()) = user_id)
    with check ((select auth.uid()) = user_id);

drop policy if exists "Users can delete own preferences" on public.user_preferences;
create policy "Users can delete own preferences" on public.user_preferences
    for delete to authenticated
    using ((select auth.uid()) = user_id);

alter table public.user_sessions enable row level security;
revoke all on table public.user_sessions from anon, authenticated, service_role;
grant select, insert, update, delete on table public.user_sessions to service_role;
grant select, insert, update, delete on table public.user_sessions to authenticated;

drop policy if exists "Users can view own sessions" on public.user_sessions;
create policy "Users can view own sessions" on public.user_sessions
    for select to authenticated
    using ((select auth.uid()) = user_id);

drop policy if exists "Users can insert own sessions" on public.user_sessions;
create policy "Users can insert own sessions" on public.user_sessions
    for insert to authenticated
    with check ((select auth.uid()) = user_id);

drop policy if exists "Users can update own sessions" on public.user_sessions;
create policy "Users can update own sessions" on public.user_sessions
    for update to authenticated
    using ((select auth.uid()) = user_id)
    with check ((select auth.uid()) = user_id);

drop policy if exists "Users can delete own sessions" on public.user_sessions;
create policy "Users can delete own sessions" on public.user_sessions
    for delete to authenticated
    using ((select auth.uid()) = user_id);
