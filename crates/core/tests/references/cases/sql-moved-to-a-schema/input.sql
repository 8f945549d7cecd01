select messages.id from messages where messages.body is not null;
select * from public.messages;
insert into messages (id) values (1);
