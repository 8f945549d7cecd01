with emails as (select 1 as subject)
select subject from emails;
with recent as (select subject from emails)
select subject from recent;
