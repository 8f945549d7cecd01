select 'emails'::regclass, to_regclass('public.emails'), 'emails';
select 1 from information_schema.columns where table_name = 'emails' and column_name = 'subject';
select cron.schedule('clean', '0 3 * * *', $$delete from emails where subject is null$$);
