insert into emails (id, subject) values (1, 'emails') on conflict (id) do update set subject = excluded.subject;
update emails set subject = upper(subject) where subject like 'a%' returning subject;
delete from emails using users where emails.user_id = users.id;
truncate emails;
