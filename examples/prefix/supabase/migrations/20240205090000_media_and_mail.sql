-- Talks, how they are watched, and the letters about them.

create table public.presentations (
  id uuid primary key default gen_random_uuid(),
  title text not null,
  expert_id uuid references public.experts (id) on delete set null,
  main_source_id uuid references public.sources_google (id) on delete set null,
  presented_on date,
  duration_seconds integer,
  is_public boolean not null default false,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table public.presentation_assets (
  id uuid primary key default gen_random_uuid(),
  presentation_id uuid not null references public.presentations (id) on delete cascade,
  source_id uuid references public.sources_google (id) on delete set null,
  asset_type_id uuid references public.asset_types (id),
  position integer not null default 0,
  created_at timestamptz not null default now()
);

create table public.media_sessions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  presentation_id uuid references public.presentations (id) on delete cascade,
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  watched_seconds integer not null default 0
);

create table public.media_playback_events (
  id bigint generated always as identity primary key,
  session_id uuid not null references public.media_sessions (id) on delete cascade,
  event text not null default 'play',
  position_seconds numeric(10, 3) not null default 0,
  happened_at timestamptz not null default now()
);

create table public.media_topic_segments (
  id uuid primary key default gen_random_uuid(),
  presentation_id uuid not null references public.presentations (id) on delete cascade,
  topic text not null,
  starts_at_seconds integer not null default 0,
  ends_at_seconds integer,
  created_at timestamptz not null default now()
);

create table public.media_bookmarks (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  presentation_id uuid not null references public.presentations (id) on delete cascade,
  position_seconds integer not null default 0,
  note text,
  created_at timestamptz not null default now()
);

create table public.email_addresses (
  id uuid primary key default gen_random_uuid(),
  address text not null unique,
  display_name text,
  expert_id uuid references public.experts (id) on delete set null,
  created_at timestamptz not null default now()
);

create table public.emails (
  id uuid primary key default gen_random_uuid(),
  from_address_id uuid not null references public.email_addresses (id),
  subject text,
  body text,
  has_attachments boolean not null default false,
  headers jsonb not null default '{}',
  sent_at timestamptz not null default now(),
  created_at timestamptz not null default now()
);

create index presentations_expert_id_idx on public.presentations (expert_id);
create index presentations_main_source_id_idx on public.presentations (main_source_id);
create index presentation_assets_presentation_id_idx on public.presentation_assets (presentation_id);
create index presentation_assets_source_id_idx on public.presentation_assets (source_id);
create index presentation_assets_asset_type_id_idx on public.presentation_assets (asset_type_id);
create index media_sessions_user_id_idx on public.media_sessions (user_id);
create index media_sessions_presentation_id_idx on public.media_sessions (presentation_id);
create index media_playback_events_session_id_idx on public.media_playback_events (session_id);
create index media_topic_segments_presentation_id_idx on public.media_topic_segments (presentation_id);
create index media_bookmarks_user_id_idx on public.media_bookmarks (user_id);
create index media_bookmarks_presentation_id_idx on public.media_bookmarks (presentation_id);
create index email_addresses_expert_id_idx on public.email_addresses (expert_id);
create index emails_from_address_id_idx on public.emails (from_address_id);
create index emails_sent_at_idx on public.emails (sent_at desc);

create trigger presentations_updated_at before update on public.presentations
  for each row execute function public.set_updated_at();
