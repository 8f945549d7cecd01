create function f(subject text) returns void language plpgsql as $$
begin
  update users set name = subject where id = 1;
  update emails set user_id = 1 where subject = 'x';
end $$;
