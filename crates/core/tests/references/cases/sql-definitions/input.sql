create table emails (id uuid primary key, subject text check (subject <> ''));
create table replies (email_id uuid references emails (id), subject text);
alter table emails alter column subject set not null;
create index emails_subject_idx on public.emails (lower(subject));
comment on column public.emails.subject is 'the subject of emails';
create policy own on emails for select using (subject is not null);
grant select (subject) on emails to anon;
