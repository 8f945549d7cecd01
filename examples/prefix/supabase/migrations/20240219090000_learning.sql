-- What people want to learn, and how far they are.

create table public.subject_classifications (
  id uuid primary key default gen_random_uuid(),
  subject text not null,
  short_name varchar(40),
  associated_concepts text[] not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table public.learning_topics (
  id uuid primary key default gen_random_uuid(),
  subject_id uuid references public.subject_classifications (id) on delete set null,
  name text not null,
  difficulty smallint not null default 1,
  created_at timestamptz not null default now()
);

create table public.user_subject_interests (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  subject_id uuid not null references public.subject_classifications (id) on delete cascade,
  level smallint not null default 1,
  created_at timestamptz not null default now()
);

create table public.user_content_scores (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  presentation_id uuid references public.presentations (id) on delete cascade,
  score numeric(6, 3) not null default 0,
  reasons jsonb not null default '{}',
  calculated_at timestamptz not null default now()
);

create table public.user_learning_analytics (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  topic_id uuid references public.learning_topics (id) on delete set null,
  day date not null default current_date,
  minutes integer not null default 0,
  completed boolean not null default false,
  created_at timestamptz not null default now()
);

create index learning_topics_subject_id_idx on public.learning_topics (subject_id);
create index user_subject_interests_user_id_idx on public.user_subject_interests (user_id);
create index user_subject_interests_subject_id_idx on public.user_subject_interests (subject_id);
create index user_content_scores_user_id_idx on public.user_content_scores (user_id, score desc);
create index user_content_scores_presentation_id_idx on public.user_content_scores (presentation_id);
create index user_learning_analytics_user_id_idx on public.user_learning_analytics (user_id, day);
create index user_learning_analytics_topic_id_idx on public.user_learning_analytics (topic_id);

create trigger subject_classifications_updated_at before update on public.subject_classifications
  for each row execute function public.set_updated_at();
