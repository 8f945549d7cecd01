-- Without being asked, the order of columns is nobody's concern.

-- from
CREATE TABLE t (b text, id integer PRIMARY KEY, a integer);

-- to
CREATE TABLE t (id integer PRIMARY KEY, a integer, b text, c text);

-- expect
ALTER TABLE public.t ADD COLUMN c text;
