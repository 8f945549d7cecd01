copy emails (id, subject) from stdin;
1	about emails
\.
select 1;
