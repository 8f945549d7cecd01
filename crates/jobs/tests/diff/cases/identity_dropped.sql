-- The identity goes, the values stay.

-- both
CREATE TABLE t (id integer NOT NULL, note text);

-- from
ALTER TABLE t ALTER id ADD GENERATED ALWAYS AS IDENTITY;

-- rows
INSERT INTO t (note) VALUES ('a');

-- expect
ALTER TABLE public.t ALTER COLUMN id DROP IDENTITY;
