-- Neither are the values of a column.

-- both
CREATE TABLE t (id integer);

-- from
ALTER TABLE t ADD COLUMN gone text;

-- refused: drop-column:public.t.gone
