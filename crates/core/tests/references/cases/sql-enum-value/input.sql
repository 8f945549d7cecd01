create type mood as enum ('sad', 'ok');
select 'sad'::mood, cast('sad' as public.mood), 'sad';
