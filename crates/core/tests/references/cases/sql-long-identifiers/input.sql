select * from emails_archive, my_emails, "emails ";
select emails_id_seq, xemails from y;
