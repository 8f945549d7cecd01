create function count_emails(p_user uuid) returns int language plpgsql as $$
declare
  r public.emails%rowtype;
  n int;
begin
  -- all emails
  select count(*) into n from emails where user_id = p_user and subject is not null;
  if exists (select 1 from emails where emails.subject = 'x') then
    insert into public.emails (subject) values ('y');
  end if;
  for r in select * from emails loop
    raise notice 'emails: %', r.subject;
  end loop;
  execute 'delete from emails';
  return n;
end $$;
