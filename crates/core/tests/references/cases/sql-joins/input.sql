select emails.id, u.name
from users u
left join emails on emails.user_id = u.id and subject is not null;
select * from emails join archive using (subject);
