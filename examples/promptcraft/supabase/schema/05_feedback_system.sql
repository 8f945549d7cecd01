-- Feedback, its categories and tags, its daily figures. Indexes are in 06, policies in 07.

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
