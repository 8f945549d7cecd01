select subject
from emails
where subject is null;
