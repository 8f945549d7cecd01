-- Dropping a table takes what hangs on it along, and drops what stands on it first.

-- both
CREATE TABLE kept (id integer PRIMARY KEY);

-- from
CREATE TABLE parent (id integer PRIMARY KEY, note text);
ALTER TABLE kept ADD COLUMN parent_id integer REFERENCES parent;
CREATE VIEW notes AS SELECT id, note FROM parent;
CREATE INDEX parent_note_idx ON parent (note);

-- rows
INSERT INTO parent VALUES (1, 'a');
INSERT INTO kept VALUES (7, 1);

-- expect
DROP VIEW public.notes;
ALTER TABLE public.kept DROP CONSTRAINT kept_parent_id_fkey;
-- danger: data loss
ALTER TABLE public.kept DROP COLUMN parent_id;
-- danger: data loss
DROP TABLE public.parent;
