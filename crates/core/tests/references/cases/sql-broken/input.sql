select subject frm emails wher;
update emails set subject = ;
