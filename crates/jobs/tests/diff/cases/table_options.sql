-- Settings, identity in replication and logging of a table.

-- both
CREATE TABLE t (id integer PRIMARY KEY, a text NOT NULL UNIQUE);
CREATE TABLE u (id integer);

-- from
ALTER TABLE t SET (fillfactor = 80, autovacuum_enabled = false);

-- to
ALTER TABLE t SET (fillfactor = 70);
ALTER TABLE t REPLICA IDENTITY USING INDEX t_a_key;
ALTER TABLE u SET UNLOGGED;
ALTER TABLE u REPLICA IDENTITY FULL;

-- expect
ALTER TABLE public.t RESET (autovacuum_enabled);
ALTER TABLE public.t SET (fillfactor = '70');
-- danger: rewrite
ALTER TABLE public.u SET UNLOGGED;
ALTER TABLE public.t REPLICA IDENTITY USING INDEX t_a_key;
ALTER TABLE public.u REPLICA IDENTITY FULL;
