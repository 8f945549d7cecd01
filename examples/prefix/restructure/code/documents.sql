-- The functions whose text names what the stage renames. To be run while both names work; before a rollback, the text of
-- the migrations again.

create or replace function public.claim_next_document() returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  claimed uuid;
begin
  update public.doc_processing_queue q
  set status = 'running', attempts = q.attempts + 1
  where q.id = (
    select w.id from public.doc_processing_queue w
    where w.status = 'queued' order by w.created_at limit 1 for update skip locked
  )
  returning q.file_id into claimed;
  return claimed;
end;
$$;

create or replace function public.concepts_of(p_document uuid) returns setof public.doc_concepts
language sql stable set search_path = '' as $$
  select * from public.doc_concepts where document_id = p_document order by weight desc;
$$;
