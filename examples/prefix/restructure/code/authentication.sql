-- The functions whose text names what the stage renames. To be run while both names work; before a rollback, the text of
-- the migrations again.

create or replace function public.is_staff() returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (select 1 from public.auth_user_profiles p where p.id = auth.uid() and p.is_staff);
end;
$$;

create or replace function public.handle_new_user() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.auth_user_profiles (id, email, full_name)
  values (new.id, new.email, new.raw_user_meta_data ->> 'full_name');
  insert into public.auth_audit_log (user_id, event) values (new.id, 'signed_up');
  return new;
end;
$$;

create or replace function public.is_email_allowed(p_email text) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select 1 from public.auth_allowed_emails where email = lower(p_email) and is_active);
$$;
