-- Row level security: every table is closed first, then opened per command.

set lock_timeout = '5s';

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

-- Reference data: everybody signed in reads it, the server maintains it.
alter table public.api_providers enable row level security;
revoke all on table public.api_providers from anon, authenticated, service_role;
grant select, insert, update, delete on table public.api_providers to service_role;
grant select on table public.api_providers to authenticated;

drop policy if exists "Signed-in users can view enabled providers" on public.api_providers;
create policy "Signed-in users can view enabled providers" on public.api_providers
    for select to authenticated
    using (is_enabled);

alter table public.api_configurations enable row level security;
revoke all on table public.api_configurations from anon, authenticated, service_role;
grant select, insert, update, delete on table public.api_configurations to service_role;
grant select, insert, update, delete on table public.api_configurations to authenticated;

drop policy if exists "Users can view own API configurations" on public.api_configurations;
create policy "Users can view own API configurations" on public.api_configurations
    for select to authenticated
    using ((select auth.uid()) = user_id);

drop policy if exists "Users can insert own API configurations" on public.api_configurations;
create policy "Users can insert own API configurations" on public.api_configurations
    for insert to authenticated
    with check ((select auth.uid()) = user_id);

drop policy if exists "Users can update own API configurations" on public.api_configurations;
create policy "Users can update own API configurations" on public.api_configurations
    for update to authenticated
    using ((select auth.uid()) = user_id)
    with check ((select auth.uid()) = user_id);

drop policy if exists "Users can delete own API configurations" on public.api_configurations;
create policy "Users can delete own API configurations" on public.api_configurations
    for delete to authenticated
    using ((select auth.uid()) = user_id);

-- Written by the server, so that nobody can forge or hide usage.
alter table public.api_usage_logs enable row level security;
revoke all on table public.api_usage_logs from anon, authenticated, service_role;
grant select, insert, update, delete on table public.api_usage_logs to service_role;
grant select on table public.api_usage_logs to authenticated;

drop policy if exists "Users can view own usage logs" on public.api_usage_logs;
create policy "Users can view own usage logs" on public.api_usage_logs
    for select to authenticated
    using ((select auth.uid()) = user_id);

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

-- Every list is empty while the schema keeps to its own security rules.
create or replace function public.security_audit()
returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_build_object(
        'tables_without_rls', (
            select coalesce(jsonb_agg(c.relname order by c.relname), '[]'::jsonb)
            from pg_catalog.pg_class as c
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relrowsecurity
        ),
        'tables_without_policy', (
            select coalesce(jsonb_agg(c.relname order by c.relname), '[]'::jsonb)
            from pg_catalog.pg_class as c
            where c.relnamespace = 'public'::regnamespace
              and c.relkind in ('r', 'p')
              and not exists (select 1 from pg_catalog.pg_policy as p where p.polrelid = c.oid)
        ),
        'truncate_granted', (
            select coalesce(jsonb_agg(distinct c.relname order by c.relname), '[]'::jsonb)
            from pg_catalog.pg_class as c
            cross join (values ('anon'), ('authenticated')) as api_role (name)
            where c.relnamespace = 'public'::regnamespace
              and c.relkind in ('r', 'p')
              and pg_catalog.has_table_privilege(api_role.name, c.oid, 'TRUNCATE')
        ),
        'definer_functions_callable_by_users', (
            select coalesce(jsonb_agg(distinct f.proname order by f.proname), '[]'::jsonb)
            from pg_catalog.pg_proc as f
            cross join (values ('anon'), ('authenticated')) as api_role (name)
            where f.pronamespace = 'public'::regnamespace
              and f.prosecdef
              and pg_catalog.has_function_privilege(api_role.name, f.oid, 'EXECUTE')
        )
    );
$$;

revoke execute on function public.security_audit() from public, anon, authenticated;
grant execute on function public.security_audit() to service_role;
