-- The functions whose text names what the stage renames. To be run while both names work; before a rollback, the text of
-- the migrations again.

create or replace function public.record_command(p_pipeline text, p_command text, p_arguments jsonb default '{}')
returns uuid
language sql security definer set search_path = '' as $$
  insert into public.cmd_tracking (pipeline, command, arguments)
  values (p_pipeline, p_command, p_arguments) returning id;
$$;
