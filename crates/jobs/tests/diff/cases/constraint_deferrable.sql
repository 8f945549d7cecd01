-- When a foreign key is checked can be altered; for a unique constraint it takes a new one.

-- both
CREATE TABLE p (id integer PRIMARY KEY);

-- from
CREATE TABLE t (id integer, p_id integer, CONSTRAINT t_p_fkey FOREIGN KEY (p_id) REFERENCES p, CONSTRAINT t_key UNIQUE (id));

-- to
CREATE TABLE t (id integer, p_id integer, CONSTRAINT t_p_fkey FOREIGN KEY (p_id) REFERENCES p DEFERRABLE INITIALLY DEFERRED, CONSTRAINT t_key UNIQUE (id) DEFERRABLE);

-- expect
ALTER TABLE public.t DROP CONSTRAINT t_key;
-- danger: may fail, long lock
ALTER TABLE public.t ADD CONSTRAINT t_key UNIQUE (id) DEFERRABLE;
ALTER TABLE public.t ALTER CONSTRAINT t_p_fkey DEFERRABLE INITIALLY DEFERRED;
