-- Frameworks, history, templates.
-- Each table is indexed and secured in the migration that creates it, so it is never open or unindexed in between.

set lock_timeout = '5s';

create table if not exists public.prompt_frameworks (
    id uuid default gen_random_uuid() primary key,
    name varchar(100) not null unique,
    display_name varchar(100) not null,
    description text not null,
    components jsonb not null default '[]'::jsonb,
    template text not null,
    examples jsonb not null default '[]'::jsonb,
    is_enabled boolean not null default true,
    sort_order integer not null default 0,
    created_at timestamp with time zone not null default now(),
    updated_at timestamp with time zone not null default now()
);

comment on table public.prompt_frameworks is 'Frameworks that a prompt can be built with.';
comment on column public.prompt_frameworks.components is 'Names of the parts, in the order in which the template uses them.';

create or replace trigger update_prompt_frameworks_updated_at
    before update on public.prompt_frameworks
    for each row execute function public.update_updated_at_column();

create table if not exists public.prompt_history (
    id uuid default gen_random_uuid() primary key,
    user_id uuid not null references auth.users (id) on delete cascade,
    framework_id varchar(100) not null
        references public.prompt_frameworks (name) on update cascade on delete restrict,
    framework_name varchar(100) not null,
    model varchar(50) not null,
    provider varchar(100) not null
        check (provider in ('openai', 'gemini', 'anthropic'))
        references public.api_providers (name) on update cascade on delete restrict,
    user_input text not null,
    ai_response text,
    tone varchar(50),
    length varchar(50),
    temperature decimal(3, 2) check (temperature between 0 and 2),
    max_tokens integer check (max_tokens > 0),
    vibe_coding boolean not null default false,
    processing_time_ms integer check (processing_time_ms >= 0),
    tokens_used integer check (tokens_used >= 0),
    cost_usd decimal(10, 6) check (cost_usd >= 0),
    status varchar(20) not null default 'pending' check (status in ('pending', 'completed', 'failed')),
    error_message text,
    error_code varchar(50),
    created_at timestamp with time zone not null default now(),
    updated_at timestamp with time zone not null default now()
);

comment on table public.prompt_history is 'Every prompt that a user generated, with its cost and outcome.';
comment on column public.prompt_history.framework_id is 'Name of the framework, the stable key that the application uses.';
comment on column public.prompt_history.framework_name is 'Display name at that time: a later renaming leaves history as it was.';

create or replace trigger update_prompt_history_updated_at
    before update on public.prompt_history
    for each row execute function public.update_updated_at_column();

create table if not exists public.prompt_templates (
    id uuid default gen_random_uuid() primary key,
    user_id uuid references auth.users (id) on delete cascade,
    name varchar(100) not null,
    description text,
    framework_id varchar(100) not null
        references public.prompt_frameworks (name) on update cascade on delete restrict,
    template_content text not null,
    variables jsonb not null default '[]'::jsonb,
    is_public boolean not null default false,
    is_active boolean not null default true,
    usage_count integer not null default 0 check (usage_count >= 0),
    created_at timestamp with time zone not null default now(),
    updated_at timestamp with time zone not null default now()
);

comment on table public.prompt_templates is 'Reusable prompts. A row without a user is shipped with the application.';

create or replace trigger update_prompt_templates_updated_at
    before update on public.prompt_templates
    for each row execute function public.update_updated_at_column();

create index if not exists idx_prompt_frameworks_sort_order on public.prompt_frameworks (sort_order) where is_enabled;

create index if not exists idx_prompt_history_user_created_at on public.prompt_history (user_id, created_at desc);
create index if not exists idx_prompt_history_user_status on public.prompt_history (user_id, status);
create index if not exists idx_prompt_history_created_at on public.prompt_history (created_at);
create index if not exists idx_prompt_history_status on public.prompt_history (status);
create index if not exists idx_prompt_history_framework_id on public.prompt_history (framework_id);
create index if not exists idx_prompt_history_provider on public.prompt_history (provider);

create index if not exists idx_prompt_templates_user_created_at on public.prompt_templates (user_id, created_at desc);
create index if not exists idx_prompt_templates_created_at on public.prompt_templates (created_at);
create index if not exists idx_prompt_templates_framework_id on public.prompt_templates (framework_id);
create index if not exists idx_prompt_templates_public on public.prompt_templates (usage_count desc) where is_public and is_active;

-- Reference data: everybody signed in reads it, the server maintains it.
alter table public.prompt_frameworks enable row level security;
revoke all on table public.prompt_frameworks from anon, authenticated, service_role;
grant select, insert, update, delete on table public.prompt_frameworks to service_role;
grant select on table public.prompt_frameworks to authenticated;

drop policy if exists "Signed-in users can view enabled frameworks" on public.prompt_frameworks;
create policy "Signed-in users can view enabled frameworks" on public.prompt_frameworks
    for select to authenticated
    using (is_enabled);

alter table public.prompt_history enable row level security;
revoke all on table public.prompt_history from anon, authenticated, service_role;
grant select, insert, update, delete on table public.prompt_history to service_role;
grant select, insert, update, delete on table public.prompt_history to authenticated;

drop policy if exists "Users can view own prompt history" on public.prompt_history;
create policy "Users can view own prompt history" on public.prompt_history
    for select to authenticated
    using ((select auth.uid()) = user_id);

drop policy if exists "Users can insert own prompt history" on public.prompt_history;
create policy "Users can insert own prompt history" on public.prompt_history
    for insert to authenticated
    with check ((select auth.uid()) = user_id);

drop policy if exists "Users can update own prompt history" on public.prompt_history;
create policy "Users can update own prompt history" on public.prompt_history
    for update to authenticated
    using ((select auth.uid()) = user_id)
    with check ((select auth.uid()) = user_id);

drop policy if exists "Users can delete own prompt history" on public.prompt_history;
create policy "Users can delete own prompt history" on public.prompt_history
    for delete to authenticated
    using ((select auth.uid()) = user_id);

-- One SELECT policy for own and public rows: two permissive ones would both run for every row.
alter table public.prompt_templates enable row level security;
revoke all on table public.prompt_templates from anon, authenticated, service_role;
grant select, insert, update, delete on table public.prompt_templates to service_role;
grant select, insert, update, delete on table public.prompt_templates to authenticated;

drop policy if exists "Users can view own and public templates" on public.prompt_templates;
create policy "Users can view own and public templates" on public.prompt_templates
    for select to authenticated
    using ((select auth.uid()) = user_id or (is_public and is_active));

drop policy if exists "Users can insert own templates" on public.prompt_templates;
create policy "Users can insert own templates" on public.prompt_templates
    for insert to authenticated
    with check ((select auth.uid()) = user_id);

drop policy if exists "Users can update own templates" on public.prompt_templates;
create policy "Users can update own templates" on public.prompt_templates
    for update to authenticated
    using ((select auth.uid()) = user_id)
    with check ((select auth.uid()) = user_id);

drop policy if exists "Users can delete own templates" on public.prompt_templates;
create policy "Users can delete own templates" on public.prompt_templates
    for delete to authenticated
    using ((select auth.uid()) = user_id);
