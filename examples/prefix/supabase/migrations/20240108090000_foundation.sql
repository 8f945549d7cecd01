-- Shared functions and types, and the tables that describe the system itself.

create type public.processing_status as enum ('queued', 'running', 'done', 'failed');
create type public.relationship_kind as enum ('calls', 'extends', 'replaces', 'requires');

create function public.set_updated_at() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.updated_at = now();
  return new;
end;
$$;

create table public.domains (
  id uuid primary key default gen_random_uuid(),
  slug text not null unique,
  title text not null,
  description text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table public.mime_types (
  id uuid primary key default gen_random_uuid(),
  mime_type text not null unique,
  extension text,
  is_text boolean not null default false,
  priority smallint not null default 100,
  created_at timestamptz not null default now()
);

create table public.asset_types (
  id uuid primary key default gen_random_uuid(),
  name text not null unique,
  description text,
  mime_type_id uuid references public.mime_types (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table public.app_pages (
  id uuid primary key default gen_random_uuid(),
  domain_id uuid references public.domains (id) on delete set null,
  app text not null,
  path text not null,
  title text not null,
  is_public boolean not null default false,
  settings jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (app, path)
);

create table public.app_settings (
  key text primary key,
  value jsonb not null default '{}',
  note text,
  updated_at timestamptz not null default now()
);

create table public.function_registry (
  id uuid primary key default gen_random_uuid(),
  domain_id uuid references public.domains (id) on delete set null,
  name text not null unique,
  language text not null default 'typescript',
  location text,
  is_deprecated boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table public.function_relationships (
  id uuid primary key default gen_random_uuid(),
  caller_id uuid not null references public.function_registry (id) on delete cascade,
  callee_id uuid not null references public.function_registry (id) on delete cascade,
  kind public.relationship_kind not null default 'calls',
  created_at timestamptz not null default now()
);

create table public.sql_query_history (
  id bigint generated always as identity primary key,
  query_text text not null,
  duration_ms integer,
  row_count bigint,
  executed_by uuid,
  executed_at timestamptz not null default now()
);

create table public.table_classifications (
  id uuid primary key default gen_random_uuid(),
  table_name text not null,
  domain_id uuid references public.domains (id) on delete cascade,
  confidence numeric(4, 3) not null default 1,
  classified_at timestamptz not null default now()
);

create index app_pages_domain_id_idx on public.app_pages (domain_id);
create index asset_types_mime_type_id_idx on public.asset_types (mime_type_id);
create index function_registry_domain_id_idx on public.function_registry (domain_id);
create index function_relationships_caller_id_idx on public.function_relationships (caller_id);
create index function_relationships_callee_id_idx on public.function_relationships (callee_id);
create index sql_query_history_executed_at_idx on public.sql_query_history (executed_at desc);
create index table_classifications_domain_id_idx on public.table_classifications (domain_id);

create trigger domains_updated_at before update on public.domains
  for each row execute function public.set_updated_at();
create trigger asset_types_updated_at before update on public.asset_types
  for each row execute function public.set_updated_at();
create trigger app_pages_updated_at before update on public.app_pages
  for each row execute function public.set_updated_at();
create trigger app_settings_updated_at before update on public.app_settings
  for each row execute function public.set_updated_at();
create trigger function_registry_updated_at before update on public.function_registry
  for each row execute function public.set_updated_at();

insert into public.domains (slug, title) values
  ('documents', 'Documents'), ('experts', 'Experts'), ('drive', 'Drive'), ('learning', 'Learning');
insert into public.mime_types (mime_type, extension, is_text) values
  ('text/markdown', 'md', true), ('application/pdf', 'pdf', false), ('video/mp4', 'mp4', false);
insert into public.asset_types (name, description) values
  ('slides', 'Slides of a presentation'), ('transcript', 'What was said'), ('recording', 'Sound or picture');
insert into public.app_settings (key, value) values
  ('signup', '{"invited_only": true}'), ('sync', '{"minutes": 15}');
