-- The primary key is on another column; what refers to the old one goes first and comes back.

-- both
CREATE TABLE p (id integer NOT NULL, code integer NOT NULL, UNIQUE (id));

-- from
ALTER TABLE p ADD CONSTRAINT p_pkey PRIMARY KEY (id);
CREATE TABLE t (p_id integer REFERENCES p (id));

-- to
ALTER TABLE p ADD CONSTRAINT p_pkey PRIMARY KEY (code);
CREATE TABLE t (p_id integer REFERENCES p (code));

-- rows
INSERT INTO p VALUES (1, 1);
INSERT INTO t VALUES (1);

-- expect
ALTER TABLE public.t DROP CONSTRAINT t_p_id_fkey;
ALTER TABLE public.p DROP CONSTRAINT p_pkey;
-- danger: may fail, long lock
ALTER TABLE public.p ADD CONSTRAINT p_pkey PRIMARY KEY (code);
-- danger: may fail, long lock
ALTER TABLE public.t ADD CONSTRAINT t_p_id_fkey FOREIGN KEY (p_id) REFERENCES public.p(code);
