-- What the applications ask for again and again.

create view public.expert_document_overview with (security_invoker = true) as
select d.id, d.title, d.status, t.name as document_type, e.full_name as expert, s.path
from public.expert_documents d
join public.sources_google s on s.id = d.source_id
left join public.document_types t on t.id = d.document_type_id
left join public.experts e on e.id = d.expert_id;

create view public.command_usage with (security_invoker = true) as
select c.pipeline, c.command, count(*) as runs, count(*) filter (where c.status = 'failed') as failures,
       avg(c.duration_ms) as average_ms
from public.cli_command_tracking c
group by c.pipeline, c.command;

create materialized view public.learning_summary as
select a.user_id, a.day, sum(a.minutes) as minutes, count(*) filter (where a.completed) as completed
from public.user_learning_analytics a
group by a.user_id, a.day;

create unique index learning_summary_user_id_day_idx on public.learning_summary (user_id, day);
revoke all on public.learning_summary from anon, authenticated;

-- Text to PostgreSQL: it names tables, and a rename does not reach it.
create function public.claim_next_document() returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  claimed uuid;
begin
  update public.documentation_processing_queue q
  set status = 'running', attempts = q.attempts + 1
  where q.id = (
    select w.id from public.documentation_processing_queue w
    where w.status = 'queued' order by w.created_at limit 1 for update skip locked
  )
  returning q.file_id into claimed;
  return claimed;
end;
$$;

create function public.record_command(p_pipeline text, p_command text, p_arguments jsonb default '{}') returns uuid
language sql security definer set search_path = '' as $$
  insert into public.cli_command_tracking (pipeline, command, arguments)
  values (p_pipeline, p_command, p_arguments) returning id;
$$;

-- Kept as parsed: it follows a rename.
create function public.expert_count() returns bigint
language sql stable
begin atomic
  select count(*) from public.experts;
end;

create function public.concepts_of(p_document uuid) returns setof public.document_concepts
language sql stable set search_path = '' as $$
  select * from public.document_concepts where document_id = p_document order by weight desc;
$$;

revoke execute on function public.claim_next_document() from public, anon, authenticated;
grant execute on function public.claim_next_document() to service_role;
revoke execute on function public.record_command(text, text, jsonb) from public, anon;
grant execute on function public.record_command(text, text, jsonb) to authenticated, service_role;

comment on table public.sources_google is 'Every file of the shared drive, deleted ones too';
comment on table public.experts is 'People whose work is collected';
comment on column public.experts.mnemonic is 'Short form for file names';
