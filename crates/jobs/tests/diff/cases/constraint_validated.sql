-- A constraint that was not checked yet is validated, not made again.

-- both
CREATE TABLE t (id integer PRIMARY KEY, up integer);

-- from
ALTER TABLE t ADD CONSTRAINT t_up_fkey FOREIGN KEY (up) REFERENCES t NOT VALID;
ALTER TABLE t ADD CONSTRAINT t_up_check CHECK (up > 0) NOT VALID;

-- to
ALTER TABLE t ADD CONSTRAINT t_up_fkey FOREIGN KEY (up) REFERENCES t;
ALTER TABLE t ADD CONSTRAINT t_up_check CHECK (up > 0);

-- expect
-- danger: may fail
ALTER TABLE public.t VALIDATE CONSTRAINT t_up_check;
-- danger: may fail
ALTER TABLE public.t VALIDATE CONSTRAINT t_up_fkey;
