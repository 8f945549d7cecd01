-- Others keep working: NOT VALID first, then VALIDATE in a transaction of its own.
-- options: online

-- both
CREATE TABLE p (id integer PRIMARY KEY);
CREATE TABLE t (id integer PRIMARY KEY, p_id integer);

-- to
ALTER TABLE t ADD CONSTRAINT t_p_fkey FOREIGN KEY (p_id) REFERENCES p ON DELETE SET NULL;
ALTER TABLE t ADD CONSTRAINT t_id_check CHECK (id > 0);

-- rows
INSERT INTO p VALUES (1);
INSERT INTO t VALUES (1, 1);

-- expect
ALTER TABLE public.t ADD CONSTRAINT t_id_check CHECK ((id > 0)) NOT VALID;
ALTER TABLE public.t ADD CONSTRAINT t_p_fkey FOREIGN KEY (p_id) REFERENCES public.p(id) ON DELETE SET NULL NOT VALID;
-- commit
-- danger: may fail
ALTER TABLE public.t VALIDATE CONSTRAINT t_id_check;
-- commit
-- danger: may fail
ALTER TABLE public.t VALIDATE CONSTRAINT t_p_fkey;
