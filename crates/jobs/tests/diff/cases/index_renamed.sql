-- An index that differs in its name alone is renamed.

-- both
CREATE TABLE t (id integer PRIMARY KEY, a text);

-- from
CREATE INDEX old_name ON t (a);

-- to
CREATE INDEX new_name ON t (a);

-- expect
ALTER INDEX public.old_name RENAME TO new_name;
