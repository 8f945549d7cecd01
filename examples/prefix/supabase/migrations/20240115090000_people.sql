-- Who may come in, who came in, and what each person likes to see.

create table public.allowed_emails (
  id uuid primary key default gen_random_uuid(),
  email text not null unique,
  invited_by uuid references auth.users (id) on delete set null,
  note text,
  is_active boolean not null default true,
  created_at timestamptz not null default now()
);

create table public.user_profiles_v2 (
  id uuid primary key references auth.users (id) on delete cascade,
  email text,
  full_name text,
  title text,
  organisation text,
  is_staff boolean not null default false,
  interests text[] not null default '{}',
  preferences jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table public.auth_audit_log (
  id bigint generated always as identity primary key,
  user_id uuid,
  event text not null,
  detail jsonb not null default '{}',
  ip inet,
  created_at timestamptz not null default now()
);

create table public.cli_auth_tokens (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  token_hash text not null unique,
  name text not null default 'cli',
  last_used_at timestamptz,
  expires_at timestamptz not null default now() + interval '90 days',
  created_at timestamptz not null default now()
);

create table public.user_filter_profiles (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  name text not null,
  description text,
  is_active boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table public.user_filter_profile_drives (
  id uuid primary key default gen_random_uuid(),
  profile_id uuid not null references public.user_filter_profiles (id) on delete cascade,
  root_drive_id text not null,
  created_at timestamptz not null default now(),
  unique (profile_id, root_drive_id)
);

create index auth_audit_log_user_id_idx on public.auth_audit_log (user_id, created_at desc);
create index cli_auth_tokens_user_id_idx on public.cli_auth_tokens (user_id);
create index user_filter_profiles_user_id_idx on public.user_filter_profiles (user_id);
create unique index user_profiles_v2_email_idx on public.user_profiles_v2 (lower(email));

create trigger user_profiles_v2_updated_at before update on public.user_profiles_v2
  for each row execute function public.set_updated_at();
create trigger user_filter_profiles_updated_at before update on public.user_filter_profiles
  for each row execute function public.set_updated_at();

-- Policies ask this; a query of their own would run into the policies of the table.
create function public.is_staff() returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (select 1 from public.user_profiles_v2 p where p.id = auth.uid() and p.is_staff);
end;
$$;

create function public.handle_new_user() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.user_profiles_v2 (id, email, full_name)
  values (new.id, new.email, new.raw_user_meta_data ->> 'full_name');
  insert into public.auth_audit_log (user_id, event) values (new.id, 'signed_up');
  return new;
end;
$$;

create trigger on_auth_user_created after insert on auth.users
  for each row execute function public.handle_new_user();

create function public.is_email_allowed(p_email text) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select 1 from public.allowed_emails where email = lower(p_email) and is_active);
$$;
