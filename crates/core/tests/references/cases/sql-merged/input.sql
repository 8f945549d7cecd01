select * from drafts;
