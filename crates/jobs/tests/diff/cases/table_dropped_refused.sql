-- Rows are not lost without being named.

-- from
CREATE TABLE old_table (id integer);

-- refused: drop-table:public.old_table
