with recent as (select * from emails) select subject from recent;
select s.subject from (select subject from emails) s;
insert into archive (subject) select subject from emails;
select * from users where id in (select subject from emails) and subject is null;
create view v as select subject, id from emails union all select subject, id from archive;
merge into emails e using staged s on e.id = s.id when matched then update set subject = s.subject;
