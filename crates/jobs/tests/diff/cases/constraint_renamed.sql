-- So is a constraint.

-- from
CREATE TABLE t (id integer CONSTRAINT old_key PRIMARY KEY, a integer CONSTRAINT old_check CHECK (a > 0));

-- to
CREATE TABLE t (id integer CONSTRAINT new_key PRIMARY KEY, a integer CONSTRAINT new_check CHECK (a > 0));

-- expect
ALTER TABLE public.t RENAME CONSTRAINT old_check TO new_check;
ALTER TABLE public.t RENAME CONSTRAINT old_key TO new_key;
