-- What a file is, what is in it, and what still has to be read.

create table public.document_types (
  id uuid primary key default gen_random_uuid(),
  name text not null unique,
  category text not null default 'other',
  description text,
  is_general boolean not null default false,
  ai_prompt_hint text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- Before the types were cleaned up.
create table public.document_types_original (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  category text,
  replaced_by uuid references public.document_types (id) on delete set null,
  created_at timestamptz not null default now()
);

create table public.document_type_aliases (
  id uuid primary key default gen_random_uuid(),
  document_type_id uuid not null references public.document_types (id) on delete cascade,
  alias text not null unique,
  created_at timestamptz not null default now()
);

create table public.expert_documents (
  id uuid primary key default gen_random_uuid(),
  source_id uuid not null references public.sources_google (id) on delete cascade,
  expert_id uuid references public.experts (id) on delete set null,
  document_type_id uuid references public.document_types (id),
  title text,
  raw_content text,
  summary jsonb,
  word_count integer not null default 0,
  status public.processing_status not null default 'queued',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table public.document_concepts (
  id uuid primary key default gen_random_uuid(),
  document_id uuid not null references public.expert_documents (id) on delete cascade,
  concept text not null,
  weight real not null default 1,
  created_at timestamptz not null default now()
);

create table public.documentation_files (
  id uuid primary key default gen_random_uuid(),
  file_path text not null unique,
  title text not null,
  summary text,
  tags text[] not null default '{}',
  content_hash text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table public.documentation_files_missing_doc_ids (
  id uuid primary key default gen_random_uuid(),
  file_path text not null,
  reason text,
  seen_at timestamptz not null default now()
);

create table public.documentation_sections (
  id uuid primary key default gen_random_uuid(),
  file_id uuid not null references public.documentation_files (id) on delete cascade,
  heading text not null,
  level smallint not null default 1,
  position integer not null default 0,
  summary text
);

create table public.documentation_processing_queue (
  id uuid primary key default gen_random_uuid(),
  file_id uuid not null references public.documentation_files (id) on delete cascade,
  status public.processing_status not null default 'queued',
  attempts smallint not null default 0,
  error text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create index document_types_original_replaced_by_idx on public.document_types_original (replaced_by);
create index document_type_aliases_document_type_id_idx on public.document_type_aliases (document_type_id);
create index expert_documents_source_id_idx on public.expert_documents (source_id);
create index expert_documents_expert_id_idx on public.expert_documents (expert_id);
create index expert_documents_document_type_id_idx on public.expert_documents (document_type_id);
create index expert_documents_search_idx on public.expert_documents
  using gin (to_tsvector('english', coalesce(title, '')));
create index document_concepts_document_id_idx on public.document_concepts (document_id);
create index document_concepts_concept_idx on public.document_concepts (concept);
create index documentation_files_tags_idx on public.documentation_files using gin (tags);
create index documentation_sections_file_id_idx on public.documentation_sections (file_id, position);
create index documentation_processing_queue_file_id_idx on public.documentation_processing_queue (file_id);
create index documentation_processing_queue_waiting_idx on public.documentation_processing_queue (created_at)
  where status = 'queued';

create trigger document_types_updated_at before update on public.document_types
  for each row execute function public.set_updated_at();
create trigger expert_documents_updated_at before update on public.expert_documents
  for each row execute function public.set_updated_at();
create trigger documentation_files_updated_at before update on public.documentation_files
  for each row execute function public.set_updated_at();
create trigger documentation_processing_queue_updated_at before update on public.documentation_processing_queue
  for each row execute function public.set_updated_at();

insert into public.document_types (name, category) values
  ('transcript', 'talk'), ('paper', 'text'), ('slides', 'talk'), ('letter', 'text');
