-- Files of a shared drive, and the experts they are by or about.

create table public.experts (
  id uuid primary key default gen_random_uuid(),
  full_name text not null,
  mnemonic varchar(8) unique,
  biography text,
  is_core_group boolean not null default false,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table public.expert_preferences (
  id uuid primary key default gen_random_uuid(),
  expert_id uuid not null references public.experts (id) on delete cascade,
  name text not null,
  value jsonb not null default '{}',
  updated_at timestamptz not null default now(),
  unique (expert_id, name)
);

create table public.citation_expert_aliases (
  id uuid primary key default gen_random_uuid(),
  expert_id uuid not null references public.experts (id) on delete cascade,
  alias text not null,
  created_at timestamptz not null default now()
);

-- The first attempt; still read by the yearly report.
create table public.sources (
  id uuid primary key default gen_random_uuid(),
  drive_id text,
  name text not null,
  path text,
  imported_at timestamptz not null default now()
);

create table public.sources_google (
  id uuid primary key default gen_random_uuid(),
  drive_id text not null unique,
  parent_id uuid references public.sources_google (id) on delete cascade,
  name text not null,
  mime_type text not null default 'application/pdf',
  path text,
  size_bytes bigint,
  main_video_id uuid,
  is_deleted boolean not null default false,
  metadata jsonb not null default '{}',
  modified_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table public.sources_google_experts (
  source_id uuid not null references public.sources_google (id) on delete cascade,
  expert_id uuid not null references public.experts (id) on delete cascade,
  is_primary boolean not null default false,
  created_at timestamptz not null default now(),
  primary key (source_id, expert_id)
);

create table public.sync_history (
  id uuid primary key default gen_random_uuid(),
  folder text not null,
  status public.processing_status not null default 'queued',
  files_seen integer not null default 0,
  files_changed integer not null default 0,
  error text,
  started_at timestamptz not null default now(),
  finished_at timestamptz
);

create table public.sync_statistics (
  id uuid primary key default gen_random_uuid(),
  sync_id uuid not null references public.sync_history (id) on delete cascade,
  mime_type text not null,
  file_count integer not null default 0,
  total_bytes bigint not null default 0
);

create index citation_expert_aliases_expert_id_idx on public.citation_expert_aliases (expert_id);
create index sources_google_parent_id_idx on public.sources_google (parent_id);
create index sources_google_path_idx on public.sources_google (path text_pattern_ops) where not is_deleted;
create index sources_google_metadata_idx on public.sources_google using gin (metadata);
create index sources_google_experts_expert_id_idx on public.sources_google_experts (expert_id);
create index sync_history_started_at_idx on public.sync_history (started_at desc);
create index sync_statistics_sync_id_idx on public.sync_statistics (sync_id);

create trigger experts_updated_at before update on public.experts
  for each row execute function public.set_updated_at();
create trigger expert_preferences_updated_at before update on public.expert_preferences
  for each row execute function public.set_updated_at();
create trigger sources_google_updated_at before update on public.sources_google
  for each row execute function public.set_updated_at();
