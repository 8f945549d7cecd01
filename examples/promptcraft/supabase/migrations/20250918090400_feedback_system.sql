-- Feedback, its categories and tags, its daily figures.
-- Each table is indexed and secured in the migration that creates it, so it is never open or unindexed in between.

set lock_timeout = '5s';

create table if not exists public.feedback_categories (
    id uuid default gen_random_uuid() primary key,
    name varchar(100) not null unique,
    description text,
    parent_id uuid references public.feedback_categories (id) on delete set null,
    is_active boolean not null default true,
    sort_order integer not null default 0,
    created_at timestamp with time zone not null default now(),
    updated_at timestamp with time zone not null default now(),
    check (parent_id <> id)
);

comment on table public.feedback_categories is 'Categories of feedback, in a tree through parent_id.';

create or replace trigger update_feedback_categories_updated_at
    before update on public.feedback_categories
    for each row execute function public.update_updated_at_column();

create table if not exists public.feedback_tags (
    id uuid default gen_random_uuid() primary key,
    name varchar(100) not null unique,
    description text,
    color varchar(7) not null default '#3B82F6' check (color ~ '^#[0-9A-Fa-f]{6}$'),
    is_active boolean not null default true,
    created_at timestamp with time zone not null default now(),
    updated_at timestamp with time zone not null default now()
);

comment on table public.feedback_tags is 'Free labels for feedback.';

create or replace trigger update_feedback_tags_updated_at
    before update on public.feedback_tags
    for each row execute function public.update_updated_at_column();

create table if not exists public.feedback (
    id uuid default gen_random_uuid() primary key,
    user_id uuid references auth.users (id) on delete set null,
    category_id uuid references public.feedback_categories (id) on delete set null,
    message text not null,
    feedback_type varchar(50) not null default 'general'
        check (feedback_type in ('bug', 'feature', 'general', 'support')),
    priority varchar(20) not null default 'medium' check (priority in ('low', 'medium', 'high', 'urgent')),
    status varchar(20) not null default 'open' check (status in ('open', 'in_progress', 'resolved', 'closed')),
    contact_email varchar(255),
    contact_name varchar(100),
    user_agent text,
    browser_info jsonb not null default '{}'::jsonb,
    device_info jsonb not null default '{}'::jsonb,
    admin_response text,
    admin_user_id uuid references auth.users (id) on delete set null,
    responded_at timestamp with time zone,
    rating integer check (rating between 1 and 5),
    created_at timestamp with time zone not null default now(),
    updated_at timestamp with time zone not null default now()
);

comment on table public.feedback is 'What users report and how it was answered. Outlives the account that sent it.';

create or replace trigger update_feedback_updated_at
    before update on public.feedback
    for each row execute function public.update_updated_at_column();

create table if not exists public.feedback_tag_assignments (
    id uuid default gen_random_uuid() primary key,
    feedback_id uuid not null references public.feedback (id) on delete cascade,
    tag_id uuid not null references public.feedback_tags (id) on delete cascade,
    created_at timestamp with time zone not null default now(),
    updated_at timestamp with time zone not null default now(),
    unique (feedback_id, tag_id)
);

comment on table public.feedback_tag_assignments is 'Which tag was put on which feedback.';

create or replace trigger update_feedback_tag_assignments_updated_at
    before update on public.feedback_tag_assignments
    for each row execute function public.update_updated_at_column();

create table if not exists public.feedback_analytics (
    id uuid default gen_random_uuid() primary key,
    date date not null unique,
    total_feedback integer not null default 0 check (total_feedback >= 0),
    resolved_feedback integer not null default 0 check (resolved_feedback >= 0),
    avg_response_time_hours decimal(5, 2),
    avg_rating decimal(3, 2),
    feedback_by_type jsonb not null default '{}'::jsonb,
    feedback_by_priority jsonb not null default '{}'::jsonb,
    created_at timestamp with time zone not null default now(),
    updated_at timestamp with time zone not null default now()
);

comment on table public.feedback_analytics is 'Figures of one day, computed by refresh_feedback_analytics().';

