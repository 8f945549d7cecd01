-- Functions that the other files build on.

set lock_timeout = '5s';

-- Sets updated_at on every UPDATE. The search_path is empty, so nothing a caller creates can shadow what the body uses.
create or replace function public.update_updated_at_column()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    new.updated_at = now();
    return new;
end;
$$;

comment on function public.update_updated_at_column() is
    'BEFORE UPDATE trigger: sets updated_at to the start of the transaction.';

revoke execute on function public.update_updated_at_column() from public, anon, authenticated;

-- app_metadata is written by the server only; user_metadata could be written by the user and must not decide access.
create or replace function public.is_admin()
returns boolean
language sql
stable
set search_path = ''
as $$
    select coalesce((select auth.jwt()) -> 'app_metadata' ->> 'role', '') = 'admin';
$$;

comment on function public.is_admin() is
    'True when the token of the caller carries the role admin in app_metadata.';

revoke execute on function public.is_admin() from public, anon;
grant execute on function public.is_admin() to authenticated, service_role;
