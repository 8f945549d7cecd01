-- A sequence that a column's default uses comes to belong to the column.

-- both
CREATE SEQUENCE t_no;
CREATE TABLE t (id integer DEFAULT nextval('t_no'));

-- to
ALTER SEQUENCE t_no OWNED BY t.id;

-- expect
ALTER SEQUENCE public.t_no OWNED BY public.t.id;