create or replace trigger update_feedback_analytics_updated_at
    before update on public.feedback_analytics
    for each row execute function public.update_updated_at_column();

create index if not exists idx_feedback_categories_parent_id on public.feedback_categories (parent_id);

create index if not exists idx_feedback_user_status on public.feedback (user_id, status);
create index if not exists idx_feedback_created_at on public.feedback (created_at);
create index if not exists idx_feedback_status_priority on public.feedback (status, priority);
create index if not exists idx_feedback_feedback_type on public.feedback (feedback_type);
create index if not exists idx_feedback_category_id on public.feedback (category_id);
create index if not exists idx_feedback_admin_user_id on public.feedback (admin_user_id);

-- UNIQUE (feedback_id, tag_id) serves the way from feedback to tags; this one serves the way back.
create index if not exists idx_feedback_tag_assignments_tag_id on public.feedback_tag_assignments (tag_id);

-- Reference data: everybody signed in reads it, the server maintains it.
alter table public.feedback_categories enable row level security;
revoke all on table public.feedback_categories from anon, authenticated, service_role;
grant select, insert, update, delete on table public.feedback_categories to service_role;
grant select on table public.feedback_categories to authenticated;

drop policy if exists "Signed-in users can view active categories" on public.feedback_categories;
create policy "Signed-in users can view active categories" on public.feedback_categories
    for select to authenticated
    using (is_active);

alter table public.feedback_tags enable row level security;
revoke all on table public.feedback_tags from anon, authenticated, service_role;
grant select, insert, update, delete on table public.feedback_tags to service_role;
grant select on table public.feedback_tags to authenticated;

drop policy if exists "Signed-in users can view active tags" on public.feedback_tags;
create policy "Signed-in users can view active tags" on public.feedback_tags
    for select to authenticated
    using (is_active);

-- Column privileges keep priority, status and the answer in the hands of the support team.
alter table public.feedback enable row level security;
revoke all on table public.feedback from anon, authenticated, service_role;
grant select, insert, update, delete on table public.feedback to service_role;
grant select on table public.feedback to authenticated;
grant insert (user_id, category_id, message, feedback_type, contact_email, contact_name, user_agent, browser_info, device_info, rating) on table public.feedback to authenticated;
grant update (category_id, message, feedback_type, rating) on table public.feedback to authenticated;

drop policy if exists "Users can view own feedback and admins all of it" on public.feedback;
create policy "Users can view own feedback and admins all of it" on public.feedback
    for select to authenticated
    using ((select auth.uid()) = user_id or (select public.is_admin()));

drop policy if exists "Users can insert own feedback" on public.feedback;
create policy "Users can insert own feedback" on public.feedback
    for insert to authenticated
    with check ((select auth.uid()) = user_id);

drop policy if exists "Users can update own feedback while it is open" on public.feedback;
create policy "Users can update own feedback while it is open" on public.feedback
    for update to authenticated
    using ((select auth.uid()) = user_id and status = 'open')
    with check ((select auth.uid()) = user_id);

alter table public.feedback_tag_assignments enable row level security;
revoke all on table public.feedback_tag_assignments from anon, authenticated, service_role;
grant select, insert, update, delete on table public.feedback_tag_assignments to service_role;
grant select on table public.feedback_tag_assignments to authenticated;

drop policy if exists "Users can view tags of own feedback" on public.feedback_tag_assignments;
create policy "Users can view tags of own feedback" on public.feedback_tag_assignments
    for select to authenticated
    using (
        exists (
            select 1
            from public.feedback
            where feedback.id = feedback_tag_assignments.feedback_id
              and feedback.user_id = (select auth.uid())
        )
    );

alter table public.feedback_analytics enable row level security;
revoke all on table public.feedback_analytics from anon, authenticated, service_role;
grant select, insert, update, delete on table public.feedback_analytics to service_role;
grant select on table public.feedback_analytics to authenticated;

drop policy if exists "Admins can view feedback analytics" on public.feedback_analytics;
create policy "Admins can view feedback analytics" on public.feedback_analytics
    for select to authenticated
    using ((select public.is_admin()));
