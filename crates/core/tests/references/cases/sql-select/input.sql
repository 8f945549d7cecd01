-- emails in a comment
select e.subject, e.id from public.emails e where e.subject <> '' order by e.subject;
select subject from "emails";
select "Emails".subject from "Emails";
select subject from other.emails;
